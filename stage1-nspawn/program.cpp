// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/journal.h"
#include "base/log.h"
#include "base/message_ids.h"
#include "base/notify.h"
#include "plan/plan.h"
#include "plan/run_dir.h"

namespace podd::stage1 {

namespace {

void report_status(std::string line) {
    for (auto& c : line)
        if (c == '\n') c = ' ';
    (void)base::notify(fmt::format("STATUS={}", line));
}

// What the entry tells of the run itself, unless the start failed before there was a plan.
void add_run(base::JournalEntry& entry, const Subject& subject) {
    const auto directory = plan::open_pod_directory(subject.pod);
    if (!directory) return;
    if (auto pod = plan::read_pod_plan(directory->get())) {
        entry.fields.push_back({"POD_UUID", std::move(pod->uuid)});
        entry.unit = std::move(pod->unit);
    }
    if (subject.app.empty()) return;
    auto app = plan::read_app_plan(directory->get(), subject.app);
    entry.unit = app ? std::move(app->unit) : std::string{};
}

}  // namespace

void report_failure(std::string_view text) {
    base::log_line(base::LogLevel::kError, text);
    report_status(std::string{text});
}

void report_failed_start(const Subject& subject, std::string_view reason) {
    const bool is_app = !subject.app.empty();
    base::JournalEntry entry;
    entry.level = base::LogLevel::kError;
    entry.message_id = is_app ? message_id::kAppStartFailed : message_id::kPodStartFailed;
    entry.text = is_app
                     ? fmt::format("app \"{}\" of pod \"{}\": {}", subject.app, subject.pod, reason)
                     : fmt::format("pod \"{}\": {}", subject.pod, reason);
    entry.fields.push_back({"POD_NAME", subject.pod});
    if (is_app) entry.fields.push_back({"POD_APP", subject.app});
    add_run(entry, subject);
    base::log_entry(entry);
    report_status(std::move(entry.text));
}

}  // namespace podd::stage1
