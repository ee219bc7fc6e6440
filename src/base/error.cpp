// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace podd::base {

Error::Error(ErrorCode code, std::string message, int sys_errno, Where where)
    : code_{code}, sys_errno_{sys_errno}, message_{std::move(message)}, where_{where} {}

Error Error::with_context(std::string_view context) && {
    message_ = fmt::format("{}: {}", context, message_);
    return std::move(*this);
}

Error errno_error(std::string_view what, int saved_errno, Where where) {
    const auto code = saved_errno == ENOENT                           ? ErrorCode::kNotFound
                      : saved_errno == EACCES || saved_errno == EPERM ? ErrorCode::kDenied
                                                                      : ErrorCode::kIo;
    return {code, fmt::format("{}: {}", what, std::generic_category().message(saved_errno)),
            saved_errno, where};
}

}  // namespace podd::base
