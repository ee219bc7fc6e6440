// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/manifest_files.h"

#include <algorithm>
#include <cctype>
#include <climits>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "pod/manifest_open.h"
#include "unit/render.h"

namespace podd::pod {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

constexpr std::string_view kEnding = ".json";
// Spoken by Kubernetes; such files take a pod's name although this version does not read them.
constexpr std::string_view kLaterEndings[] = {".yaml", ".yml"};

// What editors and package managers leave behind.
// Source: systemd, basic/path-util.c, hidden_or_backup_file(); ".ignore" since version 259.
bool is_hidden_or_backup(std::string_view name) {
    static constexpr std::string_view kEndings[] = {
        "rpmnew",    "rpmsave",  "rpmorig",     "dpkg-old",    "dpkg-new", "dpkg-tmp",
        "dpkg-dist", "dpkg-bak", "dpkg-backup", "dpkg-remove", "ucf-new",  "ucf-old",
        "ucf-dist",  "swp",      "bak",         "old",         "new",      "ignore"};
    if (name.starts_with('.') || name.ends_with('~')) return true;
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto* const end = std::end(kEndings);
    return std::find(std::begin(kEndings), end, name.substr(dot + 1)) != end;
}

// Name of the pod that a file is about; empty when it is about none.
std::string_view pod_of(std::string_view file) {
    if (is_hidden_or_backup(file)) return {};
    if (file.ends_with(kEnding)) return file.substr(0, file.size() - kEnding.size());
    for (const auto ending : kLaterEndings)
        if (file.ends_with(ending)) return file.substr(0, file.size() - ending.size());
    return {};
}

// The files of one directory that are about one pod: one, unless somebody made a mistake.
struct Candidate {
    const UniqueFd* dir = nullptr;
    std::string dir_path;
    std::vector<std::string> files;
    std::string path() const { return fmt::format("{}/{}", dir_path, files.front()); }
};
using Candidates = std::map<std::string, Candidate, std::less<>>;

struct Directories {
    std::vector<UniqueFd> fds;
    Candidates candidates;
    std::vector<ManifestProblem> problems;
};

void add_directory(Directories& all, const UniqueFd& dir, const std::string& path,
                   const std::vector<std::string>& names) {
    Candidates mine;
    for (const auto& file : names) {
        const auto pod = pod_of(file);
        if (pod.empty()) continue;
        auto& candidate = mine[std::string{pod}];
        candidate.dir = &dir;
        candidate.dir_path = path;
        candidate.files.push_back(file);
    }
    all.candidates.merge(mine);  // keeps what a directory of higher precedence has
}

Directories look_into(const ManifestSearch& search) {
    Directories all;
    all.fds.reserve(search.directories.size());  // candidates point into it
    for (const auto& path : search.directories) {
        auto dir = open_manifest_dir(path, search.owner);
        if (!dir) {
            if (dir.error().code() != ErrorCode::kNotFound)
                all.problems.push_back({path, dir.error().message()});
            continue;
        }
        all.fds.push_back(std::move(dir).value());
        const auto names = base::list_dir(all.fds.back().get());
        if (!names)
            all.problems.push_back({path, names.error().message()});
        else
            add_directory(all, all.fds.back(), path, *names);
    }
    return all;
}

Result<schema::PodName> checked_name(const std::string& text, const std::string& host_name) {
    auto name = TRY_CONTEXT(schema::PodName::parse(text), "file name");
    if (!host_name.empty() && text == host_name)
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("file name: found \"{}\", the host's own name, wanted another", text)};
    return name;
}

Result<> check_file_names(const Candidate& candidate) {
    if (candidate.files.size() > 1)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("found \"{}\" beside it, wanted one file for each pod",
                                 candidate.files[1])};
    if (!candidate.files.front().ends_with(kEnding))
        return Error{ErrorCode::kInvalidArgument,
                     "found a YAML file, which this version does not read, wanted \".json\""};
    return {};
}

