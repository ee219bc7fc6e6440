# SPDX-License-Identifier: LGPL-2.1-or-later
# What a manifest says of names: podd.org/dns, dns-search, dns-options and hosts, as rkt's --dns, --dns-search, --dns-opt,
# --dns-domain and --hosts-entry (C242 to C245 of rkt's capabilities; U58).
# hosts: bookworm trixie
# timeout: 300
# full
import_image busybox

. "$source_dir/tests/system/network/world.sh"

# says NETWORK NAME VALUE...: resolv.conf and hosts of a pod with those annotations.
says() {
    local annotations="{\"name\": \"podd.org/network\", \"value\": \"$1\"}"
    shift
    while [ $# -gt 0 ]; do annotations+=", {\"name\": \"podd.org/$1\", \"value\": \"$2\"}"; shift 2; done
    host_sh 'systemctl stop pod-asks 2>/dev/null || true'
    drop_manifest asks <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [$annotations],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
END
    verified=$(host podctl verify /etc/podd/pods.d/asks.json 2>&1 || true)
    host systemctl start pod-asks@a
    resolv=$(in_pod asks cat /etc/resolv.conf 2>/dev/null || echo none) hosts=$(in_pod asks cat /etc/hosts)
}
resolves() { in_pod asks nslookup web.example.org 2>&1 | grep -q 198.51.100.9; }
own=$'127.0.0.1 localhost asks\n::1 localhost asks'

say "servers of the pod's own are asked, and they alone: names of pods are unknown"
pod web '' default pods
says default dns "192.0.2.2 2001:db8::2" dns-search example.org dns-options "ndots:2 timeout:1" hosts "192.0.2.7=db.example.com,db 2001:db8::7=db6" network-access pods
assert_eq $'nameserver 192.0.2.2\nnameserver 2001:db8::2\nsearch example.org\noptions ndots:2 timeout:1' "$resolv"
assert_eq "$own"$'\n192.0.2.7 db.example.com db\n2001:db8::7 db6' "$hosts"
assert_not_contains "$verified" "does not reach"
assert_contains "$(in_pod asks nslookup "$(address web 4)" 2>&1)" "Server:"$'\t\t'192.0.2.2
assert_contains "$(in_pod asks nslookup web.pod.internal 2>&1)" 198.51.100.9
assert_contains "$(in_pod asks ping -c 1 -W 1 db 2>&1 || true)" "(192.0.2.7)"
host systemctl stop pod-web

say "domains and options alone: the server stays podd's, and the pods' domain the first"
says default dns-search "a.example b.example" dns-options edns0
assert_eq $'nameserver 10.80.0.1\nsearch pod.internal a.example b.example\noptions edns0' "$resolv"
wait_until 30 resolves
says default dns-search .
assert_eq $'nameserver 10.80.0.1\nsearch .' "$resolv"

say "the host's file, and none; on every network"
says default dns host
assert_eq $'nameserver 127.0.0.53\noptions edns0 trust-ad' "$resolv"
says default dns host dns-options ndots:3
assert_eq $'nameserver 127.0.0.53\noptions ndots:3' "$resolv"
for network in default host; do
    says $network dns none
    assert_eq none "$resolv" "$network"
done
says host dns-search example.org
assert_eq $'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.org' "$resolv"
says none dns "127.0.0.1"
assert_eq 'nameserver 127.0.0.1' "$resolv"
assert_not_contains "$verified" "does not reach"

say "the host's own names"
host_sh 'cp -a /etc/hosts /run/hosts.saved; echo "192.0.2.9 of-the-host" >>/etc/hosts'
says none hosts "192.0.2.7=db host"
host_sh 'cat /run/hosts.saved >/etc/hosts; rm /run/hosts.saved'
assert_matches "$hosts" "^127\.0\.0\.1 localhost asks"
assert_contains "$hosts" $'192.0.2.9 of-the-host\n192.0.2.7 db'
assert_eq "$own" "$(says none dns none; echo "$hosts")"

say "no server is reached from a restricted pod, and verify says so"
says default-restricted dns 192.0.2.2
assert_contains "$verified" '/annotations/1: "podd.org/dns": a pod on the network "default-restricted" does not reach the server 192.0.2.2'
assert_not_contains "$(in_pod asks timeout 4 nslookup web.example.org 2>&1 || true)" 198.51.100.9

say "what is wrong says where"
drop_manifest wrong <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/dns", "value": "dns.example.com"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}}]}
END
assert_status 1 host podctl verify /etc/podd/pods.d/wrong.json
assert_contains "$output" '/etc/podd/pods.d/wrong.json'
assert_contains "$output" '/annotations/0: "podd.org/dns": found "dns.example.com", wanted an address'
host systemctl stop pod-asks
assert_eq "" "$(network_state)"
