// SPDX-License-Identifier: LGPL-2.1-or-later
// One fetch of an ACI, step by step, each in a unit of its own: the fetcher brings the file, the
// verifier checks its signature, the importer says what it depends on. When the same was done for
// everything beneath it, all of them are imported at once.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/pinned.h"
#include "base/result.h"
#include "client/systemd.h"
#include "daemon/aci_plan.h"
#include "daemon/transfer.h"

namespace podd::daemon {

class AciFetch : public std::enable_shared_from_this<AciFetch>, private base::Pinned {
public:
    struct Tools {
        Transfers& transfers;
        VerifierUnits& verifier;
        Transfer& transfer;
    };
    /// The transfer tells how it ends; `begun` whether it began.
    static void start(const Tools& tools, AciSet set, const std::optional<KnownAci>& known,
                      const client::Done<>& begun);

    AciFetch(const Tools& tools, AciSet set, const std::optional<KnownAci>& known);

private:
    AciPlan& current() { return set_.at(current_); }
    /// Of the one that is on its way.
    std::string folder() const;
    /// Once no other fetch is bringing it.
    void take_turn(const client::Done<>& begun);
    /// After another fetch has tried: what that one brought, or a fetch of its own.
    base::Result<> take_what_came();
    void fetch(client::Done<> begun);
    void fetched(const FetchedImage& image);
    void not_modified();
    void verified(const base::Result<GoodSignature>& good);
    void inspect();
    base::Result<> inspected(const schema::ImageManifest& manifest);
    base::Result<> need(const schema::Dependency& dependency);
    void next();
    void import();
    /// The importer, reading folders of the fetcher's.
    void run_importer(Phase phase, client::BusProperties service);
    void fail(const base::Error& error);
    /// Ends the transfer when it did not begin.
    client::Done<> must_start(const char* program);

    Tools tools_;
    AciSet set_;
    std::optional<KnownAci> known_;
    std::size_t current_ = 0;
};

}  // namespace podd::daemon
