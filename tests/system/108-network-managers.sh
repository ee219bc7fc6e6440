# SPDX-License-Identifier: LGPL-2.1-or-later
# systemd-networkd and NetworkManager leave podd's links alone, also where a file of the user's is about all links; without
# the files that podd brings they would not.
# hosts: bookworm trixie
# with: network-manager
# full
# timeout: 400
import_image busybox
host_sh 'systemctl stop NetworkManager systemd-networkd.socket systemd-networkd'
. "$source_dir/tests/system/network/world.sh"
finish() {
    host_sh 'systemctl stop NetworkManager systemd-networkd.socket systemd-networkd
        rm -f /etc/systemd/network/*podd.network /etc/systemd/network/10-test.network /etc/NetworkManager/conf.d/*.conf
        rm -f /etc/NetworkManager/system-connections/*
        ip addr del 203.0.113.1/24 dev lo 2>/dev/null || true'
    put_back
}
trap finish EXIT

pod one ', "ports": [{"name": "http", "hostPort": 8080}],
    "isolators": [{"name": "resource/network-bandwidth", "value": {"default": true, "limit": "10M"}}]'
links='podd-one podd_one'
# given: all that podd has given both ends, and what flows.
given() {
    host_sh 'for link in podd-one podd_one; do
            ip -o link show dev "$link" | sed "s/^[0-9]*: //"; ip -o addr show dev "$link" | cut -d" " -f2- | tr -s " "; ip route show dev "$link"
            ip -6 route show dev "$link"; ip neigh show dev "$link" nud permanent | sort; tc qdisc show dev "$link"
            for of in 4/conf/$link/forwarding 4/conf/$link/rp_filter 6/conf/$link/forwarding 6/conf/$link/accept_ra; do
                echo "$of $(cat /proc/sys/net/ipv$of)"
            done
        done'
    in_pod one ip -o addr show dev eth0
}
connected() {
    local what=$1
    assert_eq "$before" "$(given)" "$what: what podd has given"
    assert_eq "you are 192.0.2.1" "$(talk one 192.0.2.2 7)" "$what: out"
    assert_eq "you are 2001:db8::1" "$(talk one 2001:db8::2 7)" "$what: out by IPv6"
    assert_eq "this is one" "$(fetch world http://192.0.2.1:8080/)" "$what: in"
    assert_eq "this is one" "$(fetch world "http://[2001:db8::1]:8080/")" "$what: in by IPv6"
}
ready() { [ "$(fetch world http://192.0.2.1:8080/)" = "this is one" ]; }
wait_until 10 ready
before=$(given)
connected "before"

# networkd_says LINK: what networkctl says of its set-up. It is asked until that is said.
networkd_says() { host networkctl --no-legend list "$1" | awk '{ print $5 }'; }
networkd_settled() { for link in $links; do [[ $(networkd_says $link) != @(pending|initialized|configuring|linger) ]] || return 1; done; }
# networkd_is STATE WHAT
networkd_is() {
    local link
    wait_until 20 networkd_settled
    for link in $links; do assert_eq "$1" "$(networkd_says $link)" "$2, $link by networkctl"; done
}
world_again() { host_sh 'ip addr replace 192.0.2.1/24 dev world0; ip -6 addr replace 2001:db8::1/64 dev world0 nodad'; }
say "systemd-networkd"
host systemctl start systemd-networkd
networkd_is unmanaged "started"
connected "networkd started"

say "systemd-networkd, and a file for all links"
host_file /etc/systemd/network/10-test.network <<'END'
[Match]
Name=*

[Network]
Address=203.0.113.1/24
LinkLocalAddressing=yes
KeepConfiguration=no
END
host systemctl restart systemd-networkd
networkd_is unmanaged "restarted"
wait_until 20 host_sh 'ip -o -4 addr show dev world0 | grep -q 203.0.113.1'
# It has taken away what it did not give.
world_again
connected "networkd restarted"
assert_contains "$(host ip -o -4 addr show dev world0)" 203.0.113.1 "the file has its effect on other links"
host networkctl reload
networkd_is unmanaged "reloaded"
connected "networkd reloaded"

say "a pod that starts while it runs"
pod two ''
wait_until 10 unit_is pod-two@a active
links='podd-two' networkd_is unmanaged "a new pod"
assert_not_contains "$(host ip -o addr show dev podd-two)" 203.0.113.1

say "without podd's file, systemd-networkd manages a link that appears"
host ln -s /dev/null /etc/systemd/network/00-podd.network
host systemctl restart systemd-networkd
pod three ''
managed() { host ip -o addr show dev podd-three | grep -q 203.0.113.1; }
wait_until 20 managed
[ "$(networkd_says podd-three)" != unmanaged ] || fail "networkctl calls a link unmanaged to which networkd gave an address"
host_sh 'systemctl stop pod-two pod-three systemd-networkd.socket systemd-networkd; rm /etc/systemd/network/*
    ip addr flush dev world0 to 203.0.113.0/24'
world_again
host systemctl restart pod-one@a pod-one
wait_until 10 unit_is pod-one@a active
wait_until 10 ready
before=$(given)

# nm_says LINK
nm_says() { host nmcli --terse --fields DEVICE,STATE device | sed -n "s/^$1://p"; }
nm_is() {
    local link
    for link in $links; do assert_eq "$1" "$(nm_says $link)" "$2, $link by nmcli"; done
}
nm_knows() { [ -n "$(nm_says "$1")" ]; }
say "NetworkManager"
host systemctl start NetworkManager
for link in $links; do wait_until 20 nm_knows $link; done
nm_is unmanaged "started"
connected "NetworkManager started"

say "NetworkManager, and a connection for all links"
host_file /etc/NetworkManager/system-connections/test.nmconnection 600 <<'END'
[connection]
id=test
uuid=9d3ed35b-d2c6-4a9f-a4ea-e2a9df3a2b3f
type=ethernet
autoconnect=true
multi-connect=3

[match]
interface-name=podd*;test*;

[ipv4]
method=manual
address1=203.0.113.1/24

[ipv6]
method=link-local
END
host nmcli connection reload
assert_contains "$(host nmcli --terse --fields NAME connection)" test
host nmcli general reload
nm_is unmanaged "reloaded"
connected "NetworkManager reloaded"
host systemctl restart NetworkManager
for link in $links; do wait_until 20 nm_knows $link; done
nm_is unmanaged "restarted"
connected "NetworkManager restarted"
pod two ''
wait_until 20 nm_knows podd-two
links=podd-two nm_is unmanaged "a new pod"
host systemctl stop pod-two

say "without podd's file, NetworkManager takes them for its own"
host_file /etc/NetworkManager/conf.d/80-podd.conf </dev/null
host systemctl restart NetworkManager
taken() { [[ $(nm_says podd-one) == connected* ]]; }
wait_until 20 taken
host_sh 'rm /etc/NetworkManager/conf.d/80-podd.conf; systemctl stop NetworkManager pod-one'
assert_eq "" "$(network_state)"
