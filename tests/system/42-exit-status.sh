# SPDX-License-Identifier: LGPL-2.1-or-later
# The app is its unit's main process: its exit status and signal are the unit's, its pid and name are in the journal.
# hosts: bookworm trixie
import_image busybox

app() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "$2"], "user": "0", "group": "0"}}]}
EOF
    host systemctl start "pod-$1@a" || true
    # "Deactivating" is not active either.
    is_over() { [[ "$(property "$1@a" ActiveState) $(property "$1" ActiveState)" =~ ^(inactive|failed)" "(inactive|failed)$ ]]; }
    wait_until 15 is_over "pod-$1"
}

for number in 0 1 7 77 255; do
    app exit "exit $number"
    assert_eq "$number" "$(property pod-exit@a ExecMainStatus)"
    # A unit that ended well is forgotten at once, with its numbers.
    [ "$number" = 0 ] || assert_eq 1 "$(property pod-exit@a ExecMainCode)"
    assert_eq inactive "$(property pod-exit ActiveState)" "the sandbox after status $number"
    host systemctl reset-failed
done
for number in 9 6 11; do
    app signal "kill -$number \$\$"
    assert_eq "$number" "$(property pod-signal@a ExecMainStatus)"
    host systemctl reset-failed
done

say "pid, name and unit of what it writes"
app says 'echo one line; echo two lines >&2; exit 3'
line=$(host journalctl -q -o json --since="@$TEST_BEGIN" -u pod-says@a | grep '"one line"')
assert_contains "$line" '"_SYSTEMD_UNIT":"pod-says@a.service"'
assert_contains "$line" "\"_PID\":\"$(property pod-says@a ExecMainPID)\""
assert_contains "$line" '"PRIORITY":"6"'
assert_contains "$line" '"SYSLOG_IDENTIFIER":"a"'
line=$(host journalctl -q -o json --since="@$TEST_BEGIN" -u pod-says@a | grep '"two lines"')
assert_contains "$line" '"PRIORITY":"3"'

say "what keeps a pod or an app from its start has systemd's own status, and why is in systemctl status"
exec='"app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"'
# broken_pod PATH: where its volume is to be.
broken_pod() {
    drop_manifest broken <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/exit-policy", "value": "all"}], "volumes": [{"name": "v", "kind": "empty"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "mounts": [{"volume": "v", "path": "$1"}], $exec}},
          {"name": "b", "image": {"name": "example.com/busybox"}, $exec}}]}
EOF
}
# shows UNIT STATUS TEXT
shows() {
    local shown
    shown=$(host systemctl status --no-pager --full --lines=30 "$1" || true)
    assert_contains "$shown" "status=$2"
    assert_contains "$shown" "$3"
    assert_eq "${2%/*}" "$(property "$1" ExecMainStatus)"
}
broken_pod /bin/sh/inside
assert_fails host systemctl start pod-broken
shows pod-broken 226/NAMESPACE 'app "a": volume at "/bin/sh/inside": opening "/bin/sh": Not a directory'
host systemctl reset-failed

broken_pod /data
host systemctl start pod-broken
# broken STATUS TEXT: the app cannot begin again, which is said; the pod goes on.
broken() {
    host systemctl restart pod-broken@a 2>/dev/null || true
    wait_until 15 unit_is pod-broken@a failed
    host journalctl --sync
    shows pod-broken@a "$@"
    assert_eq active "$(property pod-broken ActiveState)" "the sandbox"
    host systemctl reset-failed
}
# planned FILTER: what the app is started from, changed.
host_sh 'cp /run/podd/pods/broken/app-a.json /run/podd/pods/broken/app-a.bpf /run'
planned() { host_sh 'jq "$1" /run/app-a.json >/run/podd/pods/broken/app-a.json' "$1"; }
host rm /run/podd/pods/broken/app-a.json
broken 226/NAMESPACE 'opening "app-a.json": No such file or directory'
planned '.oomScoreAdj = 1001'
broken 206/OOM_ADJUST 'setting the OOM score adjustment to 1001'
planned '.uid = 70000 | .stdioLinks = false'
broken 217/USER 'becoming user 70000: Invalid argument'
planned .
# Of the right length, and no instruction of the kernel's.
host_sh 'printf "\377\377\377\377\377\377\377\377" >/run/podd/pods/broken/app-a.bpf'
broken 228/SECCOMP ']: loading the seccomp filter: Invalid argument'
host_sh 'mv /run/app-a.bpf /run/podd/pods/broken; rm /run/app-a.json'
host systemctl restart pod-broken@a
unit_is pod-broken@a active || fail "the app does not begin again when nothing is in its way"
