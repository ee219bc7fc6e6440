// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/isolators.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/image_manifest.h"
#include "schema/pod_manifest.h"

using namespace podd::schema;
using podd::base::Json;

namespace {

struct Row {
    std::string name;
    std::string value;
    bool accepted;
};

IsolatorValue value_of(const char* name, const char* text) {
    auto value = isolator_value({AcIdentifier::parse(name).value(), Json::parse(text).value()});
    REQUIRE_MESSAGE(value.has_value(), value.error().message());
    return *value;
}

std::string list(const std::vector<Row>& rows) {
    std::string text;
    for (const auto& row : rows)
        text += fmt::format(R"({}{{"name":"{}","value":{}}})", text.empty() ? "" : ",", row.name,
                            row.value);
    return text;
}

podd::base::Result<ImageManifest> in_app(const std::vector<Row>& rows) {
    return ImageManifest::parse(
        R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"a","app":{"user":"0","group":"0","isolators":[)" +
        list(rows) + "]}}");
}
podd::base::Result<PodManifest> in_pod(const std::vector<Row>& rows) {
    return PodManifest::parse(
        R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}}],"isolators":[)" +
        list(rows) + "]}");
}

}  // namespace

TEST_SUITE("schema/isolators") {
    TEST_CASE("values are checked where they stand, in apps and in pods") {
        const std::string memory = "resource/memory";
        const std::string block = "resource/block-bandwidth";
        const std::string network = "resource/network-bandwidth";
        const std::string retain = "os/linux/capabilities-retain-set";
        const std::string remove = "os/linux/capabilities-remove-set";
        const std::string seccomp = "os/linux/seccomp-retain-set";
        const std::string seccomp_remove = "os/linux/seccomp-remove-set";
        const std::string privileges = "os/linux/no-new-privileges";
        const std::string oom = "os/linux/oom-score-adj";
        const std::string shares = "os/linux/cpu-shares";
        const std::string selinux = "os/linux/selinux-context";
        const std::string apparmor = "os/linux/apparmor-profile";
        const std::string sysctl = "os/unix/sysctl";
        for (const auto& row : std::vector<Row>{
                 {memory, "{}", true},
                 {memory, R"({"request":"1G"})", true},
                 {memory, R"({"limit":"1G"})", true},
                 {memory, R"({"limit":1073741824})", true},
                 {memory, R"({"limit":" 1G "})", true},
                 {memory, R"({"limit":0.5})", true},
                 {memory, R"({"request":"2G","limit":"1G"})", true},
                 {memory, R"({"default":false,"limit":"1G"})", true},
                 {memory, R"({"default":true,"limit":"1G"})", false},
                 {memory, R"({"limit":"-1"})", false},
                 {memory, R"({"limit":-1})", false},
                 {memory, R"({"limit":"1KI"})", false},
                 {memory, R"({"limit":true})", false},
                 {memory, R"("1G")", false},
                 {memory, "null", false},
                 {"resource/cpu", R"({"default":true})", false},
                 {"resource/cpu", R"({"request":"250m","limit":"500m"})", true},
                 {block, R"({"default":true,"limit":"2M"})", true},
                 {block, R"({"limit":"2M"})", false},
                 {block, R"({"default":false,"limit":"2M"})", false},
                 {block, R"({"default":true,"limit":"2M","request":"1M"})", false},
                 {block, R"({"default":true})", false},
                 {"resource/block-iops", R"({"default":true,"limit":"1000"})", true},
                 {network, R"({"default":true,"limit":"1G"})", true},
                 {network, R"({"limit":"1G"})", false},
                 {retain, R"({"set":["CAP_NET_ADMIN"]})", true},
                 {retain, R"({"set":["CAP_PONIES"]})", true},
                 {retain, R"({"set":[]})", false},
                 {retain, R"({"set":"CAP_X"})", false},
                 {retain, R"({})", false},
                 {retain, R"({"set":[""]})", false},
                 {remove, R"({"set":["CAP_KILL"]})", true},
                 {remove, R"({"set":[]})", false},
                 {seccomp, R"({"set":["@appc.io/all"]})", true},
                 {seccomp, R"({"set":["@appc.io/empty"]})", false},
                 {seccomp_remove, R"({"set":["@appc.io/empty"]})", true},
                 {seccomp_remove, R"({"set":["@appc.io/all"]})", false},
                 {seccomp, R"({"set":[]})", false},
                 {seccomp, R"({"set":["read","read"]})", false},
                 {seccomp, R"({"set":["read"],"errno":"-EPERM"})", false},
                 {seccomp, R"({"set":["read"],"errno":"eperm"})", false},
                 {seccomp, R"({"set":["read"],"errno":"EPERM"})", true},
                 {seccomp, R"({"set":["read"],"errno":"EACCESS"})", true},
                 {seccomp, R"({"set":["read"],"errno":""})", true},
                 {privileges, "true", true},
                 {privileges, "false", true},
                 {privileges, "123", false},
                 {privileges, "{}", false},
                 {privileges, "\"foo\"", false},
                 {oom, "-2500", false},
                 {oom, "\"pants\"", false},
                 {oom, "1001", false},
                 {oom, "0.5", false},
                 {oom, "-1000", true},
                 {oom, "0", true},
                 {oom, "1000", true},
                 {shares, "1", false},
                 {shares, "262145", false},
                 {shares, "\"pants\"", false},
                 {shares, "\"262145\"", false},
                 {shares, "\"-1\"", false},
                 {shares, "-1", false},
                 {shares, "2", true},
                 {shares, "1024", true},
                 {shares, "262144", true},
                 {selinux, R"({"user":"u","role":"r","type":"t","level":"s0:c1,c2"})", true},
                 {selinux, R"({"user":"u","role":"role_r:type_t","type":"t","level":"s0"})", false},
                 {selinux, R"({"user":"","role":"r","type":"t","level":"s0"})", false},
                 {selinux, R"({"user":"u","role":"","type":"t","level":"s0"})", false},
                 {selinux, R"({"user":"u","role":"r","type":"","level":"s0"})", false},
                 {selinux, R"({"user":"u","role":"r","type":"t","level":""})", false},
                 {selinux, R"({"user":"u","role":"r","type":"t"})", false},
                 {apparmor, R"({"profile":"x"})", true},
                 {apparmor, R"({"profile":""})", false},
                 {sysctl, R"({"net.x":1})", false},
                 {sysctl, R"({"net.x":true})", false},
                 {sysctl, R"({"net.x":"1"})", true},
                 {sysctl, "{}", true},
                 {sysctl, "[]", false},
                 {"podd.org/tasks-max", "1", true},
                 {"podd.org/tasks-max", "4194304", true},
                 {"podd.org/tasks-max", "4194305", false},
                 {"podd.org/tasks-max", "0", false},
                 {"podd.org/tasks-max", "\"64\"", false},
                 {"podd.org/memory-high", "\"48Mi\"", true},
                 {"podd.org/memory-high", "1024", true},
                 {"podd.org/memory-high", "\"0\"", false},
                 {"podd.org/memory-high", "{}", false},
                 {"podd.org/memory-min", "0", false},
                 {"podd.org/memory-swap-max", "0", true},
                 {"podd.org/memory-swap-max", "-1", false},
                 {"podd.org/cpu-weight", "10000", true},
                 {"podd.org/cpu-weight", "10001", false},
                 {"podd.org/io-weight", "0", false},
                 {"podd.org/allowed-cpus", "\"0-3,7\"", true},
                 {"podd.org/allowed-cpus", "\"3-0\"", false},
                 {"podd.org/allowed-cpus", "\"\"", false},
                 {"podd.org/allowed-cpus", "0", false},
                 {"podd.org/allowed-memory-nodes", "\"8191\"", true},
                 {"podd.org/allowed-memory-nodes", "\"8192\"", false},
                 {"podd.org/task-max", "1", false},
                 {"example.com/unknown", "[1,null]", true},
                 {"example.com/unknown", "null", false},
                 {"Example", "1", false},
             }) {
            CAPTURE(row.name);
            CAPTURE(row.value);
            const auto app = in_app({row});
            const auto pod = in_pod({row});
            CHECK(app.has_value() == row.accepted);
            CHECK(pod.has_value() == row.accepted);
            if (app) {
                const auto again = ImageManifest::parse(app->to_json().str());
                REQUIRE(again.has_value());
                CHECK(*again == *app);
            } else {
                CHECK(app.error().message().starts_with("/app/isolators/0/"));
                CHECK(pod.error().message().starts_with("/isolators/0/"));
            }
        }
        CHECK_FALSE(in_app({{"resource/memory", "{},\"x\":0", true}, {"", "0", true}}));
    }

    TEST_CASE("isolators that exclude each other are refused, in apps and in pods") {
        const Row retain{"os/linux/capabilities-retain-set", R"({"set":["CAP_KILL"]})", true};
        const Row remove{"os/linux/capabilities-remove-set", R"({"set":["CAP_KILL"]})", true};
        const Row seccomp{"os/linux/seccomp-retain-set", R"({"set":["read"]})", true};
        const Row seccomp_remove{"os/linux/seccomp-remove-set", R"({"set":["read"]})", true};
        const Row oom{"os/linux/oom-score-adj", "0", true};
        const Row memory{"resource/memory", "{}", true};
        const Row privileges{"os/linux/no-new-privileges", "true", true};
        const Row sysctl{"os/unix/sysctl", "{}", true};
        const Row shares{"os/linux/cpu-shares", "1024", true};
        const Row weight{"podd.org/cpu-weight", "100", true};
        const Row request{"resource/cpu", R"({"request":"1"})", true};
        const Row quota{"resource/cpu", R"({"limit":"1"})", true};
        const Row tasks{"podd.org/tasks-max", "8", true};
        const Row limit{"resource/memory", R"({"limit":"32Mi"})", true};
        const Row high{"podd.org/memory-high", R"("48Mi")", true};
        const Row low{"podd.org/memory-high", R"("32Mi")", true};
        struct Case {
            std::vector<Row> rows;
            bool accepted;
        };
        for (const auto& c : std::vector<Case>{
                 {{retain, remove}, false},
                 {{retain, retain}, true},
                 {{retain, retain, remove}, false},
                 {{seccomp, seccomp_remove}, false},
                 {{seccomp, seccomp}, false},
                 {{oom, memory, oom}, false},
                 {{memory, memory}, true},
                 {{privileges, privileges}, true},
                 {{sysctl, sysctl}, false},
                 {{seccomp, retain, oom, memory, sysctl}, true},
                 {{shares, weight}, false},
                 {{weight, request}, false},
                 {{request, weight}, false},
                 {{weight, quota}, true},
                 {{request, quota, weight}, true},
                 {{tasks, tasks}, false},
                 {{high, limit}, false},
                 {{limit, high}, false},
                 {{limit, low}, true},
                 {{limit, memory, high}, true},
             }) {
            CAPTURE(list(c.rows));
            CHECK(in_app(c.rows).has_value() == c.accepted);
            CHECK(in_pod(c.rows).has_value() == c.accepted);
        }
        const auto refused = in_app({seccomp, memory, seccomp_remove});
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().message() ==
              "/app/isolators/2: found \"os/linux/seccomp-remove-set\" beside "
              "\"os/linux/seccomp-retain-set\", wanted one of them");
        const auto above = in_app({limit, high});
        REQUIRE_FALSE(above.has_value());
        CHECK(above.error().message() ==
              "/app/isolators/1: found 50331648 bytes, wanted at most the limit of "
              "\"resource/memory\", 33554432");
        const auto misspelt = in_app({{"podd.org/task-max", "1", false}});
        REQUIRE_FALSE(misspelt.has_value());
        CHECK(misspelt.error().message() ==
              "/app/isolators/0/value: found isolator \"podd.org/task-max\", which podd does not "
              "know, wanted one of podd.pod(5)");
    }

    TEST_CASE("typed values") {
        const auto memory = std::get<ResourceIsolator>(
            value_of("resource/memory", R"({"request":"2G","limit":"1G"})"));
        CHECK(memory.kind == ResourceIsolator::Kind::kMemory);
        CHECK(memory.limit->value() == 1'000'000'000);
        CHECK(memory.request->value() == 1'000'000'000);  // clamped to the limit
        CHECK(std::get<ResourceIsolator>(value_of("resource/cpu", R"({"limit":0.25})"))
                  .limit->milli_value() == 250);
        const auto set = std::get<CapabilitiesIsolator>(
            value_of("os/linux/capabilities-remove-set", R"({"set":["CAP_KILL"]})"));
        CHECK_FALSE(set.retain);
        const auto seccomp = std::get<SeccompIsolator>(
            value_of("os/linux/seccomp-retain-set", R"({"set":["read"],"errno":"EPERM"})"));
        CHECK(seccomp.retain);
        CHECK(seccomp.errno_name == "EPERM");
        CHECK(std::get<OomScoreAdjIsolator>(value_of("os/linux/oom-score-adj", "-5")).value == -5);
        CHECK(std::get<CpuSharesIsolator>(value_of("os/linux/cpu-shares", "512")).value == 512);
        CHECK(std::get<NoNewPrivilegesIsolator>(value_of("os/linux/no-new-privileges", "true"))
                  .value);
        CHECK(std::get<SysctlIsolator>(value_of("os/unix/sysctl", R"({"a.b":"1"})")).values ==
              StringMap{{"a.b", "1"}});
        CHECK(std::holds_alternative<UnknownIsolator>(value_of("example.com/x", "1")));
    }
}
