// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "schema/annotations.h"

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
        CHECK(of_pod("example.com/other", "x")->network == Network::kDefault);
        CHECK(of_pod(kNetwork, "lan")->network == Network::kNone);
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
              "network: letters, digits, \"_\", \".\" and \"-\", at most 64; several with blanks "
              "between them");
        const auto app = PodManifest::parse(
            R"({"acKind":"PodManifest","acVersion":"0.8.11","apps":[{"name":"a","image":{"name":"x"},)"
            R"("annotations":[{"name":"podd.org/network","value":"host"}]}]})");
        REQUIRE_FALSE(app.has_value());
        CHECK(app.error().message().starts_with("/apps/0/annotations/0: \"podd.org/network\""));
    }
}
