// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs: one row each, one file each.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "podctl/options.h"

namespace podd::podctl {

/// Source: podctl(1), "EXIT STATUS".
enum ExitStatus : unsigned char {
    kOk = 0,
    kFailure = 1,
    kUsage = 2,
    kNotActive = 3,
    kNoSuchPod = 4
};

struct Arguments {
    Options options;
    std::vector<std::string> words;  // without the verb
    std::vector<std::string> after;  // what stood after "--"
};

struct Verb {
    std::string_view name;       // "image list": two words
    std::string_view arguments;  // for --help
    std::string_view help;
    std::size_t min_words;
    std::size_t max_words;
    /// The exit status; an error is printed and makes 1, or 4 when a pod was not found.
    base::Result<int> (*run)(const Arguments& arguments);
    /// What stands after "--" is a command and stays in Arguments::after; else it is more words.
    bool takes_command = false;
};

std::span<const Verb> verb_table();

/// The verb at the beginning of `words`, which loses it. Without words it is "list". Errors:
/// kInvalidArgument, with the verb that was probably meant.
base::Result<const Verb*> find_verb(std::vector<std::string>& words);

std::string help_text();

base::Result<int> verb_cancel_transfer(const Arguments& arguments);
base::Result<int> verb_enter(const Arguments& arguments);
base::Result<int> verb_exec(const Arguments& arguments);
base::Result<int> verb_fetch(const Arguments& arguments);
base::Result<int> verb_image_cat_manifest(const Arguments& arguments);
base::Result<int> verb_image_create(const Arguments& arguments);
base::Result<int> verb_image_export(const Arguments& arguments);
base::Result<int> verb_image_extract(const Arguments& arguments);
base::Result<int> verb_image_gc(const Arguments& arguments);
base::Result<int> verb_image_history(const Arguments& arguments);
base::Result<int> verb_image_list(const Arguments& arguments);
base::Result<int> verb_image_render(const Arguments& arguments);
base::Result<int> verb_image_rm(const Arguments& arguments);
base::Result<int> verb_image_verify(const Arguments& arguments);
base::Result<int> verb_import(const Arguments& arguments);
base::Result<int> verb_list(const Arguments& arguments);
base::Result<int> verb_list_transfers(const Arguments& arguments);
base::Result<int> verb_network_list(const Arguments& arguments);
base::Result<int> verb_network_check(const Arguments& arguments);
base::Result<int> verb_pull(const Arguments& arguments);
base::Result<int> verb_start(const Arguments& arguments);
base::Result<int> verb_status(const Arguments& arguments);
base::Result<int> verb_stop(const Arguments& arguments);
base::Result<int> verb_store_fsck(const Arguments& arguments);
base::Result<int> verb_trust(const Arguments& arguments);
base::Result<int> verb_trust_list(const Arguments& arguments);
base::Result<int> verb_trust_rm(const Arguments& arguments);
base::Result<int> verb_verify(const Arguments& arguments);

}  // namespace podd::podctl
