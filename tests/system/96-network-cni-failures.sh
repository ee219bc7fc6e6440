# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks of plugins: several of a pod, what a plugin is told, and plugins that fail, hang and lie.
# hosts: bookworm trixie
# full
# timeout: 300
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
describe_lan
describe_p2p

# Plugins that fail in the ways that there are.
host_file /etc/podd/network.conf.d/50-test.conf <<'EOF'
[CNI]
PluginFolders=/usr/local/lib/test-cni
EOF
host_file /usr/local/lib/test-cni/refuse 755 <<'EOF'
#!/bin/sh
[ "$CNI_COMMAND" = ADD ] || exit 0
printf '%s' '{"cniVersion": "1.0.0", "code": 11, "msg": "try again later", "details": "all is\nbusy"}'
exit 1
EOF
host_file /usr/local/lib/test-cni/hang 755 <<'EOF'
#!/bin/sh
[ "$CNI_COMMAND" = ADD ] || exit 0
sleep 1000 & wait
EOF
host_file /usr/local/lib/test-cni/garbage 755 <<'EOF'
#!/bin/sh
[ "$CNI_COMMAND" = ADD ] || exit 0
echo '{"interfaces": [{"name": "../../x"}]}'
EOF
host_file /usr/local/lib/test-cni/say 755 <<'EOF'
#!/bin/sh
{ env; ls -l /proc/self/fd; cat; } >/run/said.$CNI_COMMAND
cat <<END
{"cniVersion": "1.0.0", "interfaces": [], "ips": []}
END
EOF
for plugin in refuse hang garbage; do
    host_file "/etc/podd/net.d/50-$plugin.conflist" <<EOF
{"cniVersion": "1.0.0", "name": "$plugin", "plugins": [
  {"type": "bridge", "bridge": "test-lan", "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.68.0.0/24"}]]}}, {"type": "$plugin"}]}
EOF
done
host_file /etc/podd/net.d/50-say.conflist <<'EOF'
{"cniVersion": "1.1.0", "cniVersions": ["1.0.0"], "name": "say", "plugins": [{"type": "say", "capabilities": {"ips": true, "mac": true}, "own": {"a": 1}}]}
EOF
put_back() {
    cni_put_back
    host_sh 'rm -rf /etc/podd/network.conf.d/*-test.conf /usr/local/lib/test-cni /run/said.*'
}
trap put_back EXIT

say "several networks: interfaces in the order of their names, beside podd's own"
start one "lan p2p"
assert_eq "eth0 eth1 lo" "$(in_pod one ls /sys/class/net | xargs)"
assert_matches "$(address one eth0)" '^10\.66\.'
assert_matches "$(address one eth1)" '^10\.67\.'
start two "default p2p"
assert_matches "$(address two eth0)" '^10\.80\.'
assert_matches "$(address two eth1)" '^10\.67\.'
wait_until 10 serves two "$(address two eth1)"
host systemctl stop pod-one pod-two
wait_until 10 nothing_left

say "what a plugin is told"
start one "say:IP=10.1.2.3;MAC=02:00:00:00:00:01;KEY=value"
id=$(uuid one)
said=$(host cat /run/said.ADD)
for line in CNI_COMMAND=ADD "CNI_CONTAINERID=$id" "CNI_NETNS=/run/podd/netns/$id" CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni:/usr/local/lib/test-cni \
    "CNI_ARGS=IgnoreUnknown=1;IP=10.1.2.3;MAC=02:00:00:00:00:01;KEY=value" \
    '{"cniVersion":"1.0.0","name":"say","type":"say","own":{"a":1},"runtimeConfig":{"ips":["10.1.2.3"],"mac":"02:00:00:00:00:01"}}'; do
    assert_contains "$said" "$line"
done
assert_eq "0 1 2 3" "$(sed -n 's/.* \([0-9]*\) -> .*/\1/p' <<<"$said" | xargs)" "3 is ls's own"
host /usr/lib/podd/cni check one
assert_contains "$(host cat /run/said.CHECK)" '"prevResult":{"cniVersion":"1.0.0"'
host systemctl stop pod-one
assert_contains "$(host cat /run/said.DEL)" '"prevResult":{"cniVersion":"1.0.0"'

