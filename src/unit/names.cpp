// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/names.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace podd::unit {

namespace {

constexpr std::string_view kPodPrefix = "pod-";
constexpr std::string_view kServiceSuffix = ".service";

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool stays_as_is(char c) {
    return is_alphanumeric(c) || c == ':' || c == '_' || c == '.';
}

void append_hex(std::string& out, char c) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '/')
            out += '-';
        else if (stays_as_is(c) && !(i == 0 && c == '.'))
            out += c;
        else
            append_hex(out, c);
    }
    return out;
}

base::Result<std::string> unescape(std::string_view name) {
    std::string out;
    out.reserve(name.size());
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '-') {
            out += '/';
        } else if (name[i] != '\\') {
            out += name[i];
        } else {
            const int high =
                i + 3 < name.size() && name[i + 1] == 'x' ? hex_digit(name[i + 2]) : -1;
            const int low = high >= 0 ? hex_digit(name[i + 3]) : -1;
            if (low < 0)
                return base::Error{
                    base::ErrorCode::kInvalidArgument,
                    fmt::format("\"{}\": found \"\\\" without \"xNN\" behind it", name)};
            out += static_cast<char>(high * 16 + low);
            i += 3;
        }
    }
    return out;
}

std::string escape_path(std::string_view path) {
    std::string plain;
    for (const char c : path)
        if (c != '/' || (!plain.empty() && plain.back() != '/')) plain += c;
    if (!plain.empty() && plain.back() == '/') plain.pop_back();
    return plain.empty() ? std::string{"-"} : escape(plain);
}

bool is_unit_name(std::string_view name) {
    static constexpr std::array<std::string_view, 11> kSuffixes{
        ".service", ".socket", ".device", ".mount", ".automount", ".swap",
        ".target",  ".path",   ".timer",  ".slice", ".scope"};
    if (name.size() > kNameMax) return false;
    const auto suffix =
        std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](auto s) { return name.ends_with(s); });
    if (suffix == kSuffixes.end() || name.size() == suffix->size()) return false;
    if (name.front() == '@') return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return stays_as_is(c) || c == '-' || c == '\\' || c == '@'; });
}

std::string slice_name(std::string_view pod) {
    return fmt::format("machine-{}.slice", escape(pod));
}

std::string sandbox_name(std::string_view pod) {
    return fmt::format("{}{}{}", kPodPrefix, pod, kServiceSuffix);
}

std::string app_name(std::string_view pod, std::string_view app) {
    return fmt::format("{}{}@{}{}", kPodPrefix, pod, app, kServiceSuffix);
}

std::string socket_name(std::string_view pod, std::string_view app) {
    return fmt::format("{}{}@{}.socket", kPodPrefix, pod, app);
}

std::string explain_name(std::string_view pod) {
    return fmt::format("podd-explain@{}.service", pod);
}

std::string loopback_name(std::string_view pod) {
    return fmt::format("podd-loopback@{}.socket", pod);
}

std::string sctp_loopback_name(std::string_view pod) {
    return fmt::format("podd-loopback-sctp@{}.socket", pod);
}

std::string proxy_socket_name(std::string_view pod) {
    return fmt::format("podd-proxy@{}.socket", pod);
}

std::string proxy_name(std::string_view pod) {
    return fmt::format("podd-proxy@{}.service", pod);
}

std::vector<std::string> socket_patterns(std::string_view pod) {
    return {socket_name(pod, "*"), loopback_name(pod), sctp_loopback_name(pod),
            proxy_socket_name(pod)};
}

std::string stop_name(std::string_view pod) {
    return fmt::format("pod-stop@{}.target", pod);
}

std::string pull_name(std::string_view pod) {
    return fmt::format("podd-pull@{}.service", pod);
}

std::optional<PodUnit> pod_unit(std::string_view name) {
    if (!name.starts_with(kPodPrefix) || !name.ends_with(kServiceSuffix)) return {};
    if (name.size() <= kPodPrefix.size() + kServiceSuffix.size()) return {};
    name.remove_prefix(kPodPrefix.size());
    name.remove_suffix(kServiceSuffix.size());
    const auto at = name.find('@');
    if (at == std::string_view::npos) return PodUnit{std::string{name}, {}};
    if (at == 0 || at + 1 == name.size()) return {};
    return PodUnit{std::string{name.substr(0, at)}, std::string{name.substr(at + 1)}};
}

}  // namespace podd::unit
