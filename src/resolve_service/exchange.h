// SPDX-License-Identifier: LGPL-2.1-or-later
// A query that the host's servers are asked, one after the other, until one of them answers.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "resolve/message.h"
#include "socket_address.h"

namespace podd::resolve_service {

enum class Transport : unsigned char { kDatagrams, kStream };

class Exchange : private base::Pinned {
public:
    /// With the answer, under the query's own id; with a failure of ours when there is none. Called
    /// once, from the event loop; it may end the exchange.
    using Done = std::function<void(std::string answer)>;

    Exchange(resolve::Query query, std::vector<SocketAddress> servers, Transport transport,
             Done done);
    ~Exchange();

    /// Errors: kIo.
    base::Result<> start(sd_event* event);
    /// Ends it now, with the best answer so far.
    void give_up() { finish(); }

private:
    // A server that has been asked. It has as long as the whole exchange, also when the next one
    // has been asked as well.
    struct Attempt {
        Exchange& exchange;
        base::UniqueFd socket;
        sd_event_source* source = nullptr;
        std::uint16_t id = 0;  // another for each, so that nobody can guess it
        bool sent = false;     // of a stream
        std::string received;  // of a stream
    };
    enum class Progress : unsigned char { kWaiting, kFailed, kAnswered };

    bool has_tries() const { return tries_ < max_tries_; }
    void ask_next();
    bool ask(const SocketAddress& server);
    bool connect(Attempt& attempt, const SocketAddress& server);
    Progress proceed(Attempt& attempt);
    Progress read_datagram(Attempt& attempt);
    Progress send_on_stream(Attempt& attempt);
    Progress read_stream(Attempt& attempt);
    void take(const std::string& answer);
    void end(Attempt& attempt);
    void finish();

    static int on_ready(sd_event_source* source, int fd, std::uint32_t events, void* attempt);
    static int on_time(sd_event_source* source, std::uint64_t usec, void* self);

    resolve::Query query_;
    std::vector<SocketAddress> servers_;
    Transport transport_;
    Done done_;
    std::size_t max_tries_;
    std::size_t tries_ = 0;
    sd_event* event_ = nullptr;
    sd_event_source* timer_ = nullptr;
    std::list<Attempt> attempts_;
    std::string answer_;  // the best so far
    bool final_ = false;  // no other server would say more
};

}  // namespace podd::resolve_service
