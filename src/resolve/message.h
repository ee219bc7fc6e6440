// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages of the domain name system, as pods and servers send them: read strictly, as both may be
// hostile; pure. Source: RFC 1035, 4.1; RFC 6891.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "network/address.h"
#include "network/connection.h"

namespace podd::resolve {

/// Longer queries are of no use to anybody.
inline constexpr std::size_t kMaxQuery = 4096;

enum class Rcode : unsigned char {
    kNoError = 0,
    kFormatError = 1,
    kServerFailure = 2,
    kNoSuchName = 3,
    kNotImplemented = 4,
    kRefused = 5
};

struct Question {
    std::string name;  // lower case, without the dot at the end; ".", "\" and the like escaped
    std::uint16_t type = 0;
    std::uint16_t network_class = 0;  // 1: the Internet
    std::string bytes;                // as it came
    bool operator==(const Question&) const = default;
};

struct Query {
    std::string message;  // as it came
    std::uint16_t id = 0;
    Question question;
    bool has_edns = false;
};

struct Received {
    std::optional<Query> query;  // one that can be answered
    std::string error;           // else: the answer; empty when there is none to give
};

/// What a pod has sent.
Received read_query(std::string_view message);

std::string error_answer(const Query& query, Rcode code);
/// The addresses of the pod that are asked for; it may have none of a family.
std::string address_answer(const Query& query, const network::Connection& pod);
/// The name that belongs to an address.
std::string name_answer(const Query& query, std::string_view name);

/// The same message under another id. It must be one that read_query() or is_answer() took.
std::string with_id(std::string_view message, std::uint16_t id);

/// Whether it is a response to `query`, which was sent under `id`: a response to another question
/// can be a forged one. Source: RFC 5452, 9.1.
bool is_answer(std::string_view message, const Query& query, std::uint16_t id);
/// Of a response that is_answer() took.
Rcode code_of(std::string_view answer);

}  // namespace podd::resolve
