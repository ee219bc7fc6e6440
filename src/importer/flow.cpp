// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/flow.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "importer/id_map.h"
#include "importer/interrupt.h"
#include "importer/unpacker_answer.h"
#include "schema/image_manifest.h"
#include "store/record.h"

namespace podd::importer {

using archive::Compression;
using archive::Kind;
using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kBufferBytes = std::size_t{512} * 1024;
constexpr int kPipeBytes = 1 << 20;

// Both ends; the one that stays here does not block.
struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

enum class Ours : unsigned char { kRead, kWrite };

Result<Pipe> make_pipe(Ours ours) {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    Pipe pipe{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
    (void)::fcntl(fds[0], F_SETPIPE_SZ, kPipeBytes);  // smaller ones only cost time
    const int mine = ours == Ours::kRead ? fds[0] : fds[1];
    if (::fcntl(mine, F_SETFL, O_NONBLOCK) < 0) return base::errno_error("making a pipe", errno);
    return pipe;
}

Result<bool> is_readable(int fd) {
    pollfd poll{fd, POLLIN, 0};
    const int ready = ::poll(&poll, 1, 0);
    if (ready < 0 && errno != EINTR) return base::errno_error("waiting for data", errno);
    return ready > 0;
}

Result<> await_readable(int fd) {
    std::vector<pollfd> polls{{fd, POLLIN, 0}};
    return wait_for_data(polls);
}

Error nameless_root() {
    return Error{ErrorCode::kInvalidArgument,
                 "this is neither an ACI nor an archive of OCI or Docker images, so it is taken "
                 "for a root file system: give the image a name (--name=)"};
}

}  // namespace

Result<std::unique_ptr<Flow>> Flow::start(FlowPlan plan) {
    std::unique_ptr<Flow> flow{new Flow{std::move(plan)}};
    TRY(flow->sniff());
    TRY(flow->start_workers());
    auto& source = flow->source_;
    TRY(flow->on_source({source.buffer.data(), source.end}));
    if (!source.out) source.begin = source.end;
    return flow;
}

// The first bytes are read here, because they decide which workers there are.
Result<> Flow::sniff() {
    source_.in = plan_.source;
    source_.buffer.resize(kBufferBytes);
    while (source_.end < archive::kSniffBytes) {
        const ssize_t n = ::read(source_.in, source_.buffer.data() + source_.end,
                                 source_.buffer.size() - source_.end);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {  // whoever opened the pipe wanted it so
            TRY(await_readable(source_.in));
            continue;
        }
        if (n < 0) return base::errno_error("reading the image", errno);
        if (n == 0) break;
        source_.end += static_cast<std::size_t>(n);
    }
    if (source_.end == 0) return Error{ErrorCode::kInvalidArgument, "the image is an empty file"};
    result_.compression = archive::sniff({source_.buffer.data(), source_.end});
    return {};
}

Result<Worker> Flow::start_decompressor(int in, int out) {
    return Worker::start({.name = "the decompressor",
                          .confinement = Confinement::kPipe,
                          .keep = {in, out},
                          .max_memory_bytes = kDecompressorBytes,
                          .body = [this, in, out](const auto&) -> Result<Json> {
                              TRY(archive::decompress(in, out, result_.compression));
                              return Json{Json::Object{}};
                          }});
}

Result<Worker> Flow::start_unpacker(int in) {
    mount_ = TRY(id_mapped_mount(plan_.rootfs_fd));
    const auto body = [this, in](const auto& say) -> Result<Json> {
        archive::UnpackOptions options;
        options.limits = plan_.limits;
        options.root_fd = mount_.get();
        options.digests_fd = plan_.digests_fd;
        options.any_kind = plan_.any_kind;
        options.on_kind = [&](Kind kind) -> Result<> {
            if (kind == Kind::kLayer && plan_.any_kind && !plan_.root_has_name)
                return nameless_root();
            return say(Json{kind_name(kind)});
        };
        auto unpacked = TRY(archive::unpack(in, options));
        std::string text;
        if (unpacked.kind == Kind::kAci) {
            const auto manifest =
                TRY_CONTEXT(schema::ImageManifest::parse(unpacked.manifest), "the ACI's manifest");
            text = std::exchange(unpacked.manifest, manifest.to_json().str());
        }
        auto json = unpacked_json(unpacked);
        if (text.size() <= store::kMaxManifestText) json.add(kManifestText, std::move(text));
        return json;
    };
    return Worker::start({.name = "the unpacker",
                          .confinement = Confinement::kTree,
                          .keep = {in, mount_.get(), plan_.digests_fd},
                          .max_file_bytes = plan_.limits.max_bytes,
                          .body = body});
}

// Where the tar goes: the unpacker's end of a pipe, or nowhere.
Result<UniqueFd> Flow::start_tree() {
    if (plan_.depth != Depth::kTree) return UniqueFd{};
    auto pipe = TRY(make_pipe(Ours::kWrite));
    unpacker_.emplace(TRY(start_unpacker(pipe.read.get())));
    return std::move(pipe.write);
}

Result<> Flow::start_workers() {
    if (plan_.any_kind) content_hash512_.emplace(base::HashAlgorithm::kSha512);
    auto to_unpacker = TRY(start_tree());
    if (plan_.depth == Depth::kSource || result_.compression == Compression::kNone) {
        source_.out = std::move(to_unpacker);
        content_.at_end = true;
        return {};
    }
    auto to_decompressor = TRY(make_pipe(Ours::kWrite));
    auto from_decompressor = TRY(make_pipe(Ours::kRead));
    decompressor_.emplace(
        TRY(start_decompressor(to_decompressor.read.get(), from_decompressor.write.get())));
    source_.out = std::move(to_decompressor.write);
    content_.owned_in = std::move(from_decompressor.read);
    content_.in = content_.owned_in.get();
    content_.out = std::move(to_unpacker);
    content_.buffer.resize(kBufferBytes);
    return {};
}

void Flow::add_polls(std::vector<pollfd>& polls) {
    for (Hop* hop : {&source_, &content_}) {
        if (hop->begin < hop->end)
            polls.push_back({hop->out.get(), POLLOUT, 0});
        else if (!hop->at_end)
            polls.push_back({hop->in, POLLIN, 0});
    }
    for (auto* worker : {&decompressor_, &unpacker_})
        if (*worker && !(*worker)->finished()) polls.push_back({(*worker)->result_fd(), POLLIN, 0});
}

Result<> Flow::on_source(std::string_view bytes) {
    source_hash_.update(bytes);
    result_.size += bytes.size();
    if (plan_.blob_fd >= 0)
        TRY_CONTEXT(base::write_all(plan_.blob_fd, bytes), "keeping the image as it came");
    if (plan_.progress) plan_.progress(bytes.size());
    const bool is_content = result_.compression == Compression::kNone;
    return is_content && plan_.depth != Depth::kSource ? on_content(bytes) : Result<>{};
}

Result<> Flow::on_content(std::string_view bytes) {
    const bool is_source = result_.compression == Compression::kNone;
    // Until the unpacker has said what it is, both digests may be asked for.
    if (!is_source && kind_.value_or(Kind::kLayer) == Kind::kLayer) content_hash256_.update(bytes);
    if (content_hash512_ && kind_.value_or(Kind::kAci) == Kind::kAci)
        content_hash512_->update(bytes);
    content_bytes_ += bytes.size();
    const auto& limits = plan_.limits;
    // An archive's end may be followed by zeros, but not by as many as anybody likes.
    if (content_bytes_ > limits.max_stream_bytes)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the archive has more than {} bytes", limits.max_stream_bytes)};
    if (!is_source && content_bytes_ > limits.ratio_free_bytes &&
        (content_bytes_ - limits.ratio_free_bytes) / limits.max_ratio > result_.size)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the image is refused as a decompression bomb: {} bytes became "
                                 "more than {}",
                                 result_.size, content_bytes_)};
    return {};
}

