# SPDX-License-Identifier: LGPL-2.1-or-later
# One translator, two renderers: systemd sees the same in a pod that was declared and in one that is transient.
# hosts: bookworm trixie
import_image busybox
host mkdir -p '/srv/it is 100%'
host_file /root/same.json <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "one", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0", "isolators": [
               {"name": "resource/memory", "value": {"request": "32Mi", "limit": "64Mi"}},
               {"name": "resource/cpu", "value": {"request": "250m", "limit": "333m"}},
               {"name": "podd.org/tasks-max", "value": 64}, {"name": "podd.org/memory-high", "value": "48Mi"},
               {"name": "podd.org/memory-min", "value": "1Mi"}, {"name": "podd.org/memory-swap-max", "value": "0"},
               {"name": "podd.org/io-weight", "value": 50}, {"name": "podd.org/allowed-cpus", "value": "0"},
               {"name": "podd.org/allowed-memory-nodes", "value": "0"},
               {"name": "os/linux/oom-score-adj", "value": 100}],
             "mountPoints": [{"name": "data", "path": "/srv"}]},
           "mounts": [{"volume": "zero", "path": "/zero"}, {"volume": "noise", "path": "/noise"}],
           "annotations": [{"name": "podd.org/restart", "value": "on-failure"},
                           {"name": "podd.org/load-credential", "value": "plain:/etc/hostname set:/etc/os-release"},
                           {"name": "podd.org/restart-sec", "value": "1.5"},
                           {"name": "podd.org/stop-signal", "value": "SIGQUIT"},
                           {"name": "podd.org/stop-timeout-sec", "value": "5"}]},
          {"name": "two", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0", "ports": [
               {"name": "web", "protocol": "tcp", "port": 80, "count": 2, "socketActivated": true},
               {"name": "dns", "protocol": "udp", "port": 53, "socketActivated": true}]}}],
 "ports": [{"name": "web", "hostPort": 18080}, {"name": "dns", "hostPort": 18053, "hostIP": "127.0.0.1"}],
 "volumes": [{"name": "data", "kind": "host", "source": "/srv/it is 100%", "readOnly": true},
             {"name": "zero", "kind": "host", "source": "/dev/zero"}, {"name": "noise", "kind": "host", "source": "/dev/urandom", "readOnly": true}],
 "isolators": [{"name": "resource/memory", "value": {"limit": "1Gi"}}, {"name": "resource/cpu", "value": {"limit": "1500m"}}],
 "annotations": [{"name": "podd.org/description", "value": "50% of $HOME; \"fast\""}, {"name": "podd.org/best-effort", "value": "true"}]}
EOF

# shown: every property of the pod's units, without what differs by nature: where the unit comes from, how the manifest comes
# to stage0, that a transient unit leaves nothing (its socket neither), and what belongs to one run (ids, times, counters, its cgroup's usage).
shown() {
    host_sh '
        for unit in pod-same.service pod-same@one.service pod-same@two.service pod-same@two.socket machine-same.slice; do
            systemctl show "$unit" | sed "s/ ; start_time=.*//; s/^/$unit /"
        done' | sed 's/run --transient same/run same/' |
        grep -v '^pod-same@two.socket StopWhenUnneeded=' |
        grep -vE ' (FragmentPath|SourcePath|UnitFileState|UnitFilePreset|Transient|CollectMode|StandardInput|StandardInputData|CanClean|NeedDaemonReload|DropInPaths|StatusText)=' |
        grep -vE ' [A-Za-z]*(ID|PID|Id|Timestamp|TimestampMonotonic|Current|CurrentMax|Peak|Usage|UsageNSec|Bytes|Operations|Packets|Tasks[A-Za-z]*|Available|Inode|Runtime|SwapPeak)=' |
        # A dependency on a file system has the unit of wherever /srv is; the order of sets is not fixed.
        awk '{ key = $0; sub(/=.*/, "", key); value = substr($0, length(key) + 2); n = split(value, word, " ")
               if (key ~ / (After|Before|Wants|Requires|RequiresMountsFor|BindsTo|BoundBy|OnFailure|RequiredBy|WantedBy|Conflicts|SliceOf)$/) {
                   for (i = 1; i <= n; i++) print key, word[i] } else print }' | sort
}

host cp /root/same.json /etc/podd/pods.d/same.json
host systemctl daemon-reload
host systemctl start pod-same pod-same@one pod-same@two
shown >"$TEST_TMP/declared"
host systemctl stop pod-same pod-same@two.socket
wait_until 10 unit_is machine-same.slice inactive
host rm /etc/podd/pods.d/same.json
host systemctl daemon-reload
host podctl start /root/same.json
wait_until 10 unit_is pod-same@one active
wait_until 10 unit_is pod-same@two active
assert_eq yes "$(property pod-same Transient)"
shown >"$TEST_TMP/transient"
host systemctl stop pod-same
[ "$(wc -l <"$TEST_TMP/declared")" -gt 400 ] || fail "systemctl show said hardly anything"
diff "$TEST_TMP/declared" "$TEST_TMP/transient" >&2 || fail "declared (<) and transient (>) differ"
host rm -r '/srv/it is 100%' /root/same.json
