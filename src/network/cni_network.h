// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks that plugins make, as /etc/podd/net.d describes them; pure. Source: CNI specification,
// section 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace podd::network {

/// A list of plugins that are called one after the other.
struct CniNetwork {
    std::string name;
    std::string version;  // of the specification, one of "0.3.1", "0.4.0" and "1.0.0"
    bool disable_check = false;
    std::vector<base::Json> plugins;  // objects with a "type", not empty; as they were read
    bool operator==(const CniNetwork&) const = default;
};

/// A file with one plugin (NAME.conf) is a list of one. Errors: kInvalidArgument with the member.
base::Result<CniNetwork> parse_cni_network(std::string_view text);
base::Result<CniNetwork> cni_network_from_json(const base::Json& json);
base::Json to_json(const CniNetwork& network);

/// The plugins themselves and those that they call for addresses, each once.
std::vector<std::string> plugin_types(const CniNetwork& network);
/// Whether a plugin asks for arguments of that name, such as "portMappings". Source: CNI
/// conventions.
bool has_capability(const base::Json& plugin, std::string_view name);
bool has_capability(const CniNetwork& network, std::string_view name);

/// CHECK, and the last result along with DEL, came with 0.4.0.
bool is_checkable(const CniNetwork& network);

}  // namespace podd::network
