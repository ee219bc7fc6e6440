// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/wanted.h"

#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include <sys/stat.h>

#include "schema/platform.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

template <typename Found, typename Asked>
Error differs(const char* what, const Found& found, const Asked& asked) {
    return Error{ErrorCode::kUntrusted,
                 fmt::format("the image that was fetched is not the one that was asked for: found "
                             "{} \"{}\", wanted \"{}\"",
                             what, found, asked)};
}

}  // namespace

Result<> check_wanted(const Wanted& wanted, const schema::ImageManifest& manifest,
                      const std::string& id, int file) {
    if (manifest.name != wanted.name)
        return differs("the name", manifest.name.str(), wanted.name.str());
    for (const auto& label : wanted.labels) {
        const auto found = schema::label(manifest.labels, label.name.str());
        if (found != label.value)
            return differs("label", fmt::format("{}={}", label.name.str(), found.value_or("")),
                           fmt::format("{}={}", label.name.str(), label.value));
    }
    // An image for any machine says nothing of machines.
    for (const auto& label : wanted.host) {
        const auto found = schema::label(manifest.labels, label.name.str());
        if (found && *found != label.value)
            return differs("label", fmt::format("{}={}", label.name.str(), *found),
                           fmt::format("{}={}", label.name.str(), label.value));
    }
    if (!id.starts_with(wanted.id)) return differs("id", id, wanted.id);
    if (!wanted.size) return {};
    struct stat st{};
    if (::fstat(file, &st) < 0) return base::errno_error("looking at the image", errno);
    if (static_cast<std::uint64_t>(st.st_size) != *wanted.size)
        return differs("a size of", st.st_size, *wanted.size);
    return {};
}

}  // namespace podd::importer
