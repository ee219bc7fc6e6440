// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as what gpg says in its status, a line of text each. A user id stands in there, and its
// owner has chosen it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "trust/gpg.h"
#include "trust/openpgp.h"
#include "trust/signature_facts.h"

namespace {

using namespace podd::trust;  // NOLINT(google-build-using-namespace): what is fuzzed

bool says(const std::vector<StatusLine>& lines, std::string_view keyword) {
    for (const auto& line : lines)
        if (line.front() == keyword) return true;
    return false;
}

void read_facts(const std::vector<StatusLine>& lines, Signed where) {
    const auto facts = signature_facts(lines, where);
    if (!facts) return;
    if (!check_signature(*facts, 1'800'000'000)) return;
    // Nothing is good that gpg has not called both.
    if (facts->count != 1 || !says(lines, "GOODSIG") || !says(lines, "VALIDSIG")) std::abort();
    if (says(lines, "PLAINTEXT") != (where == Signed::kInside)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    std::vector<StatusLine> lines;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto space = std::min(line.find(' '), line.size());
        if (space > 0) lines.push_back(status_line(line.substr(0, space), line.substr(space)));
    }
    read_facts(lines, Signed::kBeside);
    read_facts(lines, Signed::kInside);
    return 0;
}
