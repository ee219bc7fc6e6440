// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "pod/manifest_files.h"
#include "pod/systemd_version.h"
#include "schema/warnings.h"
#include "unit/names.h"
#include "unit/render.h"

namespace podd::pod {

namespace {

// Links of the administrator's that want the sandbox itself: as long as the unit that wants it is
// active, the sandbox is needed and stays when its last app has ended.
std::vector<std::string> pins(const std::string& sandbox) {
    std::vector<std::string> found;
    for (const std::string dir :
         {"/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"}) {
        const auto fd = base::open_path(dir, O_RDONLY | O_DIRECTORY);
        if (!fd) continue;
        const auto names = base::list_dir(fd->get());
        if (!names) continue;
        for (const auto& name : *names) {
            if (!name.ends_with(".wants") && !name.ends_with(".requires") &&
                !name.ends_with(".upholds"))
                continue;
            struct stat st{};
            const auto link = fmt::format("{}/{}", name, sandbox);
            if (::fstatat(fd->get(), link.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0)
                found.push_back(fmt::format("{}/{}", dir, link));
        }
    }
    return found;
}

}  // namespace

Verification verify_manifest(const std::string& path) {
    Verification said;
    const auto fail = [&](std::string_view message) {
        // Errors of load_manifest() begin with the path already.
        const auto prefix = path + ": ";
        if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
        said.errors.push_back({path, std::string{message}});
        return said;
    };
    auto manifest = load_manifest(path);
    if (!manifest) return fail(manifest.error().message());
    said.pod = manifest->pod;
    // A relative path is good enough here, but not for SourcePath=.
    manifest->pod.source_path = "/" + manifest->pod.name.str() + ".json";
    const auto units = translate::translate(manifest->pod, {});
    if (!units) return fail(units.error().message());
    for (const auto& unit : *units)
        if (const auto text = unit::file_text(unit, "verify"); !text)
            return fail(text.error().message());
    const auto warn = [&](std::string line) { said.warnings.push_back({path, std::move(line)}); };
    for (auto& line : schema::warnings(manifest->pod.manifest))
        warn(std::move(line));
    for (auto& line : translate::warnings(manifest->pod, systemd_version()))
        warn(std::move(line));
    for (const auto& link : pins(unit::sandbox_name(manifest->pod.name.str())))
        warn(
            fmt::format("{} keeps the pod running after its last app has ended: link to the units "
                        "of its apps instead, as annotation \"podd.org/wanted-by\" does",
                        link));
    return said;
}

}  // namespace podd::pod
