// SPDX-License-Identifier: LGPL-2.1-or-later
#include "name_files.h"

#include <fmt/format.h>

#include "base/file.h"
#include "network/resolv_conf.h"
#include "network/resolver.h"

namespace podd::stage1 {

using base::Result;

namespace {

constexpr std::size_t kMaxHostFile = 65536;
constexpr const char* kHostResolvConf = "/etc/resolv.conf";

using Source = plan::DnsPlan::Source;

Source source_of(const plan::PodPlan& pod) {
    return pod.dns ? pod.dns->source : Source::kNetwork;
}

network::ResolverSettings settings_of(const plan::PodPlan& pod) {
    if (!pod.dns) return {};
    return {pod.dns->servers, pod.dns->search, pod.dns->options};
}

std::string text_of(const char* path) {
    auto text = base::read_file(path, kMaxHostFile);
    return text ? std::move(*text) : std::string{};
}

// The domain of pods stays in front of what the manifest names, but for "none at all".
network::ResolverSettings settings_with_pods(const plan::PodPlan& pod) {
    auto settings = settings_of(pod);
    if (!settings.search.empty() && settings.search.front() != ".")
        settings.search.insert(settings.search.begin(), std::string{network::kPodDomain});
    return settings;
}

std::string of_network(const plan::PodPlan& pod) {
    const bool is_named = pod.named_networks.value_or(false);
    if (pod.network == plan::Network::kNone && !is_named) return {};
    const auto host = text_of(kHostResolvConf);
    if (pod.network == plan::Network::kHost) return with_settings(host, settings_of(pod));
    const auto resolved = text_of(network::kResolvedFile);
    if (plan::has_link(pod.network))
        return with_settings(network::pod_resolv_conf(host, resolved), settings_with_pods(pod));
    return with_settings(network::outer_resolv_conf(host, resolved), settings_of(pod));
}

}  // namespace

bool asks_network(const plan::PodPlan& pod) {
    return source_of(pod) == Source::kNetwork;
}

Result<std::string> resolv_conf_of(const plan::PodPlan& pod) {
    switch (source_of(pod)) {
        case Source::kNetwork: return of_network(pod);
        case Source::kNone: return std::string{};
        case Source::kServers: return network::with_settings({}, settings_of(pod));
        case Source::kHost: break;
    }
    const auto host =
        TRY_CONTEXT(base::read_file(kHostResolvConf, kMaxHostFile), "\"podd.org/dns\" is \"host\"");
    return network::with_settings(host, settings_of(pod));
}

Result<std::string> hosts_of(const plan::PodPlan& pod) {
    auto text = fmt::format("127.0.0.1 localhost {0}\n::1 localhost {0}\n", pod.hostname);
    if (!pod.hosts) return text;
    if (pod.hosts->host) {
        text += TRY_CONTEXT(base::read_file("/etc/hosts", kMaxHostFile),
                            "\"podd.org/hosts\" is \"host\"");
        if (!text.ends_with('\n')) text += '\n';
    }
    for (const auto& [address, names] : pod.hosts->entries)
        text += fmt::format("{} {}\n", address, names);
    return text;
}

std::string with_domains(const plan::PodPlan& pod, const std::vector<std::string>& domains,
                         const std::string& resolv_conf) {
    if (domains.empty() || (pod.dns && !pod.dns->search.empty())) return resolv_conf;
    network::ResolverSettings settings{{}, {std::string{network::kPodDomain}}, {}};
    settings.search.insert(settings.search.end(), domains.begin(), domains.end());
    return network::with_settings(resolv_conf, settings);
}

std::string of_plugins(const plan::PodPlan& pod, const std::string& resolv_conf) {
    return network::with_settings(resolv_conf, settings_of(pod));
}

}  // namespace podd::stage1
