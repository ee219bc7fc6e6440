// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/received_fd.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

using namespace podd;

namespace {

base::UniqueFd memory_file(std::string_view text, int seals) {
    base::UniqueFd fd{::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    REQUIRE(base::write_all(fd.get(), text));
    if (seals != 0) REQUIRE(::fcntl(fd.get(), F_ADD_SEALS, seals) == 0);
    return fd;
}

constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;

}  // namespace

TEST_CASE("a manifest is read from its beginning, wherever the caller stood") {
    const base::UniqueFd fd = memory_file("{}", kSeals);
    CHECK(::lseek(fd.get(), 0, SEEK_CUR) == 2);
    CHECK(*daemon::read_manifest(fd.get(), daemon::Source::kSealed) == "{}");
}

TEST_CASE("a file that may still change is for those who may start pods") {
    const base::UniqueFd fd = memory_file("{}", F_SEAL_GROW);
    CHECK(!daemon::read_manifest(fd.get(), daemon::Source::kSealed));
    CHECK(*daemon::read_manifest(fd.get(), daemon::Source::kSealedOrFile) == "{}");
}

TEST_CASE("descriptors that are no readable file are refused, never waited for") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const base::UniqueFd read_end{ends[0]};
    const base::UniqueFd write_end{ends[1]};
    const base::UniqueFd folder{::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const base::UniqueFd path{::open("/etc/passwd", O_PATH | O_CLOEXEC)};
    const base::UniqueFd device{::open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    const base::UniqueFd writer{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    for (const int fd :
         {read_end.get(), write_end.get(), folder.get(), path.get(), device.get(), writer.get()}) {
        CAPTURE(fd);
        CHECK(!daemon::read_manifest(fd, daemon::Source::kSealedOrFile));
    }
}

TEST_CASE("a manifest of more than 4 MiB is refused") {
    const base::UniqueFd fd = memory_file(std::string(4 * 1024 * 1024 + 1, ' '), kSeals);
    const auto text = daemon::read_manifest(fd.get(), daemon::Source::kSealed);
    REQUIRE(!text);
    CHECK(text.error().message().find("4 MiB") != std::string::npos);
}

TEST_CASE("an image may be a file or pipe, and a folder from root only") {
    const base::UniqueFd file = memory_file("x", 0);
    const base::UniqueFd folder{::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const base::UniqueFd path{::open("/", O_PATH | O_CLOEXEC)};
    const base::UniqueFd device{::open("/dev/zero", O_RDONLY | O_CLOEXEC)};
    CHECK(daemon::check_image_fd(file.get(), 1000));
    CHECK(daemon::check_image_fd(folder.get(), 0));
    const auto denied = daemon::check_image_fd(folder.get(), 1000);
    REQUIRE(!denied);
    CHECK(denied.error().code() == base::ErrorCode::kDenied);
    CHECK(!daemon::check_image_fd(path.get(), 0));
    CHECK(!daemon::check_image_fd(device.get(), 0));
}

TEST_CASE("findings go to a memory file that can grow, and to nothing that makes a writer wait") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const base::UniqueFd read_end{ends[0]};
    const base::UniqueFd write_end{ends[1]};
    const base::UniqueFd open = memory_file("", 0);
    const base::UniqueFd sealed = memory_file("", F_SEAL_GROW);
    const base::UniqueFd reader{::open(base::fd_path(open.get()).c_str(), O_RDONLY | O_CLOEXEC)};
    const base::UniqueFd file{::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    CHECK(daemon::check_report_fd(open.get()));
    for (const int fd : {read_end.get(), write_end.get(), sealed.get(), reader.get()}) {
        CAPTURE(fd);
        CHECK(!daemon::check_report_fd(fd));
    }
    CHECK(daemon::check_export_fd(open.get()));
    CHECK(daemon::check_export_fd(write_end.get()));
    CHECK(daemon::check_export_fd(file.get()));
    CHECK(!daemon::check_export_fd(read_end.get()));
    CHECK(!daemon::check_export_fd(reader.get()));
}
