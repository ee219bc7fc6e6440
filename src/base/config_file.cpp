// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/config_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::base {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr const char* kEnding = ".conf";
constexpr std::string_view kBlanks = " \t\r";

Error wrong(std::size_t line, std::string_view message) {
    return {ErrorCode::kInvalidArgument, fmt::format("line {}: {}", line, message)};
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_comment(std::string_view line) {
    return line.empty() || line.front() == '#' || line.front() == ';';
}

// Lines as they count: joined where a backslash ends one. Comments between the joined ones are left
// out. Source: systemd.syntax(7).
class Lines {
public:
    explicit Lines(std::string_view text) : text_{text} {}

    std::optional<std::string> next() {
        std::string joined;
        begin_ = 0;
        while (!text_.empty()) {
            const auto end = std::min(text_.find('\n'), text_.size());
            auto line = trimmed(text_.substr(0, end));
            text_.remove_prefix(std::min(end + 1, text_.size()));
            ++number_;
            if (is_comment(line)) {
                if (begin_ != 0 && line.empty()) break;
                continue;
            }
            if (begin_ == 0) begin_ = number_;
            const bool goes_on = line.ends_with('\\');
            if (goes_on) line.remove_suffix(1);
            joined += line;
            if (!goes_on) break;
            joined += ' ';
        }
        if (begin_ == 0) return std::nullopt;
        return std::string{trimmed(joined)};
    }
    /// Where the line that was given last begins.
    std::size_t number() const { return begin_; }

private:
    std::string_view text_;
    std::size_t number_ = 0;
    std::size_t begin_ = 0;
};

// "[Registry [::1]:5000]" is a section as well.
bool has_pairs_of_brackets(std::string_view name) {
    bool is_open = false;
    for (const char c : name) {
        if (c != '[' && c != ']') continue;
        if (is_open == (c == '[')) return false;
        is_open = c == '[';
    }
    return !is_open;
}

Result<ConfigSection> section(std::string_view line, std::size_t number) {
    const auto name = trimmed(line.substr(1, line.size() - 2));
    if (!line.ends_with(']') || name.empty() || !has_pairs_of_brackets(name))
        return wrong(number, fmt::format("found \"{}\", wanted a section as \"[Name]\"", line));
    return ConfigSection{std::string{name}, number, {}};
}

Result<ConfigLine> assignment(std::string_view line, std::size_t number) {
    const auto equals = line.find('=');
    const auto key = trimmed(line.substr(0, std::min(equals, line.size())));
    if (equals == std::string_view::npos || key.empty())
        return wrong(number, fmt::format("found \"{}\", wanted KEY=VALUE", line));
    return ConfigLine{std::string{key}, std::string{trimmed(line.substr(equals + 1))}, number};
}

Result<> check_owner(int fd, std::string_view what) {
    struct stat st{};
    if (::fstat(fd, &st) < 0) return errno_error("looking at it", errno);
    // An unprivileged reader acts for nobody but itself.
    if (::geteuid() != 0 || (st.st_uid == 0 && (st.st_mode & 0022) == 0)) return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("found {} of uid {} with mode {:04o}, wanted one that only root can "
                             "write",
                             what, st.st_uid, st.st_mode & 07777)};
}

bool ends_with_one_of(std::string_view name, const std::vector<std::string>& endings) {
    return std::any_of(endings.begin(), endings.end(),
                       [&](const auto& ending) { return name.ends_with(ending); });
}

// File name → path of the one that counts.
Result<> add_directory(std::map<std::string, std::string>& files, const std::string& path,
                       const std::vector<std::string>& endings) {
    auto directory = open_path(path, O_RDONLY | O_DIRECTORY);
    if (!directory && directory.error().code() == ErrorCode::kNotFound) return {};
    const auto fd = TRY(std::move(directory));
    TRY_CONTEXT(check_owner(fd.get(), "a directory"), "\"{}\"", path);
    const auto names = TRY(list_dir(fd.get()));
    for (const auto& name : names)
        if (ends_with_one_of(name, endings) && !name.starts_with('.'))
            files.emplace(name, fmt::format("{}/{}", path, name));
    return {};
}

