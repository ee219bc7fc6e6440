// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <netinet/in.h>

#include "base/number.h"
#include "base/number_set.h"
#include "unit/catalog.h"
#include "unit/names.h"
#include "unit/render.h"
#include "unit/values.h"

namespace podd::unit {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error wrong(std::string_view found, std::string_view wanted) {
    return {ErrorCode::kInvalidArgument, fmt::format("found \"{}\", wanted {}", found, wanted)};
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// A line of a unit file can say neither a control character nor blanks at an end, a backslash there
// goes on to the next line, and an empty value means "reset". Source: systemd.syntax(7).
Result<> check_line(std::string_view text) {
    if (text.empty()) return wrong(text, "some text");
    if (std::any_of(text.begin(), text.end(), is_control))
        return Error{ErrorCode::kInvalidArgument,
                     "found a control character or line break, wanted one line of text"};
    if (text.front() == ' ' || text.back() == ' ')
        return wrong(text, "no blank at the beginning or the end");
    if (text.back() == '\\') return wrong(text, "no backslash at the end");
    return {};
}

Result<> check_word(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (text.empty() || !std::all_of(text.begin(), text.end(), fits))
        return wrong(text, "a word of lower-case letters, digits and dashes");
    return {};
}

Result<> check_uri(std::string_view text) {
    const auto fits = [](char c) {
        return c > ' ' && c < 0x7f && c != '%' && c != '\\' && c != '"' && c != '\'';
    };
    if (text.find(':') == std::string_view::npos || !std::all_of(text.begin(), text.end(), fits))
        return wrong(text, "a URI without blanks, quotes and percent signs");
    return {};
}

Result<> check_unit(std::string_view text) {
    if (!is_unit_name(text)) return wrong(text, "the name of a unit");
    return {};
}

// Such lists are unquoted without C escapes, so a control character cannot be said.
Result<> check_path(std::string_view text) {
    if (text.empty() || text.front() != '/') return wrong(text, "an absolute path");
    if (std::any_of(text.begin(), text.end(), is_control))
        return Error{ErrorCode::kInvalidArgument,
                     "found a control character or line break in a path, wanted none"};
    return {};
}

Result<std::vector<std::string>> checked_words(const Setting& setting,
                                               Result<> (*check)(std::string_view)) {
    if (setting.words.empty()) return Error{ErrorCode::kInvalidArgument, "found nothing in a list"};
    for (const auto& word : setting.words)
        TRY(check(word));
    return setting.words;
}

Result<Value> command(const Setting& setting) {
    if (setting.words.empty()) return Error{ErrorCode::kInvalidArgument, "found no program"};
    TRY(check_path(setting.words.front()));
    ExecCommand exec;
    exec.path = setting.words.front();
    for (const auto& word : setting.words) {
        if (word.find('\0') != std::string::npos)
            return Error{ErrorCode::kInvalidArgument, "found a NUL in an argument, wanted none"};
        // Neither form expands variables in the program's own name.
        if (exec.argv.empty()) {
            exec.argv.push_back(word);
            continue;
        }
        auto& out = exec.argv.emplace_back();
        for (const char c : word)
            out.append(c == '$' ? 2 : 1, c);
    }
    return Value{std::vector{std::move(exec)}};
}

Result<Value> flag(std::string_view text) {
    if (text != "yes" && text != "no") return wrong(text, "\"yes\" or \"no\"");
    return Value{text == "yes"};
}

Result<Value> numbers(std::string_view text) {
    auto mask = base::parse_number_set(text);
    if (!mask) return wrong(text, "numbers and ranges such as \"0-3,7\"");
    return Value{*std::move(mask)};
}

Result<Value> weight(std::string_view text) {
    const auto value = TRY(number(text));
    if (value < 1 || value > 10000) return wrong(text, "1…10000");
    return Value{value};
}

Result<Value> whole(std::string_view text) {
    const auto value = base::parse_number<std::int32_t>(text);
    if (!value) return wrong(text, "a whole number");
    return Value{*value};
}

Result<Value> statuses(const Setting& setting) {
    ExitStatuses out;
    if (setting.words.empty()) return Error{ErrorCode::kInvalidArgument, "found no exit status"};
    for (const auto& word : setting.words) {
        if (word.starts_with("SIG")) {
            out.signals.push_back(TRY(signal_number(word)));
            continue;
        }
        const auto status = TRY(number(word));
        if (status > 255) return wrong(word, "0…255");
        out.statuses.push_back(static_cast<std::int32_t>(status));
    }
    return Value{out};
}

// The manager hands such paths to systemd-executor (from 254 on) unquoted, and the service then
// fails with "Failed to deserialize".
Result<> check_simple_path(std::string_view text) {
    TRY(check_path(text));
    if (text.find_first_of(" \\") != std::string_view::npos)
        return wrong(text, "a path without blanks and backslashes");
    return {};
}

Result<Value> device(const Setting& setting) {
    if (setting.words.size() != 2)
        return Error{ErrorCode::kInvalidArgument, "wanted a path and rights"};
    TRY(check_simple_path(setting.words[0]));
    const auto& rights = setting.words[1];
    if (rights.empty() || rights.find_first_not_of("rwm") != std::string::npos)
        return wrong(rights, "rights out of \"rwm\"");
    return Value{std::vector{TextPair{setting.words[0], rights}}};
}

Result<Value> credential(const Setting& setting) {
    if (setting.words.size() != 2)
        return Error{ErrorCode::kInvalidArgument, "wanted a name and a path"};
    const auto simple = [](const std::string& word) {
        return !word.empty() && word.find_first_of(" \\\"'") == std::string::npos &&
               std::none_of(word.begin(), word.end(), is_control);
    };
    if (!simple(setting.words[0]) || setting.words[0].find_first_of(":/%") != std::string::npos)
        return wrong(setting.words[0], "the name of a credential");
    if (!simple(setting.words[1]))
        return wrong(setting.words[1], "a path without blanks, quotes and backslashes");
    return Value{std::vector{TextPair{setting.words[0], setting.words[1]}}};
}

Result<Value> io_limit(const Setting& setting) {
    if (setting.words.size() != 2)
        return Error{ErrorCode::kInvalidArgument, "wanted a path and a limit"};
    TRY(check_simple_path(setting.words[0]));
    const auto limit = TRY(number(setting.words[1]));
    return Value{std::vector{IoLimit{setting.words[0], limit}}};
}

Result<Value> count(std::string_view text) {
    const auto value = base::parse_number<std::uint32_t>(text);
    if (!value) return wrong(text, "a whole number");
    return Value{*value};
}

Result<Value> mask(std::string_view text) {
    std::uint32_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '7' || text.size() > 4) return wrong(text, "octal permissions");
        value = value * 8 + static_cast<std::uint32_t>(c - '0');
    }
    if (text.empty()) return wrong(text, "octal permissions");
    return Value{value};
}

