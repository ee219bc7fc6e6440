// SPDX-License-Identifier: LGPL-2.1-or-later
// The metadata service: answers the apps of pods about themselves, each at its pod's own socket.
// It has no rights, and knows of a pod what the pod may know. Source: podd-metadata.service(8).
#include <cstdlib>
#include <utility>

#include "event/service_loop.h"
#include "fd_store.h"
#include "key.h"
#include "pods.h"

namespace podd::metadata_service {
namespace {

using base::Result;

Result<> serve() {
    auto passed = TRY(passed_fds());
    const char* state = std::getenv("STATE_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    auto key = TRY(signing_key(state == nullptr ? "/var/lib/podd-metadata" : state));
    const auto loop = TRY(event::ServiceLoop::make());
    Pods pods{loop.get(), std::move(key)};
    pods.restore(std::move(passed.offers));
    TRY(pods.listen(std::move(passed.socket)));
    event::ServiceLoop::announce_ready();
    return loop.run();
}

}  // namespace
}  // namespace podd::metadata_service

int main(int argc, char** /*argv*/) {
    return podd::event::service_main(argc, "usage: metadata; see podd-metadata.service(8)",
                                     podd::metadata_service::serve);
}
