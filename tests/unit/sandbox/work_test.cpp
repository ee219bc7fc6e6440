// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/work.h"

#include <cerrno>
#include <csignal>
#include <functional>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch_folder.h"
#include "skip.h"

using namespace podd;  // NOLINT
using sandbox::Work;

namespace {

constexpr int kSkipped = 77;

// What became of a process that does this: its status, or minus the signal that ended it.
int outcome(const std::function<int()>& body) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) ::_exit(body());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool prepared(Work work) {
    return sandbox::give_up_rights(work) && sandbox::load_work_filter(work);
}

// Empty, with a folder in it.
class Folder {
public:
    Folder() { REQUIRE(::mkdirat(fd(), "below", 0700) == 0); }
    int fd() const { return scratch_.fd(); }

private:
    test::ScratchFolder scratch_;
};

int make(int dir_fd, const char* name) {
    return ::openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

}  // namespace

TEST_SUITE("sandbox/work") {
    TEST_CASE("calls that the work does not need end the process") {
        const Folder folder;
        CHECK(outcome([&] {
                  if (!prepared(Work::kTree)) return 1;
                  return make(folder.fd(), "file") < 0 ? 2 : 0;
              }) == 0);
        // The address sanitizer's builds have no filter.
        const int opened = outcome([&] {
            if (!prepared(Work::kPipe)) return 1;
            return make(folder.fd(), "another") < 0 ? 2 : kSkipped;
        });
        SKIP_UNLESS(opened != kSkipped, "no filter in this build");
        CHECK(opened == -SIGSYS);
        CHECK(outcome([] {
                  if (!prepared(Work::kTree)) return 1;
                  return static_cast<int>(::execl("/bin/true", "true", nullptr));
              }) == -SIGSYS);
    }

    TEST_CASE("nothing outside the folder is opened, made or linked") {
        const Folder folder;
        const Folder outside;
        const int done = outcome([&] {
            if (!sandbox::give_up_rights(Work::kTree)) return 1;
            const auto closed = sandbox::stay_beneath(folder.fd());
            if (!closed) return 2;
            if (!*closed) return kSkipped;
            if (make(folder.fd(), "file") < 0) return 3;
            if (::linkat(folder.fd(), "file", folder.fd(), "below/link", 0) < 0) return 4;
            if (make(outside.fd(), "file") >= 0 || errno != EACCES) return 5;
            if (::linkat(folder.fd(), "file", outside.fd(), "link", 0) == 0) return 6;
            if (::open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES) return 7;
            return 0;
        });
        SKIP_UNLESS(done != kSkipped, "this kernel has no Landlock");
        CHECK(done == 0);
    }
}
