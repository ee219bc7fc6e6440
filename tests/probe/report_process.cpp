// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <ctime>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "report.h"

namespace probe {

namespace {

struct Limit {
    const char* name;  // as systemd has them, in lower case
    __rlimit_resource number;
};

constexpr Limit kLimits[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

std::string limit_text(rlim_t value) {
    return value == RLIM_INFINITY ? "infinity" : std::to_string(value);
}

std::string limits() {
    JsonObject all;
    for (const auto& [name, number] : kLimits) {
        rlimit limit{};
        (void)::getrlimit(number, &limit);
        all.add(name, limit_text(limit.rlim_cur) + ":" + limit_text(limit.rlim_max));
    }
    return all.str();
}

std::string environment() {
    JsonObject all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string line = *variable;
        const auto equals = line.find('=');
        all.add(line.substr(0, equals),
                equals == std::string::npos ? std::string{} : line.substr(equals + 1));
    }
    return all.str();
}

// The numbers of sockets and pipes say nothing. The one that listed the folder is gone.
std::string descriptors() {
    JsonObject all;
    for (const auto& name : names_in("/proc/self/fd")) {
        const auto target = read_link("/proc/self/fd/" + name);
        if (!target.empty()) all.add(name, target.substr(0, target.find(":[")));
    }
    return all.str();
}

std::string working_directory() {
    char path[4096];
    return ::getcwd(path, sizeof path) == nullptr ? "none" : path;
}

std::string mask_of_files() {
    const mode_t mask = ::umask(0);
    (void)::umask(mask);
    char text[8];
    (void)std::snprintf(text, sizeof text, "%04o", mask);
    return text;
}

std::string zone() {
    char text[16]{};
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    (void)::localtime_r(&now, &parts);
    (void)std::strftime(text, sizeof text, "%z", &parts);
    return text;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

// A host may have hierarchies of the first version beside it.
std::string cgroup() {
    const auto text = "\n" + read_text("/proc/self/cgroup");
    const auto at = text.find("\n0::");
    return at == std::string::npos ? std::string{} : first_line(text.substr(at + 1));
}

}  // namespace

void add_process(JsonObject& to) {
    to.add("cwd", working_directory());
    to.add("umask", mask_of_files());
    to.add_json("limits", limits());
    JsonObject signals;
    signals.add("blocked", own_status("SigBlk"));
    signals.add("ignored", own_status("SigIgn"));
    to.add_json("signals", signals.str());
    to.add_json("descriptors", descriptors());
    to.add_json("environment", environment());
    to.add("oom_score_adj", first_line(read_text("/proc/self/oom_score_adj")));
    to.add("nice", std::to_string(::getpriority(PRIO_PROCESS, 0)));
    to.add("session", ::getsid(0) == ::getpid() ? "leader" : "member");
    to.add("cgroup", cgroup());
    to.add("zone", zone());
}

}  // namespace probe
