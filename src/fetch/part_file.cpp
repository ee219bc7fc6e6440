// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/part_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "fetch/header_values.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxNote = std::size_t{64} * 1024;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62;

std::string partial(const std::string& name) {
    return name + ".partial";
}
std::string note_name(const std::string& name) {
    return name + ".note";
}

}  // namespace

std::string write_part_note(const PartNote& note) {
    Json json;
    json.add("url", note.url);
    json.add("validator", note.validator);
    json.add("size", note.size);
    return json.str() + "\n";
}

Result<PartNote> read_part_note(std::string_view text) {
    const auto json = TRY(Json::parse(text, {.max_bytes = kMaxNote, .max_depth = 4}));
    const schema::JsonNode node{json};
    const auto member = [](const schema::JsonNode& one) { return one.text(); };
    PartNote note;
    note.url = TRY(schema::read_member(node, "url", member));
    note.validator = TRY(schema::read_member(node, "validator", member));
    const schema::JsonNode size = TRY(node.member("size"));
    note.size = TRY(size.natural(0, kMostBytes));
    return note;
}

PartFile::PartFile(UniqueFd directory, std::string name)
    : directory_{std::move(directory)}, name_{std::move(name)} {}

Result<PartFile> PartFile::open(int directory_fd, const std::string& name, const std::string& url) {
    auto directory = TRY(base::open_at(directory_fd, ".", O_RDONLY | O_DIRECTORY));
    PartFile part{std::move(directory), name};
    const int fd = part.directory_.get();
    if (::renameat(fd, name.c_str(), fd, partial(name).c_str()) < 0 && errno != ENOENT)
        return base::errno_error(fmt::format("renaming \"{}\"", name), errno);
    part.file_ = TRY(base::open_at(fd, partial(name), O_RDWR | O_CREAT | O_NONBLOCK, 0644,
                                   base::Resolve::kNoSymlinks));
    TRY(part.take_existing(url));
    return part;
}

// The last byte of a whole one is asked for again: a server answers to that with the version, and
// to a part behind the end with an error that says little.
Result<> PartFile::take_existing(const std::string& url) {
    struct stat st{};
    if (::fstat(file_.get(), &st) < 0) return base::errno_error("looking at a part", errno);
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" is no regular file", partial(name_))};
    const auto size = static_cast<std::uint64_t>(st.st_size);
    const auto text = base::read_file(directory_.get(), note_name(name_), kMaxNote);
    const auto note = text ? read_part_note(*text) : Result<PartNote>{PartNote{}};
    const bool is_good = note && note->url == url && !note->validator.empty() &&
                         (note->size == 0 || size <= note->size);
    if (!is_good || size < 2) return restart({.url = url});
    note_ = *note;
    have_ = note_.size == 0 || size == note_.size ? size - 1 : size;
    if (::ftruncate(file_.get(), static_cast<off_t>(have_)) < 0 ||
        ::lseek(file_.get(), 0, SEEK_END) < 0)
        return base::errno_error("going on with a part", errno);
    return {};
}

Result<> PartFile::restart(PartNote note) {
    if (::ftruncate(file_.get(), 0) < 0 || ::lseek(file_.get(), 0, SEEK_SET) < 0)
        return base::errno_error("beginning a file anew", errno);
    have_ = 0;
    note_ = std::move(note);
    return base::write_file(directory_.get(), note_name(name_), write_part_note(note_), 0644);
}

Result<> PartFile::append(std::string_view bytes) {
    TRY_CONTEXT(base::write_all(file_.get(), bytes), "writing \"{}\"", partial(name_));
    have_ += bytes.size();
    return {};
}

Result<> PartFile::finish() {
    const int fd = directory_.get();
    if (::renameat(fd, partial(name_).c_str(), fd, name_.c_str()) < 0)
        return base::errno_error(fmt::format("naming \"{}\"", name_), errno);
    return {};
}

}  // namespace podd::fetch
