// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a query and as a response: what is said in answer is well-formed, has the same
// question and says nothing of pods that the asker may not know; no response is taken for another
// question.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <arpa/nameser.h>

#include "resolve/names.h"

namespace {

using namespace podd;
using namespace podd::resolve;

network::Connection pod(const char* name, std::uint8_t last, bool reaches_pods) {
    network::Connection made;
    made.pod = name;
    made.ipv4 = {10, 80, 0, last};
    made.access.pods = reaches_pods;
    return made;
}

const Pods& pods() {
    static const Pods all{{pod("a", 2, true), pod("b", 3, true), pod("c", 4, false)}};
    return all;
}

bool is_live(const network::Connection& /*pod*/) {
    return true;
}

void check_answer(std::string_view answer, const Query& query) {
    ns_msg parsed{};
    if (ns_initparse(reinterpret_cast<const unsigned char*>(answer.data()),
                     static_cast<int>(answer.size()), &parsed) < 0)
        std::abort();
    if (!is_answer(answer, query, query.id)) std::abort();
    // The last byte of pod "c"'s address, where an address stands.
    if (answer.find(std::string_view{"\x0A\x50\x00\x04", 4}, query.message.size()) !=
        std::string_view::npos)
        std::abort();
}

void check_query(std::string_view text) {
    const auto received = read_query(text);
    if (!received.query) {
        if (!received.error.empty() && received.error.size() != NS_HFIXEDSZ) std::abort();
        return;
    }
    const auto& query = *received.query;
    if (with_id(text, query.id) != text) std::abort();
    if (const auto own = own_answer(query, *pods().by_name("a"), pods(), is_live))
        check_answer(*own, query);
}

void check_response(std::string_view text) {
    static const auto asked =
        read_query(std::string_view{"\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", 19}).query.value();
    if (!is_answer(text, asked, asked.id)) return;
    if (!text.starts_with(std::string_view{"\0\1", 2}) || text.size() < asked.message.size())
        std::abort();
    (void)code_of(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_query(text);
    check_response(text);
    return 0;
}
