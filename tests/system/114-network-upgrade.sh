# SPDX-License-Identifier: LGPL-2.1-or-later
# The package is installed again while a pod with a network runs: pod, ports and names stay, what is connected stays connected,
# and what starts afterwards finds them.
# hosts: bookworm trixie
# full
# timeout: 300
import_image busybox
. "$source_dir/tests/system/network/world.sh"
finish() { host_sh 'systemctl stop holder 2>/dev/null || true; rm -f /run/held'; put_back; }
trap finish EXIT

pod one ', "ports": [{"name": "http", "hostPort": 8080}, {"name": "raw", "hostPort": 8081, "podPort": {"name": "raw", "protocol": "tcp", "port": 81}}]' default pods
pod two '' default pods
# names FROM: what the host and a pod find of "one".
look_up() { host getent ahostsv4 one | awk 'NR == 1 { print $1 }'; in_pod two nslookup one.pod.internal 2>/dev/null | grep -o "$one" | sort -u; }
all_well() {
    local at
    for at in http://192.0.2.1:8080/ 'http://[2001:db8::1]:8080/'; do assert_eq "this is one" "$(fetch world "$at")" "$1: $at"; done
    for at in http://127.0.0.1:8080/ 'http://[::1]:8080/' http://one/; do assert_eq "this is one" "$(fetch host "$at")" "$1: $at"; done
    assert_eq "this is one" "$(fetch two http://one/)" "$1: from another pod by name"
    assert_eq "you are 192.0.2.1" "$(talk one 192.0.2.2 7)" "$1: out"
    assert_eq "$one"$'\n'"$one" "$(look_up)" "$1: names"
    assert_eq '[["one","ok"],["two","ok"]]' "$(host podctl network list --json=short | jq -c '[.[] | [.pod, if .problems == [] then "ok" else .problems[0] end]]')" "$1"
}
one=$(address one 4)
ready() { [ "$(fetch world http://192.0.2.1:8080/)" = "this is one" ]; }
wait_until 10 ready
patience=20 fetch host http://127.0.0.1:8080/ >/dev/null || true
all_well "before"
# A connection of the world's that goes on meanwhile, and one by the proxy at loopback.
main=$(property pod-one@a MainPID) sandbox=$(property pod-one MainPID)
host_file /run/held <<'END'
use strict; use Socket;
my ($address, $port, $bound) = @ARGV;
socket(my $s, AF_INET, SOCK_STREAM, 0) or die; 
if ($bound) { setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); bind($s, pack_sockaddr_in($port, INADDR_ANY)) or die; listen($s, 9);
    while (accept(my $c, $s)) { next if fork; while (sysread($c, my $text, 99)) { syswrite($c, $text) } exit } }
END
host systemd-run --quiet --unit=holder --property="NetworkNamespacePath=/proc/$main/ns/net" perl /run/held 0 81 1
# hold ENTER ADDRESS NAME: says "NAME n" twice a second on one connection for as long as each comes back.
hold() {
    "$1" bash -c 'exec 3<>"/dev/tcp/$1/8081" || exit 1
        for i in $(seq 2500); do echo "$2 $i" >&3; read -r -t 5 said <&3 && [ "$said" = "$2 $i" ] || exit 1; [ ! -e /run/held.end ] || exit 0; sleep 0.1; done; exit 2' bash "$2" "$3"
}
echoes() { host timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/8081" && echo hello >&3 && read -r said <&3 && [ "$said" = hello ]' bash 127.0.0.1; }
wait_until 20 echoes
hold world 192.0.2.1 far & far=$!
hold host 127.0.0.1 near & near=$!

say "installed again"
before=$(host podctl --version 2>&1 | head -n 1)
"$TESTHOST" install "$HOST"
assert_eq "$before" "$(host podctl --version 2>&1 | head -n 1)"
assert_eq "$main $sandbox" "$(property pod-one@a MainPID) $(property pod-one MainPID)" "the same processes"
all_well "after"

say "with the service's newest program as well, and for pods that start now"
host systemctl stop podd-network.service podd-resolve.service
pod three '' default pods
wait_until 10 unit_is pod-three@a active
assert_eq "$one" "$(in_pod three nslookup one.pod.internal 2>/dev/null | grep -o "$one" | sort -u)"
host systemctl stop pod-three
all_well "after a start"
host touch /run/held.end
wait $far || fail "the world's connection did not last"
wait $near || fail "the connection at loopback did not last"
host rm /run/held.end
host systemctl stop pod-one pod-two
assert_eq "" "$(network_state)"
