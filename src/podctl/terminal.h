// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be written to somebody's terminal, and how it looks there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/printable.h"
#include "podctl/human.h"
#include "podctl/options.h"

namespace podd::podctl {

using base::printable;

enum class Style : unsigned char { kPlain, kBold, kGreen, kRed, kYellow, kGrey };
/// The escape sequence on a colour terminal, else nothing. Source: peers of systemd:
/// $SYSTEMD_COLORS, $NO_COLOR, $TERM.
std::string_view style(Style wanted);
/// The same question for what is written to standard error.
bool has_colours_on_error();

/// "Sun 2026-11-22 19:15:17 UTC"; "-" for 0.
std::string local_time(std::uint64_t realtime_usec);
/// "3min ago"
std::string time_ago(std::uint64_t realtime_usec);
/// "sha512-0123456789ab" for the table; the whole id where `full`.
std::string short_id(const std::string& id, bool full);

/// "podctl: message", hints on lines of their own; as JSON object where `json`.
void print_error(const base::Error& error, JsonMode json);

}  // namespace podd::podctl
