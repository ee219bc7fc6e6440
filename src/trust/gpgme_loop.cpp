// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/gpgme_loop.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <poll.h>

#include "base/printable.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kProgram = "/usr/bin/gpg";

Error gpgme_failure(const char* what, gpgme_error_t error) {
    return {ErrorCode::kUnavailable,
            fmt::format("{} \"{}\": {}", what, kProgram, gpgme_strerror(error))};
}

std::string text_of(const char* text) {
    return text == nullptr ? std::string{} : std::string{text};
}

// Times before 1970 and of no key are 0.
std::uint64_t seconds(long time) {
    return time < 0 ? 0 : static_cast<std::uint64_t>(time);
}

KeyInfo key_info(const _gpgme_key& key) {
    KeyInfo info;
    if (key.subkeys != nullptr) {  // the first is the key itself
        info.fingerprint = lower_case(text_of(key.subkeys->fpr));
        info.created = seconds(key.subkeys->timestamp);
        info.expires = seconds(key.subkeys->expires);
    }
    info.expired = key.expired != 0;
    info.revoked = key.revoked != 0;
    for (const auto* user = key.uids; user != nullptr; user = user->next)
        info.user_ids.push_back(base::printable(text_of(user->uid)));
    return info;
}

}  // namespace

Result<std::unique_ptr<Gpgme>> Gpgme::make(const std::string& home) {
    // gpgconf would be asked for paths that are all given here.
    static const bool is_ready = gpgme_set_global_flag("disable-gpgconf", "1") == 0 &&
                                 gpgme_check_version("1.18.0") != nullptr;
    if (!is_ready) return Error{ErrorCode::kUnavailable, "gpgme cannot be used"};
    std::unique_ptr<Gpgme> made{new Gpgme};
    gpgme_ctx_t context = nullptr;
    if (const auto error = gpgme_new(&context); error != 0)
        return gpgme_failure("setting up", error);
    made->context_.reset(context);
    if (const auto error =
            gpgme_ctx_set_engine_info(context, GPGME_PROTOCOL_OpenPGP, kProgram, home.c_str());
        error != 0)
        return gpgme_failure("setting up", error);
    if (const auto error = gpgme_set_ctx_flag(context, "full-status", "1"); error != 0)
        return gpgme_failure("setting up", error);
    gpgme_set_offline(context, 1);
    gpgme_set_status_cb(context, said, made.get());
    gpgme_io_cbs callbacks{add, made.get(), remove, happened, made.get()};
    gpgme_set_io_cbs(context, &callbacks);
    return made;
}

Result<GpgRun> Gpgme::finish(gpgme_error_t begun) {
    if (begun != 0) return gpgme_failure("starting", begun);
    while (!is_done_)
        TRY(turn());
    return std::move(run_);
}

// Whatever poll(2) says of a descriptor is worth a call: that finds out.
Result<> Gpgme::turn() {
    std::array<pollfd, 16> polled{};
    std::array<Watch*, 16> watched{};
    nfds_t count = 0;
    for (Watch& watch : watches_) {
        if (watch.call == nullptr) continue;
        watched[count] = &watch;
        polled[count++] = {watch.fd, watch.events, 0};
    }
    if (count == 0) return Error{ErrorCode::kIo, "gpgme waits for nothing and has not ended"};
    if (::poll(polled.data(), count, -1) < 0) {
        if (errno == EINTR) return {};
        return base::errno_error("waiting for gpg", errno);
    }
    for (nfds_t i = 0; i < count && !is_done_; ++i) {
        // One call may end the watch of another.
        const Watch watch = *watched[i];
        if (polled[i].revents == 0 || watch.call == nullptr || watch.fd != polled[i].fd) continue;
        if (const auto error = watch.call(watch.data, watch.fd); error != 0)
            return gpgme_failure("talking to", error);
    }
    return {};
}

gpgme_error_t Gpgme::add(void* self, int fd, int direction, gpgme_io_cb_t call, void* data,
                         void** tag) {
    auto& watches = static_cast<Gpgme*>(self)->watches_;
    auto* const free = std::ranges::find(watches, nullptr, &Watch::call);
    if (free == watches.end()) return gpgme_error(GPG_ERR_TOO_MANY);
    *free = {call, data, fd, static_cast<short>(direction != 0 ? POLLIN : POLLOUT)};
    *tag = free;
    return 0;
}

void Gpgme::remove(void* tag) {
    *static_cast<Watch*>(tag) = {};
}

void Gpgme::happened(void* self, gpgme_event_io_t type, void* data) {
    auto& gpgme = *static_cast<Gpgme*>(self);
    if (type == GPGME_EVENT_DONE) {
        const auto* done = static_cast<gpgme_io_event_done_data*>(data);
        gpgme.is_done_ = true;
        gpgme.run_.success = done->err == 0 && done->op_err == 0;
    } else if (type == GPGME_EVENT_NEXT_KEY) {
        auto* key = static_cast<gpgme_key_t>(data);
        gpgme.run_.keys.push_back(key_info(*key));
        gpgme_key_unref(key);
    }
}

gpgme_error_t Gpgme::said(void* self, const char* keyword, const char* arguments) {
    if (keyword == nullptr || *keyword == '\0') return 0;
    static_cast<Gpgme*>(self)->run_.status.push_back(status_line(keyword, text_of(arguments)));
    return 0;
}

GpgmeData::GpgmeData(ReadMore read) : read_{std::move(read)} {
    make();
}

GpgmeData::GpgmeData(std::string_view text)
    : read_{[text](char* buffer, std::size_t size) mutable {
          const auto part = std::min(size, text.size());
          std::memcpy(buffer, text.data(), part);
          text.remove_prefix(part);
          return static_cast<ssize_t>(part);
      }} {
    make();
}

GpgmeData::GpgmeData(std::size_t limit) : limit_{limit} {
    make();
}

GpgmeData::~GpgmeData() {
    gpgme_data_release(data_);
}

void GpgmeData::make() {
    callbacks_ = {on_read, on_write, nullptr, nullptr};
    // No memory is the one reason for it to fail; then gpgme refuses what it is given.
    if (gpgme_data_new_from_cbs(&data_, &callbacks_, this) != 0) data_ = nullptr;
}

ssize_t GpgmeData::on_read(void* self, void* buffer, std::size_t size) {
    auto& data = *static_cast<GpgmeData*>(self);
    if (!data.read_) return 0;
    const ssize_t got = data.read_(static_cast<char*>(buffer), size);
    if (got == 0) data.read_all_ = true;
    return got;
}

ssize_t GpgmeData::on_write(void* self, const void* buffer, std::size_t size) {
    auto& data = *static_cast<GpgmeData*>(self);
    if (size > data.limit_ - data.written_.size()) {
        errno = EFBIG;
        return -1;
    }
    data.written_.append(static_cast<const char*>(buffer), size);
    return static_cast<ssize_t>(size);
}

}  // namespace podd::trust
