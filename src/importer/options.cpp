// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/options.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include <sys/utsname.h>

#include "base/number.h"
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
    "importer import-fetched [--store=DIR] --fetched=JSON < FOLDER\n"
    "importer manifest --folder=NAME < FOLDER\n"
    "importer renew [--store=DIR] --id=ID [--options=JSON]\n"
    "importer remove [--store=DIR] --id=ID\n"
    "importer gc [--store=DIR] [--grace-usec=NUMBER] 0> FILE\n"
    "importer verify [--store=DIR] [--repair] [--id=ID...] 0> FILE\n"
    "importer fsck [--store=DIR] [--repair] 0> FILE\n"
    "importer export [--store=DIR] --id=ID 0> FILE\n"
    "importer extract [--store=DIR] [--own] --id=ID 0> FILE\n"
    "importer history [--store=DIR] --id=ID 0> FILE\n"
    "\n"
    "Adds an image to podd's store, removes one, or looks after the store. podd runs\n"
    "it; FILE of import is an ACI, an OCI layout (folder or tar), a docker-save\n"
    "archive or the tar of a root file system. FOLDER has folders that the fetcher\n"
    "has put ACIs into. Says what it does as lines of JSON.\n"
    "What the other verbs find goes to what standard input is: it is the one file\n"
    "that the caller gives.\n";

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

// Who asked stands beside it.
Result<> set_verification(store::Verification& verification, const Json& json) {
    if (json.as_object() == nullptr) return invalid("/verification: wanted an object");
    for (const auto& [name, value] : *json.as_object()) {
        if (name == "kind")
            verification.kind = TRY(text_of(value, "verification/kind"));
        else if (name == "reference")
            verification.reference = TRY(text_of(value, "verification/reference"));
        else if (name == "rule")
            verification.rule = TRY(text_of(value, "verification/rule"));
        else
            return invalid(fmt::format("/verification/{}: there is no such option", name));
    }
    return {};
}

Result<SignedBytes> signed_bytes(const Json& json) {
    const Json* fingerprint = json.find("fingerprint");
    const Json* sha256 = json.find("sha256");
    if (fingerprint == nullptr || sha256 == nullptr)
        return invalid("wanted an object with fingerprint and sha256");
    SignedBytes bytes;
    bytes.fingerprint = TRY(text_of(*fingerprint, "fingerprint"));
    bytes.sha256 = TRY(text_of(*sha256, "sha256"));
    return bytes;
}

Result<std::string> text_in(const Json& json, const char* member) {
    const Json* found = json.find(member);
    if (found == nullptr) return std::string{};
    return text_of(*found, member);
}

Result<std::vector<schema::Label>> labels_in(const Json& json, const char* member) {
    const Json* found = json.find(member);
    if (found == nullptr) return std::vector<schema::Label>{};
    return labels_of(*found);
}

Result<Wanted> wanted_of(const Json& json) {
    auto name = TRY(schema::AcIdentifier::parse(TRY(text_in(json, "name"))));
    Wanted wanted{.name = std::move(name)};
    wanted.labels = TRY(labels_in(json, "labels"));
    wanted.host = TRY(labels_in(json, "host"));
    wanted.id = TRY(text_in(json, "id"));
    if (const Json* size = json.find("size")) wanted.size = size->as_uint();
    return wanted;
}

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

Result<store::Origin> origin_of(const Json& json) {
    store::Origin origin;
    origin.reference = TRY(text_in(json, "reference"));
    origin.url = TRY(text_in(json, "url"));
    origin.etag = TRY(text_in(json, "etag"));
    const Json* age = json.find("maxAge");
    origin.max_age = age == nullptr ? 0 : age->as_uint().value_or(0);
    origin.checked_usec = now_usec();
    if (origin.reference.empty()) return invalid("wanted a reference");
    return origin;
}

std::string host_machine() {
    utsname name{};
    return ::uname(&name) == 0 ? name.machine : "";
}

}  // namespace

Result<ImportOptions> ImportOptions::parse(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    return from_json(json);
}

Result<ImportOptions> ImportOptions::from_json(const Json& json) {
    if (json.as_object() == nullptr) return invalid("wanted an object");
    ImportOptions options;
    for (const auto& [name, value] : *json.as_object()) {
        if (name == "by")
            options.verification.by = TRY(text_of(value, name));
        else if (name == "name")
            options.name =
                TRY_CONTEXT(schema::AcIdentifier::parse(TRY(text_of(value, name))), "/name");
        else if (name == "labels")
            options.labels = TRY(labels_of(value));
        else if (name == "reference")
            options.reference = TRY(text_of(value, name));
        else if (name == "app")
            options.app = value;
        else if (name == "verification")
            TRY(set_verification(options.verification, value));
        else if (name == "digest")
            options.digest =
                TRY_CONTEXT(schema::Digest::parse(TRY(text_of(value, name))), "/digest");
        else if (name == "registry")
            options.of_registry = value.as_bool() != nullptr && *value.as_bool();
        else if (name == "signed")
            options.signature = TRY_CONTEXT(signed_bytes(value), "/signed");
        else if (name == "wanted")
            options.wanted = TRY_CONTEXT(wanted_of(value), "/wanted");
        else if (name == "origin")
            options.origin = TRY_CONTEXT(origin_of(value), "/origin");
        else
            return invalid(fmt::format("/{}: there is no such option", name));
    }
    if (options.name) {
        TRY_CONTEXT(store::check_name(options.name->str()), "/name");
        TRY(manifest_of(options));  // before anything is read
    }
    return options;
}

