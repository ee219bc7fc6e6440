# SPDX-License-Identifier: LGPL-2.1-or-later
# Settings of the network "default": other addresses and no masquerading; what is wrong keeps pods from starting; another
# pool waits until no pod is connected.
# hosts: bookworm trixie
# timeout: 300
# full
import_image busybox
. "$source_dir/tests/system/network/world.sh"

finish() { host_sh "rm -f /etc/podd/network.conf /etc/podd/network.conf.d/50-test.conf"; put_back; }
trap finish EXIT
settings() {
    host_file /etc/podd/network.conf.d/50-test.conf <<<"$1"
    host systemctl stop podd-network.service
}
# What comes to the world has this sender; no answer finds its way back to a pod's own address.
sender() {
    in_pod "$1" nc -w 1 192.0.2.2 9 </dev/null >/dev/null 2>&1 || true
    world nft list set ip seen senders | grep -o '\(100\.99\|10\.80\|192\.0\.2\)\.[0-9.]*' | sort -u | xargs
    world nft flush set ip seen senders
}
resolves() { in_pod one nslookup web.example.org 2>&1 | grep -q 198.51.100.9; }
world nft -f - <<'EOF'
table ip seen {
    set senders { type ipv4_addr; flags dynamic; size 99; }
    chain every { type filter hook prerouting priority 0; tcp dport 9 add @senders { ip saddr }; }
}
EOF

say "another pool, IPv4 alone: addresses, names, and the way out"
settings $'[Network]\nIPv4Pool=100.99.0.0/20\nIPv6Pool=no'
pod one ', "ports": [{"name": "http", "hostPort": 8080}]'
wait_until 10 unit_is pod-one@a active
assert_matches "$(address one 4)" '^100\.99\.([0-9]|1[0-5])\.'
assert_eq "" "$(address one 6)" "of IPv6, link-local ones included"
assert_eq "" "$(host ip -o -6 addr show dev podd-one)" "of the host's end"
assert_matches "$(in_pod one ip route)" 'default via 100\.99\.0\.1 '
assert_eq $'nameserver 100.99.0.1\nsearch pod.internal example.com' "$(in_pod one cat /etc/resolv.conf)"
wait_until 30 resolves
assert_eq "you are 192.0.2.1" "$(talk one 192.0.2.2 7)"
assert_eq "192.0.2.1" "$(sender one)"
one=$(address one 4)
ready() { [ "$(fetch world http://192.0.2.1:8080/)" = "this is one" ]; }
wait_until 10 ready
assert_eq "this is one" "$(fetch host "http://$one/")"

say "without masquerading, which holds for pods that run, too"
host_file /etc/podd/network.conf <<<$'[Network]\nIPv4Pool=10.99.0.0/16\nMasquerade=no'
settings $'[Network]\nIPv4Pool=100.99.0.0/20\nIPv6Pool=no'
pod two ''
wait_until 10 unit_is pod-two@a active
assert_eq "$one" "$(sender one)"
assert_eq "$(address two 4)" "$(sender two)"

say "another pool waits until no pod is connected"
host rm /etc/podd/network.conf
settings $'[Network]\nIPv4Pool='
pod three ''
wait_until 10 unit_is pod-three@a active
assert_matches "$(address three 4)" '^100\.99\.'
assert_contains "$(journal podd-network)" "pods are connected by 100.99.0.0/20 and no IPv6"
assert_eq "192.0.2.1" "$(sender one)" "masquerading again"
assert_eq "this is one" "$(fetch host "http://$one/")"
host systemctl stop pod-one pod-two pod-three
assert_eq "" "$(network_state)"
pod one ''
wait_until 10 unit_is pod-one@a active
assert_matches "$(address one 4)" '^10\.80\.'
assert_matches "$(address one 6)" '^fd'
assert_contains "$(in_pod one cat /etc/resolv.conf)" "nameserver 10.80.0.1"

say "how long packets are, whom podd-resolve asks, and search domains"
host systemctl stop pod-one
host_sh 'printf "nameserver 192.0.2.99\n" >/etc/resolv.conf; rm -rf /run/systemd/resolve'
settings $'[Network]\nMTU=1400\nDNS=192.0.2.2\nDomains=a.example\nDomains=b.example'
host systemctl stop podd-resolve.service
pod one ''
wait_until 10 unit_is pod-one@a active
assert_eq 1400 "$(in_pod one cat /sys/class/net/eth0/mtu)"
assert_eq 1400 "$(host cat /sys/class/net/podd-one/mtu)"
assert_eq $'nameserver 10.80.0.1\nsearch pod.internal a.example b.example' "$(in_pod one cat /etc/resolv.conf)"
wait_until 30 resolves
settings $'[Network]\nMTU='
host systemctl stop podd-resolve.service
assert_not_contains "$(in_pod one timeout 10 nslookup web.example.org 2>&1 || true)" 198.51.100.9 "the host's server, which is not there"

say "what is wrong: no pod starts, what runs goes on and can be stopped, verify and the journal say where"
settings $'[Network]\nIPv4Pool=10.80.0.1/16'
wrong='"/etc/podd/network.conf.d/50-test.conf": line 2: found IPv4Pool=10.80.0.1/16, wanted'
drop_manifest four <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
assert_fails host systemctl start pod-four
assert_contains "$(journal pod-four)" "network \"default\": $wrong"
assert_fails host podctl verify /etc/podd/pods.d/four.json
assert_contains "$output" "$wrong"
assert_eq "you are 192.0.2.1" "$(talk one 192.0.2.2 7)"
host systemctl stop pod-one
host systemctl reset-failed
assert_eq "" "$(network_state)"
