// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app can see and do, from inside, as one JSON object. Nothing of it changes anything.
#pragma once

#include <string>
#include <vector>

#include "json.h"

namespace probe {

/// `arguments` begin with program and verb; the rest are paths to look at. A member a line.
std::string report(const std::vector<std::string>& arguments);

// Parts of it; each adds members.
void add_identity(JsonObject& to);    // ids, capabilities, label, keys
void add_process(JsonObject& to);     // limits, signals, descriptors, environment, cgroup
void add_namespaces(JsonObject& to);  // and names, parameters and interfaces in them
void add_mounts(JsonObject& to);
void add_devices(JsonObject& to);
void add_kernel_files(JsonObject& to);
void add_paths(JsonObject& to, const char* name, const std::vector<std::string>& paths);
void add_calls(JsonObject& to);

/// Whether the session keyring has the key that systemd gives each of its services.
std::string key_of_systemd();

/// "ok", or "ENOENT" and its like.
std::string outcome(bool good, int error);

/// Where the report may make a file or node for a moment: /tmp or, where that is read-only,
/// /dev/shm.
std::string scratch_path();

}  // namespace probe
