// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl start
#include "pod/manifest_files.h"
#include "podctl/manager.h"
#include "podctl/sealed_file.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

// As systemctl tells a path from a name: "web" is a pod, "web.json" and "./web" are files.
bool is_file(const std::string& word) {
    return word.find_first_of("/.") != std::string::npos;
}

base::Result<> start_transient(Manager& manager, const std::string& path) {
    const pod::Manifest manifest = TRY(pod::load_manifest(path));
    base::UniqueFd file = TRY(sealed_file(manifest.text));
    return client::guarded([&] {
        manager.StartTransientPod(manifest.pod.name.str(),
                                  sdbus::UnixFd{file.release(), sdbus::adopt_fd}, manager.flags());
    });
}

base::Result<> start_declared(Manager& manager, const std::string& name) {
    return client::guarded([&] { manager.StartPod(name, manager.flags()); });
}

}  // namespace

base::Result<int> verb_start(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& word : arguments.words) {
        const auto done = is_file(word) ? start_transient(*session.manager, word)
                                        : start_declared(*session.manager, word);
        if (done) continue;
        print_error(done.error(), arguments.options.json);
        const bool no_pod = !is_file(word) && done.error().code() == base::ErrorCode::kNotFound;
        status = no_pod ? kNoSuchPod : kFailure;
    }
    return status;
}

}  // namespace podd::podctl
