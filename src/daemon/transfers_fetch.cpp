// SPDX-License-Identifier: LGPL-2.1-or-later
// Transfers that begin at a registry: the fetcher's unit, then the importer's.
#include <cerrno>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket_message.h"
#include "daemon/fetch_folder.h"
#include "daemon/host_labels.h"
#include "daemon/images.h"
#include "daemon/received_fd.h"
#include "daemon/transfers.h"
#include "daemon/worker_service.h"

namespace podd::daemon {

namespace {

constexpr off_t kMaxSignaturesBytes = off_t{4} << 20;

// podd passes on what the fetcher writes there without reading it. It cannot grow: memory that a
// fetcher fills is nobody's when it has ended.
base::Result<base::UniqueFd> make_signature_file() {
    base::UniqueFd fd{::memfd_create("signatures", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!fd) return base::errno_error("cannot make a file in memory", errno);
    if (::ftruncate(fd.get(), kMaxSignaturesBytes) < 0)
        return base::errno_error("cannot make a file for signatures", errno);
    if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return base::errno_error("cannot seal a file in memory", errno);
    return fd;
}

// The socket that the fetcher finds files in, and our end of it; where its signatures go is held
// here as well.
struct FetcherFiles {
    base::UniqueFd socket;
    base::UniqueFd ours;
    base::UniqueFd signatures;
};

base::Result<FetcherFiles> make_files(const FetchPlan& plan, const InStore& in_store) {
    FetcherFiles files;
    const auto list = TRY(sealed_text("stored", in_store.blobs));
    std::vector<int> fds{list.get()};
    if (plan.needs_signature()) {
        files.signatures = TRY(make_signature_file());
        fds.push_back(files.signatures.get());
    }
    std::tie(files.ours, files.socket) = TRY(socket_pair());
    TRY(base::send_message(files.ours.get(), "files", fds));
    return files;
}

Pin pin_of(const FetchPlan& plan) {
    if (plan.needs_signature()) return Pin::kSigned;
    return plan.verification ? Pin::kNotNeeded : Pin::kRequired;
}

}  // namespace

void Transfers::begin_fetch(const std::string& reference, uid_t user, Started started,
                            const Begin& begin) {
    if (const auto same = fetches_.find(reference); same != fetches_.end()) {
        if (same->second.begun) return started(same->second.transfer, Told::kBefore);
        return same->second.waiting.push_back(std::move(started));
    }
    const auto added = add({user, reference}, [this, reference](const auto& result) {
        fetch_ended(reference, result);
    });
    if (!added) return started(added.error(), Told::kNow);
    fetches_.emplace(reference, Fetch{*added, false, {std::move(started)}});
    begin(**added, [this, reference](const base::Result<>& done) { fetch_begun(reference, done); });
}

void Transfers::fetch(const FetchPlan& plan, const InStore& in_store, uid_t user, Started started) {
    begin_fetch(
        plan.reference.str(), user, std::move(started),
        [this, plan, in_store](Transfer& transfer, client::Done<> begun) {
            auto files = make_files(plan, in_store);
            if (!files) return begun(files.error());
            const bool has_credentials = ::access(kCredentialsFile, F_OK) == 0;
            auto service =
                fetcher_service(plan.reference, pin_of(plan), in_store.known, has_credentials);
            service.emplace_back("StandardInputFileDescriptor",
                                 sdbus::Variant{give_fd(std::move(files->socket))});
            const auto signatures = std::make_shared<base::UniqueFd>(std::move(files->signatures));
            transfer.on_wanted([this, id = transfer.id(),
                                socket = std::make_shared<base::UniqueFd>(std::move(files->ours))](
                                   const WantedLayers& layers) {
                layer_flights_.want(id, layers.digests,
                                    [socket](bool waited) { let_fetch(socket->get(), waited); });
            });
            transfer.on_fetched(
                [this, &transfer, plan, in_store, signatures](const FetchedImage& image) {
                    fetched(transfer, plan, in_store, image, std::move(*signatures));
                });
            run(transfer, Phase::kFetch, std::move(service), std::move(begun));
        });
}

// A fetcher that is not answered sees the end of its socket.
void Transfers::let_fetch(int socket, bool waited) {
    const auto answer = [&]() -> base::Result<> {
        if (!waited) return base::send_message(socket, "go", {}, MSG_DONTWAIT);
        const auto list = TRY(sealed_text("stored", stored_blobs(TRY(Images::stored()))));
        return base::send_message(socket, "stored", {list.get()}, MSG_DONTWAIT);
    };
    if (const auto done = answer(); !done)
        base::log_line(base::LogLevel::kWarning,
                       "answering the fetcher: " + done.error().message());
}

void Transfers::fetched(Transfer& transfer, const FetchPlan& plan, const InStore& in_store,
                        const FetchedImage& image, base::UniqueFd signatures) {
    // Only a part would be gone on with.
    transfer.fetch_is_used_up();
    if (image.unchanged) return unchanged(transfer, in_store.known);
    if (plan.needs_signature()) return check_fetched(transfer, plan, std::move(signatures));
    import_fetched(transfer, plan, {});
}

// That nothing is newer is the fetcher's word; that the image is there is not.
void Transfers::unchanged(Transfer& transfer, const std::string& id) {
    if (id.empty())
        return transfer.fail({base::ErrorCode::kInternal, "the fetcher brought nothing"});
    run(transfer, Phase::kImport,
        importer_service({"renew", "--id=" + id}, "Renewal of an image of podd"),
        [&transfer](const base::Result<>& done) {
            if (!done)
                transfer.fail(base::Error{done.error()}.with_context("starting the importer"));
        });
}

void Transfers::fetch_aci(const AciPlan& plan, const trust::Policy& policy,
                          const std::optional<KnownAci>& known, uid_t user, Started started) {
    begin_fetch(plan.reference, user, std::move(started),
                [&](Transfer& transfer, const client::Done<>& begun) {
                    AciFetch::start({*this, verifier_, transfer},
                                    AciSet{plan, policy, user, host_arch()}, known, begun);
                });
}

void Transfers::check_fetched(const Transfer& transfer, const FetchPlan& plan,
                              base::UniqueFd signatures) {
    verifier_.check_image(
        plan.reference, std::move(signatures), transfer.user(),
        [this, id = transfer.id(), plan](const base::Result<SignedDocument>& good) {
            const auto found = transfers_.find(id);
            if (found == transfers_.end()) return;
            Transfer& fetched = *found->second.transfer;
            if (fetched.cancelled())
                return fetched.fail({base::ErrorCode::kUnavailable, "the fetch was cancelled"});
            if (good) return import_fetched(fetched, plan, *good);
            base::log_line(
                base::LogLevel::kWarning,
                fmt::format("an image is refused: {}",
                            good.error().message().substr(0, good.error().message().find('\n'))));
            fetched.fail(good.error());
        });
}

void Transfers::fetch_begun(const std::string& reference, const base::Result<>& done) {
    const auto found = fetches_.find(reference);
    if (found == fetches_.end()) return;
    found->second.begun = done.has_value();
    Transfer* transfer = found->second.transfer;
    const auto waiting = std::exchange(found->second.waiting, {});
    if (done) {
        auto told = Told::kNow;
        for (const Started& started : waiting)
            started(transfer, std::exchange(told, Told::kBefore));
        return;
    }
    const auto error = base::Error{done.error()}.with_context("starting the fetcher");
    for (const Started& started : waiting)
        started(error, Told::kNow);
    transfer->fail(error);
}

void Transfers::import_fetched(Transfer& transfer, const FetchPlan& plan,
                               const std::optional<SignedDocument>& signed_document) {
    const auto options = fetched_options(plan, signed_document);
    if (!options) return transfer.fail(options.error());
    auto service = importer_service({"import", "--options=" + *options},
                                    fmt::format("Import of {} for podd", plan.reference.str()));
    // podd itself may not read what the fetcher has written; systemd hands it over.
    const auto folder = image_folder(plan.reference.str());
    service.emplace_back("StandardInputFile",
                         sdbus::Variant{fmt::format("{}/{}", kCacheDir, folder)});
    service.push_back(discard_after({folder}));
    run(transfer, Phase::kImport, std::move(service), [&transfer](const base::Result<>& done) {
        if (!done) transfer.fail(base::Error{done.error()}.with_context("starting the importer"));
    });
}

void Transfers::fetch_ended(const std::string& reference,
                            const base::Result<ImportedImage>& result) {
    const auto found = fetches_.find(reference);
    if (found == fetches_.end()) return;
    const Fetch fetch = std::move(found->second);
    fetches_.erase(found);
    layer_flights_.end(fetch.transfer->id());
    aci_flights_.end(fetch.transfer->id());
    // What was cut short stays for the next time; systemd-tmpfiles removes it when none comes.
    for (const auto& unit : fetch.transfer->units())
        if (Transfer::is_fetch_unit(unit) && (result || fetch.transfer->is_used_up(unit)))
            systemd_.discard_cache(unit);
    // Nobody hears of the end of a transfer whose beginning was not told.
    if (fetch.begun) removed_(*fetch.transfer, result);
}

void Transfers::found(const store::ImageRecord& image, Transfer::Origin origin,
                      const Started& started) {
    const auto told = std::make_shared<Transfer*>(nullptr);
    const auto added =
        add(std::move(origin), [this, told](const auto& result) { removed_(**told, result); });
    if (!added) return started(added.error(), Told::kNow);
    *told = *added;
    started(*added, Told::kNow);
    (*added)->succeed({image.id, image.manifest.name.str(), {}});
}

}  // namespace podd::daemon
