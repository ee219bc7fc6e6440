// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/credentials.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include <unistd.h>

namespace podd::pod {

namespace {

// Where systemd looks for one that is given by its name. Source: systemd.exec(5),
// "LoadCredential=".
constexpr std::array kStores{"/run/credentials/@system", "/etc/credstore", "/run/credstore",
                             "/usr/local/lib/credstore", "/usr/lib/credstore"};
constexpr std::array kEncryptedStores{
    "/run/credentials/@encrypted", "/etc/credstore.encrypted", "/run/credstore.encrypted",
    "/usr/local/lib/credstore.encrypted", "/usr/lib/credstore.encrypted"};

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

template <std::size_t Count>
bool is_in(const std::array<const char*, Count>& stores, const std::string& name) {
    return std::any_of(stores.begin(), stores.end(), [&](const char* store) {
        return exists(fmt::format("{}/{}", store, name));
    });
}

}  // namespace

std::vector<CredentialProblem> credential_problems(const schema::AppSettings& settings) {
    std::vector<CredentialProblem> problems;
    const auto look = [&](const schema::Credential& one, bool encrypted) {
        if (one.path.starts_with('/')) {
            if (!exists(one.path))
                problems.push_back({true, encrypted,
                                    fmt::format("credential \"{}\": \"{}\" does not exist; create "
                                                "it first",
                                                one.name, one.path)});
        } else if (!is_in(kStores, one.path) && !(encrypted && is_in(kEncryptedStores, one.path))) {
            problems.push_back({false, encrypted,
                                fmt::format("credential \"{}\": this host has none called \"{}\": "
                                            "the app starts without it",
                                            one.name, one.path)});
        }
    };
    for (const auto& one : settings.credentials)
        look(one, false);
    for (const auto& one : settings.encrypted_credentials)
        look(one, true);
    return problems;
}

}  // namespace podd::pod
