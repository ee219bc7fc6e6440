// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as the name of an archive's member and as the attributes it brings.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "archive/attributes.h"
#include "archive/member_path.h"

namespace {

using namespace podd::archive;  // NOLINT(google-build-using-namespace): what is fuzzed

void must(bool holds) {
    if (!holds) std::abort();
}

// What is taken lies beneath the root, and is taken as the same again.
void read_path(std::string_view name, Absolute absolute) {
    const auto path = member_path(name, absolute, {});
    if (!path) return;
    must(!path->starts_with("/") && !path->ends_with("/"));
    must(("/" + *path + "/").find("/../") == std::string::npos);
    must(("/" + *path + "/").find("/./") == std::string::npos);
    if (path->empty()) return;
    const auto again = member_path(*path, Absolute::kRefuse, {});
    must(again && *again == *path);
}

void read_attributes(std::string_view value) {
    if (const auto entries = acl_entries(value); !entries.empty())
        if (const auto made = acl_xattr(entries)) must(acl_entries(*made).size() == entries.size());
    // The root that an image names is gone, and stays gone.
    if (const auto capability = namespaced_capability(value))
        must(namespaced_capability(*capability) == capability);
    must(!keep_xattr("user.overlay." + std::string{value}));
    must(!keep_xattr("trusted." + std::string{value}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    read_path(text, Absolute::kRefuse);
    read_path(text, Absolute::kIsRoot);
    for (const char c : quoted(text))
        must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    read_attributes(text);
    return 0;
}
