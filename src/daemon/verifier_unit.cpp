// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/verifier_unit.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/fetch_folder.h"
#include "daemon/received_fd.h"
#include "daemon/verifier_service.h"
#include "daemon/worker_service.h"
#include "trust/keys.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{4} << 20;
constexpr const char* kVerify = "verify";
constexpr const char* kFetchKeys = "fetch-keys";
// Whose runs are counted elsewhere.
constexpr uid_t kNobody = static_cast<uid_t>(-1);

// What comes before is progress.
std::string last_line(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("cannot make a pipe", errno);
    std::pair pipe{UniqueFd{ends[0]}, UniqueFd{ends[1]}};
    // Our end only.
    if (::fcntl(pipe.first.get(), F_SETFL, O_NONBLOCK) < 0)
        return base::errno_error("cannot set up a pipe", errno);
    return pipe;
}

}  // namespace

Result<std::vector<std::string>> key_files_for(const std::string& name) {
    std::vector<std::string> files;
    for (const auto& key : trust::trusted_keys_of(TRY(trust::list_keys()), name))
        files.push_back(key.path);
    if (!files.empty()) return files;
    return Error{ErrorCode::kUntrusted,
                 fmt::format("no key is trusted for image \"{0}\", which must be signed\n"
                             "hint: podctl trust --prefix={0} KEYFILE",
                             name)};
}

struct VerifierUnits::Run {
    Run(VerifierUnits& its_owner, std::string its_what, std::uint32_t its_id, uid_t its_user,
        client::Done<std::string> its_said)
        : owner{its_owner},
          what{std::move(its_what)},
          id{its_id},
          user{its_user},
          said{std::move(its_said)},
          token{its_owner.activity_.hold()} {}
    ~Run() { sd_event_source_disable_unref(source); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    std::string unit() const { return fmt::format("podd-{}-{}.service", what, id); }
    std::string program() const { return what == kVerify ? "verifier" : "fetcher"; }

    VerifierUnits& owner;
    std::string what;
    std::uint32_t id;
    uid_t user;
    client::Done<std::string> said;
    Activity::Token token;
    UniqueFd output;
    sd_event_source* source = nullptr;
    std::string text;
};

VerifierUnits::VerifierUnits(sd_event* event, client::Systemd& systemd, Activity& activity)
    : event_{event}, systemd_{systemd}, activity_{activity} {}

VerifierUnits::~VerifierUnits() = default;

void VerifierUnits::inspect(UniqueFd key, uid_t user,
                            client::Done<std::vector<InspectedKey>> done) {
    start({"inspect"}, std::move(key), user, [done = std::move(done)](const auto& line) {
        if (!line) return done(line.error());
        done(inspected_keys(*line));
    });
}

void VerifierUnits::check(int file, int signature, uid_t user, client::Done<GoodSignature> done) {
    const auto keys = trust::list_keys();
    if (!keys) return done(keys.error());
    std::vector<std::string> arguments{"check"};
    for (const auto& key : trust::trusted_keys(*keys))
        arguments.push_back(key.path);
    auto socket = socket_with("check", {file, signature});
    if (!socket) return done(socket.error());
    start(arguments, std::move(*socket), user, [done = std::move(done)](const auto& line) {
        if (!line) return done(line.error());
        done(good_signature(*line));
    });
}

void VerifierUnits::check_fetched(const std::string& folder, client::Done<GoodSignature> done) {
    const auto keys = trust::list_keys();
    if (!keys) return done(keys.error());
    std::vector<std::string> arguments{"check-fetched"};
    for (const auto& key : trust::trusted_keys(*keys))
        arguments.push_back(key.path);
    run(kVerify, fetched_verifier_service(arguments, folder), kNobody,
        [done = std::move(done)](const auto& line) {
            if (!line) return done(line.error());
            done(good_signature(*line));
        });
}

void VerifierUnits::inspect_fetched(const std::string& folder, uid_t user,
                                    client::Done<std::vector<InspectedFile>> done) {
    run(kVerify, fetched_verifier_service({"inspect-fetched"}, folder), user,
        [done = std::move(done)](const auto& line) {
            if (!line) return done(line.error());
            done(inspected_files(*line));
        });
}

void VerifierUnits::fetch_keys(const std::string& source, bool allow_http, uid_t user,
                               client::Done<std::vector<FoundKeys>> done) {
    const auto folder = keys_folder(next_id());
    const auto unit = std::make_shared<std::string>();
    // The keys are in the answer: the folder is of no more use, however that turned out.
    const auto finish = [this, unit, done = std::move(done)](const auto& keys) {
        if (!unit->empty()) {
            systemd_.discard_cache(*unit);
            systemd_.unref(*unit);
        }
        done(keys);
    };
    auto service = key_fetcher_service(source, folder, allow_http);
    if (const auto input = key_fetcher_input(source); !input.empty()) {
        auto file = sealed_text("urls", input);
        if (!file) return finish(base::Result<std::vector<FoundKeys>>{file.error()});
        service.emplace_back("StandardInputFileDescriptor",
                             sdbus::Variant{give_fd(std::move(*file))});
    }
    *unit = run(kFetchKeys, std::move(service), user,
                [this, folder, user, finish](const Result<std::string>& line) {
                    const auto fetched = line ? fetched_keys(*line) : line.error();
                    if (!fetched) return finish(fetched.error());
                    inspect_fetched(folder, user, [fetched = *fetched, finish](const auto& files) {
                        if (!files) return finish(files.error());
                        finish(found_keys(fetched, *files));
                    });
                });
}

void VerifierUnits::check_image(const schema::DockerReference& reference, UniqueFd signatures,
                                uid_t user, client::Done<SignedDocument> done) {
    const auto keys = key_files_for(reference.name());
    if (!keys) return done(keys.error());
    std::vector<std::string> arguments{"signatures", reference.str()};
    arguments.insert(arguments.end(), keys->begin(), keys->end());
    start(arguments, std::move(signatures), user, [done = std::move(done)](const auto& line) {
        if (!line) return done(line.error());
        done(signed_document(*line));
    });
}

Result<> VerifierUnits::check_limit(uid_t user) const {
    const auto mine =
        std::ranges::count_if(runs_, [&](const auto& entry) { return entry.second->user == user; });
    if (user == kNobody || static_cast<std::size_t>(mine) < kMaxPerUser) return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("Access denied: user {} has {} checks of keys or signatures under way "
                             "already",
                             user, mine)};
}

