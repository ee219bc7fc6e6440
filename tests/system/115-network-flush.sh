# SPDX-License-Identifier: LGPL-2.1-or-later
# nftables.service flushes all rules of the host whenever it starts, is reloaded or stops: those of pods that run are there again at
# once, without any pod's start. After a flush by hand, a restart of podd-network.service does it.
# hosts: bookworm trixie
# full
# timeout: 300
import_image busybox
. "$source_dir/tests/system/network/world.sh"
host cp /etc/nftables.conf /run/nftables.conf.saved
finish() {
    host_sh 'systemctl stop nftables; cp /run/nftables.conf.saved /etc/nftables.conf; rm /run/nftables.conf.saved; systemctl reset-failed'
    put_back
}
trap finish EXIT
# configuration: stdin stands behind the flush in /etc/nftables.conf.
configuration() { { echo '#!/usr/sbin/nft -f'; echo 'flush ruleset'; cat; } | host_file /etc/nftables.conf 755; }
configuration <<'END'
table inet mine {
    chain input { type filter hook input priority filter; policy accept; tcp dport 9999 drop; }
}
END

pod one ', "ports": [{"name": "http", "hostPort": 8080}]'
pod two ''
one=$(address one 4) two=$(address two 4)
main=$(property pod-one@a MainPID)
# The world's answers find their way without masquerading: what is closed is closed by the rules.
world ip route add 10.80.0.0/16 via 192.0.2.1
in_net() { host nsenter --target "$main" --net "$@"; }
# An address of the pod's own making, before its network was given away.
in_net ip addr add 10.80.9.9/32 dev eth0

# found: what of all that is not as the rules want it.
found() {
    local before
    before=$(segments)
    in_net curl --silent --max-time 1 --http0.9 --output /dev/null --interface 10.80.9.9 http://192.0.2.2:7/ || true
    [ "$(segments)" = "$before" ] || echo spoofed
    [ -z "$(talk one 169.254.169.254 7)" ] || echo metadata
    [ "$(fetch one "http://$two/")" != "this is two" ] || echo pods
    [ "$(fetch world http://192.0.2.1:8080/)" = "this is one" ] || echo port
    in_pod one timeout 3 nslookup one.pod.internal 2>/dev/null | grep -q "$one" || echo names
}
is_well() { [ -z "$(found 2>/dev/null)" ]; }
invocations() { host systemctl show --value --property=InvocationID pod-one pod-two pod-one@a pod-two@a; }
wait_until 20 is_well
before=$(invocations)

say "by hand: all is open, until podd-network.service is restarted"
host nft flush ruleset
assert_eq $'spoofed\nmetadata\npods\nport\nnames' "$(found 2>/dev/null)" "what is wrong"
host systemctl restart podd-network.service
assert_eq "" "$(found)"

say "nftables.service: whatever it does, the rules are there again"
host systemctl stop podd-network.service
for verb in start reload restart 'try-reload-or-restart' stop; do
    host systemctl "$verb" nftables
    wait_until 10 host nft list table inet podd
    assert_eq "" "$(found)" "after $verb"
    [ "$verb" = stop ] || host nft list table inet mine >/dev/null
done
assert_eq "$before" "$(invocations)" "no pod was started"
assert_eq "" "$(host systemctl list-units --plain --no-legend --failed)"

say "rules that were saved, with podd's own of another day"
host nft list ruleset >"$TEST_TMP/saved"
assert_contains "$(cat "$TEST_TMP/saved")" podd-one
configuration <"$TEST_TMP/saved"
pod three ', "ports": [{"name": "http", "hostPort": 8083}]'
host systemctl start nftables
serves() { [ "$(fetch world http://192.0.2.1:8083/)" = "this is three" ]; }
wait_until 10 serves
assert_eq "" "$(found)"

say "while pods start and end: none of them sees anything of it"
for name in p1 p2 p3 p4; do sed 's/8083/80'"9${name#p}/" <<<"$(host cat /etc/podd/pods.d/three.json)" | host_file "/etc/podd/pods.d/$name.json"; done
host systemctl daemon-reload
host_sh 'for i in 1 2 3 4 5 6; do systemctl reload nftables; done' &
host_sh 'systemctl start pod-p1@a pod-p2@a; systemctl start pod-p3@a pod-p4@a; systemctl stop pod-p1'
wait $!
for at in 2 3 4; do
    serves() { [ "$(fetch world "http://192.0.2.1:809$at/")" = "this is p$at" ]; }
    wait_until 10 serves
done
assert_eq "" "$(found)"
assert_eq "" "$(host systemctl list-units --plain --no-legend --failed)"

say "without pods there is nothing to do, and nothing of podd's is started"
host_sh 'systemctl stop "pod-*.service"'
wait_until 10 host_sh '[ -z "$(ls /run/podd/network)" ]'
host systemctl stop podd-network.service
runs() { journal podd-network-rules.service | grep -c '^Finished '; }
before=$(runs)
[ "$before" -gt 5 ] || fail "it has run $before times"
configuration </dev/null
host systemctl restart nftables
skipped() { journal podd-network-rules.service | grep 'skipped.*condition'; }
wait_until 10 skipped
assert_eq "$before" "$(runs)"
assert_eq inactive "$(property podd-network.service ActiveState)"
assert_eq "" "$(network_state)"

exposure=$(host systemd-analyze security --no-pager podd-network-rules.service | sed -n 's/.*Overall exposure level.*: \([0-9.]*\).*/\1/p')
awk -v exposure="$exposure" 'BEGIN { exit !(exposure != "" && exposure <= 2.0) }' || fail "systemd-analyze security says $exposure"
