// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/uplinks.h"

#include <algorithm>
#include <sstream>

namespace podd::network {

namespace {

std::vector<std::string> words_of(const std::string& line) {
    std::istringstream words{line};
    std::vector<std::string> found;
    for (std::string word; words >> word;)
        found.push_back(word);
    return found;
}

// A route that refuses all packets leads to no interface: "*", and "lo" for IPv6.
void add(std::vector<std::string>& found, const std::string& interface) {
    if (interface == "*" || interface == "lo") return;
    if (std::ranges::find(found, interface) == found.end()) found.push_back(interface);
}

}  // namespace

std::vector<std::string> uplinks(std::string_view ipv4, std::string_view ipv6) {
    std::vector<std::string> found;
    // Interface, destination, gateway, … Half of all addresses counts as well: so do tunnels take
    // the place of another default route.
    std::istringstream lines4{std::string{ipv4}};
    for (std::string line; std::getline(lines4, line);) {
        const auto words = words_of(line);
        if (words.size() > 7 && words[1] == "00000000") add(found, words[0]);
    }
    // Destination, length of its prefix, …, the last is the interface.
    std::istringstream lines6{std::string{ipv6}};
    for (std::string line; std::getline(lines6, line);) {
        const auto words = words_of(line);
        if (words.size() > 9 && words[0] == std::string(32, '0') && words[1] == "00")
            add(found, words.back());
    }
    return found;
}

}  // namespace podd::network
