# SPDX-License-Identifier: LGPL-2.1-or-later
# The network "default": out to the world and its names, in by ports alone, nothing between pods, nothing left behind.
# The world is a network namespace with a link to the host and no route to pods.
# hosts: bookworm trixie
# timeout: 300
import_image busybox

# The world answers at port 7 with the address it sees, and at port 53 that every name is 198.51.100.9.
host_file /run/world.pl <<'EOF'
use strict; use Socket qw(:all);
my ($udp, @all);
for my $at ("192.0.2.2", "169.254.169.254", "2001:db8::2") {
    my $family = $at =~ /:/ ? AF_INET6 : AF_INET;
    socket(my $s, $family, SOCK_STREAM, 0) or die; setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
    if ($family == AF_INET6) { setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 1); bind($s, pack_sockaddr_in6(7, inet_pton($family, $at))) or die "$at $!" }
    else { bind($s, pack_sockaddr_in(7, inet_aton($at))) or die "$at $!" }
    listen($s, 9); push @all, $s;
}
socket($udp, AF_INET, SOCK_DGRAM, 0); bind($udp, pack_sockaddr_in(53, inet_aton("192.0.2.2"))) or die $!;
while (1) {
    my $in = ''; vec($in, fileno($_), 1) = 1 for (@all, $udp);
    select($in, undef, undef, undef);
    for my $s (@all) {
        next unless vec($in, fileno($s), 1);
        my $peer = accept(my $c, $s) or next;
        my ($family) = unpack("S", $peer);
        my (undef, $from) = $family == AF_INET6 ? unpack_sockaddr_in6($peer) : unpack_sockaddr_in($peer);
        syswrite($c, "you are " . inet_ntop($family, $from) . "\n"); close($c);
    }
    if (vec($in, fileno($udp), 1)) {
        my $from = recv($udp, my $query, 512, 0) or next;
        my ($id, $question) = (substr($query, 0, 2), substr($query, 12));
        my ($name, $rest) = $question =~ /^(.*?\0)(....)/s or next;
        my $is_a = substr($rest, 0, 2) eq "\0\1";
        my $answer = $is_a ? "\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4" . inet_aton("198.51.100.9") : "";
        send($udp, $id . "\x81\x80\0\1" . ($is_a ? "\0\1" : "\0\0") . "\0\0\0\0" . $name . $rest . $answer, 0, $from);
    }
}
EOF
host_sh 'ip netns add world
    ip link add world0 type veth peer name eth0 netns world
    ip addr add 192.0.2.1/24 dev world0; ip -6 addr add 2001:db8::1/64 dev world0 nodad; ip link set world0 up
    ip -n world addr add 192.0.2.2/24 dev eth0; ip -n world -6 addr add 2001:db8::2/64 dev eth0 nodad
    ip -n world addr add 169.254.169.254/32 dev eth0
    ip -n world link set lo up; ip -n world link set eth0 up; ip route add 169.254.169.254/32 dev world0
    systemd-run --quiet --unit=world --property=NetworkNamespacePath=/run/netns/world perl /run/world.pl
    systemd-run --quiet --unit=greeter --property=Type=exec systemd-socket-activate --accept --inetd -l 8099 /bin/echo hello from the host
    cp -a /etc/resolv.conf /run/resolv.conf.saved 2>/dev/null || true
    rm -f /etc/resolv.conf; mkdir -p /run/systemd/resolve
    printf "nameserver 127.0.0.53\noptions edns0 trust-ad\n" >/etc/resolv.conf
    printf "nameserver 192.0.2.2\nsearch example.com\n" >/run/systemd/resolve/resolv.conf'
put_back() {
    host_sh 'systemctl stop world greeter; ip netns del world; ip link del world0 2>/dev/null || true
        rm -rf /etc/resolv.conf /run/systemd/resolve /run/world.pl; cp -a /run/resolv.conf.saved /etc/resolv.conf 2>/dev/null || true
        systemctl stop podd-network.socket podd-network.service'
    tidy
}
trap put_back EXIT

