// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/listed_tree.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include <unistd.h>

#include "archive/digest_list.h"
#include "base/file.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;
constexpr std::string_view kPathPrefix = "./";
constexpr std::string_view kFile = " type=file ";
constexpr std::string_view kDigest = " sha256digest=";
constexpr std::string_view kXattrHead = "#xattrs";

std::optional<std::array<unsigned char, 32>> digest_value(std::string_view hex) {
    std::array<unsigned char, 32> bytes{};
    if (hex.size() != 2 * bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* digits = hex.data() + 2 * i;
        const auto [end, error] = std::from_chars(digits, digits + 2, bytes[i], 16);
        if (error != std::errc{} || end != digits + 2) return std::nullopt;
    }
    return bytes;
}

std::string escaped(std::string_view path) {
    std::string text;
    append_escaped(text, path);
    return text;
}

}  // namespace

Result<> ListedTree::line(std::string_view text) {
    if (text.starts_with(kUnnamedMark)) {
        unnamed_.emplace(text.substr(kUnnamedMark.size()));
        return {};
    }
    if (text == kXattrHead) knows_attributes_ = true;
    const auto path = text.substr(0, text.find(' '));
    if (!path.starts_with(kPathPrefix) || !text.substr(path.size()).starts_with(kFile)) return {};
    const auto xattrs = std::min(text.rfind(kXattrKey), text.size());
    const auto at = text.rfind(kDigest);
    const auto digest =
        at >= xattrs ? std::nullopt
                     : digest_value(text.substr(at + kDigest.size(), xattrs - at - kDigest.size()));
    if (!digest) return Error{ErrorCode::kCorrupt, "the list of a tree's files is damaged"};
    files_.emplace(path.substr(kPathPrefix.size()), *digest);
    if (xattrs < text.size()) attributed_.emplace(path.substr(kPathPrefix.size()));
    return {};
}

Result<ListedTree> ListedTree::read(int list_fd) {
    ListedTree tree;
    std::string text;
    off_t at = 0;
    for (;;) {
        const auto kept = text.size();
        text.resize(kept + kBlockBytes);
        const ssize_t n = ::pread(list_fd, text.data() + kept, kBlockBytes, at);
        if (n < 0) return base::errno_error("reading the list of a tree's files", errno);
        text.resize(kept + static_cast<std::size_t>(n));
        at += n;
        std::size_t from = 0;
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
            TRY(tree.line(std::string_view{text}.substr(from, end - from)));
            from = end + 1;
        }
        text.erase(0, from);
        if (n == 0) break;
    }
    if (!text.empty()) return Error{ErrorCode::kCorrupt, "the list of a tree's files is cut"};
    return tree;
}

std::optional<std::array<unsigned char, 32>> ListedTree::sha256(std::string_view path) const {
    const auto found = files_.find(escaped(path));
    if (found == files_.end()) return std::nullopt;
    return found->second;
}

bool ListedTree::may_have_attributes(std::string_view path) const {
    return !knows_attributes_ || attributed_.contains(escaped(path));
}

bool ListedTree::is_unnamed(std::string_view path) const {
    return unnamed_.contains(escaped(path));
}

}  // namespace podd::archive
