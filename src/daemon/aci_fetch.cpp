// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/aci_fetch.h"

#include <utility>

#include <fmt/format.h>

#include <unistd.h>

#include "base/log.h"
#include "daemon/fetch_folder.h"
#include "daemon/images.h"
#include "daemon/received_fd.h"
#include "daemon/transfers.h"
#include "daemon/worker_service.h"
#include "store/acceptance.h"
#include "store/dependencies.h"
#include "store/origins.h"
#include "trust/remedy.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Whole, and accepted with all that it depends on.
Result<bool> is_in_store(const schema::Dependency& dependency) {
    const auto reader = store::Reader::open();
    if (!reader && reader.error().code() == ErrorCode::kNotFound) return false;
    if (!reader) return reader.error();
    const auto found = store::find_dependency(*reader, dependency);
    if (!found && found.error().code() == ErrorCode::kNotFound) return false;
    if (!found) return found.error();
    // One that nothing accepts any more may be accepted when it comes anew.
    return store::check_accepted(*reader, *found).has_value();
}

// What was there before may have been all that the other fetch found.
Result<std::optional<ImportedImage>> fetched_by_another(const std::string& reference,
                                                        const std::optional<KnownAci>& known) {
    std::optional<ImportedImage> found;
    const auto images = TRY(Images::stored());
    const auto* image = store::fetched_last(images, reference);
    if (image == nullptr || (known && known->id == image->id)) return found;
    const auto reader = TRY(store::Reader::open());
    if (!store::check_accepted(reader, *image)) return found;
    found = ImportedImage{image->id, image->manifest.name.str(), {}};
    return found;
}

}  // namespace

AciFetch::AciFetch(const Tools& tools, AciSet set, const std::optional<KnownAci>& known)
    : tools_{tools}, set_{std::move(set)}, known_{known} {}

void AciFetch::start(const Tools& tools, AciSet set, const std::optional<KnownAci>& known,
                     const client::Done<>& begun) {
    const auto fetch = std::make_shared<AciFetch>(tools, std::move(set), known);
    fetch->take_turn(begun);
}

std::string AciFetch::folder() const {
    return fmt::format("{}/{}", kFetchFolders, set_.folder(current_));
}

client::Done<> AciFetch::must_start(const char* program) {
    return [self = shared_from_this(), program](const Result<>& done) {
        if (!done)
            self->fail(Error{done.error()}.with_context(fmt::format("starting the {}", program)));
    };
}

void AciFetch::fail(const Error& error) {
    const auto& plan = current();
    // Which of several it is about.
    if (current_ > 0)
        return tools_.transfer.fail(
            Error{error}.with_context(fmt::format("dependency \"{}\"", plan.reference)));
    tools_.transfer.fail(error);
}

void AciFetch::take_turn(const client::Done<>& begun) {
    auto& flights = tools_.transfers.aci_flights();
    const auto id = tools_.transfer.id();
    flights.want(id, {current().reference}, [self = shared_from_this(), begun](bool waited) {
        if (!waited) return self->fetch(begun);
        if (const auto done = self->take_what_came(); !done) self->fail(done.error());
    });
    if (flights.is_waiting(id)) begun({});
}

Result<> AciFetch::take_what_came() {
    auto& plan = current();
    if (plan.dependency) {
        plan.in_store = TRY(is_in_store(*plan.dependency));
        if (plan.in_store)
            next();
        else
            fetch(must_start("fetcher"));
        return {};
    }
    if (const auto image = TRY(fetched_by_another(plan.reference, known_)))
        tools_.transfer.succeed(*image);
    else
        fetch(must_start("fetcher"));
    return {};
}

void AciFetch::fetch(client::Done<> begun) {
    const auto& plan = current();
    const AciFetchOrder order{.source = plan.fetcher_word(),
                              .description = plan.reference,
                              .folder = folder(),
                              .signature_url = plan.signature_url,
                              .max_bytes = plan.size,
                              .etag = known_ ? known_->etag : std::string{},
                              .allow_http = plan.allow_http,
                              .wants_signature = !plan.unsigned_by,
                              .has_credentials = ::access(kCredentialsFile, F_OK) == 0};
    tools_.transfer.on_fetched(
        [self = shared_from_this()](const FetchedImage& image) { self->fetched(image); });
    auto service = aci_fetcher_service(order);
    if (const auto input = input_of(order); !input.empty()) {
        auto file = sealed_text("urls", input);
        if (!file) return begun(file.error());
        service.emplace_back("StandardInputFileDescriptor",
                             sdbus::Variant{give_fd(std::move(*file))});
    }
    tools_.transfers.run(tools_.transfer, Phase::kFetch, std::move(service), std::move(begun));
}

