# SPDX-License-Identifier: LGPL-2.1-or-later
# What an app gets and what it does not: state of its process, mounts, devices, kernel files, descriptors. D1, D2, D5, C3,
# I1, I3, I4, I5, I6 and I8 of the attack table.
# hosts: bookworm trixie vm
# smoke
# timeout: 900
import_image busybox
import_probe

# probe NAME SCRIPT [APP-MEMBERS]: runs the script as the only app of a pod and prints what it said.
probe() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", $(json "$2; echo end; exec sleep 1000")], "group": "0", ${3:-"\"user\": \"0\""}}}]}
EOF
    host systemctl start "pod-$1@a"
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat -u "pod-$1@a" | grep -qx end' "$1"
    app_says "$1" a
    host systemctl stop "pod-$1"
}

# appc-conformance: 13
say "I1, I3, I5, CVE-2022-27650, CVE-2022-27649, CVE-2022-29162, CVE-2022-2989: process state"
state=$(probe state 'cat /proc/self/status; umask; echo cwd $(pwd); echo score $(cat /proc/self/oom_score_adj)
    echo groups $(id -G); echo mine $(cat /proc/1/comm)')
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

# first_line NAME APP-MEMBERS [POD-MEMBERS [MORE-APPS]]: what the app's first line sees is podd's doing alone: three
# descriptors, a session, no signal blocked or ignored, no variable but those of the manifest and of the specification.
manifest_of() {
    cat <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11"${2:+, $2},
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, $1}${3:+, $3}]}
EOF
}
first_line() {
    local begin line number pid
    begin=$(host date +%s.%N)
    if [ "$1" = transient ]; then
        host_sh 'rm /etc/podd/pods.d/first.json && systemctl daemon-reload'
        manifest_of "$2" "${3:-}" "${4:-}" | host_file "/tmp/first.json"
        host podctl start /tmp/first.json
    else
        manifest_of "$2" "${3:-}" "${4:-}" | drop_manifest first
        host systemctl start --no-block pod-first@a
    fi
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-first@a | grep -qx end' "$begin"
    line=$(host journalctl -q -o cat --since="@$begin" -u pod-first@a)
    assert_eq "fd 0 /dev/null|fd 1 socket|fd 2 socket" "$(grep '^fd ' <<<"$line" | sort | paste -sd '|')" "$1"
    assert_contains "$line" "env AC_APP_NAME" "$1"
    assert_eq "" "$(sed -n 's/^env //p' <<<"$line" | grep -vxE 'AC_APP_NAME|PATH|container|HOME|USER|LOGNAME|SHELL|NOTIFY_SOCKET' || true)" "$1"
    assert_matches "$line" 'SigBlk:[[:space:]]+0000000000000000' "$1"
    assert_matches "$line" 'SigIgn:[[:space:]]+0000000000000000' "$1"
    read -r number pid <<<"$(sed -n 's/^session \(.*\) pid \(.*\)/\1 \2/p' <<<"$line")"
    assert_eq "$pid" "$number" "$1: leader of its session"
    host systemctl stop pod-first
}
say "D2, D3, CVE-2020-14370: the first line of every kind of app: no descriptor, variable or signal too many"
root='"app": {"exec": ["/bin/probe"], "user": "0", "group": "0"}'
host_sh 'mkdir -p /srv/first && chown 1000:1000 /srv/first'
first_line plain "$root"
first_line user '"app": {"exec": ["/bin/probe"], "user": "1000", "group": "1000"}'
first_line links "$root, \"annotations\": [{\"name\": \"podd.org/stdio-links\", \"value\": \"true\"}]"
first_line nolinks "$root, \"annotations\": [{\"name\": \"podd.org/stdio-links\", \"value\": \"false\"}]"
first_line notify "$root, \"annotations\": [{\"name\": \"appc.io/executor/supports-systemd-notify\", \"value\": \"true\"}]"
first_line network "$root" '"annotations": [{"name": "podd.org/network", "value": "host"}]'
first_line volumes "$root, \"readOnlyRootFS\": true, \"mounts\": [{\"volume\": \"one\", \"path\": \"/one\"}, {\"volume\": \"two\", \"path\": \"/two\"}]" \
    '"volumes": [{"name": "one", "kind": "host", "source": "/srv/first"}, {"name": "two", "kind": "empty"}]'
