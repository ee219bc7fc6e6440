# SPDX-License-Identifier: LGPL-2.1-or-later
# The network "default": out to the world and its names, in by ports alone, nothing between pods, nothing left behind.
# hosts: bookworm trixie
# timeout: 300
import_image busybox

. "$source_dir/tests/system/network/world.sh"

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
assert_contains "$(host podctl status one)" "[::1]:8080"
wait_until 20 unit_is podd-loopback@one.service inactive
assert_eq "this is one" "$(patience=20 fetch host http://127.0.0.1:8080/)" "after the proxy has ended"
assert_fails fetch world "http://[2001:db8::1]:8081/"
assert_fails fetch two http://10.80.0.1:8081/
world ip route add 10.80.0.0/16 via 192.0.2.1
assert_fails fetch world "http://$one/"

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
says_why() { journal pod-three | grep -F 'pod "three": a socket of it has failed: is its port taken by another program'; }
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
no_proxy() { [ -z "$(host systemctl list-units --all --plain --no-legend 'podd-loopback@*')" ]; }
wait_until 10 no_proxy
assert_eq "" "$(network_state)"
