// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/transfer_watch.h"

#include <csignal>
#include <cstdio>
#include <utility>

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

constexpr int kEndingSignals[] = {SIGINT, SIGTERM, SIGHUP};
volatile std::sig_atomic_t was_interrupted = 0;

// As SIGHUP is beneath nohup(1).
bool is_ignored(int signal) {
    struct sigaction now{};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

extern "C" void note_interrupt(int /*signal*/) {
    was_interrupted = 1;
}

}  // namespace

class TransferWatch::Proxy final
    : public sdbus::ProxyInterfaces<org::podd1::Transfer_proxy, sdbus::Properties_proxy>,
      private base::Pinned {
public:
    Proxy(sdbus::IConnection& bus, const sdbus::ObjectPath& path, ProgressLine& line)
        : ProxyInterfaces{bus, client::ServiceName{client::kBusName}, path}, line_{line} {
        registerProxy();
    }
    ~Proxy() { unregisterProxy(); }

    /// What was said before anybody listened.
    void take_all(const std::map<std::string, sdbus::Variant>& all) {
        for (const auto& [name, value] : all)
            take(name, value);
        line_.show(state_);
    }

private:
    void onNote(const std::string& text) override { line_.say(text); }
    void onPropertiesChanged(const client::InterfaceName& interface,
                             const std::map<client::PropertyName, sdbus::Variant>& changed,
                             const std::vector<client::PropertyName>& /*invalidated*/) override {
        if (interface != org::podd1::Transfer_proxy::INTERFACE_NAME) return;
        for (const auto& [name, value] : changed)
            take(name, value);
        line_.show(state_);
    }
    void take(const std::string& name, const sdbus::Variant& value) {
        using Row = sdbus::Struct<std::string, std::uint64_t, std::uint64_t>;
        if (name == "Phase") state_.phase = value.get<std::string>();
        if (name == "Bytes") state_.bytes = value.get<std::uint64_t>();
        if (name == "Total") state_.total = value.get<std::uint64_t>();
        if (name == "Rate") state_.rate = value.get<std::uint64_t>();
        if (name != "Layers") return;
        state_.layers.clear();
        for (const auto& row : value.get<std::vector<Row>>()) {
            const auto& [word, bytes, total] = client::as_tuple(row);
            const auto state = base::layer_state(word);
            state_.layers.push_back({state.value_or(base::LayerState::kWaiting), bytes, total});
        }
    }

    ProgressLine& line_;
    TransferState state_;
};

TransferWatch::TransferWatch(Session& session, ProgressLine& line)
    : session_{session}, line_{line} {}

TransferWatch::~TransferWatch() {
    session_.manager->on_transfer_removed = nullptr;
    bus_driver_.reset();
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : kEndingSignals)
        ::sigaddset(&signals, signal);
    (void)::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
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
    TRY(client::guarded([&] { listen_to_the_end_of_podd(raw); }));
    TRY(call(begin));
    TRY(listen_to_signals(raw));
    if (was_interrupted) cancel(raw);
    const auto attached = TRY(client::BusEventSource::attach(raw, *session_.bus));
    const int r = sd_event_loop(raw);
    if (!result_)
        return base::Error{base::ErrorCode::kUnavailable,
                           fmt::format("the connection to the bus broke ({})", r)};
    return *result_;
}

// Nobody tells of the transfers of a podd that was killed.
void TransferWatch::listen_to_the_end_of_podd(sd_event* event) {
    constexpr const char* kDriver = "org.freedesktop.DBus";
    bus_driver_ = client::make_proxy(*session_.bus, kDriver, "/org/freedesktop/DBus");
    bus_driver_->uponSignal("NameOwnerChanged")
        .onInterface(kDriver)
        .call([this, event](const std::string& name, const std::string& /*old_owner*/,
                            const std::string& new_owner) {
            if (name != client::kBusName || !new_owner.empty() || result_) return;
            result_.emplace(base::Error{base::ErrorCode::kUnavailable,
                                        "podd has ended before it was done, or somebody ended it\n"
                                        "hint: try again; 'journalctl -u podd' may say why"});
            static_cast<void>(sd_event_exit(event, 0));
        });
    client::finish_registration(*bus_driver_);
}

// A signal that comes while the call is under way must not leave a transfer that nobody waits for.
// Whoever cannot wait for the answer sends another one.
base::Result<> TransferWatch::call(const std::function<BegunTransfer()>& begin) {
    struct sigaction remember{};
    remember.sa_handler = note_interrupt;
    remember.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    for (const int signal : kEndingSignals)
        if (!is_ignored(signal)) (void)::sigaction(signal, &remember, nullptr);
    return client::guarded([&] {
        const auto [id, path] = begin();
        id_ = id;
        transfer_ = std::make_unique<Proxy>(*session_.bus, path, line_);
        const auto all = properties(*session_.bus, client::kBusName, path,
                                    org::podd1::Transfer_proxy::INTERFACE_NAME);
        if (all) transfer_->take_all(*all);  // it may have ended in the meantime
    });
}

base::Result<> TransferWatch::listen_to_signals(sd_event* event) {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGWINCH);
    for (const int signal : kEndingSignals)
        if (!is_ignored(signal)) ::sigaddset(&signals, signal);
    (void)::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    int r = sd_event_add_signal(event, nullptr, SIGWINCH, on_resize, this);
    for (const int signal : kEndingSignals)
        if (r >= 0 && ::sigismember(&signals, signal) == 1)
            r = sd_event_add_signal(event, nullptr, signal, on_signal, this);
    if (r < 0) return base::errno_error("cannot wait for a signal", -r);
    return {};
}

int TransferWatch::on_resize(sd_event_source* /*source*/, const struct signalfd_siginfo*,
                             void* self) {
    static_cast<TransferWatch*>(self)->line_.redraw();
    return 0;
}

int TransferWatch::on_signal(sd_event_source* source, const struct signalfd_siginfo*, void* self) {
    static_cast<TransferWatch*>(self)->cancel(sd_event_source_get_event(source));
    return 0;
}

void TransferWatch::cancel(sd_event* event) {
    line_.clear();
    if (result_) return;
    const bool again = std::exchange(cancelled_, true);
    const auto stopped =
        again ? base::Result<bool>{false}
              : client::guarded([&] { return transfer_->Cancel(session_.manager->flags()); });
    if (stopped && *stopped) return;  // its end is what will be told
    if (stopped)
        result_.emplace(base::Error{base::ErrorCode::kUnavailable,
                                    again ? "interrupted; podd is still ending it"
                                          : "interrupted; it goes on for others who wait for it"});
    else
        result_.emplace(stopped.error());
    static_cast<void>(sd_event_exit(event, 0));
}

void TransferWatch::ended(sd_event* event, std::uint32_t id, const std::string& image,
                          const base::Result<>& result) {
    if (id != id_ || result_) return;
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
