// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "plan/program_file.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;
using plan::FileKind;

namespace {

std::string_view search_path(const plan::AppPlan& app) {
    for (const auto& [name, value] : app.environment)
        if (name == "PATH") return value;
    return {};  // the plan has one, unless the manifest says that there is none
}

// From "/" as it is for this process.
class OwnFiles final : public plan::ProgramFiles {
public:
    FileKind kind(const std::string& path) const override {
        struct stat st{};
        if (::stat(path.c_str(), &st) < 0 || !S_ISREG(st.st_mode)) return FileKind::kMissing;
        return (st.st_mode & 0111) != 0 ? FileKind::kExecutable : FileKind::kFile;
    }
    UniqueFd open(const std::string& path) const override {
        return UniqueFd{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    }
};

}  // namespace

Result<std::string> find_program(const plan::AppPlan& app) {
    if (app.argv.empty()) return Error{ErrorCode::kCorrupt, "the app has no program to run"};
    return plan::find_program(app.argv.front(), search_path(app), OwnFiles{});
}

}  // namespace podd::stage1
