// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/systemd.h"

#include <charconv>
#include <cstdint>

#include "client/bus_error.h"
#include "client/bus_path.h"

namespace podd::client {

namespace {

constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";

// name, description, load, active, sub, following, path, job id, job type, job path
using UnitRow =
    sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                  sdbus::ObjectPath, std::uint32_t, std::string, sdbus::ObjectPath>;

UnitState unit_state(const UnitRow& row) {
    UnitState unit;
    unit.name = std::get<0>(row);
    unit.load_state = std::get<2>(row);
    unit.active_state = std::get<3>(row);
    unit.sub_state = std::get<4>(row);
    if (std::get<7>(row) != 0) unit.job = std::string{std::get<9>(row)};
    return unit;
}

base::Result<ServiceOutcome> outcome_from(const std::map<std::string, sdbus::Variant>& all) {
    try {
        ServiceOutcome outcome;
        outcome.result = all.at("Result").get<std::string>();
        outcome.status_text = all.at("StatusText").get<std::string>();
        outcome.exit_code = all.at("ExecMainCode").get<std::int32_t>();
        outcome.exit_status = all.at("ExecMainStatus").get<std::int32_t>();
        return outcome;
    } catch (const std::exception& error) {  // sdbus::Error, std::out_of_range
        return base::Error{base::ErrorCode::kUnsupported,
                           fmt::format("systemd describes the service oddly: {}", error.what())};
    }
}

}  // namespace

base::Result<int> parse_systemd_version(std::string_view text) {
    int version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc{} || version <= 0)
        return base::Error{base::ErrorCode::kUnsupported,
                           fmt::format("systemd calls its version \"{}\"", text)};
    return version;
}

Systemd::Systemd(sdbus::IConnection& bus)
    : bus_{bus}, proxy_{make_proxy(bus, kSystemdService, "/org/freedesktop/systemd1")} {
    proxy_->uponSignal("JobRemoved")
        .onInterface(kManager)
        .call([this](const std::uint32_t& /*id*/, const sdbus::ObjectPath& job,
                     const std::string& /*unit*/,
                     const std::string& result) { job_removed(std::string{job}, result); });
    const auto unit_changed = [this](const std::string& name, const sdbus::ObjectPath& /*path*/) {
        if (changed_) changed_(name);
    };
    proxy_->uponSignal("UnitNew").onInterface(kManager).call(unit_changed);
    proxy_->uponSignal("UnitRemoved").onInterface(kManager).call(unit_changed);
    proxy_->uponSignal("Reloading").onInterface(kManager).call([this](const bool& active) {
        if (changed_ && !active) changed_("");
    });
    finish_registration(*proxy_);
    // Without a subscriber the manager sends none of these signals.
    proxy_->callMethodAsync("Subscribe").onInterface(kManager).uponReplyInvoke([](CallError) {});
}

Systemd::~Systemd() = default;

void Systemd::on_change(std::function<void(const std::string&)> changed) {
    changed_ = std::move(changed);
    add_match(bus_,
              "type='signal',sender='org.freedesktop.systemd1',"
              "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
              "path_namespace='/org/freedesktop/systemd1/unit',"
              "arg0='org.freedesktop.systemd1.Unit'",
              [this](const sdbus::Message& message) {
                  changed_(unit_of_path(std::string{message.getPath()}));
              });
}

void Systemd::list_units(const std::vector<std::string>& patterns,
                         Done<std::vector<UnitState>> done) const {
    proxy_->callMethodAsync("ListUnitsByPatterns")
        .onInterface(kManager)
        .withArguments(std::vector<std::string>{}, patterns)
        .uponReplyInvoke(
            [done = std::move(done)](CallError error, const std::vector<UnitRow>& rows) {
                if (error) return done(from_bus_error(*error));
                std::vector<UnitState> units;
                units.reserve(rows.size());
                for (const UnitRow& row : rows)
                    units.push_back(unit_state(row));
                done(std::move(units));
            });
}

void Systemd::load_unit(const std::string& unit, Done<> done) const {
    proxy_->callMethodAsync("LoadUnit")
        .onInterface(kManager)
        .withArguments(unit)
        .uponReplyInvoke([done = std::move(done)](CallError error, const sdbus::ObjectPath&) {
            if (error) return done(from_bus_error(*error));
            done({});
        });
}

void Systemd::version(Done<int> done) const {
    proxy_->callMethodAsync("Get")
        .onInterface(kProperties)
        .withArguments(std::string{kManager}, std::string{"Version"})
        .uponReplyInvoke([done = std::move(done)](CallError error, const sdbus::Variant& value) {
            if (error) return done(from_bus_error(*error));
            done(parse_systemd_version(value.get<std::string>()));
        });
}

struct Systemd::UnitCall {
    std::unique_ptr<sdbus::IProxy> proxy;
    bool finished = false;
};

std::shared_ptr<Systemd::UnitCall> Systemd::unit_call(const std::string& unit) const {
    std::erase_if(unit_calls_, [](const auto& call) { return call->finished; });
    auto call = std::make_shared<UnitCall>();
    call->proxy = make_proxy(bus_, kSystemdService, unit_path(unit));
    finish_registration(*call->proxy);
    unit_calls_.push_back(call);
    return call;
}

void Systemd::property(const std::string& unit, const char* interface, const char* name,
                       Done<sdbus::Variant> done) const {
    UnitCall* call = unit_call(unit).get();
    call->proxy->callMethodAsync("Get")
        .onInterface(kProperties)
        .withArguments(std::string{interface}, std::string{name})
        .uponReplyInvoke(
            [call, done = std::move(done)](CallError error, const sdbus::Variant& value) {
                if (error)
                    done(from_bus_error(*error));
                else
                    done(value);
                call->finished = true;
            });
}

void Systemd::service_outcome(const std::string& unit, Done<ServiceOutcome> done) const {
    UnitCall* call = unit_call(unit).get();
    call->proxy->callMethodAsync("GetAll")
        .onInterface(kProperties)
        .withArguments(std::string{"org.freedesktop.systemd1.Service"})
        .uponReplyInvoke([call, done = std::move(done)](
                             CallError error, const std::map<std::string, sdbus::Variant>& all) {
            if (error)
                done(from_bus_error(*error));
            else
                done(outcome_from(all));
            call->finished = true;
        });
}

}  // namespace podd::client
