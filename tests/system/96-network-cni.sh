# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks of plugins: what Debian's bridge, host-local and portmap make reaches the pod, and goes with it, whatever ends it.
# hosts: bookworm trixie
# timeout: 180
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
trap cni_put_back EXIT
describe_lan

say "bridge and host-local: an address, the way out, names, and machined knows the link"
start one lan ', "ports": [{"name": "http", "hostPort": 8080}]'
assert_eq "eth0 lo" "$(in_pod one ls /sys/class/net | xargs)"
one=$(address one)
assert_matches "$one" '^10\.66\.0\.'
in_pod one ping -c 1 -W 3 10.66.0.1 >/dev/null
assert_contains "$(in_pod one ip route)" "default via 10.66.0.1"
assert_eq $'nameserver 10.66.0.1\nsearch lan.test' "$(in_pod one cat /etc/resolv.conf)"
wait_until 10 serves one "$one"
status=$(host machinectl status one)
assert_contains "$status" "$one"
assert_contains "$status" "veth"
assert_contains "$(host podctl status one)" "Network: lan, eth0 $one"
assert_not_contains "$status" "test-lan"
listed() { host podctl network list --json=short | python3 -c 'import json, sys
for link in json.load(sys.stdin): print(link["pod"], link["network"], link["link"][:4], *link["addresses"], link["ports"] and link["ports"][0]["hostPort"], *link["problems"])'; }
assert_eq "one lan veth $one 8080" "$(listed)"
id=$(uuid one)
assert_contains "$(host cat "/var/lib/cni/networks/lan/$one")" "$id"
assert_eq "$one" "$(host nsenter --net="/run/podd/netns/$id" ip -o -4 addr show dev eth0 | sed -n 's,.* inet \([^/ ]*\).*,\1,p')"

say "portmap: the pod's ports"
assert_eq "this is one" "$(fetch http://10.66.0.1:8080/)"

say "a port that they lead to one pod is no other's, on whatever network; nor theirs when another has it"
port='"ports": [{"name": "http", "hostPort": 8080}]'
# refused NAME NETWORKS HOLDER: its start says that HOLDER has the port.
refused() {
    pod "$1" "$2" ", $port"
    assert_fails host systemctl start "pod-$1@a"
    assert_contains "$(journal "pod-$1")" "pod \"$1\": host port 8080/tcp is taken by pod \"$3\""
    host systemctl reset-failed
}
before=$(state)
refused two lan one
refused two default one
assert_eq "$before" "$(state)"
assert_eq "this is one" "$(fetch http://10.66.0.1:8080/)"
host systemctl stop pod-one
start two default ", $port"
refused one lan two
host systemctl stop pod-two
start one lan ", $port"

say "restarted: one address, one link; a second pod gets another"
host systemctl restart pod-one
wait_until 10 unit_is pod-one@a active
one=$(address one)
wait_until 10 serves one "$one"
assert_eq 1 "$(host_sh 'find /var/lib/cni/networks/lan -name "10.*" | wc -l')"
start two lan:IP=10.66.0.77
assert_eq 10.66.0.77 "$(address two)"
in_pod two ping -c 1 -W 3 "$one" >/dev/null

say "an address that is taken: the start says what the plugin says"
pod three lan:IP=10.66.0.77
assert_fails host systemctl start pod-three
assert_contains "$(journal pod-three)" 'network "lan" at eth0: plugin "bridge", ADD:'
assert_contains "$(journal pod-three)" '10.66.0.77'
assert_eq 2 "$(host_sh 'find /var/lib/cni/networks/lan -name "10.*" | wc -l')"

say "stopped or killed, nothing stays"
host systemctl stop pod-one
host systemctl kill --kill-whom=main --signal=KILL pod-two
wait_until 10 nothing_left

say "of a pod whose end nobody saw, and of one from before a reboot, the next start takes back what is left"
start one lan
host_sh 'rm -rf /run/keep; mkdir /run/keep; cp -a /var/lib/podd/networks/. /run/keep; cp -a /var/lib/cni/networks/lan /run/keep.lan; systemctl stop pod-one
    cp -a /run/keep.lan/. /var/lib/cni/networks/lan; for r in /run/keep/*.json; do sed "s/\"boot\":\"[^\"]*\"/\"boot\":\"before\"/" "$r" >"/var/lib/podd/networks/${r##*/}"; done
    rm -r /run/keep /run/keep.lan'
[ "$(state | grep -c .)" = 2 ] || fail "not as after a crash: $(state)"
assert_contains "$(listed)" "one lan veth $(host_sh 'ls /var/lib/cni/networks/lan | grep ^10') [] its pod has ended, and its plugins still hold it"
start two lan:IP=10.66.0.78
assert_eq /var/lib/cni/networks/lan/10.66.0.78 "$(host_sh 'find /var/lib/cni/networks/lan -name "10.*"')"
host systemctl stop pod-two
wait_until 10 nothing_left

