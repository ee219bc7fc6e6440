// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/import_options.h"

#include <utility>
#include <vector>

#include "base/json.h"
#include "base/name_values.h"
#include "client/bus_error.h"
#include "schema/digest.h"
#include "store/reader.h"

namespace podd::daemon {

namespace {

// Options travel as one word of argv.
constexpr std::size_t kMaxOptionsBytes = 100'000;

base::Error refused(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

base::Json verification_json(const store::Verification& verification) {
    base::Json json;
    json.add("kind", verification.kind);
    json.add("reference", verification.reference);
    if (!verification.rule.empty()) json.add("rule", verification.rule);
    return json;
}

base::Result<> add_option(base::Json& json, const std::string& key, const sdbus::Variant& value,
                          std::optional<store::Verification>& accepted) {
    if (key == "Name") {
        json.add("name", value.get<std::string>());
    } else if (key == "Reference") {
        json.add("reference", value.get<std::string>());
    } else if (key == "Labels") {
        json.add("labels", base::name_value_list(value.get<std::map<std::string, std::string>>()));
    } else if (key == "Digest") {
        const auto digest =
            TRY_CONTEXT(schema::Digest::parse(value.get<std::string>()), "option Digest");
        json.add("digest", digest.str());
        if (!accepted)
            accepted = store::Verification{std::string{store::kVerifiedByDigest}, {}, digest.str()};
    } else if (key == "App") {
        base::Json app = TRY_CONTEXT(base::Json::parse(value.get<std::string>()), "option App");
        if (app.as_object() == nullptr)
            return refused(fmt::format("option App: found {}, wanted an object", app.type_name()));
        json.add("app", std::move(app));
    } else {
        return refused(fmt::format(
            "option \"{}\" is not known; wanted Name, Labels, App, Reference or Digest", key));
    }
    return {};
}

}  // namespace

base::Result<std::string> import_options(const std::map<std::string, sdbus::Variant>& options,
                                         uid_t caller,
                                         std::optional<store::Verification> accepted) {
    base::Json json;
    json.add("by", fmt::format("uid {}", caller));
    for (const auto& option : options) {
        // Of another type than wanted: the exception stops here.
        const auto added = client::guarded(
            [&] { return add_option(json, option.first, option.second, accepted); });
        if (!added)
            return refused(fmt::format("option {}: {}", option.first, added.error().message()));
        if (!*added) return added->error();
    }
    if (accepted) json.add("verification", verification_json(*accepted));
    std::string text = json.str();
    if (text.size() > kMaxOptionsBytes)
        return refused(fmt::format("options hold more than {} bytes", kMaxOptionsBytes));
    return text;
}

}  // namespace podd::daemon
