// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/entered_app.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.h"

namespace podd::podctl {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<AppChoice> parse_app_choice(const std::vector<std::string>& words) {
    AppChoice choice;
    const std::string& first = words.front();
    const auto slash = std::min(first.find('/'), first.size());
    choice.pod = first.substr(0, slash);
    if (slash < first.size()) choice.app = first.substr(slash + 1);
    if (choice.pod.empty() || (slash < first.size() && choice.app.empty()))
        return Error{ErrorCode::kInvalidArgument, fmt::format("\"{}\": wanted POD/APP", first)};
    if (words.size() < 2) return choice;
    if (!choice.app.empty() || words[1].empty())
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{} {}\": wanted POD APP or POD/APP", first, words[1])};
    choice.app = words[1];
    return choice;
}

Result<std::string> chosen_app(const AppChoice& choice, const std::vector<std::string>& apps) {
    if (choice.app.empty() && apps.size() == 1) return apps.front();
    if (std::ranges::find(apps, choice.app) != apps.end()) return choice.app;
    if (choice.app.empty())
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("pod \"{0}\" has several apps\nhint: say which: {0}/{1}",
                                 choice.pod, fmt::join(apps, fmt::format(", {}/", choice.pod)))};
    return Error{ErrorCode::kNotFound, fmt::format("pod \"{}\" has no app \"{}\"\nhint: it has {}",
                                                   choice.pod, choice.app, fmt::join(apps, ", "))};
}

Result<> check_words(const std::vector<std::string>& command) {
    for (const std::string& word : command)
        if (!base::Json::parse(base::Json{word}.str()))
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("\"{}\": words of a command must be UTF-8", word)};
    return {};
}

}  // namespace podd::podctl
