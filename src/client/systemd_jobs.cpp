// SPDX-License-Identifier: LGPL-2.1-or-later
// Jobs of the service manager: queued, waited for, and units kept until their end was read.
#include <cstdint>
#include <utility>

#include "client/bus_error.h"
#include "client/systemd.h"

namespace podd::client {

namespace {
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
}  // namespace

void Systemd::start_transient(const TransientUnit& main, const std::vector<TransientUnit>& aux,
                              Done<std::string> done) const {
    std::vector<sdbus::Struct<std::string, BusProperties>> others;
    others.reserve(aux.size());
    for (const TransientUnit& unit : aux)
        others.emplace_back(unit.name, unit.properties);
    proxy_->callMethodAsync("StartTransientUnit")
        .onInterface(kManager)
        .withArguments(main.name, std::string{"fail"}, main.properties, others)
        .uponReplyInvoke([done = std::move(done)](CallError error, const sdbus::ObjectPath& job) {
            if (error) return done(from_bus_error(*error));
            done(std::string{job});
        });
}

void Systemd::queue_job(const char* method, const std::string& unit, Done<std::string> done) const {
    proxy_->callMethodAsync(method)
        .onInterface(kManager)
        .withArguments(unit, std::string{"replace"})
        .uponReplyInvoke([done = std::move(done)](CallError error, const sdbus::ObjectPath& job) {
            if (error) return done(from_bus_error(*error));
            done(std::string{job});
        });
}

void Systemd::start(const std::string& unit, Done<std::string> done) const {
    queue_job("StartUnit", unit, std::move(done));
}

void Systemd::stop(const std::string& unit, Done<std::string> done) const {
    queue_job("StopUnit", unit, std::move(done));
}

void Systemd::kill(const std::string& unit, int signal, Done<> done) const {
    proxy_->callMethodAsync("KillUnit")
        .onInterface(kManager)
        .withArguments(unit, std::string{"all"}, std::int32_t{signal})
        .uponReplyInvoke([done = std::move(done)](CallError error) {
            if (error) return done(from_bus_error(*error));
            done({});
        });
}

void Systemd::reset_failed(const std::string& unit) const {
    proxy_->callMethodAsync("ResetFailedUnit")
        .onInterface(kManager)
        .withArguments(unit)
        .uponReplyInvoke([](CallError) {});  // not loaded is as good as not failed
}

void Systemd::clean_cache(const std::string& unit) const {
    proxy_->callMethodAsync("CleanUnit")
        .onInterface(kManager)
        .withArguments(unit, std::vector<std::string>{"cache"})
        .uponReplyInvoke([](CallError) {});  // systemd-tmpfiles removes what stays
}

void Systemd::discard_cache(const std::string& unit) {
    ref(unit);
    stop(unit, [this, unit](const base::Result<std::string>& job) {
        if (!job) return unref(unit);
        wait_for(*job, [this, unit](const std::string&) {
            reset_failed(unit);  // or it would be said to be busy
            clean_cache(unit);
            unref(unit);
        });
    });
}

void Systemd::ref(const std::string& unit) const {
    proxy_->callMethodAsync("RefUnit").onInterface(kManager).withArguments(unit).uponReplyInvoke(
        [](CallError) {});
}

void Systemd::unref(const std::string& unit) const {
    proxy_->callMethodAsync("UnrefUnit")
        .onInterface(kManager)
        .withArguments(unit)
        .uponReplyInvoke([](CallError) {});
}

void Systemd::wait_for(const std::string& job, std::function<void(const std::string&)> done) {
    waiting_.emplace(job, std::move(done));
}

void Systemd::job_removed(const std::string& job, const std::string& result) {
    // Out of the table first: a handler may wait for another job.
    std::vector<std::function<void(const std::string&)>> ended;
    const auto [begin, end] = waiting_.equal_range(job);
    for (auto entry = begin; entry != end; ++entry)
        ended.push_back(std::move(entry->second));
    waiting_.erase(begin, end);
    for (const auto& done : ended)
        done(result);
}

}  // namespace podd::client