void VerifierUnits::start(const std::vector<std::string>& arguments, UniqueFd input, uid_t user,
                          client::Done<std::string> said) {
    auto service = verifier_service(arguments);
    service.emplace_back("StandardInputFileDescriptor", sdbus::Variant{give_fd(std::move(input))});
    run(kVerify, std::move(service), user, std::move(said));
}

std::uint32_t VerifierUnits::next_id() {
    // As for transfers: a unit of a podd before this one may still be there.
    if (last_id_ == 0) last_id_ = static_cast<std::uint32_t>(std::time(nullptr) % 100'000'000) * 10;
    return ++last_id_;
}

std::string VerifierUnits::run(const char* what, client::BusProperties service, uid_t user,
                               client::Done<std::string> said) {
    auto pipe = make_pipe();
    if (const auto fits = check_limit(user); !fits || !pipe) {
        said(fits ? pipe.error() : fits.error());
        return {};
    }
    const std::uint32_t id = next_id();
    auto made = std::make_unique<Run>(*this, what, id, user, std::move(said));
    Run& run = *made;
    runs_.emplace(id, std::move(made));
    run.output = std::move(pipe->first);
    client::TransientUnit unit{run.unit(), std::move(service)};
    unit.properties.emplace_back("StandardOutputFileDescriptor",
                                 sdbus::Variant{give_fd(std::move(pipe->second))});
    systemd_.start_transient(unit, {}, [this, id](const auto& job) { started(id, job); });
    return unit.name;
}

void VerifierUnits::started(std::uint32_t id, const Result<std::string>& job) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    Run& run = *found->second;
    Result<> watched;
    if (!job)
        watched = job.error();
    else if (const int r =
                 sd_event_add_io(event_, &run.source, run.output.get(), EPOLLIN, on_output, &run);
             r < 0)
        watched = base::errno_error("cannot watch the verifier", -r);
    if (watched) return;
    const auto run_over = std::move(found->second);
    runs_.erase(found);
    run_over->said(Error{watched.error()}.with_context("starting the " + run_over->program()));
}

int VerifierUnits::on_output(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/,
                             void* data) {
    // sd-event is C: nothing may be thrown through it.
    try {
        auto& run = *static_cast<Run*>(data);
        std::array<char, 65536> chunk;
        const ssize_t got = ::read(run.output.get(), chunk.data(), chunk.size());
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
        if (got > 0) run.text.append(chunk.data(), static_cast<std::size_t>(got));
        if (got <= 0 || run.text.size() > kMaxAnswerBytes) run.owner.output_ended(run.id);
    } catch (const std::exception& error) {
        base::log_line(base::LogLevel::kError, error.what());
    }
    return 0;
}

void VerifierUnits::output_ended(std::uint32_t id) {
    const auto found = runs_.find(id);
    // The answer may begin another run: this one is out of the way by then.
    const std::shared_ptr<Run> run{std::move(found->second)};
    runs_.erase(found);
    run->source = sd_event_source_disable_unref(run->source);
    if (!run->text.empty() && run->text.size() <= kMaxAnswerBytes) {
        if (run->what == kVerify) systemd_.unref(run->unit());
        return run->said(last_line(run->text));
    }
    systemd_.service_outcome(run->unit(), [this, run](const auto& outcome) {
        if (run->what == kVerify) systemd_.unref(run->unit());
        run->said(
            Error{ErrorCode::kIo,
                  fmt::format("the {} ended without an answer ({})\n"
                              "hint: see 'journalctl -u {}'",
                              run->program(), outcome ? outcome->result : "unknown", run->unit())});
    });
}

}  // namespace podd::daemon
