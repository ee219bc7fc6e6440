// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/worker_lines.h"

#include <optional>

#include "base/json.h"
#include "client/bus_error.h"
#include "daemon/aci_lines.h"

namespace podd::daemon {

namespace {

base::Error odd(const char* message) {
    return {base::ErrorCode::kInternal, message};
}

base::ErrorCode code_of(std::string_view name) {
    return client::error_code(fmt::format("org.podd1.Error.{}", name));
}

base::Result<ImporterSays> image_line(const base::Json& image) {
    const base::Json* id = image.find("id");
    const base::Json* name = image.find("name");
    if (id == nullptr || id->as_string() == nullptr) return odd("the importer named no image");
    ImportedImage imported{*id->as_string(), {}, {}};
    if (name != nullptr && name->as_string() != nullptr) imported.name = *name->as_string();
    const base::Json* notes = image.find("notes");
    if (notes != nullptr && notes->as_array() != nullptr)
        for (const base::Json& note : *notes->as_array())
            if (note.as_string() != nullptr) imported.notes.push_back(*note.as_string());
    return ImporterSays{std::move(imported)};
}

template <typename Says>
base::Result<Says> error_line(const base::Json& error) {
    const base::Json* code = error.find("code");
    const base::Json* message = error.find("message");
    if (code == nullptr || code->as_string() == nullptr || message == nullptr ||
        message->as_string() == nullptr)
        return odd("an error was told oddly");
    return Says{base::Error{code_of(*code->as_string()), *message->as_string()}};
}

std::uint64_t number(const base::Json& json, std::string_view member) {
    const base::Json* found = json.find(member);
    return found == nullptr ? 0 : found->as_uint().value_or(0);
}

WorkProgress progress_line(const base::Json& progress) {
    const base::Json* layers = progress.find("layers");
    return {number(progress, "bytes"), number(progress, "total"),
            layers == nullptr ? std::vector<base::LayerProgress>{} : base::layers_value(*layers)};
}

base::Result<FetcherSays> wanted_line(const base::Json& digests) {
    WantedLayers wanted;
    if (digests.as_array() == nullptr) return odd("the fetcher named no layers");
    for (const base::Json& digest : *digests.as_array()) {
        if (digest.as_string() == nullptr) return odd("the fetcher named no layers");
        wanted.digests.insert(*digest.as_string());
    }
    return FetcherSays{std::move(wanted)};
}

}  // namespace

base::Result<ImporterSays> importer_line(std::string_view line) {
    const base::Json json = TRY_CONTEXT(base::Json::parse(line), "the importer's answer");
    if (const base::Json* progress = json.find("progress"))
        return ImporterSays{progress_line(*progress)};
    if (const base::Json* image = json.find("image")) return image_line(*image);
    if (const base::Json* image = json.find("removed")) return image_line(*image);
    if (json.find("done") != nullptr) return ImporterSays{ImportedImage{}};
    if (const base::Json* error = json.find("error")) return error_line<ImporterSays>(*error);
    return odd("the importer said something unknown");
}

base::Result<FetcherSays> fetcher_line(std::string_view line) {
    const base::Json json = TRY_CONTEXT(base::Json::parse(line), "the fetcher's answer");
    if (const base::Json* progress = json.find("progress"))
        return FetcherSays{progress_line(*progress)};
    if (const base::Json* fetched = json.find("fetched")) {
        if (fetched->as_object() == nullptr) return odd("the fetcher named no image");
        const base::Json* kind = fetched->find("kind");
        const base::Json* unchanged = fetched->find("unchanged");
        const bool is_unchanged =
            unchanged != nullptr && unchanged->as_bool() != nullptr && *unchanged->as_bool();
        if (kind == nullptr) return FetcherSays{FetchedImage{.unchanged = is_unchanged}};
        auto aci = TRY(fetched_aci(*fetched));
        return FetcherSays{FetchedImage{.aci = std::move(aci)}};
    }
    if (const base::Json* wanted = json.find("wanted")) return wanted_line(*wanted);
    if (const base::Json* error = json.find("error")) return error_line<FetcherSays>(*error);
    return odd("the fetcher said something unknown");
}

}  // namespace podd::daemon
