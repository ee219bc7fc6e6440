# SPDX-License-Identifier: LGPL-2.1-or-later
# What networks cannot be made of: the pod does not start, systemctl status says network, plugin and step, and nothing stays
# of what was done. What plugins can do wrong besides is in 96-network-cni-failures.
# hosts: bookworm trixie
# full
# timeout: 400
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
put_back() {
    tidy
    host_sh 'ip link del test-pods 2>/dev/null || true; ip link del podd-one 2>/dev/null || true; sysctl -q net.ipv6.conf.all.disable_ipv6=0
        rm -rf /etc/podd/network.conf.d/50-test.conf /usr/local/lib/test-cni /run/systemd/system/podd-network.service.d /usr/local/lib/no-nftables
        systemctl unmask --quiet --runtime podd-network.socket podd-network.service; systemctl daemon-reload; systemctl start podd-network.socket'
    cni_put_back
}
trap put_back EXIT
settings() {
    host_file /etc/podd/network.conf.d/50-test.conf
    host systemctl stop podd-network.service
}
nothing() { host_sh 'ip -o link | grep -o " podd[-_][^:@]*" || true; ls /run/podd/network 2>/dev/null | grep -v ended || true; nft list tables | grep podd || true'; }
# cannot_start TEXT: the pod "one"; TEXT is in its status. What is there besides stays as it is.
cannot_start() {
    local before
    before=$(state; nothing)
    assert_fails host systemctl start pod-one
    assert_contains "$(host systemctl status --full --lines=30 pod-one || true)" "$1"
    assert_eq "$before" "$(state; nothing)" "what is left"
    host systemctl reset-failed
}

say "descriptions that are none"
while IFS='|' read -r text why; do
    describe 60-bad.conflist <<<"$text"
    pod one bad
    cannot_start "$why"
