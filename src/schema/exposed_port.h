// SPDX-License-Identifier: LGPL-2.1-or-later
// What the entries of a pod's "ports" lead to, as far as the manifest alone says it; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/pod_manifest.h"

namespace podd::schema {

/// Each port of a range counts. A service has by default 1024 descriptors for everything.
inline constexpr std::uint32_t kMaxActivatedPorts = 256;

/// Apps without an "app" object have their ports from the image, which only the start knows.
struct Exposed {
    const Port* port = nullptr;  // of the manifest, which it lives as long as
    bool may_be_in_image = false;
    std::size_t hits = 0;            // apps with a port so called
    std::optional<std::size_t> app;  // whose it is: by the port's name, or the only one there is
};
Exposed find_exposed(const PodManifest& manifest, const ExposedPort& exposed);

/// A port that systemd listens at for an app: the first connection starts the pod.
struct ActivatedPort {
    std::size_t app = 0;  // index of "apps"
    std::string name;
    std::string protocol;  // "tcp" or "udp"
    std::string host_ip;   // empty: all addresses
    std::uint16_t host_port = 0;
    std::uint32_t count = 1;
    std::uint16_t pod_port = 0;
    bool proxied = false;  // handed on by a proxy; else the app gets the sockets themselves
    bool operator==(const ActivatedPort&) const = default;
};
/// In the order of "ports". What an image alone says is not among them.
std::vector<ActivatedPort> activated_ports(const PodManifest& manifest);

/// "tcp", "udp" or "sctp". Of a port that only the image has its name tells, which is "53-udp"
/// where the image is an OCI image; all others are taken for TCP. Source: schema/oci_ports.h.
std::string_view protocol_of(const ExposedPort& exposed, const Port* port);

/// Ports that are forwarded to the pod and that loopback addresses of the host lead to as well, or
/// alone. Of a range that only an image describes it is the first.
struct LoopbackPorts {
    std::string protocol;  // "tcp", "udp" or "sctp"
    std::string address;   // such as "127.0.0.1" or "::1"; empty: all of them, of both families
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool operator==(const LoopbackPorts&) const = default;
};
std::vector<LoopbackPorts> loopback_ports(const PodManifest& manifest);

}  // namespace podd::schema
