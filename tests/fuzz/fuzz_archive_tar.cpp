// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a tar archive, unpacked into a folder of its own under tiny limits: it must end, and
// nothing outside the folder may change.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/unpack.h"
#include "base/file.h"

namespace {

using namespace podd;  // NOLINT

constexpr archive::Limits kTiny{.max_entries = 64,
                                .max_bytes = 1 << 20,
                                .max_hole_bytes = 1 << 20,
                                .max_path_bytes = 512,
                                .max_depth = 16};

void must(bool holds) {
    if (!holds) std::abort();
}

struct Folder {
    Folder() {
        char name[] = "/tmp/podd-fuzz-XXXXXX";
        must(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { (void)::rmdir(path.c_str()); }
    std::string path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    if (size == 0) return 0;
    const auto top_fd = base::open_path(folder.path, O_RDONLY | O_DIRECTORY);
    must(top_fd.has_value());
    const auto root = base::open_or_make_dir(top_fd->get(), "root", 0700);
    must(root.has_value());
    const base::UniqueFd in{::memfd_create("tar", MFD_CLOEXEC)};
    // The first byte chooses the rules.
    must(
        base::write_all(in.get(), {reinterpret_cast<const char*>(data) + 1, size - 1}).has_value());
    must(::lseek(in.get(), 0, SEEK_SET) == 0);
    const base::UniqueFd digests{::memfd_create("digests", MFD_CLOEXEC)};
    archive::UnpackOptions options;
    options.limits = kTiny;
    options.root_fd = root->get();
    options.digests_fd = digests.get();
    options.any_kind = (data[0] & 1) != 0;
    (void)archive::unpack(in.get(), options).has_value();
    must(base::list_dir(top_fd->get())->size() == 1);
    must(base::remove_tree(top_fd->get(), "root").has_value());
    return 0;
}
