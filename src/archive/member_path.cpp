// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/member_path.h"

#include <fmt/format.h>

#include "base/printable.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kMaxNameBytes = 255;    // NAME_MAX
constexpr std::size_t kMaxQuotedBytes = 200;  // of a name in a message

Error refuse(std::string_view name, std::string_view why) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("member {} of the archive {}", quoted(name), why)};
}

}  // namespace

std::string quoted(std::string_view name) {
    const auto end = name.size() > kMaxQuotedBytes ? "…\"" : "\"";
    return fmt::format("\"{}{}", base::printable(name.substr(0, kMaxQuotedBytes)), end);
}

base::Result<std::string> member_path(std::string_view name, Absolute absolute,
                                      const Limits& limits) {
    if (name.empty()) return refuse(name, "has no name");
    if (name.front() == '/' && absolute == Absolute::kRefuse)
        return refuse(name, "has an absolute name");
    if (name.size() > limits.max_path_bytes)
        return refuse(name, fmt::format("has a name of {} bytes, at most {} are taken", name.size(),
                                        limits.max_path_bytes));
    const auto whole = name;
    std::string path;
    std::size_t depth = 0;
    while (!name.empty()) {
        const auto slash = name.find('/');
        const auto component = name.substr(0, slash);
        name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
        if (component.empty() || component == ".") continue;
        if (component == "..") return refuse(whole, "has \"..\" in its name");
        if (component.size() > kMaxNameBytes)
            return refuse(component, fmt::format("has a name longer than {} bytes", kMaxNameBytes));
        if (++depth > limits.max_depth)
            return refuse(path, fmt::format("lies more than {} levels deep", limits.max_depth));
        if (!path.empty()) path += '/';
        path += component;
    }
    return path;
}

std::pair<std::string_view, std::string_view> split_path(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {{}, path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace podd::archive
