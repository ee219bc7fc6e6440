# SPDX-License-Identifier: LGPL-2.1-or-later
# Who reaches whom, and as whom: mode of the network by family, protocol, direction and the place where one asks.
# The world is another machine: a network namespace with a link to the host.
# hosts: bookworm trixie vm
# full
# timeout: 600
import_image busybox
import_probe
. "$source_dir/tests/system/network/world.sh"
finish() {
    host_sh 'systemctl stop "listen-*.service"; rm -rf /run/listen.pl /run/ask.pl /etc/podd/net.d'
    put_back
    host_sh 'ip link del test-lan 2>/dev/null || true; ip netns del joined 2>/dev/null || true; ip link del joined0 2>/dev/null || true'
}
trap finish EXIT

# listen.pl NAME PORT ADDRESS...: says its name, and who asks. ask.pl: asks at all places of standard input, lines of LABEL PROTOCOL ADDRESS PORT.
host_file /run/listen.pl <<'END'
use strict; use Socket qw(:all);
my ($name, $port, @addresses) = @ARGV;
my %types = (6 => SOCK_STREAM, 17 => SOCK_DGRAM, 132 => SOCK_STREAM);
sub who { my $family = unpack("S", $_[0]); my (undef, $ip) = $family == AF_INET6 ? unpack_sockaddr_in6($_[0]) : unpack_sockaddr_in($_[0]);
    return "$name " . inet_ntop($family, $ip) }
for my $address (@addresses) { for my $protocol (keys %types) {
    my $six = $address =~ /:/;
    socket(my $s, $six ? AF_INET6 : AF_INET, $types{$protocol}, $protocol) or do { next if $protocol == 132; die "$!" };
    setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($s, $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address))) or die "$address $!";
    if ($protocol != 17) { listen($s, 99) or die "$!" }
    next if fork;
    if ($protocol == 17) { while (1) { my $from = recv($s, my $text, 512, 0) or next; send($s, who($from), 0, $from) } }
    while (1) { my $from = accept(my $c, $s) or next; sysread($c, my $text, 512); syswrite($c, who($from)); close($c) }
} }
1 while wait > 0;
END
host_file /run/ask.pl <<'END'
use strict; use Socket qw(:all);
sub ask { my ($protocol, $address, $port) = @_; my $six = $address =~ /:/;
    socket(my $s, $six ? AF_INET6 : AF_INET, $protocol == 17 ? SOCK_DGRAM : SOCK_STREAM, $protocol) or return;
    connect($s, $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address))) or return;
    syswrite($s, "hello"); my $text; return sysread($s, $text, 512) ? $text : undef }
while (<STDIN>) {
    my ($label, @at) = split; next if fork;
    alarm 8; $SIG{ALRM} = sub { syswrite(STDOUT, "$label -\n"); exit }; $SIG{PIPE} = "IGNORE";
    my $text = ask(@at); alarm 0; syswrite(STDOUT, "$label " . ($text // "-") . "\n"); exit;
}
1 while wait > 0;
END
host_file /etc/podd/net.d/10-lan.conflist <<'END'
{"cniVersion": "0.4.0", "name": "lan", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.66.0.0/24"}], [{"subnet": "fd66::/64"}]], "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END

protocols='tcp udp'
if host perl -e 'use Socket; socket(S, AF_INET, SOCK_STREAM, 132) or exit 1'; then protocols+=' sctp'; elif [ "$KIND" = vm ]; then fail "Debian's kernel has SCTP"; else say "this kernel has no SCTP"; fi
declare -A numbers=([tcp]=6 [udp]=17 [sctp]=132) ports=([default]=8101 [restricted]=8102 [bare]=8103 [cni]=8104 [none]=8106 [joined]=8107)
entries() {
    local protocol list=''
    for protocol in tcp udp sctp; do
        list+=", {\"name\": \"$protocol\", \"hostPort\": $1, \"podPort\": {\"name\": \"$protocol\", \"protocol\": \"$protocol\", \"port\": 99}}"
    done
    echo ", \"ports\": [${list#, }]"
}
# Not the address that the world asks from.
world ip -6 addr change fd20:ce::254/128 dev eth0 preferred_lft 0
# The first of each mode is asked and asks, the second one is "another pod".
pod default "$(entries 8101)"
pod other ''
pod restricted "$(entries 8102)" default-restricted
# A network namespace that is there already, with a link of its own to the host: for podd another machine, as the world is.
host_sh 'ip netns add joined
    ip link add joined0 type veth peer name eth0 netns joined
    ip addr add 198.51.100.1/24 dev joined0; ip -6 addr add 2001:db8:1::1/64 dev joined0 nodad; ip link set joined0 up
    ip -n joined addr add 198.51.100.2/24 dev eth0; ip -n joined -6 addr add 2001:db8:1::2/64 dev eth0 nodad
    ip -n joined link set lo up; ip -n joined link set eth0 up
    ip -n joined route add default via 198.51.100.1; ip -n joined -6 route add default via 2001:db8:1::1'
# sleeper NAME NETWORK MEMBERS: a pod without a server of its own: on networks of others port 80 is not for pods.
sleeper() {
    drop_manifest "$1" <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "$2"}]$3,
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "10000"], "user": "0", "group": "0",
   "ports": [{"name": "tcp", "protocol": "tcp", "port": 99}, {"name": "udp", "protocol": "udp", "port": 99}]}}]}
