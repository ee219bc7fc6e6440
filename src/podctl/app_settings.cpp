// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/app_settings.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/name_values.h"
#include "base/number.h"

namespace podd::podctl {

namespace {

base::Error bad(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

// "a:b:c" → three words
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    for (;;) {
        const std::size_t colon = text.find(':');
        words.emplace_back(text.substr(0, colon));
        if (colon == std::string_view::npos) return words;
        text.remove_prefix(colon + 1);
    }
}

base::Result<base::Json> mount_point(const std::string& text) {
    const auto words = split(text);
    const bool read_only = words.size() == 3 && words[2] == "ro";
    if (words.size() != 2 && !read_only)
        return bad(fmt::format("--mount={}: wanted NAME:PATH or NAME:PATH:ro", text));
    base::Json mount;
    mount.add("name", words[0]);
    mount.add("path", words[1]);
    if (read_only) mount.add("readOnly", true);
    return mount;
}

base::Result<base::Json> port(const std::string& text) {
    const auto words = split(text);
    const auto number =
        words.size() == 3 ? base::parse_number<std::uint16_t>(words[2]) : std::nullopt;
    if (!number || *number == 0)
        return bad(fmt::format("--port={}: wanted NAME:PROTOCOL:PORT, such as http:tcp:80", text));
    base::Json json;
    json.add("name", words[0]);
    json.add("protocol", words[1]);
    json.add("port", std::uint64_t{*number});
    return json;
}

base::Result<base::Json> isolator(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
        return bad(fmt::format("--isolator={}: wanted NAME=JSON", text));
    base::Json json;
    json.add("name", text.substr(0, equals));
    json.add("value", TRY_CONTEXT(base::Json::parse(text.substr(equals + 1)), "--isolator={}",
                                  text.substr(0, equals)));
    return json;
}

template <typename Make>
base::Result<> add_list(base::Json& app, const char* member, const std::vector<std::string>& texts,
                        Make make) {
    if (texts.empty()) return {};
    base::Json::Array array;
    for (const std::string& text : texts)
        array.push_back(TRY(make(text)));
    app.add(member, base::Json{std::move(array)});
    return {};
}

}  // namespace

base::Result<std::string> app_settings(const Options& options,
                                       const std::vector<std::string>& command) {
    std::vector<std::string> exec = options.exec;
    exec.insert(exec.end(), command.begin(), command.end());
    const bool given = !exec.empty() || !options.user.empty() || !options.group.empty() ||
                       !options.working_directory.empty() || !options.environment.empty() ||
                       !options.mounts.empty() || !options.ports.empty() ||
                       !options.isolators.empty();
    if (!given) return std::string{};
    base::Json app;
    if (!exec.empty()) {
        base::Json::Array words;
        for (const std::string& word : exec)
            words.emplace_back(word);
        app.add("exec", base::Json{std::move(words)});
    }
    app.add("user", options.user.empty() ? "0" : options.user);
    app.add("group", options.group.empty() ? "0" : options.group);
    if (!options.working_directory.empty()) app.add("workingDirectory", options.working_directory);
    if (!options.environment.empty())
        app.add("environment", base::name_value_list(options.environment));
    TRY(add_list(app, "mountPoints", options.mounts, mount_point));
    TRY(add_list(app, "ports", options.ports, port));
    TRY(add_list(app, "isolators", options.isolators, isolator));
    return app.str();
}

}  // namespace podd::podctl
