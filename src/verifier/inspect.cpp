// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/file.h"
#include "trust/openpgp.h"
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

}  // namespace

base::Result<base::Json> inspect(int input) {
    const auto text = TRY_CONTEXT(base::read_all(input, kMaxKeyBytes), "reading the key");
    auto keyring = TRY(trust::Keyring::make(kHomeParent));
    base::Json keys{base::Json::Array{}};
    for (const auto& fingerprint : TRY(keyring.add(text))) {
        const auto key = TRY(keyring.find(fingerprint));
        keys.push_back(key_json(key, TRY(keyring.armored(fingerprint))));
    }
    base::Json line;
    line.add("keys", std::move(keys));
    return line;
}

}  // namespace podd::verifier