# pod NAME MEMBERS: a web server that says its name, on the network "default".
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}]$2,
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir /www; echo this is \$(hostname) >/www/index.html; exec httpd -f -p 80 -h /www"],
                   "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
EOF
    host systemctl start "pod-$1@a"
}
# in_pod NAME COMMAND...: as a part of the app.
in_pod() { host podctl exec "$1/a" -- "${@:2}"; }
address() { in_pod "$1" ip -o "-$2" addr show dev eth0 | sed -n 's,.* inet6\? \([^/ ]*\).*,\1,p'; }
world() { host ip netns exec world "$@"; }
# fetch FROM URL: what is there, from "host", "world" or a pod.
fetch() {
    case $1 in
        host) host curl --silent --max-time 3 "$2" ;;
        world) world curl --silent --max-time 3 "$2" ;;
        *) in_pod "$1" timeout 5 wget -q -O - "$2" ;;
    esac
}
# talk FROM ADDRESS PORT: what is said there to who says nothing; nothing when nobody answers.
talk() {
    case $1 in
        host) host timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && cat <&3' sh "$2" "$3" 2>/dev/null || true ;;
        *) in_pod "$1" nc -w 2 "$2" "$3" </dev/null 2>/dev/null || true ;;
    esac
}
# everything of podd's that the kernel knows, and its records.
network_state() { host_sh 'ip -o link | grep -o "podd-[^:@]*" || true; ip route | grep "^10\.80\." || true; nft list tables | grep podd || true
    ls /run/podd/network 2>/dev/null || true'; }
# segments: how many of TCP have come to the world.
segments() { world awk '$1 == "Tcp:" && $11 ~ /[0-9]/ { print $11 }' /proc/net/snmp; }

say "out: both families, with the host's address; names by the servers behind resolved's stub"
pod one ', "ports": [{"name": "http", "hostPort": 8080}]'
assert_eq "eth0 lo" "$(in_pod one ls /sys/class/net | xargs)"
assert_eq "you are 192.0.2.1" "$(talk one 192.0.2.2 7)"
assert_eq "you are 2001:db8::1" "$(talk one 2001:db8::2 7)"
in_pod one ping -c 1 -W 3 192.0.2.2 >/dev/null
assert_eq $'nameserver 192.0.2.2\nsearch example.com' "$(in_pod one cat /etc/resolv.conf)"
assert_contains "$(in_pod one nslookup web.example.org 2>&1)" 198.51.100.9
[ "$(host cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || fail "nothing is forwarded"
one=$(address one 4) one6=$(address one 6)
assert_matches "$one" '^10\.80\.'
assert_matches "$one6" '^fd'

say "machined knows the interface and the addresses"
status=$(host machinectl status one)
for known in podd-one "$one" "$one6"; do assert_contains "$status" "$known"; done

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

say "in: ports, from everywhere but loopback"
ready() { [ "$(fetch host "http://$one/")" = "this is one" ]; }
wait_until 10 ready
for from in world host one two; do
    assert_eq "this is one" "$(fetch $from http://192.0.2.1:8080/)" "from $from"
    assert_eq "this is one" "$(fetch $from "http://[2001:db8::1]:8080/")" "from $from by IPv6"
    assert_eq "this is two" "$(fetch $from http://192.0.2.1:8081/)" "from $from"
done
assert_fails fetch host http://127.0.0.1:8080/
assert_fails fetch world "http://[2001:db8::1]:8081/"
assert_fails fetch two http://10.80.0.1:8081/
world ip route add 10.80.0.0/16 via 192.0.2.1
assert_fails fetch world "http://$one/"

say "a port that is taken: the pod does not start, and says whose it is"
drop_manifest three <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "http", "hostPort": 8080, "podPort": {"name": "http", "protocol": "tcp", "port": 80}}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
assert_fails host systemctl start pod-three
assert_contains "$(journal pod-three)" 'network "default": host port 8080/tcp is taken by pod "one"'
assert_eq "" "$(network_state | grep three || true)"

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
host systemctl stop pod-four
assert_eq "" "$(network_state)"
