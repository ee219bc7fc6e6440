# SPDX-License-Identifier: LGPL-2.1-or-later
# A network whose addresses and names come from an office's server: dnsmasq behind a bridge, the plugin dhcp and its daemon.
# hosts: bookworm trixie
# with: dnsmasq-base
# full
# timeout: 300
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
put_back() {
    cni_put_back
    host_sh 'systemctl stop office dhcp 2>/dev/null || true; ip netns del office 2>/dev/null || true
        rm -rf /run/office.* /run/cni/dhcp.sock /etc/podd/network.conf.d/50-test.conf'
}
trap put_back EXIT
host_sh 'ip link add test-lan type bridge; ip link set test-lan up; ip netns add office
    ip link add test-office type veth peer name eth0 netns office; ip link set test-office master test-lan up
    ip -n office link set lo up; ip -n office link set eth0 up; ip -n office addr add 10.66.7.1/24 dev eth0'
# office: the server, which knows of nobody yet.
office() {
    host_sh 'systemctl stop office 2>/dev/null || true; rm -f /run/office.leases
        systemd-run --quiet --unit=office --property=NetworkNamespacePath=/run/netns/office dnsmasq --keep-in-foreground --conf-file=/dev/null \
            --user=root --pid-file= --no-resolv --no-hosts --no-ping --bind-interfaces --interface=eth0 --dhcp-leasefile=/run/office.leases \
            --dhcp-authoritative --dhcp-range=10.66.7.50,10.66.7.51,1h --dhcp-option=option:dns-server,10.66.7.1 \
            --domain=office.test --address=/printer.office.test/198.51.100.7'
}
office
describe 10-office.conf <<'END'
{"cniVersion": "0.4.0", "name": "office", "type": "bridge", "bridge": "test-lan", "ipam": {"type": "dhcp"},
 "dns": {"nameservers": ["10.66.7.1"], "search": ["office.test"]}}
END
host_file /etc/podd/network.conf.d/50-test.conf <<<$'[CNI]\nPluginTimeoutSec=15'
leases() { host_sh 'cut -d" " -f3 /run/office.leases | sort | xargs'; }
daemon() {
    host rm -f /run/cni/dhcp.sock  # of one that was stopped
    host systemd-run --quiet --unit=dhcp --property=Type=exec /usr/lib/cni/dhcp daemon
    wait_until 10 host test -S /run/cni/dhcp.sock
}

say "without its daemon: the start says what is missing"
pod one office
assert_fails host systemctl start pod-one
assert_contains "$(host systemctl status --full pod-one || true)" 'network "office" at eth0: plugin "bridge", ADD:'
assert_contains "$(journal pod-one)" dhcp.sock
nothing_of_pods() { [ -z "$(host_sh 'ls /var/lib/podd/networks /run/podd/netns 2>/dev/null | grep -v : || true; ls /sys/class/net/test-lan/brif | grep -v test-office || true')" ]; }
assert_eq test-office "$(host ls /sys/class/net/test-lan/brif)"
# The daemon could not be asked to take back either: the next start does it.
host_sh 'ls /var/lib/podd/networks | grep -q json' || fail "the record is gone"

say "an address and a way out from the server, and its names"
daemon
start one office
one=$(address one)
assert_matches "$one" '^10\.66\.7\.5[01]$'
assert_eq "$one" "$(leases)"
assert_eq 1 "$(host_sh 'ls /var/lib/podd/networks | wc -l')"
assert_contains "$(in_pod one ip route)" "default via 10.66.7.1"
assert_eq $'nameserver 10.66.7.1\nsearch office.test' "$(in_pod one cat /etc/resolv.conf)"
for name in printer printer.office.test; do assert_contains "$(in_pod one nslookup $name 2>&1)" 198.51.100.7; done
assert_eq "this is one" "$(host ip netns exec office curl --silent --max-time 5 "http://$one/")"

say "a second pod has the other one; for a third there is none, and nothing of it stays"
start two office
two=$(address two)
assert_eq "10.66.7.50 10.66.7.51" "$(leases)"
[ "$one" != "$two" ] || fail "one address for two pods"
in_pod two ping -c 1 -W 3 "$one" >/dev/null
pod three office
assert_fails host systemctl start pod-three
assert_contains "$(host systemctl status --full pod-three || true)" 'network "office" at eth0: plugin "bridge", ADD:'
assert_eq 2 "$(host_sh 'ls /var/lib/podd/networks | wc -l')"
assert_eq 3 "$(host_sh 'ls /sys/class/net/test-lan/brif | wc -l')"

# Debian's bridge takes the link away first, so that no word reaches the server any more; but the daemon lets go of the lease.
released() { host_sh 'journalctl --sync; journalctl -q -o cat -u dhcp | grep -q "$1/office/eth0: releasing lease"' "$1"; }
say "a pod that ends or is killed lets go of its address; without the daemon it ends as well"
first=$(uuid one) second=$(uuid two)
host systemctl stop pod-one
wait_until 10 released "$first"
host systemctl kill --kill-whom=main --signal=KILL pod-two
wait_until 10 released "$second"
wait_until 10 nothing_of_pods
office
start one office
host systemctl stop dhcp
host systemctl stop pod-one
assert_contains "$(journal pod-one)" 'network "office"'
host_sh 'ls /var/lib/podd/networks | grep -q json' || fail "the record is gone, and with it the address"
daemon
start one office
assert_eq 1 "$(host_sh 'ls /var/lib/podd/networks | wc -l')"
host systemctl stop pod-one
wait_until 10 nothing_of_pods
