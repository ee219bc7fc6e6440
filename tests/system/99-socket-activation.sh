# SPDX-License-Identifier: LGPL-2.1-or-later
# Ports that systemd listens at: the first connection starts the pod, the app has the sockets and no others.
# hosts: bookworm trixie
# full
# timeout: 300
import_probe

# pod NAME NETWORK: an app that says at each of its sockets what that is called. On standard output.
pod() {
    cat <<END
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "annotations": [{"name": "podd.org/network", "value": "$1"}, {"name": "podd.org/wanted-by", "value": "multi-user.target"}],
 "ports": [{"name": "web", "hostPort": 18080}, {"name": "dns", "hostPort": 18053, "hostIP": "127.0.0.1"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "annotations": [{"name": "podd.org/stdio-links", "value": "true"}],
           "app": {"exec": ["/bin/probe", "listen"], "user": "7", "group": "7",
                   "eventHandlers": [{"name": "pre-start", "exec": ["/bin/probe", "fds"]}],
                   "ports": [{"name": "web", "protocol": "tcp", "port": 80, "socketActivated": true},
                             {"name": "dns", "protocol": "udp", "port": 53, "count": 2, "socketActivated": true}]}},
          {"name": "b", "image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/probe", "first"], "user": "0", "group": "0"}}]}
