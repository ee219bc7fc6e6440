// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl verify: all that the generator would say, and all that a start on this host would, without
// a daemon.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include <unistd.h>

#include "pod/host_findings.h"
#include "pod/isolator_findings.h"
#include "pod/manifest_files.h"
#include "pod/port_clashes.h"
#include "pod/port_findings.h"
#include "podctl/firewall.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"
#include "schema/annotations.h"
#include "store/reader.h"

namespace podd::podctl {

namespace {

constexpr std::string_view kError = "error";
constexpr std::string_view kWarning = "warning";
constexpr std::string_view kNote = "note";  // never fails

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

// What is looked at beside the manifests.
struct Host {
    store::Reader store;
    base::UniqueFd held;  // no image goes away meanwhile
    pod::HostLimits limits;
};

base::Result<Host> open_host() {
    if (::geteuid() != 0)
        return base::Error{base::ErrorCode::kDenied, "only root may read the store of images"};
    auto store = TRY(store::Reader::open());
    auto held = TRY(store.hold());
    return Host{std::move(store), std::move(held), pod::HostLimits::read()};
}

class Verifier {
public:
    Verifier(const Options& options, const std::vector<std::string>& words)
        : strict_{options.strict}, looks_at_host_{!options.manifest_only} {
        if (looks_at_host_) look_for_host();
        for (const std::string& path : words.empty() ? declared_files() : words)
            read(path);
        // On a machine that only builds the manifest its own pods do not matter.
        if (looks_at_host_) read_declared();
    }

    void verify() {
        for (const Subject& subject : subjects_)
            verify(subject);
        if (looks_at_host_) look_at_firewall();
    }

    const std::vector<Finding>& findings() const { return findings_; }
    std::size_t count() const { return subjects_.size(); }
    bool failed() const { return failed_; }

private:
    struct Subject {
        std::string path;
        pod::Verification verification;
    };

    void look_for_host();
    void read(const std::string& path);
    void read_declared();
    void add_user(const std::string& path, const translate::Pod& pod);
    void verify(const Subject& subject);
    void look_at_ports(const pod::PortUser& user);
    void look_at_firewall();
    void add(std::string_view severity, const std::string& path,
             const std::vector<std::string>& lines);
    void add(std::string_view severity, const pod::ManifestProblem& problem);

    bool strict_;
    bool looks_at_host_;
    std::optional<Host> host_;
    std::vector<Subject> subjects_;
    std::vector<pod::PortUser> users_;  // of the host's ports
    std::vector<Finding> findings_;
    bool failed_ = false;
};

void Verifier::add(std::string_view severity, const pod::ManifestProblem& problem) {
    findings_.push_back({severity, problem});
    failed_ = failed_ || severity == kError || (strict_ && severity == kWarning);
}

void Verifier::add(std::string_view severity, const std::string& path,
                   const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
        add(severity, {path, line});
}

void Verifier::look_for_host() {
    auto host = open_host();
    if (host)
        host_ = *std::move(host);
    else
        add(kNote, {std::string{store::kStoreDir},
                    fmt::format("{}: what a start on this host needs was not looked at; "
                                "--manifest-only asks for no more",
                                host.error().message())});
}

void Verifier::add_user(const std::string& path, const translate::Pod& pod) {
    auto manifest = pod.manifest;
    if (host_) manifest = pod::with_image_apps(std::move(manifest), host_->store);
    users_.push_back({pod.name.str(), path, std::move(manifest)});
}

void Verifier::read(const std::string& path) {
    subjects_.push_back({path, pod::verify_manifest(path)});
    const auto& verification = subjects_.back().verification;
    if (verification.pod) add_user(path, *verification.pod);
}

void Verifier::read_declared() {
    for (const auto& manifest : pod::scan_manifests(pod::manifest_search()).manifests) {
        const auto& path = manifest.pod.source_path;
        const bool is_known = std::any_of(users_.begin(), users_.end(), [&](const auto& user) {
            return user.path == path || user.pod == manifest.pod.name.str();
        });
        if (!is_known) add_user(path, manifest.pod);
    }
}

void Verifier::verify(const Subject& subject) {
    const auto& [path, verification] = subject;
    for (const pod::ManifestProblem& problem : verification.errors)
        add(kError, problem);
    for (const pod::ManifestProblem& problem : verification.warnings)
        add(kWarning, problem);
    for (const pod::ManifestProblem& problem : verification.notes)
        add(kNote, problem);
    if (!verification.pod) return;
    // Names that only libraries know the generator cannot look up, podctl can.
    const auto isolators = pod::isolator_findings(verification.pod->manifest);
    add(kError, path, isolators.errors);
    add(kWarning, path, isolators.warnings);
    const auto user = std::find_if(users_.begin(), users_.end(),
                                   [&](const auto& one) { return one.path == path; });
    if (user != users_.end()) look_at_ports(*user);
    if (!host_) return;
    const auto found = pod::host_findings(*verification.pod, host_->store, host_->limits);
    add(kError, path, found.errors);
    add(kWarning, path, found.warnings);
    add(kNote, path, found.notes);
}

void Verifier::look_at_ports(const pod::PortUser& user) {
    const auto clashes = pod::port_clashes(user, users_);
    add(kError, user.path, clashes);
    // Who has a socket open, only root may see.
    if (!host_) return;
    const auto found = pod::port_findings(user, users_);
    for (const auto& taken : found.taken) {
        const auto pointer = fmt::format("/ports/{}/hostPort: ", taken.index);
        // systemd listens for those others as well: once is enough.
        if (std::none_of(clashes.begin(), clashes.end(),
                         [&](const auto& clash) { return clash.starts_with(pointer); }))
            add(taken.is_certain ? kError : kWarning, user.path, {pointer + taken.why});
    }
    add(kNote, user.path, found.notes);
}

bool has_link(const translate::Pod& pod) {
    const auto settings = schema::pod_settings(pod.manifest);
    return settings && schema::has_link(settings->network);
}

// Of the host, not of a pod: said once, if it matters to any.
void Verifier::look_at_firewall() {
    const bool matters = std::any_of(subjects_.begin(), subjects_.end(), [](const Subject& one) {
        return one.verification.pod && has_link(*one.verification.pod);
    });
    if (!matters) return;
    const auto found = firewall();
    add(kWarning, "nftables", found.warnings);
    add(kNote, "nftables", found.notes);
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
    Verifier verifier{options, arguments.words};
    verifier.verify();
    const auto& findings = verifier.findings();
    if (options.json != JsonMode::kOff) {
        print_json(as_json(findings), options.json);
    } else {
        for (const Finding& finding : findings)
            fmt::print("{}: {}\n", finding.severity, printable(finding.problem.str()));
        if (findings.empty() && !options.quiet)
            fmt::print(stderr, "{} {} verified, nothing to say.\n", verifier.count(),
                       verifier.count() == 1 ? "manifest" : "manifests");
    }
    return verifier.failed() ? kFailure : kOk;
}

}  // namespace podd::podctl