END
    host systemctl start "pod-$1@a"
}
sleeper bare host ''
# Ports that nobody forwards.
for name in none joined; do
    network=none
    [ $name = none ] || network=ns:/run/netns/joined
    sleeper $name $network ", \"ports\": [{\"name\": \"tcp\", \"hostPort\": ${ports[$name]}}, {\"name\": \"udp\", \"hostPort\": ${ports[$name]}}]"
done
pod cni "$(entries 8104)" lan
pod neighbor '' lan

# Addresses, as "NAME/FAMILY"; whom an address is, as seen by a pod of this mode.
declare -A at=([world/4]=192.0.2.2 [world/6]=2001:db8::2 [host/4]=192.0.2.1 [host/6]=2001:db8::1 [metadata/4]=169.254.169.254 [metadata/6]=fd20:ce::254
    [joined/4]=198.51.100.2 [joined/6]=2001:db8:1::2 [link/4]=198.51.100.1 [link/6]=2001:db8:1::1
    [loopback/4]=127.0.0.1 [loopback/6]=::1 [gateway/4]=10.80.0.1 [lan/4]=10.66.0.1 [lan/6]=fd66::1)
for name in default other restricted cni neighbor; do
    for family in 4 6; do
        at[$name/$family]=$(in_pod $name ip -o -$family addr show dev eth0 scope global | sed -n 's,.* inet6\? \([^/ ]*\).*,\1,p')
    done
