// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/networks.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "schema/choices.h"
#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr Choices<Network, 4> kOwn{{{"none", Network::kNone},
                                    {"default", Network::kDefault},
                                    {"default-restricted", Network::kDefaultRestricted},
                                    {"host", Network::kHost}}};
constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kPathPrefix = "ns:";
constexpr std::size_t kMaxPath = 4095;
constexpr std::size_t kMaxNamed = 32;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxValue = 256;

std::optional<Network> own_kind(std::string_view word) {
    for (const auto& [name, kind] : kOwn)
        if (name == word) return kind;
    return std::nullopt;
}

// "Default" is more likely an error than a name.
std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Source: CNI specification, section 1, "name".
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName && is_letter_or_digit(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
           });
}

bool is_argument_name(std::string_view text) {
    return !text.empty() && text.size() <= kMaxName &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter_or_digit(c) || c == '_'; });
}

// No ";" is left in it by then.
bool is_argument_value(std::string_view text) {
    return !text.empty() && text.size() <= kMaxValue &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Result<> add_argument(NamedNetwork& network, std::string_view text) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto value =
        equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
    if (!is_argument_name(name) || !is_argument_value(value))
        return found_wanted(quoted(text), "an argument such as \"IP=10.1.2.3\"");
    for (const auto& [other, unused] : network.arguments)
        if (other == name) return found_wanted(quoted(name) + " twice", "each argument once");
    network.arguments.emplace_back(name, value);
    return {};
}

Result<NamedNetwork> named_network(std::string_view word) {
    const auto colon = word.find(':');
    NamedNetwork network{std::string{word.substr(0, colon)}, {}};
    if (own_kind(network.name))
        return found_wanted(quoted(word), fmt::format("\"{}\" without arguments", network.name));
    if (!is_name(network.name) || own_kind(lower(network.name)))
        return found_wanted(
            quoted(word),
            "\"none\", \"default\", \"default-restricted\", \"host\", \"ns:PATH\" "
            "or the name of a network: "
            "letters, digits, \"_\", \".\" and \"-\", at most 64; several with blanks "
            "between them");
    if (colon == std::string_view::npos) return network;
    auto rest = word.substr(colon + 1);
    while (true) {
        const auto end = rest.find(';');
        TRY(add_argument(network, rest.substr(0, end)));
        if (end == std::string_view::npos) return network;
        rest.remove_prefix(end + 1);
    }
}

bool is_path(std::string_view text) {
    return text.starts_with('/') && text.size() > 1 && text.size() <= kMaxPath &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
}

Result<> set_path(Networks& networks, std::string_view word) {
    const auto path = word.substr(kPathPrefix.size());
    if (!is_path(path))
        return found_wanted(quoted(word),
                            "\"ns:\" and the absolute path of a network namespace, such as "
                            "\"ns:/run/netns/blue\"");
    networks.own = Network::kPath;
    networks.path = path;
    return {};
}

Result<> add_named(Networks& networks, std::string_view word) {
    auto network = TRY(named_network(word));
    for (const auto& other : networks.named)
        if (other.name == network.name)
            return found_wanted(fmt::format("network \"{}\" twice", other.name), "each once");
    if (is_shared(networks.own))
        return found_wanted(quoted(word) + " beside \"host\" or \"ns:PATH\"",
                            "that alone: it is no network of the pod's to change");
    networks.named.push_back(std::move(network));
    if (networks.named.size() > kMaxNamed)
        return found_wanted("more networks", fmt::format("at most {}", kMaxNamed));
    return {};
}

}  // namespace

std::string_view word_of(Network network) {
    for (const auto& [word, value] : kOwn)
        if (value == network) return word;
    return "ns";
}

Result<Networks> parse_networks(std::string_view text) {
    Networks networks;
    bool is_first = true;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
        if (text.empty()) break;
        const auto word = text.substr(0, text.find_first_of(kBlanks));
        text.remove_prefix(word.size());
        const auto own = own_kind(word);
        const bool by_path = word.starts_with(kPathPrefix);
        if ((own || by_path) && !is_first)
            return found_wanted(quoted(word) + " behind another network", "it in front of them");
        if (own)
            networks.own = *own;
        else if (by_path)
            TRY(set_path(networks, word));
        else
            TRY(add_named(networks, word));
        is_first = false;
    }
    if (is_first)
        return found_wanted(quoted(text),
                            "\"none\", \"default\", \"default-restricted\", \"host\", \"ns:PATH\" "
                            "or names of networks");
    return networks;
}

}  // namespace podd::schema
