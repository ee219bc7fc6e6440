// SPDX-License-Identifier: LGPL-2.1-or-later
// The manifest out of an ACI, nothing of which is written anywhere.
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "archive/compression.h"
#include "archive/limits.h"
#include "archive/member_path.h"
#include "archive/tar_reader.h"
#include "importer/fetched_import.h"
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

// In the worker. The rules of an ACI are the unpacker's matter; here only an end must come.
Result<std::string> find_manifest(int in) {
    const archive::Limits limits;
    auto reader = TRY(archive::TarReader::open(in));
    std::uint64_t bytes = 0;
    while (const auto entry = TRY(reader.next())) {
        const auto path =
            TRY(archive::member_path(entry->name, archive::Absolute::kRefuse, limits));
        if (path == kManifest && entry->type == archive::TarEntry::Type::kFile)
            return archive::manifest_text(reader, limits.max_manifest_bytes);
        bytes += kHeaderBytes;
        if (bytes > limits.max_stream_bytes || entry->size > limits.max_stream_bytes - bytes)
            return Error{
                ErrorCode::kInvalidArgument,
                fmt::format("the archive has more than {} bytes", limits.max_stream_bytes)};
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

Result<Worker> start_reader(int in) {
    return Worker::start(
        {.name = "the reader of manifests",
         .confinement = Confinement::kPipe,
         .keep = {in},
         .body = [in](const auto&) -> Result<Json> {
             const auto text = TRY(find_manifest(in));
             return said_of(TRY_CONTEXT(schema::ImageManifest::parse(text), "the ACI's manifest"));
         }});
}

Result<Worker> start_decompressor(int in, int out, Compression compression) {
    return Worker::start({.name = "the decompressor",
                          .confinement = Confinement::kPipe,
                          .keep = {in, out},
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
    if (compression == Compression::kNone) {
        auto reader = TRY(start_reader(file));
        return result_of(reader);
    }
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    UniqueFd from{ends[0]};
    UniqueFd to{ends[1]};
    auto decompressor = TRY(start_decompressor(file, to.get(), compression));
    auto reader = TRY(start_reader(from.get()));
    // Each sees the end of the other only when nobody else holds the pipe.
    from.reset();
    to.reset();
    auto json = result_of(reader);
    if (json) return json;
    // A stream that broke off is the decompressor's to explain; a reader that had enough of it,
    // too.
    decompressor.kill();
    return json;
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
