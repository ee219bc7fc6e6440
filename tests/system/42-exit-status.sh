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
    wait_until 15 host_sh '! systemctl is-active --quiet "pod-$1@a" && ! systemctl is-active --quiet "pod-$1"' "$1"
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