Result<std::vector<FetchedAci>> parse_fetched(std::string_view text) {
    auto json = TRY(Json::parse(text));
    if (json.as_array() == nullptr) return invalid("wanted a list");
    std::vector<FetchedAci> fetched;
    for (Json& each : *json.as_array()) {
        FetchedAci aci;
        aci.folder = TRY(text_in(each, "folder"));
        if (aci.folder.empty()) return invalid("wanted objects with a folder");
        std::erase_if(*each.as_object(),
                      [](const Json::Member& member) { return member.first == "folder"; });
        aci.options = TRY(ImportOptions::from_json(each));
        fetched.push_back(std::move(aci));
    }
    if (fetched.empty()) return invalid("wanted at least one image");
    return fetched;
}

Result<schema::ImageManifest> manifest_of(const ImportOptions& options) {
    if (!options.name) return invalid("a root file system needs a name");
    return schema::root_manifest({*options.name, options.labels, options.app}, host_machine());
}

namespace {

struct VerbRow {
    std::string_view name;
    Verb verb;
};
constexpr VerbRow kVerbs[] = {
    {"import", Verb::kImport},     {"import-fetched", Verb::kImportFetched},
    {"manifest", Verb::kManifest}, {"renew", Verb::kRenew},
    {"remove", Verb::kRemove},     {"gc", Verb::kCollect},
    {"verify", Verb::kVerify},     {"fsck", Verb::kCheck},
    {"export", Verb::kExport},     {"extract", Verb::kExtract},
    {"history", Verb::kHistory},
};

Result<std::uint64_t> number_of(std::string_view text) {
    if (const auto value = base::parse_number<std::uint64_t>(text)) return *value;
    return invalid(fmt::format("\"{}\" is no number", text));
}

bool knows_id(Verb verb) {
    return verb != Verb::kImport && verb != Verb::kImportFetched && verb != Verb::kManifest &&
           verb != Verb::kCollect && verb != Verb::kCheck;
}

// Options that one verb or two know. False when this verb knows no such option.
Result<bool> parse_option(CommandLine& line, std::string_view name, std::string_view value) {
    if (name == "--options" && (line.verb == Verb::kImport || line.verb == Verb::kRenew))
        line.import = TRY_CONTEXT(ImportOptions::parse(value), "--options");
    else if (name == "--fetched" && line.verb == Verb::kImportFetched)
        line.fetched = TRY_CONTEXT(parse_fetched(value), "--fetched");
    else if (name == "--folder" && line.verb == Verb::kManifest)
        line.folder = value;
    else if (name == "--id" && knows_id(line.verb))
        line.ids.emplace_back(value);
    else if (name == "--grace-usec" && line.verb == Verb::kCollect)
        line.grace_usec = TRY_CONTEXT(number_of(value), "--grace-usec");
    else if (name == "--repair" && (line.verb == Verb::kVerify || line.verb == Verb::kCheck))
        line.repair = true;
    else if (name == "--own" && line.verb == Verb::kExtract)
        line.own = true;
    else
        return false;
    return true;
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, char** argv) {
    CommandLine line{.store = std::string{store::kStoreDir},
                     .run_dir = std::string{plan::kRunDir},
                     .import = {},
                     .fetched = {},
                     .folder = {},
                     .ids = {},
                     .grace_usec = {}};
    bool help = argc < 2;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto name = argument.substr(0, argument.find('='));
        const auto value = argument.substr(std::min(name.size() + 1, argument.size()));
        const auto* row =
            std::find_if(std::begin(kVerbs), std::end(kVerbs),
                         [&](const VerbRow& verb) { return i == 1 && verb.name == argument; });
        if (argument == "--help" || argument == "-h")
            help = true;
        else if (row != std::end(kVerbs))
            line.verb = row->verb;
        else if (name == "--store")
            line.store = value;
        else if (name == "--run-dir")
            line.run_dir = value;
        else if (!TRY(parse_option(line, name, value)))
            return invalid(fmt::format("\"{}\" is not understood here: see --help", argument));
    }
    if (help) line.verb = Verb::kHelp;
    const bool wants_one = line.verb == Verb::kRemove || line.verb == Verb::kExport ||
                           line.verb == Verb::kExtract || line.verb == Verb::kHistory ||
                           line.verb == Verb::kRenew;
    if (wants_one && line.ids.size() != 1)
        return invalid(fmt::format("{} wants one --id=", argv[1]));
    if ((line.verb == Verb::kImportFetched && line.fetched.empty()) ||
        (line.verb == Verb::kManifest && line.folder.empty()))
        return invalid(fmt::format("an option of {} is missing: see --help", argv[1]));
    return line;
}

}  // namespace podd::importer
