// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/network_links.h"

#include <ctime>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/socket_message.h"
#include "network/message.h"
#include "network/service_call.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kSocketUnit = "podd-network.socket";
constexpr std::uint64_t kPatienceUsec = 30'000'000;

Result<NetworkLinks::Links> read_answer(int socket) {
    const auto answer = TRY(network::receive_answer(socket, 1));
    if (!answer.reply.error.empty()) return Error{ErrorCode::kIo, answer.reply.error};
    if (answer.fds.size() != 1)
        return Error{ErrorCode::kCorrupt, "podd-network.service has sent no list"};
    return network::parse_links(
        TRY(base::read_all(answer.fds.front().get(), network::kMaxListing)));
}

}  // namespace

struct NetworkLinks::Question {
    NetworkLinks& owner;
    UniqueFd socket;
    client::Done<Links> done;
    sd_event_source* answer = nullptr;
    sd_event_source* timeout = nullptr;

    Question(NetworkLinks& whose, UniqueFd opened, client::Done<Links> told)
        : owner{whose}, socket{std::move(opened)}, done{std::move(told)} {}
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question() {
        sd_event_source_disable_unref(answer);
        sd_event_source_disable_unref(timeout);
    }
};

NetworkLinks::NetworkLinks(sd_event* event, client::Systemd& systemd)
    : event_{event}, systemd_{systemd} {}

NetworkLinks::~NetworkLinks() = default;

void NetworkLinks::list(client::Done<Links> done) {
    systemd_.start(kSocketUnit, [this, done = std::move(done)](const Result<std::string>& job) {
        if (!job) return done(job.error());
        // Where it has failed, the question fails as well.
        systemd_.wait_for(*job, [this, done](const std::string& /*result*/) {
            if (const auto asked = ask(done); !asked) done(asked.error());
        });
    });
}

Result<> NetworkLinks::ask(client::Done<Links> done) {
    auto socket = TRY(network::call_service(SOCK_NONBLOCK));
    TRY(base::send_message(
        socket.get(), to_text(network::Request{network::Request::Verb::kList, {}, {}, {}}), {}));
    auto question = std::make_unique<Question>(*this, std::move(socket), std::move(done));
    int r = sd_event_add_io(event_, &question->answer, question->socket.get(), EPOLLIN, on_answer,
                            question.get());
    if (r >= 0)
        r = sd_event_add_time_relative(event_, &question->timeout, CLOCK_MONOTONIC, kPatienceUsec,
                                       0, on_timeout, question.get());
    if (r < 0) return base::errno_error("waiting for podd-network.service", -r);
    const auto* key = question.get();
    questions_.emplace(key, std::move(question));
    return {};
}

void NetworkLinks::answered(Question& question, const Result<Links>& answer) {
    const auto kept = questions_.extract(&question);  // until it has been told
    question.done(answer);
}

int NetworkLinks::on_answer(sd_event_source* /*source*/, int fd, std::uint32_t /*events*/,
                            void* question) {
    auto& one = *static_cast<Question*>(question);
    one.owner.answered(one, read_answer(fd));
    return 0;
}

int NetworkLinks::on_timeout(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* question) {
    auto& one = *static_cast<Question*>(question);
    one.owner.answered(
        one, Error{ErrorCode::kUnavailable, "podd-network.service does not answer in time"});
    return 0;
}

}  // namespace podd::daemon
