// SPDX-License-Identifier: LGPL-2.1-or-later
// The manifest out of an ACI, nothing of which is written anywhere.
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/compression.h"
#include "archive/limits.h"
#include "archive/member_path.h"
#include "archive/tar_reader.h"
#include "importer/fetched_import.h"
#include "importer/flow.h"
#include "importer/worker.h"
#include "schema/image_manifest.h"

namespace podd::importer {

using archive::Compression;
using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::string_view kManifest = "manifest";
constexpr std::uint64_t kHeaderBytes = 512;
// podd takes no longer line.
constexpr std::size_t kMaxSaidBytes = std::size_t{60} * 1024;

Result<Compression> compression_of(int file) {
    char first[archive::kSniffBytes];
    const ssize_t n = ::pread(file, first, sizeof first, 0);
    if (n < 0) return base::errno_error("reading the image", errno);
    if (n == 0) return Error{ErrorCode::kInvalidArgument, "the image is an empty file"};
    return archive::sniff({first, static_cast<std::size_t>(n)});
}

// How far a manifest is looked for in a file of that size. A compressed one must not be a bomb.
std::uint64_t most_bytes(Compression compression, std::uint64_t size) {
    const archive::Limits limits;
    if (compression == Compression::kNone || size > limits.max_stream_bytes / limits.max_ratio)
        return limits.max_stream_bytes;
    return std::min(limits.max_stream_bytes, limits.ratio_free_bytes + size * limits.max_ratio);
}

// In the worker. The rules of an ACI are the unpacker's matter; here only an end must come.
Result<std::string> find_manifest(int in, std::uint64_t most) {
    const archive::Limits limits;
    auto reader = TRY(archive::TarReader::open(in));
    std::uint64_t bytes = 0;
    while (const auto entry = TRY(reader.next())) {
        const auto path =
            TRY(archive::member_path(entry->name, archive::Absolute::kRefuse, limits));
        if (path == kManifest && entry->type == archive::TarEntry::Type::kFile)
            return archive::manifest_text(reader, limits.max_manifest_bytes);
        bytes += kHeaderBytes;
        if (bytes > most || entry->size > most - bytes)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("the ACI has no \"manifest\" in its first {} bytes, more "
                                     "than which are not unpacked of such a file",
                                     most)};
        bytes += entry->size;
    }
    return Error{ErrorCode::kInvalidArgument, "the ACI has no \"manifest\""};
}

Json said_of(const schema::ImageManifest& manifest) {
    const auto whole = manifest.to_json();
    Json json;
    for (const char* member : {"name", "labels", "dependencies"})
        if (const Json* found = whole.find(member)) json.add(member, *found);
    return json;
}

Result<Worker> start_reader(int in, std::uint64_t most) {
    return Worker::start(
        {.name = "the reader of manifests",
         .confinement = Confinement::kPipe,
         .keep = {in},
         .body = [in, most](const auto&) -> Result<Json> {
             const auto text = TRY(find_manifest(in, most));
             return said_of(TRY_CONTEXT(schema::ImageManifest::parse(text), "the ACI's manifest"));
         }});
}

Result<Worker> start_decompressor(int in, int out, Compression compression) {
    return Worker::start({.name = "the decompressor",
                          .confinement = Confinement::kPipe,
                          .keep = {in, out},
                          .max_memory_bytes = kDecompressorBytes,
                          .body = [=](const auto&) -> Result<Json> {
                              TRY(archive::decompress(in, out, compression));
                              return Json{Json::Object{}};
                          }});
}

Result<Json> result_of(Worker& worker) {
    while (!TRY(worker.receive())) {
        pollfd poll{worker.result_fd(), POLLIN, 0};
        if (::poll(&poll, 1, -1) < 0 && errno != EINTR)
            return base::errno_error("waiting for a worker", errno);
    }
    return worker.result();
}

Result<Json> read_manifest(int file) {
    const auto compression = TRY(compression_of(file));
    struct stat st{};
    if (::fstat(file, &st) < 0) return base::errno_error("looking at the image", errno);
    const auto most = most_bytes(compression, static_cast<std::uint64_t>(st.st_size));
    if (compression == Compression::kNone) {
        auto reader = TRY(start_reader(file, most));
        return result_of(reader);
    }
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    UniqueFd from{ends[0]};
    UniqueFd to{ends[1]};
    auto decompressor = TRY(start_decompressor(file, to.get(), compression));
    auto reader = TRY(start_reader(from.get(), most));
    // Each sees the end of the other only when nobody else holds the pipe.
    from.reset();
    to.reset();
    auto json = result_of(reader);
    if (json) return json;
    // A stream that broke off is the decompressor's to explain; that nobody reads on is not.
    auto reason = result_of(decompressor);
    const bool is_reason = !reason && reason.error().sys_errno() != EPIPE;
    return is_reason ? reason : json;
}

}  // namespace

Result<> tell_manifest(int folders, const std::string& folder, const Report& report) {
    const auto file = TRY(open_fetched(folders, folder));
    const auto json = TRY(read_manifest(file.get()));
    // Workers are believed nothing: what is passed on has been checked here.
    if (json.str().size() > kMaxSaidBytes)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the names, labels and dependencies in the ACI's manifest have "
                                 "more than {} bytes",
                                 kMaxSaidBytes)};
    report.manifest(json);
    return {};
}

}  // namespace podd::importer
