// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/named_networks.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>

#include "network/address.h"
#include "network/settings.h"
#include "schema/bandwidth.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using network::Attachment;
using network::CniFile;

namespace {

Error bad_argument(const schema::NamedNetwork& named, std::string_view name, std::string_view value,
                   std::string_view wanted) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("network \"{}\": found {}={}, wanted {}", named.name, name, value, wanted)};
}

// With a prefix length, perhaps: not every plugin takes the one or the other.
bool is_address(std::string_view text) {
    const auto address = text.substr(0, text.find('/'));
    return network::parse_ipv4(address).has_value() || network::parse_ipv6(address).has_value();
}

Result<Json> addresses(const schema::NamedNetwork& named, std::string_view value) {
    Json::Array list;
    for (auto rest = value; true;) {
        const auto one = rest.substr(0, rest.find(','));
        if (!is_address(one))
            return bad_argument(named, "IP", value, "addresses with commas between them");
        list.emplace_back(one);
        if (one.size() == rest.size()) return Json{std::move(list)};
        rest.remove_prefix(one.size() + 1);
    }
}

bool is_mac(std::string_view text) {
    constexpr std::size_t kLength = 17;
    if (text.size() != kLength) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool digit =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (i % 3 == 2 ? c != ':' : !digit) return false;
    }
    return true;
}

// The arguments that have a convention of their own. Source: CNI conventions.
Result<Json> capabilities_of(const schema::NamedNetwork& named) {
    Json capabilities{Json::Object{}};
    for (const auto& [name, value] : named.arguments) {
        if (name == "IP") capabilities.add("ips", TRY(addresses(named, value)));
        if (name != "MAC") continue;
        if (!is_mac(value)) return bad_argument(named, name, value, "an address of hardware");
        capabilities.add("mac", value);
    }
    return capabilities;
}

void check_plugins(const Attachment& attachment, const std::vector<std::string>& folders,
                   const std::string& at, NetworkFindings& findings) {
    for (const auto& type : plugin_types(attachment.network))
        if (const auto path = network::find_plugin(folders, type); !path)
            findings.errors.push_back(fmt::format("{}network \"{}\": {}", at,
                                                  attachment.network.name, path.error().message()));
}

bool is_forwarded_by(const std::vector<Attachment>& attachments) {
    return std::any_of(attachments.begin(), attachments.end(), [](const auto& attachment) {
        return has_capability(attachment.network, kPortMappings);
    });
}

void check_ports(const schema::PodManifest& manifest, const std::vector<Attachment>& attachments,
                 NetworkFindings& findings) {
    if (manifest.ports.empty() || is_forwarded_by(attachments)) return;
    findings.warnings.emplace_back(
        "/ports: none of the pod's networks forwards them: a plugin such as \"portmap\" with the "
        "capability \"portMappings\" does, and so does the network \"default\"");
}

// It may be made later.
void check_path(const schema::PodSettings& settings, const std::string& at,
                NetworkFindings& findings) {
    if (settings.network != schema::Network::kPath) return;
    struct stat st{};
    if (::stat(settings.network_path.c_str(), &st) < 0 && errno == ENOENT)
        findings.warnings.push_back(
            fmt::format("{}found no \"{}\", wanted a network namespace that is there when the pod "
                        "starts: \"ip netns add\" makes one",
                        at, settings.network_path));
}

std::string pointer_to_networks(const schema::PodManifest& manifest) {
    std::size_t index = 0;
    while (index < manifest.annotations.size() &&
           manifest.annotations[index].name.str() != schema::kNetwork)
        ++index;
    return fmt::format("/annotations/{}: \"{}\": ", index, schema::kNetwork);
}

}  // namespace

Result<std::vector<Attachment>> named_attachments(const schema::PodSettings& settings,
                                                  const std::vector<CniFile>& files) {
    std::vector<Attachment> list;
    std::size_t number = schema::has_link(settings.network) ? 1 : 0;
    for (const auto& named : settings.named_networks) {
        auto network = TRY(network::find_cni_network(files, named.name));
        auto capabilities = TRY(capabilities_of(named));
        list.push_back({std::move(network), fmt::format("eth{}", number++), named.arguments,
                        std::move(capabilities)});
    }
    return list;
}

std::string_view no_bandwidth_of_plugins(const schema::PodSettings& settings,
                                         const std::vector<Attachment>& attachments) {
    if (!schema::is_limited_by_plugin(settings)) return {};
    if (has_capability(attachments.front().network, kBandwidth)) return {};
    return "no plugin of the pod's network asks for it with the capability \"bandwidth\"";
}

std::string_view no_bandwidth_here(const schema::PodSettings& settings) {
    if (!schema::is_limited_by_plugin(settings)) return {};
    const auto files = network::read_cni_files(network::cni_directories());
    if (!files) return {};  // network_findings() says so
    const auto attachments = named_attachments(settings, *files);
    return attachments ? no_bandwidth_of_plugins(settings, *attachments) : std::string_view{};
}

bool plugins_forward_here(const schema::PodSettings& settings) {
    if (settings.named_networks.empty() || settings.network != schema::Network::kNone) return false;
    const auto files = network::read_cni_files(network::cni_directories());
    if (!files) return false;  // network_findings() says so
    const auto attachments = named_attachments(settings, *files);
    return attachments && is_forwarded_by(*attachments);
}

NetworkFindings network_findings(const schema::PodManifest& manifest) {
    NetworkFindings findings;
    const auto settings = schema::pod_settings(manifest);
    if (!settings) return findings;
    const auto at = pointer_to_networks(manifest);
    const auto fail = [&](const Error& error) {
        findings.errors.push_back(at + error.message());
        return findings;
    };
    if (schema::has_link(settings->network))
        if (const auto own = network::read_settings({}); !own) return fail(own.error());
    check_path(*settings, at, findings);
    if (settings->named_networks.empty()) return findings;
    const auto files = network::read_cni_files(network::cni_directories());
    if (!files) return fail(files.error());
    const auto attachments = named_attachments(*settings, *files);
    if (!attachments) return fail(attachments.error());
    const auto cni = network::read_cni_settings();
    if (!cni) return fail(cni.error());
    for (const auto& attachment : *attachments)
        check_plugins(attachment, cni->plugin_folders, at, findings);
    if (!schema::has_link(settings->network)) check_ports(manifest, *attachments, findings);
    return findings;
}

}  // namespace podd::pod
