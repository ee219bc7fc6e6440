// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/app_json.h"

#include <fmt/format.h>

#include "schema/scalars.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

Result<std::string> read_filled(const JsonNode& node, std::string_view wanted) {
    std::string text = TRY(node.text(wanted));
    if (text.empty()) return node.refuse(wanted);
    return text;
}

Result<EnvironmentVariable> read_environment_variable(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", checked_text(check_environment_name)));
    auto value = TRY(read_text_or_empty(node, "value"));
    return EnvironmentVariable{std::move(name), std::move(value)};
}

Result<EventHandler> read_event_handler(const JsonNode& node) {
    const JsonNode name = TRY(node.member("name"));
    const std::string text = TRY(name.text("\"pre-start\" or \"post-stop\""));
    if (text != "pre-start" && text != "post-stop")
        return name.refuse("\"pre-start\" or \"post-stop\"");
    auto exec = TRY(read_texts(node, "exec"));
    const JsonNode exec_node = TRY(node.member("exec"));
    if (exec.empty()) return exec_node.refuse("a program and its arguments");
    const auto kind =
        text == "pre-start" ? EventHandler::Name::kPreStart : EventHandler::Name::kPostStop;
    return EventHandler{kind, std::move(exec)};
}

Result<MountPoint> read_mount_point(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcName>));
    auto path = TRY(read_member(node, "path", checked_text(check_mount_path)));
    const bool read_only = TRY(read_flag(node, "readOnly"));
    return MountPoint{std::move(name), std::move(path), read_only};
}

std::string_view handler_name(const EventHandler& handler) {
    return handler.name == EventHandler::Name::kPreStart ? "pre-start" : "post-stop";
}

// The lists of an app in which a name or path may stand only once.
Result<void> check_app_lists(const JsonNode& node, const App& app) {
    const JsonNode handlers = TRY(node.member("eventHandlers"));
    TRY(check_unique(handlers, app.event_handlers, handler_name, "event handler"));
    const JsonNode environment = TRY(node.member("environment"));
    TRY(check_unique(
        environment, app.environment, [](const auto& one) -> std::string_view { return one.name; },
        "variable"));
    const JsonNode mount_points = TRY(node.member("mountPoints"));
    TRY(check_unique(
        mount_points, app.mount_points,
        [](const auto& one) -> std::string_view { return one.name.str(); }, "mount point"));
    TRY(check_unique(
        mount_points, app.mount_points,
        [](const auto& one) -> std::string_view { return one.path; }, "path"));
    const JsonNode ports = TRY(node.member("ports"));
    return check_unique(
        ports, app.ports, [](const auto& one) -> std::string_view { return one.name.str(); },
        "port");
}

Json write_event_handler(const EventHandler& handler) {
    return Json{Json::Object{{"name", handler_name(handler)}, {"exec", write_texts(handler.exec)}}};
}

Json write_mount_point(const MountPoint& point) {
    return Json{Json::Object{
        {"name", point.name.str()}, {"path", point.path}, {"readOnly", point.read_only}}};
}

}  // namespace

Result<std::vector<std::string>> read_texts(const JsonNode& parent, std::string_view name) {
    return read_list(parent, name, [](const JsonNode& node) { return node.text(); });
}

Result<std::string> read_text_or_empty(const JsonNode& parent, std::string_view name) {
    const JsonNode node = TRY(parent.member(name));
    if (node.absent()) return std::string{};
    return node.text();
}

Result<bool> read_flag(const JsonNode& parent, std::string_view name) {
    const JsonNode node = TRY(parent.member(name));
    if (node.absent()) return false;
    return node.boolean();
}

Result<StringMap> read_string_map(const JsonNode& parent, std::string_view name) {
    StringMap map;
    const JsonNode node = TRY(parent.member(name));
    if (node.absent()) return map;
    const auto* members = TRY(node.object());
    for (const auto& member : *members) {
        const JsonNode value = node.child(member);
        if (member.first.find('\0') != std::string::npos)
            return value.here(found_wanted("a NUL character in a name", "none"));
        map.emplace_back(member.first, TRY(value.text()));
    }
    return map;
}

