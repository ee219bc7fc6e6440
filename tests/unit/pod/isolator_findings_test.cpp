// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/isolator_findings.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace podd;

namespace {

pod::IsolatorFindings findings(const std::string& isolators, const std::string& annotations = "") {
    const auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11",
             "annotations":[{{"name":"podd.org/network","value":"none"}}],
             "apps":[{{"name":"a","image":{{"name":"example.com/a"}},"annotations":[{}],
                      "app":{{"exec":["/a"],"user":"0","group":"0","isolators":[{}]}}}}]}})",
        annotations, isolators));
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return pod::isolator_findings(*manifest);
}

}  // namespace

TEST_SUITE("pod/isolator_findings") {
    TEST_CASE("what a start refuses is found before, with its place") {
        struct Row {
            std::string isolators, errors, warnings;
        };
        for (const auto& [isolators, errors, warnings] : std::vector<Row>{
                 {R"({"name":"os/linux/capabilities-retain-set","value":{"set":["CAP_KILL"]}})", "",
                  ""},
                 {R"({"name":"os/linux/capabilities-retain-set",
                      "value":{"set":["CAP_KILL","CAP_PONIES"]}})",
                  "/apps/0/app/isolators/0/value/set/1: \"CAP_PONIES\" is no capability that is "
                  "known here",
                  ""},
                 {R"({"name":"os/linux/seccomp-retain-set",
                      "value":{"set":["@docker/default-whitelist","mount"],"errno":"EPERM"}})",
                  "", ""},
                 {R"({"name":"os/linux/seccomp-remove-set","value":{"set":["@systemd/mount"]}})",
                  "", ""},
                 {R"({"name":"os/linux/seccomp-retain-set","value":{"set":["read","@x/y"]}})",
                  "/apps/0/app/isolators/0/value/set/1: seccomp: the wildcard \"@x/y\" is not "
                  "known here",
                  ""},
                 {R"({"name":"os/linux/seccomp-retain-set",
                      "value":{"set":["read"],"errno":"EACCESS"}})",
                  "/apps/0/app/isolators/0/value/errno: seccomp: \"EACCESS\" is no errno name that "
                  "is known here",
                  ""},
                 {R"({"name":"os/linux/seccomp-retain-set","value":{"set":["raed"]}})", "",
                  "/apps/0/app/isolators/0/value/set/0: \"raed\" is no system call that is known "
                  "here; it stays shut"},
                 {R"({"name":"os/linux/cpu-shares","value":2},
                     {"name":"resource/cpu","value":{"request":"1"}})",
                  "",
                  "/apps/0/app/isolators: \"os/linux/cpu-shares\" and the \"request\" of "
                  "\"resource/cpu\" are the same: the later one counts"},
                 {R"({"name":"resource/network-bandwidth","value":{"default":true,"limit":"1M"}})",
                  "/apps/0/app/isolators/0: the network \"none\" has no link that could be limited",
                  ""},
             }) {
            CAPTURE(isolators);
            const auto found = findings(isolators);
            CHECK(fmt::format("{}", fmt::join(found.errors, "|")) == errors);
            CHECK(fmt::format("{}", fmt::join(found.warnings, "|")) == warnings);
        }
    }

    TEST_CASE("with best effort, a limit without effect is a warning") {
        const auto found = findings(
            R"({"name":"resource/network-bandwidth","value":{"default":true,"limit":"1M"}})",
            R"({"name":"podd.org/best-effort","value":"true"})");
        CHECK(found.errors.empty());
        CHECK(found.warnings.size() == 1);
    }
}
