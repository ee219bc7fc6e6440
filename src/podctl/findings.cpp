// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/findings.h"

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "podctl/table.h"
#include "podctl/terminal.h"

namespace podd::podctl {

namespace {

constexpr std::size_t kMaxReportBytes = std::size_t{256} << 20;

std::string text_of(const base::Json& line, std::string_view member) {
    const base::Json* found = line.find(member);
    return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string{};
}

base::Json as_json(const std::vector<Finding>& findings) {
    base::Json::Array rows;
    for (const Finding& finding : findings) {
        base::Json row;
        row.add("kind", finding.kind);
        row.add("object", finding.object);
        row.add("text", finding.text);
        if (!finding.advice.empty()) row.add("advice", finding.advice);
        rows.push_back(std::move(row));
    }
    return base::Json{std::move(rows)};
}

}  // namespace

base::Result<Report> Report::make() {
    base::UniqueFd file{::memfd_create("report", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!file) return base::errno_error("cannot make a memory file", errno);
    return Report{std::move(file)};
}

base::Result<base::UniqueFd> Report::writable() const {
    base::UniqueFd copy{::fcntl(file_.get(), F_DUPFD_CLOEXEC, 3)};
    if (!copy) return base::errno_error("cannot copy a descriptor", errno);
    return copy;
}

base::Result<std::vector<base::Json>> Report::lines() const {
    if (::lseek(file_.get(), 0, SEEK_SET) < 0)
        return base::errno_error("cannot read what podd found", errno);
    const std::string text =
        TRY_CONTEXT(base::read_all(file_.get(), kMaxReportBytes), "what podd found");
    std::vector<base::Json> all;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
        all.push_back(
            TRY_CONTEXT(base::Json::parse(std::string_view{text}.substr(begin, end - begin)),
                        "what podd found"));
    return all;
}

base::Result<std::vector<Finding>> Report::findings() const {
    std::vector<Finding> findings;
    for (const base::Json& line : TRY(lines()))
        findings.push_back({text_of(line, "kind"), text_of(line, "object"), text_of(line, "text"),
                            text_of(line, "advice")});
    return findings;
}

void print_findings(const std::vector<Finding>& findings, const Options& options) {
    if (options.json != JsonMode::kOff) return print_json(as_json(findings), options.json);
    for (const Finding& finding : findings) {
        if (options.quiet && (finding.kind == "kept" || finding.kind == "left")) continue;
        const std::string object = finding.object.find('/') == std::string::npos
                                       ? short_id(finding.object, options.full)
                                       : finding.object;
        fmt::print("{} {}: {}\n", printable(finding.kind), printable(object),
                   printable(finding.text));
        if (!finding.advice.empty()) fmt::print("    {}\n", printable(finding.advice));
    }
}

base::Result<bool> run_care(const Options& options, const char* doing, const char* what,
                            const char* nothing, const BeginCare& begin) {
    const Report report = TRY(Report::make());
    const base::UniqueFd memory = TRY(report.writable());
    const sdbus::UnixFd file{memory.get()};
    Session session = TRY(Session::open(options));
    // Where no line is drawn, nothing needs to be said: the answer comes at the end.
    ProgressLine line{doing, what, options.quiet || ::isatty(STDERR_FILENO) == 0};
    TransferWatch watch{session, line};
    const auto done = watch.run([&] { return begin(*session.manager, file); });
    line.clear();
    const auto findings = TRY(report.findings());
    print_findings(findings, options);
    const bool corrupt = !done && done.error().code() == base::ErrorCode::kCorrupt;
    if (!done && (!corrupt || findings.empty())) return done.error();
    if (findings.empty() && !options.quiet && options.json == JsonMode::kOff)
        fmt::print("{}\n", nothing);
    return !corrupt;
}

}  // namespace podd::podctl
