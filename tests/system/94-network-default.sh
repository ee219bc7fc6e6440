# SPDX-License-Identifier: LGPL-2.1-or-later
# The network "default": out to the world and its names, in by ports alone, nothing between pods, nothing left behind.
# hosts: bookworm trixie
# timeout: 300
import_image busybox

. "$source_dir/tests/system/network/world.sh"
finish() { host_sh 'systemctl stop holder hear-world hear-host hear-mark 2>/dev/null || true; rm -f /run/hear.pl /run/tell.pl /run/heard'; put_back; }
trap finish EXIT

say "a host that does not forward yet: it does with the first pod, says so, and still learns routes from routers"
host sysctl -q net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 net.ipv6.conf.world0.accept_ra=1
forwarding() { host sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv6.conf.world0.accept_ra | xargs; }
assert_eq "0 0 1" "$(forwarding)"
pod one ', "ports": [{"name": "http", "hostPort": 8080}]'
assert_eq "1 1 2" "$(forwarding)"
for parameter in ipv4/ip_forward ipv6/conf/all/forwarding; do
    assert_contains "$(journal podd-network.service)" "\"/proc/sys/net/$parameter\" was 0 and is 1 now: this host forwards packets"
done

say "out: both families, with the host's address; names by the servers behind resolved's stub"
assert_eq "eth0 lo" "$(in_pod one ls /sys/class/net | xargs)"
assert_eq "you are 192.0.2.1" "$(talk one 192.0.2.2 7)"
assert_eq "you are 2001:db8::1" "$(talk one 2001:db8::2 7)"
in_pod one ping -c 1 -W 3 192.0.2.2 >/dev/null
assert_eq $'nameserver 10.80.0.1\nsearch pod.internal example.com' "$(in_pod one cat /etc/resolv.conf)"
assert_contains "$(in_pod one nslookup web.example.org 2>&1)" 198.51.100.9
one=$(address one 4) one6=$(address one 6)
assert_matches "$one" '^10\.80\.'
assert_matches "$one6" '^fd'

say "machined knows the interface and the addresses"
status=$(host machinectl status one)
for known in podd-one "$one" "$one6"; do assert_contains "$status" "$known"; done
assert_contains "$(host_sh 'nsenter --net=/proc/$(machinectl show --value --property=Leader one)/ns/net ip address')" "$one"

say "closed: services of the host, other pods, metadata of clouds; the host itself gets in"
pod two ', "ports": [{"name": "http", "hostPort": 8081, "hostIP": "192.0.2.1"}]'
two=$(address two 4)
assert_eq "this is one" "$(fetch host "http://$one/")"
assert_eq "this is one" "$(fetch host "http://[$one6]/")"
for address in 192.0.2.1 10.80.0.1 2001:db8::1; do
    assert_eq "hello from the host" "$(talk host $address 8099)"
    assert_eq "" "$(talk one $address 8099)" "the host's service at $address"
done
assert_matches "$(talk host 169.254.169.254 7)" '^you are'
assert_eq "" "$(talk one 169.254.169.254 7)" "metadata of a cloud"
assert_eq "this is two" "$(fetch host "http://$two/")"
for address in "$two" "[$(address two 6)]"; do assert_fails fetch one "http://$address/"; done
in_pod one ping -c 1 -W 3 192.0.2.1 >/dev/null
assert_fails in_pod one ping -c 1 -W 1 "$two"

say "another sender's address does not get out"
main=$(property pod-one@a MainPID)
pod_net() { host nsenter --target "$main" --net "$@"; }
before=$(segments)
pod_net curl --silent --max-time 1 --http0.9 --output /dev/null http://192.0.2.2:7/ || true
[ "$(segments)" -gt "$before" ] || fail "nothing is counted"
pod_net ip addr add 10.80.9.9/32 dev eth0
before=$(segments)
assert_fails pod_net curl --silent --max-time 1 --interface 10.80.9.9 http://192.0.2.2:7/
assert_eq "$before" "$(segments)" "another address"
pod_net ip link set eth0 address 02:00:00:00:00:01
assert_fails pod_net curl --silent --max-time 1 http://192.0.2.2:7/
assert_eq "$before" "$(segments)" "another hardware address"
host systemctl restart pod-one@a pod-one
wait_until 10 unit_is pod-one@a active
assert_eq "$one" "$(address one 4)" "the same address again"

