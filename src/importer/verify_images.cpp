// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "verify".
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/digest_list.h"
#include "base/file.h"
#include "base/hash.h"
#include "importer/aci_trees.h"
#include "importer/care.h"
#include "importer/findings.h"
#include "importer/in_use.h"
#include "importer/tree_check.h"
#include "store/layout.h"
#include "store/writer.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

class Verification {
public:
    Verification(const Care& care, const store::Writer& store, const store::Workspace& workspace,
                 Report& report)
        : care_{care}, store_{store}, workspace_{workspace}, report_{report} {}

    Result<> run() {
        for (const auto& image : TRY(images())) {
            for (const auto& tree : image.trees)
                trees_.emplace(tree, image);
            for (const auto& blob : image.blobs)
                blobs_.emplace(blob, image);
        }
        count();
        for (const auto& [blob, image] : blobs_)
            TRY(check_blob(blob, image));
        for (const auto& [tree, image] : trees_)
            TRY(check(tree, image));
        return {};
    }

    bool whole() const { return broken_ == 0; }
    const Findings& findings() const { return findings_; }

private:
    Result<std::vector<store::ImageRecord>> images() {
        if (care_.images.empty()) {
            std::vector<store::Unreadable> unreadable;
            auto all = TRY(store_.reader().list(&unreadable));
            for (const auto& file : unreadable)
                complain(file.file, file.error.message(), "see 'podctl store fsck'");
            return all;
        }
        std::vector<store::ImageRecord> some;
        some.reserve(care_.images.size());
        for (const auto& id : care_.images)
            some.push_back(TRY(store_.reader().by_id(id)));
        return some;
    }

    void complain(const std::string& file, const std::string& text, const std::string& advice) {
        ++broken_;
        findings_.add("differs", file, text, advice);
    }

    std::string blob_file(const std::string& blob) const {
        return fmt::format("{}/{}/{}", care_.store, store::kBlobsDir, blob);
    }

    void count() {
        for (const auto& [tree, image] : trees_)
            if (const auto list = store_.reader().open_digests(tree))
                if (const auto size = archive::listed_size(list->get())) total_ += size->bytes;
        struct stat st{};
        for (const auto& [blob, image] : blobs_)
            if (::stat(blob_file(blob).c_str(), &st) == 0)
                total_ += static_cast<std::uint64_t>(st.st_size);
    }

    void went_on(std::uint64_t bytes) {
        read_ += bytes;
        report_.progress(read_, total_);
    }

    // Nothing of it is understood here, so no worker is needed.
    Result<std::string> digest_of(const std::string& blob) {
        const auto file = TRY(base::open_path(blob_file(blob), O_RDONLY | O_NOFOLLOW));
        base::Hash hash{base::HashAlgorithm::kSha256};
        std::vector<char> block(kBlockBytes);
        for (;;) {
            const ssize_t n = ::read(file.get(), block.data(), block.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return base::errno_error("reading it", errno);
            if (n == 0) break;
            hash.update({block.data(), static_cast<std::size_t>(n)});
            went_on(static_cast<std::uint64_t>(n));
        }
        return "sha256/" + hash.finish_hex();
    }

    Result<> check_blob(const std::string& blob, const store::ImageRecord& image) {
        const auto found = digest_of(blob);
        if (!found || *found != blob)
            complain(fmt::format("{}/{}", store::kBlobsDir, blob),
                     found ? "its content differs" : found.error().message(),
                     fmt::format("remove image {} and import it again", image.manifest.name.str()));
        return {};
    }

    Result<> check(const std::string& tree, const store::ImageRecord& image) {
        const auto state =
            TRY(check_tree(store_.reader(), tree, [this](std::uint64_t bytes) { went_on(bytes); }));
        if (state.count == 0) return {};
        const auto file = fmt::format("{}/{}", store::kTreesDir, tree);
        for (const auto& difference : state.differences)
            findings_.add("differs", file, fmt::format("{}: {}", difference.path, difference.what));
        if (state.count > state.differences.size())
            findings_.add("differs", file,
                          fmt::format("and {} more", state.count - state.differences.size()));
        ++broken_;
        if (!care_.repair) return {};
        return repair(tree, image, file);
    }

    // An ACI's trees are its own and those of its dependencies, or one that was made of them.
    Result<store::NewTree> make_again(const std::string& tree, const store::ImageRecord& image) {
        if (image.kind != store::ImageKind::kAci || tree == image.id)
            return rebuild_tree(care_.store, workspace_, image, tree);
        if (const auto owner = store_.reader().by_id(tree))
            return rebuild_tree(care_.store, workspace_, *owner, tree);
        if (image.trees.size() == 1) return render_again(store_, workspace_, image, tree);
        return Error{ErrorCode::kCorrupt,
                     "the image that it belongs to was removed: import it again"};
    }

    Result<> repair(const std::string& tree, const store::ImageRecord& image,
                    const std::string& file) {
        const auto unused = [&]() -> Result<> {
            return check_tree_unused(tree, TRY(running_uses(care_.run_dir)));
        };
        const auto work = [&]() -> Result<> {
            TRY(unused());  // before the work is done, too
            const auto made = TRY(make_again(tree, image));
            return store_.replace_tree(workspace_, made, unused);
        };
        const auto done = work();
        if (done) {
            --broken_;
            findings_.add("repaired", file, "it was unpacked again");
        } else {
            findings_.add("left", file, done.error().message());
        }
        return {};
    }

    const Care& care_;
    const store::Writer& store_;
    const store::Workspace& workspace_;
    Report& report_;
    std::map<std::string, store::ImageRecord> trees_;  // each with an image that has it
    std::map<std::string, store::ImageRecord> blobs_;
    std::uint64_t read_ = 0;
    std::uint64_t total_ = 0;
    std::size_t broken_ = 0;
    Findings findings_;
};

}  // namespace

Result<> verify_images(const Care& care, Report& report) {
    auto store = TRY(store::Writer::open(care.store));
    // As long as it lives, nothing is removed.
    const auto workspace = TRY(store.begin(trees_in_use(care.run_dir)));
    Verification verification{care, store, workspace, report};
    const auto done = verification.run();
    TRY(verification.findings().write(care.out));
    if (!done) return done.error();
    if (!verification.whole())
        return Error{ErrorCode::kCorrupt, "not everything is as it was imported"};
    report.done();
    return {};
}

}  // namespace podd::importer
