# SPDX-License-Identifier: LGPL-2.1-or-later
# Names: of pods on the host and in pods that reach each other, and all others by the host's servers, whatever becomes of
# podd-resolve.service, of pods and of the host's resolv.conf.
# The world is a network namespace with a link to the host, where servers of names are.
# hosts: bookworm trixie
# full
# timeout: 300
import_image busybox

# dns.pl ADDRESS IPV4: at port 53 of ADDRESS, that every name has that IPv4 address, by datagrams and streams. "many.*" has 60 and
# does not go into a datagram, "none.*" is not there, "slow.*" takes two seconds; for "forged.*" come false ones first. What was
# asked is in /run/dns.ADDRESS.log.
host_file /run/dns.pl <<'EOF'
use strict; use Socket qw(:all); $| = 1;
my ($at, $ip) = @ARGV;
my $address = pack_sockaddr_in(53, inet_aton($at));
socket(my $udp, AF_INET, SOCK_DGRAM, 0); setsockopt($udp, SOL_SOCKET, SO_REUSEADDR, 1); bind($udp, $address) or die $!;
socket(my $tcp, AF_INET, SOCK_STREAM, 0); setsockopt($tcp, SOL_SOCKET, SO_REUSEADDR, 1); bind($tcp, $address) or die $!; listen($tcp, 99);
setsockopt($udp, SOL_SOCKET, SO_RCVBUF, 1 << 20);
socket(my $other, AF_INET, SOCK_DGRAM, 0); bind($other, pack_sockaddr_in(5353, inet_aton($at)));
open(my $log, '>', "/run/dns.$at.log"); select((select($log), $| = 1)[0]);
sub answer {
    my ($query, $stream, $ip, $id) = @_;
    my ($name, $type) = substr($query, 12) =~ /^(.*?\0)(..)/s or return;
    my $text = join('.', unpack('(C/a)*', $name)); $text =~ s/\.$//;
    print $log "$text " . unpack('n', $type) . ($stream ? " stream\n" : "\n") unless defined $id;
    my $count = $type ne "\0\1" || $text =~ /^none/ ? 0 : $text =~ /^many/ ? 60 : 1;
    my $cut = !$stream && $count > 1;
    $count = 0 if $cut;
    sleep 2 if $text =~ /^slow/;
    return ($id // substr($query, 0, 2)) . pack('CCnnnn', $cut ? 0x87 : 0x85, $text =~ /^none/ ? 0x83 : 0x80, 1, $count, 0, 0) . $name . $type . "\0\1" .
        ("\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4" . inet_aton($ip)) x $count;
}
while (1) {
    my $in = ''; vec($in, fileno($_), 1) = 1 for ($udp, $tcp);
    select($in, undef, undef, undef);
    if (vec($in, fileno($udp), 1) and my $from = recv($udp, my $query, 4096, 0)) {
        if ($query =~ /\x06forged/) {
            send($udp, answer($query, 0, "203.0.113.66", pack('n', unpack('n', $query) ^ 1)), 0, $from);
            (my $another = $query) =~ s/\x06forged/\x06forget/;
            send($udp, answer($another, 0, "203.0.113.66", substr($query, 0, 2)), 0, $from);
            send($other, answer($query, 0, "203.0.113.66", substr($query, 0, 2)), 0, $from);
        }
        send($udp, answer($query, 0, $ip), 0, $from);
    }
    if (vec($in, fileno($tcp), 1) and accept(my $client, $tcp)) {
        sysread($client, my $head, 2); sysread($client, my $query, unpack('n', $head));
        my $said = answer($query, 1, $ip); syswrite($client, pack('n', length $said) . $said);
    }
}
EOF
# ask.pl ADDRESS PORT COUNT NAME...: asks for the IPv4 addresses of COUNT names at once, "%d" in them is a number, each with a
# socket of its own; prints what is answered, one line for each name: code and addresses, or nothing.
host_file /run/ask.pl <<'EOF'
use strict; use Socket qw(:all);
my ($at, $port, $count, @names) = @ARGV;
my $family = $at =~ /:/ ? AF_INET6 : AF_INET;
my $to = $family == AF_INET6 ? pack_sockaddr_in6($port, inet_pton($family, $at)) : pack_sockaddr_in($port, inet_aton($at));
my %open; my %id; my $in = '';
for my $i (1 .. $count) { for my $name (@names) {
    socket(my $s, $family, SOCK_DGRAM, 0); connect($s, $to) or next;
    my $id = int(rand(65536)); $id{fileno($s)} = $id;
    send($s, pack('nnnnnn', $id, 0x100, 1, 0, 0, 0) . join('', map { pack('C/a', $_) } split(/\./, sprintf($name, $i))) . "\0\0\1\0\1", 0);
    $open{fileno($s)} = $s; vec($in, fileno($s), 1) = 1;
} }
my $end = time() + 4;
while (%open and (my $left = $end - time()) > 0) {
    my $ready = $in;
    last if select($ready, undef, undef, $left) <= 0;
    for my $fd (grep { vec($ready, $_, 1) } keys %open) {
        my $s = delete $open{$fd}; vec($in, $fd, 1) = 0;
        next unless defined recv($s, my $said, 65535, 0);
        my ($id, $flags, undef, $answers) = unpack('nnnn', $said);
        print "other id\n" and next if $id != $id{$fd};
        print $flags & 15, map({ ' ' . inet_ntoa(substr($said, -4 * 1 - 16 * $_, 4)) } 0 .. $answers - 1), "\n";
    }
}
EOF
host_sh 'ip netns add world
    ip link add world0 type veth peer name eth0 netns world
    ip addr add 192.0.2.1/24 dev world0; ip link set world0 up
    ip -n world addr add 192.0.2.2/24 dev eth0; ip -n world addr add 192.0.2.3/24 dev eth0
    ip -n world link set lo up; ip -n world link set eth0 up
    for server in 192.0.2.2:198.51.100.9 192.0.2.3:203.0.113.3; do
        systemd-run --quiet --unit=dns-${server%:*} --property=NetworkNamespacePath=/run/netns/world perl /run/dns.pl ${server%:*} ${server#*:}
    done
    cp -a /etc/resolv.conf /run/resolv.conf.saved 2>/dev/null || true; rm -f /etc/resolv.conf; mkdir -p /run/systemd/resolve
    printf "nameserver 127.0.0.53\noptions edns0 trust-ad\n" >/etc/resolv.conf
    printf "nameserver 192.0.2.2\nsearch example.com\n" >/run/systemd/resolve/resolv.conf'
put_back() {
    host_sh 'systemctl stop "dns-*.service" 2>/dev/null || true
        ip netns del world; ip link del world0 2>/dev/null || true
        rm -rf /etc/resolv.conf /run/systemd/resolve /run/dns.* /run/ask.pl /run/pod.resolv.conf /run/systemd/netif
        cp -a /run/resolv.conf.saved /etc/resolv.conf 2>/dev/null || true; rm -f /run/resolv.conf.saved'
    tidy
    host systemctl stop podd-network.socket podd-network.service podd-resolve.socket podd-resolve.service
}
trap put_back EXIT

# pod NAME NETWORK [WORDS]: a web server that says its name, with those words of podd.org/network-access.
pod() {
    local access=''
    [ $# = 2 ] || access=", {\"name\": \"podd.org/network-access\", \"value\": \"$3\"}"
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "annotations": [{"name": "podd.org/network", "value": "$2"}$access],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir /www; echo this is \$(hostname) >/www/index.html; exec httpd -f -p 80 -h /www"],
                   "user": "0", "group": "0"}},
          {"name": "b", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
    host systemctl start "pod-$1@a" "pod-$1@b"
}
in_pod() { host podctl exec "$1/a" -- "${@:2}"; }
address() { in_pod "$1" ip -o "-$2" addr show dev eth0 | sed -n 's,.* inet6\? \([^/ ]*\).*,\1,p'; }
# pod_net NAME COMMAND...: a program of the host's in the pod's network.
pod_net() { host nsenter "--net=/proc/$(property "pod-$1@a" MainPID)/ns/net" "${@:2}"; }
# library NAME ARGUMENT...: getent of the C library, as an app of the pod would have it; nothing where nothing is known.
library() {
    in_pod "$1" cat /etc/resolv.conf | host_file /run/pod.resolv.conf
    pod_net "$1" unshare --mount sh -c 'mount --bind /run/pod.resolv.conf /etc/resolv.conf && exec getent -s hosts:dns "$@"' sh "${@:2}" || true
}
# ask NAME COUNT QUESTION: what the pod is answered, by its server's IPv4 address.
ask() { pod_net "$1" perl /run/ask.pl 10.80.0.1 53 "${@:2}"; }
asked() { host cat "/run/dns.$1.log"; }

say "on the host, by nss-mymachines"
assert_matches "$(host grep ^hosts: /etc/nsswitch.conf)" mymachines
pod web default pods
web=$(address web 4) web6=$(address web 6)
wait_until 10 host curl --silent "http://$web/"
assert_matches "$(host getent hosts web)" "(^| )($web|$web6) "
assert_contains "$(host getent ahostsv4 web)" "$web"
assert_contains "$(host getent ahostsv6 web)" "$web6"
assert_eq "this is web" "$(host curl --silent http://web/)"

say "in pods that reach each other, by both families, with and without the domain; and back"
pod db default pods
db=$(address db 4) db6=$(address db 6)
assert_eq $'nameserver 10.80.0.1\nsearch pod.internal example.com' "$(in_pod web cat /etc/resolv.conf)"
wait_until 10 host curl --silent "http://$db/"
for name in db db.pod.internal DB.Pod.Internal.; do
    assert_matches "$(library web ahostsv4 $name)" "^$db +STREAM" $name
    assert_matches "$(library web ahostsv6 $name)" "^$db6 +STREAM" $name
done
assert_eq "this is db" "$(in_pod web wget -q -O - http://db/)"
assert_eq "this is db" "$(in_pod web wget -q -O - http://db.pod.internal/)"
assert_contains "$(in_pod web nslookup db.pod.internal 2>&1)" "$db6"
assert_matches "$(library web ahostsv4 web.pod.internal)" "^$web " "itself"
assert_contains "$(in_pod web cat /etc/hosts)" '127.0.0.1 localhost web'
for known in "$db" "$db6"; do assert_matches "$(library web hosts "$known")" 'db\.pod\.internal$'; done
prefix=${db6%%::*}
assert_eq "0 $db" "$(pod_net web perl /run/ask.pl "$prefix::1" 53 1 db.pod.internal)" "by the server's IPv6 address"
assert_not_contains "$(asked 192.0.2.2)" pod.internal

say "closed to each other: no name either; what is closed to the world has names of pods alone"
pod alone default
pod shut default-restricted pods
assert_eq "" "$(library alone ahosts web.pod.internal.)"
assert_eq "3" "$(ask alone 1 web.pod.internal)"
assert_eq "3" "$(ask web 1 alone.pod.internal)"
assert_contains "$(library alone ahostsv4 alone)" "$(address alone 4)"
assert_matches "$(library shut ahostsv4 db)" "^$db "
assert_eq "5" "$(ask shut 1 shut-out.example.org)"
assert_not_contains "$(asked 192.0.2.2)" shut-out

say "apps of one pod share localhost"
assert_eq "this is web" "$(host podctl exec web/b -- wget -q -O - http://localhost/)"

say "other names: by the servers behind resolved's stub; by streams where they are long; no forged ones"
assert_matches "$(library web ahostsv4 www.example.org)" '^198\.51\.100\.9 '
assert_matches "$(library web ahostsv4 www)" '^198\.51\.100\.9 ' "in the host's search domain"
assert_contains "$(asked 192.0.2.2)" "www.example.com 1"
assert_eq "3" "$(ask web 1 none.example.org)"
assert_eq 60 "$(library web ahostsv4 many.example.org | grep -c STREAM)"
assert_contains "$(asked 192.0.2.2)" "many.example.org 1 stream"
assert_eq "0 198.51.100.9" "$(ask web 1 forged.example.org)"
assert_eq "0 198.51.100.9" "$(ask web 1 slow.example.org)"

say "300 at once"
assert_eq "300 0 198.51.100.9" "$(ask web 300 'n%d.example.org' | sort | uniq -c | sed 's/^ *//')"
assert_eq "300 0 $db" "$(ask web 300 db.pod.internal | sort | uniq -c | sed 's/^ *//')"

say "nobody but pods is answered, with and without the rules"
for rules in there flushed; do
    [ $rules = there ] || host nft flush ruleset
    for port in 53 7653; do
        assert_eq "" "$(host ip netns exec world perl /run/ask.pl 192.0.2.1 $port 1 db.pod.internal)" "the world, rules $rules"
    done
    assert_eq "" "$(host perl /run/ask.pl 10.80.0.1 7653 1 db.pod.internal)" "the host, rules $rules"
done
pod alone default
host systemctl restart pod-alone
wait_until 10 unit_is pod-alone@a active
assert_eq "0 $db" "$(ask web 1 db)"

say "garbage is answered with an error at most"
host_file /run/dns.garbage.pl <<'EOF'
use strict; use Socket;
socket(my $s, AF_INET, SOCK_DGRAM, 0); connect($s, pack_sockaddr_in(53, inet_aton("10.80.0.1")));
srand(1); send($s, join('', map { chr(int(rand(256))) } 1 .. int(rand(600))), 0) for 1 .. 300;
send($s, "\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1", 0) for 1 .. 10;
socket($s, AF_INET, SOCK_STREAM, 0); connect($s, pack_sockaddr_in(53, inet_aton("10.80.0.1"))); syswrite($s, "\xff\xff" . "x" x 5000);
EOF
pod_net web perl /run/dns.garbage.pl || true
main=$(property podd-resolve.service MainPID)
assert_eq "0 $db" "$(ask web 1 db)"
assert_eq "$main" "$(property podd-resolve.service MainPID)" "the same process"

say "it has no rights, and is there again when it was killed or ended"
assert_eq podd-resolve "$(host ps -o user:20= -p "$main" | xargs)"
assert_eq "" "$(host grep -E '^Cap(Prm|Eff|Bnd|Amb)' "/proc/$main/status" | grep -v ':.0\{16\}$')"
answered() { [ "$(ask web 1 db)" = "0 $db" ]; }
for how in 'kill --signal=KILL' stop; do
    host systemctl $how podd-resolve.service
    wait_until 30 answered  # a busy machine takes longer to start it than the question waits
    assert_eq "0 198.51.100.9" "$(ask web 1 www.example.org)" "after $how"
done

say "a pod that has ended, or was killed, has no name any more; one that starts again has"
host systemctl stop pod-db
assert_eq "3" "$(ask web 1 db.pod.internal)"
pod db default pods
assert_eq "0 $db" "$(ask web 1 db.pod.internal)"
host_sh 'systemctl kill --kill-whom=main --signal=KILL pod-db'
wait_until 10 host_sh '! systemctl is-active --quiet pod-db'
assert_eq "3" "$(ask web 1 db.pod.internal)"

say "the host's resolv.conf as it is now, also with a server at loopback, which may listen everywhere"
host_sh 'printf "nameserver 192.0.2.3\n" >/etc/resolv.conf'
assert_eq "0 203.0.113.3" "$(ask web 1 www.example.org)"
host_sh 'printf "nameserver 192.0.2.77\nnameserver 192.0.2.2\n" >/etc/resolv.conf'
assert_eq "0 198.51.100.9" "$(ask web 1 www.example.org)" "the first one is silent"
host_sh 'rm /run/systemd/resolve/resolv.conf; printf "nameserver 127.0.0.1\n" >/etc/resolv.conf'
assert_eq "2" "$(ask web 1 www.example.org)" "nobody is there"
host systemd-run --quiet --unit=dns-own perl /run/dns.pl 0.0.0.0 192.0.2.99
wait_until 10 host test -e /run/dns.0.0.0.0.log
assert_eq "0 192.0.2.99" "$(ask web 1 www.example.org)"
assert_eq "0 $web" "$(ask web 1 web)"
host_sh ': >/etc/resolv.conf'
assert_eq "2" "$(ask web 1 www.example.org)"
assert_contains "$(journal podd-resolve)" "the host's /etc/resolv.conf names no server"
