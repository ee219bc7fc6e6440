// SPDX-License-Identifier: LGPL-2.1-or-later
// A transfer of podd's, watched until it is over.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"
#include "podctl/manager.h"
#include "podctl/options.h"
#include "podctl/progress.h"

namespace podd::podctl {

/// Number and object, as ImportImage() and FetchImage() answer.
using BegunTransfer = std::tuple<std::uint32_t, sdbus::ObjectPath>;

/// One transfer: the call, then its signals until it is over. SIGINT, SIGTERM and SIGHUP take back
/// the wish for it, also while the call is under way; a second one does not wait for the end.
class TransferWatch : private base::Pinned {
public:
    /// Both must outlive this object.
    TransferWatch(Session& session, ProgressLine& line);
    ~TransferWatch();

    /// The id of the image. `begin` may throw sdbus::Error. Errors: those of the other end.
    base::Result<std::string> run(const std::function<BegunTransfer()>& begin);

private:
    class Proxy;
    base::Result<> call(const std::function<BegunTransfer()>& begin);
    void listen_to_the_end_of_podd(sd_event* event);
    base::Result<> listen_to_signals(sd_event* event);
    static int on_signal(sd_event_source* source, const struct signalfd_siginfo*, void* self);
    static int on_resize(sd_event_source* source, const struct signalfd_siginfo*, void* self);
    void cancel(sd_event* event);
    void ended(sd_event* event, std::uint32_t id, const std::string& image,
               const base::Result<>& result);

    Session& session_;
    ProgressLine& line_;
    std::uint32_t id_ = 0;
    std::unique_ptr<Proxy> transfer_;
    std::unique_ptr<sdbus::IProxy> bus_driver_;
    bool cancelled_ = false;
    std::optional<base::Result<std::string>> result_;
};

/// Prints the id of an image, which may be one of several.
void print_image_id(const std::string& id, JsonMode mode);

}  // namespace podd::podctl