// Empty when the file is a mask. Errors without the path.
Result<std::optional<Manifest>> load(const std::string& name, const Candidate& candidate,
                                     const ManifestSearch& search) {
    TRY(check_file_names(candidate));
    const auto opened = TRY(open_manifest(candidate.dir->get(), candidate.files[0], search.owner));
    if (opened.masked) return std::optional<Manifest>{};
    auto pod_name = TRY(checked_name(name, search.host_name));
    auto text = TRY(base::read_all(opened.fd.get(), kManifestMaxBytes));
    auto manifest = TRY(schema::PodManifest::parse(text));
    return std::optional{
        Manifest{{std::move(pod_name), std::move(manifest), candidate.path()}, std::move(text)}};
}

std::string host_name() {
    char text[HOST_NAME_MAX + 1] = {};
    if (::gethostname(text, sizeof text - 1) < 0) return {};
    std::string name{text};
    name.resize(std::min(name.find('.'), name.size()));
    for (char& c : name)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

}  // namespace

std::string ManifestProblem::str() const {
    return fmt::format("{}: {}", path, message);
}

ManifestSearch manifest_search() {
    ManifestSearch search;
    search.owner = ::geteuid() == 0 ? Owner::kRootOnly : Owner::kAnybody;
    search.host_name = host_name();
    return search;
}

ManifestScan scan_manifests(const ManifestSearch& search) {
    auto all = look_into(search);
    ManifestScan scan{{}, std::move(all.problems)};
    for (const auto& [name, candidate] : all.candidates) {
        auto manifest = load(name, candidate, search);
        if (!manifest)
            scan.problems.push_back({candidate.path(), manifest.error().message()});
        else if (auto& loaded = manifest.value())
            scan.manifests.push_back(*std::move(loaded));
    }
    return scan;
}

Result<Manifest> find_manifest(std::string_view pod_name, const ManifestSearch& search) {
    const auto all = look_into(search);
    const auto found = all.candidates.find(pod_name);
    if (found == all.candidates.end()) {
        // A directory that could not be read may be where it is.
        if (!all.problems.empty()) return Error{ErrorCode::kDenied, all.problems.front().str()};
        return Error{ErrorCode::kNotFound,
                     fmt::format("no manifest \"{}{}\" in {}", pod_name, kEnding,
                                 fmt::join(search.directories, ", "))};
    }
    const auto path = found->second.path();
    auto manifest = TRY_CONTEXT(load(found->first, found->second, search), "{}", path);
    if (!manifest) return Error{ErrorCode::kNotFound, fmt::format("the pod is masked by {}", path)};
    return *std::move(manifest);
}

std::vector<ManifestEntry> list_manifests(const ManifestSearch& search) {
    const auto all = look_into(search);
    std::vector<ManifestEntry> entries;
    for (const auto& [name, candidate] : all.candidates) {
        const auto opened =
            open_manifest(candidate.dir->get(), candidate.files.front(), search.owner);
        entries.push_back({name, candidate.path(), opened && opened->masked});
    }
    return entries;
}

Result<Manifest> load_manifest(const std::string& path) {
    const auto slash = path.rfind('/');
    const auto dir = slash == std::string::npos ? std::string{"."} : path.substr(0, slash + 1);
    const auto file = slash == std::string::npos ? path : path.substr(slash + 1);
    if (!file.ends_with(kEnding))
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("{}: file name: found \"{}\", wanted <pod>{}", path, file, kEnding)};
    const ManifestSearch search{{dir}, Owner::kAnybody, host_name()};
    const auto dir_fd = TRY_CONTEXT(open_manifest_dir(dir, search.owner), "{}", path);
    const Candidate candidate{&dir_fd, dir, {file}};
    auto manifest = TRY_CONTEXT(
        load(file.substr(0, file.size() - kEnding.size()), candidate, search), "{}", path);
    if (!manifest)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("{}: found an empty file, wanted a pod manifest", path)};
    manifest->pod.source_path = path;
    return *std::move(manifest);
}

}  // namespace podd::pod
