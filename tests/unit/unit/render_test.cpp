// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/render.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/catalog.h"
#include "unit_file_reader.h"

using namespace podd;
using namespace podd::unit;

namespace {

struct Form {
    std::string section;
    Setting setting;
    std::string file;  // the line
    Property bus;
};

using Words = std::vector<std::string>;

std::string file_line(const std::string& section, const Setting& setting) {
    const auto text = file_text({"x.service", {{section, {setting}}}, {}}, "test");
    if (!text) return "error: " + text.error().message();
    const auto lines = test::read_unit_file(*text);
    REQUIRE(lines);
    REQUIRE(lines->size() == 1);
    CHECK(lines->front().section == section);
    return lines->front().key + "=" + lines->front().value;
}

// Those keys that say the same in the same way.
std::vector<Form> limit_forms() {
    std::vector<Form> all;
    for (const std::string name :
         {"AS", "CORE", "CPU", "DATA", "FSIZE", "LOCKS", "MEMLOCK", "MSGQUEUE", "NICE", "NOFILE",
          "NPROC", "RSS", "RTPRIO", "RTTIME", "SIGPENDING", "STACK"})
        all.push_back({"Service",
                       {"Limit" + name, "", {"10", "infinity"}},
                       "Limit" + name + "=10:infinity",
                       {"Limit" + name, std::uint64_t{UINT64_MAX}}});
    return all;
}

std::vector<Form> forms() {
    const ExecCommand exec{"/usr/bin/x", {"/usr/bin/x", "a b", "$$HOME", "50%", ";"}, false};
    return {
        {"Unit",
         {"After", "", {"a.service", "b.socket"}},
         "After=a.service b.socket",
         {"After", Words{"a.service", "b.socket"}}},
        {"Unit", {"Before", "", {"a.service"}}, "Before=a.service", {"Before", Words{"a.service"}}},
        {"Unit",
         {"BindsTo", "", {"a.service"}},
         "BindsTo=a.service",
         {"BindsTo", Words{"a.service"}}},
        {"Unit",
         {"CollectMode", "inactive-or-failed", {}},
         "CollectMode=inactive-or-failed",
         {"CollectMode", std::string{"inactive-or-failed"}}},
        {"Unit",
         {"ConditionPathExists", "!/run/50% x", {}},
         "ConditionPathExists=!/run/50%% x",
         {"Conditions", std::vector{Condition{"ConditionPathExists", false, true, "/run/50% x"}}}},
        {"Unit",
         {"Description", "50% of \"x\" ${y} \\d", {}},
         "Description=50%% of \"x\" ${y} \\d",
         {"Description", std::string{"50% of \"x\" ${y} \\d"}}},
        {"Unit",
         {"Documentation", "", {"man:podd.pod(5)"}},
         "Documentation=man:podd.pod(5)",
         {"Documentation", Words{"man:podd.pod(5)"}}},
        {"Unit",
         {"OnFailure", "", {"s@x.target"}},
         "OnFailure=s@x.target",
         {"OnFailure", Words{"s@x.target"}}},
        {"Unit",
         {"OnFailureJobMode", "replace", {}},
         "OnFailureJobMode=replace",
         {"OnFailureJobMode", std::string{"replace"}}},
        {"Unit",
         {"RequiresMountsFor", "", {"/a", "/b c%\"\\"}},
         "RequiresMountsFor=/a \"/b c%%\\\"\\\\\"",
         {"RequiresMountsFor", Words{"/a", "/b c%\"\\"}}},
        {"Unit",
         {"SourcePath", "/etc/x.json", {}},
         "SourcePath=/etc/x.json",
         {"SourcePath", std::string{"/etc/x.json"}}},
        {"Unit",
         {"StartLimitBurst", "7", {}},
         "StartLimitBurst=7",
         {"StartLimitBurst", std::uint32_t{7}}},
        {"Unit",
         {"StartLimitIntervalSec", "infinity", {}},
         "StartLimitIntervalSec=infinity",
         {"StartLimitIntervalUSec", std::uint64_t{UINT64_MAX}}},
        {"Service",
         {"RestartMaxDelaySec", "60s", {}},
         "RestartMaxDelaySec=60s",
         {"RestartMaxDelayUSec", std::uint64_t{60'000'000}}},
        {"Service",
         {"RestartSteps", "5", {}},
         "RestartSteps=5",
         {"RestartSteps", std::uint32_t{5}}},
        {"Service", {"UMask", "0027", {}}, "UMask=0027", {"UMask", std::uint32_t{027}}},
        {"Unit",
         {"StopWhenUnneeded", "yes", {}},
         "StopWhenUnneeded=yes",
         {"StopWhenUnneeded", true}},
        {"Unit", {"Wants", "", {"a.service"}}, "Wants=a.service", {"Wants", Words{"a.service"}}},
        {"Unit",
         {"Requires", "", {"a.service"}},
         "Requires=a.service",
         {"Requires", Words{"a.service"}}},
        {"Socket",
         {"BindIPv6Only", "both", {}},
         "BindIPv6Only=both",
         {"BindIPv6Only", std::string{"both"}}},
        {"Socket",
         {"BindToDevice", "lo", {}},
         "BindToDevice=lo",
         {"BindToDevice", std::string{"lo"}}},
        {"Socket",
         {"FileDescriptorName", "http", {}},
         "FileDescriptorName=http",
         {"FileDescriptorName", std::string{"http"}}},
        {"Socket", {"FreeBind", "yes", {}}, "FreeBind=yes", {"FreeBind", true}},
        {"Socket",
         {"ListenDatagram", "192.0.2.1:53", {}},
         "ListenDatagram=192.0.2.1:53",
         {"Listen", std::vector{TextPair{"Datagram", "192.0.2.1:53"}}}},
        {"Socket",
         {"ListenStream", "[::1]:80", {}},
         "ListenStream=[::1]:80",
         {"Listen", std::vector{TextPair{"Stream", "[::1]:80"}}}},
        {"Service", {"Delegate", "yes", {}}, "Delegate=yes", {"Delegate", true}},
        {"Service",
         {"DevicePolicy", "closed", {}},
         "DevicePolicy=closed",
         {"DevicePolicy", std::string{"closed"}}},
        {"Service",
         {"ExecStart", "", {"/usr/bin/x", "a b", "$HOME", "50%", ";"}},
         "ExecStart=/usr/bin/x \"a b\" \"$$HOME\" \"50%%\" \";\"",
         {"ExecStart", std::vector{exec}}},
        {"Service",
         {"ExecStartPost", "", {"/x"}},
         "ExecStartPost=/x",
         {"ExecStartPost", std::vector{ExecCommand{"/x", {"/x"}, false}}}},
        {"Service",
         {"ExecStop", "", {"/x"}},
         "ExecStop=/x",
         {"ExecStop", std::vector{ExecCommand{"/x", {"/x"}, false}}}},
        {"Service",
         {"ExecStopPost", "", {"/x"}},
         "ExecStopPost=/x",
         {"ExecStopPost", std::vector{ExecCommand{"/x", {"/x"}, false}}}},
        {"Service",
         {"KillMode", "mixed", {}},
         "KillMode=mixed",
         {"KillMode", std::string{"mixed"}}},
        {"Service",
         {"KillSignal", "SIGQUIT", {}},
         "KillSignal=SIGQUIT",
         {"KillSignal", std::int32_t{SIGQUIT}}},
        {"Service",
         {"NotifyAccess", "all", {}},
         "NotifyAccess=all",
         {"NotifyAccess", std::string{"all"}}},
        {"Service",
         {"OOMPolicy", "stop", {}},
         "OOMPolicy=stop",
         {"OOMPolicy", std::string{"stop"}}},
        {"Socket",
         {"SocketProtocol", "sctp", {}},
         "SocketProtocol=sctp",
         {"SocketProtocol", std::int32_t{132}}},
        {"Service",
         {"OOMScoreAdjust", "-500", {}},
         "OOMScoreAdjust=-500",
         {"OOMScoreAdjust", std::int32_t{-500}}},
        {"Service",
         {"Restart", "on-failure", {}},
         "Restart=on-failure",
         {"Restart", std::string{"on-failure"}}},
        {"Service",
         {"RestartMode", "direct", {}},
         "RestartMode=direct",
         {"RestartMode", std::string{"direct"}}},
        {"Service",
         {"RestartSec", "1500ms", {}},
         "RestartSec=1500ms",
         {"RestartUSec", std::uint64_t{1'500'000}}},
        {"Service",
         {"Slice", "machine-my\\x2dpod.slice", {}},
         "Slice=machine-my\\x2dpod.slice",
         {"Slice", std::string{"machine-my\\x2dpod.slice"}}},
        {"Service",
         {"StandardInput", "data", {}},
         "StandardInput=data",
         {"StandardInput", std::string{"data"}}},
        {"Service",
         {"StandardInputData", "foobar", {}},
         "StandardInputData=Zm9vYmFy",
         {"StandardInputData", std::vector<std::uint8_t>{'f', 'o', 'o', 'b', 'a', 'r'}}},
        {"Service",
         {"SuccessExitStatus", "", {"133", "SIGQUIT", "7"}},
         "SuccessExitStatus=133 SIGQUIT 7",
         {"SuccessExitStatus", ExitStatuses{{133, 7}, {SIGQUIT}}}},
        {"Service",
         {"SyslogIdentifier", "pod-web@nginx", {}},
         "SyslogIdentifier=pod-web@nginx",
         {"SyslogIdentifier", std::string{"pod-web@nginx"}}},
        {"Service",
         {"TimeoutStopSec", "90s", {}},
         "TimeoutStopSec=90s",
         {"TimeoutStopUSec", std::uint64_t{90'000'000}}},
        {"Service", {"Type", "notify", {}}, "Type=notify", {"Type", std::string{"notify"}}},
        {"Slice",
         {"CPUQuota", "12.5%", {}},
         "CPUQuota=12.5%",
         {"CPUQuotaPerSecUSec", std::uint64_t{125'000}}},
        {"Service", {"CPUWeight", "50", {}}, "CPUWeight=50", {"CPUWeight", std::uint64_t{50}}},
        {"Service",
         {"DeviceAllow", "", {"/dev/a\"%", "rw"}},
         "DeviceAllow=\"/dev/a\\\"%%\" rw",
         {"DeviceAllow", std::vector{TextPair{"/dev/a\"%", "rw"}}}},
        {"Service",
         {"AllowedCPUs", "0-3,9", {}},
         "AllowedCPUs=0-3,9",
         {"AllowedCPUs", std::vector<std::uint8_t>{0x0f, 0x02}}},
        {"Slice",
         {"AllowedMemoryNodes", "1", {}},
         "AllowedMemoryNodes=1",
         {"AllowedMemoryNodes", std::vector<std::uint8_t>{0x02}}},
        {"Service", {"IOWeight", "200", {}}, "IOWeight=200", {"IOWeight", std::uint64_t{200}}},
        {"Service",
         {"MemoryHigh", "1024", {}},
         "MemoryHigh=1024",
         {"MemoryHigh", std::uint64_t{1024}}},
        {"Service",
         {"MemoryMin", "1024", {}},
         "MemoryMin=1024",
         {"MemoryMin", std::uint64_t{1024}}},
        {"Service",
         {"MemorySwapMax", "0", {}},
         "MemorySwapMax=0",
         {"MemorySwapMax", std::uint64_t{0}}},
        {"Slice", {"TasksMax", "64", {}}, "TasksMax=64", {"TasksMax", std::uint64_t{64}}},
        {"Service",
         {"LoadCredential", "", {"key.pem", "/etc/100%"}},
         "LoadCredential=key.pem:/etc/100%%",
         {"LoadCredential", std::vector{TextPair{"key.pem", "/etc/100%"}}}},
        {"Service",
         {"LoadCredentialEncrypted", "", {"key", "key"}},
         "LoadCredentialEncrypted=key:key",
         {"LoadCredentialEncrypted", std::vector{TextPair{"key", "key"}}}},
        {"Service",
         {"IOReadBandwidthMax", "", {"/a\"%", "1000"}},
         "IOReadBandwidthMax=\"/a\\\"%%\" 1000",
         {"IOReadBandwidthMax", std::vector{IoLimit{"/a\"%", 1000}}}},
        {"Service",
         {"IOReadIOPSMax", "", {"/a", "10"}},
         "IOReadIOPSMax=/a 10",
         {"IOReadIOPSMax", std::vector{IoLimit{"/a", 10}}}},
        {"Service",
         {"IOWriteBandwidthMax", "", {"/a", "10"}},
         "IOWriteBandwidthMax=/a 10",
         {"IOWriteBandwidthMax", std::vector{IoLimit{"/a", 10}}}},
        {"Service",
         {"IOWriteIOPSMax", "", {"/a", "10"}},
         "IOWriteIOPSMax=/a 10",
         {"IOWriteIOPSMax", std::vector{IoLimit{"/a", 10}}}},
        {"Service",
         {"MemoryLow", "1024", {}},
         "MemoryLow=1024",
         {"MemoryLow", std::uint64_t{1024}}},
        {"Slice",
         {"MemoryMax", "536870912", {}},
         "MemoryMax=536870912",
         {"MemoryMax", std::uint64_t{536870912}}},
    };
}

}  // namespace

TEST_SUITE("unit/render") {
    TEST_CASE("both renderers know every key of the catalog and say the same") {
        std::set<std::string> seen;
        auto all = forms();
        std::ranges::move(limit_forms(), std::back_inserter(all));
        for (const auto& form : all) {
            CAPTURE(form.setting.key);
            seen.insert(form.setting.key);
            CHECK(file_line(form.section, form.setting) == form.file);
            const auto bus = property(form.section, form.setting);
            REQUIRE(bus);
            CHECK(*bus == form.bus);
        }
        for (const auto& entry : catalog()) {
            CAPTURE(entry.key);
            CHECK(seen.contains(std::string{entry.key}));
        }
    }

    TEST_CASE("wrong values are refused with the key in front") {
        struct Case {
            std::string section;
            Setting setting;
        };
        for (const auto& [section, setting] :
             {Case{"Unit", {"ConditionPathExists", "/there", {}}},
              Case{"Unit", {"ConditionPathExists", "!relative", {}}},
              Case{"Unit", {"ConditionPathExists", "!/a\nb", {}}},
              Case{"Unit", {"After", "", {"../x.service"}}},
              Case{"Unit", {"After", "", {}}},
              Case{"Unit", {"Description", "a\nb", {}}},
              Case{"Unit", {"Description", "", {}}},
              Case{"Unit", {"RequiresMountsFor", "", {"relative"}}},
              Case{"Unit", {"StopWhenUnneeded", "maybe", {}}},
              Case{"Service", {"ExecStart", "", {"true"}}},
              Case{"Service", {"ExecStart", "", {"-/bin/true"}}},
              Case{"Service", {"KillSignal", "SIGNOPE", {}}},
              Case{"Service", {"TimeoutStopSec", "soon", {}}},
              Case{"Service", {"MemoryMax", "lots", {}}},
              Case{"Service", {"CPUWeight", "0", {}}},
              Case{"Service", {"CPUWeight", "10001", {}}},
              Case{"Service", {"SuccessExitStatus", "", {"256"}}},
              Case{"Service", {"Type", "notify\nExecStart=/bin/evil", {}}},
              Case{"Service", {"Slice", "x.slice\n", {}}},
              Case{"Service", {"IOReadBandwidthMax", "", {"/a b", "1"}}},
              Case{"Service", {"DeviceAllow", "", {"/dev/a b", "rw"}}},
              Case{"Service", {"LoadCredential", "", {"a:b", "/x"}}},
              Case{"Service", {"LoadCredential", "", {"a", "/x\nExecStart=/y"}}},
              Case{"Service", {"LoadCredential", "", {"a", "/x y"}}},
              Case{"Service", {"LoadCredential", "", {"a", ""}}},
              Case{"Service", {"DeviceAllow", "", {"/dev/a", "rx"}}},
              Case{"Service", {"DeviceAllow", "", {"/dev/a", ""}}},
              Case{"Service", {"OOMScoreAdjust", "1x", {}}},
              Case{"Socket", {"SocketProtocol", "udplite", {}}},
              Case{"Service", {"UMask", "0o27", {}}},
              Case{"Service", {"UMask", "00277", {}}},
              Case{"Service", {"RestartSteps", "-1", {}}},
              Case{"Socket", {"ListenStream", "", {}}},
              Case{"Socket", {"ListenStream", "0", {}}},
              Case{"Socket", {"ListenStream", "65536", {}}},
              Case{"Socket", {"ListenStream", "/run/x:80", {}}},
              Case{"Socket", {"ListenStream", "%h:80", {}}},
              Case{"Service", {"LimitNOFILE", "", {"5"}}},
              Case{"Service", {"LimitNOFILE", "", {"5", "4"}}},
              Case{"Service", {"LimitNOFILE", "", {"1\n", "4"}}}}) {
            CAPTURE(setting.key);
            const auto bus = property(section, setting);
            REQUIRE_FALSE(bus.has_value());
            CHECK(bus.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK(bus.error().message().starts_with(setting.key + "="));
        }
        CHECK(property("Service", {"NoSuchKey", "x", {}}).error().code() ==
              base::ErrorCode::kInternal);
        CHECK_FALSE(property("Unit", {"ExecStart", "", {"/bin/true"}}));
    }

    TEST_CASE(
        "on the bus a soft limit is a property of its own, after the hard one that sets both") {
        const auto all =
            bus_properties({"x.service", {{"Service", {{"LimitNOFILE", "", {"5", "9"}}}}}, {}});
        REQUIRE(all.has_value());
        CHECK(*all == std::vector<Property>{{"LimitNOFILE", std::uint64_t{9}},
                                            {"LimitNOFILESoft", std::uint64_t{5}}});
    }
}