// Reads or writes once; the descriptors that others hold do not block, the source may.
Result<> Flow::move(Hop& hop, Result<> (Flow::*on_data)(std::string_view)) {
    if (hop.begin == hop.end && !hop.at_end && TRY(is_readable(hop.in))) {
        const ssize_t n = ::read(hop.in, hop.buffer.data(), hop.buffer.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) return {};
        if (n < 0) return base::errno_error("reading the image", errno);
        hop.begin = 0;
        hop.end = static_cast<std::size_t>(n);
        hop.at_end = n == 0;
        TRY((this->*on_data)({hop.buffer.data(), hop.end}));
    }
    if (hop.broken || !hop.out) hop.begin = hop.end;
    while (hop.begin < hop.end) {
        const ssize_t n =
            ::write(hop.out.get(), hop.buffer.data() + hop.begin, hop.end - hop.begin);
        if (n < 0 && errno == EAGAIN) return {};
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EPIPE) {
            hop.broken = true;  // why, that worker says itself
            hop.begin = hop.end;
            return {};
        }
        if (n < 0) return base::errno_error("passing the image on", errno);
        hop.begin += static_cast<std::size_t>(n);
    }
    return {};
}

Result<> Flow::listen_to(Worker& worker) {
    if (worker.finished() || !TRY(is_readable(worker.result_fd()))) return {};
    TRY(worker.receive());
    // Only the first word counts: the hashes that are kept up follow it.
    for (const Json& said : worker.take_said())
        if (!kind_) kind_ = kind_value(&said);
    if (worker.finished()) TRY(worker.result());
    return {};
}

