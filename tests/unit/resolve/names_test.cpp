// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolve/names.h"

#include <doctest/doctest.h>

#include "resolve/packets.h"

using namespace podd::resolve;
using namespace podd::test;
using podd::network::Connection;

namespace {

Connection pod(const std::string& name, std::uint8_t last, podd::network::Access access = {}) {
    Connection made;
    made.pod = name;
    made.interface = last;
    made.ipv4 = {10, 80, 0, last};
    made.ipv6 = podd::network::parse_ipv6("fdab::");
    made.ipv6->back() = last;
    made.access = access;
    return made;
}

constexpr podd::network::Access kPods{
    .restricted = false, .pods = true, .host = false, .metadata = false};
constexpr podd::network::Access kRestricted{
    .restricted = true, .pods = true, .host = false, .metadata = false};

// "gone" has left a record and no link.
const Pods& pods() {
    static const Pods all{{pod("alone", 2), pod("web", 3, kPods), pod("db", 4, kPods),
                           pod("shut", 5, kRestricted), pod("gone", 6, kPods)}};
    return all;
}

bool is_live(const Connection& one) {
    return one.pod != "gone";
}

// What is said to a pod: an address, a name, a code; "servers" when the host's are asked.
std::string said(const std::string& asker, const std::string& message) {
    const auto received = read_query(message);
    REQUIRE(received.query);
    const auto answer = own_answer(*received.query, *pods().by_name(asker), pods(), is_live);
    if (!answer) return "servers";
    const auto behind = answer->substr(message.size());
    if (code_of(*answer) == Rcode::kNoSuchName) return "no such name";
    if (code_of(*answer) == Rcode::kRefused) return "refused";
    if (behind.empty()) return "nothing";
    const auto data = behind.substr(12);
    podd::network::Ipv4 ipv4{};
    podd::network::Ipv6 ipv6{};
    if (data.size() == ipv4.size()) {
        std::copy(data.begin(), data.end(), ipv4.begin());
        return podd::network::text(ipv4);
    }
    if (data.size() == ipv6.size()) {
        std::copy(data.begin(), data.end(), ipv6.begin());
        return podd::network::text(ipv6);
    }
    return data;
}

constexpr std::string_view kZeros6 = ".0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";

}  // namespace

TEST_CASE("names of pods, for those who may reach them; all else is for the host's servers") {
    const struct {
        const char* asker;
        const char* name;
        unsigned type;
        const char* wanted;
    } cases[] = {
        {"web", "db.pod.internal", kA, "10.80.0.4"},
        {"web", "DB.Pod.Internal", kAaaa, "fdab::4"},
        {"web", "db", kA, "10.80.0.4"},
        {"web", "db.pod.internal", kMx, "nothing"},
        {"web", "shut.pod.internal", kA, "10.80.0.5"},
        // Itself, whatever is closed to it.
        {"alone", "alone.pod.internal", kA, "10.80.0.2"},
        {"alone", "alone", kAaaa, "fdab::2"},
        // Closed to each other: the one is not told that there is the other.
        {"alone", "web.pod.internal", kA, "no such name"},
        {"web", "alone.pod.internal", kA, "no such name"},
        {"web", "alone", kA, "servers"},
        // Its link has gone.
        {"web", "gone.pod.internal", kA, "no such name"},
        {"web", "gone", kA, "servers"},
        // The domain of pods is not asked for elsewhere.
        {"web", "nobody.pod.internal", kA, "no such name"},
        {"web", "a.web.pod.internal", kA, "no such name"},
        {"web", "pod.internal", kA, "nothing"},
        {"web", "internal", kA, "servers"},
        {"web", "xpod.internal", kA, "servers"},
        {"web", "web.pod.internal.example.com", kA, "servers"},
        {"web", "example.com", kA, "servers"},
        {"web", "", kA, "servers"},
        // It may be a top domain.
        {"web", "db", kMx, "servers"},
        {"web", "db", kAny, "servers"},
        {"web", "example.com", 252, "refused"},
        // No way out by way of servers.
        {"shut", "web.pod.internal", kA, "10.80.0.3"},
        {"shut", "example.com", kA, "refused"},
        {"shut", "9.0.80.10.in-addr.arpa", kPtr, "refused"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.asker);
        CAPTURE(one.name);
        CAPTURE(one.type);
        CHECK(said(one.asker, question(one.name, one.type)) == one.wanted);
    }
}

TEST_CASE("the way back from an address") {
    const auto name6 = "4" + std::string{kZeros6} + ".b.a.d.f.ip6.arpa";
    CHECK(said("web", question("4.0.80.10.in-addr.arpa", kPtr)) == wire_name("db.pod.internal"));
    CHECK(said("web", question(name6, kPtr)) == wire_name("db.pod.internal"));
    for (const auto* other : {"9.0.80.10.in-addr.arpa", "2.0.80.10.in-addr.arpa",
                              "6.0.80.10.in-addr.arpa", "10.in-addr.arpa", "in-addr.arpa"}) {
        CAPTURE(other);
        CHECK(said("web", question(other, kPtr)) == "servers");
    }
}

TEST_CASE("addresses in names") {
    const auto ipv6 = "4" + std::string{kZeros6} + ".b.a.d.f.ip6.arpa";
    CHECK(address_of_pointer("4.3.2.1.in-addr.arpa") == Address{podd::network::Ipv4{1, 2, 3, 4}});
    CHECK(address_of_pointer(ipv6) == Address{*podd::network::parse_ipv6("fdab::4")});
    for (const auto& bad :
         {std::string{"3.2.1.in-addr.arpa"}, std::string{"256.3.2.1.in-addr.arpa"},
          std::string{"04.3.2.1.in-addr.arpa"}, std::string{"5.4.3.2.1.in-addr.arpa"},
          std::string{".3.2.1.in-addr.arpa"}, "0." + ipv6, ipv6.substr(2), "g" + ipv6.substr(1),
          "00" + ipv6.substr(1), ":" + ipv6.substr(1), std::string{"example.com"},
          std::string{".in-addr.arpa"}, std::string{".ip6.arpa"}}) {
        CAPTURE(bad);
        CHECK_FALSE(address_of_pointer(bad));
    }
}

TEST_CASE("another class than that of the Internet is refused") {
    auto message = question("version.bind", 16);
    message.back() = '\x03';
    CHECK(said("web", message) == "refused");
}
