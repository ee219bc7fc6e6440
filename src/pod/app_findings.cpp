// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/app_findings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>

#include "pod/app_image.h"
#include "pod/confinement.h"
#include "pod/credentials.h"
#include "pod/environment.h"
#include "pod/hidden_files.h"
#include "pod/identity.h"
#include "pod/limits.h"
#include "pod/named_networks.h"
#include "pod/pointers.h"
#include "pod/resolve.h"
#include "pod/root_findings.h"
#include "pod/volumes.h"
#include "sandbox/security_module.h"
#include "schema/annotations.h"
#include "schema/bandwidth.h"
#include "store/acceptance.h"

namespace podd::pod {

using base::Result;

namespace {

// No other user of the pod has a number there: the kernel refuses to make a file for one
// (EOVERFLOW).
bool is_of_pod_root(const plan::MountPlan& mount) {
    return mount.kind == plan::MountPlan::Kind::kHost &&
           mount.idmap == plan::MountPlan::Idmap::kOwner;
}

// One app that is looked at.
class AppCheck {
public:
    AppCheck(HostFindings& found, const translate::Pod& pod, std::size_t index)
        : found_{found}, pod_{pod}, runtime_{pod.manifest.apps[index]}, at_{pod.manifest, index} {}

    void look_at_image(const store::Reader& store, const store::ImageRecord& image);
    void look_at_limits(const store::ImageRecord& image, const HostLimits& host);
    void look_at_credentials();
    void look_at_labels(const ResolvedApp& app, const store::ImageRecord& image);
    void look_at_files(ResolvedApp& app, const store::Reader& store,
                       const store::ImageRecord& image);
    void look_at_volume(const ResolvedMount& mount, const Identity& owner);

private:
    void look_at_host_volume(const std::string& at, const ResolvedMount& mount,
                             const Identity& owner);
    void error(const std::string& pointer, std::string_view message) {
        add_finding(found_.errors, pointer, message);
    }
    template <typename T>
    void expect(const std::string& pointer, const Result<T>& result) {
        if (!result) error(pointer, result.error().message());
    }
    void look_at_root(const ResolvedApp& app, const LayeredRoot& root, const Identity& identity);
    Identity look_at_user(const ResolvedApp& app, const LayeredRoot& root);
    std::string pointer_of(const RootFindings::Refusal& refusal) const;

