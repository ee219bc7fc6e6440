// SPDX-License-Identifier: LGPL-2.1-or-later
// One layer on its way: file → hash → (decompressor) → hash → unpacker, in one pass. The hashing is
// done here, in the process that reads nothing but plain bytes: a decompressor or an unpacker that
// a broken archive takes over cannot lie about the digest of what it was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include "archive/compression.h"
#include "archive/limits.h"
#include "archive/unpack.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "importer/worker.h"

namespace podd::importer {

/// Of a decompressor: its window, buffers and the library's own.
inline constexpr std::size_t kDecompressorBytes =
    archive::kMaxWindowBytes + (std::size_t{32} << 20);

/// How far the bytes go. What is in the store already is not written again, but whoever names it
/// must bring it along.
enum class Depth : unsigned char {
    kSource,   // hashed as they come
    kContent,  // decompressed and hashed again
    kTree,     // unpacked as well
};

struct FlowPlan {
    std::string name{};  // in front of errors: "layer 1 of 3"
    int source = -1;     // read to its end
    Depth depth = Depth::kTree;
    int blob_fd = -1;    // gets a copy of the source, where one is wanted
    int rootfs_fd = -1;  // the new tree, with kTree
    int digests_fd = -1;
    bool any_kind = false;       // else a layer
    bool root_has_name = false;  // a plain root file system was given a name
    archive::Limits limits;
    std::function<void(std::uint64_t bytes)> progress;  // read since the last call
};

struct FlowResult {
    archive::Unpacked unpacked;  // with kTree; an ACI's manifest as podd writes it
    std::string manifest_text;   // as it came, for others to read; not a very large one
    archive::Compression compression = archive::Compression::kNone;
    std::string sha256;          // of the source
    std::uint64_t size = 0;      // of the source
    std::string content_sha256;  // of the tar, when it is a layer; not with kSource
    std::string content_sha512;  // of the tar, when it is an ACI
};

class Flow {
public:
    static base::Result<std::unique_ptr<Flow>> start(FlowPlan plan);

    void add_polls(std::vector<pollfd>& polls);
    /// Does what can be done without waiting, after poll(2) on what add_polls() gave.
    base::Result<> step();
    bool done() const;
    const std::string& name() const { return plan_.name; }
    base::Result<FlowResult> finish();

private:
    explicit Flow(FlowPlan plan) : plan_{std::move(plan)} {}

    // From one descriptor to another by way of one buffer; without `out` the bytes end there.
    struct Hop {
        int in = -1;
        base::UniqueFd owned_in;
        base::UniqueFd out;
        std::vector<char> buffer;
        std::size_t begin = 0;
        std::size_t end = 0;
        bool at_end = false;
        bool broken = false;  // whoever reads `out` is gone
    };

    base::Result<> sniff();
    base::Result<> start_workers();
    base::Result<base::UniqueFd> start_tree();
    base::Result<Worker> start_decompressor(int in, int out);
    base::Result<Worker> start_unpacker(int in);
    base::Result<> move(Hop& hop, base::Result<> (Flow::*on_data)(std::string_view));
    base::Result<> on_source(std::string_view bytes);
    base::Result<> on_content(std::string_view bytes);
    base::Result<> listen();
    base::Result<> listen_to(Worker& worker);

    FlowPlan plan_;
    FlowResult result_;
    Hop source_;
    Hop content_;  // unused when nothing is compressed
    std::optional<Worker> decompressor_;
    std::optional<Worker> unpacker_;
    base::UniqueFd mount_;
    std::uint64_t content_bytes_ = 0;
    base::Hash source_hash_{base::HashAlgorithm::kSha256};
    base::Hash content_hash256_{base::HashAlgorithm::kSha256};
    std::optional<base::Hash> content_hash512_;
    std::optional<archive::Kind> kind_;
};

/// Runs flows side by side, at most `at_once` of them, in their order. `next` starts flow `index`;
/// `done` gets its result.
base::Result<> run_flows(
    std::size_t count, std::size_t at_once,
    const std::function<base::Result<std::unique_ptr<Flow>>(std::size_t)>& next,
    const std::function<base::Result<>(std::size_t, FlowResult)>& done);
/// One by itself.
base::Result<FlowResult> run_flow(FlowPlan plan);

}  // namespace podd::importer
