// SPDX-License-Identifier: LGPL-2.1-or-later
// All pods that are served, from the offer to the end of their first process.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "fd_store.h"
#include "offer.h"
#include "server.h"

namespace podd::metadata_service {

class Pods : private base::Pinned {
public:
    Pods(sd_event* event, std::string key);
    ~Pods();

    /// Those that were served before the service was started again.
    void restore(std::map<std::string, Offer> offers);
    /// Takes them at this socket; leaves the event loop when nothing was served for half a minute.
    base::Result<> listen(base::UniqueFd socket);

private:
    struct Pod : private base::Pinned {
        Pods* all = nullptr;
        std::string uuid;
        base::UniqueFd process;
        sd_event_source* ended = nullptr;
        std::unique_ptr<Server> server;
        ~Pod() { sd_event_source_disable_unref(ended); }
    };

    enum class Kept : unsigned char { kNo, kYes };
    base::Result<> add(Offer offer, Kept kept);
    base::Result<> serve(metadata::ServedPod served, Offer offer);
    base::Result<> take_next(int socket);
    void wait_for_pods();

    static int on_offer(sd_event_source* source, int fd, std::uint32_t events, void* self);
    static int on_end(sd_event_source* source, int fd, std::uint32_t events, void* pod);
    static int on_idle(sd_event_source* source, std::uint64_t usec, void* self);

    sd_event* event_;
    std::string key_;
    base::UniqueFd socket_;
    sd_event_source* offers_ = nullptr;
    sd_event_source* idle_ = nullptr;
    std::map<std::string, std::unique_ptr<Pod>> pods_;  // by uuid
};

}  // namespace podd::metadata_service
