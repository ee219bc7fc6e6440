# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules of others that keep pods from their network: podctl verify says which, and who does what it says has a network. Rule sets
# shaped like those of firewalld, ufw and Docker; then firewalld, ufw and iptables themselves.
# The world is a network namespace with a link to the host.
# hosts: bookworm trixie
# with: firewalld,ufw
# full
# timeout: 300
for command in iptables ufw firewall-cmd; do
    host_sh 'command -v "$1" >/dev/null' $command || fail "this host has no $command: it must have the packages that the head of this test names"
done
import_image busybox
host_sh 'systemctl stop ufw firewalld 2>/dev/null || true; nft flush ruleset
    ip netns add world
    ip link add world0 type veth peer name eth0 netns world
    ip addr add 192.0.2.1/24 dev world0; ip link set world0 up; ip route add default via 192.0.2.2
    ip -n world addr add 192.0.2.2/24 dev eth0; ip -n world link set lo up; ip -n world link set eth0 up
    systemd-run -q --unit=world -p NetworkNamespacePath=/run/netns/world perl -e '\''use Socket;
        socket(S, AF_INET, SOCK_STREAM, 0); setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1); bind(S, pack_sockaddr_in(7, INADDR_ANY)) or die; listen(S, 9);
        while (accept(C, S)) { syswrite(C, "the world\n"); close(C) }'\'''
put_back() {
    tidy
    host_sh 'systemctl stop world ufw firewalld 2>/dev/null || true; ip netns del world; ip link del world0 2>/dev/null || true
        nft flush ruleset; systemctl stop podd-network.socket podd-network.service'
}
trap put_back EXIT

drop_manifest web <<'LIST'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "http", "hostPort": 8080}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir /www; echo the pod >/www/index.html; exec httpd -f -p 80 -h /www"],
                   "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
LIST
drop_manifest alone <<'LIST'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "none"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1"], "user": "0", "group": "0"}}]}
LIST
outward() { [ "$(host podctl exec web/a -- nc -w 2 192.0.2.2 7 </dev/null 2>/dev/null)" = "the world" ]; }
inward() { [ "$(host ip netns exec world curl --silent --max-time 2 http://192.0.2.1:8080/)" = "the pod" ]; }
flows() { wait_until 10 outward; wait_until 10 inward; }
# found TEXT: verify says so, and of nothing else that is in the way; pods of other networks are none of its business.
found() {
    host podctl verify /etc/podd/pods.d/web.json >"$TEST_TMP/said"
    grep '^warning: nftables: ' "$TEST_TMP/said" >"$TEST_TMP/warnings" || fail "nothing is said: $(cat "$TEST_TMP/said")"
    assert_contains "$(cat "$TEST_TMP/warnings")" "$1"
    assert_fails host podctl -q verify --strict /etc/podd/pods.d/web.json
    assert_not_contains "$(host podctl verify /etc/podd/pods.d/alone.json)" nftables
}
# follow: does what verify says.
follow() {
    local command
    grep -o "'[^']*'" "$TEST_TMP/warnings" | tr -d "'" >"$TEST_TMP/commands"
    while read -r command <&3; do host_sh "$command" >/dev/null; done 3<"$TEST_TMP/commands"
}
nothing_found() { assert_not_contains "$(host podctl -q verify --strict /etc/podd/pods.d/web.json)" 'warning: nftables'; }
# rules: stdin becomes the rules of somebody.
rules() { host_file /run/rules.nft && host nft -f /run/rules.nft; }
gone() { host nft delete table "$@"; }

say "without rules of others all flows, and there is nothing to say"
host systemctl start pod-web@a
flows
nothing_found
assert_contains "$(host setpriv --reuid=nobody --clear-groups podctl verify /etc/podd/pods.d/web.json)" \
    'note: nftables: the rules of this host were not looked at: only root may'

