// SPDX-License-Identifier: LGPL-2.1-or-later
#include <utility>

#include "importer/flow.h"
#include "importer/interrupt.h"

namespace podd::importer {

using base::Result;

namespace {

template <typename T>
Result<T> named(const std::string& name, Result<T> result) {
    if (result || name.empty()) return result;
    return std::move(result).error().with_context(name);
}

}  // namespace

Result<> run_flows(std::size_t count, std::size_t at_once,
                   const std::function<Result<std::unique_ptr<Flow>>(std::size_t)>& next,
                   const std::function<Result<>(std::size_t, FlowResult)>& done) {
    std::vector<std::pair<std::size_t, std::unique_ptr<Flow>>> running;
    std::vector<pollfd> polls;
    for (std::size_t started = 0; started < count || !running.empty();) {
        while (started < count && running.size() < at_once) {
            running.emplace_back(started, TRY(next(started)));
            ++started;
        }
        polls.clear();
        for (auto& [index, flow] : running)
            flow->add_polls(polls);
        TRY(wait_for_data(polls));
        for (auto& [index, flow] : running)
            TRY(named(flow->name(), flow->step()));
        for (auto at = running.begin(); at != running.end();) {
            if (!at->second->done()) {
                ++at;
                continue;
            }
            auto result = TRY(named(at->second->name(), at->second->finish()));
            TRY(done(at->first, std::move(result)));
            at = running.erase(at);
        }
    }
    return {};
}

Result<FlowResult> run_flow(FlowPlan plan) {
    FlowResult flow;
    TRY(run_flows(
        1, 1, [&](std::size_t) { return Flow::start(std::exchange(plan, {})); },
        [&](std::size_t, FlowResult result) -> Result<> {
            flow = std::move(result);
            return {};
        }));
    return flow;
}

}  // namespace podd::importer
