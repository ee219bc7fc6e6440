// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_result.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/number.h"
#include "base/printable.h"
#include "network/address.h"

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr base::JsonLimits kLimits{kMaxPluginAnswer, 32, 20'000};
constexpr std::size_t kMaxElements = 256;
constexpr std::size_t kMaxInterfaceName = 15;  // IFNAMSIZ - 1
constexpr std::size_t kMaxWord = 255;

Error wrong(std::string_view where, std::string_view wanted) {
    return {ErrorCode::kInvalidArgument,
            fmt::format("its result is no good: {}: wanted {}", where, wanted)};
}

// No member is as good as an empty list.
Result<const Json::Array*> list_at(const Json& json, const char* name) {
    static const Json::Array none;
    const auto* member = json.find(name);
    if (member == nullptr || member->is_null()) return &none;
    if (member->as_array() == nullptr || member->as_array()->size() > kMaxElements)
        return wrong(fmt::format("/{}", name), fmt::format("a list of at most {}", kMaxElements));
    return member->as_array();
}

std::string text_of(const Json& json, const char* name) {
    const auto* member = json.find(name);
    return member == nullptr || member->as_string() == nullptr ? std::string{}
                                                               : *member->as_string();
}

// One that the kernel takes, and that is a name of a file.
bool is_interface_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxInterfaceName && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':'; });
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= kMaxWord &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_address(std::string_view text) {
    return parse_ipv4(text).has_value() || parse_ipv6(text).has_value();
}

bool is_address_with_prefix(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    const auto length = base::parse_number<unsigned>(text.substr(slash + 1));
    const auto address = text.substr(0, slash);
    return length &&
           ((parse_ipv4(address) && *length <= 32) || (parse_ipv6(address) && *length <= 128));
}

Result<> read_interfaces(const Json& json, CniResult& result) {
    for (const auto& one : *TRY(list_at(json, "interfaces"))) {
        CniInterface interface{text_of(one, "name"), !text_of(one, "sandbox").empty()};
        if (!is_interface_name(interface.name))
            return wrong(fmt::format("/interfaces/{}/name", result.interfaces.size()),
                         "the name of an interface");
        result.interfaces.push_back(std::move(interface));
    }
    return {};
}

// One that belongs to an interface of the host is none of the pod.
Result<bool> is_of_pod(const Json& ip, const CniResult& result, std::size_t number) {
    const auto* index = ip.find("interface");
    if (index == nullptr || index->is_null()) return true;
    const auto at = index->as_uint();
    if (!at || *at >= result.interfaces.size())
        return wrong(fmt::format("/ips/{}/interface", number),
                     "the number of one of its interfaces");
    return result.interfaces[*at].in_pod;
}

Result<> read_addresses(const Json& json, CniResult& result) {
    std::size_t number = 0;
    for (const auto& one : *TRY(list_at(json, "ips"))) {
        auto address = text_of(one, "address");
        if (!is_address_with_prefix(address))
            return wrong(fmt::format("/ips/{}/address", number), "an address with a prefix length");
        if (TRY(is_of_pod(one, result, number))) result.addresses.push_back(std::move(address));
        ++number;
    }
    return {};
}

template <typename Check>
Result<> read_words(const Json& dns, const char* name, std::vector<std::string>& words, Check check,
                    std::string_view wanted) {
    std::size_t number = 0;
    for (const auto& one : *TRY(list_at(dns, name))) {
        if (one.as_string() == nullptr || !check(*one.as_string()))
            return wrong(fmt::format("/dns/{}/{}", name, number), wanted);
        words.push_back(*one.as_string());
        ++number;
    }
    return {};
}

Result<> read_dns(const Json& json, CniDns& dns) {
    const auto* member = json.find("dns");
    if (member == nullptr || member->is_null()) return {};
    if (member->as_object() == nullptr) return wrong("/dns", "an object");
    TRY(read_words(*member, "nameservers", dns.servers, is_address, "an address"));
    if (const auto domain = text_of(*member, "domain"); !domain.empty()) {
        if (!is_word(domain)) return wrong("/dns/domain", "a name");
        dns.search.push_back(domain);
    }
    TRY(read_words(*member, "search", dns.search, is_word, "a name"));
    return read_words(*member, "options", dns.options, is_word, "a word");
}

// Of people, for people: on one line, and not for ever.
std::string sentence(const std::string& text) {
    constexpr std::size_t kMost = 1000;
    auto one = text.substr(0, kMost);
    std::replace(one.begin(), one.end(), '\n', ' ');
    return base::printable(one);
}

}  // namespace

Result<Json> parse_plugin_answer(std::string_view text) {
    return Json::parse(text, kLimits);
}

Result<CniResult> cni_result(const Json& json) {
    if (json.as_object() == nullptr) return wrong("/", "an object");
    CniResult result;
    TRY(read_interfaces(json, result));
    TRY(read_addresses(json, result));
    TRY(read_dns(json, result.dns));
    return result;
}

std::optional<std::string> plugin_error(std::string_view text) {
    const auto json = Json::parse(text, kLimits);
    if (!json) return std::nullopt;
    const auto* member = json->find("code");
    const auto code = member == nullptr ? std::nullopt : member->as_int();
    const auto message = text_of(*json, "msg");
    const auto details = text_of(*json, "details");
    if (!code || (message.empty() && details.empty())) return std::nullopt;
    auto out = fmt::format("{} (code {})", sentence(message), *code);
    if (!details.empty()) out += ": " + sentence(details);
    return out;
}

std::string resolv_conf(const CniDns& dns) {
    std::string text;
    if (dns.servers.empty()) return text;
    for (const auto& server : dns.servers)
        text += fmt::format("nameserver {}\n", server);
    if (!dns.search.empty()) text += fmt::format("search {}\n", fmt::join(dns.search, " "));
    if (!dns.options.empty()) text += fmt::format("options {}\n", fmt::join(dns.options, " "));
    return text;
}

}  // namespace podd::network
