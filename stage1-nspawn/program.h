// SPDX-License-Identifier: LGPL-2.1-or-later
// What the entry points have in common: how they end and what they say.
#pragma once

#include <string>
#include <string_view>

namespace podd::stage1 {

/// Exit statuses that systemctl prints with a word. Source: systemd.exec(5), "Process Exit Codes".
enum class ExitStatus : unsigned char {
    kChdir = 200,
    kExec = 203,
    kOomAdjust = 206,
    kStdout = 209,
    kGroup = 216,
    kUser = 217,
    kCapabilities = 218,
    kCgroup = 219,
    kNetwork = 225,
    kNamespace = 226,
    kNoNewPrivileges = 227,
    kSeccomp = 228,
    kSelinuxContext = 229,
    kApparmor = 231,
    kKeyring = 237,
    kCredentials = 243,
};

/// How long systemd may take to read what it was told. It starts all apps of a pod, or at boot all
/// pods, before it reads again. A start that hangs is ended by its unit's own timeout.
inline constexpr int kManagerMsec = 300'000;

/// Once to the journal and once as the unit's STATUS=.
void report_failure(std::string_view text);

/// What an entry point was asked to start; `app` is empty for `run`.
struct Subject {
    std::string pod;
    std::string app;
};

/// 'pod "web": reason', likewise, as the step of life that it is.
void report_failed_start(const Subject& subject, std::string_view reason);

}  // namespace podd::stage1
