# SPDX-License-Identifier: LGPL-2.1-or-later
# A hundred pods with a network start and stop side by side, some killed in the middle of it, and the service with them: in the end
# nothing is there that was not there before.
# hosts: bookworm trixie
# full
# timeout: 600
import_image busybox
put_back() {
    tidy
    host_sh 'systemctl stop podd-network.socket podd-network.service'
}
trap put_back EXIT
count=100

for i in $(seq $count); do
    limit=''
    [ $((i % 5)) != 0 ] || limit=', "isolators": [{"name": "resource/network-bandwidth", "value": {"default": true, "limit": "1M"}}]'
    cat >"$TEST_TMP/soak-$i.json" <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}]$limit,
 "ports": [{"name": "http", "hostPort": $((20000 + i))}, {"name": "http", "hostPort": $((21000 + i)), "hostIP": "192.0.2.9"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "10000"], "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
LIST
done
tar -C "$TEST_TMP" -cf - . | host_sh 'mkdir -p /etc/podd/pods.d; tar -C /etc/podd/pods.d --no-same-owner -xf - --wildcards "./soak-*"; systemctl daemon-reload'

# everything: what the kernel and the files have of networks. Processes that were left would hold namespaces: of those there are none
# where no control group of a pod is left, which is looked at after each test.
everything() {
    host_sh 'ip -o link | cut -d" " -f2-3 | sort; ip -o addr | cut -d" " -f2-7 | sort; ip route; ip -6 route; ip neigh show nud permanent; tc qdisc
        nft list tables; ls -A /run/podd/network /run/podd/pods /var/lib/podd/pods 2>/dev/null || test $? = 2'
}
host systemctl start podd-network.socket
before=$(everything)
seed=$(date +%s)
say "seed $seed"
for round in 1 2 3 4 5; do
    say "round $round: started side by side, some killed on the way, and the service twice"
    host timeout 250 bash -euc 'RANDOM=$1 count=$2
        some() { for _ in $(seq "$1"); do echo "pod-soak-$((RANDOM % count + 1))"; done; }
        for i in $(seq "$count"); do echo "pod-soak-$i@a"; done | xargs systemctl start --no-block
        for _ in 1 2; do
            for pod in $(some 8); do systemctl kill --kill-whom=main --signal=KILL "$pod" 2>/dev/null || true; sleep "0.0$((RANDOM % 10))"; done
            systemctl kill --signal=KILL podd-network.service 2>/dev/null || true
        done
        until [ -z "$(systemctl list-jobs --no-legend "pod-soak-*")" ]; do sleep 0.5; done
        up=$(systemctl list-units --no-legend --plain --state=active "pod-soak-*@a.service" | wc -l)
        # What is killed is no more than that, and what asks the service that is killed.
        [ "$up" -ge $((count / 2)) ] || { echo "$up of $count pods are up"; exit 1; }
        # Half are killed, the others stopped, all at once.
        for pod in $(some 25); do systemctl kill --kill-whom=main --signal=KILL "$pod" 2>/dev/null || true; done
        systemctl stop --no-block "pod-soak-*"
        for pod in $(some 8); do systemctl kill --kill-whom=main --signal=KILL "$pod" 2>/dev/null || true; done
        systemctl kill --signal=KILL podd-network.service 2>/dev/null || true
        systemctl stop "pod-soak-*"
        systemctl reset-failed
        ' bash "$((seed + round))" $count
    assert_eq "[]" "$(host podctl network list --json=short)"
    assert_eq "$before" "$(everything)"
done
