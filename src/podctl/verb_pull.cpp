// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl pull
#include <algorithm>

#include <fmt/format.h>

#include "base/notify.h"
#include "podctl/pod_images.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

constexpr int kPatienceMsec = 5000;

// Whoever starts the pod is told this in place of "a dependency failed". A status has one line, and
// is lost when its sender is gone before it is read.
void tell_manager(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    if (base::notify(fmt::format("STATUS={}", text)))
        (void)base::notify_barrier(kPatienceMsec).has_value();
}

int pull(Session& session, const std::string& word, const Options& options) {
    const auto manifest = manifest_of(word);
    if (!manifest)
        return tell(manifest.error(), options, is_manifest_file(word) ? kFailure : kNoSuchPod);
    const auto ids = pull_images(session, manifest->pod, options);
    if (!ids) {
        tell_manager(ids.error().message());
        return tell(ids.error(), options, kFailure);
    }
    for (const std::string& id : *ids)
        print_image_id(id, options.json);
    return kOk;
}

}  // namespace

base::Result<int> verb_pull(const Arguments& arguments) {
    Session session = TRY(Session::open(arguments.options));
    int status = kOk;
    for (const std::string& word : arguments.words)
        if (const int one = pull(session, word, arguments.options); one != kOk) status = one;
    return status;
}

}  // namespace podd::podctl
