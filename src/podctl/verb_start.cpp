// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl start
#include "podctl/manager.h"
#include "podctl/pod_images.h"
#include "podctl/sealed_file.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

base::Result<> start_transient(Session& session, const std::string& path, const Options& options) {
    const pod::Manifest manifest = TRY(manifest_of(path));
    TRY(pull_images(session, manifest.pod, options));
    base::UniqueFd file = TRY(sealed_file(manifest.text));
    return client::guarded([&] {
        session.manager->StartTransientPod(manifest.pod.name.str(),
                                           sdbus::UnixFd{file.release(), sdbus::adopt_fd},
                                           session.manager->flags());
    });
}

// What the manifest says of pulling is done by a unit of the pod's, unless something else is said
// here: then it is done now, and the unit is to fetch nothing.
int start_declared(Session& session, const std::string& name, const Options& options) {
    Manager& manager = *session.manager;
    const auto started = [&](const auto& call) -> int {
        const auto done = client::guarded(call);
        return done ? kOk : tell(done.error(), options, kNoSuchPod);
    };
    if (options.pull_policy.empty())
        return started([&] { manager.StartPod(name, manager.flags()); });
    const auto manifest = manifest_of(name);
    if (!manifest) return tell(manifest.error(), options, kNoSuchPod);
    if (const auto pulled = pull_images(session, manifest->pod, options); !pulled)
        return tell(pulled.error(), options, kFailure);
    return started([&] {
        manager.StartPodWithOptions(name, {{"PullPolicy", sdbus::Variant{std::string{"never"}}}},
                                    manager.flags());
    });
}

int start(Session& session, const std::string& word, const Options& options) {
    if (!is_manifest_file(word)) return start_declared(session, word, options);
    const auto done = start_transient(session, word, options);
    return done ? kOk : tell(done.error(), options, kFailure);
}

}  // namespace

base::Result<int> verb_start(const Arguments& arguments) {
    Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& word : arguments.words)
        if (const int one = start(session, word, arguments.options); one != kOk) status = one;
    return status;
}

}  // namespace podd::podctl
