// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/message.h"

#include <limits>

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::string_view kConnect = "connect";
constexpr std::string_view kDisconnect = "disconnect";
constexpr std::string_view kList = "list";
constexpr std::string_view kRules = "rules";

std::string_view word_of(Request::Verb verb) {
    switch (verb) {
        case Request::Verb::kConnect: return kConnect;
        case Request::Verb::kDisconnect: return kDisconnect;
        case Request::Verb::kList: return kList;
        case Request::Verb::kRules: break;
    }
    return kRules;
}

const std::string* text_member(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    return member == nullptr ? nullptr : member->as_string();
}

}  // namespace

std::string to_text(const Request& request) {
    Json json{Json::Object{{"verb", word_of(request.verb)}, {"pod", request.pod}}};
    if (request.verb != Request::Verb::kConnect) return json.str();
    Json::Array ports;
    for (const auto& port : request.ports)
        ports.push_back(to_json(port));
    json.add("ports", std::move(ports));
    json.add("access", to_json(request.access));
    if (request.bandwidth) json.add("bandwidth", *request.bandwidth);
    json.add("bestEffort", request.best_effort);
    return json.str();
}

std::string to_text(const Reply& reply) {
    Json json{Json::Object{{"error", reply.error},
                           {"interface", std::uint64_t{reply.interface}},
                           {"unlimited", reply.unlimited}}};
    if (reply.gateway) json.add("gateway", text(*reply.gateway));
    if (!reply.domains.empty())
        json.add("domains", Json::Array(reply.domains.begin(), reply.domains.end()));
    return json.str();
}

Result<Request> parse_request(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    const auto* verb = text_member(json, "verb");
    const auto* pod = text_member(json, "pod");
    const bool connect = verb != nullptr && *verb == kConnect;
    if (verb != nullptr && *verb == kList) return Request{Request::Verb::kList, {}, {}, {}};
    if (verb != nullptr && *verb == kRules) return Request{Request::Verb::kRules, {}, {}, {}};
    if (verb == nullptr || pod == nullptr || !is_pod_name(*pod) ||
        (!connect && *verb != kDisconnect))
        return Error{ErrorCode::kInvalidArgument, "that is no request for a network"};
    Request request;
    request.verb = connect ? Request::Verb::kConnect : Request::Verb::kDisconnect;
    request.pod = *pod;
    if (!connect) return request;
    request.ports = TRY(ports_from_json(json.find("ports")));
    request.access = TRY(access_from_json(json.find("access")));
    request.bandwidth = TRY(bandwidth_from_json(json.find("bandwidth")));
    const auto* best_effort = json.find("bestEffort");
    request.best_effort =
        best_effort != nullptr && best_effort->as_bool() != nullptr && *best_effort->as_bool();
    return request;
}

Result<Reply> parse_reply(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    const auto* error = text_member(json, "error");
    const auto* interface = json.find("interface");
    const auto index = interface == nullptr ? std::nullopt : interface->as_uint();
    const auto* unlimited = text_member(json, "unlimited");
    if (error == nullptr || !index || *index > std::numeric_limits<std::uint32_t>::max())
        return Error{ErrorCode::kCorrupt, "that is no answer of podd-network.service"};
    Reply reply{*error,
                static_cast<std::uint32_t>(*index),
                unlimited == nullptr ? std::string{} : *unlimited,
                {}};
    if (const auto* gateway = text_member(json, "gateway")) reply.gateway = parse_ipv4(*gateway);
    if (const auto* domains = json.find("domains"); domains != nullptr && domains->as_array())
        for (const auto& domain : *domains->as_array())
            if (domain.as_string() != nullptr) reply.domains.push_back(*domain.as_string());
    return reply;
}

}  // namespace podd::network
