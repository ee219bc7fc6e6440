// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/confinement.h"

#include <optional>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "sandbox/capabilities.h"
#include "sandbox/seccomp.h"

namespace podd::pod {

using base::Result;

namespace {

constexpr const char* kFileCaps = "CAP_SETFCAP";
constexpr const char* kCacheParent = "/run/podd";
constexpr const char* kCacheDir = "seccomp";
constexpr std::size_t kMaxProgram = std::size_t{4096} * 8;  // BPF_MAXINSNS instructions of 8 bytes

Result<std::uint64_t> capabilities_of(const ResolvedApp& app) {
    if (!app.capabilities) return sandbox::default_capabilities();
    const auto mask = TRY_CONTEXT(sandbox::capability_mask(app.capabilities->set),
                                  "isolator \"os/linux/capabilities-{}-set\"",
                                  app.capabilities->retain ? "retain" : "remove");
    return app.capabilities->retain ? mask : sandbox::default_capabilities() & ~mask;
}

Result<std::optional<sandbox::SeccompPolicy>> policy_of(const ResolvedApp& app,
                                                        std::uint64_t capabilities) {
    if (!app.seccomp) return std::optional{sandbox::default_policy(capabilities)};
    return TRY_CONTEXT(sandbox::isolator_policy(app.seccomp->retain, app.seccomp->set,
                                                app.seccomp->errno_name, capabilities),
                       "isolator \"os/linux/seccomp-{}-set\"",
                       app.seccomp->retain ? "retain" : "remove");
}

// Compiled once a boot: the cache lies in /run, and its names hold all that a program depends on.
Result<std::string> program_of(const sandbox::SeccompPolicy& policy) {
    if (policy.cache_name.empty()) return sandbox::compile(policy);
    const auto parent = TRY(base::open_path(kCacheParent, O_RDONLY | O_DIRECTORY));
    const auto cache = TRY(base::open_or_make_dir(parent.get(), kCacheDir, 0700));
    const auto name = fmt::format("{}-{}-{}.bpf", policy.cache_name, sandbox::kSeccompRevision,
                                  sandbox::seccomp_library_version());
    if (auto cached = base::read_file(cache.get(), name, kMaxProgram, base::Resolve::kNoSymlinks))
        return cached;
    auto program = TRY(sandbox::compile(policy));
    TRY(base::write_file(cache.get(), name, program, 0600));
    return program;
}

}  // namespace

Result<> confine(plan::AppPlan& plan, const ResolvedApp& app, const PodNeeds& needs, int run_dir) {
    plan.capabilities = TRY(capabilities_of(app));
    // The pod's root has the number of the host's there, and so have capabilities that it gives to
    // files.
    if (needs.keep_setuid_from_host) plan.capabilities &= ~TRY(sandbox::capability_bit(kFileCaps));
    // Only what is asked for by name: nobody wants a server's own user to be above all files.
    if (app.capabilities && app.capabilities->retain) plan.ambient = plan.capabilities;
    plan.no_new_privileges = app.no_new_privileges.value_or(true);
    if (app.selinux) plan.selinux_label = selinux_label(*app.selinux);
    if (app.apparmor) plan.apparmor_profile = app.apparmor->profile;
    auto policy = TRY(policy_of(app, plan.capabilities));
    if (app.seccomp && (!policy || sandbox::lets_more_through(
                                       *policy, sandbox::default_policy(plan.capabilities))))
        plan.more_calls = true;
    // Also where a filter is not wanted at all: that may be the image's word.
    if (needs.keep_setuid_from_host)
        policy = sandbox::without_setuid_files(std::move(policy).value_or(sandbox::open_policy()));
    plan.seccomp = policy.has_value();
    // What the default refuses are tries of libraries, mostly, and would fill the log.
    plan.refusals_logged = policy && app.seccomp;
    if (!policy) return {};
    return base::write_file(run_dir, plan::seccomp_file(plan.name), TRY(program_of(*policy)), 0600);
}

std::vector<base::Error> confinement_problems(const ResolvedApp& app) {
    std::vector<base::Error> problems;
    const auto capabilities = capabilities_of(app);
    if (!capabilities) problems.push_back(capabilities.error());
    const auto policy =
        policy_of(app, capabilities ? *capabilities : sandbox::default_capabilities());
    if (!policy) problems.push_back(policy.error());
    return problems;
}

}  // namespace podd::pod
