// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl start
#include "podctl/manager.h"
#include "podctl/pod_arguments.h"
#include "podctl/pod_images.h"
#include "podctl/sealed_file.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

base::Result<> start_transient(Session& session, const std::string& path,
                               const Arguments& arguments) {
    pod::Manifest manifest = TRY(manifest_of(path));
    const Options& options = arguments.options;
    if (!arguments.after.empty()) {
        TRY(set_arguments(manifest.pod.manifest, arguments.after));
        manifest.text = manifest.pod.manifest.to_json().str();
    }
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

int start(Session& session, const std::string& word, const Arguments& arguments) {
    const Options& options = arguments.options;
    if (!is_manifest_file(word)) return start_declared(session, word, options);
    const auto done = start_transient(session, word, arguments);
    return done ? kOk : tell(done.error(), options, kFailure);
}

}  // namespace

base::Result<int> verb_start(const Arguments& arguments) {
    if (!arguments.after.empty() &&
        (arguments.words.size() != 1 || !is_manifest_file(arguments.words.front())))
        return base::Error{base::ErrorCode::kInvalidArgument,
                           "arguments after \"--\" want one manifest file before them; those of a "
                           "declared pod stand in its manifest, as \"args\""};
    Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& word : arguments.words)
        if (const int one = start(session, word, arguments); one != kOk) status = one;
    return status;
}

}  // namespace podd::podctl
