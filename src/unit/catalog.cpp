// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/catalog.h"

#include <algorithm>

namespace podd::unit {

namespace {

// Source: systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.kill(5),
// systemd.resource-control(5), systemd.socket(5); the names on the bus:
// org.freedesktop.systemd1(5).
constexpr Entry kCatalog[] = {
    {"Unit", "After", Kind::kUnits, "After"},
    {"Unit", "Before", Kind::kUnits, "Before"},
    {"Unit", "BindsTo", Kind::kUnits, "BindsTo"},
    {"Unit", "CollectMode", Kind::kWord, "CollectMode"},
    {"Unit", "ConditionPathExists", Kind::kAbsent, "Conditions"},
    {"Unit", "Description", Kind::kText, "Description"},
    {"Unit", "Documentation", Kind::kUris, "Documentation"},
    {"Unit", "OnFailure", Kind::kUnits, "OnFailure"},
    {"Unit", "OnFailureJobMode", Kind::kWord, "OnFailureJobMode"},
    {"Unit", "Requires", Kind::kUnits, "Requires"},
    {"Unit", "RequiresMountsFor", Kind::kPaths, "RequiresMountsFor"},
    {"Unit", "SourcePath", Kind::kText, "SourcePath"},
    {"Unit", "StartLimitBurst", Kind::kCount, "StartLimitBurst"},
    {"Unit", "StartLimitIntervalSec", Kind::kDuration, "StartLimitIntervalUSec"},
    {"Unit", "StopWhenUnneeded", Kind::kFlag, "StopWhenUnneeded"},
    {"Unit", "Wants", Kind::kUnits, "Wants"},
    {"Socket", "BindIPv6Only", Kind::kWord, "BindIPv6Only"},
    {"Socket", "BindToDevice", Kind::kWord, "BindToDevice"},
    {"Socket", "FileDescriptorName", Kind::kText, "FileDescriptorName"},
    {"Socket", "FreeBind", Kind::kFlag, "FreeBind"},
    {"Socket", "ListenDatagram", Kind::kListen, "Listen"},
    {"Socket", "ListenStream", Kind::kListen, "Listen"},
    {"Socket", "SocketProtocol", Kind::kProtocol, "SocketProtocol"},
    {"Service", "Delegate", Kind::kFlag, "Delegate"},
    {"Service", "DeviceAllow", Kind::kDevice, "DeviceAllow"},
    {"Service", "DevicePolicy", Kind::kWord, "DevicePolicy"},
    {"Service", "ExecStart", Kind::kCommand, "ExecStart"},
    {"Service", "ExecStartPost", Kind::kCommand, "ExecStartPost"},
    {"Service", "ExecStop", Kind::kCommand, "ExecStop"},
    {"Service", "ExecStopPost", Kind::kCommand, "ExecStopPost"},
    {"Service", "KillMode", Kind::kWord, "KillMode"},
    {"Service", "KillSignal", Kind::kSignal, "KillSignal"},
    {"Service", "LoadCredential", Kind::kCredential, "LoadCredential"},
    {"Service", "LoadCredentialEncrypted", Kind::kCredential, "LoadCredentialEncrypted"},
    {"Service", "LimitAS", Kind::kLimit, "LimitAS"},
    {"Service", "LimitCORE", Kind::kLimit, "LimitCORE"},
    {"Service", "LimitCPU", Kind::kLimit, "LimitCPU"},
    {"Service", "LimitDATA", Kind::kLimit, "LimitDATA"},
    {"Service", "LimitFSIZE", Kind::kLimit, "LimitFSIZE"},
    {"Service", "LimitLOCKS", Kind::kLimit, "LimitLOCKS"},
    {"Service", "LimitMEMLOCK", Kind::kLimit, "LimitMEMLOCK"},
    {"Service", "LimitMSGQUEUE", Kind::kLimit, "LimitMSGQUEUE"},
    {"Service", "LimitNICE", Kind::kLimit, "LimitNICE"},
    {"Service", "LimitNOFILE", Kind::kLimit, "LimitNOFILE"},
    {"Service", "LimitNPROC", Kind::kLimit, "LimitNPROC"},
    {"Service", "LimitRSS", Kind::kLimit, "LimitRSS"},
    {"Service", "LimitRTPRIO", Kind::kLimit, "LimitRTPRIO"},
    {"Service", "LimitRTTIME", Kind::kLimit, "LimitRTTIME"},
    {"Service", "LimitSIGPENDING", Kind::kLimit, "LimitSIGPENDING"},
    {"Service", "LimitSTACK", Kind::kLimit, "LimitSTACK"},
    {"Service", "NotifyAccess", Kind::kWord, "NotifyAccess"},
    {"Service", "OOMPolicy", Kind::kWord, "OOMPolicy"},
    {"Service", "OOMScoreAdjust", Kind::kSigned, "OOMScoreAdjust"},
    {"Service", "Restart", Kind::kWord, "Restart"},
    {"Service", "RestartMaxDelaySec", Kind::kDuration, "RestartMaxDelayUSec"},
    {"Service", "RestartMode", Kind::kWord, "RestartMode"},
    {"Service", "RestartSec", Kind::kDuration, "RestartUSec"},
    {"Service", "RestartSteps", Kind::kCount, "RestartSteps"},
    {"Service", "Slice", Kind::kUnit, "Slice"},
    {"Service", "StandardInput", Kind::kWord, "StandardInput"},
    {"Service", "StandardInputData", Kind::kData, "StandardInputData"},
    {"Service", "SuccessExitStatus", Kind::kStatuses, "SuccessExitStatus"},
    {"Service", "SyslogIdentifier", Kind::kText, "SyslogIdentifier"},
    {"Service", "TimeoutStopSec", Kind::kDuration, "TimeoutStopUSec"},
    {"Service", "Type", Kind::kWord, "Type"},
    {"Service", "AllowedCPUs", Kind::kNumbers, "AllowedCPUs"},
    {"Service", "AllowedMemoryNodes", Kind::kNumbers, "AllowedMemoryNodes"},
    {"Service", "UMask", Kind::kMask, "UMask"},
    {"Service", "CPUQuota", Kind::kQuota, "CPUQuotaPerSecUSec"},
    {"Service", "CPUWeight", Kind::kWeight, "CPUWeight"},
    {"Service", "IOReadBandwidthMax", Kind::kIoLimit, "IOReadBandwidthMax"},
    {"Service", "IOReadIOPSMax", Kind::kIoLimit, "IOReadIOPSMax"},
    {"Service", "IOWeight", Kind::kWeight, "IOWeight"},
    {"Service", "IOWriteBandwidthMax", Kind::kIoLimit, "IOWriteBandwidthMax"},
    {"Service", "IOWriteIOPSMax", Kind::kIoLimit, "IOWriteIOPSMax"},
    {"Service", "MemoryHigh", Kind::kBytes, "MemoryHigh"},
    {"Service", "MemoryLow", Kind::kBytes, "MemoryLow"},
    {"Service", "MemoryMax", Kind::kBytes, "MemoryMax"},
    {"Service", "MemoryMin", Kind::kBytes, "MemoryMin"},
    {"Service", "MemorySwapMax", Kind::kBytes, "MemorySwapMax"},
    {"Service", "TasksMax", Kind::kBytes, "TasksMax"},
};

}  // namespace

std::span<const Entry> catalog() {
    return kCatalog;
}

const Entry* find_entry(std::string_view section, std::string_view key) {
    const auto in = section == "Slice" ? std::string_view{"Service"} : section;
    const auto* const end = std::end(kCatalog);
    const auto* const found = std::find_if(
        std::begin(kCatalog), end, [&](const Entry& e) { return e.key == key && e.section == in; });
    return found == end ? nullptr : found;
}

}  // namespace podd::unit
