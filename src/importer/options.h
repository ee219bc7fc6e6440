// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of the importer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/app.h"
#include "schema/digest.h"
#include "schema/image_manifest.h"
#include "store/reader.h"

namespace podd::importer {

/// What a signature has shown: these bytes are from the holder of that key, or the manifest or
/// index with that digest is.
struct SignedBytes {
    std::string fingerprint;
    std::string sha256;  // of the whole file of an ACI, else of the document
};

/// What an ACI that was fetched must turn out to be.
struct Wanted {
    schema::AcIdentifier name;
    std::vector<schema::Label> labels{};  // among its own
    std::vector<schema::Label> host{};    // as its own, where it has them: os and arch
    std::string id{};                     // with all or half of its digits; empty: any
    std::optional<std::uint64_t> size{};  // of the file
};

/// --options= of "import".
struct ImportOptions {
    store::Verification verification{std::string{store::kVerifiedByImport}, "uid 0"};
    std::optional<schema::Digest> digest;  // what must have it: the manifest, or the index above it
    std::optional<schema::AcIdentifier>
        name;  // of a root file system; for others in place of its own
    std::vector<schema::Label> labels;
    std::string reference;          // which image of several
    std::optional<base::Json> app;  // of a root file system, as in an image manifest
    bool of_registry = false;       // the fetcher has left out layers that the store has
    std::optional<SignedBytes> signature;
    std::optional<Wanted> wanted;         // of an ACI
    std::optional<store::Origin> origin;  // of an ACI

    /// {"by":…,"name":…,"labels":[{"name":…,"value":…}],"reference":…,"app":{…},
    /// "verification":{"kind":…,"reference":…,"rule":…},"digest":"sha256:…","registry":true,
    /// "signed":{"fingerprint":…,"sha256":…},"wanted":{"name":…,"labels":[…],"host":[…],"id":…,
    /// "size":N},"origin":{"reference":…,"url":…,"etag":…,"maxAge":N}}, all optional.
    /// Errors: kInvalidArgument.
    static base::Result<ImportOptions> parse(std::string_view text);
    static base::Result<ImportOptions> from_json(const base::Json& json);
};

/// One of --fetched=, a list in the order in which they are imported: options as above, and
/// "folder", in the one that standard input is.
struct FetchedAci {
    std::string folder;
    ImportOptions options;
};
base::Result<std::vector<FetchedAci>> parse_fetched(std::string_view text);

/// The manifest that the options make for a root file system. Errors: kInvalidArgument.
base::Result<schema::ImageManifest> manifest_of(const ImportOptions& options);

enum class Verb : unsigned char {
    kImport,
    kImportFetched,
    kManifest,
    kRenew,
    kRemove,
    kCollect,
    kVerify,
    kCheck,
    kExport,
    kExtract,
    kHistory,
    kHelp
};

struct CommandLine {
    Verb verb = Verb::kHelp;
    std::string store;                        // directory
    std::string run_dir;                      // where running pods keep their plans
    ImportOptions import;                     // also of "renew"
    std::vector<FetchedAci> fetched;          // of "import-fetched"
    std::string folder;                       // of "manifest"
    std::vector<std::string> ids;             // of images
    std::optional<std::uint64_t> grace_usec;  // of "gc"
    bool repair = false;                      // of "verify" and "fsck"
    bool own = false;                         // of "extract"
};

base::Result<CommandLine> parse_command_line(int argc, char** argv);
extern const char kHelp[];

}  // namespace podd::importer
