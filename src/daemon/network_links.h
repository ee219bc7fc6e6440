// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks podd-network.service what links there are; nothing waits.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "client/systemd.h"
#include "network/listing.h"

namespace podd::daemon {

class NetworkLinks : private base::Pinned {
public:
    using Links = std::vector<network::ListedLink>;

    /// Both must outlive this object.
    NetworkLinks(sd_event* event, client::Systemd& systemd);
    ~NetworkLinks();

    /// Where no pod has asked for a network yet, the service's socket is started first. Errors of
    /// `done`: kUnavailable where the service does not answer; what it says.
    void list(client::Done<Links> done);

private:
    struct Question;

    base::Result<> ask(client::Done<Links> done);
    void answered(Question& question, const base::Result<Links>& answer);
    static int on_answer(sd_event_source* source, int fd, std::uint32_t events, void* question);
    static int on_timeout(sd_event_source* source, std::uint64_t usec, void* question);

    sd_event* event_;
    client::Systemd& systemd_;
    std::map<const Question*, std::unique_ptr<Question>> questions_;
};

}  // namespace podd::daemon
