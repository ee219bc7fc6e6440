// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/platform.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

struct Known {
    std::string_view os;
    std::string_view arch;
};

constexpr std::array kKnown{
    Known{"linux", "amd64"},      Known{"linux", "i386"},    Known{"linux", "aarch64"},
    Known{"linux", "aarch64_be"}, Known{"linux", "armv6l"},  Known{"linux", "armv7l"},
    Known{"linux", "armv7b"},     Known{"linux", "ppc64"},   Known{"linux", "ppc64le"},
    Known{"linux", "s390x"},      Known{"linux", "riscv64"}, Known{"linux", "loong64"},
    Known{"freebsd", "amd64"},    Known{"freebsd", "i386"},  Known{"freebsd", "arm"},
    Known{"darwin", "x86_64"},    Known{"darwin", "i386"},
};

// An empty variant stands for "none"; "*" for any.
struct OciName {
    std::string_view os;
    std::string_view architecture;
    std::string_view variant;
    std::string_view arch;
};

constexpr std::array kOciNames{
    OciName{"linux", "amd64", "*", "amd64"},        OciName{"linux", "386", "*", "i386"},
    OciName{"linux", "arm64", "", "aarch64"},       OciName{"linux", "arm64", "v8", "aarch64"},
    OciName{"linux", "arm64be", "*", "aarch64_be"}, OciName{"linux", "arm", "", "armv6l"},
    OciName{"linux", "arm", "v6", "armv6l"},        OciName{"linux", "arm", "v7", "armv7l"},
    OciName{"linux", "armbe", "v7", "armv7b"},      OciName{"linux", "ppc64", "*", "ppc64"},
    OciName{"linux", "ppc64le", "*", "ppc64le"},    OciName{"linux", "s390x", "*", "s390x"},
    OciName{"linux", "riscv64", "*", "riscv64"},    OciName{"linux", "loong64", "*", "loong64"},
    OciName{"freebsd", "amd64", "*", "amd64"},      OciName{"freebsd", "386", "*", "i386"},
    OciName{"freebsd", "arm", "*", "arm"},          OciName{"darwin", "amd64", "*", "x86_64"},
    OciName{"darwin", "386", "*", "i386"},
};

constexpr std::array kMachines{
    std::pair{std::string_view{"x86_64"}, std::string_view{"amd64"}},
    std::pair{std::string_view{"i386"}, std::string_view{"i386"}},
    std::pair{std::string_view{"i486"}, std::string_view{"i386"}},
    std::pair{std::string_view{"i586"}, std::string_view{"i386"}},
    std::pair{std::string_view{"i686"}, std::string_view{"i386"}},
    std::pair{std::string_view{"armv8l"}, std::string_view{"armv7l"}},
    std::pair{std::string_view{"loongarch64"}, std::string_view{"loong64"}},
};

bool host_runs(std::string_view host, std::string_view arch) {
    if (host == arch) return true;
    if (host == "armv7l") return arch == "armv6l";
    return false;
}

}  // namespace

bool is_known_platform(std::string_view os, std::string_view arch) {
    return std::any_of(kKnown.begin(), kKnown.end(),
                       [&](const Known& known) { return known.os == os && known.arch == arch; });
}

bool is_known_os(std::string_view os) {
    return std::any_of(kKnown.begin(), kKnown.end(),
                       [&](const Known& known) { return known.os == os; });
}

std::string known_archs(std::string_view os) {
    std::string list;
    for (const auto& known : kKnown)
        if (known.os == os) list.append(list.empty() ? "" : ", ").append(known.arch);
    return list;
}

std::optional<Platform> platform_of_oci(std::string_view os, std::string_view architecture,
                                        std::string_view variant) {
    for (const auto& name : kOciNames)
        if (name.os == os && name.architecture == architecture &&
            (name.variant == "*" || name.variant == variant))
            return Platform{std::string{os}, std::string{name.arch}};
    return std::nullopt;
}

std::pair<std::string, std::string> oci_architecture_of(std::string_view os,
                                                        std::string_view arch) {
    for (const auto& name : kOciNames)
        if (name.os == os && name.arch == arch)
            return {std::string{name.architecture},
                    name.variant == "*" ? std::string{} : std::string{name.variant}};
    return {std::string{arch}, {}};
}

std::optional<std::string> arch_of_machine(std::string_view machine) {
    for (const auto& [theirs, ours] : kMachines)
        if (theirs == machine) return std::string{ours};
    if (is_known_platform("linux", machine)) return std::string{machine};
    return std::nullopt;
}

std::optional<std::string_view> label(const std::vector<Label>& labels, std::string_view name) {
    for (const auto& one : labels)
        if (one.name.str() == name) return one.value;
    return std::nullopt;
}

bool runs_on(const std::vector<Label>& labels, std::string_view host_arch) {
    const auto os = label(labels, "os");
    if (!os) return true;  // "arch" means nothing without "os"
    if (*os != "linux") return false;
    const auto arch = label(labels, "arch");
    return !arch || host_runs(host_arch, *arch);
}

Result<void> check_runs_on(const std::vector<Label>& labels, std::string_view host_arch) {
    if (runs_on(labels, host_arch)) return {};
    const auto os = label(labels, "os").value_or("any");
    const auto arch = label(labels, "arch");
    return Error{ErrorCode::kUnsupported,
                 fmt::format("image is for {}{}{}, this host is linux/{}", os, arch ? "/" : "",
                             arch.value_or(""), host_arch)};
}

}  // namespace podd::schema
