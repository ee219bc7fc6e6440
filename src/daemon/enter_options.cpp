// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/enter_options.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "client/bus_error.h"
#include "schema/scalars.h"

namespace podd::daemon {

namespace {

using base::Result;

constexpr std::size_t kMaxUser = 256;
constexpr std::size_t kMaxPath = 4095;  // PATH_MAX without the NUL
// These say what systemd or podd has prepared for the app, and nothing else can make true.
constexpr std::string_view kPrepared[] = {"CREDENTIALS_DIRECTORY", "LISTEN_FDS", "LISTEN_PID",
                                          "NOTIFY_SOCKET", "WATCHDOG_USEC"};

base::Error refused(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

template <typename Value>
Result<Value> value_of(const std::string& key, const sdbus::Variant& value, const char* wanted) {
    auto given = client::guarded([&] { return value.get<Value>(); });
    if (!given) return refused(fmt::format("option {}: wanted {}", key, wanted));
    return std::move(*given);
}

bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<> check_user(std::string_view user) {
    if (user.empty() || user.size() > kMaxUser || user.front() == ':' || user.back() == ':' ||
        has_control_character(user))
        return refused("option User: wanted USER or USER:GROUP, names or numbers");
    return {};
}

Result<> check_variable(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return refused("option Environment: wanted NAME=VALUE");
    const auto name = line.substr(0, equals);
    TRY_CONTEXT(schema::check_environment_name(name), "option Environment");
    if (std::find(std::begin(kPrepared), std::end(kPrepared), name) == std::end(kPrepared))
        return {};
    return refused(fmt::format("option Environment: {} is not for you to set", name));
}

Result<> check_directory(std::string_view path) {
    if (!path.starts_with('/') || path.size() > kMaxPath)
        return refused("option WorkingDirectory: wanted an absolute path");
    return {};
}

Result<> apply(EnterOptions& options, const std::string& key, const sdbus::Variant& value) {
    if (key == "Privileged") {
        options.privileged = TRY(value_of<bool>(key, value, "a boolean"));
    } else if (key == "User") {
        options.user = TRY(value_of<std::string>(key, value, "a string"));
        TRY(check_user(options.user));
    } else if (key == "Environment") {
        options.environment = TRY(value_of<std::vector<std::string>>(key, value, "strings"));
        for (const std::string& line : options.environment)
            TRY(check_variable(line));
    } else if (key == "WorkingDirectory") {
        options.working_directory = TRY(value_of<std::string>(key, value, "a string"));
        TRY(check_directory(options.working_directory));
    } else {
        return refused(
            fmt::format("option \"{}\" is not known; wanted Privileged, User, "
                        "Environment or WorkingDirectory",
                        key));
    }
    return {};
}

}  // namespace

Result<EnterOptions> enter_options(const std::map<std::string, sdbus::Variant>& options) {
    EnterOptions result;
    for (const auto& [key, value] : options)
        TRY(apply(result, key, value));
    return result;
}

std::vector<std::string> option_words(const EnterOptions& options) {
    std::vector<std::string> words;
    if (!options.user.empty()) words.push_back("--user=" + options.user);
    for (const std::string& line : options.environment)
        words.push_back("--setenv=" + line);
    if (!options.working_directory.empty())
        words.push_back("--working-directory=" + options.working_directory);
    return words;
}

}  // namespace podd::daemon
