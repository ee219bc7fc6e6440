// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "fsck".
#include <set>
#include <string>

#include "importer/care.h"
#include "importer/findings.h"
#include "importer/in_use.h"
#include "store/writer.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr int kMostRounds = 4;

class StoreCheck {
public:
    StoreCheck(const Care& care, const store::Writer& store) : care_{care}, store_{store} {}

    Result<> run() {
        const auto trees = trees_of(TRY(running_uses(care_.run_dir)));
        auto problems = TRY(store_.problems(trees));
        // What is moved aside leaves names and trees that nobody needs.
        bool again = care_.repair;
        for (int round = 0; again && round < kMostRounds; ++round) {
            again = false;
            for (const auto& problem : problems)
                again |= TRY(repair(problem));
            problems = TRY(store_.problems(trees));
        }
        for (const auto& problem : problems)
            findings_.add("problem", problem.file, problem.what, problem.advice);
        left_ = problems.size();
        return {};
    }

    bool whole() const { return left_ == 0; }
    const Findings& findings() const { return findings_; }

private:
    // Whether something was done.
    Result<bool> repair(const store::Problem& problem) {
        if (problem.cure == store::Problem::Cure::kCollect) return collect();
        const auto cured = store_.cure(problem, [&](std::string_view id) -> Result<> {
            return check_image_unused(id, TRY(running_uses(care_.run_dir)));
        });
        if (!cured && told_.insert(problem.file).second)
            findings_.add("left", problem.file, cured.error().message());
        if (cured && *cured) findings_.add("repaired", problem.file, problem.what);
        return cured && *cured;
    }

    Result<bool> collect() {
        const auto collected = TRY(store_.collect(trees_of(TRY(running_uses(care_.run_dir)))));
        for (const auto& file : collected.removed)
            findings_.add("removed", file, "no image refers to it");
        return !collected.removed.empty();
    }

    const Care& care_;
    const store::Writer& store_;
    std::set<std::string> told_;  // what stays as it is
    std::size_t left_ = 0;
    Findings findings_;
};

}  // namespace

Result<> check_store(const Care& care, Report& report) {
    const auto store = TRY(store::Writer::open(care.store));
    StoreCheck check{care, store};
    const auto done = check.run();
    TRY(check.findings().write(care.out));
    if (!done) return done.error();
    if (!check.whole()) return Error{ErrorCode::kCorrupt, "the store has problems"};
    report.done();
    return {};
}

}  // namespace podd::importer
