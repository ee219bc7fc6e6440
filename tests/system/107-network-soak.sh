# SPDX-License-Identifier: LGPL-2.1-or-later
# A hundred pods with networks start, stop, start again and are killed, at random and all at once, and whoever serves them is killed
# as well: in the end nothing is there that was not there before. Every tenth pod is on a network of plugins, every tenth behind a
# proxy, every fifth has a limited bandwidth.
# hosts: bookworm trixie
# full
# timeout: 900
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
put_back() {
    cni_put_back
    host_sh 'rm -f /run/soak.bash; systemctl stop podd-resolve.socket podd-resolve.service 2>/dev/null || true'
}
trap put_back EXIT
count=100
copy "$source_dir/tests/system/network/soak.bash" /run/soak.bash
soak() { host timeout 250 bash /run/soak.bash "$@"; }
describe_lan

for i in $(seq $count); do
    members='' network=default activated='' proxy=''
    [ $((i % 5)) != 0 ] || members=', "isolators": [{"name": "resource/network-bandwidth", "value": {"default": true, "limit": "1M"}}]'
    more=", {\"name\": \"http\", \"hostPort\": $((21000 + i)), \"hostIP\": \"192.0.2.9\"}"
    case $((i % 10)) in
        1) network=lan more='' ;;
        2) activated=', "socketActivated": true' more='' proxy=', "annotations": [{"name": "podd.org/socket-proxy", "value": "true"}]' ;;
    esac
    cat >"$TEST_TMP/soak-$i.json" <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "$network"}]$members,
 "ports": [{"name": "http", "hostPort": $((20000 + i))}$more],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}$proxy,
           "app": {"exec": ["/bin/httpd", "-f", "-p", "80", "-h", "/etc"], "user": "0", "group": "0",
                   "ports": [{"name": "http", "protocol": "tcp", "port": 80$activated}]}}]}
LIST
done
tar -C "$TEST_TMP" -cf - . | host_sh 'mkdir -p /etc/podd/pods.d; tar -C /etc/podd/pods.d --no-same-owner -xf - --wildcards "./soak-*"; systemctl daemon-reload'

# everything: what the kernel and the files have of networks. Left out, as it may well stay or come and go:
#   whether a bridge without a port has noticed that it has none; what rules have counted; the lock of host-local, and the address that it gave last; services of systemd's and podd's that have a
#   network of their own and end when nobody asks.
everything() {
    host_sh 'systemctl stop podd.service podd-gc.service systemd-hostnamed.service systemd-localed.service systemd-timedated.service podd-network.service podd-resolve.service 2>/dev/null || true
        { ip -o link | cut -d" " -f2-3 | sort; ip -o addr | cut -d" " -f2-7 | sort; ip route; ip -6 route; } | sed "s/<NO-CARRIER,/</; s/ linkdown//"
        ip neigh show nud permanent; tc qdisc
        nft --stateless list ruleset 2>/dev/null
        for family in iptables ip6tables; do
            ! command -v $family-save >/dev/null || $family-save 2>/dev/null | sed -E "/^#/d; s/ \[[0-9:]*\]$//"
        done
        lsns -t net -n -o NS | sort
        find /run/podd /var/lib/podd/networks /var/lib/podd/pods /var/lib/cni /run/systemd/machines 2>/dev/null | grep -vE "^/var/lib/cni/networks/lan/(lock|last_reserved_ip\.0)$" | sort'
}
# What is there for as long as the host runs: the bridge, the chains of portmap, filters of system calls, sockets.
host systemctl start podd-network.socket podd-resolve.socket
host systemctl start pod-soak-1@a pod-soak-2@a pod-soak-3@a
host curl --silent --output /dev/null http://127.0.0.1:20001/hostname http://127.0.0.1:20003/hostname
host systemctl stop pod-soak-1 pod-soak-2 pod-soak-3
wait_until 10 host_sh '[ -z "$(machinectl list --no-legend)" ]'
before=$(everything)
seed=$(date +%s)
say "seed $seed"
starts=0
for round in 1 2; do
    say "round $round: started side by side, and some are killed on the way"
    starts=$((starts + $(soak together "$((seed + round * 100 + 25))" $count)))
    say "round $round: at random"
    starts=$((starts + $(soak random "$((seed + round * 100))" $count 120)))
    say "round $round: left alone, all start"
    soak quiet $count
    starts=$((starts + count))
    say "round $round: stopped side by side, and some are killed on the way"
    soak end "$((seed + round * 100 + 50))" $count
    # What the plugins could not give back, as their caller was killed, is given back at the next start.
    host_sh 'for i in $(seq 1 10 '$count'); do echo "pod-soak-$i@a"; done | xargs systemctl start
        for i in $(seq 1 10 '$count'); do echo "pod-soak-$i"; done | xargs systemctl stop'
    assert_eq "[]" "$(host podctl network list --json=short)"
    diff - <(everything) <<<"$before" >&2 || fail "< what was there before, > what is there now"
done
[ $starts -ge 500 ] || fail "no more than $starts starts"
say "$starts starts"
