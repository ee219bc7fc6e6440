// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/documents.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "archive/member_path.h"
#include "base/error_json.h"
#include "base/file.h"
#include "base/socket_message.h"
#include "schema/oci.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kMaxMessageBytes = 8192;
// An index of indexes, a manifest, a configuration.
constexpr std::size_t kMaxTotalBytes = std::size_t{32} << 20;

Result<> send_reply(int socket, std::string text, const std::vector<int>& fds) {
    text.resize(std::min(text.size(), kMaxMessageBytes));
    TRY_CONTEXT(base::send_message(socket, text, fds, MSG_DONTWAIT), "answering the worker");
    return {};
}

// In the worker.
Result<std::string> ask(int socket, const std::string& path) {
    if (path.empty() || path.size() > kMaxPathBytes)
        return Error{ErrorCode::kInvalidArgument, "the image names a file of impossible length"};
    TRY_CONTEXT(base::send_message(socket, path, {}), "asking for a document");
    const auto reply =
        TRY_CONTEXT(base::receive_message(socket, kMaxMessageBytes, 1), "asking for a document");
    if (!reply.fds.empty()) return base::read_all(reply.fds.front().get(), schema::kMaxOciDocument);
    const auto error = Json::parse(reply.text);
    if (!error) return Error{ErrorCode::kInternal, "no readable answer"};
    return base::error_value(*error);
}

}  // namespace

Result<std::string> Documents::load(const std::string& path) {
    if (const auto known = texts_.find(path); known != texts_.end()) return known->second;
    // Links stay inside the folder; FIFOs and devices are no documents.
    auto text = base::read_file(dir_fd_, path, schema::kMaxOciDocument);
    if (!text && text.error().code() == ErrorCode::kNotFound)
        return Error{ErrorCode::kNotFound,
                     fmt::format("{} is not in the image", archive::quoted(path))};
    auto known = TRY(std::move(text));
    total_ += known.size();
    if (total_ > kMaxTotalBytes)
        return Error{ErrorCode::kInvalidArgument, "the image has too many documents"};
    return texts_.emplace(path, std::move(known)).first->second;
}

Result<> Documents::answer(UniqueFd& socket) {
    char path[kMaxPathBytes + 1];
    const ssize_t n = ::recv(socket.get(), path, sizeof path, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (n < 0) return base::errno_error("listening to the worker", errno);
    if (n == 0) {  // it has no more questions; a closed socket would be readable for ever
        socket.reset();
        return {};
    }
    const std::string name{path, static_cast<std::size_t>(n)};
    auto text = name.find('\0') == std::string::npos
                    ? load(name)
                    : Error{ErrorCode::kInvalidArgument, "the image names an impossible file"};
    if (!text) return send_reply(socket.get(), base::error_json(text.error()).str(), {});
    const UniqueFd memory{::memfd_create("document", MFD_CLOEXEC)};
    if (!memory) return base::errno_error("passing a document on", errno);
    TRY(base::write_all(memory.get(), *text));
    if (::lseek(memory.get(), 0, SEEK_SET) < 0)
        return base::errno_error("passing a document on", errno);
    return send_reply(socket.get(), "ok", {memory.get()});
}

Result<Json> Documents::run(const std::function<Result<Json>(const ReadDocument&)>& body) {
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return base::errno_error("making a socket", errno);
    UniqueFd ours{sockets[0]};
    UniqueFd theirs{sockets[1]};
    const int socket = theirs.get();
    auto worker = TRY(Worker::start({.name = "the reader of manifests",
                                     .confinement = Confinement::kPipe,
                                     .keep = {socket},
                                     .body = [&body, socket](const auto&) {
                                         return body([socket](const std::string& path) {
                                             return ask(socket, path);
                                         });
                                     }}));
    theirs.reset();
    while (!worker.finished()) {
        pollfd polls[] = {{worker.result_fd(), POLLIN, 0}, {ours.get(), POLLIN, 0}};
        if (::poll(polls, 2, -1) < 0 && errno != EINTR)
            return base::errno_error("waiting for a worker", errno);
        if ((polls[0].revents) != 0) TRY(worker.receive());
        if (polls[1].revents != 0) TRY(answer(ours));
    }
    return worker.result();
}

Result<std::string> Documents::text(const std::string& path) const {
    const auto known = texts_.find(path);
    if (known == texts_.end())
        return Error{ErrorCode::kInternal, fmt::format("{} was not read", archive::quoted(path))};
    return known->second;
}

}  // namespace podd::importer
