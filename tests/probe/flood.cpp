// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flood.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

namespace probe {

namespace {

int keep(int number) {
    std::printf("full after %d: %s\n", number, std::strerror(errno));
    (void)std::fflush(stdout);
    for (;;)
        (void)::pause();
}

int open_all() {
    rlimit limit{};
    (void)::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    int number = 0;
    while (::open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
        ++number;
    return keep(number);
}

// Each time with all that is mounted below: there are as many again.
int mount_all() {
    const std::string root = "/tmp/flood";
    (void)::mkdir(root.c_str(), 0755);
    if (::mount(root.c_str(), root.c_str(), nullptr, MS_BIND, nullptr) < 0) return 1;
    int number = 0;
    for (;; ++number) {
        const auto at = root + "/" + std::to_string(number);
        (void)::mkdir(at.c_str(), 0755);
        if (::mount(root.c_str(), at.c_str(), nullptr, MS_BIND | MS_REC, nullptr) < 0) break;
    }
    return keep(number);
}

// One pass over all processes but this one.
void look(const std::string& text, std::set<std::string>& names) {
    DIR* dir = ::opendir("/proc");
    if (dir == nullptr) return;
    while (const dirent* entry = ::readdir(dir)) {
        const std::string process = std::string{"/proc/"} + entry->d_name;
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        if (std::to_string(::getpid()) == entry->d_name) continue;
        const auto name = read_text(process + "/comm");
        if (name.empty()) continue;  // it has ended
        if (names.insert(name).second) std::printf("seen %s", name.c_str());
        for (const char* file : {"/cmdline", "/environ"})
            if (read_text(process + file).find(text) != std::string::npos)
                std::printf("CAUGHT in %s of %s", file + 1, name.c_str());
    }
    (void)::closedir(dir);
    (void)std::fflush(stdout);
}

int scan(const std::string& file) {
    const auto text = read_text(file);
    std::set<std::string> names;
    while (!text.empty())
        look(text, names);
    return 1;
}

}  // namespace

std::optional<int> flood(const std::string& verb, const char* argument) {
    if (argument == nullptr) return {};
    if (verb == "scan") return scan(argument);
    if (verb != "flood") return {};
    const std::string what = argument;
    if (what == "descriptors") return open_all();
    if (what == "mounts") return mount_all();
    return {};
}

}  // namespace probe
