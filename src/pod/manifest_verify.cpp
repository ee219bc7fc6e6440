// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include "pod/manifest_files.h"
#include "schema/warnings.h"
#include "unit/render.h"

namespace podd::pod {

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
    // A relative path is good enough here, but not for SourcePath=.
    manifest->pod.source_path = "/" + manifest->pod.name.str() + ".json";
    const auto units = translate::translate(manifest->pod, {});
    if (!units) return fail(units.error().message());
    for (const auto& unit : *units)
        if (const auto text = unit::file_text(unit, "verify"); !text)
            return fail(text.error().message());
    for (auto& line : schema::warnings(manifest->pod.manifest))
        said.warnings.push_back({path, std::move(line)});
    for (auto& line : translate::warnings(manifest->pod))
        said.warnings.push_back({path, std::move(line)});
    return said;
}

}  // namespace podd::pod
