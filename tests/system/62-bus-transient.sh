# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie vm
# timeout: 300
# A transient pod is one call, and nothing of it is left: twenty times in a row after each kind of end.

import_image busybox

# manifest NAME SHELL-SCRIPT: a transient pod of one app that runs it.
manifest() {
    host_file "/tmp/$1.json" <<JSON
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "main", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "$2"], "user": "0", "group": "0"}}]}
JSON
}

nothing_left() {
    host_sh '
        test -z "$(systemctl list-units --all --plain --no-legend --full "pod-again*" "machine-again.slice")"
        test -z "$(ls /run/systemd/transient | grep again)"
        test ! -e /sys/fs/cgroup/machine.slice/machine-again.slice
        test ! -e /run/podd/pods/again
        test -z "$(ls -A /var/lib/podd/pods)"
        ! machinectl --no-legend list | grep -q again
    '
}

twenty() {
    local kind=$1 i
    say "$kind"
    for i in $(seq 20); do
        "start_$kind" || fail "$kind, round $i"
        wait_until 15 nothing_left
    done
}

manifest again 'exit 0'
start_success() { host podctl start /tmp/again.json; }
twenty success

manifest again 'exit 7'
# Whether the app has failed when it is looked at is a race that either may win.
start_failure() { host podctl start /tmp/again.json || test $? = 1; }
twenty failure

manifest again 'exec sleep 1000'
start_killed() {
    host podctl start /tmp/again.json
    host systemctl kill --signal=KILL pod-again.service
}
twenty killed

start_stopped() {
    host podctl start /tmp/again.json
    assert_eq active "$(property pod-again.service ActiveState)"
    host podctl stop again
}
twenty stopped

start_app_killed() {
    host podctl start /tmp/again.json
    host systemctl kill --kill-whom=main --signal=KILL pod-again@main.service
}
twenty app_killed
