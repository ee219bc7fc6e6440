// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/settings.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/domain_name.h"
#include "base/number.h"
#include "network/resolv_conf.h"

namespace podd::network {

using base::ConfigFile;
using base::ConfigLine;
using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::string_view kSection = "Network";
constexpr std::string_view kCniSection = "CNI";
constexpr unsigned kShortestIpv4 = 8;
constexpr unsigned kLongestIpv4 = 28;
constexpr unsigned kIpv6Length = 64;

Error wanted(const ConfigLine& line, std::string_view what) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found {}={}, wanted {}", line.key, line.value, what)};
}

// Whether all bits behind the prefix are 0.
template <typename Address>
bool is_network(const Address& address, unsigned prefix_length) {
    for (std::size_t bit = prefix_length; bit < address.size() * 8; ++bit)
        if ((address[bit / 8] & (0x80U >> bit % 8)) != 0) return false;
    return true;
}

template <typename Address>
struct Prefix {
    Address address{};
    unsigned length = 0;
};

template <typename Address>
std::optional<Prefix<Address>> prefix_of(std::string_view text,
                                         std::optional<Address> (*parse)(std::string_view)) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto address = parse(text.substr(0, slash));
    const auto length = base::parse_number<unsigned>(text.substr(slash + 1));
    if (!address || !length || *length > address->size() * 8 || !is_network(*address, *length))
        return std::nullopt;
    return Prefix<Address>{*address, *length};
}

// This host's own, those of one link and of groups, and 0.0.0.0/8.
bool is_special(const Prefix<Ipv4>& prefix) {
    constexpr unsigned kLinkLocalLength = 16;
    const auto first = prefix.address[0];
    return first == 0 || first == 127 || first >= 224 ||
           Pool{prefix.address, prefix.length}.overlaps({169, 254, 0, 0}, kLinkLocalLength);
}

bool set_ipv4_pool(Pool& pool, std::string_view text) {
    const auto prefix = prefix_of<Ipv4>(text, parse_ipv4);
    if (!prefix || prefix->length < kShortestIpv4 || prefix->length > kLongestIpv4 ||
        is_special(*prefix))
        return false;
    pool.network = prefix->address;
    pool.prefix_length = prefix->length;
    return true;
}

bool set_ipv6_pool(Pool& pool, std::string_view text) {
    const auto prefix = prefix_of<Ipv6>(text, parse_ipv6);
    if (!prefix || prefix->length != kIpv6Length) return false;
    // 2000::/3 and fc00::/7: what hosts have that others know. Source: RFC 4291, RFC 4193.
    if ((prefix->address[0] & 0xE0U) != 0x20 && (prefix->address[0] & 0xFEU) != 0xFC) return false;
    pool.prefix = prefix->address;
    return true;
}

Result<> apply_ipv4_pool(Settings& settings, const ConfigLine& line, const Pool& defaults) {
    settings.pool.network = defaults.network;
    settings.pool.prefix_length = defaults.prefix_length;
    if (line.value.empty() || set_ipv4_pool(settings.pool, line.value)) return {};
    return wanted(line, fmt::format("a network such as \"10.80.0.0/16\", of {} to {} bits, that "
                                    "hosts can have",
                                    kShortestIpv4, kLongestIpv4));
}

Result<> apply_ipv6_pool(Settings& settings, const ConfigLine& line, const Pool& defaults) {
    settings.pool.has_ipv6 = line.value != "no";
    settings.pool.prefix = settings.pool.has_ipv6 ? defaults.prefix : Ipv6{};
    if (!settings.pool.has_ipv6 || line.value.empty() || set_ipv6_pool(settings.pool, line.value))
        return {};
    return wanted(line,
                  "\"no\", or a network such as \"fd12:3456:789a::/64\", of 64 bits, among "
                  "2000::/3 or fc00::/7");
}

Result<> apply_masquerade(Settings& settings, const ConfigLine& line, const Pool& /*defaults*/) {
    if (!line.value.empty() && line.value != "yes" && line.value != "no")
        return wanted(line, "\"yes\" or \"no\"");
    settings.masquerade = line.value != "no";
    return {};
}

// IPv6 asks for as much as the least, RFC 8200; the most is what a token bucket of
// resource/network-bandwidth lets pass at once, less than that in one frame anywhere.
Result<> apply_mtu(Settings& settings, const ConfigLine& line, const Pool& /*defaults*/) {
    constexpr std::uint32_t kLeast = 1280;
    constexpr std::uint32_t kMost = 9216;
    const auto mtu = base::parse_number<std::uint32_t>(line.value);
    if (!line.value.empty() && (!mtu || *mtu < kLeast || *mtu > kMost))
        return wanted(line, fmt::format("a number of bytes from {} to {}", kLeast, kMost));
    settings.mtu = mtu.value_or(0);
    return {};
}