END
}
# ask ADDRESS PORT, ask_udp PORT: what is said there.
ask() { host timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/$2" && cat <&3' sh "$1" "$2"; }
ask_udp() { host timeout 10 bash -c 'exec 3<>"/dev/udp/127.0.0.1/$1" && echo hello >&3 && head -n 1 <&3' sh "$1"; }
main_pid() { property pod-sock@a MainPID; }

say "at boot the socket is started, and nothing else of the pod"
pod none | drop_manifest sock
assert_eq pod-sock@a.socket "$(host_sh 'cd /run/systemd/generator/multi-user.target.wants; ls -d pod-sock*')"
host systemctl start pod-sock@a.socket
assert_eq inactive "$(property pod-sock ActiveState)"

# appc-conformance: 14
say "the first connection starts the whole pod; what is there of descriptors, and who they are for"
assert_eq web "$(ask 127.0.0.1 18080)"
unit_is pod-sock active || fail "the pod does not run"
wait_until 10 unit_is pod-sock@b active
for port in 18053 18054; do assert_eq dns "$(ask_udp $port)"; done
assert_eq web "$(ask ::1 18080)"
said=$(app_says sock a)
assert_matches "$said" 'listen pid ([0-9]+) mine ([0-9]+) fds 3 names web:dns:dns'
assert_eq "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
assert_eq "fd 0 fd 1 fd 2 fd 3 fd 4 fd 5" "$(grep -o '^fd [0-9]*' <<<"${said#*listen}" | xargs)"
assert_eq "fd 0 fd 1 fd 2" "$(grep -o '^fd [0-9]*' <<<"${said%%listen*}" | xargs)" "the handler's"
holders=$(host ss -Hltunp "sport = :18080")
assert_contains "$holders" '"probe"'
assert_not_contains "$holders" drain "the app's helper has its socket"
assert_contains "$(host podctl status sock)" "pod-sock@a.socket"
assert_contains "$(host podctl status sock)" "127.0.0.1:18053/udp"

say "an app that is restarted finds its sockets, and what waits there"
before=$(main_pid)
host systemctl restart pod-sock@a
[ "$(main_pid)" != "$before" ] || fail "the same process"
assert_eq web "$(ask 127.0.0.1 18080)"

say "killed: the next connection starts it again"
host systemctl kill --kill-whom=main --signal=KILL pod-sock@a
wait_until 10 unit_is pod-sock inactive
assert_eq web "$(ask 127.0.0.1 18080)"
host systemctl kill --kill-whom=main --signal=KILL pod-sock
wait_until 10 host_sh '! systemctl is-active --quiet pod-sock && ! systemctl is-active --quiet pod-sock@a'
host systemctl reset-failed
assert_eq web "$(ask 127.0.0.1 18080)"

say "stopped: podctl says that the socket listens; without that nothing is left"
assert_contains "$(host podctl stop sock 2>&1)" "hint: pod-sock@a.socket still listens"
assert_eq dns "$(ask_udp 18054)"
host systemctl stop pod-sock@a.socket
assert_eq inactive "$(property pod-sock ActiveState)"
wait_until 10 host_sh '! machinectl show sock 2>/dev/null'
assert_fails ask 127.0.0.1 18080

say "on other networks as well: the socket is the host's"
for network in default host; do
    pod $network | drop_manifest sock
    host systemctl start pod-sock@a.socket
    assert_eq web "$(ask 127.0.0.1 18080)" "network $network"
    assert_eq dns "$(ask_udp 18053)" "network $network"
    host systemctl stop pod-sock@a.socket
done

say "on the host's network, where no app may open a port below 1024: systemd does, and the app has it"
host_sh 'test -z "$(ss -Hltn "sport = :80")"' || fail "somebody has port 80 of this host"
pod host | sed 's/18080/80/' | drop_manifest sock
assert_not_contains "$(host podctl verify /etc/podd/pods.d/sock.json)" 'port 80'
host systemctl start pod-sock@a.socket
for address in 127.0.0.1 ::1; do assert_eq web "$(ask $address 80)"; done
assert_contains "$(host ss -Hltnp "sport = :80")" '"probe"'
assert_eq "$(host readlink /proc/1/ns/net)" "$(host readlink "/proc/$(main_pid)/ns/net")"
host systemctl stop pod-sock@a.socket
assert_fails ask 127.0.0.1 80
pod host | drop_manifest sock

say "a port that is taken: it does not start at all, and who asks is told"
host systemd-run --quiet --unit=squatter --property=Type=exec systemd-socket-activate -l 18080 /bin/true
wait_until 10 host_sh 'ss -Hltn "sport = :18080" | grep -q .'
assert_fails host podctl start sock
assert_contains "$output" "pod-sock@a.socket does not listen: is its port taken?"
assert_eq inactive "$(property pod-sock ActiveState)"
assert_matches "$(host podctl status sock || true)" 'pod-sock@a.socket +failed'
host systemctl stop squatter
host_sh 'systemctl reset-failed; rm /etc/podd/pods.d/sock.json; systemctl daemon-reload'

say "a transient pod: the sockets go with it"
pod none | host_file /root/sock.json
host podctl start /root/sock.json
assert_eq yes "$(property pod-sock@a.socket Transient)"
assert_eq web "$(ask 127.0.0.1 18080)"
host systemctl restart pod-sock@a
assert_eq dns "$(ask_udp 18054)"
assert_contains "$(app_says sock a)" 'names web:dns:dns'
assert_eq "" "$(host podctl stop sock 2>&1)"
gone() { [ -z "$(host systemctl list-units --all --plain --no-legend 'pod-sock*')" ]; }
wait_until 10 gone
host podctl start /root/sock.json
host systemctl kill --kill-whom=main --signal=KILL pod-sock
wait_until 10 gone
host rm /root/sock.json

say "verify: who else wants the port, and a socket that nobody opens"
pod none | drop_manifest sock
pod none | drop_manifest other
assert_fails host podctl verify
assert_contains "$output" 'other.json: /ports/0/hostPort: host port 18080/tcp is taken by pod "sock"'
host_sh 'sed -i "s/\"hostPort\": 18080/\"hostPort\": 18081/; s/\"web\", \"protocol\"/\"www\", \"protocol\"/" /etc/podd/pods.d/other.json'
assert_fails host podctl verify /etc/podd/pods.d/other.json
assert_contains "$output" '/ports/0/name: found "web", wanted the name of one of the apps'\'' ports'
