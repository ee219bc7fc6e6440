# SPDX-License-Identifier: LGPL-2.1-or-later
# What a pod on a network with a link reaches: each word of podd.org/network-access opens one thing, in both families,
# and the restricted network has no way out.
# hosts: bookworm trixie
# timeout: 200
# full
import_image busybox
. "$source_dir/tests/system/network/world.sh"

finish() { host_sh 'ip addr del 169.254.42.42/32 dev lo; nft delete table ip others' || true; put_back; }
trap finish EXIT
# An agent on the host itself at one of the clouds' addresses, as some have; and translations that lead elsewhere.
host_sh 'ip addr add 169.254.42.42/32 dev lo
    nft -f - <<EOF
table ip others {
    chain first {
        type nat hook prerouting priority -150
        ip daddr 169.254.170.2 dnat to 192.0.2.2
        ip daddr 192.0.2.1 tcp dport 7777 dnat to 192.0.2.2:7
    }
}
EOF'
pod closed '' default ''
pod open '' default pods
pod to-host '' default host
pod cloud '' default metadata
pod alone ', "ports": [{"name": "http", "hostPort": 8080}]' default-restricted ''
pod friend '' default-restricted pods
pod all '' default-restricted 'metadata host pods'
for name in closed open to-host cloud alone friend all; do wait_until 10 unit_is "pod-$name@a" active; done
for name in closed open; do
    ready() { [ "$(fetch host "http://$(address $name 4)/")" = "this is $name" ]; }
    wait_until 10 ready
done

# reached FROM: what of all that there is answers.
reached() {
    in_pod "$1" sh -c 'while read -r label address port; do
        [ -z "$(printf "GET / HTTP/1.0\r\n\r\n" | nc -w 2 "$address" "$port" 2>/dev/null)" ] || echo "$label"
    done' <<EOF | xargs
world@4 192.0.2.2 7
world@6 2001:db8::2 7
metadata@4 169.254.169.254 7
metadata@6 fd20:ce::254 7
metadata@translated 169.254.170.2 7
agent 169.254.42.42 8099
host@4 192.0.2.1 8099
host@gateway 10.80.0.1 8099
host@6 2001:db8::1 8099
open@4 ${addresses[open]} $([ "$1" = open ] && echo 1 || echo 80)
open@6 ${addresses[open6]} $([ "$1" = open ] && echo 1 || echo 80)
closed@4 ${addresses[closed]} $([ "$1" = closed ] && echo 1 || echo 80)
closed@6 ${addresses[closed6]} $([ "$1" = closed ] && echo 1 || echo 80)
translated 192.0.2.1 7777
EOF
}
declare -A addresses
for name in closed open; do addresses[$name]=$(address $name 4) addresses[${name}6]=$(address $name 6); done

say "what listens at the host's loopback address alone: a proxy at the end of the links, for those to whom the host is open"
host_file /run/systemd/system/local.socket <<<$'[Socket]\nListenStream=127.0.0.1:8096\nAccept=yes'
host_file /run/systemd/system/local@.service <<<$'[Service]\nExecStart=/bin/echo hello from loopback\nStandardOutput=socket'
# As podd.network(5) has it.
for unit in socket service; do
    sed -n "/^\[${unit^}\]/,/^\`\`\`/{/^\`\`\`/d;p}" "$source_dir/man/podd.network.5.scd" | sed 's/5432/8096/' | host_file "/run/systemd/system/for-pods.$unit"
done
host_sh 'systemctl daemon-reload; systemctl start local.socket for-pods.socket'
# A proxy ends when one side does: whoever asks stays for a moment.
stays() { in_pod "$1" sh -c 'sleep 1 | nc -w 2 "$1" 8096' sh "$2" 2>/dev/null || true; }
assert_eq "hello from loopback" "$(stays to-host 10.80.0.1)"
assert_eq "" "$(stays to-host 127.0.0.1)"
assert_eq "" "$(stays closed 10.80.0.1)"
host_sh 'systemctl stop for-pods.socket for-pods.service local.socket; rm /run/systemd/system/for-pods.* /run/systemd/system/local*; systemctl daemon-reload'

world='world@4 world@6' services='host@4 host@gateway host@6' metadata='metadata@4 metadata@6 metadata@translated'
say "each word opens one thing"
assert_eq "$world translated" "$(reached closed)" "nothing opened"
assert_eq "$world translated" "$(reached open)" "pods, of which there is no other on this network"
assert_eq "$world $services translated" "$(reached to-host)" "host"
assert_eq "$world $metadata agent translated" "$(reached cloud)" "metadata"
say "restricted: no way out"
assert_eq "" "$(reached alone)" "restricted"
assert_eq "open@4 open@6" "$(reached friend)" "restricted, pods"
assert_eq "$metadata agent $services open@4 open@6" "$(reached all)" "restricted, everything opened"
assert_fails in_pod alone ping -c 1 -W 1 192.0.2.2
assert_fails in_pod alone ping -c 1 -W 1 "${addresses[open]}"
assert_fails in_pod alone nslookup web.example.org 192.0.2.2
assert_eq "this is alone" "$(fetch world http://192.0.2.1:8080/)" "a port of a restricted pod"
assert_eq "this is alone" "$(fetch host "http://$(address alone 4)/")" "the host asks a restricted pod"

say "what is opened is shown"
assert_not_contains "$(host podctl status closed)" Weakened
assert_not_contains "$(host podctl status alone)" Weakened
shown=$(host podctl status all)
for text in 'open to other pods that are open as well' 'reaches the services of the host' 'reaches the metadata services of clouds'; do
    assert_contains "$shown" "$text"
done

say "nothing stays, and who has the name next has none of it"
host systemctl stop pod-all pod-to-host
pod to-host '' default ''
wait_until 10 unit_is pod-to-host@a active
assert_eq "$world translated" "$(reached to-host)" "after host was taken away"
host_sh 'systemctl stop "pod-*.service"; systemctl reset-failed'
assert_eq "" "$(network_state)"
