// SPDX-License-Identifier: LGPL-2.1-or-later
// "ExposedPorts" of an OCI image as ports of appc.
#pragma once

#include <string>
#include <vector>

#include "schema/app.h"

namespace podd::schema {

/// Of "80/tcp", "80" (tcp), "8000-8010/udp"; named "80-tcp", "8000-8010-udp". What cannot be read
/// is left out with a note.
std::vector<Port> oci_ports(const std::vector<std::string>& exposed,
                            std::vector<std::string>& notes);

}  // namespace podd::schema
