// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/manifest_files.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch_folder.h"
#include "skip.h"

using namespace podd;
using namespace podd::pod;

namespace {

const std::string kGood =
    R"({"acVersion":"0.8.11","acKind":"PodManifest",
        "apps":[{"name":"one","image":{"name":"example.com/x"}}]})";

// Three directories as /etc, /run and /usr/lib would be.
class Tree : public podd::test::ScratchFolder {
public:
    Tree() {
        search.directories.clear();
        search.owner = Owner::kAnybody;
        for (const std::string name : {"etc", "run", "usr"}) {
            REQUIRE(::mkdirat(fd(), name.c_str(), 0755) == 0);
            search.directories.push_back(path(name));
        }
    }
    void write(const std::string& name, const std::string& text = kGood, mode_t mode = 0644) const {
        REQUIRE(base::write_file(fd(), name, text, mode));
    }
    void link(const std::string& target, const std::string& name) const {
        REQUIRE(::symlinkat(target.c_str(), fd(), name.c_str()) == 0);
    }

    ManifestSearch search;
};

std::vector<std::string> paths(const ManifestScan& scan) {
    std::vector<std::string> out;
    for (const auto& manifest : scan.manifests)
        out.push_back(manifest.pod.source_path);
    return out;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_SUITE("pod/manifest_files") {
    TEST_CASE("a higher directory replaces, masks, and breaks what stands below it") {
        const Tree tree;
        tree.write("etc/a.json");
        tree.write("usr/a.json");
        tree.write("run/b.json");
        tree.write("usr/b.json");
        tree.write("usr/c.json");
        tree.link("/dev/null", "etc/masked.json");
        tree.write("usr/masked.json");
        tree.write("run/empty.json", "");
        tree.write("usr/empty.json");
        tree.write("etc/broken.json", "{");
        tree.write("usr/broken.json");
        const auto scan = scan_manifests(tree.search);
        CHECK(paths(scan) ==
              Paths{tree.path("etc/a.json"), tree.path("run/b.json"), tree.path("usr/c.json")});
        REQUIRE(scan.problems.size() == 1);
        CHECK(scan.problems[0].path == tree.path("etc/broken.json"));
        CHECK(scan.problems[0].str().starts_with(tree.path("etc/broken.json") + ": line 1"));
        const auto entries = list_manifests(tree.search);
        REQUIRE(entries.size() == 6);
        CHECK(entries[3].name == "c");
        CHECK(entries[4].name == "empty");
        CHECK(entries[4].masked);
        CHECK(entries[5].masked);
    }

    TEST_CASE("a higher file may also unmask") {
        const Tree tree;
        tree.write("etc/web.json");
        tree.link("/dev/null", "run/web.json");
        CHECK(scan_manifests(tree.search).manifests.size() == 1);
    }

    TEST_CASE("directories that are not there are empty") {
        ManifestSearch search;
        search.directories = {"/nonexistent/a", "/nonexistent/b"};
        const auto scan = scan_manifests(search);
        CHECK(scan.manifests.empty());
        CHECK(scan.problems.empty());
    }

    TEST_CASE("G2 what is no regular file is one problem and is never opened or waited for") {
        const Tree tree;
        REQUIRE(::mkfifoat(tree.fd(), "etc/fifo.json", 0644) == 0);
        REQUIRE(::mkdirat(tree.fd(), "etc/dir.json", 0755) == 0);
        tree.link("loop.json", "etc/loop.json");
        tree.link("nowhere", "etc/dangling.json");
        tree.link("/dev/zero", "etc/zero.json");
        tree.link("fifo.json", "etc/tofifo.json");
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        tree.path("etc/sock.json").copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        (void)::close(fd);
        tree.write("etc/web.json");
        const auto scan = scan_manifests(tree.search);
        CHECK(paths(scan) == Paths{tree.path("etc/web.json")});
        std::vector<std::string> said;
        for (const auto& problem : scan.problems)
            said.push_back(problem.str());
        const auto line = [&](const std::string& name, const std::string& text) {
            return fmt::format("{}: {}", tree.path("etc/" + name), text);
        };
        CHECK(said ==
              Paths{line("dangling.json", "looking at \"nowhere\": No such file or directory"),
                    line("dir.json", "found a directory, wanted a regular file"),
                    line("fifo.json", "found a FIFO, wanted a regular file"),
                    line("loop.json", "found more than 40 links, wanted a file"),
                    line("sock.json", "found a socket, wanted a regular file"),
                    line("tofifo.json", "found a FIFO, wanted a regular file"),
                    line("zero.json", "found a character device, wanted a regular file")});
    }

    TEST_CASE("G3 a file of 10 MB, deep nesting and doubled members are one problem each") {
        const Tree tree;
        tree.write("etc/big.json", std::string(10'000'000, ' '));
        tree.write("etc/deep.json", std::string(100'000, '['));
        tree.write("etc/twice.json", R"({"acVersion":"0.8.11","acVersion":"0.8.11"})");
        tree.write("etc/bom.json", "\xef\xbb\xbf" + kGood);
        tree.write("etc/nul.json", kGood + std::string(1, '\0'));
        tree.write("etc/blank.json", "\n");
        tree.write("etc/image.json", R"({"acVersion":"0.8.11","acKind":"ImageManifest"})");
        tree.write("etc/web.json");
        const auto scan = scan_manifests(tree.search);
        CHECK(paths(scan) == Paths{tree.path("etc/web.json")});
        REQUIRE(scan.problems.size() == 7);
        CHECK(scan.problems[0].str() ==
              tree.path("etc/big.json") + ": found 10000000 bytes, wanted at most 4194304");
    }

    TEST_CASE("G1 names that are no pod names are one problem each") {
        const Tree tree;
        const std::vector<std::string> names{
            "-.json",       "..json",         "..%2fevil.json",
            "A.json",       "a b.json",       "a\nb.json",
            "a.b.json",     "localhost.json", "host.json",
            "gateway.json", "123.json",       "web-.json",
            "a\\x2fb.json", "web@evil.json",  std::string(49, 'a') + ".json",
            "\xff.json",    "x.service.json", "my-host.json"};
        for (const auto& name : names)
            tree.write("etc/" + name);
        auto search = tree.search;
        search.host_name = "my-host";
        const auto scan = scan_manifests(search);
        CHECK(paths(scan).empty());
        // Two begin with a dot: hidden, as for everybody else.
        CHECK(scan.problems.size() == names.size() - 2);
    }

    TEST_CASE("two files for one pod are one problem, and so is a file for a later version") {
        const Tree tree;
        tree.write("etc/web.json");
        tree.write("etc/web.yaml");
        tree.write("etc/kube.yml");
        const auto scan = scan_manifests(tree.search);
        CHECK(scan.manifests.empty());
        REQUIRE(scan.problems.size() == 2);
        CHECK(scan.problems[0].message.find("YAML") != std::string::npos);
        CHECK(scan.problems[1].message ==
              "found \"web.yaml\" beside it, wanted one file for each pod");
    }

    TEST_CASE("hidden files, backups and other endings are left alone") {
        const Tree tree;
        for (const std::string name :
             {".web.json", "web.json~", "web.json.dpkg-old", "web.json.dpkg-new",
              "web.json.rpmsave", "web.json.ucf-dist", ".web.json.swp", "web.json.bak",
              "web.json.ignore", "README", "web.toml"})
            tree.write("etc/" + name, "not json");
        const auto scan = scan_manifests(tree.search);
        CHECK(scan.manifests.empty());
        CHECK(scan.problems.empty());
        CHECK(list_manifests(tree.search).empty());
    }

    TEST_CASE("G8 what somebody else than root could have written is refused") {
        SKIP_UNLESS(test::is_root(), "needs root, because files of others are made here");
        Tree tree;
        tree.search.owner = Owner::kRootOnly;
        tree.write("etc/good.json");
        tree.write("etc/loose.json", kGood, 0666);
        tree.write("etc/group.json", kGood, 0664);
        tree.write("etc/users.json");
        REQUIRE(::chown(tree.path("etc/users.json").c_str(), 1000, 1000) == 0);
        tree.write("usr/target.txt");
        tree.link("../usr/target.txt", "etc/away.json");
        REQUIRE(::mkdirat(tree.fd(), "usr/users", 0755) == 0);
        REQUIRE(::chown(tree.path("usr/users").c_str(), 1000, 1000) == 0);
        tree.write("usr/users/file.txt");
        tree.link("../usr/users/file.txt", "etc/astray.json");
        tree.link("good.json", "etc/link.json");
        REQUIRE(::lchown(tree.path("etc/link.json").c_str(), 1000, 1000) == 0);
        tree.link("/tmp/podd-test-nothing", "etc/tmp.json");
        auto scan = scan_manifests(tree.search);
        CHECK(paths(scan) == Paths{tree.path("etc/away.json"), tree.path("etc/good.json")});
        Paths refused;
        for (const auto& problem : scan.problems) {
            refused.push_back(problem.path.substr(tree.path("etc/").size()));
            CHECK(problem.message.find("only root can write") != std::string::npos);
        }
        CHECK(refused == Paths{"astray.json", "group.json", "link.json", "loose.json", "tmp.json",
                               "users.json"});
        tree.search.owner = Owner::kAnybody;
        CHECK(scan_manifests(tree.search).manifests.size() == 7);

        REQUIRE(::chmod(tree.path("run").c_str(), 0777) == 0);
        tree.search.owner = Owner::kRootOnly;
        tree.write("run/web.json");
        scan = scan_manifests(tree.search);
        CHECK(scan.problems.size() == 7);
        CHECK(scan.problems[0].path == tree.path("run"));
        CHECK(scan.manifests.size() == 2);
    }

    TEST_CASE("find_manifest loads one pod and says why there is none") {
        const Tree tree;
        tree.write("run/web.json");
        tree.write("etc/broken.json", "{}");
        tree.link("/dev/null", "etc/masked.json");
        const auto web = find_manifest("web", tree.search);
        REQUIRE(web);
        CHECK(web->text == kGood);
        CHECK(web->pod.name.str() == "web");
        CHECK(web->pod.source_path == tree.path("run/web.json"));
        const auto none = find_manifest("none", tree.search);
        REQUIRE_FALSE(none.has_value());
        CHECK(none.error().code() == base::ErrorCode::kNotFound);
        CHECK(none.error().message().starts_with("no manifest \"none.json\" in "));
        const auto masked = find_manifest("masked", tree.search);
        REQUIRE_FALSE(masked.has_value());
        CHECK(masked.error().code() == base::ErrorCode::kNotFound);
        CHECK(masked.error().message().find("is masked by") != std::string::npos);
        const auto broken = find_manifest("broken", tree.search);
        REQUIRE_FALSE(broken.has_value());
        CHECK(broken.error().message().starts_with(tree.path("etc/broken.json") + ": "));
    }

    TEST_CASE("verify_manifest says what the generator would say, and more") {
        const Tree tree;
        tree.write("etc/web.json");
        tree.write("etc/broken.json", "{");
        tree.write("etc/UPPER.json");
        tree.write("etc/web.txt");
        tree.write("etc/blank.json",
                   R"({"acVersion":"0.8.11","acKind":"PodManifest",
                       "apps":[{"name":"one","image":{"name":"example.com/x"}}],
                       "annotations":[{"name":"podd.org/description","value":"ends in \\"}]})");
        tree.write("etc/warned.json",
                   R"({"acVersion":"0.8.11","acKind":"PodManifest",
                       "apps":[{"name":"one","image":{"name":"example.com/x"}}],
                       "isolators":[{"name":"example.com/own","value":1}]})");
        CHECK(verify_manifest(tree.path("etc/web.json")).errors.empty());
        CHECK(verify_manifest(tree.path("etc/web.json")).warnings.empty());
        CHECK(verify_manifest(tree.path("etc/warned.json")).warnings.size() == 1);
        for (const std::string bad :
             {"broken.json", "UPPER.json", "web.txt", "blank.json", "missing.json"}) {
            CAPTURE(bad);
            const auto said = verify_manifest(tree.path("etc/" + bad));
            REQUIRE(said.errors.size() == 1);
            CHECK(said.errors[0].path == tree.path("etc/" + bad));
            CHECK(said.errors[0].message.find(tree.path("etc/")) == std::string::npos);
        }
    }
}
