# SPDX-License-Identifier: LGPL-2.1-or-later
# Ports of pods by protocol, family and address; who has them already; and that nothing of a connection outlives its pod.
# hosts: bookworm trixie
# timeout: 120
# full
import_image busybox
. "$source_dir/tests/system/network/world.sh"
finish() { host_sh 'systemctl stop echo monitor listen-many 2>/dev/null || true; systemctl stop squatter 2>/dev/null || true; rm -f /run/echo.pl /run/crowd.pl /run/listen.pl /run/ask.pl /run/monitored'; put_back; }
trap finish EXIT

# port HOSTIP HOSTPORT: an entry of "ports".
port() { echo "{\"name\": \"http\", \"hostPort\": $2, \"hostIP\": \"$1\"}"; }
# cannot_start NAME ENTRY WHY: a pod with that port.
cannot_start() {
    assert_fails pod "$1" ", \"ports\": [$2]"
    # Where a socket of systemd's fails, it comes a moment later.
    says_why() { journal "pod-$1" | grep -F "$2"; }
    wait_until 10 says_why "$1" "$3"
    host systemctl reset-failed
}

# appc-conformance: 15
say "an address of either family, and all of one"
pod four ", \"ports\": [$(port 0.0.0.0 8080), $(port 192.0.2.1 8081)]"
pod six ", \"ports\": [$(port :: 8080), $(port 2001:DB8:0::1 8081), $(port 2001:db8::77 8082)]"
for name in four six; do
    ready() { [ "$(fetch host "http://$(address $name 4)/")" = "this is $name" ]; }
    wait_until 10 ready
done
for at in 8080 8081; do
    for from in world host four six; do
        assert_eq "this is four" "$(fetch $from http://192.0.2.1:$at/)" "from $from at $at"
        assert_eq "this is six" "$(fetch $from "http://[2001:db8::1]:$at/")" "from $from at $at by IPv6"
    done
done
assert_fails fetch world "http://[2001:db8::1]:8082/"

say "a port that another pod has, at one of the same addresses"
cannot_start other "$(port 192.0.2.1 8080)" 'host port 8080/tcp is taken by pod "four"'
cannot_start other "$(port '' 8081)" 'host port 8081/tcp is taken by pod'
cannot_start other "$(port :: 8082)" 'host port 8082/tcp is taken by pod "six"'
pod other ", \"ports\": [$(port 192.0.2.1 8082)]"

say "one table for all; each pod that starts is one transaction, and each that ends"
host systemctl stop pod-other
assert_eq "table inet podd" "$(host_sh 'nft list tables | grep podd')"
host systemd-run --quiet --collect --unit=monitor --property=StandardOutput=append:/run/monitored nft monitor
# transactions MARK: how many there have been since the last time. That of the mark, a table, comes behind them all.
transactions() {
    is_marked() { host nft add table ip "$1" && host nft delete table ip "$1" && host grep -q "table ip $1" /run/monitored; }
    wait_until 10 is_marked "$1"
    host_sh 'sed "/table ip $1/Q" /run/monitored | grep "^# new generation .* (network)$"; : >/run/monitored' "$1" || true
}
transactions begin >/dev/null
pod other ", \"ports\": [$(port 192.0.2.1 8082)]"
started=$(transactions started)
host systemctl stop pod-other
ended=$(transactions ended)
assert_eq 1 "$(grep -c generation <<<"$started")" "a start"
assert_eq 1 "$(grep -c generation <<<"$ended")" "an end"
host systemctl stop monitor
assert_eq "table inet podd" "$(host_sh 'nft list tables | grep podd')"
host systemctl stop pod-four pod-six
assert_eq "" "$(network_state)"

say "a range: the first and the last are reached, and the one behind is not, though somebody listens there"
drop_manifest range <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "web", "hostPort": 8090}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "for port in 8000 8001 8002 8003; do mkdir -p /www/$port; echo this is $port >/www/$port/index.html; httpd -p $port -h /www/$port; done; exec sleep 1000"],
                   "user": "0", "group": "0", "ports": [{"name": "web", "protocol": "tcp", "port": 8000, "count": 3}]}}]}