// Nothing: it masks those of its name.
Result<std::optional<ConfigFile>> read_config_file(const std::string& path) {
    const auto text = TRY(read_config_text(path));
    if (!text) return std::optional<ConfigFile>{};
    auto sections = TRY(parse_config(*text));
    return std::optional{ConfigFile{path, std::move(sections)}};
}

}  // namespace

Result<std::optional<std::string>> read_config_text(const std::string& path) {
    const auto fd = TRY(open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat st{};
    if (::fstat(fd.get(), &st) < 0) return errno_error("looking at it", errno);
    if (S_ISCHR(st.st_mode)) return std::optional<std::string>{};
    if (!S_ISREG(st.st_mode))
        return Error{ErrorCode::kInvalidArgument, "found no regular file, wanted one"};
    TRY(check_owner(fd.get(), "a file"));
    auto text = TRY(read_all(fd.get(), kMaxBytes));
    if (text.empty()) return std::optional<std::string>{};
    return std::optional{std::move(text)};
}

Result<std::vector<ConfigSection>> parse_config(std::string_view text) {
    std::vector<ConfigSection> sections;
    Lines lines{text};
    if (text.find('\0') != std::string_view::npos)
        return Error{ErrorCode::kInvalidArgument, "found a NUL byte, wanted text"};
    while (const auto line = lines.next()) {
        if (line->starts_with('[')) {
            sections.push_back(TRY(section(*line, lines.number())));
            continue;
        }
        auto made = TRY(assignment(*line, lines.number()));
        if (sections.empty())
            return wrong(lines.number(), fmt::format("found \"{}=\" in front of the first section, "
                                                     "wanted \"[Name]\" above it",
                                                     made.key));
        sections.back().lines.push_back(std::move(made));
    }
    return sections;
}

Result<std::vector<std::string>> list_config_files(const std::vector<std::string>& directories,
                                                   const std::vector<std::string>& endings) {
    std::map<std::string, std::string> files;
    for (const auto& directory : directories)
        TRY(add_directory(files, directory, endings));
    std::vector<std::string> paths;
    paths.reserve(files.size());
    for (auto& [name, path] : files)
        paths.push_back(std::move(path));
    return paths;
}

Result<std::vector<ConfigFile>> read_config_files(const std::vector<std::string>& directories) {
    const auto paths = TRY(list_config_files(directories, {kEnding}));
    std::vector<ConfigFile> files;
    for (const auto& path : paths) {
        auto file = TRY_CONTEXT(read_config_file(path), "\"{}\"", path);
        if (file) files.push_back(std::move(*file));
    }
    return files;
}

Result<std::vector<ConfigFile>> read_config_files(std::string_view folder) {
    return read_config_files({fmt::format("/etc/podd/{}", folder),
                              fmt::format("/run/podd/{}", folder),
                              fmt::format("/usr/lib/podd/{}", folder)});
}

Result<std::vector<ConfigFile>> read_config_with_parts(const std::string& name) {
    std::vector<ConfigFile> files;
    const auto main = "/" + name;
    for (const auto& path :
         TRY(list_config_files({"/etc/podd", "/run/podd", "/usr/lib/podd"}, {name}))) {
        if (!path.ends_with(main)) continue;
        auto file = TRY_CONTEXT(read_config_file(path), "\"{}\"", path);
        if (file) files.push_back(std::move(*file));
    }
    for (auto& part : TRY(read_config_files(name + ".d")))
        files.push_back(std::move(part));
    return files;
}

Error config_error(const ConfigFile& file, std::size_t line, std::string message) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("\"{}\": line {}: {}", file.path, line, message)};
}

}  // namespace podd::base
