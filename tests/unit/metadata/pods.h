// SPDX-License-Identifier: LGPL-2.1-or-later
// A pod to ask about.
#pragma once

#include <string>
#include <utility>

#include "metadata/served_pod.h"

namespace podd::metadata {

inline const std::string kToken(plan::kMetadataTokenDigits, 'a');
inline const std::string kUuid = "6733c088-a507-4694-aabf-0edebea70a4c";

inline plan::MetadataRecord record() {
    using List = std::vector<std::pair<std::string, std::string>>;
    return {.pod = "web",
            .uuid = kUuid,
            .token = kToken,
            .manifest = R"({"acKind":"PodManifest"})",
            .annotations = List{{"example.com/role", "front"}, {"created", "2026"}},
            .apps = {{"nginx", "sha512-ab", R"({"acKind": "ImageManifest"})", List{{"a/b", "c"}}},
                     {"php", "sha256:cd", "{}", std::nullopt},
                     {"empty", "sha256:ef", "{}", List{}}}};
}

inline ServedPod pod() {
    return served_pod(record()).value();
}

}  // namespace podd::metadata
