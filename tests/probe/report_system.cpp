// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cerrno>
#include <sstream>

#include <sys/stat.h>
#include <sys/utsname.h>

#include "files.h"
#include "report.h"

namespace probe {

namespace {

constexpr const char* kParameters[] = {
    "fs.mqueue.msg_max",   "kernel.domainname",
    "kernel.msgmax",       "kernel.sem",
    "kernel.shmmni",       "net.core.somaxconn",
    "net.ipv4.ip_forward", "net.ipv4.ip_unprivileged_port_start",
};

std::string parameters() {
    JsonObject all;
    for (const std::string name : kParameters) {
        auto path = "/proc/sys/" + name;
        std::replace(path.begin() + 10, path.end(), '.', '/');
        auto text = read_text(path);
        text = text.substr(0, text.find('\n'));
        std::replace(text.begin(), text.end(), '\t', ' ');
        all.add(name, text);
    }
    return all.str();
}

// What each app has of its own stands apart from what the pod's apps share.
void add_links(JsonObject& to) {
    JsonObject shared;
    JsonObject own;
    for (const auto& name : names_in("/proc/self/ns"))
        (name == "mnt" || name == "cgroup" ? own : shared)
            .add(name, read_link("/proc/self/ns/" + name));
    to.add_json("namespaces", shared.str());
    to.add_json("own_namespaces", own.str());
}

std::string squeezed(const std::string& text) {
    std::istringstream words{text};
    std::string out;
    for (std::string word; words >> word;)
        (out.empty() ? out : out.append(" ")).append(word);
    return out;
}

// How times of access are kept is the host's choice.
std::string without_times(const std::string& options) {
    std::istringstream words{options};
    std::string out;
    for (std::string word; std::getline(words, word, ',');)
        if (!word.ends_with("atime")) (out.empty() ? out : out.append(",")).append(word);
    return out;
}

}  // namespace

void add_namespaces(JsonObject& to) {
    add_links(to);
    to.add("uid_map", squeezed(read_text("/proc/self/uid_map")));
    to.add("gid_map", squeezed(read_text("/proc/self/gid_map")));
    utsname name{};
    (void)::uname(&name);
    to.add("hostname", static_cast<const char*>(name.nodename));
    to.add_json("parameters", parameters());
    to.add_json("interfaces", json_list(names_in("/sys/class/net")));
    struct stat st{};
    to.add("init", outcome(::stat("/proc/1", &st) == 0, errno));
}

// Source: proc(5), "mountinfo". Numbers of mounts and sources say nothing; an overlay's options
// name its layers, which are each app's own.
void add_mounts(JsonObject& to) {
    JsonObject all;
    std::istringstream lines{read_text("/proc/self/mountinfo")};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string skipped;
        std::string root;
        std::string place;
        std::string options;
        words >> skipped >> skipped >> skipped >> root >> place >> options;
        while (words >> skipped && skipped != "-") {
        }
        std::string type;
        std::string super;
        words >> type >> skipped >> super;
        JsonObject mount;
        mount.add("type", type);
        mount.add("options", without_times(options));
        if (type != "overlay") mount.add("super", super);
        all.add_json(place, mount.str());
    }
    to.add_json("mounts", all.str());
}

}  // namespace probe
