// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>

#include <fmt/format.h>

#include <unistd.h>

#include "base/file.h"
#include "trust/registry_signatures.h"
#include "verifier/commands.h"

namespace podd::verifier {

namespace {

constexpr std::size_t kMaxInputBytes = std::size_t{4} << 20;

}  // namespace

base::Result<base::Json> signatures(int input, std::string_view reference,
                                    const std::vector<std::string>& key_files) {
    const auto wanted = TRY(schema::parse_docker_reference(reference));
    // Others have written it through the same descriptor.
    if (::lseek(input, 0, SEEK_SET) < 0)
        return base::errno_error("going to the first of the signatures", errno);
    const auto text = TRY_CONTEXT(base::read_all(input, kMaxInputBytes), "reading the signatures");
    const auto found =
        TRY_CONTEXT(trust::parse_registry_signatures(text), "what was fetched as signatures");
    auto keys = TRY(trust::SignatureKeys::make(kHomeParent));
    for (const auto& path : key_files) {
        const auto key = TRY_CONTEXT(base::read_file(path, kMaxKeyBytes), "trusted key");
        TRY_CONTEXT(keys.add(path.substr(path.rfind('/') + 1), key), "trusted key \"{}\"", path);
    }
    auto image = TRY(keys.check(found, wanted));
    base::Json good;
    good.add("fingerprint", std::move(image.fingerprint));
    good.add("digest", image.digest.str());
    base::Json line;
    line.add("signed", std::move(good));
    return line;
}

}  // namespace podd::verifier
