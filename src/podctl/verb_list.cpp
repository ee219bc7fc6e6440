// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl list
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "podctl/manager.h"
#include "podctl/table.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_list(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    const auto pods = TRY(client::guarded([&] { return session.manager->ListPods(); }));
    Table table{"pods",
                {{"POD", "name"}, {"STATE", "state"}, {"APPS", "apps"}, {"MANIFEST", "manifest"}},
                {}};
    for (const auto& pod : pods) {
        const auto& [name, state, apps, source, path] = client::as_tuple(pod);
        base::Json::Array list;
        for (const std::string& app : apps)
            list.emplace_back(app);
        table.rows.push_back(
            {{name, name},
             {state, state},
             {base::Json{std::move(list)}, fmt::format("{}", fmt::join(apps, ","))},
             {source, source}});
    }
    print_table(table, arguments.options);
    return kOk;
}

}  // namespace podd::podctl
