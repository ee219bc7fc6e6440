// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan.h"

#include <doctest/doctest.h>

using namespace podd;

TEST_SUITE("plan/plan") {
    plan::AppPlan full_app() {
        plan::AppPlan app;
        app.name = "nginx";
        app.image_id = "sha512-00";
        app.argv = {"/bin/nginx", "-g", "daemon off;"};
        app.pre_start = {"/bin/prepare", "x"};
        app.post_stop = {"/bin/tidy"};
        app.environment = {{"PATH", "/bin"}, {"EMPTY", ""}};
        app.working_directory = "/srv";
        app.make_working_directory = true;
        app.uid = 33;
        app.gid = 0xFFFE;
        app.groups = {1, 2};
        app.trees = {"/var/lib/podd/trees/a/rootfs", "/var/lib/podd/trees/b/rootfs"};
        app.read_only_root = true;
        app.upper = "/var/lib/podd/pods/u/apps/nginx";
        plan::MountPlan mount;
        mount.kind = plan::MountPlan::Kind::kEmpty;
        mount.idmap = plan::MountPlan::Idmap::kForeign;
        mount.source = "/var/lib/podd/pods/u/volumes/data";
        mount.target = "/data";
        mount.owner_uid = 4294967294U;
        mount.mode = 0x2180U;
        mount.device = 0xA00E5;
        mount.source_device = 0xFD00;
        mount.source_inode = UINT64_MAX;
        app.mounts = {mount};
        app.capabilities = 0x1FFFFFFFFFF;
        app.ambient = 0x1FFFFFFFFFF;
        app.unit = "pod-web@nginx.service";
        app.stop_timeout_usec = UINT64_MAX;
        app.limits = {{"MemoryMax", "", 67108864}, {"IOReadIOPSMax", "/var/lib/podd", 5}};
        app.oom_score_adj = -500;
        app.more_calls = true;
        app.private_pids = true;
        app.selinux_label = "system_u:system_r:container_t:s0";
        return app;
    }

    TEST_CASE("a pod plan survives writing and reading") {
        plan::PodPlan pod;
        pod.name = "web";
        pod.uuid = "6733c088-a507-4694-aabf-0edebea70a4c";
        pod.hostname = "web";
        pod.uid_base = 0x10000;
        pod.network = plan::Network::kHost;
        pod.state_dir = "/var/lib/podd/pods/6733c088-a507-4694-aabf-0edebea70a4c";
        pod.apps = {"nginx", "php"};
        pod.sysctls = {{"kernel.sem", "1 2 3 4"}};
        pod.localtime = "/usr/share/zoneinfo/UTC";
        pod.low_ports = true;
        pod.ports = {{"tcp", "", 8080, 80}, {"udp", "192.0.2.1", 53, 65535}};
        pod.network_access = {plan::NetworkAccess::kMetadata, plan::NetworkAccess::kPods};
        pod.bandwidth = {1'000'000, true};
        pod.dns = {plan::DnsPlan::Source::kServers, {"192.0.2.53"}, {"example.com"}, {"ndots:2"}};
        pod.hosts = {true, {{"192.0.2.7", "db.example.com db"}}};
        const auto json = base::Json::parse(plan::to_json(pod).str());
        REQUIRE(json);
        const auto back = plan::pod_plan(*json);
        REQUIRE(back);
        CHECK(plan::to_json(*back) == plan::to_json(pod));
        CHECK(back->network == plan::Network::kHost);
        CHECK(back->network_access == pod.network_access);
        CHECK(back->apps == pod.apps);
        CHECK(back->localtime == pod.localtime);
        CHECK(back->ports == pod.ports);
        CHECK(back->bandwidth == pod.bandwidth);
        CHECK(back->dns == pod.dns);
        CHECK(back->hosts == pod.hosts);
        CHECK(back->low_ports == true);
    }

    TEST_CASE("each network has a word of its own") {
        for (const auto network : {plan::Network::kNone, plan::Network::kDefault,
                                   plan::Network::kDefaultRestricted, plan::Network::kHost}) {
            plan::PodPlan pod;
            pod.network = network;
            CHECK(plan::pod_plan(plan::to_json(pod))->network == network);
        }
    }

    TEST_CASE("an app plan survives writing and reading") {
        const auto app = full_app();
        const auto json = base::Json::parse(plan::to_json(app).str());
        REQUIRE(json);
        const auto back = plan::app_plan(*json);
        REQUIRE(back);
        CHECK(plan::to_json(*back) == plan::to_json(app));
        CHECK(back->environment == app.environment);
        CHECK(back->oom_score_adj == -500);
        CHECK(back->private_pids);
        CHECK(back->more_calls == true);
        CHECK(back->stop_timeout_usec == UINT64_MAX);
        CHECK(back->limits.at(1).path == "/var/lib/podd");
        CHECK(back->mounts.at(0).owner_uid == 4294967294U);
        CHECK(back->mounts.at(0).device == 0xA00E5U);
        CHECK(back->mounts.at(0).source_device == 0xFD00U);
        CHECK(back->mounts.at(0).source_inode == UINT64_MAX);
        CHECK_FALSE(back->mounts.at(0).size.has_value());
        CHECK(back->capabilities == 0x1FFFFFFFFFF);
        CHECK(back->ambient == 0x1FFFFFFFFFFU);
    }

    TEST_CASE("a sandbox record survives writing and reading") {
        const plan::SandboxRecord record{4711, 0xF0000123};
        const auto back = plan::sandbox_record(plan::to_json(record));
        REQUIRE(back);
        CHECK(back->leader == 4711);
        CHECK(back->pid_ns_inode == 0xF0000123);
    }

    TEST_CASE("a plan of another version is refused before its members are looked at") {
        const auto json = base::Json::parse(R"({"version": 2})");
        REQUIRE(json);
        const auto app = plan::app_plan(*json);
        REQUIRE(!app);
        CHECK(app.error().code() == base::ErrorCode::kUnsupported);
        CHECK(app.error().message() == "plan version 2 was found, 1 is wanted");
    }

    TEST_CASE("a member that is missing, of another type or out of range is named") {
        struct Case {
            const char* member;
            base::Json value;
        };
        const Case cases[] = {{"argv", "true"},
                              {"uid", -1},
                              {"gid", std::uint64_t{1} << 32},
                              {"readOnlyRoot", 1},
                              {"environment", base::Json::Array{base::Json::Array{"A"}}},
                              {"mounts", base::Json::Array{base::Json::Object{}}},
                              {"workingDirectory", std::string{"/a\0b", 4}}};
        for (const auto& c : cases) {
            CAPTURE(c.member);
            auto json = plan::to_json(full_app());
            for (auto& [name, value] : *json.as_object())
                if (name == c.member) value = c.value;
            const auto app = plan::app_plan(json);
            REQUIRE(!app);
            CHECK(app.error().code() == base::ErrorCode::kCorrupt);
            CHECK(app.error().message().find(c.member) != std::string::npos);
        }
    }

    TEST_CASE("file names carry the app's name") {
        CHECK(plan::app_file("nginx") == "app-nginx.json");
        CHECK(plan::seccomp_file("nginx") == "app-nginx.bpf");
        CHECK(plan::app_of_file("app-nginx.json") == "nginx");
        for (const auto* file : {"app-.json", "app-nginx.bpf", "pod.json", "sandbox.json", "app-"})
            CHECK_FALSE(plan::app_of_file(file));
    }
}
