# SPDX-License-Identifier: LGPL-2.1-or-later
# Apps that wait for others of their pod, and what becomes of them when those fail.
# hosts: bookworm trixie
import_probe

# apps "a" and "b"; an app says when it runs. manifest A-ANNOTATIONS A-SCRIPT B-ANNOTATIONS
manifest() {
    cat <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "b", "image": {"name": "example.com/probe"}, "annotations": [$3],
           "app": {"exec": ["/bin/sh", "-c", "echo here; exec sleep 1000"], "user": "0", "group": "0"}},
          {"name": "a", "image": {"name": "example.com/probe"}, "annotations": [$1],
           "app": {"exec": ["/bin/sh", "-c", $(json "$2")], "user": "0", "group": "0"}}],
 "annotations": [{"name": "podd.org/exit-policy", "value": "all"}]}
EOF
}
notify='{"name": "appc.io/executor/supports-systemd-notify", "value": "true"}'
after='{"name": "podd.org/after", "value": "a"}'
both="$after, {\"name\": \"podd.org/requires\", \"value\": \"a\"}"
began() { property "$1" ExecMainStartTimestampMonotonic; }
ended() { host systemctl stop pod-order; wait_until 20 unit_is pod-order inactive; host systemctl reset-failed; }

say "an app starts when the one before it has said that it is ready, declared and transient"
script='sleep 1; probe notify READY=1; exec sleep 1000'
for kind in declared transient; do
    if [ $kind = declared ]; then
        manifest "$notify" "$script" "$after" | drop_manifest order
        host systemctl start pod-order
        assert_eq inactive "$(property pod-order@b ActiveState)"
        wait_until 20 unit_is pod-order@b active
    else
        host_sh 'rm /etc/podd/pods.d/order.json; systemctl daemon-reload'
        manifest "$notify" "$script" "$after" | host_file /tmp/order.json
        host podctl start /tmp/order.json
    fi
    ready=$(property pod-order@a ActiveEnterTimestampMonotonic)
    [ "$(began pod-order@a)" -lt "$((ready - 900000))" ] || fail "$kind: a was not asked whether it is ready"
    [ "$(began pod-order@b)" -gt "$ready" ] || fail "$kind: b did not wait for a"
    ended
done

say "what fails before it is ready keeps those out that need it, and those only"
manifest "$notify" 'sleep 0.3; exit 4' "$both" | drop_manifest order
assert_fails host systemctl start pod-order@b
assert_eq 4 "$(property pod-order@a ExecMainStatus)"
assert_eq inactive "$(property pod-order@b ActiveState)"
assert_eq 0 "$(property pod-order@b ExecMainStartTimestampMonotonic)"
ended
assert_fails host podctl start order
assert_contains "$output" 'app "a": it failed: exit status 4'
ended
manifest "$notify" 'sleep 0.3; exit 4' "$after" | drop_manifest order
host systemctl start pod-order
wait_until 20 unit_is pod-order@b active
ended

say "whoever stops an app stops those that need it"
manifest '' 'exec sleep 1000' "$both" | drop_manifest order
host systemctl start pod-order@b
host systemctl stop pod-order@a
assert_eq inactive "$(property pod-order@b ActiveState)"
wait_until 20 unit_is pod-order inactive

say "an app that is not there, and a cycle: found by verify with file and place, and refused by the bus"
host rm -f /etc/podd/pods.d/order.json
host systemctl daemon-reload
manifest '{"name": "podd.org/after", "value": "b"}' true "$after" | host_file /tmp/order.json
assert_fails host podctl verify /tmp/order.json
cycle='/apps/0/annotations/0: "podd.org/after": found the cycle "b" after "a" after "b"'
assert_contains "$output" "/tmp/order.json: $cycle"
assert_fails host podctl start /tmp/order.json
assert_contains "$output" "$cycle"
manifest '{"name": "podd.org/requires", "value": "c"}' true "$after" | host_file /tmp/order.json
assert_fails host podctl verify /tmp/order.json
assert_contains "$output" '/tmp/order.json: /apps/1/annotations/0: "podd.org/requires": found "c", wanted the name of another app'
assert_fails host podctl start /tmp/order.json
assert_contains "$output" 'found "c"'
manifest '' 'exec sleep 1000' '{"name": "podd.org/requires", "value": "a"}' | host_file /tmp/order.json
assert_fails host podctl verify --strict /tmp/order.json
assert_contains "$output" 'warning: /tmp/order.json: /apps/0/annotations: "podd.org/requires" names "a"'
host rm /tmp/order.json
