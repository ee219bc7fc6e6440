# SPDX-License-Identifier: LGPL-2.1-or-later
# What an app gets and what it does not: state of its process, mounts, devices, kernel files, descriptors. D1, D2, D5, C3,
# I1, I3, I4, I5, I6 and I8 of the attack table.
# hosts: bookworm trixie vm
# smoke
# timeout: 900
import_image busybox

# probe NAME SCRIPT [APP-MEMBERS]: runs the script as the only app of a pod and prints what it said.
probe() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", $(jq_string "$2; echo end; exec sleep 1000")], "group": "0", ${3:-"\"user\": \"0\""}}}]}
EOF
    host systemctl start "pod-$1@a"
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat -u "pod-$1@a" | grep -qx end' "$1"
    journal "pod-$1@a"
    host systemctl stop "pod-$1"
}
jq_string() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$1"; }

say "process state"
state=$(probe state 'cat /proc/self/status; umask; echo cwd $(pwd); echo score $(cat /proc/self/oom_score_adj)
    echo fds $(ls /proc/self/fd | tr "\n" " "); echo groups $(id -G); echo mine $(cat /proc/1/comm)')
assert_matches "$state" 'CapBnd:[[:space:]]+00000000a80425fb'
assert_matches "$state" 'CapEff:[[:space:]]+00000000a80425fb'
assert_matches "$state" 'CapInh:[[:space:]]+0000000000000000'
assert_matches "$state" 'CapAmb:[[:space:]]+0000000000000000'
assert_matches "$state" 'NoNewPrivs:[[:space:]]+1'
assert_matches "$state" 'Seccomp:[[:space:]]+2'
assert_matches "$state" 'SigBlk:[[:space:]]+0000000000000000'
assert_matches "$state" 'SigIgn:[[:space:]]+0000000000000000'
assert_contains "$state" $'\n0022\n'
assert_contains "$state" 'cwd /'
assert_contains "$state" 'groups 0'
# ls itself has the third open.
assert_contains "$state" 'fds 0 1 2 3'

say "D2: a working directory through a descriptor is refused"
drop_manifest fdcwd <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh"], "user": "0", "group": "0", "workingDirectory": "/proc/self/fd/1"}}]}
EOF
assert_fails host systemctl start pod-fdcwd@a
assert_contains "$(host systemctl status --no-pager pod-fdcwd@a || true)" 'status=200/CHDIR'
host systemctl reset-failed

say "C3: kernel files can neither be read nor written"
kernel=$(probe kernel '
    for f in kcore keys kallsyms timer_list slabinfo interrupts; do
        test -e /proc/$f && head -c 1 /proc/$f 2>/dev/null | grep -q . && echo "readable $f"; done
    for f in sys/kernel/core_pattern sys/kernel/modprobe sys/vm/panic_on_oom sysrq-trigger sys/kernel/hostname; do
        test -e /proc/$f && (echo x >/proc/$f) 2>/dev/null && echo "writable $f"; done
    (echo x >/sys/kernel/uevent_helper) 2>/dev/null && echo "writable uevent_helper"
    ls /sys/firmware /sys/module /sys/fs/bpf 2>/dev/null | grep -v : | grep . && echo "seen in /sys"
    mount | grep -E " /sys .*[(,]rw" && echo "sys is writable"
    test -d /sys/fs/cgroup/ && echo "cgroup $(cat /proc/self/cgroup | grep ^0)"
    mkdir /sys/fs/cgroup/x 2>/dev/null && echo "made a cgroup"')
assert_not_contains "$kernel" readable
assert_not_contains "$kernel" writable
assert_not_contains "$kernel" 'seen in'
assert_not_contains "$kernel" 'made a cgroup'
assert_contains "$kernel" 'cgroup 0::/'

say "devices: the list of the specification and nothing else"
devices=$(probe devices 'cd /dev; for d in *; do echo "dev $d"; done; echo x >null; head -c 4 zero | wc -c; mknod /tmp/m b 8 0 2>&1; ls -l ptmx;
    touch shm/x && echo "shm works"; ls -ld pts')
assert_eq "console fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero" \
    "$(sed -n 's/^dev //p' <<<"$devices" | sort | paste -sd ' ')"
assert_contains "$devices" 'shm works'
assert_contains "$devices" 'mknod: /tmp/m'

say "I8: a network of its own has loopback only"
network=$(probe network 'ip -o link | wc -l; ip -o addr; ping -c 1 -w 2 127.0.0.1 >/dev/null && echo "loopback works"; hostname')
assert_contains "$network" $'1\n'
assert_contains "$network" '127.0.0.1'
assert_contains "$network" $'\nnetwork'

say "a user of its own"
user=$(probe user 'id -u; id -G; grep Cap /proc/self/status; echo x 2>/dev/null >/x && echo "wrote to /"' '"user": "1000"')
assert_contains "$user" $'1000\n0'

say "masks stay, for a pod that has CAP_SYS_ADMIN and CAP_SYS_PTRACE too; so does its PID 1 (D5)"
strong=$(probe strong '
    for m in /proc/keys /proc/kcore /proc/sys /sys/firmware /sys/fs /sys /proc; do umount $m 2>/dev/null && echo "lifted $m"; done
    mount -o remount,bind,rw /proc/sys 2>/dev/null && echo "remounted /proc/sys"
    mount -o remount,rw /sys 2>/dev/null && echo "remounted /sys"
    mkdir -p /tmp/p; mount -t proc proc /tmp/p 2>/dev/null && echo "mounted a fresh proc"
    mount -t sysfs sysfs /tmp/p 2>/dev/null && echo "mounted a fresh sysfs"
    mount -t tmpfs tmpfs /tmp/p && echo "mounts of its own work"
    cat /proc/1/environ >/dev/null 2>&1 && echo "read PID 1"
    ls /proc/1/root/ >/dev/null 2>&1 && echo "went through PID 1"
    ls -l /proc/1/exe 2>/dev/null | grep -q podd && echo "saw the program of PID 1"
    dd if=/dev/null of=/proc/1/mem 2>/dev/null && echo "wrote to PID 1"
    unshare -U true 2>/dev/null && echo "made a user namespace"' \
    '"user": "0", "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"]}}]')
for word in lifted remounted fresh PID namespace; do assert_not_contains "$strong" "$word"; done
assert_contains "$strong" 'mounts of its own work'

say "D5: what joins the pod cannot be traced or read while it starts"
watch='while :; do for p in /proc/[0-9]*; do
    case $(cat $p/comm 2>/dev/null) in exec|run|podd-init)
        echo seen; cat $p/environ >/dev/null 2>&1 && echo "read $p"; readlink $p/exe $p/fd/0 >/dev/null 2>&1 && echo "looked into $p";;
    esac; done; done'
caps='"isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_PTRACE", "CAP_KILL"]}}]'
drop_manifest race <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", $(jq_string "$watch")], "user": "0", "group": "0", $caps}},
          {"name": "b", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
host systemctl start pod-race@a pod-race@b
for _ in 1 2 3 4 5 6 7 8; do
    host systemctl reset-failed
    host systemctl restart pod-race@b
done
race=$(journal pod-race@a)
assert_contains "$race" seen
assert_not_contains "$race" 'read '
assert_not_contains "$race" 'looked into'
host systemctl stop pod-race
