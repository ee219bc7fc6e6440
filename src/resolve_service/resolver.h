// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers the queries of pods: by what is known of pods, or by what the host's servers say.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "exchange.h"
#include "pod_records.h"

namespace podd::resolve_service {

/// Where a query has come from.
struct Asker {
    resolve::Address address;
    std::uint32_t interface = 0;  // index; 0: of a stream, whose sender has proved its address
};

class Resolver : private base::Pinned {
public:
    /// With the answer; empty: there is none, as to who is no pod. Called once, at once or later.
    using Reply = std::function<void(std::string answer)>;

    /// `servers`: whom to ask in place of the host's; nobody, if there is none among them.
    Resolver(sd_event* event, PodRecords records, std::optional<std::vector<std::string>> servers)
        : event_{event}, records_{std::move(records)}, servers_{std::move(servers)} {}

    /// Whether a pod has this address.
    bool is_pod(const Asker& asker) { return find(asker) != nullptr; }
    void ask(std::string_view message, const Asker& asker, Transport transport, Reply reply);
    bool is_busy() const { return !pending_.empty(); }
    /// How often so far.
    std::uint64_t asked() const { return asked_; }

private:
    struct Pending {
        std::string pod;
        std::unique_ptr<Exchange> exchange;
    };

    const network::Connection* find(const Asker& asker);
    bool make_room(const std::string& pod);
    void ask_servers(resolve::Query query, const std::string& pod, Transport transport,
                     Reply reply);
    void end(std::uint64_t number);

    sd_event* event_;
    PodRecords records_;
    std::optional<std::vector<std::string>> servers_;
    std::uint64_t asked_ = 0;
    std::uint64_t last_number_ = 0;
    std::map<std::uint64_t, Pending> pending_;
    std::map<std::string, std::size_t, std::less<>> pending_of_;  // how many, by pod
    bool said_no_server_ = false;
};

}  // namespace podd::resolve_service
