// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <fcntl.h>

#include "base/file.h"
#include "podctl/group_limits.h"
#include "podctl/limits_text.h"
#include "scratch_folder.h"

using namespace podd;
using namespace podd::podctl;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// As the kernel shows a group with such files.
GroupLimits group(const Files& files) {
    const test::ScratchFolder folder;
    for (const auto& [name, text] : files) {
        const auto fd = base::open_path(folder.path() + "/" + name, O_WRONLY | O_CREAT, 0644);
        REQUIRE(fd);
        REQUIRE(base::write_all(fd->get(), text));
    }
    return read_group_limits(folder.path());
}

std::vector<std::string> weaker(const AskedLimit& asked, const Files& files) {
    return weaker_limits({asked}, group(files));
}

}  // namespace

TEST_SUITE("podctl/limits") {
    TEST_CASE("what a group is held to") {
        CHECK(limits_text(group({})).empty());
        CHECK(limits_text(group({{"memory.max", "max\n"},
                                 {"memory.low", "0\n"},
                                 {"pids.max", "max\n"},
                                 {"cpu.max", "max 100000\n"},
                                 {"cpu.weight", "100\n"},
                                 {"io.weight", "default 100\n"},
                                 {"io.max", ""},
                                 {"cpuset.cpus", "\n"},
                                 {"cpuset.cpus.effective", "0-3\n"}}))
                  .empty());
        CHECK(limits_text(group({{"memory.max", "67108864\n"},
                                 {"memory.high", "50331648\n"},
                                 {"memory.swap.max", "0\n"},
                                 {"pids.max", "64\n"},
                                 {"cpu.max", "20000 100000\n"},
                                 {"cpu.weight", "300\n"},
                                 {"io.weight", "default 50\n8:0 70\n"},
                                 {"io.max", "254:0 rbps=1048576 wbps=max riops=max wiops=120\n"},
                                 {"cpuset.cpus", "0-1\n"},
                                 {"cpuset.cpus.effective", "1\n"}})) ==
              "memory max 64.0M, memory high 48.0M, swap max 0B, CPU 20%, CPU weight 300, tasks "
              "max 64, IO "
              "weight 50, processors 1, 254:0 read 1.0M/s, 254:0 writes 120/s");
        CHECK(limits_text(group({{"cpu.max", "1500 1000000\n"}})) == "CPU 0.1%");
        CHECK(limits_text(group({{"cpu.max", "nonsense\n"}, {"memory.max", "-1\n"}})).empty());
    }

    TEST_CASE("processes that were killed for want of memory") {
        CHECK(group({}).oom_kills == 0);
        CHECK(group({{"memory.events",
                      "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 0\n"}})
                  .oom_kills == 2);
    }

    TEST_CASE("limits that are as they were asked for, or tighter") {
        struct Case {
            AskedLimit asked;
            Files files;
        };
        for (const auto& [asked, files] : {
                 Case{{"MemoryMax", "", 67108864}, {{"memory.max", "67108864\n"}}},
                 Case{{"MemoryMax", "", 67108864}, {{"memory.max", "4096\n"}}},
                 Case{{"MemoryLow", "", 5000}, {{"memory.low", "4096\n"}}},  // whole pages
                 Case{{"MemoryMax", "", 1}, {}},  // no controller: podd itself has said so
                 Case{{"TasksMax", "", 64}, {{"pids.max", "64\n"}}},
                 Case{{"CPUQuotaPerSecUSec", "", 200'000}, {{"cpu.max", "20000 100000\n"}}},
                 Case{{"CPUWeight", "", 50}, {{"cpu.weight", "100\n"}}},
                 Case{{"AllowedCPUs", "0-3", 0},
                      {{"cpuset.cpus", "0-3\n"}, {"cpuset.cpus.effective", "2\n"}}},
                 Case{{"IOReadBandwidthMax", "/srv", 100}, {{"io.max", "8:0 rbps=100 wbps=max\n"}}},
                 Case{{"IOReadBandwidthMax", "/srv", 100}, {}},
                 Case{{"NextYears", "", 1}, {{"memory.max", "max\n"}}},
             }) {
            CAPTURE(asked.property);
            CHECK(weaker(asked, files).empty());
        }
    }

    TEST_CASE("limits that are weaker than asked for") {
        struct Case {
            AskedLimit asked;
            Files files;
            std::string says;
        };
        for (
            const auto& [asked, files, says] : {
                Case{{"MemoryMax", "", 67108864},
                     {{"memory.max", "134217728\n"}},
                     "MemoryMax is 128.0M, asked for was 64.0M"},
                Case{{"MemorySwapMax", "", 0},
                     {{"memory.swap.max", "max\n"}},
                     "MemorySwapMax is without bound, asked for was 0B"},
                Case{{"MemoryLow", "", 1048576},
                     {{"memory.low", "0\n"}},
                     "MemoryLow is 0B, asked for was 1.0M"},
                Case{{"TasksMax", "", 64},
                     {{"pids.max", "65\n"}},
                     "TasksMax is 65, asked for was 64"},
                Case{{"CPUQuotaPerSecUSec", "", 200'000},
                     {{"cpu.max", "max 100000\n"}},
                     "CPUQuotaPerSecUSec is without bound, asked for was 20%"},
                Case{{"IOWeight", "", 200},
                     {{"io.weight", "default 100\n"}},
                     "IOWeight is 100, asked for was 200"},
                Case{{"AllowedCPUs", "0", 0},
                     {{"cpuset.cpus", "\n"}, {"cpuset.cpus.effective", "0-1\n"}},
                     "AllowedCPUs is 0-1, asked for was 0"},
                Case{
                    {"IOWriteBandwidthMax", "/srv", 1048576},
                    {{"io.max", "8:0 rbps=1 wbps=2097152 riops=max wiops=max\n"}},
                    "IOWriteBandwidthMax is 2.0M/s for 8:0, asked for was 1.0M/s for the device of "
                    "/srv"},
                Case{
                    {"IOReadIOPSMax", "/srv", 10},
                    {{"io.max", ""}},
                    "IOReadIOPSMax is in force for no device, asked for was 10/s for the device of "
                    "/srv"},
            }) {
            CAPTURE(asked.property);
            CHECK(weaker(asked, files) == std::vector<std::string>{says});
        }
    }
}