say "a plugin that fails in the middle of a list: what was done before is undone, and the start says why"
host_file /etc/podd/network.conf.d/55-test.conf <<<$'[CNI]\nPluginTimeoutSec=5'
reason='network "%s" at eth0: plugin "%s", ADD: %s'
for row in 'refuse|try again later (code 11): all is busy' 'hang|did not end within 5 s and was killed'; do
    plugin=${row%%|*}
    pod four "$plugin"
    assert_fails host systemctl start pod-four
    # shellcheck disable=SC2059
    assert_contains "$(journal pod-four)" "$(printf "$reason" "$plugin" "$plugin" "${row#*|}")"
    nothing_left || fail "left by $plugin: $(state)"
done
[ -z "$(host pgrep -f test-cni || true)" ] || fail "a plugin still runs"
pod four garbage
assert_fails host systemctl start pod-four
assert_contains "$(journal pod-four)" 'network "garbage" at eth0: plugin "garbage", ADD: its result is no good: /interfaces/0/name'
nothing_left || fail "left by garbage: $(state)"

say "a record that is damaged is in nobody's way"
host_sh 'echo nonsense >/var/lib/podd/networks/6733c088-a507-4694-aabf-0edebea70a4c.json'
start one lan
host systemctl stop pod-one
assert_contains "$(journal pod-one)" 'networks/6733c088-a507-4694-aabf-0edebea70a4c.json" is no record'
wait_until 10 nothing_left

say "whoever calls the plugins is killed in the middle: what was done is undone"
host_file /etc/podd/network.conf.d/60-test.conf <<<$'[CNI]\nPluginTimeoutSec=600'
pod four hang
host systemctl start --no-block pod-four
wait_until 20 host pgrep -x hang
host_sh 'kill -KILL $(pgrep -x cni)'
wait_until 20 unit_is pod-four failed
assert_contains "$(journal pod-four)" '"/usr/lib/podd/cni" did not run to its end'
wait_until 10 nothing_left
host_sh 'rm /etc/podd/network.conf.d/55-test.conf /etc/podd/network.conf.d/60-test.conf; ! pgrep -x hang'

say "and when it gives back: the plugin ends what it has begun, and is asked once more"
host_file /usr/local/lib/test-cni/slow 755 <<'EOF'
#!/bin/sh
if [ "$CNI_COMMAND" = DEL ]; then echo begun >>/run/said.slow; sleep 2; echo ended >>/run/said.slow; fi
echo '{"cniVersion": "1.0.0", "interfaces": [], "ips": []}'
EOF
host_file /etc/podd/net.d/50-slow.conflist <<<'{"cniVersion": "1.0.0", "name": "slow", "plugins": [{"type": "slow"}]}'
start four slow
host systemctl stop --no-block pod-four
wait_until 20 host pgrep -x slow
host_sh 'kill -KILL $(pgrep -x cni)'
wait_until 20 unit_is pod-four inactive
assert_eq "begun ended begun ended" "$(host cat /run/said.slow | xargs)"
wait_until 10 nothing_left

say "verify finds what a start would"
pod five missing
assert_fails host podctl verify /etc/podd/pods.d/five.json
assert_contains "$output" '/annotations/0: "podd.org/network": found no network "missing"'
assert_fails host systemctl start pod-five
assert_contains "$(journal pod-five)" 'found no network "missing"'
host_file /etc/podd/net.d/50-say.conflist <<<'{"cniVersion": "1.0.0", "name": "say", "type": "no-such-plugin"}'
pod five say
assert_fails host podctl verify /etc/podd/pods.d/five.json
assert_contains "$output" 'network "say": there is no plugin "no-such-plugin" in /usr/lib/cni, /usr/local/lib/test-cni'
assert_fails host systemctl start pod-five
assert_contains "$(journal pod-five)" 'there is no plugin "no-such-plugin"'
nothing_left || fail "left: $(state)"
