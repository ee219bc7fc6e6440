// SPDX-License-Identifier: LGPL-2.1-or-later
// What the administrator says about registries: /etc/podd/registries.d, see podd-registries(5).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config_file.h"
#include "base/result.h"

namespace podd::fetch {

/// Where a registry can be had as well: "mirror.example.com:5000" with "hub" of
/// Mirror=mirror.example.com:5000/hub.
struct Mirror {
    std::string host;
    std::string path{};  // in front of the repository; mostly empty
    bool operator==(const Mirror&) const = default;
};

struct RegistrySettings {
    std::vector<Mirror> mirrors{};
    bool insecure = false;               // HTTP without TLS
    std::string lookaside{};             // where signatures of its images lie; empty: nowhere
    std::string ca_file{};               // the only authorities that count; empty: the system's
    std::optional<std::string> proxy{};  // a URL; empty: none; not set: as the environment says
    bool operator==(const RegistrySettings&) const = default;
};

class Registries {
public:
    /// Sections "[Registry HOST[:PORT]]"; of one that is begun again the later lines win, and
    /// mirrors add up. Errors: kInvalidArgument, file and line first.
    static base::Result<Registries> parse(const std::vector<base::ConfigFile>& files);

    /// The settings of HOST:PORT: its own, else those of HOST, else the defaults.
    const RegistrySettings& of(std::string_view host) const;

private:
    std::map<std::string, RegistrySettings, std::less<>> settings_;
};

}  // namespace podd::fetch
