// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "gc".
#include <ctime>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "importer/care.h"
#include "importer/findings.h"
#include "importer/in_use.h"
#include "importer/life_cycle.h"
#include "store/writer.h"

namespace podd::importer {

using base::ErrorCode;
using base::Result;

namespace {

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

std::string named(const store::ImageRecord& image, std::string_view what) {
    return fmt::format("{}: {}", image.manifest.name.str(), what);
}

class Collection {
public:
    Collection(const Care& care, store::Writer& store) : care_{care}, store_{store} {}

    Result<> images(std::uint64_t grace_usec) {
        std::vector<std::string> problems;
        const auto declared = declared_images(store_.reader(), problems);
        if (!problems.empty()) {
            // It may name any image.
            findings_.add("left", "images",
                          fmt::format("no image is removed while a manifest cannot be read: {}",
                                      problems.front()));
            return {};
        }
        std::vector<store::Unreadable> unreadable;  // collect() says so
        const auto now = now_usec();
        for (const auto& image : TRY(store_.reader().list(&unreadable))) {
            const auto pod = declared.find(image.id);
            if (pod != declared.end())
                findings_.add(
                    "kept", image.id,
                    named(image, fmt::format("the declared pod \"{}\" names it", pod->second)));
            // A clock that was set back makes no image old.
            else if (image.used_usec > now || now - image.used_usec < grace_usec)
                findings_.add("kept", image.id, named(image, "its grace period is not over"));
            else if (!TRY(remove(image)))
                return {};
        }
        return {};
    }

    Result<> rest() {
        const auto uses = running_uses(care_.run_dir);
        if (!uses) {
            findings_.add("left", "trees", uses.error().message());
            return {};
        }
        // The last use is when the pod ends; nobody says that, so it is noted while it runs.
        for (const auto& use : *uses)
            store_.reader().note_use(use.image);
        const auto collected = TRY(store_.collect(trees_of(*uses)));
        for (const auto& file : collected.removed)
            findings_.add("removed", file, "no image refers to it");
        for (const auto& why : collected.left)
            findings_.add("left", "trees", why);
        return {};
    }

    const Findings& findings() const { return findings_; }

private:
    // False when no image can be removed now.
    Result<bool> remove(const store::ImageRecord& image) {
        const auto done = store_.remove(image.id, unless_in_use(care_.run_dir));
        if (done) {
            tell_removed(image);
            findings_.add("removed", image.id, named(image, "no pod uses it"));
            return true;
        }
        if (done.error().code() == ErrorCode::kNotFound) return true;  // somebody else did it
        if (done.error().code() == ErrorCode::kConflict) {
            findings_.add("kept", image.id, named(image, done.error().message()));
            return true;
        }
        if (done.error().code() != ErrorCode::kUnavailable) return done.error();
        findings_.add("left", "images", done.error().message());
        return false;
    }

    const Care& care_;
    store::Writer& store_;
    Findings findings_;
};

}  // namespace

Result<> collect_garbage(const Care& care, Report& report) {
    auto store = TRY(store::Writer::open(care.store));
    Collection collection{care, store};
    const auto work = [&]() -> Result<> {
        if (care.grace_usec) TRY(collection.images(*care.grace_usec));
        return collection.rest();
    };
    const auto done = work();
    // What was removed before something went wrong is said all the same.
    TRY(collection.findings().write(care.out));
    if (!done) return done.error();
    report.done();
    return {};
}

}  // namespace podd::importer
