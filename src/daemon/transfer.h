// SPDX-License-Identifier: LGPL-2.1-or-later
// One import, with or without a fetch before it: the unit that does the work, what it says on its
// standard output, and the bus object /org/podd1/transfer/<n>.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <systemd/sd-event.h>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "client/systemd.h"
#include "daemon/aci_lines.h"
#include "daemon/transfer_progress.h"
#include "transfer_adaptor.h"  // generated from dbus/org.podd1.Transfer.xml

namespace podd::daemon {

class Transfers;

enum class Phase : unsigned char {
    kNone,
    kFetch,
    kInspect,  // the importer looks at what was fetched
    kImport,
};

class Transfer final
    : public sdbus::AdaptorInterfaces<org::podd1::Transfer_adaptor, sdbus::ManagedObject_adaptor,
                                      sdbus::Properties_adaptor>,
      private base::Pinned {
public:
    /// Called once; the transfer may be destroyed after it returned to the loop.
    using Ended = std::function<void(const base::Result<ImportedImage>&)>;

    /// Who wants it, and what is fetched; empty where nothing is.
    struct Origin {
        uid_t user = 0;
        std::string reference;
    };

    Transfer(sdbus::IConnection& bus, Transfers& owner, std::uint32_t id, Origin origin,
             Ended ended);
    ~Transfer();

    /// From here on another unit works, and is the one that is cancelled. A phase may come again.
    void enter(daemon::Phase phase);
    /// Reads lines from `output` until its end. Errors: kIo.
    base::Result<> watch(sd_event* event, base::UniqueFd output);
    /// Called when the fetcher has done its part, in place of the end.
    void on_fetched(std::function<void(const FetchedImage&)> fetched) {
        fetched_ = std::move(fetched);
    }
    /// Called when the fetcher has said which layers it would fetch, and waits; once.
    void on_wanted(std::function<void(const WantedLayers&)> wanted) { wanted_ = std::move(wanted); }
    /// The same of the importer, when it has looked at an ACI.
    void on_inspected(std::function<void(const schema::ImageManifest&)> inspected) {
        inspected_ = std::move(inspected);
    }
    /// A peer that waits for the end as well.
    void join(const std::string& peer) { waiting_.insert(peer); }
    /// False when it did not wait.
    bool leave(const std::string& peer) { return waiting_.erase(peer) > 0; }
    bool has_waiting() const { return !waiting_.empty(); }
    /// Whatever has not ended by now counts as cancelled.
    void cancel() { cancelled_ = true; }
    /// Ends the transfer without a word of a program's.
    void fail(const base::Error& error) { end(error); }
    void succeed(const ImportedImage& image) { end(image); }

    std::uint32_t id() const { return id_; }
    uid_t user() const { return origin_.user; }
    /// Of this phase; empty where no unit is needed.
    std::string unit() const { return units_.empty() ? std::string{} : units_.back(); }
    /// Of all phases so far.
    const std::vector<std::string>& units() const { return units_; }
    static bool is_fetch_unit(std::string_view unit);
    /// What the fetcher's unit of this phase has brought is of no use to a later fetch.
    void fetch_is_used_up() { used_up_.push_back(unit()); }
    bool is_used_up(const std::string& unit) const;
    daemon::Phase phase() const { return phase_; }
    bool cancelled() const { return cancelled_; }
    std::string path() const;

private:
    using LayerRow = sdbus::Struct<std::string, std::uint64_t, std::uint64_t>;

    void Cancel(sdbus::Result<bool>&& result, std::uint64_t flags) override;
    std::uint32_t Id() override { return id_; }
    std::string Reference() override { return origin_.reference; }
    std::string Unit() override { return unit(); }
    std::string Phase() override;
    std::uint64_t Bytes() override { return progress_.now().bytes; }
    std::uint64_t Total() override { return progress_.now().total; }
    std::uint64_t Rate() override { return progress_.rate(); }
    std::vector<LayerRow> Layers() override;

    void tell(const std::vector<std::string>& names);

    static int on_output(sd_event_source*, int, std::uint32_t, void* self);
    void read_output();
    void take_lines();
    void take_line(std::string_view line);
    template <typename Says>
    void take(const base::Result<Says>& said);
    void take_wanted(const WantedLayers& layers);
    void take_done(const ImportedImage& image);
    void take_done(const FetchedImage& fetched) { has_fetched_ = fetched; }
    void take_done(const schema::ImageManifest& manifest) { has_inspected_ = manifest; }
    bool go_on();
    void output_ended();
    void end(const base::Result<ImportedImage>& result);

    Transfers& owner_;
    const std::uint32_t id_;
    const Origin origin_;
    std::set<std::string> waiting_;
    TransferProgress progress_;
    Ended ended_;
    std::function<void(const FetchedImage&)> fetched_;
    std::function<void(const WantedLayers&)> wanted_{};
    std::function<void(const schema::ImageManifest&)> inspected_;
    daemon::Phase phase_ = daemon::Phase::kNone;
    std::vector<std::string> units_;
    std::vector<std::string> used_up_;
    std::optional<FetchedImage> has_fetched_;
    std::optional<schema::ImageManifest> has_inspected_;
    bool cancelled_ = false;
    base::UniqueFd output_;
    sd_event_source* source_ = nullptr;
    std::string buffer_;
    std::optional<base::Result<ImportedImage>> result_;
};

}  // namespace podd::daemon