Result<Value> limit(const Setting& setting) {
    if (setting.words.size() != 2)
        return Error{ErrorCode::kInvalidArgument, "wanted a soft and a hard limit"};
    const auto soft = TRY(number(setting.words[0]));
    const auto hard = TRY(number(setting.words[1]));
    if (soft > hard) return wrong(setting.words[0], "at most the hard limit");
    return Value{hard};
}

// Others are what a socket has anyway. Source: systemd.socket(5), SocketProtocol=.
Result<Value> protocol(std::string_view text) {
    if (text != "sctp") return wrong(text, "\"sctp\"");
    return Value{std::int32_t{IPPROTO_SCTP}};
}

// "8080", "192.0.2.1:8080" or "[::1]:8080". Source: systemd.socket(5), ListenStream=.
Result<Value> listen(const Setting& setting) {
    constexpr std::string_view kKey = "Listen";
    const std::string_view text = setting.value;
    const auto colon = text.rfind(':');
    const auto port = base::parse_number<std::uint16_t>(
        colon == std::string_view::npos ? text : text.substr(colon + 1));
    const auto address = text.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (!port || *port == 0 ||
        address.find_first_not_of("0123456789abcdef.:[]") != std::string_view::npos)
        return wrong(text, "a port, or an address and a port");
    return Value{std::vector{TextPair{setting.key.substr(kKey.size()), setting.value}}};
}

