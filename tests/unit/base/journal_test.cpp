// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/journal.h"

#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/unique_fd.h"

using namespace podd::base;
using namespace std::string_literals;

namespace {

// The journal's end, in a folder of its own.
class Journal {
public:
    Journal() : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        REQUIRE(::mkdtemp(folder_.data()) != nullptr);
        path_ = folder_ + "/socket";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Journal() {
        (void)::unlink(path_.c_str());
        (void)::rmdir(folder_.c_str());
    }
    const char* path() const { return path_.c_str(); }
    std::string receive() {
        char text[4096];
        const auto n = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
        REQUIRE(n >= 0);
        return {text, static_cast<std::size_t>(n)};
    }

private:
    std::string folder_ = "/tmp/podd-test-XXXXXX";
    std::string path_;
    UniqueFd socket_;
};

// What the process writes there, while this lives.
class StandardError {
public:
    StandardError() : before_{::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)} {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        read_.reset(ends[0]);
        const UniqueFd write{ends[1]};
        REQUIRE(::dup2(write.get(), STDERR_FILENO) >= 0);
    }
    ~StandardError() { (void)::dup2(before_.get(), STDERR_FILENO); }
    std::string read() const {
        char text[4096];
        const auto n = ::read(read_.get(), text, sizeof text);
        return {text, static_cast<std::size_t>(n < 0 ? 0 : n)};
    }

private:
    UniqueFd before_;
    UniqueFd read_;
};

}  // namespace

TEST_SUITE("base/journal") {
    TEST_CASE("an entry is one datagram of fields") {
        Journal journal;
        REQUIRE(send_to_journal(
            {LogLevel::kError, "0123", "text", "a.service", {{"ONE", "1"}, {"ONE", "=2"}}},
            journal.path()));
        CHECK(journal.receive() ==
              "PRIORITY=3\nSYSLOG_IDENTIFIER=podd\nMESSAGE_ID=0123\nMESSAGE=text\n"
              "OBJECT_SYSTEMD_UNIT=a.service\nONE=1\nONE==2\n");
    }

    TEST_CASE("a value cannot end its field: line ends travel with the length in front") {
        const auto datagram =
            journal_datagram({LogLevel::kInfo, "0", "m", {}, {{"F", "a\nMESSAGE=b"}}});
        CHECK(datagram.ends_with("\nF\n\x0b\0\0\0\0\0\0\0a\nMESSAGE=b\n"s));
        const std::string big(300, '\n');
        CHECK(journal_datagram({LogLevel::kInfo, "0", "m", {}, {{"F", big}}})
                  .ends_with("\nF\n\x2c\x01\0\0\0\0\0\0"s + big + "\n"));
    }

    TEST_CASE("control characters of the text do not reach a terminal, lines stay lines") {
        const auto datagram =
            journal_datagram({LogLevel::kInfo, "0", "a\x1b[31m\nhint: b\n", {}, {}});
        CHECK(datagram.ends_with("\nMESSAGE\n\x12\0\0\0\0\0\0\0a\\x1b[31m\nhint: b\n\n"s));
    }

    TEST_CASE("where no journal listens, the sender hears of it") {
        CHECK_FALSE(send_to_journal({}, "/nonexistent/socket"));
        CHECK_FALSE(send_to_journal({}, std::string(200, 'x').c_str()));
    }

    TEST_CASE(
        "an entry stands in one place: standard error is for what the journal does not take") {
        Journal journal;
        const StandardError error;
        log_entry({LogLevel::kError, "0", "taken", {}, {}}, journal.path());
        log_entry({LogLevel::kError, "0", "not\ntaken", {}, {}}, "/nonexistent/socket");
        CHECK(error.read() == "<3>not\\x0ataken\n");
        CHECK(journal.receive().ends_with("\nMESSAGE=taken\n"));
    }
}
