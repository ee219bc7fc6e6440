// SPDX-License-Identifier: LGPL-2.1-or-later
// What the verifier does; each returns the one line of JSON that it says when all is well.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::verifier {

// Names that the fetcher gives them.
inline constexpr const char* kFetchedAci = "image.aci";
inline constexpr const char* kFetchedSignature = "image.aci.asc";
inline constexpr const char* kFetchedKeys = "keys";
inline constexpr std::size_t kMaxKeyFiles = 32;

/// A name in such a folder, no link, opened without waiting for it. Not by openat2(2), which a
/// service with DynamicUser= does not have.
base::Result<base::UniqueFd> open_fetched(int folder, const std::string& name, int flags);

inline constexpr std::size_t kMaxKeyBytes = std::size_t{1} << 20;

/// Where keyrings are made. The unit has a /tmp of its own.
inline constexpr const char* kHomeParent = "/tmp";

/// Reads a text with OpenPGP keys, or one bare public key, from `input`:
/// {"keys":[{"fingerprint":…,"userIds":[…],"created":N,
/// "expires":N,"expired":B,"revoked":B,"armored":…}]}. Errors: kInvalidArgument.
base::Result<base::Json> inspect(int input);

/// Gets the signed file and its signature, in this order, as descriptors of one message from the
/// socket, and checks them with the keys in these files: {"good":{"fingerprint":…,"sha256":…}}.
/// The digest is that of the bytes that gpg was given. Errors: kUntrusted; kCorrupt for a key file
/// that holds another key than its name says.
base::Result<base::Json> check(int socket, const std::vector<std::string>& key_files);

/// Reads what the fetcher has found from `input`, see trust::parse_registry_signatures(), and
/// checks it with the keys in these files, for an image that was asked for by this name:
/// {"signed":{"fingerprint":…,"digest":"sha256:…"}}. The digest is the one that was signed.
/// Errors: as check().
base::Result<base::Json> signatures(int input, std::string_view reference,
                                    const std::vector<std::string>& key_files);

/// As check(), of what the fetcher has put into a folder: kFetchedAci and kFetchedSignature.
base::Result<base::Json> check_fetched(int folder, const std::vector<std::string>& key_files);

/// All key files in a folder: {"files":[{"file":…,"keys":[…]}]}. Errors: as inspect(), saying which
/// file.
base::Result<base::Json> inspect_fetched(int folder);

}  // namespace podd::verifier