// Words with blanks between them; more lines add to them, an empty one begins anew.
Result<> add_words(std::vector<std::string>& list, const ConfigLine& line,
                   bool (*is_good)(std::string_view), std::string_view what) {
    if (line.value.empty()) list.clear();
    std::string_view rest = line.value;
    while (true) {
        const auto first = rest.find_first_not_of(" \t");
        if (first == std::string_view::npos) return {};
        rest.remove_prefix(first);
        const auto word = rest.substr(0, rest.find_first_of(" \t"));
        rest.remove_prefix(word.size());
        if (!is_good(word)) return wanted(line, what);
        if (std::ranges::find(list, word) == list.end()) list.emplace_back(word);
    }
}

// A link-local address has the interface of the host behind it.
bool is_server(std::string_view text) {
    if (const auto ipv4 = parse_ipv4(text)) return *ipv4 != Ipv4{} && !base::is_multicast(*ipv4);
    const auto percent = text.find('%');
    const auto ipv6 = parse_ipv6(text.substr(0, percent));
    if (!ipv6 || *ipv6 == Ipv6{} || base::is_multicast(*ipv6)) return false;
    const bool has_zone = percent != std::string_view::npos && percent + 1 < text.size();
    return is_link_local(*ipv6) ? has_zone : percent == std::string_view::npos;
}

Result<> apply_servers(Settings& settings, const ConfigLine& line, const Pool& /*defaults*/) {
    constexpr std::string_view kWanted = "addresses of at most 3 servers";
    TRY(add_words(settings.servers, line, is_server, kWanted));
    if (settings.servers.size() > base::kMaxNameServers) return wanted(line, kWanted);
    return {};
}

Result<> apply_domains(Settings& settings, const ConfigLine& line, const Pool& /*defaults*/) {
    return add_words(settings.domains, line, base::is_domain_name,
                     "domains such as \"example.com\"");
}

constexpr std::pair<std::string_view, Result<> (*)(Settings&, const ConfigLine&, const Pool&)>
    kKeys[] = {{"IPv4Pool", apply_ipv4_pool},    {"IPv6Pool", apply_ipv6_pool},
               {"Masquerade", apply_masquerade}, {"MTU", apply_mtu},
               {"DNS", apply_servers},           {"Domains", apply_domains}};

Result<> apply(Settings& settings, const ConfigLine& line, const Pool& defaults) {
    const auto* const key =
        std::ranges::find(kKeys, line.key, [](const auto& one) { return one.first; });
    if (key != std::end(kKeys)) return key->second(settings, line, defaults);
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found {}=, wanted IPv4Pool=, IPv6Pool=, Masquerade=, MTU=, DNS= or "
                             "Domains=",
                             line.key)};
}

Result<> check_sections(const ConfigFile& file) {
    for (const auto& section : file.sections)
        if (section.name != kSection && section.name != kCniSection)
            return config_error(file, section.line,
                                fmt::format("found section [{}], wanted [{}] or [{}]", section.name,
                                            kSection, kCniSection));
    return {};
}

}  // namespace

Result<std::vector<ConfigFile>> read_settings_files() {
    auto files = TRY(base::read_config_with_parts("network.conf"));
    for (const auto& file : files)
        TRY(check_sections(file));
    return files;
}

Result<Settings> parse_settings(const std::vector<ConfigFile>& files, const Pool& default_pool) {
    Settings settings{default_pool, true};
    for (const auto& file : files) {
        TRY(check_sections(file));
        for (const auto& section : file.sections) {
            if (section.name != kSection) continue;
            for (const auto& line : section.lines)
                if (auto done = apply(settings, line, default_pool); !done)
                    return config_error(file, line.line, done.error().message());
        }
    }
    return settings;
}

Result<Settings> read_settings(const Pool& default_pool) {
    return parse_settings(TRY(base::read_config_with_parts("network.conf")), default_pool);
}

Json to_json(const Settings& settings) {
    return Json::Object{
        {"ipv4", settings.pool.ipv4_text()},
        {"ipv6", settings.pool.has_ipv6 ? settings.pool.ipv6_text() : std::string{"no"}},
        {"masquerade", settings.masquerade}};
}

Result<Settings> settings_from_json(const Json& json) {
    Settings settings;
    const auto* ipv4 = json.find("ipv4");
    const auto* ipv6 = json.find("ipv6");
    const auto* masquerade = json.find("masquerade");
    const bool whole = ipv4 != nullptr && ipv4->as_string() != nullptr && ipv6 != nullptr &&
                       ipv6->as_string() != nullptr && masquerade != nullptr &&
                       masquerade->as_bool() != nullptr;
    if (!whole || !set_ipv4_pool(settings.pool, *ipv4->as_string()))
        return Error{ErrorCode::kCorrupt, "the recorded settings are damaged"};
    settings.pool.has_ipv6 = *ipv6->as_string() != "no";
    if (settings.pool.has_ipv6 && !set_ipv6_pool(settings.pool, *ipv6->as_string()))
        return Error{ErrorCode::kCorrupt, "the recorded settings are damaged"};
    settings.masquerade = *masquerade->as_bool();
    return settings;
}

}  // namespace podd::network