EOF
host systemctl start pod-range@a
ready() { [ "$(fetch host "http://$(address range 4):8003/")" = "this is 8003" ]; }
wait_until 10 ready
for at in 192.0.2.1 '[2001:db8::1]'; do
    for from in world host range; do
        for port in 0 1 2; do assert_eq "this is 800$port" "$(fetch $from "http://$at:809$port/")" "from $from at $at"; done
        assert_fails fetch $from "http://$at:8093/"
    done
done
for at in 127.0.0.1 '[::1]'; do
    for port in 0 2; do assert_eq "this is 800$port" "$(fetch host "http://$at:809$port/")" "at $at"; done
    assert_fails fetch host "http://$at:8093/"
done
host systemctl stop pod-range

say "UDP and SCTP"
# listen.pl PROTOCOL PORT: says what it hears. ask.pl PROTOCOL ADDRESS PORT [OWN-PORT]: what is said there.
host_file /run/listen.pl <<'EOF'
use strict; use Socket qw(:all);
my $datagrams = $ARGV[0] == 17;
socket(my $s, AF_INET6, $datagrams ? SOCK_DGRAM : SOCK_STREAM, $ARGV[0]) or die "$!";
bind($s, pack_sockaddr_in6($ARGV[1], IN6ADDR_ANY)) or die "$!";
if ($datagrams) { while (my $from = recv($s, my $text, 512, 0)) { send($s, "heard $text", 0, $from) } }
listen($s, 9);
while (accept(my $c, $s)) { sysread($c, my $text, 512); syswrite($c, "heard $text"); close($c) }
EOF
host_file /run/ask.pl <<'EOF'
use strict; use Socket qw(:all);
my ($protocol, $address, $port, $own) = @ARGV;
my $six = $address =~ /:/;
alarm 3;
socket(my $s, $six ? AF_INET6 : AF_INET, $protocol == 17 ? SOCK_DGRAM : SOCK_STREAM, $protocol) or die "$!";
if ($own) { bind($s, pack_sockaddr_in($own, INADDR_ANY)) or die "$!" }
connect($s, $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address))) or die "$!";
syswrite($s, "hello"); defined(sysread($s, my $text, 512)) or die "$!"; print "$text\n";
EOF
entry() { echo "{\"name\": \"$1\", \"hostPort\": 8099, \"podPort\": {\"name\": \"$1\", \"protocol\": \"$1\", \"port\": 99}}"; }
pod many ", \"ports\": [$(entry udp), $(entry sctp)]"
assert_matches "$(host nft list map inet podd port4)" '(sctp|132) . 8099 : 10\.80\.[0-9.]+ . 99'
protocols=17
if host perl -e 'use Socket; socket(S, AF_INET, SOCK_STREAM, 132) or exit 1'; then protocols='17 132'; else
    say "this kernel has no SCTP: verify says so, and the pod starts without"
    assert_contains "$(host podctl verify --strict /etc/podd/pods.d/many.json)" "note: /etc/podd/pods.d/many.json: /ports: those of SCTP are not served at loopback addresses: this kernel has no SCTP"
    assert_eq not-found "$(property podd-loopback-sctp@many.socket LoadState)"
fi
main=$(property pod-many@a MainPID)
for protocol in $protocols; do
    host systemd-run --quiet --collect --unit="listen-$protocol" --property="NetworkNamespacePath=/proc/$main/ns/net" perl /run/listen.pl "$protocol" 99
    for at in 192.0.2.1 2001:db8::1; do
        heard() { [ "$(world perl /run/ask.pl "$protocol" $at 8099)" = "heard hello" ]; }
        wait_until 10 heard
    done
    for at in 127.0.0.1 127.0.0.2 ::1; do
        assert_eq "heard hello" "$(host perl /run/ask.pl "$protocol" $at 8099 2>/dev/null || true)" "protocol $protocol at the host's $at"
    done
    host systemctl stop "listen-$protocol"
done

say "many who ask by UDP at loopback at once: each has his own answers, however long they are, and all are forgotten"
host_file /run/echo.pl <<'EOF'
use strict; use Socket qw(:all);
socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_in(99, INADDR_ANY)) or die "$!";
while (my $from = recv($s, my $text, 65535, 0)) { send($s, $text, 0, $from) }
EOF
host_file /run/crowd.pl <<'EOF'
use strict; use Socket qw(:all);
my @all = map { socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; connect($s, pack_sockaddr_in(8099, inet_aton($_ % 2 ? "127.0.0.1" : "127.0.0.9"))) or die; $s } 1 .. 300;
alarm 20;
for my $round (1 .. 3) {
    for my $i (0 .. $#all) {
        my $said = "$i.$round." . "x" x ($i * 100);
        send($all[$i], $said, 0); recv($all[$i], my $heard, 65535, 0); $heard eq $said or die "$i heard something else";
    }
}
print "all heard\n";
EOF
host systemd-run --quiet --collect --unit=listen-many --property=Type=exec --property="NetworkNamespacePath=/proc/$main/ns/net" perl /run/echo.pl
assert_eq "all heard" "$(host perl /run/crowd.pl)"
relay=$(host pgrep --parent "$(property podd-loopback@many.service MainPID)")
assert_eq 303 "$(host ss --no-header --udp --numeric 'dport = :99' | wc -l)" "those who ask, and the three of before"
assert_eq 0000000000000000 "$(host sed -n 's/^CapEff:\t//p' "/proc/$relay/status")"
host systemctl stop listen-many

say "nobody listens: many datagrams make nothing fail"
relays=$(property podd-loopback@many.service MainPID)
host bash -c 'for i in {1..50}; do echo x >/dev/udp/127.0.0.1/8099; sleep 0.05; done'
assert_eq "$relays" "$(property podd-loopback@many.service MainPID)"
assert_eq active "$(property podd-loopback@many.socket ActiveState)"
host systemctl stop podd-loopback@many.service
host bash -c 'for i in {1..50}; do echo x >/dev/udp/127.0.0.1/8099; sleep 0.05; done'
assert_eq "active active" "$(property podd-loopback@many.socket ActiveState) $(property podd-loopback@many.service ActiveState)"
host systemctl stop pod-many
wait_until 10 unit_is podd-loopback@many.service inactive