say "a user's own rule set"
rules <<'RULES'
table inet filter {
	chain input { type filter hook input priority filter; policy drop; ct state established,related accept; iif lo accept; tcp dport 22 accept; }
	chain forward { type filter hook forward priority filter; policy drop; ct state vmap { established : accept, related : accept, invalid : drop }; }
	chain output { type filter hook output priority filter; policy accept; }
}
RULES
assert_fails outward
assert_fails inward
found 'table inet filter, chain forward drops what pods send to other networks, and what others send to ports of pods: '
assert_contains "$(cat "$TEST_TMP/said")" 'note: nftables: table inet filter, chain input drops what pods ask of the host'
follow
flows
nothing_found
gone inet filter

say "one way alone, by rules of its own"
rules <<'RULES'
table ip lan {
	chain fw { type filter hook forward priority -10; jump guests; }
	chain guests { ip saddr 10.80.0.0/16 ct state new reject; }
}
RULES
assert_fails outward
flows_in() { wait_until 10 inward; }
flows_in
found 'table ip lan, chain fw drops what pods send to other networks: '
follow
flows
nothing_found
gone ip lan

say "as firewalld's: zones, and what is translated may pass"
rules <<'RULES'
table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		jump filter_FORWARD_ZONES
		ct state { invalid } drop
		reject with icmpx admin-prohibited
	}
	chain filter_FORWARD_ZONES { iifname "world0" goto filter_FWD_public; goto filter_FWD_public; }
	chain filter_FWD_public { meta l4proto { 1, 58 } accept; reject with icmpx admin-prohibited; }
}
RULES
assert_fails outward
flows_in
found "table inet firewalld, chain filter_FORWARD drops what pods send to other networks: it is that of firewalld; run 'firewall-cmd --permanent"
gone inet firewalld

say "as ufw's and Docker's: the policy of FORWARD is drop"
rules <<'RULES'
table ip filter {
	chain FORWARD { type filter hook forward priority filter; policy drop; counter jump ufw-before-forward; counter jump ufw-user-forward; }
	chain ufw-before-forward { ct state related,established counter accept; ip protocol icmp counter accept; }
	chain ufw-user-forward { }
}
RULES
assert_fails outward
assert_fails inward
found "table ip filter, chain FORWARD drops what pods send to other networks, and what others send to ports of pods: it is that of ufw; run 'ufw route"
gone ip filter
rules <<'RULES'
table ip filter {
	chain DOCKER { }
	chain DOCKER-USER { counter return; }
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		counter jump DOCKER-USER
		oifname "docker0" ct state established,related counter accept
		oifname "docker0" counter jump DOCKER
		iifname "docker0" oifname != "docker0" counter accept
	}
}
RULES
assert_fails outward
assert_fails inward
found "it is that of Docker; run 'iptables -I DOCKER-USER -i podd-+ -j ACCEPT' and 'iptables -I DOCKER-USER -o podd-+ -j ACCEPT'"
gone ip filter

say "Docker's by iptables itself"
host_sh 'iptables -P FORWARD DROP; iptables -N DOCKER-USER; iptables -A DOCKER-USER -j RETURN; iptables -A FORWARD -j DOCKER-USER
    iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT'
assert_fails outward
assert_fails inward
found 'that of Docker'
follow
flows
nothing_found
gone ip filter

say "ufw itself"
host_sh 'ufw --force enable >/dev/null'
assert_fails outward
assert_fails inward
found 'that of ufw'
follow
flows
nothing_found
host_sh 'ufw --force reset >/dev/null; nft flush ruleset'
host systemctl restart pod-web@a pod-web

say "firewalld itself, where the world is in a zone of its own"
host_sh 'systemctl start firewalld; firewall-cmd -q --permanent --zone=external --add-interface=world0; firewall-cmd -q --reload'
assert_fails outward
wait_until 10 inward
found 'that of firewalld'
follow
flows
nothing_found
host_sh 'firewall-cmd -q --permanent --zone=trusted --remove-interface=podd-+; firewall-cmd -q --permanent --zone=external --remove-interface=world0'
host systemctl stop firewalld
