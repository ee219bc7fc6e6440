// SPDX-License-Identifier: LGPL-2.1-or-later
// Operating systems and architectures: appc's names, OCI's names and the kernel's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schema/app.h"

namespace podd::schema {

/// An operating system and an architecture in appc's words ("linux", "aarch64"), not OCI's.
struct Platform {
    std::string os;
    std::string arch;
    bool operator==(const Platform&) const = default;
};

/// Whether appc has this pair. Source: appc spec, types.md "Labels" and its reference parser; podd
/// adds linux/riscv64 and linux/loong64, as the spec allows.
bool is_known_platform(std::string_view os, std::string_view arch);
bool is_known_os(std::string_view os);
/// The architectures of an operating system, for messages: "amd64, i386, arm".
std::string known_archs(std::string_view os);

/// The appc pair of an OCI one: linux/arm64/v8 is linux/aarch64. Empty where there is none.
std::optional<Platform> platform_of_oci(std::string_view os, std::string_view architecture,
                                        std::string_view variant);

/// OCI's words for an appc pair: architecture and variant. What OCI has no word for stays as it is.
std::pair<std::string, std::string> oci_architecture_of(std::string_view os, std::string_view arch);

/// The host's architecture in appc's words, of what `uname -m` says; empty when appc has no word.
std::optional<std::string> arch_of_machine(std::string_view machine);

/// Whether the labels "os" and "arch" admit a Linux host of that architecture; a label that is
/// missing admits any. No i386 on amd64 and the like: an app's seccomp filter closes every
/// architecture but the host's own.
bool runs_on(const std::vector<Label>& labels, std::string_view host_arch);

/// kUnsupported "image is for linux/aarch64, this host is linux/amd64" unless runs_on().
base::Result<void> check_runs_on(const std::vector<Label>& labels, std::string_view host_arch);

/// The value of a label; empty optional when it is not there.
std::optional<std::string_view> label(const std::vector<Label>& labels, std::string_view name);

}  // namespace podd::schema
