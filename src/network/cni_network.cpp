// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_network.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::array<std::string_view, 3> kVersions{"0.3.1", "0.4.0", "1.0.0"};
constexpr std::string_view kWantedVersion = R"("0.3.1", "0.4.0" or "1.0.0")";
constexpr std::size_t kMaxPlugins = 64;
constexpr std::size_t kMaxType = 255;

Error wrong(std::string_view where, std::string_view found, std::string_view wanted) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("{}: found {}, wanted {}", where, found, wanted)};
}

std::string shown(const Json* json) {
    constexpr std::size_t kMost = 64;
    if (json == nullptr) return "nothing";
    if (json->as_string() == nullptr || json->as_string()->size() > kMost)
        return fmt::format("{} {}", json->as_string() == nullptr ? "an" : "a long",
                           json->type_name());
    return json->str();
}

Result<std::string> text_at(const Json& object, std::string_view where, const char* name) {
    const auto* member = object.find(name);
    if (member == nullptr || member->as_string() == nullptr || member->as_string()->empty())
        return wrong(fmt::format("{}/{}", where, name), shown(member), "a text");
    return *member->as_string();
}

// It becomes a part of a path.
bool is_file_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxType && text.front() != '.' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != '\\'; });
}

std::optional<std::size_t> rank(const Json* version) {
    if (version == nullptr || version->as_string() == nullptr) return std::nullopt;
    const auto* found = std::find(kVersions.begin(), kVersions.end(), *version->as_string());
    if (found == kVersions.end()) return std::nullopt;
    return static_cast<std::size_t>(found - kVersions.begin());
}

// The highest one that both sides know. Source: "Version considerations", 1.1.0.
Result<std::string> chosen_version(const Json& json) {
    const auto* one = json.find("cniVersion");
    auto best = rank(one);
    const auto* all = json.find("cniVersions");
    if (all != nullptr && all->as_array() != nullptr)
        for (const auto& other : *all->as_array())
            best = std::max(best, rank(&other));
    if (!best) return wrong("/cniVersion", shown(one), kWantedVersion);
    return std::string{kVersions[*best]};
}

Result<> check_capabilities(const Json& plugin, std::string_view where) {
    const auto* capabilities = plugin.find("capabilities");
    if (capabilities == nullptr) return {};
    const auto at = fmt::format("{}/capabilities", where);
    if (capabilities->as_object() == nullptr) return wrong(at, shown(capabilities), "an object");
    for (const auto& [name, value] : *capabilities->as_object())
        if (value.as_bool() == nullptr)
            return wrong(fmt::format("{}/{}", at, name), shown(&value), "true or false");
    return {};
}

Result<> check_type(const Json& object, std::string_view where) {
    const auto type = TRY(text_at(object, where, "type"));
    if (!is_file_name(type))
        return wrong(fmt::format("{}/type", where), shown(object.find("type")),
                     "the name of a plugin's program");
    return {};
}

Result<> check_plugin(const Json& plugin, std::string_view where) {
    if (plugin.as_object() == nullptr) return wrong(where, shown(&plugin), "an object");
    TRY(check_type(plugin, where));
    TRY(check_capabilities(plugin, where));
    for (const char* ours : {"runtimeConfig", "prevResult"})
        if (plugin.find(ours) != nullptr)
            return wrong(fmt::format("{}/{}", where, ours), "it", "none: podd sets it");
    const auto* ipam = plugin.find("ipam");
    if (ipam == nullptr || (ipam->as_object() != nullptr && ipam->as_object()->empty())) return {};
    const auto at = fmt::format("{}/ipam", where);
    if (ipam->as_object() == nullptr) return wrong(at, shown(ipam), "an object");
    return check_type(*ipam, at);
}

Result<bool> flag_at(const Json& json, const char* name) {
    const auto* flag = json.find(name);
    if (flag == nullptr) return false;
    if (flag->as_bool() == nullptr)
        return wrong(fmt::format("/{}", name), shown(flag), "true or false");
    return *flag->as_bool();
}

void add_once(std::vector<std::string>& names, const Json* object) {
    const auto* type = object == nullptr ? nullptr : object->find("type");
    if (type == nullptr || type->as_string() == nullptr) return;
    if (std::find(names.begin(), names.end(), *type->as_string()) == names.end())
        names.push_back(*type->as_string());
}

}  // namespace

Result<CniNetwork> cni_network_from_json(const Json& json) {
    if (json.as_object() == nullptr) return wrong("/", shown(&json), "an object");
    CniNetwork network;
    network.name = TRY(text_at(json, "", "name"));
    network.version = TRY(chosen_version(json));
    network.disable_check = TRY(flag_at(json, "disableCheck"));
    const auto* plugins = json.find("plugins");
    if (plugins == nullptr && json.find("type") != nullptr) {
        TRY(check_plugin(json, ""));
        network.plugins.push_back(json);
        return network;
    }
    if (plugins == nullptr || plugins->as_array() == nullptr || plugins->as_array()->empty() ||
        plugins->as_array()->size() > kMaxPlugins)
        return wrong("/plugins", shown(plugins),
                     fmt::format("a list of 1 to {} plugins", kMaxPlugins));
    network.plugins = *plugins->as_array();
    for (std::size_t i = 0; i < network.plugins.size(); ++i)
        TRY(check_plugin(network.plugins[i], fmt::format("/plugins/{}", i)));
    return network;
}

Result<CniNetwork> parse_cni_network(std::string_view text) {
    constexpr base::JsonLimits kLimits{std::size_t{1} << 20, 32, 20'000};
    return cni_network_from_json(TRY(Json::parse(text, kLimits)));
}

Json to_json(const CniNetwork& network) {
    return Json::Object{{"cniVersion", network.version},
                        {"name", network.name},
                        {"disableCheck", network.disable_check},
                        {"plugins", Json::Array(network.plugins.begin(), network.plugins.end())}};
}

std::vector<std::string> plugin_types(const CniNetwork& network) {
    std::vector<std::string> types;
    for (const auto& plugin : network.plugins) {
        add_once(types, &plugin);
        add_once(types, plugin.find("ipam"));
    }
    return types;
}

bool has_capability(const Json& plugin, std::string_view name) {
    const auto* capabilities = plugin.find("capabilities");
    const auto* one = capabilities == nullptr ? nullptr : capabilities->find(name);
    return one != nullptr && one->as_bool() != nullptr && *one->as_bool();
}

bool has_capability(const CniNetwork& network, std::string_view name) {
    return std::any_of(network.plugins.begin(), network.plugins.end(),
                       [&](const auto& plugin) { return has_capability(plugin, name); });
}

bool is_checkable(const CniNetwork& network) {
    return network.version != kVersions.front();
}

}  // namespace podd::network
