// SPDX-License-Identifier: LGPL-2.1-or-later
// A systemd unit as a value, before it is written as a file or sent over the bus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace podd::unit {

/// One line of a unit: Key=value. A key may stand several times; order counts.
/// `value` is plain text: escaping for the file or typing for the bus is the renderer's work.
/// ExecStart= and its like hold one word per element of `words` instead.
struct Setting {
    std::string key;
    std::string value;
    std::vector<std::string> words;
    bool operator==(const Setting&) const = default;
};

struct Section {
    std::string name;  // "Unit", "Service", "Slice", "Socket"
    std::vector<Setting> settings;
    bool operator==(const Section&) const = default;
};

struct Unit {
    std::string name;  // "pod-web@nginx.service"
    std::vector<Section> sections;
    /// Units that want this one at boot: links <unit>.wants/<name>.
    std::vector<std::string> wanted_by;
    bool operator==(const Unit&) const = default;
};

}  // namespace podd::unit
