// SPDX-License-Identifier: LGPL-2.1-or-later
// What the units of one pod have in common. Of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/annotations.h"
#include "schema/exposed_port.h"
#include "translate/translate.h"
#include "unit/unit.h"

namespace podd::translate {

/// The first version of systemd with RestartSteps=.
inline constexpr int kRestartStepsSince = 254;

inline constexpr std::string_view kFlavor = "/usr/lib/podd/stage1/nspawn";

/// Everything about a pod that more than one of its units needs.
struct Context {
    const Pod& pod;
    const Options& options;
    schema::PodSettings settings;
    std::vector<schema::AppSettings> apps;  // one for each of the manifest's
    std::string name;
    std::string sandbox;
    std::string slice;
    bool pulled = false;  // images are fetched before it starts
    std::vector<schema::ActivatedPort> activated{};

    bool transient() const { return pod.source_path.empty(); }
};

void set(unit::Section& section, std::string_view key, std::string_view value);
void set_words(unit::Section& section, std::string_view key, std::vector<std::string> words);
unit::Section section_of(std::string name);
unit::Unit unit_of(std::string name, unit::Section head, unit::Section body);

/// What all units of the pod say of themselves.
void describe(unit::Section& section, const Context& context, std::string_view description);
std::string described(const Context& context);

/// The unit of the `index`-th app. Errors: kInvalidArgument.
base::Result<unit::Unit> app_unit(const Context& context, std::size_t index);

/// One for each app that systemd listens for, in the order of the apps; one for those before which
/// a proxy stands, and one for the host's loopback addresses.
std::vector<unit::Unit> socket_units(const Context& context);

}  // namespace podd::translate
