// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image create: an image of a root file system, without podd and without a registry.
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "base/name_values.h"
#include "podctl/app_settings.h"
#include "podctl/new_image.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"
#include "schema/root_manifest.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error bad(std::string message) {
    return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

bool is_archive_name(std::string_view file) {
    return file.ends_with(".tar") || file.ends_with(".oci");
}

Result<ImageFormat> format_of(const Options& options, std::string_view file) {
    if (options.format == "aci") return ImageFormat::kAci;
    if (!options.format.empty() && options.format != "oci")
        return bad(fmt::format("--format={}: wanted aci or oci", options.format));
    if (is_archive_name(file)) return ImageFormat::kOciArchive;
    if (!options.format.empty()) return ImageFormat::kOciFolder;
    if (file.ends_with(".aci")) return ImageFormat::kAci;
    return bad(
        fmt::format("\"{}\" does not end in .aci, .oci or .tar\n"
                    "hint: --format=oci makes it a folder, --format=aci an ACI",
                    file));
}

// Source: reproducible-builds.org, "SOURCE_DATE_EPOCH specification".
Result<std::optional<std::int64_t>> epoch_of(const Options& options) {
    if (options.source_date_epoch) return options.source_date_epoch;
    const char* variable = std::getenv("SOURCE_DATE_EPOCH");  // NOLINT(concurrency-mt-unsafe)
    if (variable == nullptr) return std::optional<std::int64_t>{};
    const auto seconds = TRY_CONTEXT(parse_epoch(variable), "$SOURCE_DATE_EPOCH");
    return std::optional{seconds};
}

Result<std::vector<schema::Label>> labels_of(const Options& options) {
    return TRY_CONTEXT(schema::labels_from_json(base::name_value_list(options.labels)), "--label");
}

Result<schema::ImageManifest> manifest_of(const Arguments& arguments,
                                          std::optional<std::int64_t> epoch) {
    const Options& options = arguments.options;
    if (options.name.empty()) return bad("a root file system needs a name: give it one by --name=");
    auto name = TRY_CONTEXT(schema::AcIdentifier::parse(options.name), "--name");
    auto labels = TRY(labels_of(options));
    schema::RootSettings settings{std::move(name), std::move(labels)};
    const std::string app = TRY(app_settings(options, arguments.after));
    if (!app.empty()) settings.app = TRY(base::Json::parse(app));
    utsname host{};
    (void)::uname(&host);
    auto manifest = TRY(schema::root_manifest(settings, host.machine));
    // When it is made is nobody's business; what it is made of may have a date.
    if (epoch)
        manifest.annotations.push_back({schema::AcIdentifier::parse("created").value(),
                                        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(*epoch))});
    return manifest;
}

struct Place {
    base::UniqueFd dir;
    ImagePlace place;
};

Result<Place> place_of(std::string file, base::Existing existing) {
    while (file.size() > 1 && file.ends_with('/'))
        file.pop_back();
    const std::size_t slash = file.rfind('/');
    const std::size_t name_at = slash == std::string::npos ? 0 : slash + 1;
    const std::string name = file.substr(name_at);
    if (name.empty() || name == "." || name == "..")
        return bad(fmt::format("\"{}\" is no name for a new file", file));
    auto dir =
        TRY(base::open_path(name_at == 0 ? "." : file.substr(0, name_at), O_RDONLY | O_DIRECTORY));
    // Known before anything is read; publishing looks again.
    struct stat st{};
    if (existing == base::Existing::kRefuse &&
        ::fstatat(dir.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0)
        return Error{ErrorCode::kConflict,
                     fmt::format("\"{}\" exists already\nhint: --force replaces it", file)};
    const int dir_fd = dir.get();
    return Place{std::move(dir), {dir_fd, name, existing}};
}

Result<NewImage> create(const Arguments& arguments, const std::string& file) {
    const Options& options = arguments.options;
    const auto format = TRY(format_of(options, file));
    const auto epoch = TRY(epoch_of(options));
    const auto manifest = TRY(manifest_of(arguments, epoch));
    archive::PackOptions pack{.latest = epoch};
    if (options.owner) {
        pack.owner = options.owner->user;
        pack.group = options.owner->group;
    }
    const auto there = options.force ? base::Existing::kReplace : base::Existing::kRefuse;
    const auto place = TRY(place_of(file, there));
    const auto root = TRY(RootSource::open(arguments.words[0], place.place.dir_fd));
    return create_image(root, manifest, format, pack, place.place);
}

}  // namespace

Result<int> verb_image_create(const Arguments& arguments) {
    // The user's locale must not decide what an image is.
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): one thread
    const std::string& file = arguments.words[1];
    const auto image = TRY_CONTEXT(create(arguments, file), "creating \"{}\"", file);
    if (!arguments.options.quiet)
        for (const std::string& note : image.notes)
            fmt::print(stderr, "{}: {}\n", printable(file), printable(note));
    if (arguments.options.json != JsonMode::kOff) {
        base::Json json;
        json.add("id", image.id);
        print_json(json, arguments.options.json);
    } else {
        fmt::print("{}\n", image.id);
    }
    return kOk;
}

}  // namespace podd::podctl
