# SPDX-License-Identifier: LGPL-2.1-or-later
# machinectl works on a pod as on an nspawn container, each signal reaches the app's main process exactly once, and the
# units end in a clean state.
# hosts: bookworm trixie vm
# timeout: 900
import_probe

# The app says each signal that it gets, and lives on for a second after the one that ends it: it would hear another.
counting='"image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/probe", "count"], "user": "0", "group": "0"}'
drop_manifest verbs <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", $counting}]}
EOF

heard() { journal pod-verbs@a | grep -c "^got $1 from" || true; }
heard_in_all() { journal pod-verbs@a | grep -c "^got " || true; }

# started: a fresh run whose app listens.
started() {
    host systemctl stop pod-verbs
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-verbs@a
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-verbs@a | grep -qx ready' "$TEST_BEGIN"
}

# ended: both units are inactive, not failed, and the machine is gone.
ended() {
    wait_until 60 unit_is pod-verbs@a inactive
    wait_until 60 unit_is pod-verbs inactive
    assert_eq success "$(property pod-verbs Result)"
    assert_eq success "$(property pod-verbs@a Result)"
    assert_not_contains "$(host machinectl list --no-legend)" verbs
    assert_eq "" "$(host ls /run/podd/pods)"
}

say "list, status and show"
started
assert_matches "$(host machinectl list --no-legend)" '^verbs +container +podd '
leader=$(property pod-verbs MainPID)
assert_contains "$(host machinectl show verbs)" "Leader=$leader"
assert_contains "$(host machinectl show verbs)" "Unit=pod-verbs.service"
assert_contains "$(host machinectl status verbs --no-pager)" "podd-init"

say "copy-to lands where the app reads, copy-from takes what it wrote"
host_sh 'echo hello >/root/copied && machinectl copy-to verbs /root/copied /etc/copied'
app=$(property pod-verbs@a MainPID)
assert_eq hello "$(host cat "/proc/$app/root/etc/copied")"
host_sh 'rm -f /root/back; machinectl copy-from verbs /etc/copied /root/back'
assert_eq hello "$(host cat /root/back)"
ids=$(host_sh 'stat -c %u /var/lib/podd/pods/*/apps/a/upper/etc/copied')
assert_eq "$((0x7FFE0000))" "$ids" "owner on disk of a copied file"

say "kill: to the leader or to all, once to the app"
host machinectl kill --signal=HUP verbs
wait_until 60 test "$(heard HUP)" = 1
host machinectl kill --signal=USR1 --kill-whom=leader verbs 2>/dev/null ||
    host machinectl kill --signal=USR1 --kill-who=leader verbs
wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-verbs@a | grep -q "^got USR1 "' "$TEST_BEGIN"
sleep 0.5
assert_eq 1 "$(heard HUP)"
assert_eq 1 "$(heard USR1)"
unit_is pod-verbs@a active

for verb in poweroff terminate kill; do
    say "$verb"
    [ "$verb" = poweroff ] || started
    host machinectl "$verb" verbs
    ended
    assert_eq 1 "$(heard TERM)" "SIGTERMs after $verb"
done

say "reboot: the app ends as by poweroff, and the pod comes back as a new machine of the same name"
started
leader=$(property pod-verbs MainPID)
host machinectl reboot verbs
wait_until 60 host_sh 'journalctl --sync; test "$(journalctl -q -o cat --since="@$1" -u pod-verbs@a | grep -cx ready)" = 2' "$TEST_BEGIN"
assert_eq 1 "$(heard TERM)" "SIGTERMs after reboot"
wait_until 60 unit_is pod-verbs@a active
unit_is pod-verbs active
[ "$(property pod-verbs MainPID)" != "$leader" ] || fail "it is still the same sandbox"
assert_contains "$(host machinectl show verbs --property=Leader)" "Leader=$(property pod-verbs MainPID)"

say "systemctl stop signals once, of the app and of the pod"
for unit in pod-verbs@a pod-verbs; do
    started
    host systemctl stop "$unit"
    ended
    assert_eq 1 "$(heard TERM)" "SIGTERMs after stopping $unit"
done

say "a stop signal of the app's own choice, queued by the kernel: once as well, and no other"
drop_manifest verbs <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", $counting, "annotations": [{"name": "podd.org/stop-signal", "value": "SIGRTMIN+5"}]}]}
EOF
for unit in pod-verbs@a pod-verbs; do
    started
    host systemctl stop "$unit"
    ended
    assert_eq "1 1" "$(heard 'RTMIN+5') $(heard_in_all)" "signals after stopping $unit"
done
drop_manifest verbs <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", $counting}]}
EOF

say "stopped as soon as it has started, perhaps before its first line: a clean end, and no signal twice"
for stop in 'systemctl stop pod-verbs@a' 'systemctl stop pod-verbs' 'machinectl poweroff verbs'; do
    for _ in 1 2 3; do
        TEST_BEGIN=$(host date +%s.%N)
        host_sh "systemctl start pod-verbs@a && $stop"
        ended
        [ "$(heard_in_all)" -le 1 ] || fail "after '$stop': $(journal pod-verbs@a)"
    done
done

say "quick restarts never leave a stale machine"
started
for _ in 1 2 3 4 5; do
    host systemctl reset-failed
    host systemctl restart pod-verbs
    new=$(property pod-verbs MainPID)
    assert_contains "$(host machinectl show verbs --property=Leader)" "Leader=$new"
done
host systemctl kill --signal=KILL pod-verbs
wait_until 60 host_sh '! machinectl show verbs 2>/dev/null | grep -qx "Leader=$1"' "$new"
