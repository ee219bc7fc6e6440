// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/tar_writer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <archive.h>
#include <unistd.h>

#include "archive/library_entry.h"
#include "base/printable.h"

namespace podd::archive {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

struct FreeWriter {
    void operator()(::archive* writer) const { (void)::archive_write_free(writer); }
};
using Writer = std::unique_ptr<::archive, FreeWriter>;

bool is_utf8(const std::string& name) {
    return std::mbstowcs(nullptr, name.c_str(), 0) != static_cast<std::size_t>(-1);
}

}  // namespace

struct TarWriter::State {
    explicit State(Output to) : output{std::move(to)} { pending.reserve(kBufferBytes); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { over = true; }

    Output output;
    std::optional<Error> error{};  // of the output; nothing is written after it
    bool over = false;             // the end that freeing a writer writes goes nowhere
    std::string pending{};         // for the output
    // Members with names that are no text have a header that says so, and GNU tar complains about
    // it. Only such members come from a writer of their own, which never ends the archive.
    Writer text{::archive_write_new()};
    Writer bytes{::archive_write_new()};
    ::archive* current = text.get();

    Result<> flush() {
        if (!pending.empty()) TRY(output(pending));
        pending.clear();
        return {};
    }
    Result<> put(std::string_view piece) {
        if (pending.size() + piece.size() > kBufferBytes) TRY(flush());
        if (piece.size() >= kBufferBytes) return output(piece);
        pending += piece;
        return {};
    }
};

namespace {

// An error is not told to the library, which leaks memory then. TarWriter asks after each call.
template <typename State>
la_ssize_t write_block(::archive* /*writer*/, void* data, const void* block, std::size_t length) {
    auto& state = *static_cast<State*>(data);
    if (!state.over && !state.error)
        if (auto done = state.put({static_cast<const char*>(block), length}); !done)
            state.error.emplace(std::move(done).error());
    return static_cast<la_ssize_t>(length);
}

template <typename State>
bool open_writer(const Writer& writer, State& state) {
    // "Restricted": extended headers only where they are needed, and none with inodes and devices
    // of this machine. Without blocks, so that two writers can take turns.
    return writer != nullptr &&
           ::archive_write_set_format_pax_restricted(writer.get()) == ARCHIVE_OK &&
           ::archive_write_set_format_option(writer.get(), "pax", "xattrheader", "SCHILY") ==
               ARCHIVE_OK &&
           ::archive_write_set_bytes_per_block(writer.get(), 0) == ARCHIVE_OK &&
           (&writer != &state.bytes ||
            ::archive_write_set_format_option(writer.get(), "pax", "hdrcharset", "BINARY") ==
                ARCHIVE_OK) &&
           ::archive_write_open(writer.get(), &state, nullptr, write_block<State>, nullptr) ==
               ARCHIVE_OK;
}

}  // namespace

TarWriter::TarWriter(std::unique_ptr<State> state) : state_{std::move(state)} {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

Result<TarWriter> TarWriter::create(Output output) {
    auto state = std::make_unique<State>(std::move(output));
    if (!open_writer(state->text, *state) || !open_writer(state->bytes, *state))
        return Error{ErrorCode::kInternal, "libarchive does not start"};
    return TarWriter{std::move(state)};
}

Result<> TarWriter::check(int status, std::string_view what) const {
    if (const auto& error = state_->error; error) return *error;
    // A warning says that something of the member does not stand in the header.
    if (status == ARCHIVE_OK) return {};
    const char* text = ::archive_error_string(state_->current);
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{}: {}", what, base::printable(text != nullptr ? text : "no reason"))};
}

Result<> TarWriter::add(const TarEntry& entry) {
    TRY(check(::archive_write_finish_entry(state_->current), "writing it"));
    const bool is_text = is_utf8(entry.name) && is_utf8(entry.link);
    state_->current = is_text ? state_->text.get() : state_->bytes.get();
    const auto header = library_entry(entry);
    return check(::archive_write_header(state_->current, header.get()),
                 "a tar archive cannot hold it");
}

Result<> TarWriter::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::archive_write_data(state_->current, bytes.data(), bytes.size());
        TRY(check(n < 0 ? ARCHIVE_FATAL : ARCHIVE_OK, "writing it"));
        if (n == 0) return {};  // a hole at the end
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<> TarWriter::write_from(int fd, std::uint64_t begin, std::uint64_t end) {
    std::vector<char> buffer(std::min<std::uint64_t>(end - begin, kBufferBytes));
    while (begin < end) {
        const auto want = std::min<std::uint64_t>(end - begin, buffer.size());
        const ssize_t n = ::pread(fd, buffer.data(), want, static_cast<off_t>(begin));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return base::errno_error("reading it", errno);
        if (n == 0) return Error{ErrorCode::kConflict, "became shorter while it was read"};
        TRY(write({buffer.data(), static_cast<std::size_t>(n)}));
        begin += static_cast<std::uint64_t>(n);
    }
    return {};
}

Result<> TarWriter::write_zeros(std::uint64_t count) {
    static constexpr std::array<char, 65536> kZeros{};
    for (std::uint64_t step = 0; count > 0; count -= step) {
        step = std::min<std::uint64_t>(count, kZeros.size());
        TRY(write({kZeros.data(), step}));
    }
    return {};
}

Result<> TarWriter::add_file(const TarEntry& entry, std::string_view bytes) {
    TarEntry sized = entry;
    sized.size = bytes.size();
    TRY(add(sized));
    return write(bytes);
}

Result<> TarWriter::finish() {
    TRY(check(::archive_write_finish_entry(state_->current), "writing it"));
    state_->current = state_->text.get();
    TRY(check(::archive_write_close(state_->current), "ending the archive"));
    return state_->flush();
}

}  // namespace podd::archive
