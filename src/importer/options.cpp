// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/options.h"

#include <utility>

#include <fmt/format.h>

#include <sys/utsname.h>

#include "plan/plan.h"
#include "schema/root_manifest.h"
#include "store/layout.h"
#include "store/reader.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

const char kHelp[] =
    "importer import [--store=DIR] [--options=JSON] < FILE\n"
    "importer remove [--store=DIR] --id=ID\n"
    "\n"
    "Adds an image to podd's store, or removes one. podd runs it; FILE is an ACI, an\n"
    "OCI layout (folder or tar), a docker-save archive or the tar of a root file\n"
    "system. Says what it does as lines of JSON.\n";

namespace {

Error invalid(std::string message) {
    return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

Result<std::string> text_of(const Json& json, std::string_view member) {
    if (json.as_string() == nullptr)
        return invalid(fmt::format("/{}: found {}, wanted a string", member, json.type_name()));
    return *json.as_string();
}

Result<std::vector<schema::Label>> labels_of(const Json& json) {
    auto labels = schema::labels_from_json(json);
    if (!labels) return invalid(fmt::format("/labels{}", labels.error().message()));
    return labels;
}

std::string host_machine() {
    utsname name{};
    return ::uname(&name) == 0 ? name.machine : "";
}

}  // namespace

Result<ImportOptions> ImportOptions::parse(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    if (json.as_object() == nullptr) return invalid("wanted an object");
    ImportOptions options;
    for (const auto& [name, value] : *json.as_object()) {
        if (name == "by")
            options.by = TRY(text_of(value, name));
        else if (name == "name")
            options.name =
                TRY_CONTEXT(schema::AcIdentifier::parse(TRY(text_of(value, name))), "/name");
        else if (name == "labels")
            options.labels = TRY(labels_of(value));
        else if (name == "reference")
            options.reference = TRY(text_of(value, name));
        else if (name == "app")
            options.app = value;
        else
            return invalid(fmt::format("/{}: there is no such option", name));
    }
    if (options.name) {
        TRY_CONTEXT(store::check_name(options.name->str()), "/name");
        TRY(manifest_of(options));  // before anything is read
    }
    return options;
}

Result<schema::ImageManifest> manifest_of(const ImportOptions& options) {
    if (!options.name) return invalid("a root file system needs a name");
    return schema::root_manifest({*options.name, options.labels, options.app}, host_machine());
}

Result<CommandLine> parse_command_line(int argc, char** argv) {
    CommandLine line{.store = std::string{store::kStoreDir},
                     .run_dir = std::string{plan::kRunDir},
                     .import = {},
                     .id = {}};
    bool help = argc < 2;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto value = argument.substr(std::min(argument.find('=') + 1, argument.size()));
        if (argument == "--help" || argument == "-h")
            help = true;
        else if (i == 1 && argument == "import")
            line.verb = Verb::kImport;
        else if (i == 1 && argument == "remove")
            line.verb = Verb::kRemove;
        else if (argument.starts_with("--store="))
            line.store = value;
        else if (argument.starts_with("--run-dir="))
            line.run_dir = value;
        else if (argument.starts_with("--options=") && line.verb == Verb::kImport)
            line.import = TRY_CONTEXT(ImportOptions::parse(value), "--options");
        else if (argument.starts_with("--id=") && line.verb == Verb::kRemove)
            line.id = value;
        else
            return invalid(fmt::format("\"{}\" is not understood here: see --help", argument));
    }
    if (help) line.verb = Verb::kHelp;
    if (line.verb == Verb::kRemove && line.id.empty()) return invalid("remove wants --id=");
    return line;
}

}  // namespace podd::importer
