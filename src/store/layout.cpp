// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/layout.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace podd::store {

namespace {

struct Algorithm {
    std::string_view prefix;
    std::size_t digits;
};
constexpr std::array kAlgorithms = {Algorithm{"sha512-", 128}, Algorithm{"sha256:", 64}};

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

const Algorithm* algorithm_of(std::string_view text) {
    for (const auto& algorithm : kAlgorithms)
        if (text.starts_with(algorithm.prefix) && is_hex(text.substr(algorithm.prefix.size())) &&
            text.size() <= algorithm.prefix.size() + algorithm.digits)
            return &algorithm;
    return nullptr;
}

}  // namespace

bool is_id(std::string_view text) {
    const auto* algorithm = algorithm_of(text);
    return algorithm != nullptr && text.size() == algorithm->prefix.size() + algorithm->digits;
}

std::optional<std::string_view> id_algorithm(std::string_view text) {
    const auto* algorithm = algorithm_of(text);
    if (algorithm == nullptr) return std::nullopt;
    return algorithm->prefix;
}

bool is_blob(std::string_view text) {
    constexpr std::string_view kPrefix = "sha256/";
    return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 64 &&
           is_hex(text.substr(kPrefix.size()));
}

std::string image_file(std::string_view id) {
    return fmt::format("{}/{}.json", kImagesDir, id);
}

std::string ref_file(std::string_view name) {
    std::string escaped{name};
    std::replace(escaped.begin(), escaped.end(), '/', '%');
    return fmt::format("{}/{}", kRefsDir, escaped);
}

base::Result<> check_name(std::string_view name) {
    if (name.size() > kMaxNameBytes)
        return base::Error{base::ErrorCode::kInvalidArgument,
                           fmt::format("image name \"{}…\" has {} bytes, at most {} can be kept",
                                       name.substr(0, 40), name.size(), kMaxNameBytes)};
    return {};
}

}  // namespace podd::store
