// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/root_findings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <sys/stat.h>

#include "plan/program_file.h"

namespace podd::pod {

using base::Result;
using Covered = LayeredRoot::Covered;
using Kind = LayeredRoot::Place::Kind;
using What = RootFindings::Refusal::What;

namespace {

// What stage1 has there whatever the image has, and folders that it makes where the image has none.
constexpr std::array kOwnTrees{"/dev", "/proc", "/sys"};
constexpr std::array<std::string_view, 3> kMadeFolders{"/etc", "/run", "/tmp"};

class AppFiles final : public plan::ProgramFiles {
public:
    AppFiles(const LayeredRoot& root, const Covered& covered, const std::string& folder)
        : root_{root}, covered_{covered}, folder_{folder} {}

    plan::FileKind kind(const std::string& path) const override {
        const auto place = root_.look(absolute(path), covered_);
        if (!place) return plan::FileKind::kMissing;  // links in a circle
        if (place->kind == Kind::kCovered) return plan::FileKind::kUnknown;
        if (place->kind != Kind::kFile || !S_ISREG(place->mode)) return plan::FileKind::kMissing;
        return (place->mode & 0111) != 0 ? plan::FileKind::kExecutable : plan::FileKind::kFile;
    }
    base::UniqueFd open(const std::string& path) const override {
        // What is covered is not the image's.
        if (const auto found = kind(path);
            found == plan::FileKind::kUnknown || found == plan::FileKind::kMissing)
            return {};
        auto file = root_.open_file(absolute(path));
        return file ? *std::move(file) : base::UniqueFd{};
    }

private:
    std::string absolute(const std::string& path) const {
        return path.starts_with('/') ? path : fmt::format("{}/{}", folder_, path);
    }
    const LayeredRoot& root_;
    const Covered& covered_;
    const std::string& folder_;
};

Result<Covered> covered_by_mounts(const ResolvedApp& app, const LayeredRoot& root) {
    std::vector<std::string> targets;
    targets.reserve(app.mounts.size());
    for (const auto& mount : app.mounts)
        targets.push_back(mount.target);
    auto covered = TRY(root.covered_by(targets));
    covered.insert(kOwnTrees.begin(), kOwnTrees.end());
    return covered;
}

// Folders on the way to a mount's target are made where they are missing; what else the image has
// there stays.
std::string obstacle(const LayeredRoot& root, const Covered& covered, const std::string& target) {
    for (auto slash = target.find('/', 1); slash != std::string::npos;
         slash = target.find('/', slash + 1)) {
        const auto folder = target.substr(0, slash);
        const auto place = root.look(folder, covered);
        if (!place) return place.error().message();
        if (place->kind == Kind::kDanglingLink)
            return fmt::format("\"{}\" is a link that leads nowhere", folder);
        if (place->kind == Kind::kFile)
            return fmt::format("\"{}\" is no directory in the image", folder);
        if (place->kind != Kind::kDirectory) return {};
    }
    return {};
}

std::string missing_folder(const LayeredRoot& root, const Covered& covered,
                           const std::string& path) {
    const auto place = root.look(path, covered);
    if (!place) return place.error().message();
    const bool is_made =
        std::find(kMadeFolders.begin(), kMadeFolders.end(), path) != kMadeFolders.end();
    switch (place->kind) {
        case Kind::kDirectory:
        case Kind::kCovered: return {};
        case Kind::kFile: return "it is no directory in the image";
        case Kind::kNothing:
            if (is_made) return {};
            break;
        case Kind::kDanglingLink: break;
    }
    return "there is no such directory in the image";
}

}  // namespace

RootFindings root_findings(const ResolvedApp& app, const LayeredRoot& root,
                           std::string_view search_path) {
    RootFindings found;
    const auto refuse = [&](What what, std::string message, std::string target = {}) {
        found.refusals.push_back({what, std::move(target), std::move(message)});
    };
    const auto covered = covered_by_mounts(app, root);
    if (!covered) {
        refuse(What::kMount, covered.error().message());
        return found;
    }
    for (const auto& mount : app.mounts)
        if (auto why = obstacle(root, *covered, mount.target); !why.empty())
            refuse(What::kMount, fmt::format("volume at \"{}\": {}", mount.target, why),
                   mount.target);
    const auto& folder = app.working_directory;
    if (auto why = missing_folder(root, *covered, folder);
        !why.empty() && !app.make_working_directory)
        refuse(What::kWorkingDirectory, fmt::format("working directory \"{}\": {}", folder, why));
    const AppFiles files{root, *covered, folder};
    const auto look_for = [&](const std::vector<std::string>& argv) {
        return plan::find_program(argv.front(), search_path, files);
    };
    // What runs before may put the program there.
    const auto& first = app.pre_start.empty() ? app.argv : app.pre_start;
    if (const auto program = look_for(first); !program)
        refuse(app.pre_start.empty() ? What::kProgram : What::kPreStart, program.error().message());
    if (app.post_stop.empty()) return found;
    if (const auto program = look_for(app.post_stop); !program)
        found.warnings.push_back(fmt::format("post-stop handler: {}", program.error().message()));
    return found;
}

}  // namespace podd::pod
