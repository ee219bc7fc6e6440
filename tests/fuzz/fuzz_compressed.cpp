// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a compressed stream: unpacking must end, with an error or without.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/compression.h"
#include "base/file.h"

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const auto compression = archive::sniff(bytes.substr(0, archive::kSniffBytes));
    if (compression == archive::Compression::kNone) return -1;  // not worth a place in the corpus
    const base::UniqueFd in{::memfd_create("in", MFD_CLOEXEC)};
    must(base::write_all(in.get(), bytes).has_value() && ::lseek(in.get(), 0, SEEK_SET) == 0);
    const auto out = base::open_path("/dev/null", O_WRONLY);
    must(out.has_value());
    (void)archive::decompress(in.get(), out->get(), compression).has_value();
    return 0;
}
