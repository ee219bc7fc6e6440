// SPDX-License-Identifier: LGPL-2.1-or-later
// What can never start is found before it is tried, with file and key.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/stat.h>
#include <unistd.h>

#include "pod/host_findings.h"
#include "pod/isolator_findings.h"
#include "pod/manifest_files.h"
#include "pod/port_clashes.h"
#include "scratch_folder.h"
#include "store/layout.h"
#include "store/record.h"

using namespace podd;

namespace {

const std::string kImage = "sha512-" + std::string(128, '0');
const std::string kExec = R"("exec":["/bin/run"],"user":"0","group":"0")";

// One app, "a"; members are JSON with a comma in front.
std::string pod_text(const std::string& app_object, const std::string& app_members,
                     const std::string& pod_members) {
    return fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11",
             "apps":[{{"name":"a","image":{{"id":"{}"}},"app":{{{}}}{}}}]{}}})",
        kImage, app_object, app_members, pod_members);
}

translate::Pod pod_of(const std::string& text, const std::string& name = "web") {
    auto manifest = schema::PodManifest::parse(text);
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return {schema::PodName::parse(name).value(), *std::move(manifest), {}};
}

std::string joined(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, "|"));
}

// A store with one image: /bin/run, /bin/text that nobody may execute, a link that leads nowhere.
class Store : public test::ScratchFolder {
public:
    Store() {
        const auto root = path("trees/" + kImage + "/rootfs");
        for (const std::string folder : {"/bin", "/etc", "/srv", "/usr/libexec"})
            std::filesystem::create_directories(root + folder);
        std::filesystem::create_directories(path(store::kImagesDir));
        file(root + "/bin/run", "#!/bin/sh\n", 0755);
        file(root + "/bin/sh", "", 0755);
        file(root + "/bin/text", "", 0644);
        file(root + "/bin/odd", "#!/opt/odd\n", 0755);
        file(root + "/etc/passwd", "www:x:33:33::/srv:/bin/sh\n", 0644);
        file(root + "/etc/group", "www:x:33:\n", 0644);
        std::filesystem::create_symlink("/nowhere/at/all", root + "/gone");
        std::filesystem::create_symlink("/data/run", root + "/bin/away");
        auto manifest = schema::ImageManifest::parse(
            R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/a"})");
        const store::ImageRecord record{.id = kImage,
                                        .kind = store::ImageKind::kOci,
                                        .manifest = *std::move(manifest),
                                        .trees = {kImage},
                                        .blobs = {},
                                        .verification = {"import", "uid 0"}};
        REQUIRE(
            base::write_file(fd(), store::image_file(kImage), store::to_json(record).str(), 0600));
    }
    pod::HostFindings findings(const translate::Pod& pod) const {
        const auto reader = store::Reader::open(path());
        REQUIRE(reader);
        return pod::host_findings(pod, *reader, {"cpu pids", "0-1", "0"});
    }

private:
    static void file(const std::string& path, const std::string& text, mode_t mode) {
        std::ofstream{path} << text;
        REQUIRE(::chmod(path.c_str(), mode) == 0);
    }
};

}  // namespace

