# SPDX-License-Identifier: LGPL-2.1-or-later
# Kernel parameters of a pod: set in its own namespaces before its apps start, never on the host; ports that they open to users
# who are not root. C2 of the attack table.
# hosts: bookworm trixie
import_image busybox

# manifest PARAMETERS SCRIPT [NETWORK]
manifest() {
    cat <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sh", "-c", $(json "$2; echo end; exec sleep 1000")], "user": "1000", "group": "1000"}}],
 "isolators": [{"name": "os/unix/sysctl", "value": {$1}}],
 "annotations": [{"name": "podd.org/network", "value": "${3:-none}"}]}
EOF
}
says() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-sysctl@a --identifier=a | grep -qx "$2"' "$TEST_BEGIN" "$1"; }
names='net.ipv4.ip_unprivileged_port_start net.core.somaxconn kernel.sem kernel.shmmni kernel.msgmax fs.mqueue.msg_max kernel.domainname'
on_host() { host_sh "cd /proc/sys; cat $(tr . / <<<"$names")"; }
before=$(on_host)

say "the app sees them, the host does not"
all='"net.ipv4.ip_unprivileged_port_start": "81", "net.core.somaxconn": "77", "kernel.sem": "250 32000 32 99", "kernel.shmmni": "55",
    "kernel.msgmax": "4321", "fs.mqueue.msg_max": "9", "kernel.domainname": "example.com"'
manifest "$all" "cd /proc/sys; cat $(tr . / <<<"$names")" | drop_manifest sysctl
host podctl verify --strict /etc/podd/pods.d/sysctl.json
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-sysctl@a
wait_until 20 says end
assert_eq "81 77 250 32000 32 99 55 4321 9 example.com end" "$(app_says sysctl a | xargs)"
assert_eq "$before" "$(on_host)" "parameters of the host"
host systemctl stop pod-sysctl

say "groups that may send pings are the pod's"
manifest '"net.ipv4.ping_group_range": "1000 2000"' 'cat /proc/sys/net/ipv4/ping_group_range' | drop_manifest sysctl
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-sysctl@a
wait_until 20 says end
assert_eq "1000 2000 end" "$(app_says sysctl a | xargs)"
# may_ping GROUP: with ping sockets, as a group of the pod in its network; busybox has raw ones only.
may_ping() { host nsenter --target "$(property pod-sysctl@a MainPID)" --user --net --setuid 1000 --setgid "$1" perl -e 'use Socket; socket(S, AF_INET, SOCK_DGRAM, 1) or exit 1'; }
may_ping 1000 || fail "a group of the range may not"
assert_fails may_ping 3000
host systemctl stop pod-sysctl

say "a user who is not root serves every port, without a capability: on a network of the pod's own, unless its manifest says otherwise"
serve='grep ^CapEff /proc/self/status; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; mkdir /tmp/www; echo page >/tmp/www/page
    httpd -p 80 -h /tmp/www 2>&1 && wget -q -O - http://127.0.0.1/page http://[::1]/page'
# table: PARAMETERS|NETWORK|what the app says
while IFS='|' read -r parameters network wanted <&3; do
    manifest "$parameters" "$serve" "$network" | drop_manifest sysctl
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-sysctl@a
    wait_until 20 says end
    assert_eq "CapEff: 0000000000000000 $wanted end" "$(app_says sysctl a | xargs)" "$network"
    host systemctl stop pod-sysctl
done 3<<'LIST'
|none|0 page page
|default|0 page page
"net.core.somaxconn": "77"|none|0 page page
"net.ipv4.ip_unprivileged_port_start": "81"|none|81 httpd: bind: Permission denied
|host|1024 httpd: bind: Permission denied
LIST
assert_eq "$before" "$(on_host)" "parameters of the host"

say "with the host's network, what is not of the network"
manifest '"kernel.shmmni": "56"' 'cat /proc/sys/kernel/shmmni' host | drop_manifest sysctl
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-sysctl@a
wait_until 20 says end
assert_eq "56 end" "$(app_says sysctl a | xargs)"
assert_eq "$before" "$(on_host)" "parameters of the host"
host systemctl stop pod-sysctl

say "what the kernel does not know or take keeps the pod from starting, and says so"
manifest '"net.ipv4.no_such_thing": "1"' true | drop_manifest sysctl
assert_fails host systemctl start pod-sysctl
assert_contains "$(host systemctl status --no-pager --full pod-sysctl || true)" 'kernel parameter "net.ipv4.no_such_thing"'
manifest '"kernel.shmmni": "many"' true | drop_manifest sysctl
assert_fails host systemctl start pod-sysctl
assert_contains "$(host systemctl status --no-pager --full pod-sysctl || true)" 'kernel parameter "kernel.shmmni" = "many"'
host systemctl reset-failed

say "C2: parameters of the host are refused, however they are written"
for name in kernel.core_pattern vm.swappiness net.../../kernel/core_pattern net/../kernel/core_pattern; do
    manifest "\"$name\": \"1\"" true | host_file /tmp/sysctl.json
    assert_fails host podctl verify /tmp/sysctl.json
    assert_contains "$output" "/tmp/sysctl.json: /isolators/0/value: found \"$name\""
    assert_fails host podctl start /tmp/sysctl.json
    assert_contains "$output" "found \"$name\""
done
manifest '"net.core.somaxconn": "1"' true host | host_file /tmp/sysctl.json
assert_fails host podctl verify /tmp/sysctl.json
assert_contains "$output" 'not the pod'"'"'s own where "podd.org/network" is "host"'
host rm /tmp/sysctl.json
