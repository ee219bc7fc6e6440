# SPDX-License-Identifier: LGPL-2.1-or-later
# Manifests become units: precedence, masks, drop-ins, what systemd thinks of them.
# hosts: bookworm trixie vm
# smoke

# manifest APP [MORE]
manifest() {
    printf '{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "%s", "image": {"name": "example.com/x"}}]%s}\n' \
        "$1" "${2:-}"
}
known() { host systemctl list-unit-files --no-legend --plain "pod-$1*.service" | awk '{print $1}' | tr '\n' ' '; }
generated() { host_sh 'cd /run/systemd/generator && ls -d pod-* machine-*.slice 2>/dev/null | tr "\n" " "'; }

say "the highest directory wins, a link to /dev/null and an empty file mask"
manifest from-usr | host_file /usr/lib/podd/pods.d/web.json
manifest from-run | host_file /run/podd/pods.d/web.json
manifest one | host_file /usr/lib/podd/pods.d/linked.json
manifest one | host_file /usr/lib/podd/pods.d/emptied.json
manifest one | host_file /usr/lib/podd/pods.d/replaced.json
host ln -s /dev/null /etc/podd/pods.d/linked.json
host_file /run/podd/pods.d/emptied.json </dev/null
manifest from-etc | host_file /etc/podd/pods.d/replaced.json
host systemctl daemon-reload
assert_eq "pod-replaced.service pod-replaced@from-etc.service pod-web.service pod-web@from-run.service " "$(generated)"
manifest from-etc | drop_manifest web
assert_eq "pod-web.service pod-web@from-etc.service " "$(known web)"
assert_eq /etc/podd/pods.d/web.json "$(property pod-web SourcePath)"
host rm /etc/podd/pods.d/web.json /run/podd/pods.d/web.json
host systemctl daemon-reload
assert_eq "pod-web.service pod-web@from-usr.service " "$(known web)"
host_sh 'rm -f /etc/podd/pods.d/* /run/podd/pods.d/* /usr/lib/podd/pods.d/*'

say "a pod with everything: systemd has nothing to complain about, and reads what was meant"
host mkdir -p '/srv/100% "mine"'
drop_manifest my-pod <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "one", "image": {"name": "example.com/x"},
           "app": {"exec": ["/x"], "user": "0", "group": "0", "isolators": [
               {"name": "resource/memory", "value": {"request": "32Mi", "limit": "64Mi"}},
               {"name": "resource/cpu", "value": {"limit": "333m"}},
               {"name": "os/linux/oom-score-adj", "value": 100}]},
           "mounts": [{"volume": "data", "path": "/srv"}],
           "annotations": [{"name": "podd.org/restart", "value": "on-failure"},
                           {"name": "podd.org/restart-sec", "value": "1.5"},
                           {"name": "podd.org/stop-signal", "value": "SIGQUIT"},
                           {"name": "podd.org/stop-timeout-sec", "value": "5"}]},
          {"name": "two", "image": {"name": "example.com/x"}}],
 "volumes": [{"name": "data", "kind": "host", "source": "/srv/100% \"mine\"", "readOnly": true}],
 "isolators": [{"name": "resource/memory", "value": {"limit": "1Gi"}}],
 "annotations": [{"name": "podd.org/description", "value": "50% of $HOME; \"fast\""}]}
EOF
assert_eq "machine-my\\x2dpod.slice pod-my-pod.service pod-my-pod@one.service pod-my-pod@two.service " "$(generated)"
said=$(host_sh 'systemd-analyze verify --man=no /run/systemd/generator/pod-* /run/systemd/generator/machine-*.slice 2>&1' || true)
assert_eq "" "$(grep -F -e pod- -e machine- <<<"$said" || true)" "systemd-analyze verify"
assert_eq "" "$(host journalctl --quiet --output=cat --since="@$TEST_BEGIN" --grep='generator/(pod|machine)-.*(Unknown|Failed|ignoring)' || true)"
assert_eq '50% of $HOME; "fast"' "$(property pod-my-pod Description)"
assert_contains "$(property pod-my-pod RequiresMountsFor)" '"/srv/100% \"mine\""'
assert_eq 'machine-my\x2dpod.slice' "$(property pod-my-pod@one Slice)"
assert_eq 1073741824 "$(property 'machine-my\x2dpod.slice' MemoryMax)"
assert_eq "67108864 33554432" "$(property pod-my-pod@one MemoryMax) $(property pod-my-pod@one MemoryLow)"
assert_eq 333ms "$(property pod-my-pod@one CPUQuotaPerSecUSec)"
assert_eq "3 5s 1.500000s" "$(property pod-my-pod@one KillSignal) $(property pod-my-pod@one TimeoutStopUSec) $(property pod-my-pod@one RestartUSec)"
assert_eq "100 closed yes" "$(property pod-my-pod@one OOMScoreAdjust) $(property pod-my-pod@one DevicePolicy) $(property pod-my-pod@one Delegate)"
assert_eq "pod-my-pod@one.service pod-my-pod@two.service podd-network.socket" "$(property pod-my-pod Wants | tr ' ' '\n' | LC_ALL=C sort | xargs)"
assert_contains "$(property pod-my-pod@one OnFailure)" pod-stop@my-pod.target

say "drop-ins for the generated units win, and so does a whole unit of the administrator"
host_file /run/systemd/system/pod-my-pod.service.d/x.conf <<<$'[Unit]\nDescription=mine'
host_file /run/systemd/system/pod-my-pod@one.service.d/x.conf <<<$'[Service]\nMemoryMax=1M\nRestart=no'
host_file /run/systemd/system/pod-my-pod@two.service <<<$'[Service]\nExecStart=/bin/true'
host systemctl daemon-reload
assert_eq mine "$(property pod-my-pod Description)"
assert_eq "1048576 33554432 no" "$(property pod-my-pod@one MemoryMax) $(property pod-my-pod@one MemoryLow) $(property pod-my-pod@one Restart)"
assert_eq /run/systemd/system/pod-my-pod@two.service "$(property pod-my-pod@two FragmentPath)"
host_sh 'rm -r /run/systemd/system/pod-*'
host systemctl daemon-reload
assert_eq on-failure "$(property pod-my-pod@one Restart)"

say "verify warns of a link that would keep the sandbox for ever"
assert_status 0 host podctl verify --manifest-only /etc/podd/pods.d/my-pod.json
host_sh 'mkdir -p /run/systemd/system/basic.target.wants && ln -s ../pod-my-pod.service /run/systemd/system/basic.target.wants/'
assert_status 0 host podctl verify --manifest-only /etc/podd/pods.d/my-pod.json
assert_contains "$output" "/run/systemd/system/basic.target.wants/pod-my-pod.service keeps the pod running"
host rm -r /run/systemd/system/basic.target.wants

say "it needs no /var, no /home, and no room to write but its own directory"
# With ordinary rights: nothing that the manager gives a generator on top.
host_sh '
    mkdir -p /tmp/out
    unshare --mount sh -euc "
        mount -t tmpfs none /var && mount -t tmpfs none /home && mount -t tmpfs none /tmp && mkdir /tmp/out
        mount --bind /usr /usr && mount -o remount,bind,ro /usr
        /usr/lib/systemd/system-generators/podd-generator /tmp/out /tmp/out /tmp/out
        test -f /tmp/out/pod-my-pod.service
    "
    rmdir /tmp/out
'
host rm -r '/srv/100% "mine"'
