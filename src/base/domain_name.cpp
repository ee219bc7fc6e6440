// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/domain_name.h"

#include <algorithm>
#include <cstddef>

namespace podd::base {

namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= kMaxLabel && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

bool is_domain_name(std::string_view text) {
    if (text.size() > 1 && text.back() == '.') text.remove_suffix(1);
    if (text.size() > kMaxName) return false;
    while (true) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

}  // namespace podd::base
