# SPDX-License-Identifier: LGPL-2.1-or-later
# A pod's link is held to a rate, each way, by nothing that the pod could take away; and nothing of that stays when the pod ends.
# hosts: bookworm trixie vm
# full
# timeout: 300
import_image busybox
put_back() {
    tidy
    host_sh 'systemctl stop podd-network.socket podd-network.service'
}
trap put_back EXIT

limit='{"name": "resource/network-bandwidth", "value": {"default": true, "limit": "2M"}}'
# pod NAME POD-MEMBERS ISOLATORS-OF-THE-APP: it sends to who comes to port 8000, and takes from who comes to 8001.
bytes=6000000
script="while :; do head -c $bytes /dev/zero | nc -l -p 8000; done & while :; do nc -l -p 8001 -e sh -c 'head -c $bytes >/dev/null; echo taken'; done"
pod() {
    drop_manifest "$1" <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}]$2,
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", $(json "$script")], "user": "0", "group": "0", "isolators": [${3-}]}}]}
LIST
    host systemctl start "pod-$1@a"
    address=$(host podctl exec "$1/a" -- ip -o -4 addr show dev eth0 | sed -n 's,.* inet \([^/ ]*\).*,\1,p')
    wait_until 10 host podctl exec "$1/a" -- sh -c 'netstat -ln | grep -q :8000 && netstat -ln | grep -q :8001'
}
# Bytes per second, by the clock of who has to wait for all of them.
from_pod() {
    host bash -euc 'began=$(date +%s%N); got=$(timeout 30 cat <"/dev/tcp/$1/8000" | wc -c); ended=$(date +%s%N)
        echo $((got * 1000000000 / (ended - began)))' sh "$address"
}
to_pod() {
    host timeout 30 bash -euc 'exec 3<>"/dev/tcp/$1/8001"; began=$(date +%s%N); head -c "$2" /dev/zero >&3; read -r said <&3; ended=$(date +%s%N)
        [ "$said" = taken ]; echo $(($2 * 1000000000 / (ended - began)))' sh "$address" "$bytes"
}
# at_least RATE WAY: $best is the best of three tries: what else runs on the machine makes it slower, and nothing makes it faster.
at_least() {
    local rate
    best=0
    for _ in 1 2 3; do
        rate=$($2)
        [ "$rate" -le "$best" ] || best=$rate
        [ "$best" -lt "$1" ] || break
    done
    [ "$best" -ge "$1" ] || fail "$2: $best bytes per second, not $1"
}
# limited WAY: to 2 MB/s, of which headers and acknowledgements are a part.
limited() {
    at_least 1500000 "$1"
    [ "$best" -lt 2100000 ] || fail "$1: $best bytes per second, not 2M"
}
# What is remembered of flows of a pod that ended, until its address is anybody else's, is not the pod's any more.
network_state() { host_sh 'ip -o link | grep -o "podd[-_][^:@]*" || true; ls /run/podd/network 2>/dev/null | grep -v "\.ended$" || true'; }

if [ "$KIND" = vm ]; then
    say "a kernel that cannot: the pod does not start, unless it is to have no more than what there is"
    host_file /run/modprobe.d/no-ifb.conf <<<'install ifb /bin/false'
    host_sh 'rmmod ifb 2>/dev/null || true'
    manifest() {
        drop_manifest slow <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}, {"name": "podd.org/best-effort", "value": "$1"}],
 "isolators": [$limit], "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
LIST
    }
    manifest false
    assert_fails host systemctl start pod-slow@a
    assert_contains "$(journal pod-slow)" 'isolator "resource/network-bandwidth" would have no effect: the kernel of this host has no "ifb"; annotation "podd.org/best-effort"'
    assert_eq "" "$(network_state)"
    manifest true
    host_sh 'systemctl reset-failed; systemctl start pod-slow@a'
    assert_contains "$(host podctl status -n 0 slow)" 'Weakened: pod: isolator resource/network-bandwidth has no effect: the kernel of this host has no "ifb"'
    host_sh 'systemctl stop pod-slow; rm /run/modprobe.d/no-ifb.conf'
    exit 0
fi

say "without it, much more passes, and nothing is made"
pod free ''
at_least 5000000 from_pod
at_least 5000000 to_pod
assert_eq $'podd-free\nfree.json' "$(network_state)"
assert_not_contains "$(host podctl status free)" "each way"
host systemctl stop pod-free

say "each way by itself"
pod slow ", \"isolators\": [$limit]"
limited from_pod
limited to_pod
assert_contains "$(host podctl status slow)" "network 1.9M/s each way"
assert_contains "$(host busctl get-property org.podd1 /org/podd1/pod/slow org.podd1.Pod Limits)" '"NetworkBandwidth" "" 2000000'

say "not localhost, and not to be lifted from inside by whoever has CAP_NET_ADMIN there"
local_rate=$(host podctl exec slow/a -- sh -c 'mkfifo /silent; exec 3<>/silent
    began=$(date +%s); nc 127.0.0.1 8000 <&3 | wc -c; echo $(($(date +%s) - began))' | paste -sd ' ')
assert_matches "$local_rate" "^$bytes [01]$"
main=$(property pod-slow@a MainPID)
host nsenter --target "$main" --net sh -euc 'tc qdisc replace dev eth0 root pfifo; tc qdisc del dev eth0 root
    ip link set eth0 down; ip link set eth0 up; ip route add default via 10.80.0.1'
limited from_pod

say "gone with the pod, also when PID 1 of it is killed, and podd-network.service"
assert_eq $'podd-slow\npodd_slow\nslow.json' "$(network_state)"
host systemctl stop pod-slow
assert_eq "" "$(network_state)"
pod slow ", \"isolators\": [$limit]"
host systemctl kill --kill-whom=main --signal=KILL pod-slow
wait_until 10 host_sh '! systemctl is-active --quiet pod-slow'
host_sh 'systemctl kill --signal=KILL podd-network.service 2>/dev/null || true; systemctl reset-failed'
wait_until 10 host_sh '! ip -o link | grep -q "podd[-_]"'
assert_eq "" "$(network_state)"

say "what a pod left whose end nobody noticed goes with the next start of any pod"
pod slow ", \"isolators\": [$limit]"
host_sh 'systemctl stop podd-network.service podd-network.socket; systemctl stop pod-slow; systemctl reset-failed; systemctl start podd-network.socket'
assert_contains "$(network_state)" podd_slow
pod free ''
assert_eq $'podd-free\nfree.json' "$(network_state)"
host systemctl stop pod-free

say "of the only app; of a pod that has more it would be a lie"
pod slow '' "$limit"
assert_contains "$(host podctl status slow)" "network 1.9M/s each way"
host systemctl stop pod-slow
drop_manifest slow <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0", "isolators": [$limit]}},
          {"name": "b", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
LIST
assert_status 1 host podctl verify /etc/podd/pods.d/slow.json
assert_contains "$output" "error: /etc/podd/pods.d/slow.json: /apps/0/app/isolators/0: the network belongs to all apps of the pod: the pod's isolators limit it"
assert_fails host systemctl start pod-slow
assert_contains "$(journal pod-slow)" "isolator \"resource/network-bandwidth\" would have no effect: the network belongs to all apps of the pod"