done <<'END'
{"cniVersion": "1.0.0", "name": "bad", "plugins": [|"/etc/podd/net.d/60-bad.conflist" is broken: 
{"cniVersion": "1.0.0", "name": "bad", "plugins": []}|"/etc/podd/net.d/60-bad.conflist" is broken: 
{"cniVersion": "1.0.0", "name": "bad", "plugins": {}}|"/etc/podd/net.d/60-bad.conflist" is broken: 
{"cniVersion": "1.0.0", "name": "bad", "plugins": [{"type": "../sh"}]}|"/etc/podd/net.d/60-bad.conflist" is broken: 
{"cniVersion": "9.0.0", "name": "bad", "plugins": [{"type": "bridge"}]}|"/etc/podd/net.d/60-bad.conflist" is broken: 
{"cniVersion": "1.0.0", "name": "bad", "plugins": [{"type": "no-such-plugin"}]}|there is no plugin "no-such-plugin" in 
END
host rm /etc/podd/net.d/60-bad.conflist

say "plugins that say what is no answer, and one that does not come to its end"
settings <<<$'[CNI]\nPluginFolders=/usr/local/lib/test-cni'
while IFS='|' read -r name does why; do
    host_file "/usr/local/lib/test-cni/$name" 755 <<<$'#!/bin/sh\n[ "$CNI_COMMAND" = ADD ] || exit 0\n'"$does"
    describe 60-bad.conflist <<END
{"cniVersion": "1.0.0", "name": "bad", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.68.0.0/24"}]]}}, {"type": "$name"}]}
END
    pod one bad
    cannot_start "network \"bad\" at eth0: plugin \"$name\", ADD: $why"
done <<'END'
words|echo hello|its answer is not understood
silent|exit 0|its answer is not understood
flood|head -c 20000000 /dev/zero|
dies|kill -SEGV $$|
fails|exit 3|ended with status 3
END
host_sh 'rm /etc/podd/net.d/60-bad.conflist; ip link del test-lan'

say "addresses: those of a plugin are all taken"
describe 60-tiny.conf <<'END'
{"cniVersion": "1.0.0", "name": "tiny", "type": "bridge", "bridge": "test-lan", "isGateway": true, "ipam": {"type": "host-local", "subnet": "10.68.0.0/30"}}
END
start first tiny
pod one tiny
cannot_start 'network "tiny" at eth0: plugin "bridge", ADD:'
host systemctl stop pod-first
host systemctl start pod-one
assert_eq 10.68.0.2 "$(address one)"
host systemctl stop pod-one
wait_until 10 nothing_left

say "addresses: those of podd's own are all taken, but for one that becomes free"
settings <<<$'[Network]\nIPv4Pool=10.67.3.0/28'
host_sh 'ip link add test-pods type bridge; ip link set test-pods up
    for i in $(seq 2 15); do ip addr add 10.67.3.1 peer 10.67.3.$i/32 dev test-pods; done'
pod one default
cannot_start 'network "default": all addresses of 10.67.3.0/28 are taken'
host ip addr del 10.67.3.1 peer 10.67.3.9/32 dev test-pods
host systemctl start pod-one
assert_eq 10.67.3.9 "$(address one)"
host systemctl stop pod-one
host_sh 'ip link del test-pods; rm /etc/podd/network.conf.d/50-test.conf; systemctl stop podd-network.service'

say "addresses: those of another network are among them, as of an interface or a VPN's route; not where they are among those"
settings <<<$'[Network]\nIPv6Pool=fd99:1:2:3::/64'
host_sh 'ip link add test-pods type veth peer name test-peer; ip link set test-pods up; ip link set test-peer up'
pod one default
while IFS='|' read -r change network; do
    host_sh "ip $change"
    cannot_start "are among those of another network of this host, $network"
    host_sh "ip $(sed 's/ add / del /; s/ nodad//' <<<"$change")"
done <<'END'
addr add 10.80.5.1/24 dev test-pods|10.80.5.1/24: IPv4Pool= in /etc/podd/network.conf names others
route add 10.80.0.0/20 dev test-pods|10.80.0.0/20: IPv4Pool= in /etc/podd/network.conf names others
route add 10.80.0.0/16 dev test-pods|10.80.0.0/16: IPv4Pool= in /etc/podd/network.conf names others
route add 10.80.7.7/32 dev test-pods|10.80.7.7/32: IPv4Pool= in /etc/podd/network.conf names others
route add 10.80.7.0/24 dev test-pods table 220|10.80.7.0/24: IPv4Pool= in /etc/podd/network.conf names others
-6 addr add fd99:1:2:3::5/64 dev test-pods nodad|fd99:1:2:3::
-6 addr add fd99:1:2:3::5/128 dev test-pods nodad|fd99:1:2:3::5/128: IPv6Pool= in /etc/podd/network.conf names others
-6 route add fd99:1:2:3:8000::/65 dev test-pods|fd99:1:2:3:8000::/65: IPv6Pool= in /etc/podd/network.conf names others
END
host_sh 'ip route add 10.0.0.0/8 dev test-pods; ip route add 10.81.0.0/16 dev test-pods; ip -6 route add fd99::/16 dev test-pods; ip route add unreachable 10.80.0.0/16'
pod two default
start one default
host systemctl start pod-two@a
host_sh 'systemctl stop pod-one pod-two; ip route del unreachable 10.80.0.0/16; ip link del test-pods; rm /etc/podd/network.conf.d/50-test.conf; systemctl stop podd-network.service'

say "an interface of somebody else's has the name: it stays as it is"
host_sh 'ip link add podd-one type bridge; ip link set podd-one up; ip addr add 203.0.113.7/32 dev podd-one'
cannot_start 'network "default": interface "podd-one" is there already, of somebody else'
assert_contains "$(host ip -o addr show dev podd-one)" 203.0.113.7
host ip link del podd-one

say "a host that has turned IPv6 off: pods have IPv4 alone, and none starts that wants more"
host sysctl -q net.ipv6.conf.all.disable_ipv6=1
pod one default ', "ports": [{"name": "http", "hostPort": 8080, "hostIP": "2001:db8::1"}]'
cannot_start 'network "default": host port 8080/tcp at 2001:db8::1: this host'\''s pods have no IPv6'
start one default ', "ports": [{"name": "http", "hostPort": 8080}]'
assert_eq "" "$(in_pod one ip -o -6 addr show dev eth0)"
serving() { serves one "127.0.0.1:8080"; }
wait_until 20 serving
host systemctl stop pod-one
host sysctl -q net.ipv6.conf.all.disable_ipv6=0

say "a kernel without nftables"
cat >"$TEST_TMP/no-nftables.c" <<'END'
// Runs a program for which the kernel has no netfilter: socket(AF_NETLINK, ..., NETLINK_NETFILTER) answers EPROTONOSUPPORT.
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
int main(int argc, char **argv) {
    struct sock_filter rules[] = {LOAD(nr), UNLESS(__NR_socket, 5), LOAD(args[0]), UNLESS(AF_NETLINK, 3), LOAD(args[2]), UNLESS(NETLINK_NETFILTER, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 1;
    execv(argv[1], argv + 1);
    return 1;
}
END
gcc -static -o "$TEST_TMP/no-nftables" "$TEST_TMP/no-nftables.c"
copy "$TEST_TMP/no-nftables" /usr/local/lib/no-nftables
host_file /run/systemd/system/podd-network.service.d/test.conf <<<$'[Service]\nExecStart=\nExecStart=/usr/local/lib/no-nftables /usr/lib/podd/network'
host_sh 'systemctl daemon-reload; systemctl stop podd-network.service'
pod one default
cannot_start "network \"default\": the kernel's netfilter, of which nftables is a part: "
host_sh 'rm -r /run/systemd/system/podd-network.service.d; systemctl daemon-reload'
unit_gone() { unit_is podd-network.service inactive; }
wait_until 10 unit_gone
host systemctl start pod-one
host systemctl stop pod-one

say "the service is turned off"
host systemctl mask --quiet --runtime --now podd-network.socket podd-network.service
cannot_start 'podd-network.socket does not listen'
host systemctl unmask --quiet --runtime podd-network.socket podd-network.service
assert_eq "" "$(nothing)"
