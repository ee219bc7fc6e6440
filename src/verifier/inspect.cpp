// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "trust/openpgp.h"
#include "trust/public_key.h"
#include "verifier/commands.h"

namespace podd::verifier {

namespace {

base::Json key_json(const trust::KeyInfo& key, std::string armored) {
    base::Json::Array users;
    for (const auto& user : key.user_ids)
        users.emplace_back(user);
    base::Json json;
    json.add("fingerprint", key.fingerprint);
    json.add("userIds", std::move(users));
    json.add("created", key.created);
    json.add("expires", key.expires);
    json.add("expired", key.expired);
    json.add("revoked", key.revoked);
    json.add("armored", std::move(armored));
    return json;
}

// A bare key says nothing of its owner or of its time.
base::Json key_json(const trust::PublicKey& key) {
    trust::KeyInfo info;
    info.fingerprint = key.fingerprint();
    info.user_ids.emplace_back("a bare public key, ECDSA over P-256");
    return key_json(info, key.pem());
}

base::Result<base::Json> keys_of(const std::string& text) {
    base::Json keys{base::Json::Array{}};
    if (trust::is_public_key(text)) {
        keys.push_back(key_json(TRY(trust::PublicKey::parse(text))));
    } else {
        auto keyring = TRY(trust::Keyring::make(kHomeParent));
        for (const auto& fingerprint : TRY(keyring.add(text))) {
            const auto key = TRY(keyring.find(fingerprint));
            keys.push_back(key_json(key, TRY(keyring.armored(fingerprint))));
        }
    }
    return keys;
}

}  // namespace

base::Result<base::Json> inspect(int input) {
    const auto text = TRY_CONTEXT(base::read_all(input, kMaxKeyBytes), "reading the key");
    base::Json line;
    line.add("keys", TRY(keys_of(text)));
    return line;
}

base::Result<base::Json> inspect_fetched(int folder) {
    const auto keys = TRY(open_fetched(folder, kFetchedKeys, O_RDONLY | O_DIRECTORY));
    const auto names = TRY(base::list_dir(keys.get()));
    if (names.size() > kMaxKeyFiles)
        return base::Error{
            base::ErrorCode::kInvalidArgument,
            fmt::format("found {} key files, wanted at most {}", names.size(), kMaxKeyFiles)};
    base::Json files{base::Json::Array{}};
    for (const auto& name : names) {
        const auto key = TRY(open_fetched(keys.get(), name, O_RDONLY));
        const auto text =
            TRY_CONTEXT(base::read_all(key.get(), kMaxKeyBytes), "key file \"{}\"", name);
        base::Json file;
        file.add("file", fmt::format("{}/{}", kFetchedKeys, name));
        file.add("keys", TRY_CONTEXT(keys_of(text), "key file \"{}\"", name));
        files.push_back(std::move(file));
    }
    base::Json line;
    line.add("files", std::move(files));
    return line;
}

}  // namespace podd::verifier
