// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolve/message.h"

#include <array>
#include <vector>

#include <arpa/nameser.h>

namespace podd::resolve {

namespace {

// Behind the id. Source: RFC 1035, 4.1.1.
constexpr unsigned kResponse = 0x80;            // in the third byte
constexpr unsigned kOpcode = 0x78;              //
constexpr unsigned kAuthoritative = 0x04;       //
constexpr unsigned kRecursionDesired = 0x01;    //
constexpr unsigned kRecursionAvailable = 0x80;  // in the fourth byte
constexpr unsigned kCode = 0x0F;                //

// What an answer's record says first: the name of the question, which stands behind the header.
constexpr std::string_view kSameName = "\xC0\x0C";
// Pods come and go: nobody is to keep where they are.
constexpr std::string_view kNotToKeep{"\0\0\0\0", 4};
// The root, OPT, room for 1232 bytes, no error, version 0, no options. Source: RFC 6891, 6.1.2;
// the size is what passes everywhere.
constexpr std::string_view kEdns{"\0\0\x29\x04\xD0\0\0\0\0\0\0", 11};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned byte_at(std::string_view message, std::size_t at) {
    return static_cast<unsigned char>(message[at]);
}

std::uint16_t number_at(std::string_view message, std::size_t at) {
    return static_cast<std::uint16_t>(byte_at(message, at) << 8U | byte_at(message, at + 1));
}

void put_number(std::string& out, std::size_t number) {
    out += static_cast<char>(number >> 8U & 0xFFU);
    out += static_cast<char>(number & 0xFFU);
}

// Lower case; nothing when a part of it is a pointer to another place, which no question needs.
std::optional<std::string> name_text(std::string_view wire) {
    std::array<unsigned char, NS_MAXCDNAME> lower{};
    std::array<char, NS_MAXDNAME> text{};
    if (ns_name_ntol(bytes_of(wire), lower.data(), lower.size()) < 0) return std::nullopt;
    if (ns_name_ntop(lower.data(), text.data(), text.size()) < 0) return std::nullopt;
    std::string name{text.data()};
    return name == "." ? std::string{} : name;
}

// The first question of a message with a whole header.
std::optional<Question> read_question(std::string_view message) {
    constexpr std::size_t kTypeAndClass = 4;
    std::array<unsigned char, NS_MAXCDNAME> wire{};
    const auto* begin = bytes_of(message);
    const auto* name = begin + NS_HFIXEDSZ;
    const int size = ns_name_unpack(begin, begin + message.size(), name, wire.data(), wire.size());
    if (size <= 0) return std::nullopt;
    const auto length = static_cast<std::size_t>(size);
    const auto question = message.substr(NS_HFIXEDSZ);
    if (question.size() < length + kTypeAndClass) return std::nullopt;
    // With a pointer in it, it was shorter; or longer, where the pointer is one to the root.
    if (length > wire.size()) return std::nullopt;
    if (std::string_view{reinterpret_cast<const char*>(wire.data()), length} !=
        question.substr(0, length))
        return std::nullopt;
    auto text = name_text(question.substr(0, length));
    if (!text) return std::nullopt;
    Question read;
    read.name = std::move(*text);
    read.type = number_at(question, length);
    read.network_class = number_at(question, length + 2);
    read.bytes = question.substr(0, length + kTypeAndClass);
    return read;
}

std::string header(std::string_view message, unsigned code, unsigned flags) {
    std::string out{message.substr(0, 2)};
    const unsigned kept = byte_at(message, 2) & (kOpcode | kRecursionDesired);
    out += static_cast<char>(kResponse | flags | kept);
    out += static_cast<char>(kRecursionAvailable | code);
    return out;
}

// To what has a header and little more.
std::string bare_error(std::string_view message, Rcode code) {
    return header(message, static_cast<unsigned>(code), 0) + std::string(8, '\0');
}

// The counts of all four sections are what a query has.
bool has_query_counts(std::string_view message) {
    constexpr unsigned kMaxAdditional = 2;  // EDNS and a signature
    return number_at(message, 4) == 1 && number_at(message, 6) == 0 && number_at(message, 8) == 0 &&
           number_at(message, 10) <= kMaxAdditional;
}

// Whether all of it is well-formed; then also whether it has EDNS.
std::optional<bool> find_edns(std::string_view message) {
    ns_msg parsed{};
    if (ns_initparse(bytes_of(message), static_cast<int>(message.size()), &parsed) < 0)
        return std::nullopt;
    bool found = false;
    for (int i = 0; i < ns_msg_count(parsed, ns_s_ar); ++i) {
        ns_rr record{};
        if (ns_parserr(&parsed, ns_s_ar, i, &record) < 0) return std::nullopt;
        found = found || ns_rr_type(record) == ns_t_opt;
    }
    return found;
}

struct Record {
    std::uint16_t type;
    std::string data;
};

std::string answer(const Query& query, Rcode code, const std::vector<Record>& records) {
    const bool is_known = code == Rcode::kNoError || code == Rcode::kNoSuchName;
    auto out = header(query.message, static_cast<unsigned>(code), is_known ? kAuthoritative : 0);
    put_number(out, 1);
    put_number(out, records.size());
    put_number(out, 0);
    put_number(out, query.has_edns ? 1 : 0);
    out += query.question.bytes;
    for (const auto& record : records) {
        out += kSameName;
        put_number(out, record.type);
        put_number(out, ns_c_in);
        out += kNotToKeep;
        put_number(out, record.data.size());
        out += record.data;
    }
    if (query.has_edns) out += kEdns;
    return out;
}

template <typename Address>
Record record_of(std::uint16_t type, const Address& address) {
    return {type, std::string(address.begin(), address.end())};
}

}  // namespace

Received read_query(std::string_view message) {
    // Nothing can be said to who says nothing, nor to an answer: that would go on for ever.
    if (message.size() < NS_HFIXEDSZ || (byte_at(message, 2) & kResponse) != 0) return {};
    if ((byte_at(message, 2) & kOpcode) != 0)
        return {std::nullopt, bare_error(message, Rcode::kNotImplemented)};
    const auto malformed = [&] {
        return Received{std::nullopt, bare_error(message, Rcode::kFormatError)};
    };
    if (message.size() > kMaxQuery || !has_query_counts(message)) return malformed();
    auto question = read_question(message);
    const auto edns = find_edns(message);
    if (!question || !edns) return malformed();
    Query query;
    query.message = message;
    query.id = number_at(message, 0);
    query.question = std::move(*question);
    query.has_edns = *edns;
    return {std::move(query), {}};
}

std::string error_answer(const Query& query, Rcode code) {
    return answer(query, code, {});
}

std::string address_answer(const Query& query, const network::Connection& pod) {
    const auto type = query.question.type;
    std::vector<Record> records;
    if (type == ns_t_a || type == ns_t_any) records.push_back(record_of(ns_t_a, pod.ipv4));
    if (pod.ipv6 && (type == ns_t_aaaa || type == ns_t_any))
        records.push_back(record_of(ns_t_aaaa, *pod.ipv6));
    return answer(query, Rcode::kNoError, records);
}

std::string name_answer(const Query& query, std::string_view name) {
    std::array<unsigned char, NS_MAXCDNAME> wire{};
    const std::string text{name};
    const auto* end = wire.data();
    if (ns_name_pton(text.c_str(), wire.data(), wire.size()) < 0 ||
        ns_name_skip(&end, wire.data() + wire.size()) < 0)
        return error_answer(query, Rcode::kServerFailure);
    return answer(query, Rcode::kNoError,
                  {{ns_t_ptr, std::string(static_cast<const unsigned char*>(wire.data()), end)}});
}

std::string with_id(std::string_view message, std::uint16_t id) {
    std::string out;
    out.reserve(message.size());
    put_number(out, id);
    out += message.substr(2);
    return out;
}

bool is_answer(std::string_view message, const Query& query, std::uint16_t id) {
    if (message.size() < NS_HFIXEDSZ || number_at(message, 0) != id) return false;
    if ((byte_at(message, 2) & (kResponse | kOpcode)) != kResponse) return false;
    if (number_at(message, 4) != 1) return false;
    const auto question = read_question(message);
    return question && question->name == query.question.name &&
           question->type == query.question.type &&
           question->network_class == query.question.network_class;
}

Rcode code_of(std::string_view answer) {
    return static_cast<Rcode>(byte_at(answer, 3) & kCode);
}

}  // namespace podd::resolve
