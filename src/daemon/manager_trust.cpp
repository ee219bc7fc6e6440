// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods of org.podd1.Manager that are about keys, and imports that somebody has signed.
#include <algorithm>

#include <fmt/ranges.h>

#include "base/json.h"
#include "base/log.h"
#include "daemon/aci_plan.h"
#include "daemon/manager_object.h"
#include "daemon/received_fd.h"
#include "schema/docker_reference.h"
#include "schema/fetch_reference.h"
#include "schema/names.h"
#include "store/acceptance.h"
#include "trust/key_changes.h"
#include "trust/keys.h"

namespace podd::daemon {

namespace {

base::Result<base::UniqueFd> take_key(const sdbus::UnixFd& key) {
    auto fd = TRY(take_fd(key));
    TRY(check_sealed_fd(fd.get(), "key"));
    return fd;
}

// The beginning of a name in a registry, whose port an AC Identifier does not have.
bool is_registry_prefix(std::string_view prefix) {
    const auto slash = std::min(prefix.find('/'), prefix.size());
    const auto registry = prefix.substr(0, slash);
    return registry == schema::canonical_registry(registry) && schema::check_registry(registry) &&
           (slash == prefix.size() || schema::check_repository(prefix.substr(slash + 1)));
}

// It becomes a path.
base::Result<> check_prefix(const std::string& prefix) {
    if (!prefix.empty() && !is_registry_prefix(prefix))
        TRY_CONTEXT(schema::AcIdentifier::parse(prefix), "prefix \"{}\"", prefix);
    return {};
}

// A URL, or a prefix whose owner is asked.
base::Result<> check_key_source(const std::string& source) {
    if (!schema::is_web_url(source)) {
        TRY_CONTEXT(schema::AcIdentifier::parse(source), "prefix \"{}\"", source);
        return {};
    }
    TRY(schema::parse_web_url(source));
    return {};
}

// Whether keys may come without TLS. Errors: kUntrusted: they would have to.
base::Result<bool> key_source_http(const std::string& source, const trust::Policy& policy) {
    if (!schema::is_web_url(source)) return policy.allow_http(source);
    const auto url = TRY(schema::parse_web_url(source));
    TRY(check_http(url, policy));
    return !url.secure;
}

bool is_refused_without(const std::string& fingerprint, const store::Reader& store,
                        const store::ImageRecord& image) {
    return store::is_signed_by(store, image, fingerprint) && !store::check_accepted(store, image);
}

// Those that run now and would not start again without the key.
std::vector<std::string> pods_signed_by(const std::string& fingerprint,
                                        const std::vector<PodInfo>& pods) {
    std::vector<std::string> found;
    const auto reader = store::Reader::open();
    if (!reader) return found;
    for (const PodInfo& pod : pods) {
        if (pod.active_state == "inactive" || pod.active_state == "failed") continue;
        const bool is_refused = std::ranges::any_of(pod.apps, [&](const AppInfo& app) {
            const auto image = reader->by_id(app.image_id);
            return image && is_refused_without(fingerprint, *reader, *image);
        });
        if (is_refused) found.push_back(pod.name);
    }
    return found;
}

std::string images_of(const std::string& prefix) {
    return prefix.empty() ? std::string{"all images"} : fmt::format("images \"{}\"", prefix);
}

// What is kept must be what somebody has looked at.
base::Result<> check_fingerprints(const std::vector<InspectedKey>& keys,
                                  std::vector<std::string> seen) {
    std::vector<std::string> found;
    found.reserve(keys.size());
    for (const auto& key : keys)
        found.push_back(key.fingerprint);
    std::ranges::sort(found);
    std::ranges::sort(seen);
    if (found == seen) return {};
    return base::Error{base::ErrorCode::kUntrusted,
                       fmt::format("the text holds the keys {}, which are not those that were "
                                   "looked at",
                                   fmt::join(found, ", "))};
}

base::Result<std::vector<std::string>> keep(const std::vector<InspectedKey>& keys,
                                            const std::string& prefix, uid_t user) {
    // An expired one may have been given more time elsewhere; a revoked one never comes back.
    for (const auto& key : keys)
        if (key.revoked)
            return base::Error{
                base::ErrorCode::kUntrusted,
                fmt::format("key {} has been revoked by its owner", key.fingerprint)};
    std::vector<std::string> files;
    for (const auto& key : keys) {
        files.push_back(TRY_CONTEXT(trust::trust_key(key.fingerprint, prefix, key.armored),
                                    "keeping key {}", key.fingerprint));
        base::log_line(base::LogLevel::kNotice,
                       fmt::format("uid {} trusts key {} for {}: \"{}\"", user, key.fingerprint,
                                   images_of(prefix), files.back()));
    }
    return files;
}

// Without the hint.
std::string first_line(const base::Error& error) {
    return error.message().substr(0, error.message().find('\n'));
}

// The importer's options with what the signature has shown.
base::Result<std::string> with_signature(const std::string& options, const GoodSignature& good) {
    base::Json json = TRY(base::Json::parse(options));
    base::Json signature;
    signature.add("fingerprint", good.fingerprint);
    signature.add("sha256", good.sha256);
    json.add("signed", std::move(signature));
    return json.str();
}

}  // namespace

void ManagerObject::InspectKey(sdbus::Result<std::vector<KeyRow>>&& result, sdbus::UnixFd key,
                               std::uint64_t flags) {
    const Reply<std::vector<KeyRow>> reply{std::move(result), activity_};
    auto taken = take_key(key);
    if (!taken) return reply.fail(taken.error());
    const auto held = std::make_shared<base::UniqueFd>(std::move(*taken));
    authorized(reply, {sender(), kInspectPods, {}, flags}, [this, reply, held](uid_t user) {
        verifier_.inspect(std::move(*held), user, [reply](const auto& keys) {
            if (!keys) return reply.fail(keys.error());
            std::vector<KeyRow> rows;
            for (const auto& each : *keys)
                rows.emplace_back(each.fingerprint, each.user_ids, each.created, each.expires,
                                  each.expired, each.revoked);
            reply.ok(rows);
        });
    });
}

void ManagerObject::FetchKeys(sdbus::Result<std::vector<FoundKeyRow>>&& result, std::string source,
                              std::uint64_t flags) {
    const Reply<std::vector<FoundKeyRow>> reply{std::move(result), activity_};
    const auto good = check_key_source(source);
    if (!good) return reply.fail(good.error());
    authorized(reply, {sender(), kTrust, {}, flags}, [this, reply, source](uid_t user) {
        const auto policy = trust::Policy::read();
        if (!policy) return reply.fail(policy.error());
        const auto http = key_source_http(source, *policy);
        if (!http) return reply.fail(http.error());
        verifier_.fetch_keys(source, *http, user, [reply](const auto& found) {
            if (!found) return reply.fail(found.error());
            std::vector<FoundKeyRow> rows;
            for (const auto& file : *found)
                for (const auto& key : file.keys)
                    rows.emplace_back(file.url, key.fingerprint, key.user_ids, key.created,
                                      key.expires, key.expired, key.revoked, key.armored);
            reply.ok(rows);
        });
    });
}

void ManagerObject::TrustKey(sdbus::Result<std::vector<std::string>>&& result, sdbus::UnixFd key,
                             std::string prefix, std::vector<std::string> fingerprints,
                             std::uint64_t flags) {
    const Reply<std::vector<std::string>> reply{std::move(result), activity_};
    auto taken = take_key(key);
    if (!taken) return reply.fail(taken.error());
    if (const auto good = check_prefix(prefix); !good) return reply.fail(good.error());
    const auto held = std::make_shared<base::UniqueFd>(std::move(*taken));
    authorized(reply, {sender(), kTrust, {}, flags},
               [this, reply, held, prefix, fingerprints](uid_t user) {
                   verifier_.inspect(std::move(*held), user,
                                     [reply, prefix, fingerprints, user](const auto& keys) {
                                         if (!keys) return reply.fail(keys.error());
                                         const auto same = check_fingerprints(*keys, fingerprints);
                                         if (!same) return reply.fail(same.error());
                                         reply.answer(keep(*keys, prefix, user));
                                     });
               });
}

void ManagerObject::DistrustKey(sdbus::Result<std::vector<std::string>>&& result,
                                std::string fingerprint, std::string prefix, std::uint64_t flags) {
    const Reply<std::vector<std::string>> reply{std::move(result), activity_};
    if (!trust::is_fingerprint(fingerprint))
        return reply.fail({base::ErrorCode::kInvalidArgument,
                           fmt::format("\"{}\" is no fingerprint: wanted 40 or 64 lower-case hex "
                                       "digits",
                                       fingerprint)});
    if (const auto good = check_prefix(prefix); !good) return reply.fail(good.error());
    authorized(reply, {sender(), kTrust, {}, flags},
               [this, reply, fingerprint, prefix](uid_t user) {
                   const auto done = trust::distrust_key(fingerprint, prefix);
                   if (!done) return reply.fail(done.error());
                   base::log_line(base::LogLevel::kNotice,
                                  fmt::format("uid {} trusts key {} no more for {}", user,
                                              fingerprint, images_of(prefix)));
                   pods_.refresh([this, reply, fingerprint](const base::Result<>& refreshed) {
                       if (!refreshed) return reply.fail(refreshed.error());
                       reply.ok(pods_signed_by(fingerprint, pods_.list()));
                   });
               });
}

void ManagerObject::ListTrustedKeys(sdbus::Result<std::vector<TrustedKeyRow>>&& result) {
    const Reply<std::vector<TrustedKeyRow>> reply{std::move(result), activity_};
    const auto keys = trust::list_keys();
    if (!keys) return reply.fail(keys.error());
    std::vector<TrustedKeyRow> rows;
    for (const auto& key : *keys)
        rows.emplace_back(key.fingerprint, key.prefix, key.path,
                          key.state == trust::KeyState::kTrusted ? "trusted" : "masked");
    reply.ok(rows);
}

void ManagerObject::import_signed(const TransferReply& reply, const std::string& sender,
                                  std::shared_ptr<base::UniqueFd> file, base::UniqueFd signature,
                                  const std::string& options, uid_t user) {
    const int fd = file->get();
    verifier_.check(fd, signature.get(), user,
                    [this, reply, sender, file = std::move(file), options, user](const auto& good) {
                        if (!good) {
                            base::log_line(base::LogLevel::kWarning,
                                           "an image is refused: " + first_line(good.error()));
                            return reply.fail(good.error());
                        }
                        const auto text = with_signature(options, *good);
                        if (!text) return reply.fail(text.error());
                        // Whoever has left meanwhile, by Ctrl-C for one, no longer wants the image.
                        authorizer_.identify(
                            sender, [this, reply, file, text = *text, user](const auto& uid) {
                                if (!uid) return reply.fail(uid.error());
                                begin_import(reply, std::move(*file), text, user);
                            });
                    });
}

}  // namespace podd::daemon
