// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/digest_compare.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "archive/digest_list.h"

namespace podd::archive {

namespace {

struct Entry {
    std::string_view path;
    std::string_view keys;  // "type=file mode=0644 …"
};

enum class Attributes : bool { kIgnore, kCompare };

std::vector<Entry> entries_of(std::string_view list, Attributes attributes) {
    std::vector<Entry> entries;
    while (!list.empty()) {
        auto line = list.substr(0, list.find('\n'));
        list.remove_prefix(std::min(line.size() + 1, list.size()));
        if (line.empty() || line.front() == '#') continue;
        if (attributes == Attributes::kIgnore) line = line.substr(0, line.rfind(kXattrKey));
        const auto space = std::min(line.find(' '), line.size());
        entries.push_back({line.substr(0, space), line.substr(std::min(space + 1, line.size()))});
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.path < b.path; });
    return entries;
}

std::optional<std::string_view> value_of(std::string_view keys, std::string_view key) {
    while (!keys.empty()) {
        const auto word = keys.substr(0, keys.find(' '));
        keys.remove_prefix(std::min(word.size() + 1, keys.size()));
        const auto equals = word.find('=');
        if (equals != std::string_view::npos && word.substr(0, equals) == key)
            return word.substr(equals + 1);
    }
    return std::nullopt;
}

std::string difference(std::string_view listed, std::string_view found) {
    std::string text;
    for (const std::string_view key : {"type", "mode", "uid", "gid", "size", "link"}) {
        const auto was = value_of(listed, key);
        const auto is = value_of(found, key);
        if (was == is) continue;
        text += fmt::format("{}{} is {}, was {}", text.empty() ? "" : "; ", key,
                            is.value_or("not there"), was.value_or("not there"));
    }
    if (value_of(listed, "sha256digest") != value_of(found, "sha256digest"))
        text += text.empty() ? "its content differs" : "; its content differs";
    if (value_of(listed, "xattrsha256") != value_of(found, "xattrsha256"))
        text += text.empty() ? "its attributes differ" : "; its attributes differ";
    return text.empty() ? "the list says of it what nobody knows" : text;
}

}  // namespace

std::vector<ListDifference> compare_digest_lists(std::string_view listed, std::string_view found,
                                                 std::size_t most, std::size_t& count) {
    std::vector<ListDifference> differences;
    count = 0;
    const auto add = [&](std::string_view path, std::string what) {
        if (++count <= most) differences.push_back({std::string{path}, std::move(what)});
    };
    const auto attributes =
        listed.starts_with(kListHead) ? Attributes::kCompare : Attributes::kIgnore;
    const auto was = entries_of(listed, attributes);
    const auto is = entries_of(found, attributes);
    auto a = was.begin();
    auto b = is.begin();
    while (a != was.end() || b != is.end()) {
        if (b == is.end() || (a != was.end() && a->path < b->path)) {
            add(a->path, "is missing");
            ++a;
        } else if (a == was.end() || b->path < a->path) {
            add(b->path, "was not there");
            ++b;
        } else {
            if (a->keys != b->keys) add(a->path, difference(a->keys, b->keys));
            ++a;
            ++b;
        }
    }
    return differences;
}

}  // namespace podd::archive
