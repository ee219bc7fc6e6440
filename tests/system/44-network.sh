# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks: "default" is what a pod has whose manifest names none; "none" has nothing but a loopback device of its own; "host" is the host's, with a copy of its resolv.conf.
# hosts: bookworm trixie vm
# timeout: 400
import_image busybox

# What the host listens on: one at its loopback address, one with an abstract name.
host_file /run/systemd/system/greeter.socket <<<$'[Socket]\nListenStream=127.0.0.1:8099\nAccept=yes'
host_file /run/systemd/system/greeter@.service <<<$'[Service]\nExecStart=/bin/echo hello from the host\nStandardOutput=socket'
host_sh 'cp -a /etc/resolv.conf /run/resolv.conf.saved 2>/dev/null || true
    mkdir -p /run/elsewhere && echo "nameserver 192.0.2.53" >/run/elsewhere/resolv.conf
    ln -sfn ../run/elsewhere/resolv.conf /etc/resolv.conf
    systemctl daemon-reload && systemctl start greeter.socket'
put_back() {
    host_sh 'systemctl stop greeter.socket; rm -f /run/systemd/system/greeter*
        rm -rf /etc/resolv.conf /run/elsewhere; cp -a /run/resolv.conf.saved /etc/resolv.conf 2>/dev/null || true'
    tidy
}
trap put_back EXIT

# pod NAME ANNOTATIONS: an app that says what it sees of the network, and then listens at port 8100 itself.
script='echo "links $(ls /sys/class/net | xargs)"; nc -w 5 127.0.0.1 8099 </dev/null || echo "no answer"
    cat /etc/resolv.conf 2>/dev/null || echo "no resolv.conf"
    echo "nameserver 6.6.6.6" >/etc/resolv.conf; echo "then $(cat /etc/resolv.conf)"
    echo end; while :; do echo "hello from the pod" | nc -l -p 8100; done'
pod_image=example.com/busybox
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [$2],
 "apps": [{"name": "a", "image": {"name": "$pod_image"},
           "app": {"exec": ["/bin/sh", "-c", $(json "$script")], "user": "0", "group": "0"}}]}
EOF
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start "pod-$1@a"
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$2" -u "pod-$1@a" | grep -qx end' "$1" "$TEST_BEGIN"
    said=$(app_says "$1" a)
}
pod_answers() { host timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8100 && grep -qx "hello from the pod" <&3'; }

say "nothing said: a link of the pod's own, and the host's server of names"
pod net-default ''
assert_contains "$said" 'links eth0 lo'
assert_contains "$said" 'no answer'
assert_contains "$said" 'nameserver 10.80.0.1'
assert_fails pod_answers
host systemctl stop pod-net-default

say "none: neither side reaches the other, and resolv.conf is the image's own business"
pod net-none '{"name": "podd.org/network", "value": "none"}'
assert_contains "$said" 'links lo'
assert_contains "$said" 'no answer'
assert_contains "$said" 'no resolv.conf'
assert_contains "$said" 'then nameserver 6.6.6.6'
assert_fails pod_answers
host systemctl stop pod-net-none

say "host: the pod reaches what listens on the host, and the host what listens in the pod"
pod net-host '{"name": "podd.org/network", "value": "host"}'
assert_contains "$said" "links $(host ls /sys/class/net | xargs)"
assert_contains "$said" 'hello from the host'
wait_until 10 pod_answers

say "host: a copy of resolv.conf, read through the host's link; what the pod writes there stays in the pod"
assert_contains "$said" 'nameserver 192.0.2.53'
assert_eq 'nameserver 192.0.2.53' "$(host cat /etc/resolv.conf)"

say "host: everything else is the pod's own, and it may not change the network"
main=$(property pod-net-host@a MainPID)
for namespace in pid ipc uts mnt user cgroup; do
    [ "$(host readlink "/proc/$main/ns/$namespace")" != "$(host readlink "/proc/1/ns/$namespace")" ] || fail "the $namespace namespace is the host's"
done
assert_eq "$(host readlink /proc/1/ns/net)" "$(host readlink "/proc/$main/ns/net")"
assert_eq net-host "$(host nsenter --target "$main" --uts hostname)"
# With every capability that the pod's user namespace has to give; this shell is in the host's network already.
assert_contains "$(host nsenter --target "$main" --user cat /proc/self/status)" $'CapEff:\t000001ffffffffff'
assert_fails host nsenter --target "$main" --user ip link set lo mtu 1500
host systemctl stop pod-net-host

say "host: its abstract sockets are reached, and status says so; /sys cannot be written; low ports are systemd's to open"
import_probe
script='probe abstract podd-test-greeter; nc -l -p 900 </dev/null || echo "port refused"; mount | grep " on /sys "; echo end; sleep 1000'
host systemd-run --quiet --unit=podd-test-greeter --socket-property=ListenStream=@podd-test-greeter --socket-property=Accept=no sleep 1000
pod_image=example.com/probe
pod net-host '{"name": "podd.org/network", "value": "host"}'
assert_contains "$said" 'abstract connected'
assert_contains "$said" 'port refused'
assert_matches "$said" ' on /sys type sysfs \(ro,'
assert_contains "$(host podctl status net-host)" 'network of the host, and with it its abstract sockets'
host systemctl stop pod-net-host podd-test-greeter.socket podd-test-greeter.service