void AciFetch::fetched(const FetchedImage& image) {
    // A whole file is fetched again by the next one; only a part would be gone on with.
    tools_.transfer.fetch_is_used_up();
    if (!image.aci) return fail({ErrorCode::kInternal, "the fetcher brought no ACI"});
    auto& plan = current();
    plan.fetched = image.aci;
    if (image.aci->not_modified) return not_modified();
    known_.reset();
    if (plan.unsigned_by) return inspect();
    if (!image.aci->has_signature)
        return fail({ErrorCode::kInternal, "the fetcher brought no signature"});
    tools_.verifier.check_fetched(
        folder(), [self = shared_from_this()](const auto& good) { self->verified(good); });
}

void AciFetch::not_modified() {
    const auto known = std::exchange(known_, std::nullopt);
    const auto& fetched = current().fetched;
    if (!known || !fetched) return fail({ErrorCode::kInternal, "the fetcher brought nothing"});
    // A name that leads elsewhere by now: the mark is another server's, and says nothing.
    if (fetched->url != known->url) return fetch(must_start("fetcher"));
    run_importer(Phase::kImport, importer_service({"renew", "--id=" + known->id,
                                                   "--options=" + set_.renew_options()},
                                                  "Renewal of an image of podd"));
}

void AciFetch::verified(const Result<GoodSignature>& good) {
    // Nothing of the transfer ran meanwhile that could have ended it.
    if (tools_.transfer.cancelled())
        return fail({ErrorCode::kUnavailable, "the fetch was cancelled"});
    if (!good) {
        const auto& asked = current().name;
        if (!asked || !asked->name) return fail(good.error());
        return fail(trust::for_image(good.error(), asked->name->str()));
    }
    current().signature = *good;
    inspect();
}

void AciFetch::inspect() {
    tools_.transfer.on_inspected(
        [self = shared_from_this()](const schema::ImageManifest& manifest) {
            if (const auto done = self->inspected(manifest); !done) return self->fail(done.error());
            self->next();
        });
    run_importer(Phase::kInspect,
                 importer_service({"manifest", "--folder=" + set_.folder(current_)},
                                  "Look at an image for podd"));
}

Result<> AciFetch::inspected(const schema::ImageManifest& manifest) {
    TRY(set_.take_manifest(current_, manifest));
    for (const auto& dependency : manifest.dependencies)
        TRY_CONTEXT(need(dependency), "image \"{}\" depends on \"{}\"", manifest.name.str(),
                    dependency.image_name.str());
    return {};
}

Result<> AciFetch::need(const schema::Dependency& dependency) {
    if (TRY(is_in_store(dependency))) return {};
    return set_.add_dependency(current_, dependency);
}

void AciFetch::next() {
    if (current_ + 1 == set_.size()) return import();
    ++current_;
    take_turn(must_start("fetcher"));
}

void AciFetch::import() {
    current_ = 0;
    const auto options = set_.import_options();
    if (!options) return fail(options.error());
    auto service = importer_service({"import-fetched", "--fetched=" + *options},
                                    fmt::format("Import of {} for podd", set_.asked().reference));
    std::vector<std::string> folders;
    folders.reserve(set_.size());
    for (std::size_t number = 0; number < set_.size(); ++number)
        if (!set_.at(number).in_store)
            folders.push_back(fmt::format("{}/{}", kFetchFolders, set_.folder(number)));
    service.push_back(discard_after(folders));
    run_importer(Phase::kImport, std::move(service));
}

void AciFetch::run_importer(Phase phase, client::BusProperties service) {
    // podd itself may not read what the fetcher has written; systemd hands it over.
    service.emplace_back("StandardInputFile",
                         sdbus::Variant{fmt::format("{}/{}", kCacheDir, kFetchFolders)});
    tools_.transfers.run(tools_.transfer, phase, std::move(service), must_start("importer"));
}

}  // namespace podd::daemon