Result<Port> read_port(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcName>));
    const JsonNode protocol_node = TRY(node.member("protocol"));
    auto protocol = TRY(read_filled(protocol_node, "a protocol such as \"tcp\""));
    const JsonNode port_node = TRY(node.member("port"));
    const auto port = TRY(port_node.natural(1, 65535));
    const JsonNode count_node = TRY(node.member("count"));
    // The reference parser takes 0 for 1.
    const auto count = count_node.absent() ? std::uint64_t{0} : TRY(count_node.natural(0, 65535));
    if (port + count > 65536)
        return count_node.refuse(
            fmt::format("at most {}: port {} is the first, 65535 the last", 65536 - port, port));
    const bool socket_activated = TRY(read_flag(node, "socketActivated"));
    return Port{std::move(name), std::move(protocol), static_cast<std::uint16_t>(port),
                count == 0 ? 1 : static_cast<std::uint32_t>(count), socket_activated};
}

Result<App> read_app(const JsonNode& node) {
    App app;
    app.exec = TRY(read_texts(node, "exec"));
    const JsonNode user = TRY(node.member("user"));
    app.user = TRY(read_filled(user, "a user: name, number or path"));
    const JsonNode group = TRY(node.member("group"));
    app.group = TRY(read_filled(group, "a group: name, number or path"));
    app.supplementary_gids =
        TRY(read_list(node, "supplementaryGIDs", [](const JsonNode& gid) -> Result<std::uint32_t> {
            return static_cast<std::uint32_t>(TRY(gid.natural(0, kMaxId)));
        }));
    app.event_handlers = TRY(read_short_list(node, "eventHandlers", read_event_handler));
    const JsonNode directory = TRY(node.member("workingDirectory"));
    if (!directory.absent()) {
        app.working_directory = TRY(directory.text());
        if (auto good = check_working_directory(app.working_directory);
            !good && !app.working_directory.empty())
            return directory.here(std::move(good).error());
    }
    app.environment = TRY(read_short_list(node, "environment", read_environment_variable));
    app.mount_points = TRY(read_short_list(node, "mountPoints", read_mount_point));
    app.ports = TRY(read_short_list(node, "ports", read_port));
    app.isolators = TRY(read_isolators(node));
    app.user_annotations = TRY(read_string_map(node, "userAnnotations"));
    app.user_labels = TRY(read_string_map(node, "userLabels"));
    TRY(check_app_lists(node, app));
    return app;
}

Result<std::string> read_kind_and_version(const JsonNode& node, std::string_view kind) {
    const JsonNode kind_node = TRY(node.member("acKind"));
    const std::string wanted = quoted(kind);
    if (TRY(kind_node.text(wanted)) != kind) return kind_node.refuse(wanted);
    return read_member(node, "acVersion", checked_text(check_ac_version));
}

Json write_texts(const std::vector<std::string>& texts) {
    return Json{Json::Array(texts.begin(), texts.end())};
}

Json write_port(const Port& port) {
    return Json{Json::Object{{"name", port.name.str()},
                             {"protocol", port.protocol},
                             {"port", int{port.port}},
                             {"count", std::int64_t{port.count}},
                             {"socketActivated", port.socket_activated}}};
}

void add_string_map(Json& json, std::string_view name, const StringMap& map) {
    if (map.empty()) return;
    json.add(std::string{name}, Json{Json::Object(map.begin(), map.end())});
}

Json write_app(const App& app) {
    Json json{Json::Object{}};
    json.add("exec", write_texts(app.exec));
    json.add("user", app.user);
    json.add("group", app.group);
    add_list(json, "supplementaryGIDs", app.supplementary_gids,
             [](std::uint32_t gid) { return Json{std::int64_t{gid}}; });
    add_list(json, "eventHandlers", app.event_handlers, write_event_handler);
    if (!app.working_directory.empty()) json.add("workingDirectory", app.working_directory);
    add_list(json, "environment", app.environment, [](const EnvironmentVariable& one) {
        return Json{Json::Object{{"name", one.name}, {"value", one.value}}};
    });
    add_list(json, "mountPoints", app.mount_points, write_mount_point);
    add_list(json, "ports", app.ports, write_port);
    add_isolators(json, app.isolators);
    add_string_map(json, "userAnnotations", app.user_annotations);
    add_string_map(json, "userLabels", app.user_labels);
    return json;
}

Result<App> app_from_json(const Json& json) {
    const JsonNode node{json};
    return read_app(node);
}

Json to_json(const App& app) {
    return write_app(app);
}

}  // namespace podd::schema
