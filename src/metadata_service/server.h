// SPDX-License-Identifier: LGPL-2.1-or-later
// Serves one pod at its own socket: a connection can ask about no other.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include <systemd/sd-event.h>

#include <microhttpd.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "metadata/served_pod.h"

namespace podd::metadata_service {

class Server : private base::Pinned {
public:
    /// `key` must outlive the server. Errors: kIo.
    static base::Result<std::unique_ptr<Server>> start(sd_event* event, metadata::ServedPod pod,
                                                       std::string_view key,
                                                       base::UniqueFd listener);
    /// Closes all its connections.
    ~Server();

private:
    Server(metadata::ServedPod pod, std::string_view key) : pod_{std::move(pod)}, key_{key} {}
    base::Result<> listen(base::UniqueFd listener);
    base::Result<> attach(sd_event* event);
    void run();
    void end_old_connections(std::uint64_t now);
    void arm(std::uint64_t now);

    static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                                 const char* method, const char* version, const char* data,
                                 std::size_t* size, void** exchange);
    static void on_completed(void* self, MHD_Connection* connection, void** exchange,
                             MHD_RequestTerminationCode code);
    static void on_connection(void* self, MHD_Connection* connection, void** context,
                              MHD_ConnectionNotificationCode code);
    static int on_ready(sd_event_source* source, int fd, std::uint32_t events, void* self);
    static int on_time(sd_event_source* source, std::uint64_t usec, void* self);

    struct Client {
        int fd;
        std::uint64_t until_usec;  // CLOCK_MONOTONIC
    };

    metadata::ServedPod pod_;
    std::string_view key_;
    MHD_Daemon* daemon_ = nullptr;
    sd_event_source* ready_ = nullptr;
    sd_event_source* timer_ = nullptr;
    std::map<MHD_Connection*, Client> clients_;
    bool has_room_ = false;  // some connection has ended
};

}  // namespace podd::metadata_service