first_line beside "$root" '' "{\"name\": \"b\", \"image\": {\"name\": \"example.com/probe\"}, $root}"
first_line transient "$root"
host rm -r /srv/first /tmp/first.json

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

# appc-conformance: 9
say "devices: the list of the specification and nothing else"
devices=$(probe devices 'cd /dev; for d in *; do echo "dev $d"; done; echo x >null; head -c 4 zero | wc -c; mknod /tmp/m b 8 0 2>&1; ls -l ptmx;
    touch shm/x && echo "shm works"; ls -ld pts')
assert_eq "console fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero" \
    "$(sed -n 's/^dev //p' <<<"$devices" | sort | paste -sd ' ')"
assert_contains "$devices" 'shm works'
assert_contains "$devices" 'mknod: /tmp/m'

say "I8: a network of its own has loopback and the one link to the host"
network=$(probe network 'ls /sys/class/net | xargs echo links; ip -o addr; ping -c 1 -w 2 127.0.0.1 >/dev/null && echo "loopback works"; hostname')
assert_contains "$network" 'links eth0 lo'
assert_contains "$network" '127.0.0.1'
assert_contains "$network" $'\nnetwork'

say "a user of its own"
user=$(probe user 'id -u; id -G; grep Cap /proc/self/status; echo x 2>/dev/null >/x && echo "wrote to /"' '"user": "1000"')
assert_contains "$user" $'1000\n0'
assert_matches "$user" 'CapEff:[[:space:]]+0000000000000000'
assert_not_contains "$user" 'wrote to /'

say "I6: masks stay, and no user namespace is made, for a pod that has CAP_SYS_ADMIN and CAP_SYS_PTRACE too; so does its PID 1 (D5)"
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
    unshare -U true 2>/dev/null && echo "made a user namespace"
    mkdir -p /tmp/o /tmp/q
    for m in /proc /sys; do
        mount -t overlay overlay /tmp/q -o lowerdir=$m:/tmp/o 2>/dev/null && echo "lifted the masks of $m by an overlay"
        mount --bind $m /tmp/q 2>/dev/null && echo "lifted the masks of $m by a copy"
    done
    mount --rbind /proc /tmp/q && for m in keys kcore sys; do umount -l /tmp/q/$m 2>/dev/null && echo "lifted $m of a copy"; done
    unshare -m sh -c "for m in /proc/keys /proc/kcore /proc/sys /sys/firmware; do umount -l \$m 2>/dev/null && echo lifted \$m elsewhere; done"
    nsenter -t 1 -m true 2>/dev/null && echo "went into the mounts of PID 1"
    head -c 1 /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | grep -q . && echo "lifted: read what is masked"
    (echo x >/proc/sysrq-trigger) 2>/dev/null && echo "lifted: wrote what is masked"' \
    '"user": "0", "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"]}}]')
for word in lifted remounted fresh PID namespace; do assert_not_contains "$strong" "$word"; done
assert_contains "$strong" 'mounts of its own work'

say "D5: what joins the pod cannot be traced or read while it starts"
tracer='"isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_PTRACE", "CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"]}}]'
sleeper='"image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}'
drop_manifest race <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/probe"},
           "app": {"exec": ["/bin/probe", "watch"], "user": "0", "group": "0", $tracer}},
          {"name": "b", $sleeper, "annotations": [{"name": "podd.org/stdio-links", "value": "true"}]}]}
EOF
host systemctl start pod-race@a pod-race@b
for _ in 1 2 3 4 5 6 7 8; do
    host systemctl reset-failed
    host systemctl restart pod-race@b
done
race=$(app_says race a)
[ "$(grep -c '^seen ' <<<"$race")" -ge 5 ] || fail "the watcher saw next to nothing: $race"
for way in 'attached to' 'read the memory of' 'opened the memory of' 'read the environment of' 'went through' 'saw /exe of'; do
    assert_contains "$race" "app: $way" "the control: what the watcher can do to an app"
done
assert_eq "" "$(grep '^CAUGHT' <<<"$race" | sort | uniq -c || true)"
host systemctl stop pod-race