say "datagrams from addresses that nobody or another pod has come nowhere, also where all is open"
pod liar '' default 'pods host'
pod mark '' default pods
pod third '' default pods
main=$(property pod-liar@a MainPID)
host_file /run/hear.pl <<'EOF'
use strict; use Socket qw(:all); $| = 1;
socket(my $s, AF_INET6, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_in6(8097, IN6ADDR_ANY)) or die "$!";
while (recv($s, my $text, 512, 0)) { print "$text\n" }
EOF
host_file /run/tell.pl <<'EOF'
use strict; use Socket qw(:all);
my ($text, $from4, $from6) = splice(@ARGV, 0, 3);
while (my ($where, $at) = splice(@ARGV, 0, 2)) {
    my $six = $at =~ /:/; my $from = $six ? $from6 : $from4;
    my $address = sub { $six ? pack_sockaddr_in6($_[1], inet_pton(AF_INET6, $_[0])) : pack_sockaddr_in($_[1], inet_aton($_[0])) };
    socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0) or die;
    bind($s, $address->($from, 0)) or die "$from: $!";
    send($s, "$text to $where by " . ($six ? 6 : 4), 0, $address->($at, 8097)) or die "$at: $!";
}
EOF
for where in world host mark; do
    net=/proc/1/ns/net
    [ $where != world ] || net=/run/netns/world
    [ $where != mark ] || net=/proc/$(property pod-mark@a MainPID)/ns/net
    host systemd-run --quiet --collect --unit="hear-$where" --property="NetworkNamespacePath=$net" --property=StandardOutput=append:/run/heard perl /run/hear.pl
done
liar=$(address liar 4) liar6=$(address liar 6) third=$(address third 4) third6=$(address third 6)
targets="world 192.0.2.2 world 2001:db8::2 host 192.0.2.1 host 2001:db8::1 mark $(address mark 4) mark $(address mark 6)"
# tell WHO ADDRESS4 ADDRESS6: a datagram from there to each of them.
# shellcheck disable=SC2086
tell() { pod_net perl /run/tell.pl "$1" "$2" "$3" $targets; }
nobody=10.80.9.9 nobody6=${liar6%::*}::9:9
pod_net sh -c 'for at in $0 $1; do ip addr add $at/32 dev eth0; done; for at in $2 $3; do ip addr add $at/128 dev eth0 nodad; done' $nobody "$third" "$nobody6" "$third6"
# heard WHO...: six of each have come, and no others.
heard() { host_sh 'sort /run/heard; : >/run/heard' >"$TEST_TMP/heard"; for who; do for where in host mark world; do printf '%s\n' "$who to $where by "{4,6}; done; done | diff - "$TEST_TMP/heard"; }
has_come() { [ "$(host grep -c "^$1 " /run/heard)" = 6 ]; }
tells_itself() { tell itself "$liar" "$liar6" && has_come itself; }
wait_until 10 tells_itself
host_sh ': >/run/heard'
tell nobody $nobody "$nobody6"
tell third "$third" "$third6"
tell itself "$liar" "$liar6"
wait_until 10 has_come itself
heard itself || fail "not what may come"
# Without the rules, they would.
host nft delete table inet podd
tell nobody $nobody "$nobody6"
tell third "$third" "$third6"
wait_until 10 has_come third
heard nobody third || fail "not what comes without rules"
host_sh 'systemctl stop hear-world hear-host hear-mark pod-liar pod-mark pod-third'
host systemctl restart podd-network.service

