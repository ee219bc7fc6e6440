// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/network.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;

namespace {

schema::PodManifest manifest_of(const std::string& ports, const std::string& apps = "") {
    const auto pod = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}}}}{}],)"
        R"("ports":[{}]}})",
        apps, ports));
    REQUIRE(pod.has_value());
    return *pod;
}

schema::PodSettings on(schema::Network network) {
    schema::PodSettings settings;
    settings.network = network;
    return settings;
}

// An image whose app has "http" at 80 and "many" at 1000 to 1002.
store::ImageRecord image() {
    auto manifest = schema::ImageManifest::parse(
        R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/a",)"
        R"("app":{"exec":["/a"],"user":"0","group":"0",)"
        R"("ports":[{"name":"http","protocol":"tcp","port":80},)"
        R"({"name":"many","protocol":"udp","port":1000,"count":3}]}})");
    REQUIRE(manifest.has_value());
    return {.id = "sha512-" + std::string(128, '0'),
            .manifest = std::move(*manifest),
            .trees = {},
            .blobs = {},
            .verification = {}};
}

std::string said(const std::string& ports) {
    const auto made =
        pod::forwarded_ports(manifest_of(ports), on(schema::Network::kDefault), {image()});
    return made ? std::string{} : made.error().message();
}

}  // namespace

