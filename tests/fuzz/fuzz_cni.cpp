// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as what a plugin of CNI says, as a description of a network and as a record: nothing of
// it becomes another line of resolv.conf or another path, and what is taken is read back as the
// same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "network/cni_attachment.h"
#include "network/cni_network.h"
#include "network/cni_reply.h"
#include "network/cni_result.h"

namespace {

using namespace podd::network;

void check_result(std::string_view text) {
    const auto answer = parse_plugin_answer(text);
    if (!answer) return;
    const auto result = cni_result(*answer);
    if (!result) return;
    for (const auto& interface : result->interfaces)
        if (interface.name.find('/') != std::string::npos || interface.name.size() > 15)
            std::abort();
    const auto lines = resolv_conf(result->dns);
    const auto wanted = static_cast<std::ptrdiff_t>(result->dns.servers.size() + 2);
    if (std::count(lines.begin(), lines.end(), '\n') > wanted) std::abort();
}

void check_error(std::string_view text) {
    const auto error = plugin_error(text);
    if (error && std::any_of(error->begin(), error->end(),
                             [](char c) { return static_cast<unsigned char>(c) < ' '; }))
        std::abort();
}

void check_network(std::string_view text) {
    const auto network = parse_cni_network(text);
    if (!network) return;
    for (const auto& type : plugin_types(*network))
        if (type.empty() || type.front() == '.' || type.find('/') != std::string::npos)
            std::abort();
    if (cni_network_from_json(to_json(*network)).value() != *network) std::abort();
}

void check_records(std::string_view text) {
    const auto attachments = parse_attachments(text);
    if (attachments) {
        for (const auto& one : attachments->list)
            (void)plugin_request(one, 0, nullptr);
        if (parse_attachments(to_json(*attachments).str()).value() != *attachments) std::abort();
    }
    const auto reply = parse_cni_reply(text);
    if (reply && parse_cni_reply(to_text(*reply)).value() != *reply) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_result(text);
    check_error(text);
    check_network(text);
    check_records(text);
    return 0;
}