say "in: ports, from everywhere"
ready() { [ "$(fetch host "http://$one/")" = "this is one" ]; }
wait_until 10 ready
for from in world host one two; do
    assert_eq "this is one" "$(fetch $from http://192.0.2.1:8080/)" "from $from"
    assert_eq "this is one" "$(fetch $from "http://[2001:db8::1]:8080/")" "from $from by IPv6"
    assert_eq "this is two" "$(fetch $from http://192.0.2.1:8081/)" "from $from"
done
assert_eq inactive "$(property podd-loopback@one.service ActiveState)"
# The first one waits for the proxy's start.
for address in 127.0.0.1 "[::1]" localhost; do assert_eq "this is one" "$(patience=20 fetch host "http://$address:8080/")" "$address"; done
assert_fails fetch host http://127.0.0.1:8081/
holder=$(host ps -o user=,comm= --ppid "$(property podd-loopback@one.service MainPID)")
assert_matches "$holder" 'systemd-socket'
assert_not_contains "$holder" root
assert_eq 0000000000000000 "$(host sed -n 's/^CapEff:\t//p' "/proc/$(property podd-loopback@one.service MainPID)/status")"
assert_contains "$(host podctl status one)" "[::]%lo:8080"
# One for both families and all such addresses, and a program that wants the port later is told.
assert_eq 1 "$(host ss -Hltn 'sport = :8080' | wc -l)"
assert_eq "this is one" "$(fetch host http://127.0.0.2:8080/)"
assert_fails host systemd-socket-activate -l 192.0.2.1:8080 /bin/true
assert_contains "$output" "Address already in use"
for whom in main all; do
    host systemd-run --quiet --unit=holder --property=Type=exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; sleep 100'
    wait_until 10 unit_is podd-loopback@one.service active
    proxy=$(property podd-loopback@one.service MainPID)
    host systemctl kill --kill-whom=$whom --signal=KILL podd-loopback@one.service
    assert_eq "this is one" "$(host curl --silent --max-time 20 http://127.0.0.1:8080/)" "after its proxy was killed ($whom)"
    [ "$(property podd-loopback@one.service MainPID)" != "$proxy" ] || fail "its proxy was not killed"
    host systemctl stop holder
done
wait_until 20 unit_is podd-loopback@one.service inactive
assert_eq "this is one" "$(patience=20 fetch host http://127.0.0.1:8080/)" "after the proxy has ended"
assert_fails fetch world "http://[2001:db8::1]:8081/"
assert_fails fetch two http://10.80.0.1:8081/
world ip route add 10.80.0.0/16 via 192.0.2.1
assert_fails fetch world "http://$one/"

say "port 53 at loopback beside systemd-resolved, which has 127.0.0.53"
host_sh 'ss -Hltn "src 127.0.0.53:53" | grep -q . || systemd-run --quiet --unit=holder --property=Type=exec systemd-socket-activate -l 127.0.0.53:53 /bin/true'
wait_until 10 host_sh 'ss -Hltn "src 127.0.0.53:53" | grep -q .'
pod names ', "ports": [{"name": "http", "hostPort": 53}]'
for address in 127.0.0.1 "[::1]"; do assert_eq "this is names" "$(patience=20 fetch host "http://$address:53/")" "$address"; done
host systemctl stop pod-names
host_sh 'systemctl stop holder 2>/dev/null || true'

say "a port that is taken: the pod does not start, and says whose it is"
drop_manifest three <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "http", "hostPort": 8080, "hostIP": "192.0.2.1", "podPort": {"name": "http", "protocol": "tcp", "port": 80}}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
assert_fails host systemctl start pod-three
assert_contains "$(journal pod-three)" 'network "default": host port 8080/tcp is taken by pod "one"'
assert_eq "" "$(network_state | grep three || true)"

say "the same at all addresses, where it is systemd that cannot open it: podctl and the status of the pod name pod and port"
host_sh 'sed -i "s/, \"hostIP\": \"192.0.2.1\"//" /etc/podd/pods.d/three.json; systemctl daemon-reload; systemctl reset-failed'
assert_fails host systemctl start pod-three
status_names() { host_sh 'systemctl status --no-pager --full pod-three 2>&1 || true' | grep -F 'pod "three": host port 8080/tcp is taken by pod "one"'; }
wait_until 10 status_names
assert_fails host podctl start three
assert_contains "$output" 'host port 8080/tcp is taken by pod "one"'
host cp /etc/podd/pods.d/three.json /run/four.json
assert_fails host podctl start /run/four.json
host rm /run/four.json
assert_contains "$output" 'pod "four": host port 8080/tcp is taken by pod "one"'
assert_eq "" "$(network_state | grep -e three -e four || true)"

say "a loopback port that a program of the host has: the same, and status says which socket it is"
host systemd-run --quiet --unit=squatter --property=Type=exec systemd-socket-activate -l 127.0.0.1:8084 /bin/true
wait_until 10 host_sh 'ss -Hltn "sport = :8084" | grep -q .'
host_sh 'sed -i "s/\"hostPort\": 8080/\"hostPort\": 8084/" /etc/podd/pods.d/three.json; systemctl daemon-reload; systemctl reset-failed'
assert_fails host podctl start three
assert_contains "$output" "podd-loopback@three.socket does not listen: is its port taken?"
assert_eq "" "$(network_state | grep three || true)"
assert_matches "$(host podctl status three || true)" 'podd-loopback@three.socket +failed'
says_why() { journal pod-three | grep -F 'pod "three": host port 8084/tcp is taken by a program of this host ("systemd-socket-")'; }
wait_until 10 says_why
host systemctl stop squatter
host_sh 'rm /etc/podd/pods.d/three.json; systemctl daemon-reload; systemctl reset-failed'

say "what a rule set of the administrator's takes away comes back with the next start"
host nft flush ruleset
host systemctl restart pod-two
wait_until 10 unit_is pod-two@a active
assert_eq "this is one" "$(fetch world http://192.0.2.1:8080/)"

say "stopped, killed, or with a service that was killed: nothing stays"
host systemctl kill --kill-whom=main --signal=KILL pod-two
wait_until 10 host_sh '! systemctl is-active --quiet pod-two'
host_sh 'systemctl kill --signal=KILL podd-network.service 2>/dev/null || true; systemctl stop pod-one pod-two; systemctl reset-failed'
assert_eq "" "$(network_state)"

say "what is there of a pod whose end nobody noticed goes with the next start"
pod one ', "ports": [{"name": "http", "hostPort": 8080}]'
host_sh 'mkdir -p /run/keep; cp -a /run/podd/network/one.json /run/keep/; systemctl stop pod-one; systemctl stop podd-network.service
    install -o podd-network -g podd-network -m 600 /run/keep/one.json /run/podd/network/one.json; rm -r /run/keep'
pod four ', "ports": [{"name": "http", "hostPort": 8080}]'
wait_until 10 unit_is pod-four@a active
assert_eq four.json "$(host ls /run/podd/network)"
assert_eq "this is four" "$(patience=20 fetch host http://127.0.0.1:8080/)"
host systemctl stop pod-four
no_proxy() { [ -z "$(host systemctl list-units --all --plain --no-legend 'podd-loopback*@*')" ]; }
wait_until 10 no_proxy
assert_eq "" "$(network_state)"
