# SPDX-License-Identifier: LGPL-2.1-or-later
# SCTP at the host's loopback addresses: messages come as they were sent, and what one side does not take the other keeps. It
# wants a kernel that has SCTP.
# hosts: bookworm trixie vm-only
# full
# timeout: 300
import_image busybox
g++ -std=c++20 -O1 -static -o "$TEST_TMP/sctp" "$source_dir/tests/system/network/sctp.cpp"
copy "$TEST_TMP/sctp" /usr/bin/test-sctp
host chmod +x /usr/bin/test-sctp
finish() {
    tidy
    host_sh 'systemctl stop listen-sctp hold-sctp taker 2>/dev/null || true; rm -f /usr/bin/test-sctp; systemctl stop podd-network.socket podd-network.service podd-resolve.socket podd-resolve.service'
}
trap finish EXIT
# web NAME [MEMBER]: a pod with a port of SCTP.
web() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}],
 "ports": [{"name": "s", "hostPort": 8099${2-}}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0", "ports": [{"name": "s", "protocol": "sctp", "port": 99}]}}]}
EOF
}
# listen POD: its app, which no image has.
listen() {
    host systemd-run --quiet --collect --unit=listen-sctp --property=Type=exec --property="NetworkNamespacePath=/proc/$(property "pod-$1@a" MainPID)/ns/net" test-sctp answer 99
}
web web
assert_status 0 host podctl verify --strict /etc/podd/pods.d/web.json
host systemctl start pod-web@a
listen web

say "what is said: on its stream, of its kind, in one piece, by twenty at once, to the end"
# Those who come before the relay is there have the ten streams that the kernel gives.
for streams in 10 40; do
    for address in 127.0.0.1 ::1; do assert_eq "all heard" "$(host timeout 60 test-sctp ask $address 8099 $streams)" "at $address, $streams streams"; done
done
assert_matches "$(host podctl status web)" '127\.0\.0\.1:8099/sctp'
main=$(property podd-loopback-sctp@web.service MainPID)
assert_eq 0000000000000000 "$(host sed -n 's/^CapEff:\t//p' "/proc/$main/status")"

say "who does not read keeps who sends from sending"
sent=$(host timeout 60 test-sctp flood 127.0.0.1 8099)
[ "$sent" -gt 0 ] && [ "$sent" -lt 10000000 ] || fail "$sent bytes were taken"

say "nobody listens: who comes finds it closed"
host systemctl stop listen-sctp
assert_fails host timeout 20 test-sctp ask 127.0.0.1 8099 10

say "nobody is there: its processes end, and come again"
wait_until 40 unit_is podd-loopback-sctp@web.service inactive
assert_eq active "$(property podd-loopback-sctp@web.socket ActiveState)"
listen web
assert_eq "all heard" "$(host timeout 60 test-sctp ask 127.0.0.1 8099 10)"

say "the pod ends while somebody is there: the socket and the process go with it"
host systemd-run --quiet --collect --unit=hold-sctp --property=Type=exec test-sctp hold 127.0.0.1 8099
sleep 1
host systemctl stop pod-web listen-sctp
wait_until 10 unit_is podd-loopback-sctp@web.service inactive
assert_eq inactive "$(property podd-loopback-sctp@web.socket ActiveState)"
assert_fails host timeout 20 test-sctp ask 127.0.0.1 8099 10
host systemctl stop hold-sctp

say "at one loopback address alone, and transient"
web web ', "hostIP": "::1"'
host_sh 'mv /etc/podd/pods.d/web.json /root/web.json; systemctl daemon-reload; podctl start /root/web.json; rm /root/web.json'
wait_until 30 unit_is pod-web@a active
listen web
assert_eq "all heard" "$(host timeout 60 test-sctp ask ::1 8099 10)"
assert_fails host timeout 20 test-sctp ask 127.0.0.1 8099 10
host systemctl stop pod-web listen-sctp
wait_until 10 unit_is podd-loopback-sctp@web.service inactive

say "a program of the host has the port there: the pod does not start, and says whose it is"
host systemd-run --quiet --collect --unit=taker --property=Type=exec test-sctp answer 8099
web web
assert_fails host systemctl start pod-web
says_why() { journal pod-web | grep -F 'host port 8099/sctp is taken by a program of this host ("test-sctp")'; }
wait_until 10 says_why
host_sh 'systemctl stop taker; systemctl reset-failed'
