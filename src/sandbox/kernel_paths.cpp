// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/kernel_paths.h"

namespace podd::sandbox {

namespace {

constexpr auto kProc = KernelTree::kProc;
constexpr auto kSys = KernelTree::kSys;
constexpr auto kReadOnly = KernelPathRule::kReadOnly;
constexpr auto kHidden = KernelPathRule::kHidden;

// What rkt protected, what the OCI runtimes protect, and the leaks and handles that rkt forgot.
constexpr KernelPath kPaths[] = {
    {kProc, "bus", kReadOnly},
    {kProc, "fs", kReadOnly},
    {kProc, "irq", kReadOnly},
    {kProc, "sys", kReadOnly},
    {kProc, "sysrq-trigger", kReadOnly},
    {kProc, "acpi", kHidden},
    {kProc, "asound", kHidden},
    {kProc, "config.gz", kHidden},
    {kProc, "driver", kHidden},
    {kProc, "interrupts", kHidden},
    {kProc, "iomem", kHidden},
    {kProc, "ioports", kHidden},
    {kProc, "kallsyms", kHidden},
    {kProc, "kcore", kHidden},
    {kProc, "key-users", kHidden},
    {kProc, "keys", kHidden},
    {kProc, "kmem", kHidden},
    {kProc, "kmsg", kHidden},
    {kProc, "kpagecgroup", kHidden},
    {kProc, "kpagecount", kHidden},
    {kProc, "kpageflags", kHidden},
    {kProc, "latency_stats", kHidden},
    {kProc, "mem", kHidden},
    {kProc, "sched_debug", kHidden},
    {kProc, "scsi", kHidden},
    {kProc, "slabinfo", kHidden},
    {kProc, "timer_list", kHidden},
    {kProc, "timer_stats", kHidden},
    {kProc, "vmallocinfo", kHidden},
    {kSys, "devices/virtual/powercap", kHidden},
    {kSys, "firmware", kHidden},
    {kSys, "fs", kHidden},  // an app's own cgroup is mounted again beneath it
    {kSys, "hypervisor", kHidden},
    {kSys, "kernel/debug", kHidden},
    {kSys, "kernel/security", kHidden},
    {kSys, "kernel/slab", kHidden},
    {kSys, "kernel/tracing", kHidden},
    {kSys, "module", kHidden},
    {kSys, "power", kHidden},
};

}  // namespace

std::span<const KernelPath> kernel_paths() {
    return kPaths;
}

}  // namespace podd::sandbox
