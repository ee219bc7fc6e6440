// SPDX-License-Identifier: LGPL-2.1-or-later
// Fetches, imports and removals: every change to the store, each in a process and unit of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "client/systemd.h"
#include "daemon/aci_fetch.h"
#include "daemon/activity.h"
#include "daemon/authorizer.h"
#include "daemon/fetch_plan.h"
#include "daemon/flights.h"
#include "daemon/reply.h"
#include "daemon/transfer.h"
#include "daemon/verifier_unit.h"

namespace podd::daemon {

class Transfers : private base::Pinned {
public:
    static constexpr std::size_t kMaxPerUser = 16;

    /// All must outlive this object. `removed` tells the world; called before the transfer goes.
    using Removed = std::function<void(const Transfer&, const base::Result<ImportedImage>&)>;
    Transfers(sd_event* event, sdbus::IConnection& bus, client::Systemd& systemd,
              Activity& activity, Authorizer& authorizer, VerifierUnits& verifier, Removed removed);
    ~Transfers();

    /// Starts an import that reads `file`. Errors go to `started`, later ones to `removed`.
    void import(base::UniqueFd file, const std::string& options, uid_t user,
                client::Done<const Transfer*> started);
    /// Starts the importer with these arguments; `file` is what it reads or writes. Errors as
    /// above.
    void work(const std::vector<std::string>& arguments, const std::string& description,
              base::UniqueFd file, uid_t user, client::Done<const Transfer*> started);
    /// Whether a transfer that was told of is new or has been told of before.
    enum class Told : unsigned char { kNow, kBefore };
    using Started = std::function<void(const base::Result<const Transfer*>&, Told)>;
    /// Starts the fetcher, and the importer after it. A reference that is being fetched already is
    /// not fetched a second time: its transfer is the answer. Errors as above.
    void fetch(const FetchPlan& plan, const InStore& in_store, uid_t user, Started started);
    /// The same for ACIs: what is needed beneath the one that was asked for comes along.
    void fetch_aci(const AciPlan& plan, const trust::Policy& policy,
                   const std::optional<KnownAci>& known, uid_t user, Started started);
    /// A transfer that ends at once: the store has the image.
    void found(const store::ImageRecord& image, Transfer::Origin origin, const Started& started);
    /// The peer waits for the end of that transfer: who cancels it then does so for itself only.
    void join(std::uint32_t id, const std::string& peer);
    void peer_gone(const std::string& peer);
    /// Runs `importer remove`; not a bus object: nobody waits long for it.
    void remove(const std::string& image_id, uid_t user, client::Done<> done);

    std::uint32_t count() const { return static_cast<std::uint32_t>(transfers_.size()); }

    // For Transfer and AciFetch.
    void run(Transfer& transfer, Phase phase, client::BusProperties service,
             client::Done<> started);
    /// `true` is the answer when the transfer stops, `false` when others wait for it still.
    void cancel(Transfer& transfer, sdbus::Result<bool>&& result, const std::string& sender,
                std::uint64_t flags);
    Flights& aci_flights() { return aci_flights_; }
    void explain(const Transfer& transfer, std::function<void(const base::Error&)> done);

private:
    base::Result<Transfer*> add(Transfer::Origin origin, Transfer::Ended ended);
    // Makes the first step; `begun` hears how that went.
    using Begin = std::function<void(Transfer&, client::Done<> begun)>;
    void begin_fetch(const std::string& reference, uid_t user, Started started, const Begin& begin);
    void fetch_begun(const std::string& reference, const base::Result<>& done);
    // What is done when the fetcher has ended.
    void fetched(Transfer& transfer, const FetchPlan& plan, const InStore& in_store,
                 const FetchedImage& image, base::UniqueFd signatures);
    void unchanged(Transfer& transfer, const std::string& id);
    void check_fetched(const Transfer& transfer, const FetchPlan& plan, base::UniqueFd signatures);
    void import_fetched(Transfer& transfer, const FetchPlan& plan,
                        const std::optional<SignedDocument>& signed_document);
    // Lets the fetcher fetch the layers that are still missing by now.
    static void let_fetch(int socket, bool waited);
    void fetch_ended(const std::string& reference, const base::Result<ImportedImage>& result);
    void stop(std::uint32_t id, const Reply<bool>& reply);
    void forget(std::uint32_t id);
    static int on_forget(sd_event_source* source, void* self);

    sd_event* event_;
    sdbus::IConnection& bus_;
    client::Systemd& systemd_;
    Activity& activity_;
    Authorizer& authorizer_;
    VerifierUnits& verifier_;
    Removed removed_;
    std::uint32_t last_id_ = 0;
    struct Entry {
        std::unique_ptr<Transfer> transfer;
        Activity::Token token;
    };
    std::map<std::uint32_t, Entry> transfers_;
    struct Fetch {
        Transfer* transfer = nullptr;
        bool begun = false;
        std::vector<Started> waiting{};  // those who asked before it had begun
    };
    std::map<std::string, Fetch> fetches_;  // by reference
    Flights layer_flights_;                 // of registries
    Flights aci_flights_;
    std::vector<std::uint32_t> ended_;
    sd_event_source* forget_source_ = nullptr;
};

}  // namespace podd::daemon
