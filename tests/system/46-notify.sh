# SPDX-License-Identifier: LGPL-2.1-or-later
# sd_notify(3) from an app to systemd: what it may say arrives, everything else does not.
# hosts: bookworm trixie vm
# timeout: 400
import_probe

# The app says whatever is written to a FIFO that it shares with the host, escapes resolved.
host_sh 'rm -rf /srv/notify && mkdir /srv/notify && mkfifo /srv/notify/say && chown -R 1000:1000 /srv/notify'
clean_up() { tidy; host rm -rf /srv/notify /run/systemd/system/pod-notify@a.service.d; }
trap clean_up EXIT
script='echo "socket $NOTIFY_SOCKET watchdog $WATCHDOG_USEC"
    if test -e /data/late; then read -r seconds extension </data/late
        [ -z "$extension" ] || probe notify "EXTEND_TIMEOUT_USEC=$extension"
        sleep "$seconds"; probe notify READY=1; fi
    [ -z "$WATCHDOG_USEC" ] || (until test -e /data/silent; do probe notify WATCHDOG=1; sleep 0.5; done) &
    exec 3<>/data/say
    while read -r line <&3; do case $line in
        fd:*) probe notify-fd "$(printf %b "${line#fd:}")" ;;
        *) probe notify "$(printf %b "$line")" ;; esac; echo "said $line"; done'
drop_manifest notify <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/srv/notify"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "mounts": [{"volume": "data", "path": "/data"}],
           "annotations": [{"name": "appc.io/executor/supports-systemd-notify", "value": "true"}],
           "app": {"exec": ["/bin/sh", "-c", $(json "$script")], "user": "0", "group": "0",
                   "environment": [{"name": "NOTIFY_SOCKET", "value": "/nowhere"}, {"name": "WATCHDOG_USEC", "value": "1"}]}}]}
EOF
number=0
# tell MESSAGE: the app says it, and has said it.
tell() {
    number=$((number + 1))
    host_sh 'printf "%s\n" "$1" | timeout 20 tee /srv/notify/say >/dev/null' "$1\\nX_NUMBER=$number"
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-notify@a | grep -q "^said .*X_NUMBER=$2\$"' "$TEST_BEGIN" "$number"
}
status_text() { property pod-notify@a StatusText; }
errno_is() { [ "$(property pod-notify@a StatusErrno)" = "$1" ]; }
status_is() { [ "$(status_text)" = "$1" ]; }

# restricted SETTING: with a drop-in.
restricted() {
    host_file /run/systemd/system/pod-notify@a.service.d/test.conf <<<"[Service]
$1"
    host systemctl daemon-reload
}

# appc-conformance: 19
say "the unit starts until the app says READY, and shows its STATUS meanwhile"
restricted FileDescriptorStoreMax=5
host systemctl start --no-block pod-notify@a
tell 'STATUS=warming up'
wait_until 60 status_is 'warming up'
sleep 1
assert_eq activating "$(property pod-notify@a ActiveState)"
tell 'READY=1\nSTATUS=serving 20 \xe2\x82\xac'
wait_until 60 unit_is pod-notify@a active
assert_contains "$(host systemctl status --no-pager pod-notify@a)" 'Status: "serving 20 €"'
assert_contains "$(journal pod-notify@a)" "socket /dev/podd-notify watchdog"

say "E5: what it may not say: another main process, control characters, descriptors to keep"
main=$(property pod-notify@a MainPID)
sandbox=$(property pod-notify MainPID)
tell "MAINPID=1"
tell "MAINPID=$sandbox\\nSTATUS=still here"
wait_until 60 status_is 'still here'
assert_eq "$main" "$(property pod-notify@a MainPID)"
for evil in 'STATUS=\x1b[2Jgone' 'STATUS=a\rb' 'STATUS=a\x7fb' 'STATUS=a\xc2\x9b2J' "STATUS=$(printf %0300d 0)"; do
    tell "$evil"
    # What was said before this has been heard.
    tell "ERRNO=$number"
    wait_until 60 errno_is $((number - 1))
    assert_eq 'still here' "$(status_text)" "after $evil"
done
tell 'fd:FDSTORE=1\nFDNAME=mine\nSTATUS=with a descriptor'
wait_until 60 status_is 'with a descriptor'
assert_eq 0 "$(property pod-notify@a NFileDescriptorStore)"
unit_is pod-notify@a active || fail "the app did not survive that"

say "RELOADING, then READY again; the pod's own unit is none of the app's business"
tell 'RELOADING=1\nSTATUS=reading all anew'
wait_until 60 unit_is pod-notify@a reloading
tell 'READY=1'
wait_until 60 unit_is pod-notify@a active
assert_matches "$(property pod-notify StatusText)" '^Pod [0-9a-f-]{36} \(a\)$'
tell 'STOPPING=1'
wait_until 60 unit_is pod-notify@a deactivating
# Systemd takes its word for it and sends no signal.
host systemctl kill pod-notify@a
host systemctl stop pod-notify

say "WATCHDOG keeps the app alive that has a WatchdogSec=, and its silence ends it"
restricted WatchdogSec=4
host systemctl start --no-block pod-notify@a
tell 'READY=1'
wait_until 60 unit_is pod-notify@a active
assert_contains "$(journal pod-notify@a)" "socket /dev/podd-notify watchdog 4000000"
sleep 7
unit_is pod-notify@a active || fail "ended although it said WATCHDOG=1"
host touch /srv/notify/silent
wait_until 60 unit_is pod-notify@a failed
assert_eq watchdog "$(property pod-notify@a Result)"
host_sh 'systemctl stop pod-notify; systemctl reset-failed'

say "an app that is late: systemd waits for as long as EXTEND_TIMEOUT_USEC says, and no longer than its own timeout without"
host rm -f /srv/notify/silent
unit=1
[ "$KIND" = container ] || unit=3
restricted TimeoutStartSec=$((3 * unit))
host_file /srv/notify/late <<<"$((6 * unit)) $((15 * unit))000000"
began=$(host date +%s)
host systemctl start pod-notify@a
assert_eq active "$(property pod-notify@a ActiveState)"
[ $(($(host date +%s) - began)) -ge $((6 * unit)) ] || fail "the app was not late"
host systemctl stop pod-notify
host_file /srv/notify/late <<<"$((6 * unit))"
assert_fails host systemctl start pod-notify@a
assert_eq timeout "$(property pod-notify@a Result)"
wait_until 60 unit_is pod-notify inactive
host_sh 'rm /srv/notify/late; systemctl reset-failed'

say "an app that never says READY: the start ends with systemd's own timeout, and nothing stays"
restricted TimeoutStartSec=3
assert_fails host systemctl start pod-notify@a
assert_eq timeout "$(property pod-notify@a Result)"
wait_until 60 unit_is pod-notify inactive
assert_eq "" "$(host ls /var/lib/podd/pods)"
