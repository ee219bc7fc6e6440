// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/transfer.h"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <type_traits>
#include <utility>

#include <unistd.h>

#include "base/log.h"
#include "client/bus_path.h"
#include "daemon/announce.h"
#include "daemon/transfers.h"

namespace podd::daemon {

namespace {
// A line of the importer's or fetcher's; an error message may quote a manifest.
constexpr std::size_t kMaxLineBytes = std::size_t{64} * 1024;
constexpr std::string_view kFetchUnit = "podd-fetch-";
constexpr std::string_view kImportUnit = "podd-import-";

std::string transfer_path(std::uint32_t id) {
    return fmt::format("{}/transfer/{}", client::kManagerPath, id);
}
}  // namespace

Transfer::Transfer(sdbus::IConnection& bus, Transfers& owner, std::uint32_t id, Origin origin,
                   Ended ended)
    : AdaptorInterfaces{bus, sdbus::ObjectPath{transfer_path(id)}},
      owner_{owner},
      id_{id},
      origin_{std::move(origin)},
      progress_{[this](const auto& names) { tell(names); }},
      ended_{std::move(ended)} {
    registerAdaptor();
    announce([&] { emitInterfacesAddedSignal(); });
}

Transfer::~Transfer() {
    sd_event_source_disable_unref(source_);
    announce([&] { emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

bool Transfer::is_fetch_unit(std::string_view unit) {
    return unit.starts_with(kFetchUnit);
}

bool Transfer::is_used_up(const std::string& unit) const {
    return std::ranges::find(used_up_, unit) != used_up_.end();
}

void Transfer::enter(daemon::Phase phase) {
    progress_.flush();
    progress_.reset();
    phase_ = phase;
    const auto prefix = fmt::format("{}{}", phase == Phase::kFetch ? kFetchUnit : kImportUnit, id_);
    const auto before = std::ranges::count_if(
        units_, [&](const std::string& unit) { return unit.starts_with(prefix); });
    units_.push_back(before == 0 ? prefix + ".service"
                                 : fmt::format("{}-{}.service", prefix, before));
    announce([&] {
        emitPropertiesChangedSignal(client::InterfaceName{Transfer_adaptor::INTERFACE_NAME});
    });
}

std::string Transfer::path() const {
    return transfer_path(id_);
}

std::string Transfer::Phase() {
    switch (phase_) {
        case Phase::kFetch:
        case Phase::kInspect: return "fetch";
        case Phase::kImport: return "import";
        case Phase::kNone: break;
    }
    return {};
}

std::vector<Transfer::LayerRow> Transfer::Layers() {
    std::vector<LayerRow> rows;
    rows.reserve(progress_.now().layers.size());
    for (const auto& layer : progress_.now().layers)
        rows.emplace_back(std::string{base::layer_word(layer.state)}, layer.bytes, layer.total);
    return rows;
}

void Transfer::tell(const std::vector<std::string>& names) {
    const std::vector<client::PropertyName> changed{names.begin(), names.end()};
    announce([&] {
        emitPropertiesChangedSignal(client::InterfaceName{Transfer_adaptor::INTERFACE_NAME},
                                    changed);
    });
}

void Transfer::Cancel(sdbus::Result<bool>&& result, std::uint64_t flags) {
    owner_.cancel(*this, std::move(result), client::current_sender(getObject()), flags);
}

base::Result<> Transfer::watch(sd_event* event, base::UniqueFd output) {
    TRY(progress_.start(event));
    output_ = std::move(output);
    const int r = sd_event_add_io(event, &source_, output_.get(), EPOLLIN, on_output, this);
    if (r < 0) return base::errno_error("cannot listen to a worker", -r);
    return {};
}

int Transfer::on_output(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                        void* self) {
    // sd-event is C: nothing may be thrown through it.
    try {
        static_cast<Transfer*>(self)->read_output();
    } catch (const std::exception& error) {
        base::log_line(base::LogLevel::kError, error.what());
    }
    return 0;
}

void Transfer::read_output() {
    char chunk[4096];
    const ssize_t got = ::read(output_.get(), chunk, sizeof chunk);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return output_ended();
    buffer_.append(chunk, static_cast<std::size_t>(got));
    take_lines();
    if (buffer_.size() > kMaxLineBytes) buffer_.clear();  // no line of the protocol is that long
}

void Transfer::take_lines() {
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = buffer_.find('\n', begin)) != std::string::npos;
         begin = end + 1)
        take_line(std::string_view{buffer_}.substr(begin, end - begin));
    buffer_.erase(0, begin);
}

// The fetcher could be made to say anything: that an image is in the store is the importer's word.
void Transfer::take_line(std::string_view line) {
    if (phase_ == Phase::kFetch) return take(fetcher_line(line));
    if (phase_ == Phase::kInspect) return take(manifest_line(line));
    take(importer_line(line));
}

template <typename Says>
void Transfer::take(const base::Result<Says>& said) {
    if (!said) return;  // no result at the end is what will be reported
    if constexpr (std::is_same_v<Says, FetcherSays>)
        if (const auto* layers = std::get_if<WantedLayers>(&*said)) return take_wanted(*layers);
    if (const auto* progress = std::get_if<WorkProgress>(&*said))
        progress_.update(*progress);
    else if (const auto* error = std::get_if<base::Error>(&*said))
        result_.emplace(*error);
    else
        take_done(std::get<1>(*said));
}

void Transfer::take_wanted(const WantedLayers& layers) {
    if (const auto wanted = std::exchange(wanted_, nullptr)) wanted(layers);
}

void Transfer::take_done(const ImportedImage& image) {
    result_.emplace(image);
    announce([&] {
        for (const auto& note : image.notes)
            emitNote(note);
    });
}

void Transfer::output_ended() {
    sd_event_source_disable_unref(source_);
    source_ = nullptr;
    buffer_.clear();
    // What a program says that was stopped is how it fell.
    if (result_ && (*result_ || !cancelled_)) return end(*result_);
    if (go_on()) return;
    owner_.explain(*this, [this](const base::Error& error) { end(error); });
}

bool Transfer::go_on() {
    const auto fetched = std::exchange(has_fetched_, std::nullopt);
    const auto inspected = std::exchange(has_inspected_, std::nullopt);
    if (cancelled_) return false;
    if (const auto next = std::exchange(fetched_, nullptr); fetched && next) {
        next(*fetched);
        return true;
    }
    if (const auto next = std::exchange(inspected_, nullptr); inspected && next) {
        next(*inspected);
        return true;
    }
    return false;
}

void Transfer::end(const base::Result<ImportedImage>& result) {
    progress_.flush();
    if (const auto ended = std::exchange(ended_, nullptr)) ended(result);
}

}  // namespace podd::daemon
