// SPDX-License-Identifier: LGPL-2.1-or-later
// The reading half of the store: find an image, its manifest and its trees. Links no crypto, no
// archive library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

namespace podd::store {

inline constexpr std::string_view kStoreDir = "/var/lib/podd";

enum class ImageKind : unsigned char { kAci, kOci };

inline constexpr std::string_view kVerifiedByImport = "import";  // somebody gave podd the file
inline constexpr std::string_view kVerifiedByDigest = "pinned";  // it was asked for by its digest
inline constexpr std::string_view kVerifiedBySignature = "signed";  // by a key
inline constexpr std::string_view kVerifiedByPolicy = "policy";     // a rule takes it as it comes

/// How the image came to be accepted.
struct Verification {
    std::string kind;         // one of the above
    std::string by;           // who asked: "uid 0"; signed: the key's fingerprint
    std::string reference{};  // pinned: "docker.io/library/nginx@sha256:…"; policy: without digest;
                              // signed, of a registry: as one of the two
    std::string rule{};       // policy, and signed of a registry:
                              // '[Prefix docker.io] in "/etc/podd/policy.d/hub.conf"'
    bool operator==(const Verification&) const = default;
};

/// Where an ACI was fetched from, and what its server said of how long that holds.
struct Origin {
    std::string reference;           // as it was asked for: a URL, or a name with its labels
    std::string url;                 // where it was found
    std::string etag{};              // empty: the server gave none
    std::uint64_t max_age = 0;       // seconds
    std::uint64_t checked_usec = 0;  // CLOCK_REALTIME, when the server was asked last
    bool operator==(const Origin&) const = default;
};

/// An image whose files are among those of another, as it was when that one was imported.
struct DependencyRecord {
    std::string id;
    std::string name;
    Verification verification;
    bool is_fetched = false;  // it came over the network
    bool operator==(const DependencyRecord&) const = default;
};

/// images/<id>.json
struct ImageRecord {
    std::string id;  // "sha512-<128 hex>" or "sha256:<64 hex>"
    ImageKind kind = ImageKind::kAci;
    schema::ImageManifest manifest;  // always an appc one; OCI configs are mapped at import
    // How many words at the end of its "exec" a pod's arguments take the place of. Nothing: an OCI
    // image that was imported before podd noted it; never of an ACI, which has none.
    std::optional<std::size_t> default_arguments{};
    std::string manifest_text{};     // as it came in an ACI, byte by byte; empty: not kept
    std::vector<std::string> trees;  // tree ids, lowest first
    // "<algorithm>/<digest>", as fetched; of kOci the manifest, the configuration, then every
    // layer.
    std::vector<std::string> blobs;
    std::uint64_t size_bytes = 0;     // of the unpacked trees
    std::uint64_t imported_usec = 0;  // CLOCK_REALTIME
    Verification verification;
    std::vector<Origin> origins{};            // by reference, each once
    std::vector<std::uint64_t> tree_bytes{};  // of each of `trees`; empty: not known
    // All that the trees are made of, those of dependencies among them, each once.
    std::vector<DependencyRecord> dependencies{};
    // When a pod was started with it or it was imported: the time of the record's file.
    std::uint64_t used_usec = 0;
};

/// A file of the store that cannot be read.
struct Unreadable {
    std::string file;  // in the store: "images/sha256:….json"
    base::Error error;
};

class Reader {
public:
    /// Errors: kNotFound when there is no store yet.
    static base::Result<Reader> open(const std::string& dir = std::string{kStoreDir});

    /// By full id, or by an unambiguous prefix of at least 2 digits after the algorithm.
    /// Errors: kNotFound, kConflict (ambiguous, the candidates are named).
    base::Result<ImageRecord> by_id(std::string_view id) const;
    /// By name and labels: all labels asked for must be equal; the newest import wins when no
    /// version was asked for. Errors: kNotFound.
    base::Result<ImageRecord> by_name(std::string_view name,
                                      const std::vector<schema::Label>& labels) const;
    base::Result<ImageRecord> find(const schema::ImageReference& reference) const;
    /// All images, by id. One record that cannot be read does not hide the others: it goes to
    /// `unreadable`, or is warned of.
    base::Result<std::vector<ImageRecord>> list(
        std::vector<Unreadable>* unreadable = nullptr) const;

    /// For as long as the answer is open, no image that is in the store goes away. Removals wait,
    /// nothing else does.
    base::Result<base::UniqueFd> hold() const;

    /// Remembers that a pod uses the image now. One system call, which nothing waits for: after a
    /// power cut an older time may be there.
    void note_use(std::string_view id) const;
    /// ImageRecord::used_usec by now; 0 when there is no such image.
    std::uint64_t last_use(std::string_view id) const;

    /// "/var/lib/podd/trees/<tree>/rootfs"
    std::string tree_path(std::string_view tree) const;
    /// Opens that folder, O_PATH.
    base::Result<base::UniqueFd> open_tree(std::string_view tree) const;
    /// Opens the list of the tree's files, which stands beside it. O_RDONLY.
    base::Result<base::UniqueFd> open_digests(std::string_view tree) const;
    /// Opens what was imported, as it came. O_RDONLY.
    base::Result<base::UniqueFd> open_blob(std::string_view blob) const;

private:
    base::Result<base::UniqueFd> open_in_tree(std::string_view tree, const char* name,
                                              int flags) const;
    Reader(std::string path, base::UniqueFd dir) : path_{std::move(path)}, dir_{std::move(dir)} {}
    std::string path_;
    base::UniqueFd dir_;
};

}  // namespace podd::store
