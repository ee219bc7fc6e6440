// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/transfer_wait.h"

#include <csignal>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "client/bus_event_source.h"
#include "transfer_proxy.h"  // generated from dbus/org.podd1.Transfer.xml

namespace podd::podctl {

namespace {

struct UnrefEvent {
    void operator()(sd_event* event) const { sd_event_unref(event); }
};
using Event = std::unique_ptr<sd_event, UnrefEvent>;

class Transfer final : public sdbus::ProxyInterfaces<org::podd1::Transfer_proxy>,
                       private base::Pinned {
public:
    Transfer(sdbus::IConnection& bus, const sdbus::ObjectPath& path, ProgressLine& line)
        : ProxyInterfaces{bus, client::ServiceName{client::kBusName}, path}, line_{line} {
        registerProxy();
    }
    ~Transfer() { unregisterProxy(); }

private:
    void onProgress(const std::uint64_t& bytes, const std::uint64_t& total) override {
        line_.show(bytes, total);
    }
    void onNote(const std::string& text) override { line_.say(text); }
    ProgressLine& line_;
};

// One transfer: the call, then its signals until it is over.
class Wait : private base::Pinned {
public:
    Wait(Session& session, ProgressLine& line) : session_{session}, line_{line} {}

    base::Result<std::string> run(const BeginTransfer& begin) {
        sd_event* raw = nullptr;
        if (const int r = sd_event_new(&raw); r < 0)
            return base::errno_error("cannot make an event loop", -r);
        const Event event{raw};
        session_.manager->on_transfer_removed = [&](std::uint32_t id, const std::string& image,
                                                    const base::Result<>& result) {
            ended(raw, id, image, result);
        };
        TRY(client::guarded([&] {
            const auto [id, path] = begin();
            id_ = id;
            transfer_ = std::make_unique<Transfer>(*session_.bus, path, line_);
        }));
        TRY(cancel_on_sigint(raw));
        const auto attached = TRY(client::BusEventSource::attach(raw, *session_.bus));
        const int r = sd_event_loop(raw);
        if (!result_)
            return base::Error{base::ErrorCode::kUnavailable,
                               fmt::format("the connection to the bus broke ({})", r)};
        return *result_;
    }

private:
    base::Result<> cancel_on_sigint(sd_event* event) {
        sigset_t signals;
        ::sigemptyset(&signals);
        ::sigaddset(&signals, SIGINT);
        ::sigaddset(&signals, SIGTERM);
        (void)::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        for (const int signal : {SIGINT, SIGTERM})
            if (const int r = sd_event_add_signal(event, nullptr, signal, on_signal, this); r < 0)
                return base::errno_error("cannot wait for a signal", -r);
        return {};
    }

    static int on_signal(sd_event_source*, const struct signalfd_siginfo*, void* self) {
        auto& wait = *static_cast<Wait*>(self);
        wait.line_.clear();
        static_cast<void>(client::guarded([&] { wait.transfer_->Cancel(); }));
        return 0;
    }

    void ended(sd_event* event, std::uint32_t id, const std::string& image,
               const base::Result<>& result) {
        if (id != id_) return;
        if (result)
            result_.emplace(image);
        else
            result_.emplace(result.error());
        static_cast<void>(sd_event_exit(event, 0));
    }

    Session& session_;
    ProgressLine& line_;
    std::uint32_t id_ = 0;
    std::unique_ptr<Transfer> transfer_;
    std::optional<base::Result<std::string>> result_;
};

}  // namespace

base::Result<std::string> wait_for_transfer(Session& session, ProgressLine& line,
                                            const BeginTransfer& begin) {
    return Wait{session, line}.run(begin);
}

}  // namespace podd::podctl
