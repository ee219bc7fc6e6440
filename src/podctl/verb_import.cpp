// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl import
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "client/bus_event_source.h"
#include "podctl/app_settings.h"
#include "podctl/manager.h"
#include "podctl/progress.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"
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

using BusOptions = std::map<std::string, sdbus::Variant>;

base::Result<BusOptions> bus_options(const Arguments& arguments) {
    const Options& options = arguments.options;
    BusOptions bus;
    if (!options.name.empty()) bus.emplace("Name", sdbus::Variant{options.name});
    if (!options.reference.empty()) bus.emplace("Reference", sdbus::Variant{options.reference});
    if (!options.labels.empty())
        bus.emplace("Labels", sdbus::Variant{std::map<std::string, std::string>{
                                  options.labels.begin(), options.labels.end()}});
    const std::string app = TRY(app_settings(options, arguments.after));
    if (!app.empty()) bus.emplace("App", sdbus::Variant{app});
    return bus;
}

base::Result<base::UniqueFd> open_image(const std::string& path) {
    if (path != "-") return base::open_path(path, O_RDONLY | O_NOCTTY);
    base::UniqueFd copy{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
    if (!copy) return base::errno_error("standard input", errno);
    return copy;
}

// One import: the call, then its signals until it is over.
class Import : private base::Pinned {
public:
    Import(Session& session, ProgressLine& line) : session_{session}, line_{line} {}

    base::Result<std::string> run(base::UniqueFd file, const BusOptions& options) {
        sd_event* raw = nullptr;
        if (const int r = sd_event_new(&raw); r < 0)
            return base::errno_error("cannot make an event loop", -r);
        const Event event{raw};
        session_.manager->on_transfer_removed = [&](std::uint32_t id, const std::string& image,
                                                    const base::Result<>& result) {
            ended(raw, id, image, result);
        };
        TRY(begin(std::move(file), options));
        TRY(cancel_on_sigint(raw));
        const auto attached = TRY(client::BusEventSource::attach(raw, *session_.bus));
        const int r = sd_event_loop(raw);
        if (!result_)
            return base::Error{base::ErrorCode::kUnavailable,
                               fmt::format("the connection to the bus broke ({})", r)};
        return *result_;
    }

private:
    base::Result<> begin(base::UniqueFd file, const BusOptions& options) {
        return client::guarded([&] {
            const auto [id, path] = session_.manager->ImportImage(
                sdbus::UnixFd{file.release(), sdbus::adopt_fd}, options, session_.manager->flags());
            id_ = id;
            transfer_ = std::make_unique<Transfer>(*session_.bus, path, line_);
        });
    }

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
        auto& import = *static_cast<Import*>(self);
        import.line_.clear();
        static_cast<void>(client::guarded([&] { import.transfer_->Cancel(); }));
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

base::Result<int> verb_import(const Arguments& arguments) {
    const std::string& path = arguments.words.front();
    const BusOptions options = TRY(bus_options(arguments));
    base::UniqueFd file = TRY(open_image(path));
    Session session = TRY(Session::open(arguments.options));
    ProgressLine line{path, arguments.options.quiet};
    Import import{session, line};
    const std::string id = TRY_CONTEXT(import.run(std::move(file), options), "import \"{}\"", path);
    line.clear();
    if (arguments.options.json != JsonMode::kOff) {
        base::Json json;
        json.add("id", id);
        print_json(json, arguments.options.json);
    } else {
        fmt::print("{}\n", printable(id));
    }
    return kOk;
}

}  // namespace podd::podctl
