// SPDX-License-Identifier: LGPL-2.1-or-later
// The <meta> tags of a web page, found by a scan of its text: no tree is built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::fetch {

struct MetaTag {
    std::string name;
    std::string content;
    bool operator==(const MetaTag&) const = default;
};

/// All that have a name and a content, anywhere on the page, in their order; references to
/// characters (&amp;, &#x2F;) are resolved. Comments and the text of script, style, title and the
/// like have none. One with the same attribute twice is left out: readers do not agree on which
/// counts. Errors: kInvalidArgument, too many tags or one that is too long.
/// Source: HTML Living Standard §13.2.5 (tokenization).
base::Result<std::vector<MetaTag>> meta_tags(std::string_view page);

}  // namespace podd::fetch
