// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a message of a worker that a broken image has taken over: what is too long is
// refused, no descriptor stays open, and the document that it asks for lies in the image's folder.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket_message.h"

namespace {

using namespace podd;  // NOLINT(google-build-using-namespace): what is fuzzed

constexpr std::size_t kMaxBytes = 256;
constexpr std::size_t kMaxFds = 2;
constexpr std::string_view kSecret = "outside";

void must(bool holds) {
    if (!holds) std::abort();
}

// A folder with links that lead out, beside a file that nobody may read.
class Folder {
public:
    Folder() {
        char name[] = "/tmp/podd-fuzz-XXXXXX";
        must(::mkdtemp(name) != nullptr);
        top_ = name;
        std::filesystem::create_directories(top_ + "/image/blobs");
        std::ofstream{top_ + "/secret"} << kSecret;
        std::ofstream{top_ + "/image/index.json"} << "{}";
        for (const auto& [link, target] :
             {std::pair{"a", "../secret"}, {"b", "/secret"}, {"c", ".."}, {"d", "d"}})
            std::filesystem::create_symlink(target, top_ + "/image/" + link);
        must(::mkfifo((top_ + "/image/f").c_str(), 0600) == 0);
        image_ = base::open_path(top_ + "/image", O_RDONLY | O_DIRECTORY).value();
    }
    ~Folder() { std::filesystem::remove_all(top_); }
    int image() const { return image_.get(); }

private:
    std::string top_;
    base::UniqueFd image_;
};

int next_fd() {
    const base::UniqueFd fd{::dup(0)};
    return fd.get();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    if (size < 2) return 0;
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    const int before = next_fd();
    {
        int sockets[2];
        must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0);
        const base::UniqueFd sender{sockets[0]};
        const base::UniqueFd receiver{sockets[1]};
        const std::vector<int> fds(data[0] % 4, STDIN_FILENO);
        if (!base::send_message(sender.get(), text, fds)) return 0;
        const auto message = base::receive_message(receiver.get(), kMaxBytes, kMaxFds);
        must(message.has_value() == (text.size() <= kMaxBytes && fds.size() <= kMaxFds));
        if (message) must(message->text == text && message->fds.size() == fds.size());
    }
    must(next_fd() == before);
    if (text.find('\0') != std::string_view::npos) return 0;
    if (const auto document = base::read_file(folder.image(), std::string{text}, 4096))
        must(*document != kSecret);
    return 0;
}
