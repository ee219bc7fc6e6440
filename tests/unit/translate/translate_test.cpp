// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/translate.h"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "translated.h"
#include "unit/catalog.h"
#include "unit/render.h"

using namespace podd;
using namespace podd::test;
using namespace podd::translate;

TEST_SUITE("translate/translate") {
    TEST_CASE("images are fetched by a unit that only such pods need, and no transient one") {
        const auto with = [](const std::string& image, const std::string& policy) {
            return pod("my-pod",
                       fmt::format(R"({{"name":"a","image":{{"name":"{}"}},"annotations":)"
                                   R"([{{"name":"podd.org/pull-policy","value":"{}"}}]}})",
                                   image, policy));
        };
        CHECK(value(units(with("x.org/a", "always"))[0], "Requires") == "podd-pull@my-pod.service");
        CHECK(value(units(with("x.org/a", "new"))[0], "After")
                  .ends_with(" podd-pull@my-pod.service"));
        CHECK(value(units(with("x.org/a", "never"))[0], "Requires") == "(none)");
        CHECK(value(units(with("plain", "never"))[0], "Requires") == "(none)");
        CHECK(value(units(pod("my-pod", app("one")))[0], "Requires") == "(none)");
        const auto wrong = translate::translate(with("plain", "missing"), {});
        REQUIRE_FALSE(wrong.has_value());
        CHECK(wrong.error().message().starts_with("/apps/0/image: "));
        auto transient = with("x.org/a", "always");
        transient.source_path.clear();
        CHECK(value(units(transient, {257, "{}"})[0], "Requires") == "(none)");
    }

    TEST_CASE("the sandbox comes first, and no slice that would say nothing") {
        const auto all = units(pod("my-pod", app("one") + "," + app("two")));
        REQUIRE(all.size() == 3);
        CHECK(all[0].name == "pod-my-pod.service");
        CHECK(all[1].name == "pod-my-pod@one.service");
        CHECK(all[2].name == "pod-my-pod@two.service");
        for (const auto& unit : all)
            CHECK(value(unit, "Slice") == "machine-my\\x2dpod.slice");
        CHECK(value(all[0], "Wants") ==
              "pod-my-pod@one.service pod-my-pod@two.service podd-network.socket");
        CHECK(value(all[1], "BindsTo") == "pod-my-pod.service");
        CHECK(value(all[1], "After") == "pod-my-pod.service");
    }

    TEST_CASE("boot links stand on the apps: one on the sandbox would keep it for ever") {
        const auto all = units(pod("web", app("one"),
                                   R"(,"annotations":[{"name":"podd.org/wanted-by",
                                      "value":"multi-user.target other.target"}])"));
        CHECK(all[0].wanted_by.empty());
        CHECK(all[1].wanted_by == std::vector<std::string>{"multi-user.target", "other.target"});
    }

    TEST_CASE("RestartMode is written only for a systemd that knows it") {
        const auto with = pod(
            "web", app("one", R"(,"annotations":[{"name":"podd.org/restart","value":"always"}])"));
        CHECK(value(units(with, {253, {}})[1], "RestartMode") == "(none)");
        CHECK(value(units(with, {254, {}})[1], "RestartMode") == "direct");
        CHECK(value(units(pod("web", app("one")), {257, {}})[1], "RestartMode") == "(none)");
    }

    TEST_CASE("a pause between restarts counts for the policy of a drop-in, too") {
        const auto with = units(
            pod("web",
                app("one", R"(,"annotations":[{"name":"podd.org/restart-sec","value":"1.5"}])")));
        CHECK(value(with[1], "Restart") == "(none)");
        CHECK(value(with[1], "RestartSec") == "1500ms");
        CHECK(value(units(pod("web", app("one")))[1], "RestartSec") == "(none)");
    }

    TEST_CASE("an app waits for another as its unit does") {
        const auto all = units(
            pod("web", app("db") + "," + app("log") + "," +
                           app("php", R"(,"annotations":[{"name":"podd.org/after","value":"log db"},
                                         {"name":"podd.org/requires","value":"db"}])")));
        CHECK(value(all[3], "After") == "pod-web.service pod-web@log.service pod-web@db.service");
        CHECK(value(all[3], "Requires") == "pod-web@db.service");
        CHECK(value(all[1], "After") == "pod-web.service");
        CHECK(value(all[1], "Requires") == "(none)");
    }

    TEST_CASE("init apps come one after the other and before all others") {
        const std::string init = R"(,"annotations":[{"name":"podd.org/init","value":"true"}])";
        const auto apps = app("one", init) + "," + app("web") + "," + app("two", init) + "," +
                          app("log", R"(,"annotations":[{"name":"podd.org/after","value":"two web"},
                                        {"name":"podd.org/requires","value":"one"}])");
        const auto policy = [](const std::string& text) {
            return fmt::format(R"(,"annotations":[{{"name":"podd.org/exit-policy","value":"{}"}}])",
                               text);
        };
        const auto all = units(pod("p", apps, policy("all")));
        CHECK(value(all[0], "Wants") ==
              "pod-p@one.service pod-p@web.service pod-p@two.service pod-p@log.service "
              "podd-network.socket");
        CHECK(value(all[1], "Type") == "oneshot");
        CHECK(value(all[1], "After") == "pod-p.service");
        CHECK(value(all[1], "Requires") == "(none)");
        CHECK(value(all[1], "ConditionPathExists") == "!/run/podd/pods/p/app-one.done");
        CHECK(value(all[1], "ExecStartPost") == "/usr/lib/podd/stage1/nspawn/exec --done p one");
        CHECK(value(all[1], "ExecStop") == "(none)");
        CHECK(value(all[1], "OnFailure") == "pod-stop@p.target");
        CHECK(value(all[3], "After") == "pod-p.service pod-p@one.service");
        CHECK(value(all[3], "Requires") == "pod-p@one.service");
        CHECK(value(all[2], "Type") == "notify");
        CHECK(value(all[2], "After") == "pod-p.service pod-p@two.service");
        CHECK(value(all[2], "Requires") == "pod-p@two.service");
        CHECK(value(all[2], "ConditionPathExists") == "(none)");
        CHECK(value(all[2], "OnFailure") == "(none)");
        CHECK(value(all[4], "After") == "pod-p.service pod-p@two.service pod-p@web.service");
        CHECK(value(all[4], "Requires") == "pod-p@two.service pod-p@one.service");
        const auto any = units(pod("p", apps, policy("any")));
        CHECK(value(any[0], "BindsTo") == "pod-p@web.service pod-p@log.service");
        CHECK(value(any[0], "Wants") == "pod-p@one.service pod-p@two.service podd-network.socket");
    }

    TEST_CASE("a handler after the end is asked for where there may be one") {
        const auto stop_post = [](const std::string& members) {
            return value(units(pod("web", app("a", members)))[1], "ExecStopPost");
        };
        const std::string own = R"(,"app":{{"exec":["/x"],"user":"0","group":"0","eventHandlers":)"
                                R"([{{"name":"{}","exec":["/y"]}}]}})";
        const std::string wanted = "/usr/lib/podd/stage1/nspawn/exec --post-stop web a";
        CHECK(stop_post("") == wanted);  // the image may have one
        CHECK(stop_post(fmt::format(fmt::runtime(own), "post-stop")) == wanted);
        CHECK(stop_post(fmt::format(fmt::runtime(own), "pre-start")) == "(none)");
        CHECK(stop_post(isolators("")) == "(none)");
    }

    TEST_CASE("restart steps are written only for a systemd that knows them, else verify says so") {
        const auto with =
            pod("web", app("one", R"(,"annotations":[{"name":"podd.org/restart","value":"always"},
                {"name":"podd.org/restart-steps","value":"4"},
                {"name":"podd.org/restart-max-delay-sec","value":"1min"},
                {"name":"podd.org/start-limit-burst","value":"9"},
                {"name":"podd.org/start-limit-interval-sec","value":"0"}])"));
        const auto old = units(with, {253, {}});
        CHECK(value(old[1], "RestartSteps") == "(none)");
        CHECK(value(old[1], "RestartMaxDelaySec") == "(none)");
        CHECK(value(old[1], "StartLimitBurst") == "9");
        CHECK(value(old[1], "StartLimitIntervalSec") == "0s");
        const auto now = units(with, {254, {}});
        CHECK(value(now[1], "RestartSteps") == "4");
        CHECK(value(now[1], "RestartMaxDelaySec") == "60s");
        CHECK(warnings(with, 254).empty());
        CHECK(
            warnings(with, 253) ==
            std::vector<std::string>{
                "/apps/0/annotations: \"podd.org/restart-steps\" has no effect before systemd 254, "
                "this host has 253: the pause before restarts stays the same"});
    }

    TEST_CASE("what a process starts with") {
        const auto all =
            units(pod("web", app("one", R"(,"annotations":[{"name":"podd.org/umask","value":"27"},
                {"name":"podd.org/kill-mode","value":"process"},
                {"name":"podd.org/oom-policy","value":"kill"},
                {"name":"podd.org/limit-core","value":"0"},
                {"name":"podd.org/limit-nofile","value":"8:infinity"}])") +
                                 "," + app("two")));
        CHECK(value(all[1], "UMask") == "0027");
        CHECK(value(all[1], "KillMode") == "process");
        CHECK(value(all[1], "OOMPolicy") == "kill");
        CHECK(value(all[1], "LimitCORE") == "0 0");
        CHECK(value(all[1], "LimitNOFILE") == "8 infinity");
        CHECK(value(all[2], "UMask") == "(none)");
        CHECK(value(all[2], "KillMode") == "mixed");
        CHECK(value(all[2], "OOMPolicy") == "stop");
    }

    TEST_CASE("isolators become resource control") {
        struct Case {
            std::string isolator, key, wanted;
        };
        for (const auto& [isolator, key, wanted] : {
                 Case{R"({"name":"resource/memory","value":{"limit":"64Mi"}})", "MemoryMax",
                      "67108864"},
                 Case{R"({"name":"resource/memory","value":{"request":"1k"}})", "MemoryLow",
                      "1000"},
                 Case{R"({"name":"resource/cpu","value":{"limit":"1500m"}})", "CPUQuota", "150%"},
                 Case{R"({"name":"resource/cpu","value":{"limit":"1m"}})", "CPUQuota", "0.1%"},
                 Case{R"({"name":"resource/cpu","value":{"limit":"0.5m"}})", "CPUQuota", "0.1%"},
                 Case{R"({"name":"resource/cpu","value":{"request":"2"}})", "CPUWeight", "200"},
                 Case{R"({"name":"resource/cpu","value":{"request":"1m"}})", "CPUWeight", "1"},
                 Case{R"({"name":"resource/cpu","value":{"request":"1000"}})", "CPUWeight",
                      "10000"},
                 Case{R"({"name":"os/linux/cpu-shares","value":1024})", "CPUWeight", "39"},
                 Case{R"({"name":"os/linux/cpu-shares","value":2})", "CPUWeight", "1"},
                 Case{R"({"name":"os/linux/cpu-shares","value":262144})", "CPUWeight", "10000"},
                 Case{R"({"name":"os/linux/oom-score-adj","value":-500})", "OOMScoreAdjust",
                      "-500"},
                 Case{
                     R"({"name":"resource/block-bandwidth","value":{"default":true,"limit":"2M"}})",
                     "IOWriteBandwidthMax", "/var/lib/podd 2000000"},
                 Case{R"({"name":"resource/block-iops","value":{"default":true,"limit":"100"}})",
                      "IOReadIOPSMax", "/var/lib/podd 100"},
                 Case{R"({"name":"podd.org/tasks-max","value":64})", "TasksMax", "64"},
                 Case{R"({"name":"podd.org/memory-high","value":"48Mi"})", "MemoryHigh",
                      "50331648"},
                 Case{R"({"name":"podd.org/memory-min","value":1024})", "MemoryMin", "1024"},
                 Case{R"({"name":"podd.org/memory-swap-max","value":"0"})", "MemorySwapMax", "0"},
                 Case{R"({"name":"podd.org/cpu-weight","value":200})", "CPUWeight", "200"},
                 Case{R"({"name":"podd.org/io-weight","value":1})", "IOWeight", "1"},
                 Case{R"({"name":"podd.org/allowed-cpus","value":"0-3,7"})", "AllowedCPUs",
                      "0-3,7"},
                 Case{R"({"name":"podd.org/allowed-memory-nodes","value":"0"})",
                      "AllowedMemoryNodes", "0"},
                 Case{R"({"name":"resource/memory","value":{"limit":"1k"}},
                         {"name":"resource/memory","value":{"limit":"2k"}})",
                      "MemoryMax", "2000"},
             }) {
            CAPTURE(isolator);
            const auto all = units(pod("web", app("one", isolators(isolator))));
            CHECK(all.size() == 2);
            CHECK(value(all[1], key) == wanted);
        }
    }

    TEST_CASE("isolators of the pod stand on its slice") {
        const auto all =
            units(pod("my-pod", app("one"),
                      R"(,"isolators":[{"name":"resource/memory","value":{"limit":"1Gi"}},
                                      {"name":"podd.org/tasks-max","value":512},
                                      {"name":"os/linux/oom-score-adj","value":1}])"));
        REQUIRE(all.size() == 3);
        CHECK(all[2].name == "machine-my\\x2dpod.slice");
        CHECK(value(all[2], "MemoryMax") == "1073741824");
        CHECK(value(all[2], "TasksMax") == "512");
        CHECK(value(all[2], "StopWhenUnneeded") == "yes");
        CHECK(find(all[2], "OOMScoreAdjust") == nullptr);
    }

    TEST_CASE("a limit of nothing is refused") {
        for (const std::string isolator :
             {R"({"name":"resource/memory","value":{"limit":"0"}})",
              R"({"name":"resource/cpu","value":{"limit":"0"}})",
              R"({"name":"resource/block-iops","value":{"default":true,"limit":"0"}})"}) {
            CAPTURE(isolator);
            const auto result =
                translate::translate(pod("web", app("one", isolators(isolator))), {});
            REQUIRE_FALSE(result.has_value());
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK(result.error().message().find("/apps/0") == 0);
        }
    }

    TEST_CASE("names that are too long together for a unit are refused") {
        const std::string long_app(200, 'a');
        const std::string long_pod(48, 'p');
        CHECK(translate::translate(pod("web", app(long_app)), {}).has_value());
        const auto result = translate::translate(pod(long_pod, app(long_app)), {});
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().message().find("255") != std::string::npos);
    }

    TEST_CASE("a transient pod brings its manifest along and leaves nothing") {
        auto transient = pod("web", app("one"),
                             R"(,"isolators":[{"name":"resource/cpu","value":{"limit":"1"}}])");
        transient.source_path.clear();
        const auto all = units(transient, {252, "the\nmanifest"});
        CHECK(value(all[0], "StandardInputData") == "the\nmanifest");
        CHECK(value(all[0], "ExecStart") == "/usr/lib/podd/stage0 run --transient web");
        for (const auto& unit : all) {
            CHECK(value(unit, "CollectMode") == "inactive-or-failed");
            CHECK(find(unit, "SourcePath") == nullptr);
            CHECK(unit::bus_properties(unit).has_value());
        }
    }

    TEST_CASE("volumes of the host are mounted before the pod starts") {
        const auto all = units(pod(
            "web", app("one"),
            R"(,"volumes":[{"name":"b","kind":"host","source":"/srv/b"},{"name":"e","kind":"empty"},
                   {"name":"a","kind":"host","source":"/srv/a"}])"));
        CHECK(value(all[0], "RequiresMountsFor") == "/srv/a /srv/b /var/lib/podd");
    }

    TEST_CASE("warnings name what nobody will do") {
        const auto lines =
            warnings(pod("web", app("one", isolators(R"({"name":"example.com/own","value":1})")),
                         R"(,"isolators":[{"name":"os/linux/oom-score-adj","value":1}])"),
                     257);
        REQUIRE(lines.size() == 2);
        CHECK(lines[0].starts_with("/isolators: isolator \"os/linux/oom-score-adj\" is ignored"));
        CHECK(lines[1].starts_with("/apps/0/app/isolators: isolator \"example.com/own\""));
        CHECK(warnings(pod("web", app("one")), 257).empty());
    }
}