Result<> Flow::listen() {
    if (decompressor_) TRY(listen_to(*decompressor_));
    if (unpacker_) TRY(listen_to(*unpacker_));
    return {};
}

Result<> Flow::step() {
    TRY(listen());
    TRY(move(source_, &Flow::on_source));
    if (content_.in >= 0) TRY(move(content_, &Flow::on_content));
    if (source_.at_end && source_.begin == source_.end && source_.out) source_.out.reset();
    // The unpacker must not take a stream that broke off for a whole one.
    if (content_.at_end && content_.begin == content_.end && content_.out &&
        (!decompressor_ || decompressor_->finished()))
        content_.out.reset();
    return {};
}

bool Flow::done() const {
    return source_.at_end && content_.at_end && source_.begin == source_.end &&
           content_.begin == content_.end && (!unpacker_ || unpacker_->finished()) &&
           (!decompressor_ || decompressor_->finished());
}

Result<FlowResult> Flow::finish() {
    if (decompressor_) TRY(decompressor_->result());
    if (unpacker_) {
        const auto said = TRY(unpacker_->result());
        result_.unpacked = TRY(unpacked_value(said));
        const Json* text = said.find(kManifestText);
        if (text != nullptr && text->as_string() != nullptr)
            result_.manifest_text = *text->as_string();
    }
    if (source_.broken || content_.broken)
        return Error{ErrorCode::kInternal, "the unpacker stopped before the archive's end"};
    // What it claims at the end must be what it said when the hashes were chosen.
    const bool is_aci = result_.unpacked.kind == Kind::kAci;
    if ((plan_.any_kind && kind_ != result_.unpacked.kind) || (is_aci && !content_hash512_))
        return Error{ErrorCode::kInternal, "the unpacker contradicts itself"};
    result_.sha256 = source_hash_.finish_hex();
    if (is_aci)
        result_.content_sha512 = content_hash512_->finish_hex();
    else if (result_.unpacked.kind == Kind::kLayer && plan_.depth != Depth::kSource)
        result_.content_sha256 = result_.compression == Compression::kNone
                                     ? result_.sha256
                                     : content_hash256_.finish_hex();
    return std::move(result_);
}

}  // namespace podd::importer
