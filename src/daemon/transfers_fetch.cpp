// SPDX-License-Identifier: LGPL-2.1-or-later
// Transfers that begin at a registry: the fetcher's unit, then the importer's.
#include <utility>

#include <unistd.h>

#include "daemon/transfers.h"
#include "daemon/worker_service.h"

namespace podd::daemon {

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

void Transfers::fetch(const FetchPlan& plan, uid_t user, Started started) {
    begin_fetch(plan.reference.str(), user, std::move(started),
                [this, plan](Transfer& transfer, client::Done<> begun) {
                    transfer.on_fetched([this, &transfer, plan](const FetchedImage&) {
                        import_fetched(transfer, plan);
                    });
                    const bool has_credentials = ::access(kCredentialsFile, F_OK) == 0;
                    run(transfer, Phase::kFetch,
                        fetcher_service(plan.reference,
                                        plan.verification ? Pin::kNotNeeded : Pin::kRequired,
                                        has_credentials),
                        std::move(begun));
                });
}

void Transfers::fetch_aci(const AciPlan& plan, const trust::Policy& policy,
                          const std::optional<KnownAci>& known, VerifierUnits& verifier, uid_t user,
                          Started started) {
    begin_fetch(
        plan.reference, user, std::move(started), [&](Transfer& transfer, client::Done<> begun) {
            AciFetch::start({*this, verifier, transfer}, AciSet{plan, policy, user, host_arch()},
                            known, std::move(begun));
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

void Transfers::import_fetched(Transfer& transfer, const FetchPlan& plan) {
    const auto options = fetched_options(plan);
    if (!options) return transfer.fail(options.error());
    auto service = importer_service({"import", "--options=" + *options},
                                    fmt::format("Import of {} for podd", plan.reference.str()));
    // podd itself may not read what the fetcher has written; systemd hands it over.
    service.emplace_back("StandardInputFile", sdbus::Variant{fetch_folder(plan.reference)});
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