done
at[gateway/6]=$(host ip -o -6 addr show dev podd-default scope global | sed -n 's,.* inet6 \([^/ ]*\).*,\1,p')
declare -A names
for key in "${!at[@]}"; do names[${at[$key]}]=${key%/*}; done

net_of() {
    case $1 in
        world) echo /run/netns/world ;;
        host) echo /proc/1/ns/net ;;
        *) echo "/proc/$(property "pod-$1@a" MainPID)/ns/net" ;;
    esac
}
# listen NAME PORT ADDRESS...: in the namespace of NAME, until all of its sockets are there.
listen() {
    local name=$1 port=$2 net sockets
    net=$(net_of "$name")
    host systemd-run --quiet --collect --unit="listen-$name" --property="NetworkNamespacePath=$net" perl /run/listen.pl "$@"
    sockets=$((($# - 2) * 2))
    are_there() { [ "$(host nsenter --net="$net" ss -Hltun "sport = :$port" | wc -l)" = $sockets ]; }
    wait_until 20 are_there
}
for name in default other restricted cni neighbor joined; do listen $name 99 "${at[$name/4]}" "${at[$name/6]}"; done
# Not podd's: on a busy machine the kernel takes its time to find its neighbor there.
answers() { [[ $(host perl /run/ask.pl <<<"it 6 $1 99") == "it joined "* ]]; }
for family in 4 6; do wait_until 20 answers "${at[joined/$family]}"; done
listen world 99 192.0.2.2 2001:db8::2 169.254.169.254 fd20:ce::254
listen host 99 192.0.2.1 2001:db8::1 127.0.0.1 ::1
listen bare 8103 192.0.2.1 2001:db8::1 127.0.0.1 ::1
listen none 99 127.0.0.1 ::1
world ip route add 10.80.0.0/16 via 192.0.2.1
world ip route add 10.66.0.0/24 via 192.0.2.1
world ip route add 198.51.100.0/24 via 192.0.2.1
for prefix in "${at[default/6]}/128" fd66::/64 2001:db8:1::/64; do world ip -6 route add "$prefix" via 2001:db8::1; done

# cell MODE FAMILY PROTOCOL SOURCE WHOM ADDRESS PORT EXPECTED: WHOM is who answers, EXPECTED as whom it sees who asks, or "-" for no answer.
cell() {
    local label=$1/IPv$2/$3/$4-asks-$5-at-$8 answer=-
    [[ " $protocols " == *" $3 "* ]] || return 0
    [ "$9" = - ] || answer="$5 $9"
    echo "$4 $label ${numbers[$3]} $6 $7" >>"$TEST_TMP/asked"
    echo "$label $answer" >>"$TEST_TMP/expected"
}
each() { for family in $1; do for protocol in $2; do "${@:3}"; done; done; }
# come MODE OTHER PORT-FROM: world host itself other; then host at its loopback; then at the pod's own address: world host itself other
come() {
    local mode=$1 other=$2 port=${ports[$1]} place
    local -a from=(world host "$mode" "$other") seen=("${@:3}")
    for place in 0 1 2 3; do
        cell "$mode" "$family" "$protocol" "${from[place]}" "$mode" "${at[host/$family]}" "$port" port "${seen[place]}"
        [ -z "${at[$mode/$family]-}" ] || cell "$mode" "$family" "$protocol" "${from[place]}" "$mode" "${at[$mode/$family]}" 99 own-address "${seen[place + 5]}"
    done
    cell "$mode" "$family" "$protocol" host "$mode" "${at[loopback/$family]}" "$port" loopback "${seen[4]}"
}
# go MODE OTHER: world, another pod, host, metadata
go() {
    local mode=$1 other=$2 place
    local -a to=(world "$other" host world) where=(world "$other" host metadata) seen=("${@:3}")
    for place in 0 1 2 3; do
        cell "$mode" "$family" "$protocol" "$mode" "${to[place]}" "${at[${where[place]}/$family]}" 99 "${where[place]}" "${seen[place]}"
    done
}
# between MODE TARGET PORT OWN: a pod of this mode asks one of another, at its port of the host and at its own address.
between() {
    cell "$1" "$family" "$protocol" "$1" "$2" "${at[host/$family]}" "${ports[$2]}" "port-of-$2" "$3"
    [ -z "${at[$2/$family]-}" ] || cell "$1" "$family" "$protocol" "$1" "$2" "${at[$2/$family]}" 99 "address-of-$2" "$4"
}
# within MODE: what listens at the pod's own loopback addresses.
within() { cell "$1" "$family" "$protocol" "$1" "$1" "${at[loopback/$family]}" 99 own-loopback loopback; }

#         family protocols           mode        other     port: world host itself    other    loopback own: world host    itself     other
each      '4 6' 'tcp udp sctp'  come default    other           world host gateway    other    gateway       -     gateway default    -
each      '4 6' 'tcp udp sctp'  come restricted other           world host gateway    other    gateway       -     gateway restricted -
each      '4 6' 'tcp udp sctp'  come bare       other           world host host       -        loopback
each      '4'   'tcp udp sctp'  come cni        neighbor        world host lan        lan      lan           world lan     cni        neighbor
each      '6'   'tcp udp sctp'  come cni        neighbor        world host lan        lan      -             world lan     cni        neighbor
each      '4 6' 'tcp udp sctp'  come none       other           -     -    -          -        -
each      '4 6' 'tcp udp sctp'  come joined     other           -     -    -          -        -             world link    joined     link
#                                    mode       other           world other           host     metadata
each      '4 6' 'tcp udp sctp'  go   default    other           host  -               -        -
each      '4 6' 'tcp udp sctp'  go   restricted other           -     -               -        -
each      '4 6' 'tcp udp sctp'  go   bare       other           host  gateway         host     host
each      '4 6' 'tcp udp sctp'  go   cni        neighbor        host  cni             cni      host
each      '4 6' 'tcp udp sctp'  go   none       other           -     -               -        -
each      '4 6' 'tcp udp sctp'  go   joined     other           joined -              joined   joined
#                                       mode       target       port     own address
each      '4 6' 'tcp udp sctp'  between default    cni          lan      lan
each      '4 6' 'tcp udp sctp'  between restricted cni          -        -
each      '4 6' 'tcp udp sctp'  between restricted default      restricted -
each      '4 6' 'tcp udp sctp'  between restricted joined       -        -
each      '4 6' 'tcp udp sctp'  between cni        default      gateway  -
each      '4 6' 'tcp udp sctp'  between cni        restricted   gateway  -
each      '4 6' 'tcp udp sctp'  between cni        joined       -        link
each      '4 6' 'tcp udp sctp'  between joined     default      joined   -
each      '4 6' 'tcp udp sctp'  between joined     restricted   joined   -
each      '4 6' 'tcp udp sctp'  between joined     cni          joined   joined
each      '4 6' 'tcp udp sctp'  between none       default      -        -
each      '4 6' 'tcp udp sctp'  between none       cni          -        -
each      '4 6' 'tcp udp sctp'  between none       bare         -        -
each      '4 6' 'tcp udp sctp'  between bare       none         -        -
each      '4 6' 'tcp udp sctp'  between cni        none         -        -
# Who listens on "none" is there, and heard by the pod itself alone.
each      '4 6' 'tcp udp sctp'  within none

say "$(wc -l <"$TEST_TMP/asked") cells"
sources='world host default other restricted bare cni neighbor none joined'
ask_from() {
    local net
    net=$(net_of "$1" </dev/null)
    sed -n "s/^$1 //p" "$TEST_TMP/asked" | host nsenter --net="$net" perl /run/ask.pl >"$TEST_TMP/answers.$1"
}
asking=()
for source in $sources; do
    # A virtual machine has room for a few commands at a time.
    if [ "$KIND" = vm ]; then ask_from "$source"; continue; fi
    ask_from "$source" &
    asking+=($!)
done
for one in "${asking[@]}"; do wait "$one"; done
cat "$TEST_TMP"/answers.* >"$TEST_TMP/answers"
while read -r label whom address; do
    [ "$whom" = - ] && echo "$label -" || echo "$label $whom ${names[$address]:-$address}"
done <"$TEST_TMP/answers" | sort >"$TEST_TMP/found"
sort "$TEST_TMP/expected" | diff - "$TEST_TMP/found" >&2 || fail "< what is expected, > what was found"

say "sockets that systemd opens, at an address of the host's of IPv6: there, and nowhere else"
host_sh 'systemctl stop "listen-*.service" "pod-*.service"'
drop_manifest sock <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "web", "hostPort": 8105, "hostIP": "2001:db8::1"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"},
           "app": {"exec": ["/bin/probe", "listen"], "user": "7", "group": "7",
                   "ports": [{"name": "web", "protocol": "tcp", "port": 80, "socketActivated": true}]}}]}
END
host systemctl start pod-sock@a.socket
said() { { "${@:3}" timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/$2" && cat <&3' sh "$1" "$2" 2>/dev/null || true; }; }
assert_eq "" "$(said 192.0.2.1 8105 world)"
assert_eq "" "$(said ::1 8105 host)"
assert_eq inactive "$(property pod-sock ActiveState)"
assert_eq web "$(said 2001:db8::1 8105 world)"
assert_eq web "$(said 2001:db8::1 8105 host)"
assert_eq active "$(property pod-sock ActiveState)"
host systemctl stop pod-sock@a.socket
wait_until 10 unit_is pod-sock inactive
