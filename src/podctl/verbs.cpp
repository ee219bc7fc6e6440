// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/verbs.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "podctl/terminal.h"

namespace podd::podctl {

namespace {

constexpr std::size_t kAny = SIZE_MAX;

constexpr Verb kVerbs[] = {
    {"list", "", "List pods", 0, 0, verb_list},
    {"status", "[POD...]", "Show state, apps and last log lines of pods", 0, kAny, verb_status},
    {"start", "POD|FILE... [-- ARGUMENT...]",
     "Start declared pods; a manifest file makes a transient pod", 1, kAny, verb_start, true},
    {"pull", "POD|FILE...", "Fetch the images of pods, as their manifests say", 1, kAny, verb_pull},
    {"stop", "POD...", "Stop pods with all their apps", 1, kAny, verb_stop},
    {"exec", "POD[/APP] [--] COMMAND...", "Run a command in an app, as part of it", 1, 1, verb_exec,
     true},
    {"enter", "POD [APP]", "Run a shell in an app, as part of it", 1, 2, verb_enter},
    {"verify", "[FILE...]",
     "Say what is wrong with manifests; without FILE, with all declared ones", 0, kAny,
     verb_verify},
    {"network list", "", "List links of pods, and what is left of some", 0, 0, verb_network_list},
    {"network check", "POD...", "Say what of the networks of running pods is not as it was made", 1,
     kAny, verb_network_check},
    {"fetch", "IMAGE...",
     "Fetch images: docker://…, https://….aci, or a name as example.com/app:1.0", 1, kAny,
     verb_fetch},
    {"import", "FILE|DIR|oci:DIR[:TAG] [-- COMMAND...]",
     "Import an image: ACI, OCI layout, docker-save archive, or root file system", 1, 1,
     verb_import, true},
    {"image create", "ROOT FILE [-- COMMAND...]",
     "Make an image of a root file system: an ACI or an OCI layout", 2, 2, verb_image_create, true},
    {"image list", "", "List images", 0, 0, verb_image_list},
    {"image rm", "IMAGE...", "Remove images", 1, kAny, verb_image_rm},
    {"image verify", "[IMAGE...]", "Say what of images is not as it was imported", 0, kAny,
     verb_image_verify},
    {"image export", "IMAGE FILE", "Write an image to a file, bit by bit as it came", 2, 2,
     verb_image_export},
    {"image extract", "IMAGE DIR",
     "Put the files of an image into a new folder, without those of "
     "images it depends on",
     2, 2, verb_image_extract},
    {"image render", "IMAGE DIR", "Put the files of an image into a new folder, as a pod sees them",
     2, 2, verb_image_render},
    {"image history", "IMAGE", "Show how an image was made", 1, 1, verb_image_history},
    {"image gc", "", "Remove what no image refers to, and images that no pod uses", 0, 0,
     verb_image_gc},
    {"image cat-manifest", "IMAGE...", "Show the manifests of images", 1, kAny,
     verb_image_cat_manifest},
    {"list-transfers", "", "List fetches, imports and other work on images", 0, 0,
     verb_list_transfers},
    {"cancel-transfer", "ID...", "Cancel them", 1, kAny, verb_cancel_transfer},
    {"store fsck", "", "Say what of the store does not fit", 0, 0, verb_store_fsck},
    {"trust", "--prefix=PREFIX|--root [KEYFILE|URL...]",
     "Trust OpenPGP keys for images; without any, those that the owner of PREFIX offers", 0, kAny,
     verb_trust},
    {"trust list", "", "List trusted keys", 0, 0, verb_trust_list},
    {"trust rm", "FINGERPRINT...", "Trust keys no more", 1, kAny, verb_trust_rm},
};

// Levenshtein.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

base::Error unknown(const std::string& word) {
    const Verb* best = nullptr;
    std::size_t best_distance = std::max<std::size_t>(word.size() / 2, 2) + 1;
    for (const Verb& verb : kVerbs) {
        const std::size_t d = distance(word, verb.name);
        if (d < best_distance) {
            best_distance = d;
            best = &verb;
        }
    }
    const std::string shown = printable(word);
    return {base::ErrorCode::kInvalidArgument,
            best == nullptr
                ? fmt::format("unknown command verb '{}'; see podctl --help", shown)
                : fmt::format("unknown command verb '{}', did you mean '{}'?", shown, best->name)};
}

}  // namespace

std::span<const Verb> verb_table() {
    return kVerbs;
}

base::Result<const Verb*> find_verb(std::vector<std::string>& words) {
    std::string name = words.empty() ? "list" : words.front();
    std::size_t used = words.empty() ? 0 : 1;
    if (name == "image" || name == "store" || name == "network") {
        const std::string first = name == "store" ? " fsck" : " list";
        name += words.size() > 1 ? " " + words[1] : first;
        used = std::min<std::size_t>(words.size(), 2);
    } else if (name == "trust" && words.size() > 1 && (words[1] == "list" || words[1] == "rm")) {
        name += " " + words[1];
        used = 2;
    }
    for (const Verb& verb : kVerbs) {
        if (verb.name != name) continue;
        words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
        return &verb;
    }
    return unknown(name);
}

std::string help_text() {
    const std::string_view bold = style(Style::kBold);
    const std::string_view plain = style(Style::kPlain);
    std::string text =
        fmt::format("podctl [OPTION...] VERB ...\n\nControl pods and their images.\n");
    const auto verbs = [&](std::string_view title, bool images) {
        text += fmt::format("\n{}{}:{}\n", bold, title, plain);
        for (const Verb& verb : kVerbs) {
            const bool of_images = verb.name.starts_with("im") || verb.name.starts_with("store") ||
                                   verb.name.starts_with("trust") || verb.name == "fetch" ||
                                   verb.name.find("-transfer") != std::string_view::npos;
            if (of_images != images) continue;
            const std::string left = fmt::format("{} {}", verb.name, verb.arguments);
            if (left.size() <= 28)
                text += fmt::format("  {:<28} {}\n", left, verb.help);
            else
                text += fmt::format("  {}\n  {:<28} {}\n", left, "", verb.help);
        }
    };
    verbs("Pod Commands", false);
    verbs("Image Commands", true);
    text += fmt::format("\n{}Options:{}\n", bold, plain);
    for (const OptionRow& row : option_table()) {
        std::string left = row.letter == 0 ? "   " : fmt::format("-{} ", row.letter);
        if (!row.long_name.empty()) left += fmt::format("--{}", row.long_name);
        if (!row.argument.empty()) left += fmt::format("={}", row.argument);
        const std::string of_verbs = row.verbs.empty() ? "" : fmt::format("{}: ", row.verbs);
        if (left.size() <= 28)
            text += fmt::format("  {:<28} {}{}\n", left, of_verbs, row.help);
        else
            text += fmt::format("  {}\n  {:<28} {}{}\n", left, "", of_verbs, row.help);
    }
    text += "\nSee the podctl(1) man page for details.\n";
    return text;
}

}  // namespace podd::podctl
