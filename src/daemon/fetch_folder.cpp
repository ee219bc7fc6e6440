// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/fetch_folder.h"

#include <fmt/format.h>

namespace podd::daemon {

namespace {

// NAME_MAX is 255.
constexpr std::size_t kComponentBytes = 200;

bool stays(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
}

}  // namespace

std::string fetch_folder_name(std::string_view reference) {
    std::string text;
    for (const char c : reference)
        text += stays(c) ? std::string{c} : fmt::format("_{:02x}", static_cast<unsigned char>(c));
    // The last component is marked: it is nobody's first.
    std::string folder;
    std::string_view rest = text;
    while (rest.size() > kComponentBytes) {
        folder += fmt::format("~{}/", rest.substr(0, kComponentBytes));
        rest.remove_prefix(kComponentBytes);
    }
    return folder + fmt::format("+{}", rest);
}

std::string image_folder(std::string_view reference) {
    return fmt::format("{}/{}", kFetchFolders, fetch_folder_name(reference));
}

std::string aci_folder_name(std::string_view asked, std::string_view reference) {
    // No reference has a blank.
    const auto which =
        asked == reference ? std::string{asked} : fmt::format("{} {}", asked, reference);
    return "aci" + fetch_folder_name(which);
}

std::string keys_folder(std::uint32_t number) {
    return fmt::format("{}/keys-{}", kFetchFolders, number);
}

}  // namespace podd::daemon