Result<Value> absent(const Setting& setting) {
    const std::string_view text = setting.value;
    if (!text.starts_with('!')) return wrong(text, "\"!\" and a path");
    TRY(check_line(text));
    TRY(check_path(text.substr(1)));
    return Value{std::vector{Condition{setting.key, false, true, std::string{text.substr(1)}}}};
}

template <typename T>
Result<Value> as_value(Result<T> result) {
    if (!result) return std::move(result).error();
    return Value{*std::move(result)};
}

Result<Value> value_of(Kind kind, const Setting& setting) {
    const std::string_view text = setting.value;
    switch (kind) {
        case Kind::kText: TRY(check_line(text)); return Value{setting.value};
        case Kind::kWord: TRY(check_word(text)); return Value{setting.value};
        case Kind::kUnit: TRY(check_unit(text)); return Value{setting.value};
        case Kind::kFlag: return flag(text);
        case Kind::kUnits: return as_value(checked_words(setting, check_unit));
        case Kind::kUris: return as_value(checked_words(setting, check_uri));
        case Kind::kPaths: return as_value(checked_words(setting, check_path));
        case Kind::kCommand: return command(setting);
        case Kind::kDuration: return as_value(duration_usec(text));
        case Kind::kBytes: return as_value(number(text));
        case Kind::kQuota: return as_value(quota_usec_per_sec(text));
        case Kind::kWeight: return weight(text);
        case Kind::kSigned: return whole(text);
        case Kind::kSignal: return as_value(signal_number(text));
        case Kind::kStatuses: return statuses(setting);
        case Kind::kIoLimit: return io_limit(setting);
        case Kind::kDevice: return device(setting);
        case Kind::kNumbers: return numbers(text);
        case Kind::kCount: return count(text);
        case Kind::kMask: return mask(text);
        case Kind::kProtocol: return protocol(text);
        case Kind::kListen: return listen(setting);
        case Kind::kLimit: return limit(setting);
        case Kind::kAbsent: return absent(setting);
        case Kind::kCredential: return credential(setting);
        case Kind::kData: return Value{std::vector<std::uint8_t>{text.begin(), text.end()}};
    }
    return Error{ErrorCode::kInternal, "no such kind of setting"};
}

}  // namespace

std::string_view signature(const Value& value) {
    static constexpr std::array<std::string_view, std::variant_size_v<Value>> kSignatures{
        "s", "b", "i", "t", "as", "ay", "a(sasb)", "(aiai)", "a(st)", "a(ss)", "a(sbbs)", "u"};
    return kSignatures[value.index()];
}

Result<Property> property(std::string_view section, const Setting& setting) {
    const Entry* entry = find_entry(section, setting.key);
    if (entry == nullptr)
        return Error{ErrorCode::kInternal,
                     fmt::format("{}= is not in the catalog of [{}]", setting.key, section)};
    auto value = TRY_CONTEXT(value_of(entry->kind, setting), "{}=", setting.key);
    return Property{std::string{entry->property}, std::move(value)};
}

namespace {

void add_properties(std::vector<Property>& out, const Setting& setting, Property property) {
    const auto soft = property.name + "Soft";
    out.push_back(std::move(property));
    // It was checked with the hard one, which sets both.
    if (setting.key.starts_with("Limit"))
        out.push_back({soft, Value{number(setting.words[0]).value()}});
}

}  // namespace

Result<std::vector<Property>> bus_properties(const Unit& unit) {
    std::vector<Property> out;
    for (const auto& section : unit.sections)
        for (const auto& setting : section.settings)
            add_properties(out, setting,
                           TRY_CONTEXT(property(section.name, setting), "{}", unit.name));
    return out;
}

}  // namespace podd::unit
