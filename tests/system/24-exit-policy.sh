# SPDX-License-Identifier: LGPL-2.1-or-later
# Which end of which app ends the pod; a restart policy comes first; a restart by hand ends nothing.
# hosts: bookworm trixie
# timeout: 300
import_image busybox

# pod POLICY RESTART SCRIPT-OF-ONE SCRIPT-OF-TWO: starts pod "exits". RESTART is that of app "one".
pod() {
    local app='"image": {"name": "example.com/busybox"}, "app": {"user": "0", "group": "0", "exec": ["/bin/busybox", "sh", "-c"'
    drop_manifest exits <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "one", $app, "$3"]}, "annotations": [{"name": "podd.org/restart", "value": "$2"}]},
          {"name": "two", $app, "$4"]}}],
 "annotations": [{"name": "podd.org/exit-policy", "value": "$1"}]}
EOF
    host_sh 'systemctl reset-failed; systemctl start pod-exits'
}
states() { host_sh 'for unit in pod-exits pod-exits@one pod-exits@two; do systemctl is-active $unit || true; done' | xargs; }
# becomes "STATES": of sandbox, one and two, in the end and to stay.
becomes() {
    local deadline=$((SECONDS + 15))
    until [ "$(states)" = "$1" ] && sleep 0.7 && [ "$(states)" = "$1" ]; do
        [ "$SECONDS" -lt "$deadline" ] || fail "$policy: expected '$1', got '$(states)'"
    done
    host_sh 'systemctl stop pod-exits; systemctl stop pod-exits@one pod-exits@two'
    assert_eq inactive "$(property pod-stop@exits.target ActiveState)"
}
wait='trap \"exit 0\" TERM; sleep 1000 & wait'

for policy in on-failure any all; do
    say "$policy: an app fails"
    pod $policy no 'sleep 0.3; exit 7' "$wait"
    case $policy in
        all) becomes "active failed active" ;;
        *) becomes "inactive failed inactive" ;;
    esac
    assert_eq 7 "$(property pod-exits@one ExecMainStatus)"

    say "$policy: an app succeeds"
    pod $policy no 'sleep 0.3' "$wait"
    case $policy in
        any) becomes "inactive inactive inactive" ;;
        *) becomes "active inactive active" ;;
    esac

    say "$policy: all succeed, at once"
    pod $policy no 'exit 0' 'exit 0'
    becomes "inactive inactive inactive"
    assert_eq success "$(property pod-exits Result)"
done

policy=on-failure
say "an app that is to be restarted has not failed until restarting has given up"
pod on-failure on-failure 'sleep 0.2; exit 3' "$wait"
wait_until 15 unit_is pod-exits inactive
assert_eq failed "$(property pod-exits@one ActiveState)"
[ "$(property pod-exits@one NRestarts)" -ge 4 ] || fail "restarted only $(property pod-exits@one NRestarts) times"

for policy in on-failure any; do
    say "$policy: restarts by hand end nothing, even where the app says 143"
    pod $policy no 'trap \"exit 143\" TERM; sleep 1000 & wait' "$wait"
    wait_until 10 unit_is pod-exits@two active
    host systemctl restart pod-exits@one
    wait_until 10 unit_is pod-exits@one active
    host systemctl restart pod-exits
    wait_until 10 unit_is pod-exits@one active
    wait_until 10 unit_is pod-exits@two active
    becomes "active active active"
    assert_eq "inactive inactive inactive" "$(states)"
done
