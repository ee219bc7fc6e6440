// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/environment.h"

#include <algorithm>

#include "schema/default_path.h"

namespace podd::pod {

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

}  // namespace

Variables environment(const ResolvedApp& app, const Identity& identity,
                      const std::optional<Metadata>& metadata) {
    Variables all{{"PATH", std::string{schema::kDefaultPath}}};
    if (!identity.name.empty()) {
        all.emplace_back("HOME", identity.home);
        all.emplace_back("USER", identity.name);
        all.emplace_back("LOGNAME", identity.name);
        all.emplace_back("SHELL", identity.shell);
    }
    all.insert(all.end(), app.environment.begin(), app.environment.end());
    all.emplace_back("AC_APP_NAME", app.name);
    if (metadata) all.emplace_back("AC_METADATA_URL", metadata->url());
    all.emplace_back("container", "podd");
    // Later ones win; the place of the first is kept.
    Variables variables;
    for (auto& variable : all) {
        const auto before =
            std::find_if(variables.begin(), variables.end(),
                         [&](const auto& other) { return other.first == variable.first; });
        if (before == variables.end())
            variables.push_back(std::move(variable));
        else
            before->second = std::move(variable.second);
    }
    return variables;
}

}  // namespace podd::pod
