// SPDX-License-Identifier: LGPL-2.1-or-later
// The image configuration.
#include <fmt/format.h>

#include "schema/app_json.h"
#include "schema/json_node.h"
#include "schema/oci.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

// Docker reads a bare string as a list of one.
Result<std::vector<std::string>> read_command(const JsonNode& parent, std::string_view name) {
    const JsonNode node = TRY(parent.member(name));
    if (const auto* word = node.json().as_string()) return std::vector{*word};
    return read_texts(parent, name);
}

// A set, written as an object with empty values.
Result<std::vector<std::string>> read_set(const JsonNode& parent, std::string_view name) {
    std::vector<std::string> set;
    const JsonNode node = TRY(parent.member(name));
    if (node.absent()) return set;
    const auto* members = TRY(node.object());
    TRY(check_length(node, members->size()));
    for (const auto& member : *members) {
        if (member.first.find('\0') != std::string::npos)
            return node.child(member).here(found_wanted("a NUL character in a name", "none"));
        set.push_back(member.first);
    }
    return set;
}

Result<void> read_process(const JsonNode& node, OciImageConfig& config) {
    if (node.absent()) return {};
    config.user = TRY(read_text_or_empty(node, "User"));
    config.exposed_ports = TRY(read_set(node, "ExposedPorts"));
    config.env = TRY(read_texts(node, "Env"));
    const JsonNode env = TRY(node.member("Env"));
    TRY(check_length(env, config.env.size(), kMaxElements - 1));  // PATH may be added
    config.entrypoint = TRY(read_command(node, "Entrypoint"));
    config.cmd = TRY(read_command(node, "Cmd"));
    config.volumes = TRY(read_set(node, "Volumes"));
    config.working_dir = TRY(read_text_or_empty(node, "WorkingDir"));
    config.labels = TRY(read_string_map(node, "Labels"));
    config.stop_signal = TRY(read_text_or_empty(node, "StopSignal"));
    config.health = TRY(read_oci_health(node));
    return {};
}

Result<std::vector<Digest>> read_diff_ids(const JsonNode& node) {
    const JsonNode type = TRY(node.member("type"));
    if (TRY(type.text("\"layers\"")) != "layers") return type.refuse("\"layers\"");
    auto diff_ids = TRY(read_list(node, "diff_ids", read_parsed<Digest>));
    const JsonNode list = TRY(node.member("diff_ids"));
    TRY(check_length(list, diff_ids.size(), kMaxLayers));
    return diff_ids;
}

}  // namespace

Result<OciImageConfig> parse_oci_config(std::string_view text) {
    const Json json = TRY(Json::parse(text, {.max_bytes = kMaxOciDocument}));
    const JsonNode node{json};
    OciImageConfig config;
    config.platform.architecture = TRY(read_text_or_empty(node, "architecture"));
    config.platform.os = TRY(read_text_or_empty(node, "os"));
    config.platform.variant = TRY(read_text_or_empty(node, "variant"));
    config.created = TRY(read_text_or_empty(node, "created"));
    config.author = TRY(read_text_or_empty(node, "author"));
    config.diff_ids = TRY(read_member(node, "rootfs", read_diff_ids));
    const JsonNode process = TRY(node.member("config"));
    TRY(read_process(process, config));
    return config;
}

}  // namespace podd::schema
