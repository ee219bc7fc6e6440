// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/report.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/error_json.h"
#include "base/file.h"
#include "base/json.h"

namespace podd::importer {

namespace {

using base::Json;

constexpr std::uint64_t kProgressUsec = 100'000;
constexpr std::size_t kMaxNotes = 50;  // they are for a person

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

// Nobody listening any more is no reason to stop half-way: the exit status still tells.
void send(int fd, const char* member, Json value) {
    Json line;
    line.add(member, std::move(value));
    (void)base::write_all(fd, line.str() + "\n").has_value();
}

}  // namespace

bool Report::is_due() {
    const auto now = now_usec();
    if (now - last_usec_ < kProgressUsec) return false;
    last_usec_ = now;
    return true;
}

void Report::progress(const std::vector<base::LayerProgress>& layers) {
    const auto is_done = [](const auto& layer) { return layer.state == base::LayerState::kDone; };
    if (!std::ranges::all_of(layers, is_done) && !is_due()) return;
    const auto count = base::sum(layers);
    Json value;
    value.add("bytes", count.bytes);
    value.add("total", count.total);
    value.add("layers", base::to_json(layers));
    send(fd_, "progress", std::move(value));
}

void Report::progress(std::uint64_t bytes, std::optional<std::uint64_t> total) {
    if (!is_due()) return;
    Json value;
    value.add("bytes", bytes);
    if (total) value.add("total", *total);
    send(fd_, "progress", std::move(value));
}

void Report::image(const std::string& id, const std::string& name,
                   const std::vector<std::string>& notes) const {
    Json list{Json::Array{}};
    for (const auto& note : notes) {
        if (list.as_array()->size() == kMaxNotes) break;
        list.push_back(note);
    }
    Json value;
    value.add("id", id);
    value.add("name", name);
    value.add("notes", std::move(list));
    send(fd_, "image", std::move(value));
}

void Report::manifest(const Json& aci) const {
    send(fd_, "aci", aci);
}

void Report::done() const {
    send(fd_, "done", Json{Json::Object{}});
}

void Report::error(const base::Error& error) const {
    send(fd_, "error", base::error_json(error));
}

}  // namespace podd::importer
