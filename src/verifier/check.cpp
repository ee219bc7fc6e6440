// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>
#include <cstdint>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/socket_message.h"
#include "trust/openpgp.h"
#include "trust/public_key.h"
#include "verifier/commands.h"

namespace podd::verifier {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxSignatureBytes = std::size_t{64} << 10;

// A key in a file of another name would be trusted where nobody meant it.
Result<> add_key_file(trust::Keyring& keyring, const std::string& path) {
    const auto named = path.substr(path.rfind('/') + 1);
    const auto text = TRY(base::read_file(path, kMaxKeyBytes));
    if (trust::is_public_key(text)) return {};  // of no use for a signature by OpenPGP
    const auto keys = TRY(keyring.add(text));
    if (keys.size() == 1 && keys.front() == named) return {};
    return Error{ErrorCode::kCorrupt,
                 fmt::format("found key {}{}, wanted the one that the file is named after",
                             keys.front(), keys.size() > 1 ? " and others" : "")};
}

// A descriptor that others hold as well, whose offset is theirs.
class SharedFile {
public:
    explicit SharedFile(int fd) : fd_{fd} {}

    /// Like read(2).
    ssize_t read_more(char* buffer, std::size_t size) {
        ssize_t got = -1;
        do
            got = ::pread(fd_, buffer, size, offset_);
        while (got < 0 && errno == EINTR);
        if (got < 0) error_ = errno;
        if (got > 0) offset_ += got;
        return got;
    }

    int error() const { return error_; }

private:
    int fd_;
    off_t offset_ = 0;
    int error_ = 0;
};

Result<std::string> read_signature(int fd) {
    SharedFile file{fd};
    std::string text(kMaxSignatureBytes + 1, '\0');
    std::size_t size = 0;
    ssize_t got = 0;
    while ((got = file.read_more(text.data() + size, text.size() - size)) > 0)
        size += static_cast<std::size_t>(got);
    if (file.error() != 0) return base::errno_error("reading the signature", file.error());
    if (size > kMaxSignatureBytes)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the signature file has more than {} bytes", kMaxSignatureBytes)};
    text.resize(size);
    return text;
}

Result<> check_is_file(int fd) {
    struct stat st{};
    if (::fstat(fd, &st) < 0) return base::errno_error("looking at the signed file", errno);
    if (S_ISREG(st.st_mode)) return {};
    return Error{ErrorCode::kInvalidArgument,
                 "only a file can be checked against a signature, because it is read twice"};
}

Result<base::Json> check_files(int image, int signature_fd,
                               const std::vector<std::string>& key_files) {
    TRY(check_is_file(image));
    const auto signature = TRY(read_signature(signature_fd));
    auto keyring = TRY(trust::Keyring::make(kHomeParent));
    for (const auto& path : key_files)
        TRY_CONTEXT(add_key_file(keyring, path), "trusted key \"{}\"", path);

    SharedFile file{image};
    base::Hash hash{base::HashAlgorithm::kSha256};
    auto signer = keyring.verify(signature, [&](char* buffer, std::size_t size) {
        const ssize_t got = file.read_more(buffer, size);
        if (got > 0) hash.update({buffer, static_cast<std::size_t>(got)});
        return got;
    });
    if (file.error() != 0) return base::errno_error("reading the signed file", file.error());
    base::Json good;
    good.add("fingerprint", TRY(std::move(signer)));
    good.add("sha256", hash.finish_hex());
    base::Json line;
    line.add("good", std::move(good));
    return line;
}

}  // namespace

Result<base::UniqueFd> open_fetched(int folder, const std::string& name, int flags) {
    base::UniqueFd file{
        ::openat(folder, name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!file) return base::errno_error(fmt::format("opening \"{}\"", name), errno);
    return file;
}

Result<base::Json> check(int socket, const std::vector<std::string>& key_files) {
    const auto message = TRY_CONTEXT(base::receive_message(socket, 64, 2), "getting the files");
    if (message.fds.size() != 2)
        return Error{ErrorCode::kInvalidArgument, "wanted a file and its signature"};
    return check_files(message.fds[0].get(), message.fds[1].get(), key_files);
}

Result<base::Json> check_fetched(int folder, const std::vector<std::string>& key_files) {
    const auto image = TRY(open_fetched(folder, kFetchedAci, O_RDONLY));
    const auto signature = TRY(open_fetched(folder, kFetchedSignature, O_RDONLY));
    TRY(check_is_file(signature.get()));
    return check_files(image.get(), signature.get(), key_files);
}

}  // namespace podd::verifier
