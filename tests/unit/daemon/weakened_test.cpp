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

// The pod has the isolator, and an app that the manifest describes.
std::vector<std::string> of_pod_isolator(const std::string& name, const std::string& value) {
    return of_manifest(fmt::format(
        R"("apps":[{{"name":"a","image":{{"name":"x"}},"app":{{"exec":["/x"],"user":"0","group":"0"}}}}],)"
        R"("isolators":[{{"name":"{}","value":{}}}])",
        name, value));
}

std::vector<std::string> of_plan(const schema::PodManifest& manifest, std::size_t app,
                                 const plan::AppPlan& plan) {
    return daemon::weakened_in_plan(manifest, manifest.apps[app], plan);
}

constexpr const char* kContext =
    R"({"user":"system_u","role":"system_r","type":"spc_t","level":"s0"})";

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
    for (const char* set : {"@rkt/default-blacklist", "@appc.io/empty", "@systemd/mount", "chdir"})
        CHECK(of_isolator("os/linux/seccomp-remove-set", fmt::format(R"({{"set":["{}"]}})", set))
                  .empty());
    for (const char* set : {R"("read","write")", R"("@docker/default-whitelist","read")",
                            R"("@systemd/default-whitelist","no_such_call")"})
        CHECK(of_isolator("os/linux/seccomp-retain-set", fmt::format(R"({{"set":[{}]}})", set))
                  .empty());
    CHECK(of_isolator("os/linux/apparmor-profile", R"({"profile":"podd-app"})").empty());
    CHECK(of_pod_isolator("os/linux/apparmor-profile", R"({"profile":"podd-app"})").empty());
    for (const char* score : {"0", "500"})
        CHECK(of_isolator("os/linux/oom-score-adj", score).empty());
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
         "app a: system calls: all"},
        {of_isolator("os/linux/seccomp-retain-set", R"({"set":["read","bpf"]})"),
         "app a: system calls: a list of the manifest's own"},
        // With every request that the default refuses.
        {of_isolator("os/linux/seccomp-retain-set",
                     R"({"set":["@rkt/default-whitelist","ioctl"]})"),
         "app a: system calls: a list of the manifest's own"},
        {of_isolator("os/linux/seccomp-retain-set", R"({"set":["@systemd/network-io"]})"),
         "app a: system calls: a list of the manifest's own"},
        {of_isolator("os/linux/oom-score-adj", "-1"),
         "app a: ends later than others when memory runs out (oom-score-adj is -1)"},
        {of_isolator("os/linux/selinux-context", kContext),
         "app a: SELinux context of the manifest's own"},
        {of_isolator("os/linux/apparmor-profile", R"({"profile":"unconfined"})"),
         "app a: AppArmor: unconfined"},
        {of_pod_isolator("os/linux/selinux-context", kContext),
         "pod: SELinux context of the manifest's own"},
        {of_pod_isolator("os/linux/apparmor-profile", R"({"profile":"unconfined"})"),
         "pod: AppArmor: unconfined"},
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
    CHECK(of_plan(*manifest, 0, usual).empty());
    usual.refusals_logged = true;  // a list of its own that opens no more
    usual.oom_score_adj = 100;
    usual.apparmor_profile = "podd-app";
    CHECK(of_plan(*manifest, 0, usual).empty());
    auto weak = usual;
    weak.capabilities |= *sandbox::capability_bit("CAP_SYS_ADMIN");
    weak.no_new_privileges = false;
    weak.seccomp = false;
    weak.more_calls = true;
    weak.oom_score_adj = -500;
    weak.selinux_label = "u:r:spc_t:s0";
    weak.apparmor_profile = "unconfined";
    CHECK(of_plan(*manifest, 0, weak) ==
          std::vector<std::string>{
              "app a: capabilities CAP_SYS_ADMIN, says its image",
              "app a: may gain privileges (no-new-privileges is off), says its image",
              "app a: system calls: all, says its image",
              "app a: ends later than others when memory runs out (oom-score-adj is -500), says "
              "its image",
              "app a: SELinux context of its own, says its image",
              "app a: AppArmor: unconfined, says its image"});
    CHECK(of_plan(*manifest, 1, weak).empty());
    auto own = usual;
    own.more_calls = true;
    CHECK(of_plan(*manifest, 0, own) ==
          std::vector<std::string>{"app a: system calls: a list of its own, says its image"});
}

TEST_CASE("a label of the pod's is not called the image's") {
    const auto manifest = schema::PodManifest::parse(fmt::format(
        R"({{"acVersion":"0.8.11","acKind":"PodManifest","apps":[{{"name":"a","image":{{"name":"x"}}}}],)"
        R"("isolators":[{{"name":"os/linux/selinux-context","value":{}}},)"
        R"({{"name":"os/linux/apparmor-profile","value":{{"profile":"unconfined"}}}}]}})",
        kContext));
    REQUIRE(manifest);
    plan::AppPlan plan;
    plan.name = "a";
    plan.selinux_label = "system_u:system_r:spc_t:s0";
    plan.apparmor_profile = "unconfined";
    CHECK(of_plan(*manifest, 0, plan).empty());
    CHECK(daemon::weakened(*manifest).size() == 2);
    plan.selinux_label = "system_u:system_r:other_t:s0";
    CHECK(of_plan(*manifest, 0, plan) ==
          std::vector<std::string>{"app a: SELinux context of its own, says its image"});
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
    CHECK(of_plan(*manifest, 0, plan).empty());  // of root: the usual
    plan.uid = 33;
    CHECK(of_plan(*manifest, 0, plan) ==
          std::vector<std::string>{
              "app a: user 33 has capabilities CAP_NET_BIND_SERVICE, says its image"});
    CHECK(of_plan(*manifest, 1, plan) ==
          std::vector<std::string>{"app a: user 33 has capabilities CAP_NET_BIND_SERVICE"});
    plan.ambient.reset();
    CHECK(of_plan(*manifest, 0, plan).empty());
}