    HostFindings& found_;
    const translate::Pod& pod_;
    const schema::RuntimeApp& runtime_;
    AppPointers at_;
};

void AppCheck::look_at_image(const store::Reader& store, const store::ImageRecord& image) {
    expect(at_.image(), store::check_accepted(store, image));
    expect(at_.image(), check_platform(image));
}

void AppCheck::look_at_limits(const store::ImageRecord& image, const HostLimits& host) {
    const auto pod = schema::pod_settings(pod_.manifest);
    const auto own = schema::app_settings(runtime_);
    const auto& app = runtime_.app ? runtime_.app : image.manifest.app;
    if (!pod || !own || !app) return;
    add_limit_findings(found_,
                       {.at = at_.member(""),
                        .in_image = !runtime_.app,
                        .whose = fmt::format("app {}", runtime_.name.str()),
                        .isolators = app->isolators,
                        .scope = {translate::Scope::kApp,
                                  schema::no_bandwidth_of_app(*pod, pod_.manifest.apps.size()),
                                  no_bandwidth_here(*pod)},
                        .best_effort = own->best_effort.value_or(pod->best_effort)},
                       host);
    expect(at_.image(), plan_limits(pod_, runtime_, image));
}

void AppCheck::look_at_credentials() {
    const auto settings = schema::app_settings(runtime_);
    if (!settings) return;
    for (const auto& problem : credential_problems(*settings))
        add_finding(problem.is_fatal ? found_.errors : found_.warnings,
                    at_.annotation(problem.encrypted ? schema::kLoadCredentialEncrypted
                                                     : schema::kLoadCredential),
                    problem.message);
}

void AppCheck::look_at_labels(const ResolvedApp& app, const store::ImageRecord& image) {
    // Of the manifest's own isolators isolator_findings() says where in the list it is.
    if (!runtime_.app && image.manifest.app)
        for (const auto& problem : confinement_problems(app))
            error(at_.image(), problem.message());
    if (app.apparmor)
        expect(at_.isolator("os/linux/apparmor-profile"),
               sandbox::check_profile(app.apparmor->profile));
    if (!app.selinux) return;
    if (const auto runs = sandbox::check_selinux(); !runs)
        error(at_.isolator("os/linux/selinux-context"),
              fmt::format("SELinux label \"{}\": {}", selinux_label(*app.selinux),
                          runs.error().message()));
}

void AppCheck::look_at_volume(const ResolvedMount& mount, const Identity& owner) {
    const auto& volume = mount.volume;
    const auto at = at_.volume(volume, mount.target);
    if (volume.kind == schema::Volume::Kind::kEmpty)
        expect(at, check_empty_volume(volume));
    else
        look_at_host_volume(at, mount, owner);
}

void AppCheck::look_at_host_volume(const std::string& at, const ResolvedMount& mount,
                                   const Identity& owner) {
    const auto planned =
        plan_host_volume(mount, owner, translate::devices(pod_.manifest, runtime_));
    expect(at, planned);
    if (!planned || !is_of_pod_root(*planned) || planned->read_only || owner.uid == 0) return;
    struct stat st{};
    if (::stat(planned->source.c_str(), &st) < 0 || !S_ISDIR(st.st_mode)) return;
    add_finding(
        found_.warnings, at,
        fmt::format("app {} is user {}, who can make no files on volume \"{}\": with "
                    "\"idmap\": \"owner\" they are the pod's root's alone; with \"host\" its "
                    "users are those of the host, with \"foreign\" they have numbers of "
                    "their own",
                    runtime_.name.str(), owner.uid, mount.volume.name.str()));
}

Identity AppCheck::look_at_user(const ResolvedApp& app, const LayeredRoot& root) {
    auto identity = identify(app, root);
    if (identity) return *std::move(identity);
    const auto problems = identity_problems(app, root);
    if (problems.files) error(at_.image(), problems.files->message());
    if (problems.user) error(at_.member("user"), problems.user->message());
    if (problems.group) error(at_.member("group"), problems.group->message());
    return {};
}

std::string AppCheck::pointer_of(const RootFindings::Refusal& refusal) const {
    using What = RootFindings::Refusal::What;
    switch (refusal.what) {
        case What::kProgram: return at_.member("exec/0");
        case What::kPreStart: return at_.handler(schema::EventHandler::Name::kPreStart);
        case What::kWorkingDirectory: return at_.member("workingDirectory");
        case What::kMount: break;
    }
    return at_.mount(refusal.target);
}

void AppCheck::look_at_root(const ResolvedApp& app, const LayeredRoot& root,
                            const Identity& identity) {
    std::string search_path;
    for (const auto& [name, value] : environment(app, identity, std::nullopt))
        if (name == "PATH") search_path = value;
    const auto found = root_findings(app, root, search_path);
    for (const auto& refusal : found.refusals)
        error(pointer_of(refusal), refusal.message);
    for (const auto& warning : found.warnings)
        add_finding(found_.warnings, at_.handler(schema::EventHandler::Name::kPostStop), warning);
}

void AppCheck::look_at_files(ResolvedApp& app, const store::Reader& store,
                             const store::ImageRecord& image) {
    auto layers = open_layers(store, image);
    if (!layers) return error(at_.image(), layers.error().message());
    const LayeredRoot root{*std::move(layers)};
    for (auto& mount : app.mounts)  // as they will be
        mount.from_image = mount.from_image || mount.volume.from_image.value_or(false);
    note_hidden_files(app, root);
    for (const auto* lines : {&app.warnings, &app.without_effect})
        for (const auto& line : *lines)
            add_finding(found_.notes, at_.member(""), line);
    const auto identity = look_at_user(app, root);
    for (const auto& mount : app.mounts)
        look_at_volume(mount, identity);
    look_at_root(app, root, identity);
}

// For an app that is looked at without its image: one that says nothing.
Result<store::ImageRecord> silent_image(const schema::RuntimeApp& app) {
    auto name = TRY(schema::AcIdentifier::parse(app.name.str()));
    store::ImageRecord image{.id = {},
                             .kind = store::ImageKind::kOci,
                             .manifest = {.name = std::move(name)},
                             .trees = {},
                             .blobs = {},
                             .verification = {}};
    return image;
}

}  // namespace

void add_finding(std::vector<std::string>& lines, const std::string& pointer,
                 std::string_view message) {
    auto line = fmt::format("{}: {}", pointer, message);
    if (std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(std::move(line));
}

void add_limit_findings(HostFindings& found, const Limited& limited, const HostLimits& host) {
    for (const auto& limit : without_effect(limited.isolators, limited.scope, host)) {
        if (!limit.is_of_host && !limited.in_image) continue;
        const auto at = limited.in_image
                            ? limited.at
                            : isolator_pointer(limited.at, limited.isolators, limit.isolator);
        if (limited.best_effort)
            add_finding(found.warnings, at, note(limited.whose, limit));
        else
            add_finding(found.errors, at, refusal(limit).message());
    }
}

void add_app_findings(HostFindings& found, const translate::Pod& pod, std::size_t index,
                      const store::Reader& store, const std::optional<store::ImageRecord>& image,
                      const HostLimits& host) {
    const auto& runtime = pod.manifest.apps[index];
    AppCheck check{found, pod, index};
    check.look_at_credentials();
    if (image) check.look_at_image(store, *image);
    const auto record = image ? Result<store::ImageRecord>{*image} : silent_image(runtime);
    if (!record) return;
    check.look_at_limits(*record, host);
    if (!image && !runtime.app) return;
    auto app = resolve(pod.manifest, runtime, *record);
    if (!app)
        return add_finding(found.errors, AppPointers{pod.manifest, index}.member(""),
                           app.error().message());
    check.look_at_labels(*app, *record);
    if (image) return check.look_at_files(*app, store, *image);
    for (const auto& mount : app->mounts)
        check.look_at_volume(mount, {});
}

}  // namespace podd::pod
