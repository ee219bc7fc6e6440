// SPDX-License-Identifier: LGPL-2.1-or-later
// Settings that depend on each other, or on the pod that they stand in.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/annotations.h"

using namespace podd::schema;

TEST_SUITE("schema/annotations") {
    TEST_CASE("an app waits for apps of its pod, and none for itself") {
        // The annotations of the apps "a", "b" and "c", each "NAME=VALUE" or empty.
        const auto refused = [](const std::vector<std::string>& annotations) -> std::string {
            std::string apps;
            for (std::size_t i = 0; i < annotations.size(); ++i) {
                const auto& text = annotations[i];
                const auto equals = text.find('=');
                apps += fmt::format(R"({}{{"name":"{}","image":{{"name":"x"}})", i == 0 ? "" : ",",
                                    static_cast<char>('a' + i));
                if (!text.empty())
                    apps += fmt::format(
                        R"(,"annotations":[{{"name":"x","value":""}},{{"name":"podd.org/{}","value":"{}"}}])",
                        text.substr(0, equals), text.substr(equals + 1));
                apps += "}";
            }
            const auto pod = PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{}]}})", apps));
            return pod ? "" : pod.error().message();
        };
        CHECK(refused({"", "after=a", "after=a b"}).empty());
        CHECK(refused({"after=c", "", "after=b"}).empty());
        CHECK(refused({"requires=b", "requires=a"}).empty());
        CHECK(refused({"", "after=a d"}) ==
              "/apps/1/annotations/1: \"podd.org/after\": found \"d\", wanted the name of another "
              "app of this pod");
        CHECK(refused({"requires=d"}).starts_with("/apps/0/annotations/1: \"podd.org/requires\""));
        CHECK(refused({"", "requires=b"}) ==
              "/apps/1/annotations/1: \"podd.org/requires\": found \"b\", the app itself, wanted "
              "another app of this pod");
        CHECK(refused({"after=a"}).find("the app itself") != std::string::npos);
        CHECK(refused({"after=b", "after=a"}) ==
              "/apps/0/annotations/1: \"podd.org/after\": found the cycle \"a\" after \"b\" after "
              "\"a\", wanted an app that comes first");
        // "a" only comes after the cycle.
        CHECK(
            refused({"after=b", "after=c", "after=d", "after=b"})
                .find(
                    "/apps/1/annotations/1: \"podd.org/after\": found the cycle \"b\" after \"c\" "
                    "after \"d\" after \"b\"") == 0);
        CHECK(refused({"init=true", "init=false", "init=true"}).empty());
        CHECK(refused({"init=true", "after=a", "requires=a"}).empty());
        CHECK(
            refused({"init=true", "init=true"}) ==
            "/apps: found an array, wanted an app that is no init app: those only come before it");
        std::vector<std::string> ring(25, "");
        for (std::size_t i = 0; i < ring.size(); ++i)
            ring[i] = fmt::format("after={}", static_cast<char>('a' + (i + 1) % ring.size()));
        CHECK(refused(ring).find("\"h\" after … after \"a\", wanted") != std::string::npos);
    }

    TEST_CASE("what does not go together with a PID namespace of its own is refused") {
        const auto refused = [](const std::string& flag, const std::string& mode,
                                const std::string& path) -> std::string {
            const auto pod = PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11","volumes":[{{"name":"v","kind":"empty"}}],
                    "apps":[{{"name":"a","image":{{"name":"x"}},"mounts":[{{"volume":"v","path":"{}"}}],
                    "annotations":[{{"name":"podd.org/private-pids","value":"{}"}},
                                   {{"name":"podd.org/kill-mode","value":"{}"}}]}}]}})",
                path, flag, mode));
            return pod ? "" : pod.error().message();
        };
        CHECK(refused("true", "mixed", "/data").empty());
        CHECK(refused("true", "control-group", "/process").empty());
        CHECK(refused("false", "process", "/proc/meminfo").empty());
        CHECK(
            refused("true", "process", "/data") ==
            "/apps/0/annotations/1: \"podd.org/kill-mode\": found \"process\", wanted another with "
            "\"podd.org/private-pids\": all processes of the app end with its main process");
        CHECK(refused("true", "mixed", "/proc/meminfo") ==
              "/apps/0/annotations/0: \"podd.org/private-pids\": found a volume at "
              "\"/proc/meminfo\", wanted none in /proc, which is the app's own");
        CHECK(refused("true", "mixed", "/proc").find("at \"/proc\"") != std::string::npos);
    }

    TEST_CASE("settings of restarts that have no effect without each other are refused") {
        struct Case {
            std::string annotations, said;
        };
        const std::string steps = R"({"name":"podd.org/restart-steps","value":"3"})";
        const std::string delay = R"({"name":"podd.org/restart-max-delay-sec","value":"5"})";
        const std::string restart = R"({"name":"podd.org/restart","value":"always"})";
        const std::string pause = R"({"name":"podd.org/restart-sec","value":"5"})";
        for (const auto& c :
             {Case{restart + "," + steps + "," + delay, ""},
              Case{restart + "," + steps,
                   "/apps/0/annotations/1: \"podd.org/restart-steps\": found it alone, wanted "
                   "\"podd.org/restart-max-delay-sec\" as well"},
              Case{delay + "," + restart,
                   "/apps/0/annotations/0: \"podd.org/restart-max-delay-sec\": found it alone, "
                   "wanted "
                   "\"podd.org/restart-steps\" as well"},
              Case{steps + "," + delay,
                   "/apps/0/annotations/0: \"podd.org/restart-steps\": found it alone, wanted "
                   "\"podd.org/restart\" as well"},
              Case{restart + "," + steps + "," + delay + "," + pause,
                   "/apps/0/annotations/2: \"podd.org/restart-max-delay-sec\": found no more than "
                   "the pause before the first restart, wanted more than "
                   "\"podd.org/restart-sec\""}}) {
            CAPTURE(c.annotations);
            const auto pod = PodManifest::parse(
                fmt::format(R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[)"
                            R"({{"name":"b","image":{{"name":"x"}},"annotations":[{}]}}]}})",
                            c.annotations));
            CHECK((pod ? std::string{} : pod.error().message()) == c.said);
        }
    }

    TEST_CASE("kernel parameters of a pod are those of its own namespaces") {
        const auto said = [](const std::string& parameters, const std::string& network = "none") {
            const auto pod = PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}}}}],)"
                R"("isolators":[{{"name":"os/unix/sysctl","value":{{{}}}}}],)"
                R"("annotations":[{{"name":"podd.org/network","value":"{}"}}]}})",
                parameters, network));
            return pod ? std::string{} : pod.error().message();
        };
        for (const std::string name :
             {"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "fs.mqueue.msg_max",
              "kernel.shmmax", "kernel.shm_rmid_forced", "kernel.msgmnb", "kernel.sem",
              "kernel.domainname"}) {
            CAPTURE(name);
            CHECK(said(fmt::format(R"("{}":"1")", name)).empty());
        }
        for (const std::string name :
             {"kernel.core_pattern", "vm.swappiness", "kernel.shmmax2", "fs.mqueue.", "net.",
              "net..x", "net.../../kernel/core_pattern", "net/ipv4/ip_forward", "net.ipv4.",
              "fs.mqueue", "kernel.sem.x", "", "Net.ipv4.ip_forward",
              "kernel.randomize_va_space"}) {
            CAPTURE(name);
            CHECK(
                said(fmt::format(R"("{}":"1")", name)).starts_with("/isolators/0/value: found \""));
        }
        CHECK(said(R"("net.core.somaxconn":"1","vm.swappiness":"1")") ==
              "/isolators/0/value: found \"vm.swappiness\", wanted a parameter of a pod's own "
              "namespaces: net.*, fs.mqueue.*, kernel.shm*, kernel.msg*, kernel.sem or "
              "kernel.domainname");
        CHECK(said(R"("kernel.hostname":"x")").find("podd.org/hostname") != std::string::npos);
        CHECK(said(R"("net.ipv4.ip_forward":"1")", "host").find("not the pod's own") !=
              std::string::npos);
        CHECK(said(R"("kernel.sem":"1 2 3 4")", "host").empty());
        CHECK(said(R"("kernel.sem":"")").starts_with("/isolators/0/value: found"));
        CHECK(said(R"("kernel.sem":"1\n2")").starts_with("/isolators/0/value: found"));
    }

    TEST_CASE("an init app has neither an order of its own nor a restart policy") {
        struct Case {
            std::string name, value, wanted;
        };
        for (const auto& c :
             {Case{"after", "b", "\"podd.org/after\": found an order, wanted none on an init app"},
              Case{"requires", "b", "\"podd.org/requires\": found an order, wanted none on"},
              Case{"restart", "on-failure",
                   "\"podd.org/restart\": found a restart policy, wanted \"no\" on an init app"}}) {
            CAPTURE(c.name);
            const auto pod = PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[)"
                R"({{"name":"b","image":{{"name":"x"}}}},{{"name":"a","image":{{"name":"x"}},"annotations":[)"
                R"({{"name":"podd.org/init","value":"true"}},{{"name":"podd.org/{}","value":"{}"}}]}}]}})",
                c.name, c.value));
            REQUIRE_FALSE(pod.has_value());
            CHECK(pod.error().message().starts_with("/apps/1/annotations/1: " + c.wanted));
        }
    }
}
