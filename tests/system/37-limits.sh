# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits that systemd has and appc has not; and what the host cannot limit: it stops the start, unless the manifest says best-effort.
# hosts: bookworm trixie vm
import_image busybox

# limits ISOLATORS APP-ANNOTATIONS POD-MEMBERS
limits() {
    drop_manifest limits <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "annotations": [${2:-}],
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0", "isolators": [$1]}}]${3:+, $3}}
LIST
}
isolator() { printf '{"name": "%s", "value": %s}' "$1" "$2"; }
best_effort() { printf '{"name": "podd.org/best-effort", "value": "%s"}' "$1"; }
# refused TEXT: the start, and why.
refused() {
    host systemctl reset-failed
    assert_fails host systemctl start pod-limits
    local shown
    shown=$(host systemctl status --no-pager --full pod-limits || true)
    assert_contains "$shown" "$1"
    assert_eq 78 "$(property pod-limits ExecMainStatus)"
}
# With a limit of each controller; in a container of these tests there is none at all.
host_sh 'cat /sys/fs/cgroup/cgroup.controllers' >"$TEST_TMP/controllers"
has() { grep -qw "$1" "$TEST_TMP/controllers"; }

# appc-conformance: 12
say "a limit of each controller"
while read -r controller name value property wanted <&3; do
    limits "$(isolator "$name" "$value")"
    if ! has "$controller"; then
        refused "app \"a\": isolator \"$name\" would have no effect: this host's control groups have no controller \"$controller\""
        limits "$(isolator "$name" "$value")" "$(best_effort true)"
    fi
    host systemctl start pod-limits@a
    assert_eq "$wanted" "$(property pod-limits@a "$property")" "$name"
    shown=$(host podctl status limits)
    if has "$controller"; then
        assert_not_contains "$shown" Weakened
    else
        assert_contains "$shown" "Weakened: app a: isolator $name has no effect: this host's control groups have no controller \"$controller\""
    fi
    host systemctl stop pod-limits
done 3<<'LIST'
pids podd.org/tasks-max 64 TasksMax 64
memory podd.org/memory-high "48Mi" MemoryHigh 50331648
io podd.org/io-weight 50 IOWeight 50
cpu podd.org/cpu-weight 300 CPUWeight 300
cpuset podd.org/allowed-cpus "0" AllowedCPUs 0
LIST

if has pids; then
    say "the kernel was told"
    limits "$(isolator podd.org/tasks-max 64), $(isolator podd.org/memory-high '"48Mi"'), $(isolator podd.org/memory-swap-max 0)"
    host systemctl start pod-limits@a
    group=/sys/fs/cgroup$(property pod-limits@a ControlGroup)
    assert_eq "64 50331648 0" "$(host cat "$group/pids.max" "$group/memory.high" "$group/memory.swap.max" | paste -sd ' ')"
    host systemctl stop pod-limits
fi
if has io; then
    # One of both, if any: how a disk is shared out by weight is the kernel's and its scheduler's.
    limits "$(isolator podd.org/io-weight 50)"
    host systemctl start pod-limits@a
    weights=$(host_sh 'cd "/sys/fs/cgroup$1"; cat io.weight io.bfq.weight 2>/dev/null || true' "$(property pod-limits@a ControlGroup)")
    [ -z "$weights" ] || assert_matches "$weights" '(^|[[:space:]])50([[:space:]]|$)' "io weight"
    host systemctl stop pod-limits
fi

# appc-conformance: 12
say "the pod's own limits, and its word for apps that say nothing"
limits '' '' "\"isolators\": [$(isolator podd.org/tasks-max 64)]"
has pids || refused 'pod "limits": isolator "podd.org/tasks-max" would have no effect'
limits "$(isolator podd.org/tasks-max 32)" '' "\"annotations\": [$(best_effort true)], \"isolators\": [$(isolator podd.org/tasks-max 64)]"
host systemctl start pod-limits@a
assert_eq 64 "$(property machine-limits.slice TasksMax)"
host systemctl stop pod-limits
limits "$(isolator podd.org/tasks-max 32)" "$(best_effort false)" "\"annotations\": [$(best_effort true)]"
has pids || refused 'app "a": isolator "podd.org/tasks-max" would have no effect'

say "network bandwidth where there is no link of the pod's own: found before and at the start; where there is one, see 101"
network=$(isolator resource/network-bandwidth '{"default": true, "limit": "1M"}')
none='"annotations": [{"name": "podd.org/network", "value": "none"}]'
limits "$network" '' "$none"
assert_status 1 host podctl verify /etc/podd/pods.d/limits.json
assert_contains "$output" 'error: /etc/podd/pods.d/limits.json: /apps/0/app/isolators/0: the network "none" has no link that could be limited'
refused 'isolator "resource/network-bandwidth" would have no effect: the network "none" has no link that could be limited'
limits "$network" "$(best_effort true)" "$none"
host podctl verify /etc/podd/pods.d/limits.json >/dev/null
host systemctl start pod-limits@a
assert_contains "$(host podctl status limits)" 'isolator resource/network-bandwidth has no effect: the network "none" has no link that could be limited'
host systemctl stop pod-limits
limits '' '' "\"annotations\": [{\"name\": \"podd.org/network\", \"value\": \"host\"}], \"isolators\": [$network]"
refused 'pod "limits": isolator "resource/network-bandwidth" would have no effect: the pod has no network of its own that could be limited'
limits "$(isolator resource/network-bandwidth '{"default": true, "limit": 0}')" "$(best_effort true)"
assert_status 1 host podctl verify /etc/podd/pods.d/limits.json
assert_contains "$output" 'isolator "resource/network-bandwidth": found a limit of 0, wanted more than that'

say "bad values are found with file and place"
while read -r place isolators <&3; do
    limits "$isolators"
    assert_status 1 host podctl verify /etc/podd/pods.d/limits.json
    assert_contains "$output" "error: /etc/podd/pods.d/limits.json: /apps/0/app/isolators/$place: "
done 3<<'LIST'
0/value {"name": "podd.org/tasks-max", "value": 0}
0/value {"name": "podd.org/allowed-cpus", "value": "3-0"}
0/value {"name": "podd.org/task-max", "value": 64}
1 {"name": "os/linux/cpu-shares", "value": 2}, {"name": "podd.org/cpu-weight", "value": 2}
0 {"name": "podd.org/memory-high", "value": "2Mi"}, {"name": "resource/memory", "value": {"limit": "1Mi"}}
0/value/set/0 {"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_PONIES"]}}
0/value/set/0 {"name": "os/linux/seccomp-retain-set", "value": {"set": ["@example/none"]}}
0/value/errno {"name": "os/linux/seccomp-retain-set", "value": {"set": ["read"], "errno": "EPERMM"}}
LIST
