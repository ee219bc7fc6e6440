# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks of pods over a reboot, in order and as after a power cut: of the old ones nothing stays, addresses of plugins are
# free again, and a pod that is started at boot has its ports.
# hosts: bookworm trixie
# fresh
# full
# timeout: 300
. "$source_dir/tests/system/network/cni.sh"
import_image busybox
describe_lan
# boots NAME NETWORK MEMBERS: as pod(), started at boot.
boots() {
    pod "$1" "$2" "${3-}"
    host_sh 'sed -i "s/\"annotations\": \[/&{\"name\": \"podd.org\/wanted-by\", \"value\": \"multi-user.target\"}, /" "/etc/podd/pods.d/$1.json"; systemctl daemon-reload' "$1"
}
boots web default ', "ports": [{"name": "http", "hostPort": 8080}]'
boots office lan
pod guest lan
pod visitor default ', "ports": [{"name": "http", "hostPort": 8081}]'

# found: what plugins and podd hold, by whom.
records() { host_sh 'cat /var/lib/podd/networks/*.json 2>/dev/null | jq -r .pod | sort | xargs'; }
connected() { host_sh 'ls /run/podd/network 2>/dev/null | grep "json$" | grep -v settings | sort | xargs'; }
addresses_of_lan() { host_sh 'find /var/lib/cni/networks/lan -name "10.*" 2>/dev/null | sort | xargs -n 1 basename 2>/dev/null | xargs'; }
links() { host_sh 'ip -o link | grep -o "podd[-_][^:@]*\|veth[^:@]*" | sed "s/^veth.*/veth/" | sort | xargs'; }
serving() { [ "$(fetch "http://$1:8080/")" = "this is web" ]; }
is_well() {
    wait_until 60 unit_is pod-web@a active
    wait_until 60 unit_is pod-office@a active
    host ip addr add 192.0.2.1/32 dev lo
    for at in 127.0.0.1 '[::1]' 192.0.2.1; do wait_until 20 serving "$at"; done
    assert_eq "inactive inactive" "$(property pod-guest ActiveState) $(property pod-visitor ActiveState)"
    assert_eq office "$(records)" "records of plugins"
    assert_eq web.json "$(connected)" "records of podd's own"
    assert_eq "$(address office)" "$(addresses_of_lan)" "addresses of host-local"
    assert_eq "$(uuid office)" "$(host ls /run/podd/netns)"
    assert_eq "podd-web veth" "$(links)"
    assert_eq "$web" "$(address web)" "the address before"
    assert_fails fetch http://192.0.2.1:8081/
}
for how in '' --force; do
    say "a reboot $how"
    for name in web office guest visitor; do host systemctl start pod-$name@a; done
    web=$(address web) old=$(uuid office)
    assert_eq "guest office" "$(records)"
    # shellcheck disable=SC2086
    "$TESTHOST" reboot "$HOST" $how
    is_well
    [ "$(uuid office)" != "$old" ] || fail "the run of before"
    start guest lan
    assert_eq 2 "$(addresses_of_lan | wc -w)"
done
say "all of it goes"
host_sh 'systemctl stop "pod-*.service"; systemctl reset-failed'
wait_until 10 nothing_left
assert_eq " " "$(connected) $(links)"
