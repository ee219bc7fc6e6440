// SPDX-License-Identifier: LGPL-2.1-or-later
// Which keys are trusted for which image names: files, found but never parsed here. A pod's
// start asks as well, so nothing of this links a crypto library. Source: podd.trust(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::trust {

/// A fingerprint as key files are named: 40 lower-case hex digits, or 64 of newer OpenPGP keys and
/// of bare public keys.
bool is_fingerprint(std::string_view text);

/// "example.com/app" → "example.com%app": the folder of a prefix. No identifier holds a percent
/// sign.
std::string escape_prefix(std::string_view prefix);
std::string unescape_prefix(std::string_view folder);

/// Whether `prefix` is `name`, or the whole first components of it. The empty prefix is one of all.
bool is_prefix_of(std::string_view prefix, std::string_view name);

/// Where keys lie: root.d/<fingerprint> and prefix.d/<escaped prefix>/<fingerprint> in each.
struct KeyDirectories {
    std::string local = "/etc/podd/trustedkeys";       // the administrator's
    std::string vendor = "/usr/lib/podd/trustedkeys";  // of the same name there: comes second
};

/// What a file says by its being there.
enum class KeyState : unsigned char {
    kTrusted,
    kMasked,  // empty, or a link to /dev/null: takes back the vendor's of its name
};

struct KeyFile {
    std::string fingerprint;
    std::string prefix;  // empty: of all images
    std::string path;
    KeyState state = KeyState::kTrusted;
    bool operator==(const KeyFile&) const = default;
};

/// "root.d/<fingerprint>", "prefix.d/<escaped prefix>/<fingerprint>".
std::string key_file(std::string_view fingerprint, std::string_view prefix);

/// All keys: for one fingerprint and prefix the administrator's file hides the vendor's. Sorted by
/// prefix, then fingerprint. Files that are not named as one are passed over. Errors: kIo;
/// kDenied for a file or folder that not only root may write.
base::Result<std::vector<KeyFile>> list_keys(const KeyDirectories& directories = {});

/// The files of all keys that are trusted for an image of that name. Pure.
std::vector<KeyFile> trusted_keys_of(std::vector<KeyFile> keys, std::string_view name);

/// The files of all keys that are trusted for anything. One key may lie in several.
std::vector<KeyFile> trusted_keys(std::vector<KeyFile> keys);

/// Whether the key may sign for an image of that name. Pure. Masked files count for nothing.
bool is_trusted(const std::vector<KeyFile>& keys, std::string_view fingerprint,
                std::string_view name);

/// The same by looking at the few files that could say so, without reading a directory. Errors:
/// kUntrusted: the message names key and image, and how to trust it again; kDenied as list_keys().
base::Result<> check_trusted(std::string_view fingerprint, std::string_view name,
                             const KeyDirectories& directories = {});

}  // namespace podd::trust
