// SPDX-License-Identifier: LGPL-2.1-or-later
// Which answer a request gets. Source: appc spec 0.8.11, ace.md "App Container Metadata Service".
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "metadata/served_pod.h"

namespace podd::metadata {

enum class Method : unsigned char { kGet, kHead, kPost, kOther };
Method method_of(std::string_view word);

inline constexpr unsigned kOk = 200;
inline constexpr unsigned kBadRequest = 400;
inline constexpr unsigned kUnauthorized = 401;
inline constexpr unsigned kForbidden = 403;
inline constexpr unsigned kNotFound = 404;
inline constexpr unsigned kNotAllowed = 405;
inline constexpr unsigned kTooLarge = 413;
inline constexpr unsigned kUnsupportedType = 415;

struct Answer {
    unsigned status = kOk;
    const char* type = "text/plain; charset=us-ascii";
    std::string text{};
    const std::string* document = nullptr;  // one of the pod's, instead of `text`
    const char* allow = nullptr;            // with kNotAllowed: the methods that are
};

/// One line for whoever debugs an app.
Answer refusal(unsigned status, std::string_view why);

/// What the fields of a form are for.
enum class FormUse : unsigned char { kSign, kVerify };

/// `path`: of the URL, without query, decoded. What comes over the pod's own socket and does not
/// begin with the pod's token gets kUnauthorized, whatever it asks for.
std::variant<Answer, FormUse> route(Method method, std::string_view path, const ServedPod& pod);

}  // namespace podd::metadata
