# SPDX-License-Identifier: LGPL-2.1-or-later
# For tests of pods' networks, which source it: a world, which is a network namespace with a link to the host and no
# route to pods; a service of the host's; and functions to ask from everywhere.

# The world answers at port 7 with the address it sees, and at port 53 that every name is 198.51.100.9.
host_file /run/world.pl <<'EOF'
use strict; use Socket qw(:all);
my ($udp, @all);
for my $at ("192.0.2.2", "169.254.169.254", "2001:db8::2", "fd20:ce::254") {
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
# Also where what follows fails half-way.
host_sh 'cp -a /etc/resolv.conf /run/resolv.conf.saved 2>/dev/null || true'
put_back() {
    tidy
    host_sh 'systemctl stop world greeter 2>/dev/null || true; ip netns del world 2>/dev/null || true; ip link del world0 2>/dev/null || true
        rm -rf /etc/resolv.conf /run/systemd/resolve /run/world.pl; cp -a /run/resolv.conf.saved /etc/resolv.conf 2>/dev/null || true
        systemctl stop podd-network.socket podd-network.service podd-resolve.socket podd-resolve.service'
}
trap put_back EXIT
host_sh 'ip netns add world
    ip link add world0 type veth peer name eth0 netns world
    ip addr add 192.0.2.1/24 dev world0; ip -6 addr add 2001:db8::1/64 dev world0 nodad; ip link set world0 up
    ip -n world addr add 192.0.2.2/24 dev eth0; ip -n world -6 addr add 2001:db8::2/64 dev eth0 nodad
    ip -n world addr add 169.254.169.254/32 dev eth0; ip -n world -6 addr add fd20:ce::254/128 dev eth0 nodad
    ip -n world link set lo up; ip -n world link set eth0 up; ip route add 169.254.169.254/32 dev world0
    ip -6 route add fd20:ce::254/128 via 2001:db8::2 dev world0 onlink
    systemd-run --quiet --unit=world --property=NetworkNamespacePath=/run/netns/world perl /run/world.pl
    systemd-run --quiet --unit=greeter --property=Type=exec systemd-socket-activate --accept --inetd -l 8099 /bin/echo hello from the host
    rm -f /etc/resolv.conf; mkdir -p /run/systemd/resolve
    printf "nameserver 127.0.0.53\noptions edns0 trust-ad\n" >/etc/resolv.conf
    printf "nameserver 192.0.2.2\nsearch example.com\n" >/run/systemd/resolve/resolv.conf'

# pod NAME MEMBERS [NETWORK [ACCESS]]: a web server that says its name, on the network "default".
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "${3:-default}"},
  {"name": "podd.org/network-access", "value": "${4:-}"}]$2,
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
    ls /run/podd/network 2>/dev/null | grep -v "\.ended$" || true'; }
# segments: how many of TCP have come to the world.
segments() { world awk '$1 == "Tcp:" && $11 ~ /[0-9]/ { print $11 }' /proc/net/snmp; }

