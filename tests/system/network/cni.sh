# SPDX-License-Identifier: LGPL-2.1-or-later
# Pods on networks of plugins, and what those hold for them. Sourced by tests.
# shellcheck shell=bash

# describe FILE: stdin describes a network.
describe() { host_file "/etc/podd/net.d/$1"; }
# describe_lan: a bridge with addresses, names and ports.
describe_lan() {
    describe 10-lan.conflist <<'END'
{"cniVersion": "0.4.0", "name": "lan", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "isGateway": true, "ipMasq": true, "dns": {"nameservers": ["10.66.0.1"], "search": ["lan.test"]},
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
}
describe_p2p() {
    describe 20-p2p.conf <<<'{"cniVersion": "0.3.1", "name": "p2p", "type": "ptp", "ipam": {"type": "host-local", "subnet": "10.67.0.0/24"}}'
}
cni_put_back() {
    tidy
    host_sh 'rm -rf /etc/podd/net.d; ip link del test-lan 2>/dev/null || true
        systemctl stop podd-network.socket podd-network.service'
}

# pod NAME NETWORKS MEMBERS: a web server that says its name.
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "$2"}]${3-},
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir /www; echo this is \$(hostname) >/www/index.html; exec httpd -f -p 80 -h /www"],
                   "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
EOF
}
start() {
    pod "$@"
    host systemctl start "pod-$1@a"
}
in_pod() { host podctl exec "$1/a" -- "${@:2}"; }
address() { in_pod "$1" ip -o -4 addr show dev "${2:-eth0}" | sed -n 's,.* inet \([^/ ]*\).*,\1,p'; }
fetch() { host curl --silent --max-time 3 "$1"; }
serves() { [ "$(fetch "http://$2/")" = "this is $1" ]; }
# state: all that plugins and podd hold.
state() { host_sh 'ls /var/lib/podd/networks /run/podd/netns 2>/dev/null | grep -v : || true
    find /var/lib/cni/networks -type f -name "[0-9]*" 2>/dev/null || true
    ip -o link | grep -o "veth[^:@]*" || true; iptables-save -t nat 2>/dev/null | grep -E "10\.6[678]\.|dport" || true'; }
nothing_left() { [ -z "$(state)" ]; }
uuid() { host podctl status "$1" | sed -n 's/.*\([0-9a-f]\{8\}\(-[0-9a-f]\{4\}\)\{3\}-[0-9a-f]\{12\}\).*/\1/p' | head -n 1; }

