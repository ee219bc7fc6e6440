// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of all architectures stand here: those that one does not have make no rule there.
#include "sandbox/seccomp_groups.h"

#include <linux/capability.h>

namespace podd::sandbox {

namespace {

constexpr SyscallGroup kFiles{
    "access cachestat chdir chmod chown chown32 close close_range copy_file_range creat dup "
    "dup2 dup3 faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat "
    "fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync flock fstat fstat64 "
    "fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd getdents "
    "getdents64 ioctl lchown lchown32 link linkat listmount _llseek lseek lstat lstat64 "
    "mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pread64 "
    "preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv "
    "rename renameat renameat2 rmdir sendfile sendfile64 splice stat stat64 statfs statfs64 "
    "statmount statx symlink symlinkat sync sync_file_range sync_file_range2 syncfs tee "
    "truncate truncate64 umask unlink unlinkat utime utimensat utimensat_time64 utimes "
    "vmsplice write writev"};

constexpr SyscallGroup kAttributes{
    "fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr "
    "listxattrat llistxattr lremovexattr lsetxattr removexattr removexattrat setxattr "
    "setxattrat"};

constexpr SyscallGroup kWaiting{
    "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait "
    "epoll_wait_old eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init "
    "inotify_init1 inotify_rm_watch _newselect poll ppoll ppoll_time64 pselect6 "
    "pselect6_time64 select io_cancel io_destroy io_getevents io_pgetevents "
    "io_pgetevents_time64 io_setup io_submit"};

constexpr SyscallGroup kMemory{
    "brk madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 "
    "mlockall mmap mmap2 mprotect mremap mseal msync munlock munlockall munmap pkey_alloc "
    "pkey_free pkey_mprotect remap_file_pages"};

constexpr SyscallGroup kProcesses{
    "arch_prctl clone execve execveat exit exit_group fork get_robust_list get_thread_area "
    "getcpu getpgid getpgrp getpid getppid getsid gettid kill landlock_add_rule "
    "landlock_create_ruleset landlock_restrict_self modify_ldt pidfd_open pidfd_send_signal "
    "personality pipe pipe2 prctl process_mrelease process_vm_readv process_vm_writev ptrace "
    "restart_syscall riscv_flush_icache riscv_hwprobe rseq seccomp set_robust_list "
    "set_thread_area set_tid_address setpgid setsid swapcontext tgkill tkill uname uretprobe "
    "vfork wait4 waitid waitpid breakpoint cacheflush set_tls"};

constexpr SyscallGroup kIds{
    "capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 "
    "getresgid getresgid32 getresuid getresuid32 getuid getuid32 setfsgid setfsgid32 "
    "setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setregid setregid32 setresgid "
    "setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32"};

constexpr SyscallGroup kScheduling{
    "getpriority getrlimit getrusage ioprio_get ioprio_set prlimit64 sched_get_priority_max "
    "sched_get_priority_min sched_getaffinity sched_getattr sched_getparam "
    "sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity "
    "sched_setattr sched_setparam sched_setscheduler sched_yield setpriority setrlimit "
    "sysinfo times ugetrlimit"};

constexpr SyscallGroup kSignals{
    "alarm pause rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn "
    "rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack "
    "signalfd signalfd4 sigprocmask sigreturn"};

constexpr SyscallGroup kClocks{
    "adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime "
    "clock_gettime64 clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep "
    "setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 "
    "timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 "
    "timerfd_settime timerfd_settime64"};

constexpr SyscallGroup kExchange{
    "futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake getrandom ipc "
    "mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend "
    "mq_timedsend_time64 mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop "
    "semtimedop semtimedop_time64 shmat shmctl shmdt shmget"};

constexpr SyscallGroup kSockets{
    "accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom "
    "recvmmsg recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown "
    "socket socketcall socketpair"};

constexpr SyscallGroup kOpen[] = {kFiles,      kAttributes, kWaiting, kMemory,   kProcesses, kIds,
                                  kScheduling, kSignals,    kClocks,  kExchange, kSockets};

constexpr SyscallGroup kByHandle{"open_by_handle_at"};
// Neither bpf nor the new mount API nor setns into what a pod could have made: a pod that holds
// CAP_SYS_ADMIN in its own user namespace gets the calls of old, and its masks are locked.
constexpr SyscallGroup kAdministration{
    "fanotify_init lsm_get_self_attr lsm_list_modules lsm_set_self_attr mount quotactl "
    "quotactl_fd setdomainname sethostname setns umount umount2 unshare"};
constexpr SyscallGroup kBoot{"reboot"};
constexpr SyscallGroup kChroot{"chroot"};
constexpr SyscallGroup kAccounting{"acct"};
constexpr SyscallGroup kTracing{"kcmp pidfd_getfd process_madvise"};
constexpr SyscallGroup kSetClock{"clock_settime clock_settime64 settimeofday stime"};
constexpr SyscallGroup kTerminal{"vhangup"};
constexpr SyscallGroup kPlacement{"get_mempolicy mbind set_mempolicy set_mempolicy_home_node"};
constexpr SyscallGroup kKernelLog{"syslog"};

constexpr CapabilityGroup kCapabilityGroups[] = {
    {CAP_DAC_READ_SEARCH, kByHandle}, {CAP_SYS_ADMIN, kAdministration}, {CAP_SYS_BOOT, kBoot},
    {CAP_SYS_CHROOT, kChroot},        {CAP_SYS_PACCT, kAccounting},     {CAP_SYS_PTRACE, kTracing},
    {CAP_SYS_TIME, kSetClock},        {CAP_SYS_TTY_CONFIG, kTerminal},  {CAP_SYS_NICE, kPlacement},
    {CAP_SYSLOG, kKernelLog}};

constexpr SyscallGroup kLifecycle{"execve exit exit_group restart_syscall rt_sigreturn sigreturn"};

// Names that rkt took; the sets follow systemd.exec(5), "SystemCallFilter=".
constexpr SyscallGroup kClockSet{
    "adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 settimeofday stime"};
constexpr SyscallGroup kMountSet{
    "chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree "
    "pivot_root umount umount2"};
constexpr SyscallGroup kObsoleteSet{
    "_sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty idle "
    "lock mpx prof profil putpmsg query_module security sgetmask ssetmask stime stty sysfs "
    "tuxcall ulimit uselib ustat vserver"};
constexpr SyscallGroup kPrivilegedSet{
    "acct adjtimex bpf capset chown chown32 chroot clock_adjtime clock_settime delete_module "
    "fchown fchown32 fchownat finit_module init_module ioperm iopl kexec_file_load "
    "kexec_load lchown lchown32 nfsservctl pivot_root quotactl reboot setdomainname setfsgid "
    "setfsuid setgid setgroups sethostname setregid setresgid setresuid setreuid "
    "settimeofday setuid swapoff swapon _sysctl vhangup"};
constexpr SyscallGroup kProcessSet{
    "arch_prctl capget clone clone3 execveat fork kill pidfd_open pidfd_send_signal prctl "
    "rt_sigqueueinfo rt_tgsigqueueinfo setns swapcontext tgkill tkill unshare vfork wait4 "
    "waitid waitpid"};
constexpr SyscallGroup kRawIoSet{
    "ioperm iopl pciconfig_iobase pciconfig_read pciconfig_write s390_pci_mmio_read "
    "s390_pci_mmio_write"};

struct Wildcard {
    std::string_view name;
    SyscallGroup calls;
};
constexpr Wildcard kWildcards[] = {
    {"@systemd/clock", kClockSet},           {"@systemd/mount", kMountSet},
    {"@systemd/network-io", kSockets},       {"@systemd/obsolete", kObsoleteSet},
    {"@systemd/privileged", kPrivilegedSet}, {"@systemd/process", kProcessSet},
    {"@systemd/raw-io", kRawIoSet}};

}  // namespace

std::span<const SyscallGroup> open_groups() {
    return kOpen;
}
std::span<const CapabilityGroup> capability_groups() {
    return kCapabilityGroups;
}
SyscallGroup lifecycle_group() {
    return kLifecycle;
}
SyscallGroup wildcard_group(std::string_view wildcard) {
    for (const auto& [name, calls] : kWildcards)
        if (name == wildcard) return calls;
    return {};
}

}  // namespace podd::sandbox