TEST_SUITE("pod/network") {
    TEST_CASE("ports of the image and of the manifest, ranges one by one") {
        const auto manifest = manifest_of(
            R"({"name":"http","hostPort":8080},{"name":"many","hostPort":2000,"hostIP":"192.0.2.1"},)"
            R"({"name":"own","hostPort":53,"podPort":{"name":"own","protocol":"udp","port":5353}})");
        const auto made = pod::forwarded_ports(manifest, on(schema::Network::kDefault), {image()});
        REQUIRE(made.has_value());
        REQUIRE(made->has_value());
        CHECK(**made == std::vector<plan::PortPlan>{{"tcp", "", 8080, 80},
                                                    {"udp", "192.0.2.1", 2000, 1000},
                                                    {"udp", "192.0.2.1", 2001, 1001},
                                                    {"udp", "192.0.2.1", 2002, 1002},
                                                    {"udp", "", 53, 5353}});
    }

    TEST_CASE("other networks forward none, and a pod without ports has no list") {
        const auto manifest = manifest_of(R"({"name":"http","hostPort":8080})");
        for (const auto network : {schema::Network::kNone, schema::Network::kHost})
            CHECK_FALSE(pod::forwarded_ports(manifest, on(network), {image()})->has_value());
        CHECK_FALSE(pod::forwarded_ports(manifest_of(""), on(schema::Network::kDefault), {image()})
                        ->has_value());
    }

    TEST_CASE(
        "every port is open to users who are not root, unless it is the host's or the pod says") {
        const schema::StringMap other{{"net.core.somaxconn", "77"}};
        const schema::StringMap own{{"net.ipv4.ip_unprivileged_port_start", "1024"}};
        for (const auto network : {schema::Network::kNone, schema::Network::kDefault}) {
            CHECK(pod::opens_low_ports(network, {}));
            CHECK(pod::opens_low_ports(network, other));
            CHECK_FALSE(pod::opens_low_ports(network, own));
        }
        CHECK_FALSE(pod::opens_low_ports(schema::Network::kHost, {}));
    }

    TEST_CASE("every network with a link forwards ports") {
        const auto manifest = manifest_of(R"({"name":"http","hostPort":8080})");
        for (const auto network :
             {schema::Network::kDefault, schema::Network::kDefaultRestricted}) {
            CHECK(pod::forwarded_ports(manifest, on(network), {image()})->has_value());
            CHECK(plan::has_link(pod::network_of(network)));
        }
    }

    TEST_CASE("what a pod may reach, word by word") {
        using plan::NetworkAccess;
        CHECK(pod::access_of({}) == std::nullopt);
        CHECK(pod::access_of({.pods = true, .host = false, .metadata = false}) ==
              std::vector{NetworkAccess::kPods});
        CHECK(pod::access_of({.pods = false, .host = true, .metadata = false}) ==
              std::vector{NetworkAccess::kHost});
        CHECK(pod::access_of({.pods = false, .host = false, .metadata = true}) ==
              std::vector{NetworkAccess::kMetadata});
    }

    TEST_CASE("names are planned only where the manifest says something of them") {
        CHECK(pod::dns_of({}) == std::nullopt);
        CHECK(pod::hosts_of({}) == std::nullopt);
        schema::NameResolution names;
        names.source = schema::DnsSource::kServers;
        names.servers = {"192.0.2.53"};
        names.search = {"a", "b"};
        names.hosts = {{"192.0.2.7", {"db.example.com", "db"}}};
        CHECK(pod::dns_of(names) ==
              plan::DnsPlan{plan::DnsPlan::Source::kServers, {"192.0.2.53"}, {"a", "b"}, {}});
        CHECK(pod::hosts_of(names) == plan::HostsPlan{false, {{"192.0.2.7", "db.example.com db"}}});
    }

    TEST_CASE("what systemd listens at is not forwarded; the app's plan has it") {
        const auto manifest = manifest_of(
            R"({"name":"http","hostPort":8080},{"name":"own","hostPort":53,"hostIP":"192.0.2.1",)"
            R"("podPort":{"name":"own","protocol":"udp","port":5353,"count":2,"socketActivated":true}})");
        CHECK(**pod::forwarded_ports(manifest, on(schema::Network::kDefault), {image()}) ==
              std::vector<plan::PortPlan>{{"tcp", "", 8080, 80}});
        CHECK(pod::sockets_of(manifest, manifest.apps[0].name) ==
              std::vector<plan::SocketPlan>{{"own", "udp", "192.0.2.1", 53, 2}});
        CHECK_FALSE(pod::sockets_of(manifest_of(""), manifest.apps[0].name));
    }

    TEST_CASE("what a proxy hands on, port by port; the app has no socket then") {
        const auto pod = schema::PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"},)"
            R"("annotations":[{"name":"podd.org/socket-proxy","value":"true"}]}],)"
            R"("ports":[{"name":"p","hostPort":90,"hostIP":"127.0.0.1","podPort":)"
            R"({"name":"p","protocol":"tcp","port":80,"count":2,"socketActivated":true}}]})");
        REQUIRE(pod.has_value());
        CHECK(pod::proxied_ports(*pod) ==
              std::vector<plan::PortPlan>{{"tcp", "127.0.0.1", 90, 80},
                                          {"tcp", "127.0.0.1", 91, 81}});
        CHECK_FALSE(pod::sockets_of(*pod, pod->apps[0].name));
    }

    TEST_CASE("an image's own wish for a socket is told") {
        auto wishes = image();
        wishes.manifest.app->ports[0].socket_activated = true;
        const auto manifest = manifest_of(R"({"name":"http","hostPort":8080})");
        CHECK(pod::unheard_sockets(manifest, {image()}).empty());
        const auto told = pod::unheard_sockets(manifest, {wishes});
        REQUIRE(told.size() == 1);
        CHECK(told[0].starts_with("port \"http\": its image says \"socketActivated\""));
    }

    TEST_CASE("what only the image shows to be wrong") {
        CHECK(said(R"({"name":"http","hostPort":80})").empty());
        CHECK(said(R"({"name":"nix","hostPort":80})") ==
              "port \"nix\" at host port 80: no app has a port so called; their ports: \"http\", "
              "\"many\"");
        CHECK(said(R"({"name":"many","hostPort":65534})").ends_with("65535 is the last"));
        CHECK(
            said(
                R"({"name":"many","hostPort":80},{"name":"many","hostPort":82,"hostIP":"1.2.3.4"})")
                .ends_with("another entry takes the same one"));
        CHECK(
            said(
                R"({"name":"p","hostPort":80,"podPort":{"name":"p","protocol":"tcp","port":1,"count":1025}})")
                .ends_with("at most 1024 ports of a pod are forwarded"));
        CHECK(said(R"({"name":"http","hostPort":80,"hostIP":"::"},)"
                   R"({"name":"many","hostPort":80,"hostIP":"2001:db8::1"})")
                  .empty());
        CHECK(said(R"({"name":"http","hostPort":80,"hostIP":"::"},)"
                   R"({"name":"http","hostPort":80,"hostIP":"2001:db8::1"})")
                  .ends_with("another entry takes the same one"));
        const auto two = manifest_of(R"({"name":"http","hostPort":80})",
                                     R"(,{"name":"b","image":{"name":"x"}})");
        const auto made =
            pod::forwarded_ports(two, on(schema::Network::kDefault), {image(), image()});
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().message().ends_with("more than one app has a port so called"));
    }

    TEST_CASE("a link is held to what the pod says or its only app, whichever is less") {
        const auto limit = [](const char* quantity) {
            return fmt::format(
                R"({{"name":"resource/network-bandwidth","value":{{"default":true,"limit":"{}"}}}})",
                quantity);
        };
        struct Row {
            std::string pod, image, another_app;
            schema::Network network;
            std::optional<std::uint64_t> wanted;
        };
        using schema::Network;
        const std::string another = R"(,{"name":"b","image":{"name":"x"}})";
        for (const auto& [of_pod, of_image, another_app, network, wanted] : std::vector<Row>{
                 {"", "", "", Network::kDefault, {}},
                 {limit("1M"), "", "", Network::kDefault, 1'000'000},
                 {"", limit("1M"), "", Network::kDefault, 1'000'000},
                 {limit("1M"), limit("2M"), "", Network::kDefault, 1'000'000},
                 {limit("2M"), limit("1M"), "", Network::kDefault, 1'000'000},
                 {limit("2M"), limit("1M"), another, Network::kDefault, 2'000'000},
                 {limit("2M"), limit("1M"), "", Network::kHost, {}},
             }) {
            CAPTURE(of_pod);
            CAPTURE(of_image);
            auto manifest = manifest_of("", another_app);
            const auto with = schema::PodManifest::parse(
                fmt::format(R"({{"acKind":"PodManifest","acVersion":"0.8.11","isolators":[{}],)"
                            R"("apps":[{{"name":"a","image":{{"name":"x"}},"app":)"
                            R"({{"exec":["/a"],"user":"0","group":"0","isolators":[{}]}}}}]}})",
                            of_pod, of_image));
            REQUIRE(with.has_value());
            manifest.isolators = with->isolators;
            auto own = image();
            own.manifest.app = with->apps.front().app;
            const auto made = pod::bandwidth(manifest, on(network), {own, own});
            REQUIRE(made.has_value());
            CHECK(made->has_value() == wanted.has_value());
            if (wanted) CHECK((*made)->bytes_per_sec == *wanted);
        }
    }

    TEST_CASE("who must have the limit is asked for, in whatever list") {
        auto manifest = manifest_of("");
        manifest.isolators = {
            schema::PodManifest::parse(
                R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}}],)"
                R"("isolators":[{"name":"resource/network-bandwidth","value":{"default":true,"limit":"1M"}}]})")
                ->isolators};
        auto settings = on(schema::Network::kDefault);
        settings.best_effort = true;
        CHECK((*pod::bandwidth(manifest, settings, {image()}))->best_effort);
        auto strict = manifest.isolators;
        auto own = image();
        own.manifest.app->isolators = strict;
        manifest.apps.front().annotations = {
            {*schema::AcIdentifier::parse("podd.org/best-effort"), "false"}};
        CHECK_FALSE((*pod::bandwidth(manifest, settings, {own}))->best_effort);
    }
}
