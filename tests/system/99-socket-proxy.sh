# SPDX-License-Identifier: LGPL-2.1-or-later
# Apps that know nothing of socket activation: a proxy stands before them, the first connection starts the pod, an idle one ends.
# hosts: bookworm trixie
# full
# timeout: 300
import_image busybox

# pod NETWORK MORE-ANNOTATIONS: a web server at port 80 of its own, or of a port that is free on the host's network.
pod() {
    cat <<END
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "annotations": [{"name": "podd.org/network", "value": "$1"}, {"name": "podd.org/wanted-by", "value": "sockets.target"}$2],
 "ports": [{"name": "http", "hostPort": 18080}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "annotations": [{"name": "podd.org/socket-proxy", "value": "true"}],
           "app": {"exec": ["/bin/sh", "-c", "mkdir -p /www; echo this is it >/www/index.html; sleep 1; exec httpd -f -p 18081 -h /www"],
                   "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 18081, "socketActivated": true}]}}]}
END
}
fetch() { host curl --silent --max-time 20 "$1"; }
idle=', {"name": "podd.org/idle-stop-sec", "value": "2"}'

host_sh 'ip netns add test-quiet; ip -n test-quiet link set lo up'
put_back() {
    tidy
    host_sh 'systemctl stop holder 2>/dev/null || true; ip netns del test-quiet'
}
trap put_back EXIT

for network in none default host ns:/run/netns/test-quiet; do
    say "network $network: the first connection starts the pod, and waits until the app listens"
    pod $network "$idle" | drop_manifest quiet
    assert_eq podd-proxy@quiet.socket "$(host_sh 'cd /run/systemd/generator/sockets.target.wants; ls | grep quiet')"
    host systemctl start podd-proxy@quiet.socket
    assert_eq inactive "$(property pod-quiet ActiveState)"
    assert_eq "this is it" "$(fetch http://127.0.0.1:18080/)"
    unit_is pod-quiet active || fail "it is not the pod"
    assert_eq "this is it" "$(fetch "http://[::1]:18080/")"
    main=$(property podd-proxy@quiet MainPID)
    assert_eq 0000000000000000 "$(host sed -n 's/^CapEff:\t//p' "/proc/$main/status")"
    [ "$(host stat --format=%u "/proc/$main")" -ge 61184 ] || fail "the proxy is no dynamic user's"

    say "network $network: idle, it ends; the next connection starts it again"
    wait_until 20 unit_is pod-quiet inactive
    assert_eq active "$(property podd-proxy@quiet.socket ActiveState)"
    assert_eq "this is it" "$(fetch http://127.0.0.1:18080/)"
    host systemctl stop podd-proxy@quiet.socket
    assert_eq inactive "$(property pod-quiet ActiveState)"
    wait_until 10 unit_is podd-proxy@quiet inactive
done

say "without that word it goes on, its proxy does not"
pod none "" | drop_manifest quiet
host systemctl start podd-proxy@quiet.socket
assert_eq "this is it" "$(fetch http://127.0.0.1:18080/)"
wait_until 30 unit_is podd-proxy@quiet inactive
unit_is pod-quiet active || fail "it has ended"
assert_eq "this is it" "$(fetch http://127.0.0.1:18080/)"

say "its proxy is killed while somebody is connected: the pod goes on, the next connection works"
main=$(property pod-quiet@a MainPID)
for whom in main all; do
    host systemd-run --quiet --unit=holder --property=Type=exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/18080; sleep 100'
    wait_until 10 unit_is podd-proxy@quiet active
    proxy=$(property podd-proxy@quiet MainPID)
    host systemctl kill --kill-whom=$whom --signal=KILL podd-proxy@quiet
    assert_eq "this is it" "$(fetch http://127.0.0.1:18080/)" "after $whom was killed"
    [ "$(property podd-proxy@quiet MainPID)" != "$proxy" ] || fail "it was not killed"
    host systemctl stop holder
done
assert_eq "$main" "$(property pod-quiet@a MainPID)"

say "it ends with the app, and the proxy with it, although somebody is connected"
host systemd-run --quiet --unit=holder --property=Type=exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/18080; sleep 100'
is_held() { [ "$(host ss -Htn state established '( sport = :18081 or sport = :18080 )' | wc -l)" -gt 0 ]; }
wait_until 10 is_held
host systemctl kill --kill-whom=main --signal=KILL pod-quiet
wait_until 5 unit_is podd-proxy@quiet inactive
host systemctl stop holder
assert_contains "$(host podctl status quiet || true)" "podd-proxy@quiet.socket"
host systemctl reset-failed
assert_contains "$(host podctl start quiet && host podctl stop quiet 2>&1)" "hint: podd-proxy@quiet.socket still listens"
host systemctl stop podd-proxy@quiet.socket
host_sh 'rm /etc/podd/pods.d/quiet.json; systemctl daemon-reload'

say "a transient pod that is idle ends, and its socket with it"
pod none "$idle" | host_file /root/quiet.json
host podctl start /root/quiet.json
assert_eq "this is it" "$(fetch http://127.0.0.1:18080/)"
gone() { [ -z "$(host systemctl list-units --all --plain --no-legend 'pod-quiet*' 'podd-proxy@quiet*')" ]; }
wait_until 20 gone
host rm /root/quiet.json
