# SPDX-License-Identifier: LGPL-2.1-or-later
# Init apps: they run to their end before the others start, once in each run of the pod.
# hosts: bookworm trixie
import_image busybox

# manifest POLICY SCRIPT-OF-ONE SCRIPT-OF-TWO SCRIPT-OF-APP [ANNOTATIONS-OF-APP]: init apps "one" and "two" around the apps
# "app" and "other". All share /data.
manifest() {
    local app='"image": {"name": "example.com/busybox"}, "mounts": [{"volume": "data", "path": "/data"}],
        "app": {"user": "0", "group": "0", "exec": ["/bin/busybox", "sh", "-c"'
    local init='"annotations": [{"name": "podd.org/init", "value": "true"}]'
    cat <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "empty"}],
 "apps": [{"name": "one", $app, "$2"]}, $init}, {"name": "app", $app, "$4"]}, "annotations": [${5:-}]},
          {"name": "two", $app, "$3"]}, $init}, {"name": "other", $app, "sleep 1000"]}}],
 "annotations": [{"name": "podd.org/exit-policy", "value": "$1"}]}
EOF
}
states() { host_sh 'for unit in "" @one @two @app @other; do systemctl is-active pod-init$unit.service || true; done' | xargs; }
states_are() { [ "$(states)" = "$1" ]; }
ended() { host systemctl stop pod-init; wait_until 20 unit_is pod-init inactive; host systemctl reset-failed; }
order='echo one >>/data/log; sleep 0.3; echo end of one >>/data/log'
see='cat /data/log; exec sleep 1000'
log=$'one\nend of one\ntwo'
runs='active inactive inactive active active'

for policy in on-failure any all; do
    say "$policy: in their order, before all others, and their end ends nothing"
    manifest $policy "$order" 'echo two >>/data/log' "$see" | drop_manifest init
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-init@app
    wait_until 20 states_are "$runs"
    sleep 0.3
    assert_eq "$runs" "$(states)"
    assert_eq "$log" "$(app_says init app)"
    ended
done

say "a restart of an app, by hand or by its policy, runs them no second time; a restart of the pod does"
manifest all "$order" 'echo two >>/data/log' "$see" '{"name": "podd.org/restart", "value": "always"}' | drop_manifest init
host systemctl start pod-init@app
wait_until 20 states_are "$runs"
host systemctl restart pod-init@app
# Once, or once more: Linux 6.14 and later kill whatever systemd 257 starts in a cgroup that was killed before (cgroup.kill) and that
# is still there, as it is as long as one of its processes has not been waited for.
restarts() { [ "$(property pod-init@app NRestarts)" -ge "$1" ] && unit_is pod-init@app active; }
TEST_BEGIN=$(host date +%s.%N)
host systemctl kill --signal=SIGKILL pod-init@app
wait_until 20 restarts 1
sleep 0.3
assert_eq "$log" "$(app_says init app)"
assert_eq "$runs" "$(states)"
TEST_BEGIN=$(host date +%s.%N)
host systemctl restart pod-init
wait_until 20 states_are "$runs"
wait_until 20 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-init@app | grep -qx two' "$TEST_BEGIN"
assert_eq "$log" "$(app_says init app)"
ended

for policy in on-failure all; do
    say "$policy: one that fails ends the pod, and what comes after it never runs"
    manifest $policy 'echo about to fail; exit 5' 'echo two >>/data/log' "$see" | drop_manifest init
    assert_fails host podctl start init
    assert_contains "$output" 'pod "init": app "one": it failed: exit status 5'
    wait_until 20 states_are 'inactive failed inactive inactive inactive'
    assert_eq 5 "$(property pod-init@one ExecMainStatus)"
    for name in two app other; do assert_eq 0 "$(property pod-init@$name ExecMainStartTimestampMonotonic)" "start of $name"; done
    assert_contains "$(host systemctl status --no-pager pod-init@one || true)" 'status=5'
    host systemctl reset-failed
done

say "transient: the same, and nothing is left"
host_sh 'rm /etc/podd/pods.d/init.json; systemctl daemon-reload'
manifest any "$order" 'echo two >>/data/log' "$see" | host_file /tmp/init.json
TEST_BEGIN=$(host date +%s.%N)
host podctl start /tmp/init.json
wait_until 20 states_are "$runs"
host systemctl restart pod-init@app
assert_eq "$log"$'\n'"$log" "$(app_says init app)"
host systemctl stop pod-init
wait_until 20 host_sh '! ls -d /run/systemd/transient/pod-init* 2>/dev/null'

say "while one runs the pod can be stopped"
manifest all 'trap \"exit 0\" TERM; touch /data/here; sleep 1000 & wait' true "$see" | host_file /tmp/init.json
host_sh 'podctl start /tmp/init.json >/dev/null 2>&1 &'
wait_until 20 unit_is pod-init@one activating
host systemctl stop pod-init
wait_until 20 host_sh '! ls -d /run/systemd/transient/pod-init* /run/podd/pods/init 2>/dev/null'

say "what cannot be: a pod of nothing else"
host_file /tmp/init.json <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "one", "image": {"name": "example.com/busybox"},
 "annotations": [{"name": "podd.org/init", "value": "true"}]}]}
EOF
assert_fails host podctl verify /tmp/init.json
assert_contains "$output" '/tmp/init.json: /apps: found an array, wanted an app that is no init app'
host rm /tmp/init.json
