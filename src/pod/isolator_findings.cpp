// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/isolator_findings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sandbox/capabilities.h"
#include "sandbox/seccomp.h"
#include "schema/annotations.h"
#include "schema/bandwidth.h"
#include "schema/isolators.h"

namespace podd::pod {

namespace {

// Of one list of isolators.
class Visitor {
public:
    /// `no_bandwidth`: why an isolator of the network would have no effect in this list.
    Visitor(IsolatorFindings& findings, bool best_effort, std::string_view no_bandwidth)
        : findings_{findings}, best_effort_{best_effort}, no_bandwidth_{no_bandwidth} {}
    void visit(const std::string& at, const schema::Isolator& isolator) {
        at_ = at;
        if (const auto value = schema::isolator_value(isolator)) std::visit(*this, *value);
    }

    void operator()(const schema::CapabilitiesIsolator& isolator) {
        for (std::size_t index = 0; index < isolator.set.size(); ++index)
            if (const auto bit = sandbox::capability_bit(isolator.set[index]); !bit)
                error(fmt::format("/value/set/{}", index), bit.error().message());
    }
    void operator()(const schema::SeccompIsolator& isolator) {
        for (std::size_t index = 0; index < isolator.set.size(); ++index)
            check_call(isolator.retain, isolator.set[index], fmt::format("/value/set/{}", index));
        const auto policy =
            sandbox::isolator_policy(isolator.retain, {"read"}, isolator.errno_name, 0);
        if (!policy) error("/value/errno", policy.error().message());
    }
    void operator()(const schema::ResourceIsolator& isolator) {
        if (isolator.kind != schema::ResourceIsolator::Kind::kNetworkBandwidth) return;
        if (no_bandwidth_.empty()) return;
        auto& list = best_effort_ ? findings_.warnings : findings_.errors;
        list.push_back(fmt::format("{}: {}", at_, no_bandwidth_));
    }
    template <typename Other>
    void operator()(const Other&) {}

private:
    void error(const std::string& where, const std::string& message) {
        findings_.errors.push_back(fmt::format("{}{}: {}", at_, where, message));
    }
    void check_call(bool retain, const std::string& name, const std::string& where) {
        if (name.starts_with("@")) {
            if (const auto policy = sandbox::isolator_policy(retain, {name}, "EPERM", 0); !policy)
                error(where, policy.error().message());
        } else if (!sandbox::syscall_known(name)) {
            findings_.warnings.push_back(
                fmt::format("{}{}: \"{}\" is no system call that is known here; it stays shut", at_,
                            where, name));
        }
    }

    IsolatorFindings& findings_;
    bool best_effort_;
    std::string_view no_bandwidth_;
    std::string at_;
};

void add(IsolatorFindings& findings, const std::string& at, bool best_effort,
         std::string_view no_bandwidth, const std::vector<schema::Isolator>& isolators) {
    Visitor visitor{findings, best_effort, no_bandwidth};
    for (std::size_t index = 0; index < isolators.size(); ++index)
        visitor.visit(fmt::format("{}/isolators/{}", at, index), isolators[index]);
}

// Both set CPUWeight=, the later of them counts.
void add_weights(IsolatorFindings& findings, const std::string& at,
                 const std::vector<schema::Isolator>& isolators) {
    bool shares = false;
    bool request = false;
    for (const auto& isolator : isolators) {
        const auto value = schema::isolator_value(isolator);
        if (!value) continue;
        shares = shares || std::holds_alternative<schema::CpuSharesIsolator>(*value);
        const auto* resource = std::get_if<schema::ResourceIsolator>(&*value);
        request = request || (resource != nullptr && resource->request &&
                              resource->kind == schema::ResourceIsolator::Kind::kCpu);
    }
    if (shares && request)
        findings.warnings.push_back(fmt::format(
            "{}/isolators: \"os/linux/cpu-shares\" and the \"request\" of \"resource/cpu\" are the "
            "same: the later one counts",
            at));
}

}  // namespace

IsolatorFindings isolator_findings(const schema::PodManifest& manifest) {
    IsolatorFindings findings;
    const auto pod = schema::pod_settings(manifest);
    const bool best_effort = pod && pod->best_effort;
    const auto network = pod ? *pod : schema::PodSettings{};
    const auto no_bandwidth = schema::no_bandwidth_of_app(network, manifest.apps.size());
    add(findings, "", best_effort, schema::no_bandwidth_of_pod(network), manifest.isolators);
    add_weights(findings, "", manifest.isolators);
    for (std::size_t index = 0; index < manifest.apps.size(); ++index) {
        const auto& app = manifest.apps[index];
        if (!app.app) continue;
        const auto settings = schema::app_settings(app);
        const auto at = fmt::format("/apps/{}/app", index);
        add(findings, at, settings ? settings->best_effort.value_or(best_effort) : best_effort,
            no_bandwidth, app.app->isolators);
        add_weights(findings, at, app.app->isolators);
    }
    return findings;
}

}  // namespace podd::pod