say "a port that a program of the host has: at all addresses or at one, as systemd does not find it; it is left alone"
# squat WORDS...: a program that listens so. at PROTOCOL HOSTPORT [HOSTIP [MEMBERS]]: an entry of "ports".
squat() {
    host systemd-run --quiet --collect --unit=squatter --property=Type=exec systemd-socket-activate "$@"
    listens() { host ss --no-header --listening --tcp --udp --numeric | grep -q ":809[0-9] "; }
    wait_until 10 listens
}
at() { echo "{\"name\": \"p\", \"hostPort\": $2, \"hostIP\": \"${3-}\", \"podPort\": {\"name\": \"p\", \"protocol\": \"$1\", \"port\": 80${4-}}}"; }
taken='is taken by a program of this host ("systemd-socket-")'
squat --datagram --listen 8090 /bin/cat
cannot_start other "$(at udp 8090)" "pod \"other\": host port 8090/udp $taken"
cannot_start other "$(at tcp 8089), $(at udp 8090 192.0.2.1)" "host port 8090/udp $taken"
assert_status 1 host podctl verify /etc/podd/pods.d/other.json
assert_contains "$output" "error: /etc/podd/pods.d/other.json: /ports/1/hostPort: host port 8090/udp $taken"
host systemctl stop squatter
assert_status 0 host podctl verify /etc/podd/pods.d/other.json
pod other ", \"ports\": [$(at tcp 8089), $(at udp 8090)]"
host systemctl restart pod-other@a
assert_status 0 host podctl verify /etc/podd/pods.d/other.json
host systemctl stop pod-other
squat --listen 192.0.2.1:8091 --accept --inetd /bin/echo hello
cannot_start other "$(at tcp 8091)" "host port 8091/tcp $taken"
pod other ", \"ports\": [$(at tcp 8091 2001:db8::1)]"
assert_eq hello "$(world timeout 3 bash -c 'exec 3<>/dev/tcp/192.0.2.1/8091; cat <&3')"
host systemctl stop squatter pod-other
squat --datagram --listen 127.0.0.53:8092 /bin/cat
pod other ", \"ports\": [$(at udp 8092)]"
assert_contains "$(host podctl verify /etc/podd/pods.d/other.json 2>&1)" "warning: /etc/podd/pods.d/other.json: /ports/0/hostPort: host port 8092/udp $taken, unless that shares it"
host systemctl stop pod-other
cannot_start other "$(at udp 8092 127.0.0.53)" "host port 8092/udp $taken"
host systemctl stop squatter

say "a port at which systemd listens for a pod, and one that is forwarded to another"
activated=$(at udp 8093 '' ', "socketActivated": true')
pod other ", \"ports\": [$(at udp 8093 192.0.2.1)]"
cannot_start socket "$activated" 'host port 8093/udp is taken by pod "other"'
host_sh 'systemctl stop pod-other "pod-socket@*.socket"; systemctl reset-failed'
pod socket ", \"ports\": [$activated]"
cannot_start other "$(at udp 8093 192.0.2.1)" 'host port 8093/udp is taken by pod "socket"'
host systemctl stop pod-socket
cannot_start other "$(at udp 8093 192.0.2.1)" 'host port 8093/udp is taken by a program of this host ("systemd")'
host systemctl stop 'pod-socket@*.socket'
pod other ", \"ports\": [$(at udp 8093 192.0.2.1)]"
host systemctl stop pod-other

say "transient, at a loopback address of IPv6 alone"
drop_manifest one <<EOF
{"acVersion": "0.8.11", "acKind": "PodManifest", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "http", "hostPort": 8094, "hostIP": "::1"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir /www; echo here >/www/index.html; exec httpd -f -p 80 -h /www"],
                   "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
EOF
host_sh 'mv /etc/podd/pods.d/one.json /root/one.json; systemctl daemon-reload; podctl start /root/one.json; rm /root/one.json'
is_here() { [ "$(host curl --silent --max-time 5 "http://[::1]:8094/")" = here ]; }
wait_until 10 is_here
assert_fails host curl --silent --max-time 5 http://127.0.0.1:8094/
host systemctl stop pod-one

say "what was open to a pod is closed to the next with its address, on a connection that it had as well"
host systemd-run --quiet --collect --unit=echo perl /run/listen.pl 17 8097
pod one '' default host
in_net() { host nsenter --target "$(property pod-one@a MainPID)" --net "$@"; }
before=$(address one 4)
assert_eq "heard hello" "$(in_net perl /run/ask.pl 17 10.80.0.1 8097 5555)"
host systemctl stop pod-one
pod one '' default ''
assert_eq "$before" "$(address one 4)"
assert_fails in_net perl /run/ask.pl 17 10.80.0.1 8097 5555
host systemctl stop pod-one
assert_eq "" "$(network_state)"
wait_until 10 host_sh '[ -z "$(ls /run/podd/network)" ]'
