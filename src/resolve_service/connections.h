// SPDX-License-Identifier: LGPL-2.1-or-later
// Queries that come by a stream, one after the other. Source: RFC 7766.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "resolver.h"

namespace podd::resolve_service {

class Connections : private base::Pinned {
public:
    /// `resolver` must outlive it.
    Connections(sd_event* event, Resolver& resolver) : event_{event}, resolver_{resolver} {}
    ~Connections();

    /// Errors: kIo.
    base::Result<> serve(base::UniqueFd listener);
    bool is_busy() const { return !clients_.empty(); }

private:
    struct Client {
        Connections& connections;
        std::uint64_t number = 0;
        base::UniqueFd socket;
        resolve::Address address;
        sd_event_source* source = nullptr;
        sd_event_source* timer = nullptr;
        std::string received;
        std::string to_send;
        bool waits = false;  // for an answer
    };

    base::Result<> accept_next();
    bool make_room(const resolve::Address& address);
    bool watch(Client& client);
    bool read(Client& client);
    bool write(Client& client);
    bool ask_next(Client& client);
    void answer(std::uint64_t number, const std::string& answer);
    void want(Client& client);
    void close(std::uint64_t number);

    static int on_client(sd_event_source* source, int fd, std::uint32_t events, void* self);
    static int on_ready(sd_event_source* source, int fd, std::uint32_t events, void* client);
    static int on_time(sd_event_source* source, std::uint64_t usec, void* client);

    sd_event* event_;
    Resolver& resolver_;
    base::UniqueFd listener_;
    sd_event_source* accepting_ = nullptr;
    std::uint64_t last_number_ = 0;
    std::map<std::uint64_t, Client> clients_;
};

}  // namespace podd::resolve_service
