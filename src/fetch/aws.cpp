// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/aws.h"

#include <algorithm>

namespace podd::fetch {

namespace {

constexpr std::string_view kDefaultRegion = "us-east-1";
constexpr std::string_view kService = "s3";

// "a.b.c" → "c", leaving "a.b".
std::string_view take_last_label(std::string_view& name) {
    const auto dot = name.rfind('.');
    const auto label = dot == std::string_view::npos ? name : name.substr(dot + 1);
    name = dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
    return label;
}

}  // namespace

bool is_aws_region(std::string_view region) {
    return !region.empty() && region.size() <= 64 && std::ranges::all_of(region, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

// Source: docs.aws.amazon.com/general/latest/gr/s3.html, "Amazon S3 endpoints".
std::string aws_region(std::string_view host) {
    auto name = host.substr(0, host.find(':'));
    constexpr std::string_view kChina = ".cn";
    constexpr std::string_view kAmazon = ".amazonaws.com";
    if (name.ends_with(kChina)) name.remove_suffix(kChina.size());
    if (!name.ends_with(kAmazon)) return std::string{kDefaultRegion};
    name.remove_suffix(kAmazon.size());
    const auto last = take_last_label(name);
    if (last.starts_with("s3-")) return std::string{last.substr(kService.size() + 1)};
    auto before = take_last_label(name);
    if (before == "dualstack") before = take_last_label(name);
    if (last != kService && before == kService) return std::string{last};
    return std::string{kDefaultRegion};
}

}  // namespace podd::fetch
