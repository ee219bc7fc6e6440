// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/challenge.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::fetch {

using base::Result;
using schema::found_wanted;
using schema::quoted;

namespace {

constexpr std::size_t kMaxHeader = 8192;
constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxParameters = 16;

bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

// What may stand in place of parameters: base64 and the like. Source: RFC 9110 §11.2 "token68".
bool is_token68_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

class Reader {
public:
    explicit Reader(std::string_view text) : rest_{text} {}

    Result<std::vector<Challenge>> read() {
        std::vector<Challenge> challenges;
        for (skip_commas(); !rest_.empty(); skip_commas()) {
            if (challenges.size() == kMaxChallenges)
                return found_wanted("more challenges", fmt::format("at most {}", kMaxChallenges));
            challenges.push_back(TRY(challenge()));
        }
        return challenges;
    }

private:
    void skip_blanks() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
            rest_.remove_prefix(1);
    }
    void skip_commas() {
        for (skip_blanks(); rest_.starts_with(','); skip_blanks())
            rest_.remove_prefix(1);
    }
    std::string_view token() {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        const auto found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }
    base::Error refuse(std::string_view wanted) const {
        return found_wanted(rest_.empty() ? "the end" : quoted(rest_.substr(0, 20)), wanted);
    }

    // Whether a parameter follows, and not the next challenge.
    bool at_parameter() {
        Reader ahead{*this};
        if (ahead.token().empty()) return false;
        ahead.skip_blanks();
        if (!ahead.rest_.starts_with('=')) return false;
        ahead.rest_.remove_prefix(1);
        // "token68==" is no parameter.
        ahead.skip_blanks();
        return !ahead.rest_.empty() && ahead.rest_.front() != '=' && ahead.rest_.front() != ',';
    }

    void skip_token68() {
        while (!rest_.empty() && is_token68_char(rest_.front()))
            rest_.remove_prefix(1);
        while (rest_.starts_with('='))
            rest_.remove_prefix(1);
    }

    Result<Challenge> challenge() {
        Challenge challenge;
        challenge.scheme = lower(token());
        if (challenge.scheme.empty()) return refuse("an authentication scheme");
        if (!rest_.empty() && rest_.front() != ' ' && rest_.front() != ',')
            return refuse("a blank or a comma after the authentication scheme");
        skip_blanks();
        if (!at_parameter()) {
            skip_token68();
            skip_blanks();
            if (!rest_.empty() && !rest_.starts_with(',')) return refuse("a comma");
            return challenge;
        }
        while (at_parameter()) {
            TRY(parameter(challenge));
            skip_blanks();
            if (!rest_.empty() && !rest_.starts_with(',')) return refuse("a comma");
            skip_commas();
        }
        return challenge;
    }

    Result<> parameter(Challenge& challenge) {
        auto name = lower(token());
        skip_blanks();
        rest_.remove_prefix(1);  // the "=" that at_parameter() has seen
        skip_blanks();
        auto value = TRY(parameter_value());
        if (challenge.parameters.size() == kMaxParameters)
            return found_wanted("more parameters", fmt::format("at most {}", kMaxParameters));
        for (const auto& [known, unused] : challenge.parameters)
            if (known == name)
                return found_wanted(fmt::format("parameter {} a second time", quoted(name)),
                                    "each at most once");
        challenge.parameters.emplace_back(std::move(name), std::move(value));
        return {};
    }

    Result<std::string> parameter_value() {
        if (!rest_.starts_with('"')) {
            const auto value = token();
            if (value.empty()) return refuse("a value");
            return std::string{value};
        }
        rest_.remove_prefix(1);
        std::string value;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.front() == '\\') rest_.remove_prefix(1);
            if (rest_.empty()) break;
            const auto c = static_cast<unsigned char>(rest_.front());
            if (c < 0x20 || c == 0x7F) return refuse("no control character");
            value += rest_.front();
            rest_.remove_prefix(1);
        }
        if (rest_.empty()) return refuse("a closing quotation mark");
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
};

}  // namespace

std::string_view Challenge::parameter(std::string_view name) const {
    for (const auto& [known, value] : parameters)
        if (known == name) return value;
    return {};
}

Result<std::vector<Challenge>> parse_challenges(std::string_view header) {
    if (header.size() > kMaxHeader)
        return found_wanted(fmt::format("{} bytes", header.size()),
                            fmt::format("at most {}", kMaxHeader));
    return Reader{header}.read();
}

}  // namespace podd::fetch
