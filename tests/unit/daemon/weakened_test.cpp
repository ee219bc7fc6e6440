// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/weakened.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "sandbox/capabilities.h"

using namespace podd;

namespace {

std::vector<std::string> of_manifest(const std::string& more) {
    const auto manifest =
        schema::PodManifest::parse(R"({"acVersion":"0.8.11","acKind":"PodManifest",)" + more + "}");
    REQUIRE_MESSAGE(manifest, (manifest ? "" : manifest.error().message()));
    return daemon::weakened(*manifest);
}

std::vector<std::string> of_isolator(const std::string& name, const std::string& value) {
    return of_manifest(fmt::format(
        R"("apps":[{{"name":"a","image":{{"name":"x"}},"app":{{"exec":["/x"],"user":"0","group":"0",)"
        R"("isolators":[{{"name":"{}","value":{}}}]}}}}])",
        name, value));
}

std::vector<std::string> of_access(const std::string& word) {
    return of_manifest(
        fmt::format(R"("apps":[{{"name":"a","image":{{"name":"x"}}}}],"annotations":[)"
                    R"({{"name":"podd.org/network","value":"default"}},)"
                    R"({{"name":"podd.org/network-access","value":"{}"}}])",
                    word));
}

}  // namespace

TEST_CASE("a manifest that asks for nothing special is not called weak") {
    CHECK(of_manifest(R"("apps":[{"name":"a","image":{"name":"x"}}])").empty());
    CHECK(of_access("").empty());
    CHECK(of_isolator("os/linux/no-new-privileges", "true").empty());
    CHECK(of_isolator("os/linux/capabilities-retain-set", R"({"set":["CAP_CHOWN"]})").empty());
    CHECK(of_isolator("os/linux/seccomp-retain-set", R"({"set":["@rkt/default-whitelist"]})")
              .empty());
    CHECK(of_isolator("os/linux/seccomp-remove-set", R"({"set":["@rkt/default-blacklist"]})")
              .empty());
}

TEST_CASE("what a manifest makes weaker is named") {
    struct Case {
        std::vector<std::string> found;
        const char* says;
    };
    const Case cases[] = {
        {of_isolator("os/linux/no-new-privileges", "false"),
         "app a: may gain privileges (no-new-privileges is off)"},
        {of_isolator("os/linux/capabilities-retain-set",
                     R"({"set":["CAP_CHOWN","CAP_SYS_ADMIN","CAP_NET_ADMIN"]})"),
         "app a: capabilities CAP_NET_ADMIN CAP_SYS_ADMIN"},
        {of_isolator("os/linux/seccomp-retain-set", R"({"set":["@appc.io/all"]})"),
         "app a: system calls: a list of the manifest's own"},
        {of_isolator("os/linux/seccomp-remove-set", R"({"set":["@appc.io/empty"]})"),
         "app a: system calls: all but those that the manifest names"},
        {of_manifest(R"("apps":[{"name":"a","image":{"name":"x"}}],)"
                     R"("annotations":[{"name":"podd.org/network","value":"host"}])"),
         "network of the host, and with it its abstract sockets"},
        {of_access("pods"), "network: open to other pods that are open as well"},
        {of_access("host"), "network: reaches the services of the host"},
        {of_access("metadata"), "network: reaches the metadata services of clouds"},
        {of_manifest(R"("apps":[{"name":"a","image":{"name":"x"}}],"volumes":[{"name":"v",)"
                     R"("kind":"host","source":"/srv","idmap":"host"}])"),
         "volume v: /srv is written with the host's own ids"},
        {of_manifest(R"("apps":[{"name":"a","image":{"name":"x"}}],"volumes":[{"name":"v",)"
                     R"("kind":"host","source":"/srv","idmap":"host","setuidFiles":true}])"),
         "volume v: /srv is written with the host's own ids, and may get setuid files"},
        {of_manifest(R"("apps":[{"name":"a","image":{"name":"x"}}],"volumes":[{"name":"v",)"
                     R"("kind":"host","source":"/dev/fuse"}])"),
         "volume v: device /dev/fuse of the host"},
        {of_manifest(R"("apps":[{"name":"a","image":{"name":"x"}}],"volumes":[{"name":"v",)"
                     R"("kind":"host","source":"/media","propagation":"slave"}])"),
         "volume v: what is mounted beneath /media later is seen as the host mounts it"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.says);
        REQUIRE(c.found.size() == 1);
        CHECK(c.found[0] == c.says);
    }
}

TEST_CASE("what an image makes weaker is named, unless the manifest speaks for the app") {
    const auto manifest = schema::PodManifest::parse(
        R"({"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"a","image":{"name":"x"}},)"
        R"({"name":"b","image":{"name":"x"},"app":{"exec":["/x"],"user":"0","group":"0"}}]})");
    REQUIRE(manifest);
    plan::AppPlan usual;
    usual.name = "a";
    usual.capabilities = sandbox::default_capabilities();
    CHECK(daemon::weakened_in_plan(manifest->apps[0], usual).empty());
    auto weak = usual;
    weak.capabilities |= *sandbox::capability_bit("CAP_SYS_ADMIN");
    weak.no_new_privileges = false;
    weak.seccomp = false;
    CHECK(daemon::weakened_in_plan(manifest->apps[0], weak) ==
          std::vector<std::string>{
              "app a: capabilities CAP_SYS_ADMIN, says its image",
              "app a: may gain privileges (no-new-privileges is off), says its image",
              "app a: system calls: all, says its image"});
    CHECK(daemon::weakened_in_plan(manifest->apps[1], weak).empty());
    auto own = usual;
    own.refusals_logged = true;
    CHECK(daemon::weakened_in_plan(manifest->apps[0], own).size() == 1);
}

TEST_CASE("capabilities of a user who is not root are named, whoever speaks for the app") {
    const auto manifest = schema::PodManifest::parse(
        R"({"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"a","image":{"name":"x"}},)"
        R"({"name":"b","image":{"name":"x"},"app":{"exec":["/x"],"user":"www","group":"0"}}]})");
    REQUIRE(manifest);
    plan::AppPlan plan;
    plan.name = "a";
    plan.capabilities = *sandbox::capability_bit("CAP_NET_BIND_SERVICE");
    plan.ambient = plan.capabilities;
    CHECK(daemon::weakened_in_plan(manifest->apps[0], plan).empty());  // of root: the usual
    plan.uid = 33;
    CHECK(daemon::weakened_in_plan(manifest->apps[0], plan) ==
          std::vector<std::string>{
              "app a: user 33 has capabilities CAP_NET_BIND_SERVICE, says its image"});
    CHECK(daemon::weakened_in_plan(manifest->apps[1], plan) ==
          std::vector<std::string>{"app a: user 33 has capabilities CAP_NET_BIND_SERVICE"});
    plan.ambient.reset();
    CHECK(daemon::weakened_in_plan(manifest->apps[0], plan).empty());
}
