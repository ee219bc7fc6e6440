// SPDX-License-Identifier: LGPL-2.1-or-later
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

}  // namespace

base::Result<base::Json> inspect(int input) {
    const auto text = TRY_CONTEXT(base::read_all(input, kMaxKeyBytes), "reading the key");
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
    base::Json line;
    line.add("keys", std::move(keys));
    return line;
}

}  // namespace podd::verifier
