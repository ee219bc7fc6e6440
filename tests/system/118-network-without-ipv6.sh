# SPDX-License-Identifier: LGPL-2.1-or-later
# A kernel that was booted without IPv6: no sockets of that family at all. A pod on "default" has what there is.
# hosts: bookworm vm-only
# kernel: ipv6.disable=1
# full
# timeout: 300
host test ! -e /proc/net/if_inet6 || fail "this kernel has IPv6: it must be booted with what the head of this test says"
import_image busybox
host_sh 'ip link add front type dummy; ip addr add 192.0.2.1/24 dev front; ip link set front up'
put_back() {
    tidy
    host_sh 'ip link del front; systemctl stop podd-network.socket podd-network.service podd-resolve.socket podd-resolve.service'
}
trap put_back EXIT

drop_manifest web <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "http", "hostPort": 8080}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir /www; echo the pod >/www/index.html; exec httpd -f -p 0.0.0.0:80 -h /www"],
                   "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
EOF
say "nothing to say about it"
assert_status 0 host podctl verify --strict /etc/podd/pods.d/web.json

say "it has an address of IPv4, and is reached from the host at both kinds of addresses"
host systemctl start pod-web@a
is_served() { [ "$(host curl --silent --max-time 10 "http://$1:8080/")" = "the pod" ]; }
for address in 127.0.0.1 192.0.2.1; do wait_until 10 is_served $address; done
assert_eq "" "$(host podctl exec web/a -- sh -c 'ls /proc/net/if_inet6 2>/dev/null' || true)"
address=$(host podctl exec web/a -- ip -o -4 addr show dev eth0 | sed -n 's,.* inet \([^/ ]*\).*,\1,p')
assert_matches "$address" '^10\.80\.'

say "names resolve"
resolves() { [[ $(host podctl exec web/a -- nslookup web.pod.internal) == *"$address"* ]]; }
wait_until 20 resolves
assert_contains "$(host getent ahostsv4 web)" "$address"

say "nothing is left"
host systemctl stop pod-web
left() { host_sh 'ip -o link | grep -o " podd[-_][^:@]*" || true; nft list tables | grep podd || true; ls /run/podd/network
    systemctl list-units --failed --no-legend --plain "pod*"'; }
nothing_left() { [ -z "$(left)" ]; }
wait_until 10 nothing_left
