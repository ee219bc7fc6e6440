// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_reply.h"

#include <limits>

#include "base/json.h"

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

Result<std::string> text_at(const Json& json, const char* name) {
    const auto* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr)
        return Error{ErrorCode::kCorrupt, "an answer about networks is damaged"};
    return *member->as_string();
}

}  // namespace

std::string to_text(const CniReply& reply) {
    Json::Array interfaces;
    for (const auto index : reply.interfaces)
        interfaces.emplace_back(std::uint64_t{index});
    return Json{Json::Object{{"error", reply.error},
                             {"interfaces", std::move(interfaces)},
                             {"resolvConf", reply.resolv_conf}}}
        .str();
}

Result<CniReply> parse_cni_reply(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    CniReply reply;
    reply.error = TRY(text_at(json, "error"));
    reply.resolv_conf = TRY(text_at(json, "resolvConf"));
    const auto* interfaces = json.find("interfaces");
    if (interfaces == nullptr || interfaces->as_array() == nullptr)
        return Error{ErrorCode::kCorrupt, "an answer about networks is damaged"};
    for (const auto& one : *interfaces->as_array()) {
        const auto index = one.as_uint();
        if (!index || *index > std::numeric_limits<std::uint32_t>::max())
            return Error{ErrorCode::kCorrupt, "an answer about networks is damaged"};
        reply.interfaces.push_back(static_cast<std::uint32_t>(*index));
    }
    return reply;
}

}  // namespace podd::network