TEST_SUITE("pod/impossible") {
    TEST_CASE("in the manifest itself: file, key, and what is wrong") {
        struct Row {
            std::string app_object, app_members, pod_members, said;
        };
        const std::string mount_points = kExec + R"(,"mountPoints":[{"name":"v","path":")";
        for (const auto& [app_object, app_members, pod_members, said] : std::vector<Row>{
                 // Isolators that exclude each other.
                 {kExec + R"(,"isolators":[
                    {"name":"os/linux/capabilities-retain-set","value":{"set":["CAP_KILL"]}},
                    {"name":"os/linux/capabilities-remove-set","value":{"set":["CAP_KILL"]}}])",
                  "", "", "/apps/0/app/isolators/1: "},
                 {kExec + R"(,"isolators":[
                    {"name":"os/linux/seccomp-remove-set","value":{"set":["@rkt/default-blacklist"]}},
                    {"name":"os/linux/seccomp-retain-set","value":{"set":["@docker/default-whitelist"]}}])",
                  "", "", "/apps/0/app/isolators/1: "},
                 {kExec + R"(,"isolators":[{"name":"os/linux/cpu-shares","value":100},
                                           {"name":"podd.org/cpu-weight","value":100}])",
                  "", "", "/apps/0/app/isolators/1: "},
                 // A volume without source, and one that is none.
                 {kExec, "", R"(,"volumes":[{"name":"v","kind":"host"}])", "/volumes/0/source: "},
                 {kExec, "", R"(,"volumes":[{"name":"v","kind":"host","source":"srv"}])",
                  "/volumes/0/source: "},
                 {kExec, R"(,"mounts":[{"volume":"v","path":"/v"}])", "",
                  "/apps/0/mounts/0/volume: "},
                 // A mount outside the root.
                 {kExec, R"(,"mounts":[{"volume":"v","path":"/../etc"}])",
                  R"(,"volumes":[{"name":"v","kind":"empty"}])", "/apps/0/mounts/0/path: "},
                 {kExec, R"(,"mounts":[{"volume":"v","path":"etc"}])",
                  R"(,"volumes":[{"name":"v","kind":"empty"}])", "/apps/0/mounts/0/path: "},
                 {mount_points + R"(/a/../../b"}])", "", "", "/apps/0/app/mountPoints/0/path: "},
                 // A user that no image can have.
                 {R"("exec":["/x"],"user":"","group":"0")", "", "", "/apps/0/app/user: "},
                 // A name used twice.
                 {kExec, "",
                  R"(,"volumes":[{"name":"v","kind":"empty"},{"name":"v","kind":"empty"}])",
                  "/volumes/1: found volume \"v\" a second time"},
                 {kExec + R"(,"ports":[{"name":"p","protocol":"tcp","port":1},
                                       {"name":"p","protocol":"tcp","port":2}])",
                  "", "", "/apps/0/app/ports/1: "},
                 // Ports of the host that are wanted twice.
                 {kExec + R"(,"ports":[{"name":"p","protocol":"tcp","port":1,"count":3},
                                       {"name":"q","protocol":"tcp","port":9}])",
                  "", R"(,"ports":[{"name":"p","hostPort":80},{"name":"q","hostPort":82}])",
                  "/ports/1/hostPort: "},
                 // What only libraries know.
                 {kExec + R"(,"isolators":[{"name":"os/linux/capabilities-retain-set",
                                            "value":{"set":["CAP_PONIES"]}}])",
                  "", "", "/apps/0/app/isolators/0/value/set/0: "},
             }) {
            CAPTURE(app_object);
            CAPTURE(app_members);
            CAPTURE(pod_members);
            const test::ScratchFolder folder;
            const auto path = folder.path("web.json");
            std::ofstream{path} << pod_text(app_object, app_members, pod_members);
            auto found = pod::verify_manifest(path);
            if (found.pod)
                for (const auto& line : pod::isolator_findings(found.pod->manifest).errors)
                    found.errors.push_back({path, line});
            REQUIRE(found.errors.size() == 1);
            CHECK_MESSAGE(found.errors[0].str().starts_with(fmt::format("{}: {}", path, said)),
                          found.errors[0].str());
        }
    }

    TEST_CASE("apps: a name used twice, a cycle in after, one that is not there") {
        struct Row {
            std::string second, after, said;
        };
        for (const auto& [second, after, said] : std::vector<Row>{
                 {"a", "a", "/apps/1: found app \"a\" a second time"},
                 {"b", "b", "/apps/0/annotations/0"},
                 {"b", "c", "/apps/0/annotations/0"},
             }) {
            CAPTURE(second);
            CAPTURE(after);
            const test::ScratchFolder folder;
            const auto path = folder.path("web.json");
            std::ofstream{path} << fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[
                    {{"name":"a","image":{{"id":"{0}"}},
                      "annotations":[{{"name":"podd.org/after","value":"{2}"}}]}},
                    {{"name":"{1}","image":{{"id":"{0}"}},
                      "annotations":[{{"name":"podd.org/after","value":"a"}}]}}]}})",
                kImage, second, after);
            const auto found = pod::verify_manifest(path);
            REQUIRE(found.errors.size() == 1);
            CHECK_MESSAGE(found.errors[0].str().starts_with(fmt::format("{}: {}", path, said)),
                          found.errors[0].str());
        }
    }

    TEST_CASE("on this host: all of it, each with its key") {
        struct Row {
            std::string app_object, app_members, pod_members, errors;
        };
        const Store store;
        const auto app = [](const std::string& exec, const std::string& user = "0",
                            const std::string& group = "0", const std::string& more = "") {
            return fmt::format(R"("exec":["{}"],"user":"{}","group":"{}"{})", exec, user, group,
                               more);
        };
        const std::string empty = R"(,"volumes":[{"name":"v","kind":"empty"}])";
        const auto mount = [](const std::string& path) {
            return fmt::format(R"(,"mounts":[{{"volume":"v","path":"{}"}}])", path);
        };
        const auto annotation = [](const std::string& name, const std::string& value) {
            return fmt::format(R"(,"annotations":[{{"name":"podd.org/{}","value":"{}"}}])", name,
                               value);
        };
        for (
            const auto& [app_object, app_members, pod_members, errors] : std::vector<Row>{
                {kExec, "", "", ""},
                {app("run"), "", "", ""},
                {app("bin/run"), "", "", ""},
                {app("/bin/nothing"), "", "",
                 "/apps/0/app/exec/0: program \"/bin/nothing\" is missing"},
                {app("/bin/text"), "", "",
                 "/apps/0/app/exec/0: program \"/bin/text\" is not executable"},
                {app("/bin/odd"), "", "",
                 "/apps/0/app/exec/0: program \"/bin/odd\" needs the interpreter \"/opt/odd\", "
                 "which is missing"},
                {app("run", "0", "0", R"(,"environment":[{"name":"PATH","value":"/srv"}])"), "", "",
                 "/apps/0/app/exec/0: program \"run\" is missing: PATH is \"/srv\""},
                // What lies in a volume nobody knows.
                {app("/bin/away"), "", "", "/apps/0/app/exec/0: program \"/bin/away\" is missing"},
                {app("/bin/away"), mount("/data"), empty, ""},
                {app("/data/x", "0", "0", R"(,"workingDirectory":"/data/y")"), mount("/data"),
                 empty, ""},
                // A handler may make the program, and must itself be there.
                {app("/bin/nothing", "0", "0",
                     R"(,"eventHandlers":[{"name":"pre-start","exec":["/bin/run"]}])"),
                 "", "", ""},
                {app("/bin/nothing", "0", "0",
                     R"(,"eventHandlers":[{"name":"pre-start","exec":["/bin/no"]}])"),
                 "", "", "/apps/0/app/eventHandlers/0: program \"/bin/no\" is missing"},
                {app("/bin/run", "www", "www"), "", "", ""},
                {app("/bin/run", "who", "which"), "", "",
                 "/apps/0/app/user: user \"who\" is not in the image's /etc/passwd|"
                 "/apps/0/app/group: group \"which\" is not in the image's /etc/group"},
                {app("/bin/run", "/srv/none"), "", "",
                 "/apps/0/app/user: owner of \"/srv/none\": there is no such file in the image"},
                {app("/bin/run", "0", "0", R"(,"workingDirectory":"/not/here")"), "", "",
                 "/apps/0/app/workingDirectory: working directory \"/not/here\": there is no such "
                 "directory in the image"},
                {app("/bin/run", "0", "0", R"(,"workingDirectory":"/bin/run")"), "", "",
                 "/apps/0/app/workingDirectory: working directory \"/bin/run\": it is no "
                 "directory in the image"},
                // stage1 makes these, and folders on the way to a volume.
                {app("/bin/run", "0", "0", R"(,"workingDirectory":"/tmp")"), "", "", ""},
                {app("/bin/run", "0", "0", R"(,"workingDirectory":"/new/deep")"),
                 mount("/new/deep/v"), empty, ""},
                {kExec, mount("/gone/deep/v"), empty,
                 "/apps/0/mounts/0: volume at \"/gone/deep/v\": \"/gone\" is a link that leads "
                 "nowhere"},
                {kExec, mount("/bin/run/v"), empty,
                 "/apps/0/mounts/0: volume at \"/bin/run/v\": \"/bin/run\" is no directory in the "
                 "image"},
                {kExec, mount("/gone"), empty, ""},
                {kExec, mount("/v"),
                 R"(,"volumes":[{"name":"v","kind":"host","source":"/nowhere/at/all"}])",
                 "/volumes/0: volume \"v\": source \"/nowhere/at/all\" does not exist; create it "
                 "first"},
                {kExec, mount("/v"),
                 R"(,"volumes":[{"name":"v","kind":"host","source":"/dev/nothing-here"}])",
                 "/volumes/0: volume \"v\": source \"/dev/nothing-here\" does not exist; create it "
                 "first"},
                {kExec, mount("/v"),
                 R"(,"volumes":[{"name":"v","kind":"host","source":"/proc","idmap":"owner"}])",
                 "/volumes/0: volume \"v\": source \"/proc\" is owned by root, and the pod's root "
                 "could leave setuid-root files there; set \"readOnly\": true or \"idmap\": "
                 "\"host\" on the volume, or give the source to another user"},
                {kExec,
                 R"(,"mounts":[{"volume":"w","path":"/w",
                        "appVolume":{"name":"w","kind":"empty","uid":70000}}])",
                 "",
                 "/apps/0/mounts/0/appVolume: volume \"w\": uid 70000 or gid 0 is out of a pod's "
                 "range, 0…65535"},
                {app("/bin/run", "0", "0",
                     R"(,"isolators":[{"name":"resource/cpu","value":{"limit":"1"}},
                                       {"name":"resource/memory","value":{"limit":"1G"}}])"),
                 "", "",
                 "/apps/0/app/isolators/1: isolator \"resource/memory\" would have no effect: "
                 "this host's control groups have no controller \"memory\"; annotation "
                 "\"podd.org/best-effort\" says that the pod is to start all the same"},
                {app("/bin/run", "0", "0",
                     R"(,"isolators":[{"name":"resource/memory","value":{"limit":"1G"}}])"),
                 annotation("best-effort", "true"), "", ""},
                {kExec, annotation("load-credential", "k:/nowhere/at/all"), "",
                 "/apps/0/annotations/0: credential \"k\": \"/nowhere/at/all\" does not exist; "
                 "create it first"},
                {kExec, "", annotation("timezone", "Nowhere/Town"),
                 "/annotations/0: annotation \"podd.org/timezone\": found \"Nowhere/Town\", wanted "
                 "a zone that this host knows: /usr/share/zoneinfo/Nowhere/Town cannot be read; "
                 "'timedatectl list-timezones' lists them, Debian's package tzdata has them"},
                // Not only the first.
                {app("/bin/nothing", "who"), annotation("load-credential", "k:/nowhere/at/all"), "",
                 "/apps/0/annotations/0: credential \"k\": \"/nowhere/at/all\" does not exist; "
                 "create it first|"
                 "/apps/0/app/user: user \"who\" is not in the image's /etc/passwd|"
                 "/apps/0/app/exec/0: program \"/bin/nothing\" is missing"},
            }) {
            CAPTURE(app_object);
            CAPTURE(app_members);
            CAPTURE(pod_members);
            CHECK(joined(store.findings(pod_of(pod_text(app_object, app_members, pod_members)))
                             .errors) == errors);
        }
    }

    TEST_CASE("without the image, what the manifest alone says is found all the same") {
        const Store store;
        const auto text = [](const std::string& annotations) {
            return fmt::format(
                R"({{"acKind":"PodManifest","acVersion":"0.8.11",
                     "apps":[{{"name":"a","image":{{"name":"docker.io/library/nginx"}},
                       "app":{{"exec":["/x"],"user":"who","group":"0"}},"annotations":[{}],
                       "mounts":[{{"volume":"v","path":"/v"}}]}}],
                     "volumes":[{{"name":"v","kind":"host","source":"/nowhere/at/all"}}]}})",
                annotations);
        };
        const std::string volume =
            "/volumes/0: volume \"v\": source \"/nowhere/at/all\" does not exist; create it first";
        CHECK(joined(store.findings(pod_of(text(""))).errors) ==
              "/apps/0/image: no image \"docker.io/library/nginx\" in the store; run 'podctl fetch "
              "docker://docker.io/library/nginx:latest'|" +
                  volume);
        // What the start fetches itself is no error.
        const auto fetched =
            store.findings(pod_of(text(R"({"name":"podd.org/pull-policy","value":"missing"})")));
        CHECK(joined(fetched.errors) == volume);
        CHECK(joined(fetched.notes) ==
              "/apps/0/image: image \"docker.io/library/nginx\" is not in the store; the start "
              "fetches it");
    }

    TEST_CASE("ports of the host that two pods want: file and key of both") {
        const auto user = [](const std::string& pod, const std::string& network,
                             const std::string& ports) {
            return pod::PortUser{
                pod, "/etc/podd/pods.d/" + pod + ".json",
                pod_of(
                    pod_text(kExec + R"(,"ports":[{"name":"p","protocol":"tcp","port":1,"count":3},
                                                     {"name":"q","protocol":"udp","port":1}])",
                             "",
                             fmt::format(R"(,"annotations":[{{"name":"podd.org/network",
                                                "value":"{}"}}],"ports":[{}])",
                                         network, ports)),
                    pod)
                    .manifest};
        };
        struct Row {
            std::string mine, theirs, network, other, said;
        };
        for (const auto& [mine, theirs, network, other, said] : std::vector<Row>{
                 {R"({"name":"p","hostPort":80})",
                  R"({"name":"q","hostPort":7},{"name":"p","hostPort":82})", "default", "other",
                  "/ports/0/hostPort: host port 82/tcp is taken by pod \"other\": "
                  "\"/etc/podd/pods.d/other.json\", /ports/1/hostPort"},
                 {R"({"name":"p","hostPort":80,"hostIP":"192.0.2.1"})",
                  R"({"name":"p","hostPort":80})", "default", "other",
                  "/ports/0/hostPort: host port 80/tcp is taken by pod \"other\": "
                  "\"/etc/podd/pods.d/other.json\", /ports/0/hostPort"},
                 {R"({"name":"p","hostPort":80,"hostIP":"192.0.2.1"})",
                  R"({"name":"p","hostPort":80,"hostIP":"192.0.2.2"})", "default", "other", ""},
                 {R"({"name":"p","hostPort":80})", R"({"name":"p","hostPort":83})", "default",
                  "other", ""},
                 {R"({"name":"p","hostPort":80})", R"({"name":"q","hostPort":80})", "default",
                  "other", ""},
                 {R"({"name":"p","hostPort":80})", R"({"name":"p","hostPort":80})", "none", "other",
                  ""},
                 {R"({"name":"p","hostPort":80})", R"({"name":"p","hostPort":80})", "host", "other",
                  ""},
                 // Another file of the same pod stands in its place.
                 {R"({"name":"p","hostPort":80})", R"({"name":"p","hostPort":80})", "default",
                  "web", ""},
             }) {
            CAPTURE(mine);
            CAPTURE(theirs);
            const auto web = user("web", "default", mine);
            CHECK(joined(pod::port_clashes(web, {web, user(other, network, theirs)})) == said);
        }
    }
}
