# SPDX-License-Identifier: LGPL-2.1-or-later
# What only an image knows, no unit can say: stop signal, patience and limits take effect all the same, and what the
# manifest or the administrator says wins.
# hosts: bookworm trixie vm
# timeout: 600

# wish_image NAME ANNOTATIONS ISOLATORS: imports an ACI of busybox whose own app says each signal that it gets.
wish_image() {
    local folder=$TEST_TMP/$1
    mkdir -p "$folder/rootfs"
    "$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/rootfs.tar.gz"
    tar -C "$folder/rootfs" -xzf "$TEST_TMP/rootfs.tar.gz"
    cat >"$folder/rootfs/bin/say" <<'EOF'
#!/bin/sh
trap 'echo got TERM; exit 0' TERM
trap 'echo got USR1; [ -e /stubborn ] || exit 0' USR1
trap 'echo got USR2; exit 0' USR2
echo ready
while :; do sleep 1000 & wait $!; done
EOF
    chmod 755 "$folder/rootfs/bin/say"
    [ "$1" != stubborn ] || touch "$folder/rootfs/stubborn"
    cat >"$folder/manifest" <<EOF
{"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/$1", "annotations": [$2],
 "app": {"exec": ["/bin/say"], "user": "0", "group": "0", "isolators": [$3]}}
EOF
    tar -C "$folder" --numeric-owner --owner=0 --group=0 -czf "$TEST_TMP/$1.aci" manifest rootfs
    copy "$TEST_TMP/$1.aci" "/var/tmp/$1.aci"
    host podctl import "/var/tmp/$1.aci" >/dev/null
}

# wish_pod IMAGE [ANNOTATIONS]: the declared pod "wish" of that image.
wish_pod() {
    drop_manifest wish <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/$1"}, "annotations": [${2:-}]}]}
EOF
}

said() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-wish@a | grep -cx "$2"' "$TEST_BEGIN" "$1" || true; }

started() {
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-wish
    wait_until 60 test_said ready 1
}
test_said() { [ "$(said "$1")" = "$2" ]; }

ended_by() {
    wait_until 30 unit_is pod-wish inactive
    assert_eq success "$(property pod-wish@a Result)" "result after $1"
    assert_eq 1 "$(said "got $1")" "times of $1"
    for other in TERM USR1 USR2; do
        [ "$other" = "$1" ] || assert_eq 0 "$(said "got $other")" "times of $other"
    done
}

wish_image signal '{"name": "podd.org/stop-signal", "value": "SIGUSR1"}' ''
wish_pod signal

say "the image's stop signal ends the app once, whoever stops it"
for stop in "systemctl stop pod-wish@a" "systemctl stop pod-wish" "machinectl poweroff wish"; do
    started
    # shellcheck disable=SC2086
    host $stop
    ended_by USR1
done

say "a reboot of the machine ends the app by it as well, and the pod comes back"
started
leader=$(property pod-wish MainPID)
host machinectl reboot wish
wait_until 60 test_said ready 2
assert_eq 1 "$(said 'got USR1')"
assert_eq 0 "$(said 'got TERM')"
[ "$(property pod-wish MainPID)" != "$leader" ] || fail "it is still the same sandbox"
wait_until 10 unit_is pod-wish@a active
assert_contains "$(host machinectl show wish --property=Leader)" "Leader=$(property pod-wish MainPID)"
host systemctl stop pod-wish

say "the manifest's stop signal wins"
wish_pod signal '{"name": "podd.org/stop-signal", "value": "SIGUSR2"}'
started
host systemctl stop pod-wish
ended_by USR2

say "the image's patience ends an app that does not"
wish_image stubborn '{"name": "podd.org/stop-signal", "value": "SIGUSR1"}, {"name": "podd.org/stop-timeout-sec", "value": "2"}' ''
wish_pod stubborn
for stop in "systemctl stop pod-wish@a" "machinectl poweroff wish"; do
    started
    began=$SECONDS
    # shellcheck disable=SC2086
    host $stop
    wait_until 60 host_sh '! systemctl is-active --quiet pod-wish pod-wish@a'
    took=$((SECONDS - began))
    [ "$took" -ge 1 ] && [ "$took" -le 30 ] || fail "$stop took $took s"
    assert_eq signal "$(property pod-wish@a Result)" "result after $stop"
    assert_eq 1 "$(said 'got USR1')"
    assert_eq 0 "$(said 'got TERM')"
    host systemctl reset-failed
done

say "the image's limits are those of the unit while it runs"
wish_image limits '' '{"name": "resource/memory", "value": {"limit": "64Mi", "request": "16Mi"}},
    {"name": "resource/cpu", "value": {"limit": "500m"}}, {"name": "podd.org/tasks-max", "value": 64}'
