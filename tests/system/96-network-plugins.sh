# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks of plugins: Debian's macvlan, tuning, firewall and bandwidth, and both families of addresses.
# hosts: bookworm trixie
# full
# timeout: 300
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
put_back() {
    cni_put_back
    host_sh 'ip link del test-up 2>/dev/null || true'
}
trap put_back EXIT

say "macvlan: pods on one interface of the host, with both families"
host_sh 'ip link add test-up type veth peer name test-up2; ip link set test-up up; ip link set test-up2 up'
describe 10-shared.conf <<'EOF'
{"cniVersion": "1.0.0", "name": "shared", "type": "macvlan", "master": "test-up", "mode": "bridge",
 "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.1.0/24"}], [{"subnet": "fd66:1::/64"}]]}}
EOF
start one shared
start two shared:IP=10.66.1.77
assert_eq 10.66.1.77 "$(address two)"
in_pod two ping -c 1 -W 3 "$(address one)" >/dev/null
six=$(in_pod one ip -o -6 addr show dev eth0 scope global | sed -n 's,.* inet6 \([^/ ]*\).*,\1,p')
assert_matches "$six" '^fd66:1:'
in_pod two ping -6 -c 1 -W 5 "$six" >/dev/null
assert_matches "$(host podctl network check one two)" 'one +plugins +ok'
host systemctl stop pod-one pod-two
wait_until 10 nothing_left

say "tuning: parameters of the pod's network, and the address of its hardware"
describe 20-tuned.conflist <<'EOF'
{"cniVersion": "1.0.0", "name": "tuned", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.0.0/24"}]]}},
  {"type": "tuning", "capabilities": {"mac": true}, "sysctl": {"net.core.somaxconn": "77"}}]}
EOF
start one "tuned:MAC=02:00:00:00:66:01"
assert_eq 77 "$(in_pod one cat /proc/sys/net/core/somaxconn)"
assert_eq 02:00:00:00:66:01 "$(in_pod one cat /sys/class/net/eth0/address)"
host /usr/lib/podd/cni check one
host nsenter --net="/run/podd/netns/$(uuid one)" ip link set eth0 address 02:00:00:00:66:02
assert_status 1 host podctl network check one
assert_contains "$output" 'network "tuned" at eth0: plugin "bridge", CHECK:'
host systemctl stop pod-one
wait_until 10 nothing_left

say "podctl network check: links of podd's, pods without a network, pods that do not run, and who may ask"
start one default
assert_matches "$(host podctl network check one)" 'one +default +ok'
host ip link del podd-one
assert_status 1 host podctl network check one
assert_contains "$output" 'link "podd-one": '
host systemctl stop pod-one
assert_status 4 host podctl network check one
assert_contains "$output" 'pod "one" does not run'
start two none
assert_matches "$(host podctl network check two)" 'two +- +ok'
host systemctl stop pod-two
assert_fails host setpriv --reuid=65534 --clear-groups podctl network check one
assert_contains "$output" 'by root alone'

say "firewall: the pod's address has its rules, for as long as it runs"
describe 30-walled.conflist <<'EOF'
{"cniVersion": "1.0.0", "name": "walled", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.0.0/24"}]]}},
  {"type": "firewall", "backend": "iptables"}]}
EOF
start one walled
one=$(address one)
assert_contains "$(host iptables-save -t filter)" "-d $one/32"
host /usr/lib/podd/cni check one
host systemctl stop pod-one
assert_not_contains "$(host iptables-save -t filter)" "$one/32"
wait_until 10 nothing_left

say "bandwidth: a shaper at the pod's link"
if host_sh 'ip link add test-ifb type ifb && ip link del test-ifb'; then
    describe 40-slow.conflist <<'EOF'
{"cniVersion": "1.0.0", "name": "slow", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.0.0/24"}]]}},
  {"type": "bandwidth", "ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 8000000, "egressBurst": 800000}]}
EOF
    start one slow
    assert_contains "$(host tc qdisc show)" "rate 8Mbit"
    host /usr/lib/podd/cni check one
    host systemctl stop pod-one
    assert_not_contains "$(host tc qdisc show)" "rate 8Mbit"
    assert_eq "" "$(host_sh 'ip -o link show type ifb')"
    wait_until 10 nothing_left

    say "bandwidth: what the manifest says goes to a plugin that asks for it; without one, it is refused"
    describe 50-told.conflist <<'EOF'
{"cniVersion": "1.0.0", "name": "told", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.0.0/24"}]]}},
  {"type": "bandwidth", "capabilities": {"bandwidth": true}}]}
EOF
    limit=', "isolators": [{"name": "resource/network-bandwidth", "value": {"default": true, "limit": "2M"}}]'
    start one told "$limit"
    assert_eq 2 "$(host tc qdisc show | grep -c 'rate 16Mbit')" "each way"
    host /usr/lib/podd/cni check one
    host systemctl stop pod-one
    assert_not_contains "$(host tc qdisc show)" "rate 16Mbit"
    wait_until 10 nothing_left
    pod two slow "$limit"
    assert_fails host podctl verify /etc/podd/pods.d/two.json
    assert_contains "$output" 'capability "bandwidth"'
    assert_fails host systemctl start pod-two
    assert_contains "$(journal pod-two)" 'isolator "resource/network-bandwidth" would have no effect: no plugin of'
    wait_until 10 nothing_left
elif [ "$KIND" = vm ]; then
    fail "Debian's kernel has ifb"
else
    say "the kernel of this machine, which a container shares, has no ifb: not tried"
fi
