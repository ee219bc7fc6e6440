# SPDX-License-Identifier: LGPL-2.1-or-later
# Restarts with growing pauses where systemd knows them, and how often is too often.
# hosts: bookworm trixie
import_image busybox
version=$(host_sh 'systemctl --version | sed -n "1s/systemd \([0-9]*\).*/\1/p"')

# manifest ANNOTATIONS: an app that fails at once.
manifest() {
    cat <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "annotations": [$1],
           "app": {"exec": ["/bin/busybox", "sh", "-c", "echo here; exit 1"], "user": "0", "group": "0"}}]}
EOF
}
one() { printf '{"name": "podd.org/%s", "value": "%s"}' "$1" "$2"; }
steps="$(one restart on-failure), $(one restart-sec 0.2), $(one restart-steps 2), $(one restart-max-delay-sec 3), $(one start-limit-burst 4), $(one start-limit-interval-sec 60)"

say "the limit counts, declared and transient, and what systemd is too old for verify says"
manifest "$steps" | drop_manifest back
host podctl verify /etc/podd/pods.d/back.json
if [ "$version" -lt 254 ]; then
    assert_status 1 host podctl verify --strict /etc/podd/pods.d/back.json
    assert_contains "$output" "warning: /etc/podd/pods.d/back.json: /apps/0/annotations: \"podd.org/restart-steps\" has no effect before systemd 254, this host has $version"
else
    host podctl verify --strict /etc/podd/pods.d/back.json
fi
# times: of the app's lines, in microseconds.
times() { host_sh 'journalctl --sync; journalctl -q -o json --since="@$1" -u pod-back@a --identifier=a | jq -r "select(.MESSAGE == \"here\") | .__REALTIME_TIMESTAMP"' "$TEST_BEGIN"; }
for kind in declared transient; do
    TEST_BEGIN=$(host date +%s.%N)
    if [ $kind = declared ]; then
        host systemctl start pod-back
        wait_until 30 unit_is pod-back@a failed
        assert_eq 4 "$(property pod-back@a NRestarts)" "restarts that were tried"
    else
        host_sh 'systemctl reset-failed; rm /etc/podd/pods.d/back.json; systemctl daemon-reload'
        manifest "$steps" | host_file /tmp/back.json
        host podctl start /tmp/back.json
        wait_until 30 host_sh '! systemctl is-active pod-back'
    fi
    wait_until 30 host_sh '! systemctl is-active pod-back'
    mapfile -t at < <(times)
    assert_eq 4 "${#at[@]}" "$kind: starts"
    first=$((at[1] - at[0]))
    last=$((at[3] - at[2]))
    if [ "$version" -lt 254 ]; then
        [ "$last" -lt 1500000 ] || fail "$kind: the pause has grown: $last"
    else
        [ "$last" -gt 2500000 ] && [ "$first" -lt 1500000 ] || fail "$kind: pauses of $first and $last us"
    fi
done

say "settings that have no effect without each other are refused"
manifest "$(one restart always), $(one restart-steps 2)" | host_file /tmp/back.json
assert_fails host podctl verify /tmp/back.json
assert_contains "$output" '/apps/0/annotations/1: "podd.org/restart-steps": found it alone, wanted "podd.org/restart-max-delay-sec" as well'
assert_fails host podctl start /tmp/back.json
assert_contains "$output" 'found it alone'
host rm /tmp/back.json
