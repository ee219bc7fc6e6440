// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl verify: all that the generator would say, without a daemon and without rights.
#include <cstdio>

#include <fmt/format.h>

#include "pod/isolator_findings.h"
#include "pod/manifest_files.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

struct Finding {
    std::string_view severity;
    pod::ManifestProblem problem;
};

std::vector<std::string> declared_files() {
    std::vector<std::string> paths;
    for (const pod::ManifestEntry& entry : pod::list_manifests(pod::manifest_search()))
        if (!entry.masked) paths.push_back(entry.path);
    return paths;
}

// Names that only libraries know the generator cannot look up, podctl can.
pod::Verification verify(const std::string& path) {
    pod::Verification verification = pod::verify_manifest(path);
    if (!verification.manifest) return verification;
    const auto found = pod::isolator_findings(*verification.manifest);
    for (const std::string& line : found.errors)
        verification.errors.push_back({path, line});
    for (const std::string& line : found.warnings)
        verification.warnings.push_back({path, line});
    return verification;
}

base::Json as_json(const std::vector<Finding>& findings) {
    base::Json::Array list;
    for (const Finding& finding : findings) {
        base::Json entry;
        entry.add("severity", finding.severity);
        entry.add("path", finding.problem.path);
        entry.add("message", finding.problem.message);
        list.push_back(std::move(entry));
    }
    return base::Json{std::move(list)};
}

}  // namespace

base::Result<int> verb_verify(const Arguments& arguments) {
    const Options& options = arguments.options;
    std::vector<Finding> findings;
    bool failed = false;
    const auto paths = arguments.words.empty() ? declared_files() : arguments.words;
    for (const std::string& path : paths) {
        const pod::Verification verification = verify(path);
        for (const pod::ManifestProblem& problem : verification.errors)
            findings.push_back({"error", problem});
        for (const pod::ManifestProblem& problem : verification.warnings)
            findings.push_back({"warning", problem});
        failed = failed || !verification.errors.empty() ||
                 (options.strict && !verification.warnings.empty());
    }
    if (options.json != JsonMode::kOff) {
        print_json(as_json(findings), options.json);
    } else {
        for (const Finding& finding : findings)
            fmt::print("{}: {}\n", finding.severity, printable(finding.problem.str()));
        if (findings.empty() && !options.quiet)
            fmt::print(stderr, "{} {} verified, nothing to say.\n", paths.size(),
                       paths.size() == 1 ? "manifest" : "manifests");
    }
    return failed ? kFailure : kOk;
}

}  // namespace podd::podctl
