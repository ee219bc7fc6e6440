// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/import_options.h"

#include <vector>

#include "base/json.h"
#include "client/bus_error.h"

namespace podd::daemon {

namespace {

constexpr const char* kImporter = "/usr/lib/podd/importer";
// Options travel as one word of argv.
constexpr std::size_t kMaxOptionsBytes = 100'000;

base::Error refused(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

base::Result<base::Json> labels_json(const std::map<std::string, std::string>& labels) {
    base::Json::Array list;
    for (const auto& [name, value] : labels) {
        base::Json label;
        label.add("name", name);
        label.add("value", value);
        list.push_back(std::move(label));
    }
    return base::Json{std::move(list)};
}

base::Result<> add_option(base::Json& json, const std::string& key, const sdbus::Variant& value) {
    if (key == "Name") {
        json.add("name", value.get<std::string>());
    } else if (key == "Reference") {
        json.add("reference", value.get<std::string>());
    } else if (key == "Labels") {
        json.add("labels", TRY(labels_json(value.get<std::map<std::string, std::string>>())));
    } else if (key == "App") {
        base::Json app = TRY_CONTEXT(base::Json::parse(value.get<std::string>()), "option App");
        if (app.as_object() == nullptr)
            return refused(fmt::format("option App: found {}, wanted an object", app.type_name()));
        json.add("app", std::move(app));
    } else {
        return refused(
            fmt::format("option \"{}\" is not known; wanted Name, Labels, App or Reference", key));
    }
    return {};
}

base::ErrorCode code_of(std::string_view name) {
    return client::error_code(fmt::format("org.podd1.Error.{}", name));
}

base::Result<ImporterSays> image_line(const base::Json& image) {
    const base::Json* id = image.find("id");
    const base::Json* name = image.find("name");
    if (id == nullptr || id->as_string() == nullptr)
        return base::Error{base::ErrorCode::kInternal, "the importer named no image"};
    ImportedImage imported{*id->as_string(), {}, {}};
    if (name != nullptr && name->as_string() != nullptr) imported.name = *name->as_string();
    const base::Json* notes = image.find("notes");
    if (notes != nullptr && notes->as_array() != nullptr)
        for (const base::Json& note : *notes->as_array())
            if (note.as_string() != nullptr) imported.notes.push_back(*note.as_string());
    return ImporterSays{std::move(imported)};
}

base::Result<ImporterSays> error_line(const base::Json& error) {
    const base::Json* code = error.find("code");
    const base::Json* message = error.find("message");
    if (code == nullptr || code->as_string() == nullptr || message == nullptr ||
        message->as_string() == nullptr)
        return base::Error{base::ErrorCode::kInternal, "the importer told an error oddly"};
    return ImporterSays{base::Error{code_of(*code->as_string()), *message->as_string()}};
}

std::uint64_t number(const base::Json& json, std::string_view member) {
    const base::Json* found = json.find(member);
    return found == nullptr ? 0 : found->as_uint().value_or(0);
}

}  // namespace

base::Result<std::string> import_options(const std::map<std::string, sdbus::Variant>& options,
                                         uid_t caller) {
    base::Json json;
    json.add("by", fmt::format("uid {}", caller));
    for (const auto& option : options) {
        // Of another type than wanted: the exception stops here.
        const auto added =
            client::guarded([&] { return add_option(json, option.first, option.second); });
        if (!added)
            return refused(fmt::format("option {}: {}", option.first, added.error().message()));
        if (!*added) return added->error();
    }
    std::string text = json.str();
    if (text.size() > kMaxOptionsBytes)
        return refused(fmt::format("options hold more than {} bytes", kMaxOptionsBytes));
    return text;
}

base::Result<ImporterSays> importer_line(std::string_view line) {
    const base::Json json = TRY_CONTEXT(base::Json::parse(line), "the importer's answer");
    if (const base::Json* progress = json.find("progress"))
        return ImporterSays{ImportProgress{number(*progress, "bytes"), number(*progress, "total")}};
    if (const base::Json* image = json.find("image")) return image_line(*image);
    if (const base::Json* image = json.find("removed")) return image_line(*image);
    if (json.find("done") != nullptr) return ImporterSays{ImportedImage{}};
    if (const base::Json* error = json.find("error")) return error_line(*error);
    return base::Error{base::ErrorCode::kInternal, "the importer said something unknown"};
}

client::BusProperties importer_service(const std::vector<std::string>& arguments,
                                       const std::string& description) {
    std::vector<std::string> argv{kImporter};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    using ExecEx = sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
    // Words of the caller's stand in argv: nothing of them may be expanded.
    const std::vector<ExecEx> exec{ExecEx{kImporter, argv, {"no-env-expand"}}};
    client::BusProperties properties;
    const auto set = [&](const char* name, const auto& value) {
        properties.emplace_back(std::string{name}, sdbus::Variant{value});
    };
    set("Description", description);
    set("Type", std::string{"exec"});
    set("StandardError", std::string{"journal"});  // not the pipe that answers come through
    set("ExecStartEx", exec);
    set("CollectMode", std::string{"inactive-or-failed"});
    set("AddRef", true);
    set("StateDirectory", std::vector<std::string>{"podd"});
    set("StateDirectoryMode", std::uint32_t{0700});
    set("UMask", std::uint32_t{0077});
    // The unpacker makes a user namespace and idmapped mounts; everything else is closed.
    set("NoNewPrivileges", true);
    set("PrivateNetwork", true);
    set("PrivateTmp", true);
    set("ProtectSystem", std::string{"strict"});
    set("ReadWritePaths", std::vector<std::string>{"/var/lib/podd"});
    set("ProtectHome", std::string{"yes"});
    set("ProtectClock", true);
    set("ProtectHostname", true);
    set("ProtectKernelLogs", true);
    set("ProtectKernelModules", true);
    set("ProtectKernelTunables", true);
    set("ProtectControlGroups", true);
    set("LockPersonality", true);
    set("MemoryDenyWriteExecute", true);
    set("RestrictRealtime", true);
    set("DevicePolicy", std::string{"closed"});
    set("TasksMax", std::uint64_t{64});
    set("KillMode", std::string{"control-group"});
    set("TimeoutStopUSec", std::uint64_t{10'000'000});
    return properties;
}

}  // namespace podd::daemon
