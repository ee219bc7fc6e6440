// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/hidden_files.h"

#include <algorithm>

#include <fmt/format.h>

#include <sys/stat.h>

namespace podd::pod {

using Content = LayeredRoot::Content;

namespace {

// Where that cannot be told the start will fail, and say so.
bool is_directory(const schema::Volume& volume) {
    struct stat st{};
    return volume.kind != schema::Volume::Kind::kHost ||
           (::stat(volume.source.c_str(), &st) == 0 && S_ISDIR(st.st_mode));
}

std::string sentence(const ResolvedMount& mount, Content content) {
    const auto& name = mount.volume.name.str();
    const bool directory = is_directory(mount.volume);
    if (directory && content == Content::kFilledDirectory)
        return fmt::format("volume \"{}\" hides the files that the image has in \"{}\"", name,
                           mount.target);
    if (directory && content == Content::kFile)
        return fmt::format("volume \"{}\" takes the place of the image's file \"{}\"", name,
                           mount.target);
    if (!directory && (content == Content::kFilledDirectory || content == Content::kEmptyDirectory))
        return fmt::format("volume \"{}\", a file, takes the place of the image's folder \"{}\"",
                           name, mount.target);
    return {};
}

bool lies_in(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

}  // namespace

void note_hidden_files(ResolvedApp& app, const LayeredRoot& root) {
    // Parents stand before what lies in them.
    for (auto mount = app.mounts.begin(); mount != app.mounts.end(); ++mount) {
        const bool in_another = std::any_of(app.mounts.begin(), mount, [&](const auto& before) {
            return lies_in(mount->target, before.target);
        });
        if (in_another || mount->from_image) continue;
        const auto content = root.content(mount->target);
        if (!content) continue;  // whoever makes the mount will say so
        if (auto text = sentence(*mount, *content); !text.empty())
            app.warnings.push_back(std::move(text));
    }
}

}  // namespace podd::pod
