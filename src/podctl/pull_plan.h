// SPDX-License-Identifier: LGPL-2.1-or-later
// Which images of a pod are fetched, and as what; pure.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "schema/pull_policy.h"
#include "translate/translate.h"

namespace podd::podctl {

/// One app's image and when it is fetched.
struct PodImage {
    std::string app;
    std::string image;  // for people
    schema::FetchReference reference;
    schema::PullPolicy policy;
};

/// Those that may be fetched; `forced` is a pull policy for all apps, or empty. An image of
/// several apps stands once, with the policy that fetches most. Errors: kInvalidArgument, pod, app
/// and image first.
base::Result<std::vector<PodImage>> images_to_pull(const translate::Pod& pod,
                                                   const std::string& forced);

/// 'pod "web": app "nginx": image "docker.io/library/nginx:1.27"'
std::string where(const std::string& pod, const std::string& app, const std::string& image);

/// The word that parse_pull_policy() reads as this.
std::string_view policy_word(schema::PullPolicy policy);

}  // namespace podd::podctl
