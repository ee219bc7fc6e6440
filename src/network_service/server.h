// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes requests from the socket that systemd holds, one after the other.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "connector.h"

namespace podd::network_service {

class Server : private base::Pinned {
public:
    /// Without a connector it answers why there is none: then a pod's start can say so.
    Server(sd_event* event, base::Result<Connector> connector)
        : event_{event}, connector_{std::move(connector)} {}
    ~Server();

    /// Leaves the event loop when nobody has asked for half a minute; without a connector, for a
    /// second: the next one may find what this one did not.
    base::Result<> listen(base::UniqueFd socket);

private:
    /// Who has connected. A pod's start does so long before it can ask, to wake this service up.
    struct Client {
        base::UniqueFd connection;
        sd_event_source* source = nullptr;
    };

    base::Result<> accept_next();
    base::Result<> answer(int connection);
    base::Result<> answer_list(int connection);
    network::Reply reply_to(const network::Request& request, std::vector<base::UniqueFd> fds);
    void wait_for_requests();
    void forget_flows_later();

    static int on_client(sd_event_source* source, int fd, std::uint32_t events, void* self);
    static int on_request(sd_event_source* source, int fd, std::uint32_t events, void* self);
    static int on_forget(sd_event_source* source, void* self);
    static int on_idle(sd_event_source* source, std::uint64_t usec, void* self);

    sd_event* event_;
    base::Result<Connector> connector_;
    base::UniqueFd socket_;
    sd_event_source* accepting_ = nullptr;
    sd_event_source* forget_ = nullptr;
    sd_event_source* idle_ = nullptr;
    std::map<int, Client> clients_;  // by descriptor
};

}  // namespace podd::network_service
