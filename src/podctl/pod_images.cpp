// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pod_images.h"

#include <map>

#include <fmt/format.h>

#include "podctl/progress.h"
#include "podctl/terminal.h"
#include "podctl/transfer_watch.h"

namespace podd::podctl {

namespace {

base::Result<std::string> pull(Session& session, const PodImage& image, const std::string& pod,
                               const Options& options) {
    std::map<std::string, sdbus::Variant> bus{
        {"PullPolicy", sdbus::Variant{std::string{policy_word(image.policy)}}}};
    if (options.for_start) bus.emplace("StartOf", sdbus::Variant{pod});
    const std::string reference = schema::str(image.reference);
    ProgressLine line{"Fetching", schema::shown(reference), options.quiet};
    TransferWatch watch{session, line};
    return watch.run(
        [&] { return session.manager->FetchImage(reference, bus, session.manager->flags()); });
}

}  // namespace

bool is_manifest_file(const std::string& word) {
    return word.find_first_of("/.") != std::string::npos;
}

base::Result<pod::Manifest> manifest_of(const std::string& word) {
    if (is_manifest_file(word)) return pod::load_manifest(word);
    TRY_CONTEXT(schema::PodName::parse(word), "pod \"{}\"", word);
    return TRY_CONTEXT(pod::find_manifest(word, pod::manifest_search()), "pod \"{}\"", word);
}

ExitStatus tell(const base::Error& error, const Options& options, ExitStatus not_found) {
    print_error(error, options.json);
    return error.code() == base::ErrorCode::kNotFound ? not_found : kFailure;
}

base::Result<std::vector<std::string>> pull_images(Session& session, const translate::Pod& pod,
                                                   const Options& options) {
    const auto images = TRY(images_to_pull(pod, options.pull_policy));
    std::vector<std::string> ids;
    ids.reserve(images.size());
    for (const PodImage& image : images)
        ids.push_back(TRY_CONTEXT(pull(session, image, pod.name.str(), options), "{}",
                                  where(pod.name.str(), image.app, image.image)));
    return ids;
}

}  // namespace podd::podctl
