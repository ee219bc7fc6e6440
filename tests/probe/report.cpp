// SPDX-License-Identifier: LGPL-2.1-or-later
#include "report.h"

#include <cstring>

#include <unistd.h>

namespace probe {

namespace {

const std::vector<std::string> kUsualPaths{
    "/",         "/dev/shm",        "/etc/hostname",    "/etc/hosts", "/etc/localtime",
    "/etc/mtab", "/etc/machine-id", "/etc/resolv.conf", "/run",       "/tmp",
};

}  // namespace

std::string outcome(bool good, int error) {
    if (good) return "ok";
    const char* name = ::strerrorname_np(error);
    return name == nullptr ? std::to_string(error) : name;
}

std::string scratch_path() {
    const std::string folder = ::access("/tmp", W_OK) == 0 ? "/tmp" : "/dev/shm";
    return folder + "/probe-" + std::to_string(::getpid());  // apps of a pod share the second
}

std::string report(const std::vector<std::string>& arguments) {
    JsonObject all;
    all.add_json("argv", json_list(arguments));
    add_identity(all);
    add_process(all);
    add_namespaces(all);
    add_mounts(all);
    add_devices(all);
    add_kernel_files(all);
    add_paths(all, "files", kUsualPaths);
    add_paths(all, "paths", {arguments.begin() + 2, arguments.end()});
    add_calls(all);
    return all.lines();
}

}  // namespace probe
