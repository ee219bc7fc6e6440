// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_attachment.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

// Plugins call iptables(8), tc(8) and the like.
constexpr std::string_view kPath =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

Error damaged(std::string_view member) {
    return Error{ErrorCode::kCorrupt, fmt::format("member \"{}\" is damaged or missing", member)};
}

Result<std::string> text_at(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr || member->as_string()->empty() ||
        member->as_string()->find('\0') != std::string::npos)
        return damaged(name);
    return *member->as_string();
}

Result<std::vector<std::pair<std::string, std::string>>> arguments_from_json(const Json* json) {
    if (json == nullptr || json->as_object() == nullptr) return damaged("arguments");
    std::vector<std::pair<std::string, std::string>> arguments;
    for (const auto& [name, value] : *json->as_object()) {
        if (value.as_string() == nullptr) return damaged("arguments");
        arguments.emplace_back(name, *value.as_string());
    }
    return arguments;
}

Json to_json(const Attachment& attachment) {
    Json::Object arguments;
    for (const auto& [name, value] : attachment.arguments)
        arguments.emplace_back(name, value);
    Json json{Json::Object{{"network", to_json(attachment.network)},
                           {"interface", attachment.interface},
                           {"arguments", std::move(arguments)},
                           {"capabilities", attachment.capabilities}}};
    if (attachment.result) json.add("result", *attachment.result);
    return json;
}

Result<Attachment> attachment_from_json(const Json& json) {
    const auto* network = json.find("network");
    const auto* capabilities = json.find("capabilities");
    if (network == nullptr) return damaged("network");
    if (capabilities == nullptr) return damaged("capabilities");
    auto made = cni_network_from_json(*network);
    if (!made) return Error{ErrorCode::kCorrupt, made.error().message()};
    Attachment attachment;
    attachment.network = std::move(*made);
    attachment.interface = TRY(text_at(json, "interface"));
    attachment.capabilities = *capabilities;
    attachment.arguments = TRY(arguments_from_json(json.find("arguments")));
    if (const auto* result = json.find("result")) attachment.result = *result;
    return attachment;
}

// Its own members, and ours in place of those of the same name.
bool is_ours(std::string_view name) {
    return name == "cniVersion" || name == "name" || name == "capabilities" ||
           name == "cniVersions" || name == "disableCheck" || name == "plugins";
}

Json runtime_config(const Json& plugin, const Json& arguments) {
    Json config{Json::Object{}};
    if (arguments.as_object() == nullptr) return config;
    for (const auto& [name, value] : *arguments.as_object())
        if (has_capability(plugin, name)) config.add(name, value);
    return config;
}

// A plugin may know some of them only; by itself it would refuse the others.
std::string argument_text(const Attachment& attachment) {
    std::string text = "IgnoreUnknown=1";
    for (const auto& [name, value] : attachment.arguments)
        text += fmt::format(";{}={}", name, value);
    return text;
}

}  // namespace

std::string cni_record_file(const std::string& uuid) {
    return uuid + std::string{kCniRecordEnding};
}

Json to_json(const Attachments& attachments) {
    Json::Array list;
    for (const auto& one : attachments.list)
        list.push_back(to_json(one));
    return Json::Object{{"pod", attachments.pod},
                        {"uuid", attachments.uuid},
                        {"boot", attachments.boot},
                        {"attachments", std::move(list)}};
}

Result<Attachments> parse_attachments(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    Attachments attachments;
    attachments.pod = TRY(text_at(json, "pod"));
    attachments.uuid = TRY(text_at(json, "uuid"));
    attachments.boot = TRY(text_at(json, "boot"));
    const auto* list = json.find("attachments");
    if (list == nullptr || list->as_array() == nullptr) return damaged("attachments");
    for (const auto& one : *list->as_array())
        attachments.list.push_back(TRY(attachment_from_json(one)));
    return attachments;
}

std::string_view name_of(CniCommand command) {
    switch (command) {
        case CniCommand::kAdd: return "ADD";
        case CniCommand::kDel: return "DEL";
        case CniCommand::kCheck: break;
    }
    return "CHECK";
}

Json plugin_request(const Attachment& attachment, std::size_t plugin, const Json* previous) {
    const auto& own = attachment.network.plugins[plugin];
    Json request{Json::Object{{"cniVersion", attachment.network.version},
                              {"name", attachment.network.name}}};
    for (const auto& [name, value] : *own.as_object())
        if (!is_ours(name)) request.add(name, value);
    auto config = runtime_config(own, attachment.capabilities);
    if (!config.as_object()->empty()) request.add("runtimeConfig", std::move(config));
    if (previous != nullptr) request.add("prevResult", *previous);
    return request;
}

std::vector<std::string> plugin_environment(CniCommand command, const Attachments& attachments,
                                            const Attachment& attachment, const std::string& netns,
                                            const std::vector<std::string>& folders) {
    std::vector<std::string> environment{std::string{kPath},
                                         fmt::format("CNI_COMMAND={}", name_of(command)),
                                         fmt::format("CNI_CONTAINERID={}", attachments.uuid),
                                         fmt::format("CNI_NETNS={}", netns),
                                         fmt::format("CNI_IFNAME={}", attachment.interface),
                                         fmt::format("CNI_PATH={}", fmt::join(folders, ":"))};
    environment.push_back("CNI_ARGS=" + argument_text(attachment));
    return environment;
}

}  // namespace podd::network