# Containers lack the controllers.
wish_pod limits '{"name": "podd.org/best-effort", "value": "true"}'
tasks=$(host systemctl show --value --property=DefaultTasksMax)
controls() { host_sh 'ls -d /run/systemd/system.control/pod-wish@a.service.d 2>/dev/null || true'; }
for _ in 1 2; do
    started
    assert_eq 67108864 "$(property pod-wish@a MemoryMax)"
    assert_eq 16777216 "$(property pod-wish@a MemoryLow)"
    assert_eq 500ms "$(property pod-wish@a CPUQuotaPerSecUSec)"
    assert_eq 64 "$(property pod-wish@a TasksMax)"
    if [ "$KIND" = vm ]; then
        group=$(property pod-wish@a ControlGroup)
        assert_eq 67108864 "$(host cat "/sys/fs/cgroup$group/memory.max")"
        assert_eq "50000 100000" "$(host cat "/sys/fs/cgroup$group/cpu.max")"
    fi
    host systemctl restart pod-wish@a
    assert_eq 67108864 "$(property pod-wish@a MemoryMax)" "MemoryMax after a restart of the app"
    host systemctl stop pod-wish
    wait_until 30 unit_is pod-wish inactive
    assert_eq "" "$(controls)" "runtime properties left behind"
    assert_eq infinity "$(property pod-wish@a MemoryMax)" "MemoryMax when it is over"
    assert_eq "$tasks" "$(property pod-wish@a TasksMax)" "TasksMax when it is over"
done

say "the administrator's limit wins"
host_file /run/systemd/system/pod-wish@a.service.d/50-mine.conf <<'EOF'
[Service]
MemoryMax=32M
EOF
host systemctl daemon-reload
started
assert_eq 33554432 "$(property pod-wish@a MemoryMax)"
assert_eq 500ms "$(property pod-wish@a CPUQuotaPerSecUSec)"
host systemctl stop pod-wish
host rm -r /run/systemd/system/pod-wish@a.service.d

say "transient pods have them, too"
host_file /tmp/wished.json <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/best-effort", "value": "true"}],
 "apps": [{"name": "a", "image": {"name": "example.com/limits"}}]}
EOF
host podctl start /tmp/wished.json
assert_eq 67108864 "$(property pod-wished@a MemoryMax)"
host podctl stop wished
wait_until 30 host_sh '! ls -d /run/systemd/transient/pod-wished* /run/systemd/system.control/pod-wished* 2>/dev/null'

say "what only the image makes weaker is seen"
weaker=('capabilities CAP_SYS_ADMIN' 'may gain privileges (no-new-privileges is off)' 'system calls: all')
score=''
# Containers may be unable to, root as they are.
if host sh -c 'echo -100 >/proc/self/oom_score_adj' 2>/dev/null; then
    score=', {"name": "os/linux/oom-score-adj", "value": -100}'
    weaker+=('ends later than others when memory runs out (oom-score-adj is -100)')
fi
wish_image weak '' '{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN"]}}, {"name": "os/linux/no-new-privileges", "value": false},
    {"name": "os/linux/seccomp-retain-set", "value": {"set": ["@appc.io/all"]}}'"$score"
wish_pod weak
started
shown=$(host podctl status wish)
for what in "${weaker[@]}"; do
    assert_contains "$shown" "app a: $what, says its image"
done
host systemctl stop pod-wish

say "a list of system calls is told where it opens more than the default, not where it shuts more"
for list in 'opens retain "@docker/default-whitelist", "keyctl"' 'shuts remove "@systemd/obsolete"'; do
    read -r name kind set <<<"$list"
    wish_image "$name" '' "{\"name\": \"os/linux/seccomp-$kind-set\", \"value\": {\"set\": [$set], \"errno\": \"EPERM\"}}"
    wish_pod "$name"
    started
    shown=$(host podctl status wish)
    if [ "$name" = opens ]; then
        assert_contains "$shown" "Weakened: app a: system calls: a list of its own, says its image"
    else
        assert_not_contains "$shown" Weakened
    fi
    host systemctl stop pod-wish
done

say "an isolator of the image's that podd does not know, or that no app can have, is told"
wish_image unknown '' '{"name": "example.com/own", "value": 1}, {"name": "os/unix/sysctl", "value": {"net.core.somaxconn": "5"}}'
wish_pod unknown
started
shown=$(host podctl status wish)
for what in 'app a: isolator example.com/own has no effect: podd does not know it' \
    'app a: isolator os/unix/sysctl has no effect: it belongs to the pod, not to an app'; do
    assert_contains "$shown" "Weakened: $what"
    assert_contains "$(journal pod-wish.service)" "pod \"wish\": $what"
done
host systemctl stop pod-wish

for name in signal stubborn limits weak opens shuts unknown; do
    host podctl image rm "example.com/$name"
done
