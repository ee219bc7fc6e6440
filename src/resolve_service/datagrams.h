// SPDX-License-Identifier: LGPL-2.1-or-later
// Queries that come as datagrams.
#pragma once

#include <cstdint>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "resolver.h"

namespace podd::resolve_service {

class Datagrams : private base::Pinned {
public:
    /// `resolver` must outlive it.
    explicit Datagrams(Resolver& resolver) : resolver_{resolver} {}
    ~Datagrams() { sd_event_source_disable_unref(source_); }

    /// The socket must tell with each datagram where it arrived (PassPacketInfo= in
    /// systemd.socket(5)). Errors: kIo.
    base::Result<> serve(sd_event* event, base::UniqueFd socket);

private:
    bool receive_one();
    static int on_ready(sd_event_source* source, int fd, std::uint32_t events, void* self);

    Resolver& resolver_;
    base::UniqueFd socket_;
    sd_event_source* source_ = nullptr;
};

}  // namespace podd::resolve_service
