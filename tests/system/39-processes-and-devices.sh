# SPDX-License-Identifier: LGPL-2.1-or-later
# What an app finds of other apps' processes, of keys and of devices.
# hosts: bookworm trixie vm
import_image busybox

# The number is written as a pattern here, for this script and its grep stand in /proc as well.
# apps ANNOTATIONS: a sleeper of user 1000, whose command line is a secret, and one of user 2000 that looks around.
# It looks for two seconds: apps of a pod start side by side.
look='ls /proc | grep -c "^[0-9]"
    for n in 1 2 3 4 5 6 7 8 9 10; do
        cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " " | grep -q "sleep 3141[5]" && echo "saw the other" && break; sleep 0.2; done
    [ -e /proc/self/status ] && echo "saw itself"; echo end'
apps() {
    drop_manifest processes <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/exit-policy", "value": "all"}${1:+, $1}], "apps": [
 {"name": "other", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "31415"], "user": "1000", "group": "1000"}},
 {"name": "look", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sh", "-c", $(json "$look")], "user": "2000", "group": "2000"}}]}
LIST
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-processes
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-processes@look | grep -qx end' "$TEST_BEGIN"
    said=$(app_says processes look)
    host systemctl stop pod-processes
}

# appc-conformance: 6
say "apps share their processes, unless the pod hides them from other users"
apps ''
assert_contains "$said" "saw the other"
apps '{"name": "podd.org/hide-processes", "value": "true"}'
assert_not_contains "$said" "saw the other"
assert_contains "$said" "saw itself"

say "devices: which open, and which cannot be had"
open='cd /dev; for d in null zero full random urandom tty ptmx; do (: <$d) 2>/dev/null && echo "opened $d"; done
    for n in "1 1 mem" "1 2 kmem" "1 11 kmsg" "10 200 tun" "10 229 fuse" "8 0 sda" "7 0 loop0"; do
        set -- $n; for type in c b; do mknod /tmp/$3 $type $1 $2 2>/dev/null && echo "made $3" && (: </tmp/$3) 2>/dev/null && echo "opened $3"; done; done; echo end'
drop_manifest devices <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [
 {"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sh", "-c", $(json "$open")], "user": "0", "group": "0"}}]}
LIST
host systemctl start pod-devices
wait_until 30 unit_is pod-devices inactive
# /dev/tty opens for who has a terminal only.
assert_eq "opened null/opened zero/opened full/opened random/opened urandom/opened ptmx/end" "$(app_says devices a | paste -sd /)"
assert_eq closed "$(property pod-devices@a DevicePolicy)"
host systemctl reset-failed
