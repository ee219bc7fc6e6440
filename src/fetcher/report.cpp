// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetcher/report.h"

#include <ctime>
#include <string>
#include <utility>

#include "base/error_json.h"
#include "base/file.h"
#include "base/json.h"

namespace podd::fetcher {

namespace {

using base::Json;

constexpr std::uint64_t kProgressUsec = 100'000;

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

Json count_json(base::ByteCount count) {
    Json value;
    value.add("bytes", count.bytes);
    value.add("total", count.total);
    return value;
}

base::Result<> send(int fd, const char* member, Json value) {
    Json line;
    line.add(member, std::move(value));
    return base::write_all(fd, line.str() + "\n");
}

}  // namespace

bool Report::is_due(base::ByteCount count) {
    const auto now = now_usec();
    const bool is_end = count.total != 0 && count.bytes >= count.total;
    if (!is_end && now - last_usec_ < kProgressUsec) return false;
    last_usec_ = now;
    return true;
}

// Nobody listening any more is no reason to stop half-way: the exit status still tells.
void Report::progress(std::uint64_t bytes, std::uint64_t total) {
    if (!is_due({bytes, total})) return;
    (void)send(fd_, "progress", count_json({bytes, total})).has_value();
}

void Report::progress(const std::vector<base::LayerProgress>& layers) {
    const auto count = base::sum(layers);
    if (!is_due(count)) return;
    auto value = count_json(count);
    value.add("layers", base::to_json(layers));
    (void)send(fd_, "progress", std::move(value)).has_value();
}

base::Result<> Report::wanted(const std::vector<schema::OciDescriptor>& layers) const {
    constexpr std::uint64_t kWorthWaiting = std::uint64_t{64} << 10;
    constexpr std::size_t kMost = 200;
    Json::Array digests;
    for (const auto& layer : layers)
        if (layer.size >= kWorthWaiting && digests.size() < kMost)
            digests.emplace_back(layer.digest.str());
    return send(fd_, "wanted", Json{std::move(digests)});
}

base::Result<> Report::fetched(const schema::DockerReference& reference,
                               const std::optional<schema::Digest>& digest) const {
    Json value;
    value.add("name", reference.name());
    value.add("tag", reference.tag);
    if (digest)
        value.add("digest", digest->str());
    else
        value.add("unchanged", true);
    return send(fd_, "fetched", std::move(value));
}

base::Result<> Report::fetched(const fetch::FetchedAci& image, const std::string& name) const {
    Json value;
    value.add("kind", "aci");
    value.add("file", image.is_not_modified ? "" : fetch::kAciFile);
    value.add("signature", image.has_signature ? fetch::kSignatureFile : "");
    value.add("url", image.url);
    value.add("name", name);
    value.add("etag", image.etag);
    value.add("max_age", image.max_age);
    value.add("not_modified", image.is_not_modified);
    return send(fd_, "fetched", std::move(value));
}

base::Result<> Report::fetched(const std::vector<fetch::FetchedKey>& keys) const {
    Json list{Json::Array{}};
    for (const auto& key : keys) {
        Json value;
        value.add("url", key.url);
        value.add("file", key.file);
        list.push_back(std::move(value));
    }
    return send(fd_, "keys", std::move(list));
}

void Report::error(const base::Error& error) const {
    (void)send(fd_, "error", base::error_json(error)).has_value();
}

}  // namespace podd::fetcher
