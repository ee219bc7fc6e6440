// SPDX-License-Identifier: LGPL-2.1-or-later
// Result<T>: a value or an Error. Member names are a subset of std::expected's, so the day the
// floor is C++23 this header becomes an alias.
#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "base/error.h"

namespace podd::base {

template <typename T = void>
class [[nodiscard]] Result {
public:
    Result(T value)
        : state_{std::in_place_index<0>, std::move(value)} {}  // NOLINT: implicit by design
    Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}  // NOLINT

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & {
        assert(has_value());
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        assert(has_value());
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        assert(has_value());
        return std::move(*std::get_if<0>(&state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& {
        assert(!has_value());
        return *std::get_if<1>(&state_);
    }
    Error&& error() && {
        assert(!has_value());
        return std::move(*std::get_if<1>(&state_));
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_{std::move(error)} {}  // NOLINT
    bool has_value() const { return !error_; }
    explicit operator bool() const { return has_value(); }
    void value() const { assert(has_value()); }
    const Error& error() const& {
        assert(error_);
        return *error_;
    }
    Error&& error() && {
        assert(error_);
        return std::move(*error_);
    }

private:
    std::optional<Error> error_;
};

}  // namespace podd::base

// TRY(expr): the value of `expr`, or return its error from the enclosing function.
// TRY_CONTEXT(expr, "fetching {}", name): the same, with context put in front of the error.
// GNU statement expressions, so g++ and clang++ only. Do not use inside a lambda that must not
// return, nor in a function that has to undo something: give the undo to a destructor first. Nor in
// the braces of an initialiser: g++ 12 leaks the members before it when it returns.
#define PODD_CONCAT2(a, b) a##b
#define PODD_CONCAT(a, b) PODD_CONCAT2(a, b)
#define PODD_TRY_IMPL(name, expr, ...)                  \
    __extension__({                                     \
        auto&& name = (expr);                           \
        if (!name) [[unlikely]]                         \
            return std::move(name).error() __VA_ARGS__; \
        std::move(name).value();                        \
    })
#define TRY(...) PODD_TRY_IMPL(PODD_CONCAT(try_, __COUNTER__), (__VA_ARGS__))
#define TRY_CONTEXT(expr, ...) \
    PODD_TRY_IMPL(PODD_CONCAT(try_, __COUNTER__), expr, .with_context(fmt::format(__VA_ARGS__)))
