# SPDX-License-Identifier: LGPL-2.1-or-later
# A network namespace that is there already: the pod shares it, cannot change it, and leaves it behind.
# hosts: bookworm trixie
import_image busybox
host_sh 'ip netns add test-blue; ip -n test-blue link set lo up; ip -n test-blue addr add 10.99.0.1/32 dev lo
    ip -n test-blue link add test-a type veth peer name test-b
    systemd-run --quiet --unit=test-blue --property=NetworkNamespacePath=/run/netns/test-blue --property=Type=exec \
        systemd-socket-activate --accept --inetd -l 8099 /bin/echo hello from blue'
put_back() {
    tidy
    host_sh 'systemctl stop test-blue test-nobody 2>/dev/null || true; ip netns del test-blue; rm -f /run/test-file'
}
trap put_back EXIT

pod() {
    drop_manifest one <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "$1"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/httpd", "-f", "-p", "8098", "-h", "/etc"], "user": "0", "group": "0"}}]}
EOF
}
in_pod() { host podctl exec one/a -- "$@"; }
blue() { host ip netns exec test-blue "$@"; }

say "it shares the namespace, and /sys shows it"
pod ns:/run/netns/test-blue
host systemctl start pod-one@a
main=$(property pod-one@a MainPID)
assert_eq "$(blue readlink /proc/self/ns/net)" "$(host readlink "/proc/$main/ns/net")"
assert_eq "lo test-a test-b" "$(in_pod ls /sys/class/net | xargs)"
assert_eq "hello from blue" "$(in_pod nc -w 3 10.99.0.1 8099 </dev/null)"
assert_eq one "$(blue curl --silent --max-time 3 http://127.0.0.1:8098/hostname)"
assert_contains "$(host podctl status one)" "network of another: /run/netns/test-blue"

say "but may not change it, with all capabilities of its user namespace either"
assert_fails host nsenter --target "$main" --user --net ip link set test-a up
assert_fails host nsenter --target "$main" --user --net ip link del test-a
assert_fails in_pod sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'

say "stopped or killed, it leaves everything as it was"
host systemctl kill --kill-whom=main --signal=KILL pod-one
wait_until 10 host_sh '! systemctl is-active --quiet pod-one'
assert_eq "hello from blue" "$(blue timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8099 && cat <&3')"
assert_eq "lo test-a test-b" "$(blue ls /sys/class/net | xargs)"

say "verify warns of one that is not there yet"
pod ns:/run/no-such
assert_matches "$(host podctl verify /etc/podd/pods.d/one.json)" 'warning: .*/annotations/0: .*found no "/run/no-such"'
pod ns:/run/netns/test-blue
assert_not_contains "$(host podctl verify /etc/podd/pods.d/one.json)" 'found no'

say "what is none, the host's own, or somebody else's is refused"
host_sh ': >/run/test-file
    systemd-run --quiet --unit=test-nobody --uid=65534 unshare --user --net sleep 1000'
nobody=$(property test-nobody MainPID)
of_nobody() { [ "$(host readlink "/proc/$nobody/ns/net")" != "$(host readlink /proc/1/ns/net)" ]; }
wait_until 10 of_nobody
for row in '/run/no-such|found nothing, wanted a network namespace that is there already' '/run/test-file|found something else, wanted a network namespace' '/dev/null|found something else' \
    "/proc/1/ns/net|found the host's own" '/proc/1/ns/mnt|found something else' "/proc/$nobody/ns/net|found a network namespace of uid 65534"; do
    pod "ns:${row%%|*}"
    host systemctl reset-failed pod-one  # of so many failed starts in ten seconds systemd makes no more
    assert_fails host systemctl start pod-one
    assert_contains "$(journal pod-one)" "network \"ns:${row%%|*}\": ${row#*|}"
done
