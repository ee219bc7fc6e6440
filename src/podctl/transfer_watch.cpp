// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/transfer_watch.h"

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "client/bus_event_source.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "transfer_proxy.h"  // generated from dbus/org.podd1.Transfer.xml

namespace podd::podctl {

namespace {

struct UnrefEvent {
    void operator()(sd_event* event) const { sd_event_unref(event); }
};
using Event = std::unique_ptr<sd_event, UnrefEvent>;

}  // namespace

class TransferWatch::Proxy final : public sdbus::ProxyInterfaces<org::podd1::Transfer_proxy>,
                                   private base::Pinned {
public:
    Proxy(sdbus::IConnection& bus, const sdbus::ObjectPath& path, ProgressLine& line)
        : ProxyInterfaces{bus, client::ServiceName{client::kBusName}, path}, line_{line} {
        registerProxy();
    }
    ~Proxy() { unregisterProxy(); }

private:
    void onProgress(const std::uint64_t& bytes, const std::uint64_t& total) override {
        line_.show(bytes, total);
    }
    void onNote(const std::string& text) override { line_.say(text); }
    ProgressLine& line_;
};

TransferWatch::TransferWatch(Session& session, ProgressLine& line)
    : session_{session}, line_{line} {}

TransferWatch::~TransferWatch() {
    session_.manager->on_transfer_removed = nullptr;
}

base::Result<std::string> TransferWatch::run(const std::function<BegunTransfer()>& begin) {
    sd_event* raw = nullptr;
    if (const int r = sd_event_new(&raw); r < 0)
        return base::errno_error("cannot make an event loop", -r);
    const Event event{raw};
    session_.manager->on_transfer_removed = [this, raw](std::uint32_t id, const std::string& image,
                                                        const base::Result<>& result) {
        ended(raw, id, image, result);
    };
    TRY(client::guarded([&] {
        const auto [id, path] = begin();
        id_ = id;
        transfer_ = std::make_unique<Proxy>(*session_.bus, path, line_);
    }));
    TRY(cancel_on_signals(raw));
    const auto attached = TRY(client::BusEventSource::attach(raw, *session_.bus));
    const int r = sd_event_loop(raw);
    if (!result_)
        return base::Error{base::ErrorCode::kUnavailable,
                           fmt::format("the connection to the bus broke ({})", r)};
    return *result_;
}

base::Result<> TransferWatch::cancel_on_signals(sd_event* event) {
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

int TransferWatch::on_signal(sd_event_source* source, const struct signalfd_siginfo*, void* self) {
    auto& watch = *static_cast<TransferWatch*>(self);
    watch.line_.clear();
    const auto cancelled = client::guarded([&] { watch.transfer_->Cancel(); });
    if (cancelled) return 0;  // its end is what will be told
    // Somebody else's fetch goes on without us.
    watch.result_.emplace(cancelled.error());
    static_cast<void>(sd_event_exit(sd_event_source_get_event(source), 0));
    return 0;
}

void TransferWatch::ended(sd_event* event, std::uint32_t id, const std::string& image,
                          const base::Result<>& result) {
    if (id != id_) return;
    if (result)
        result_.emplace(image);
    else
        result_.emplace(result.error());
    static_cast<void>(sd_event_exit(event, 0));
}

void print_image_id(const std::string& id, JsonMode mode) {
    if (mode == JsonMode::kOff) return fmt::print("{}\n", printable(id));
    base::Json json;
    json.add("id", id);
    print_json(json, mode);
}

}  // namespace podd::podctl
