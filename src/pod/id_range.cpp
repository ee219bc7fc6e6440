// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/id_range.h"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "plan/plan.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kLockDir = "/run/systemd/nspawn-uid";
constexpr int kTries = 100;
constexpr std::size_t kMaxDatabase = std::size_t{16} * 1024 * 1024;

std::string_view field(std::string_view line, std::size_t index) {
    for (; index > 0; --index) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return {};
        line.remove_prefix(colon + 1);
    }
    return line.substr(0, line.find(':'));
}

template <typename Use>
void each_line(std::string_view text, Use use) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        use(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::uint32_t into_bounds(std::uint32_t bits) {
    return (bits % (kRangeMax - kRangeMin) + kRangeMin) & 0xFFFF0000U;
}

// All of the host's local ids. Read from the files: a start must not hang on a directory server.
std::vector<IdSpan> occupied_ids() {
    std::vector<IdSpan> all;
    const auto add = [&](const char* path, auto spans) {
        if (const auto text = base::read_file(path, kMaxDatabase)) {
            const auto more = spans(*text);
            all.insert(all.end(), more.begin(), more.end());
        }
    };
    add("/etc/passwd", [](std::string_view text) { return spans_of_ids(text, 2); });
    add("/etc/group", [](std::string_view text) { return spans_of_ids(text, 2); });
    add("/etc/subuid", spans_of_subids);
    add("/etc/subgid", spans_of_subids);
    return all;
}

bool is_free(std::uint32_t base, const std::vector<IdSpan>& occupied) {
    const std::uint64_t last = std::uint64_t{base} + plan::kIdCount - 1;
    return std::none_of(occupied.begin(), occupied.end(), [&](const IdSpan& span) {
        return span.first <= last && span.last >= base;
    });
}

// No value when somebody else holds the range.
Result<std::optional<UniqueFd>> try_range_lock(int dir, std::uint32_t base) {
    const auto name = fmt::format("{}", base);
    for (;;) {
        auto fd = TRY(base::open_at(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY, 0600));
        struct flock whole{};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (::fcntl(fd.get(), F_OFD_SETLK, &whole) < 0) {
            if (errno == EAGAIN || errno == EACCES) return std::optional<UniqueFd>{};
            return base::errno_error(fmt::format("locking \"{}/{}\"", kLockDir, name), errno);
        }
        struct stat st{};
        if (::fstat(fd.get(), &st) < 0) return base::errno_error("looking at a lock file", errno);
        // A holder that lets go removes its file: then ours is not the one others see.
        if (st.st_nlink > 0) return std::optional{std::move(fd)};
    }
}

Result<std::uint32_t> random_candidate() {
    std::uint32_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits))
        return base::errno_error("getting random bytes", errno);
    return into_bounds(bits);
}

}  // namespace

std::vector<IdSpan> spans_of_ids(std::string_view text, std::size_t id_field) {
    std::vector<IdSpan> spans;
    each_line(text, [&](std::string_view line) {
        if (const auto id = base::parse_number<std::uint64_t>(field(line, id_field)))
            spans.push_back({*id, *id});
    });
    return spans;
}

std::vector<IdSpan> spans_of_subids(std::string_view text) {
    std::vector<IdSpan> spans;
    each_line(text, [&](std::string_view line) {
        const auto first = base::parse_number<std::uint64_t>(field(line, 1));
        const auto count = base::parse_number<std::uint64_t>(field(line, 2));
        if (first && count && *count > 0 && *first <= UINT32_MAX && *count <= UINT32_MAX)
            spans.push_back({*first, *first + *count - 1});
    });
    return spans;
}

std::uint32_t first_candidate(std::string_view pod) {
    // FNV-1a: spreads names over the ranges; nothing depends on it being hard to guess.
    std::uint32_t hash = 2166136261U;
    for (const char c : pod)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return into_bounds(hash);
}

Result<IdRange> pick_id_range(std::string_view pod) {
    const auto run = TRY(base::open_path("/run/systemd", O_RDONLY | O_DIRECTORY));
    const auto dir = TRY(base::open_or_make_dir(run.get(), "nspawn-uid", 0755));
    const auto occupied = occupied_ids();
    auto base = first_candidate(pod);
    for (int tries = 0; tries < kTries; ++tries, base = TRY(random_candidate())) {
        if (!is_free(base, occupied)) continue;
        if (auto lock = TRY(try_range_lock(dir.get(), base)))
            return IdRange{base, std::move(*lock)};
    }
    return Error{
        ErrorCode::kUnavailable,
        fmt::format("no free range of {} ids found in {} tries; \"{}\" shows which are taken",
                    plan::kIdCount, kTries, kLockDir)};
}

bool is_range_held(std::uint32_t base) {
    const auto fd = base::open_path(fmt::format("{}/{}", kLockDir, base), O_RDONLY | O_NOCTTY);
    struct flock whole{};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return fd && ::fcntl(fd->get(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

}  // namespace podd::pod
