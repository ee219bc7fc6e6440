// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_files.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch_folder.h"
#include "skip.h"

using namespace podd;
using namespace podd::network;

namespace {

class Scratch : public test::ScratchFolder {
public:
    Scratch() {
        for (const char* name : {"etc", "usr"})
            REQUIRE(::mkdirat(fd(), name, 0755) == 0);
    }
    void write(const std::string& name, std::string_view text, mode_t mode = 0644) const {
        const auto file = base::open_at(fd(), name, O_WRONLY | O_CREAT, 0600);
        REQUIRE(file);
        REQUIRE(base::write_all(file->get(), text));
        REQUIRE(::fchmod(file->get(), mode) == 0);
    }
    std::vector<CniFile> read() const {
        auto files = read_cni_files({path("etc"), path("run"), path("usr")});
        REQUIRE(files);
        return std::move(*files);
    }
};

std::string lan(const char* type) {
    return R"({"cniVersion":"1.0.0","name":"lan","type":")" + std::string{type} + "\"}";
}

}  // namespace

TEST_CASE("a network is found by its name, in the files that count") {
    const Scratch dir;
    dir.write("usr/10-lan.conf", lan("ptp"));
    dir.write("etc/10-lan.conf", lan("bridge"));
    dir.write("usr/20-masked.conflist", "broken");
    dir.write("etc/20-masked.conflist", "");
    dir.write("etc/30-other.json", "broken");
    const auto files = dir.read();
    REQUIRE(files.size() == 1);
    CHECK(plugin_types(find_cni_network(files, "lan").value()).front() == "bridge");
}

TEST_CASE("a broken file is said where a network is missing, and in nobody else's way") {
    const Scratch dir;
    dir.write("etc/a.conf", "broken");
    dir.write("etc/b.conf", lan("ptp"));
    const auto files = dir.read();
    CHECK(find_cni_network(files, "lan").has_value());
    const auto missing = find_cni_network(files, "wan");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code() == base::ErrorCode::kNotFound);
    CHECK(missing.error().message().find("found no network \"wan\"") != std::string::npos);
    CHECK(missing.error().message().find("etc/a.conf\" is broken") != std::string::npos);
}

TEST_CASE("a network that two files describe is refused") {
    const Scratch dir;
    dir.write("etc/a.conf", lan("ptp"));
    dir.write("usr/b.conf", lan("bridge"));
    const auto found = find_cni_network(dir.read(), "lan");
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == base::ErrorCode::kConflict);
}

TEST_CASE("a plugin is a program in one of the folders") {
    const Scratch dir;
    dir.write("usr/ptp", "", 0755);
    dir.write("etc/ptp", "", 0644);
    const std::vector<std::string> folders{dir.path("run"), dir.path("usr")};
    CHECK(find_plugin(folders, "ptp").value() == dir.path("usr/ptp"));
    const auto missing = find_plugin(folders, "bridge");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code() == base::ErrorCode::kNotFound);
    CHECK(missing.error().message().find("\"bridge\"") != std::string::npos);
    CHECK(find_plugin({dir.path("etc")}, "ptp").error().code() == base::ErrorCode::kDenied);
}

TEST_CASE("root runs no plugin that others can write") {
    SKIP_UNLESS(::geteuid() == 0, "needs root");
    const Scratch dir;
    dir.write("usr/ptp", "", 0775);
    CHECK(find_plugin({dir.path("usr")}, "ptp").error().code() == base::ErrorCode::kDenied);
    dir.write("etc/ptp", "", 0755);
    REQUIRE(::fchmodat(dir.fd(), "etc", 0777, 0) == 0);
    CHECK(find_plugin({dir.path("etc")}, "ptp").error().code() == base::ErrorCode::kDenied);
}
