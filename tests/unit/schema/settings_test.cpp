// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/signal.h"
#include "schema/time_span.h"

using namespace podd::schema;

namespace {

std::vector<Annotation> one(std::string_view name, std::string_view value) {
    return {{AcIdentifier::parse(name).value(), std::string{value}}};
}

podd::base::Result<PodSettings> of_pod(std::string_view name, std::string_view value) {
    PodManifest manifest;
    manifest.annotations = one(name, value);
    return pod_settings(manifest);
}

podd::base::Result<AppSettings> of_app(std::string_view name, std::string_view value) {
    RuntimeApp app{.name = AcName::parse("a").value()};
    app.annotations = one(name, value);
    return app_settings(app);
}

}  // namespace

TEST_SUITE("schema/annotations") {
    TEST_CASE("a pod's settings") {
        CHECK(of_pod("example.com/other", "x")->wanted_by.empty());
        CHECK(of_pod(kNetwork, "none")->network == Network::kNone);
        CHECK(of_pod(kNetwork, "default")->network == Network::kDefault);
        CHECK(of_pod(kNetwork, "default-restricted")->network == Network::kDefaultRestricted);
        CHECK(of_pod(kNetwork, "host")->network == Network::kHost);
        CHECK(of_pod(kNetworkAccess, "")->network_access == NetworkAccess{});
        CHECK(of_pod(kNetworkAccess, "pods")->network_access == NetworkAccess{true, false, false});
        CHECK(of_pod(kNetworkAccess, "host")->network_access == NetworkAccess{false, true, false});
        CHECK(of_pod(kNetworkAccess, " metadata\thost")->network_access ==
              NetworkAccess{false, true, true});
        CHECK(of_pod(kExitPolicy, "any")->exit_policy == ExitPolicy::kAny);
        CHECK(of_pod(kExitPolicy, "all")->exit_policy == ExitPolicy::kAll);
        CHECK(of_pod(kExitPolicy, "on-failure")->exit_policy == ExitPolicy::kOnFailure);
        CHECK(of_pod(kHostname, "web-1.example.com")->hostname == "web-1.example.com");
        CHECK(of_pod(kDescription, "A web server, für alle")->description ==
              "A web server, für alle");
        CHECK(of_pod(kWantedBy, " multi-user.target a@b.service\tmulti-user.target")->wanted_by ==
              std::vector<std::string>{"multi-user.target", "a@b.service"});
        CHECK(of_pod(kWantedBy, "")->wanted_by.empty());
        CHECK_FALSE(of_pod(kBestEffort, "false")->best_effort);
        CHECK(of_pod(kBestEffort, "true")->best_effort);
        CHECK_FALSE(of_pod("example.com/other", "x")->hide_processes);
        CHECK(of_pod(kHideProcesses, "true")->hide_processes);
        CHECK_FALSE(of_app("example.com/other", "x")->best_effort.has_value());
        CHECK(of_app(kBestEffort, "false")->best_effort == false);
        CHECK_FALSE(of_app(kHideProcesses, "true").has_value());
        for (const std::string zone : {"local", "UTC", "Etc/GMT+12", "America/Port-au-Prince",
                                       "America/Argentina/Rio_Gallegos"})
            CHECK(of_pod(kTimezone, zone)->timezone == zone);
        CHECK(of_pod(kNetwork, "none")->metadata == std::nullopt);
        CHECK(of_pod(kMetadata, "true")->metadata == true);
        CHECK(of_pod(kMetadata, "false")->metadata == false);
    }

    TEST_CASE("a pod's settings that make no sense are refused") {
        struct Case {
            std::string_view name, value;
        };
        for (const auto& c : {
                 Case{kBestEffort, "yes"},
                 Case{kPrivatePids, "true"},
                 Case{kHideProcesses, ""},
                 Case{kNetwork, "Default"},
                 Case{kNetwork, ""},
                 Case{kNetworkAccess, "all"},
                 Case{kNetworkAccess, "pods,host"},
                 Case{kExitPolicy, "never"},
                 Case{kHostname, ""},
                 Case{kHostname, "a..b"},
                 Case{kHostname, "-a"},
                 Case{kHostname, "a-.b"},
                 Case{kHostname, "a.-b"},
                 Case{kHostname, "a_b"},
                 Case{kHostname, "a."},
                 Case{kHostname, "a\nb"},
                 Case{kDescription, "two\nlines"},
                 Case{kDescription, "\x1b[31m"},
                 Case{kWantedBy, "multi-user"},
                 Case{kWantedBy, ".target"},
                 Case{kWantedBy, "../x.target"},
                 Case{kWantedBy, "a/b.target"},
                 Case{kWantedBy, "a.target\nExecStart=x"},
                 Case{kWantedBy, "a.conf"},
                 Case{"podd.org/unknown", ""},
                 Case{"podd.org/wantedby", "x"},
                 Case{kRestart, "always"},
                 Case{kStopSignal, "TERM"},
                 Case{kPullPolicy, "never"},
                 Case{kTimezone, ""},
                 Case{kTimezone, "/etc/passwd"},
                 Case{kTimezone, "../passwd"},
                 Case{kTimezone, "Europe//Berlin"},
                 Case{kTimezone, "Europe/"},
                 Case{kTimezone, "Europe/Ber lin"},
                 Case{kTimezone, "-1"},
                 Case{kMetadata, "yes"},
                 Case{kMetadata, ""},
             }) {
            CAPTURE(c.name);
            CAPTURE(c.value);
            const auto settings = of_pod(c.name, c.value);
            REQUIRE_FALSE(settings.has_value());
            CHECK(settings.error().message().starts_with(fmt::format("annotation \"{}\"", c.name)));
        }
    }

    TEST_CASE("the metadata service is not to be had in the host's network") {
        const auto with = [](std::string_view network, std::string_view metadata) {
            return PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11",
                    "apps":[{{"name":"a","image":{{"name":"example.com/a"}}}}],
                    "annotations":[{{"name":"podd.org/network","value":"{}"}},
                                   {{"name":"podd.org/metadata","value":"{}"}}]}})",
                network, metadata));
        };
        CHECK(with("none", "true").has_value());
        CHECK(with("host", "false").has_value());
        const auto refused = with("host", "true");
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().message().starts_with("/annotations/1: "));
    }

    TEST_CASE("access is given by a link alone") {
        const auto said = [](std::string_view network) {
            const auto pod = PodManifest::parse(fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11",
                    "apps":[{{"name":"a","image":{{"name":"example.com/a"}}}}],
                    "annotations":[{{"name":"podd.org/network-access","value":"pods"}},
                                   {{"name":"podd.org/network","value":"{}"}}]}})",
                network));
            return pod ? std::string{} : pod.error().message();
        };
        CHECK(said("default").empty());
        CHECK(said("default-restricted").empty());
        for (const auto* network : {"none", "host"})
            CHECK(said(network) ==
                  fmt::format("/annotations/0: found \"podd.org/network-access\" with the network "
                              "\"{}\", wanted \"podd.org/network\" to be \"default\" or "
                              "\"default-restricted\"",
                              network));
    }

    TEST_CASE("hostile lists are refused before anybody compares their elements") {
        std::string units;
        for (int i = 0; i < 100'000; ++i)
            units += fmt::format("a{}.target ", i);
        const auto refused = of_pod(kWantedBy, units);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().message().find("at most 100") != std::string::npos);
        std::string isolators;
        for (int i = 0; i < 30'000; ++i)
            isolators += fmt::format(R"({}{{"name":"x/y","value":0}})", i == 0 ? "" : ",");
        const auto many = PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}}],)"
            R"("isolators":[)" +
            isolators + "]}");
        REQUIRE_FALSE(many.has_value());
        CHECK(many.error().message() == "/isolators: found 30000 elements, wanted at most 1000");
    }

    TEST_CASE("an app's settings") {
        CHECK(of_app(kRestart, "always")->restart == Restart::kAlways);
        CHECK(of_app(kRestart, "on-failure")->restart == Restart::kOnFailure);
        CHECK(of_app(kRestart, "no")->restart == Restart::kNo);
        CHECK(of_app(kRestartSec, "0.5")->restart_usec == 500'000);
        CHECK(of_app(kRestartSec, "0")->restart_usec == 0);
        CHECK(of_app(kStopSignal, "SIGQUIT")->stop_signal == 3);
        CHECK(of_app(kStopTimeout, "1min 30s")->stop_timeout_usec == 90'000'000);
        CHECK(of_app(kStopTimeout, "infinity")->stop_timeout_usec == UINT64_MAX);
        CHECK(of_app(kSupportsNotify, "true")->supports_notify == true);
        CHECK(of_app(kSupportsNotify, "false")->supports_notify == false);
        CHECK(of_app(kPullPolicy, "new")->pull_policy == PullPolicy::kMissing);
        CHECK(of_app(kPullPolicy, "always")->effective_pull_policy() == PullPolicy::kAlways);
        const auto from = of_app(kPullFrom, "example.com/app:1");
        CHECK(str(*from->pull_from) == "example.com/app:1");
        CHECK(from->effective_pull_policy() == PullPolicy::kMissing);
        CHECK_FALSE(of_app(kPullFrom, "ftp://example.com/app.aci").has_value());
        CHECK(of_app(kRestart, "no")->effective_pull_policy() == PullPolicy::kNever);
        CHECK(of_app(kAfter, " b c\tb ")->after == std::vector<std::string>{"b", "c"});
        CHECK(of_app(kRestartSteps, "5")->restart_steps == 5);
        CHECK(of_app(kRestartMaxDelay, "5min")->restart_max_delay_usec == 300'000'000);
        CHECK(of_app(kStartLimitBurst, "7")->start_limit_burst == 7);
        CHECK(of_app(kStartLimitInterval, "0")->start_limit_interval_usec == 0);
        CHECK(of_app(kKillMode, "control-group")->kill_mode == "control-group");
        CHECK(of_app(kOomPolicy, "continue")->oom_policy == "continue");
        CHECK(of_app(kUmask, "0027")->umask == 027);
        CHECK_FALSE(of_app(kUmask, "0027")->private_pids);
        CHECK(of_app(kPrivatePids, "true")->private_pids);
        CHECK_FALSE(of_app(kPrivatePids, "false")->private_pids);
        CHECK(of_app("podd.org/limit-nofile", "1024:4096")->limits ==
              std::vector<ProcessLimit>{{"LimitNOFILE", 1024, 4096}});
        CHECK(of_app("podd.org/limit-core", "0:infinity")->limits ==
              std::vector<ProcessLimit>{{"LimitCORE", 0, UINT64_MAX}});
        CHECK(of_app("podd.org/limit-memlock", "64M")->limits ==
              std::vector<ProcessLimit>{{"LimitMEMLOCK", 67108864, 67108864}});
        CHECK(of_app(kRequires, "b")->required == std::vector<std::string>{"b"});
        CHECK(of_app(kLoadCredential, " a:/etc/a%b\tb-1.pem:host.key c@d")->credentials ==
              std::vector<Credential>{{"a", "/etc/a%b"}, {"b-1.pem", "host.key"}, {"c@d", "c@d"}});
        CHECK(of_app(kLoadCredentialEncrypted, "a:/x")->encrypted_credentials ==
              std::vector<Credential>{{"a", "/x"}});
        struct Case {
            std::string_view name, value;
        };
        for (const auto& c : {
                 Case{kRestart, "yes"},
                 Case{kLoadCredential, ""},
                 Case{kLoadCredential, "a:"},
                 Case{kLoadCredential, ":/x"},
                 Case{kLoadCredential, "..:/x"},
                 Case{kLoadCredential, "a/b:/x"},
                 Case{kLoadCredential, "a:x/y"},
                 Case{kLoadCredential, "a:/x/../y"},
                 Case{kLoadCredential, "a:/x a:/y"},
                 Case{kLoadCredential, "a:/x\\y"},
                 Case{kLoadCredentialEncrypted, "a b:"},
                 Case{kRestartSec, "infinity"},
                 Case{kRestartSec, "-1"},
                 Case{kStopSignal, "SIGFOO"},
                 Case{kStopTimeout, "0"},
                 Case{kStopTimeout, ""},
                 Case{kSupportsNotify, "yes"},
                 Case{"podd.org/unknown", ""},
                 Case{kNetwork, "none"},
                 Case{kGroupFromUser, "true"},
                 Case{kAfter, " "},
                 Case{kInit, "yes"},
                 Case{kRestartSteps, "0"},
                 Case{kRestartSteps, "1000001"},
                 Case{kRestartMaxDelay, "infinity"},
                 Case{kStartLimitBurst, "-1"},
                 Case{kStartLimitInterval, "soon"},
                 Case{kKillMode, "none"},
                 Case{kOomPolicy, "never"},
                 Case{kUmask, ""},
                 Case{kUmask, "1000"},
                 Case{kPrivatePids, ""},
                 Case{kPrivatePids, "yes"},
                 Case{kUmask, "28"},
                 Case{kUmask, "u=rwx"},
                 Case{"podd.org/limit-nofile", "64K"},
                 Case{"podd.org/limit-nofile", "2:1"},
                 Case{"podd.org/limit-nofile", "infinity:1"},
                 Case{"podd.org/limit-nofile", "1:2:3"},
                 Case{"podd.org/limit-nofile", ":1"},
                 Case{"podd.org/limit-as", "16777216T"},
                 Case{"podd.org/limit-as", "M"},
                 Case{"podd.org/limit-files", "1"},
                 Case{kAfter, "b, c"},
                 Case{kRequires, "pod-web@b.service"},
             }) {
            CAPTURE(c.name);
            CAPTURE(c.value);
            CHECK_FALSE(of_app(c.name, c.value).has_value());
        }
    }

    TEST_CASE("an image may set what concerns its program only") {
        const auto ask = [](std::string_view name, std::string_view value) {
            return image_settings(one(name, value));
        };
        CHECK(ask(kStopSignal, "USR1")->stop_signal == 10);
        CHECK(ask(kSupportsNotify, "true")->supports_notify == true);
        CHECK(ask(kRestart, "always")->restart == Restart::kNo);
        CHECK(ask("podd.org/unknown", "x").has_value());
        CHECK_FALSE(ask(kStopSignal, "x").has_value());
    }

    TEST_CASE("refusals in a manifest point at the annotation") {
        const auto pod = PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"}}],)"
            R"("annotations":[{"name":"x","value":""},{"name":"podd.org/network","value":"ho/st"}]})");
        REQUIRE_FALSE(pod.has_value());
        CHECK(pod.error().message() ==
              "/annotations/1: \"podd.org/network\": found \"ho/st\", wanted \"none\", "
              "\"default\", \"default-restricted\", \"host\", \"ns:PATH\" or the name of a "
              "network: letters, digits, \"_\", \".\" and \"-\", at most 64");
        const auto app = PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"},)"
            R"("annotations":[{"name":"podd.org/network","value":"host"}]}]})");
        REQUIRE_FALSE(app.has_value());
        CHECK(app.error().message().starts_with("/apps/0/annotations/0: \"podd.org/network\""));
    }

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

    TEST_CASE("signals by name and number") {
        struct Case {
            std::string text;
            int number;
            std::string name;
        };
        for (const auto& c :
             {Case{"SIGTERM", 15, "SIGTERM"}, Case{"term", 15, "SIGTERM"}, Case{"9", 9, "SIGKILL"},
              Case{"SIGRTMIN", 34, "SIGRTMIN"}, Case{"RTMIN+3", 37, "SIGRTMIN+3"},
              Case{"SIGRTMAX-1", 63, "SIGRTMIN+29"}, Case{"64", 64, "SIGRTMIN+30"},
              Case{"33", 33, "33"}, Case{"SIGCLD", 17, "SIGCHLD"}}) {
            CAPTURE(c.text);
            const auto signal = parse_signal(c.text);
            REQUIRE(signal.has_value());
            CHECK(*signal == c.number);
            CHECK(signal_name(*signal) == c.name);
            CHECK(parse_signal(signal_name(*signal)).value() == c.number);
        }
        for (const std::string text :
             {"", "0", "65", "-1", "SIG", "SIGFOO", "RTMIN+31", "RTMIN-1", "RTMAX+1", "RTMAX-31",
              "RTMIN+", "SIGSIGTERM", " 15", "TERMTERMTERMTERMTERM"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_signal(text).has_value());
        }
    }

    TEST_CASE("time spans as systemd writes them") {
        struct Case {
            std::string text;
            std::uint64_t usec;
        };
        for (const auto& c :
             {Case{"0", 0}, Case{"5", 5'000'000}, Case{"0.5", 500'000}, Case{"100ms", 100'000},
              Case{"1min 30s", 90'000'000}, Case{"1h", 3'600'000'000}, Case{"2 h", 7'200'000'000},
              Case{"1.5m", 90'000'000}, Case{"1d", 86'400'000'000}, Case{"7us", 7},
              Case{"infinity", UINT64_MAX}, Case{" 1s 1ms ", 1'001'000}}) {
            CAPTURE(c.text);
            const auto usec = parse_time_span(c.text);
            REQUIRE(usec.has_value());
            CHECK(*usec == c.usec);
        }
        for (const std::string text : {"", " ", "s", "-1", "1x", "1.", ".5", "99999999999",
                                       "9999999999d", "1.0000001", "inf", "1s,", "1e3"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_time_span(text).has_value());
        }
    }
}
