# SPDX-License-Identifier: LGPL-2.1-or-later
# podctl network list: links of pods with all that belongs to them, and what is there without the rest.
# hosts: bookworm trixie
import_image busybox
put_back() {
    tidy
    host_sh 'ip link delete podd-nobody 2>/dev/null || true; systemctl unmask --runtime podd-network.socket podd-network.service
        systemctl stop podd-network.socket podd-network.service'
}
trap put_back EXIT

# pod NAME MEMBERS
pod() {
    drop_manifest "$1" <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "default"}]$2,
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0", "ports": [{"name": "http", "protocol": "tcp", "port": 80}]}}]}
LIST
    host systemctl start "pod-$1@a"
}
links() { host podctl network list --json=short; }
# state POD: what the last column says of it.
state() { links | python3 -c 'import json, sys
for link in json.load(sys.stdin):
    if link["pod"] == sys.argv[1]: print(link["link"], "; ".join(link["problems"]) or "ok")' "$1"; }

say "none; and all that there is of two"
assert_eq "[]" "$(links)"
began=$(host date +%s)
pod one ', "ports": [{"name": "http", "hostPort": 8080}, {"name": "http", "hostPort": 8081, "hostIP": "192.0.2.7"}],
    "isolators": [{"name": "resource/network-bandwidth", "value": {"default": true, "limit": "1M"}}]'
pod two ''
links >"$TEST_TMP/links"
addresses=$(host podctl exec one/a -- ip -o addr show dev eth0 scope global | sed -n 's,.* inet6\? \([^/ ]*\).*,\1,p' | sort | xargs)
python3 - "$TEST_TMP/links" "$addresses" "$began" <<'CHECK'
import json, sys
one, two = json.load(open(sys.argv[1]))
assert sorted(one.pop("addresses")) == sys.argv[2].split(), one
assert 0 <= one.pop("since") / 1e6 - int(sys.argv[3]) < 60, one
assert one == {"pod": "one", "network": "default", "link": "podd-one", "bandwidth": 1000000, "problems": [], "ports": [
    {"protocol": "tcp", "hostIP": "", "hostPort": 8080, "podPort": 80},
    {"protocol": "tcp", "hostIP": "192.0.2.7", "hostPort": 8081, "podPort": 80}]}, one
assert (two["pod"], two["link"], two["bandwidth"], two["ports"], two["problems"]) == ("two", "podd-two", 0, [], []), two
CHECK
shown=$(host podctl network)
assert_matches "$shown" 'one +default +podd-one .*8080->80/tcp,192\.0\.2\.7:8081->80/tcp +976\.6K/s .* ok'
assert_contains "$shown" '2 links listed.'

say "of one pod, by status; nobody is asked for a password over it"
assert_contains "$(host podctl status two)" "Network: default, eth0 $(host podctl network list --json=short | python3 -c 'import json, sys
print(*json.load(sys.stdin)[1]["addresses"])')"
assert_eq "$addresses" "$(host podctl status --json=short one | python3 -c 'import json, sys
one, = json.load(sys.stdin)
network, = one["networks"]
assert (network["network"], network["interface"]) == ("default", "eth0"), network
print(*sorted(network["addresses"]))')"
assert_not_contains "$(host setpriv --reuid=nobody --clear-groups podctl status one 2>&1)" 'Network:'

say "not for everybody"
assert_fails host setpriv --reuid=nobody --clear-groups podctl --no-ask-password network list
assert_contains "$output" "org.podd1.inspect-pods"

say "what is gone"
host nft flush ruleset
assert_eq "podd-one its rules are gone" "$(state one)"
host systemctl restart pod-two
assert_eq "podd-one ok podd-two ok" "$(echo "$(state one) $(state two)")"
host ip link delete podd_one
assert_eq 'podd-one "podd_one", which limits it, is gone' "$(state one)"
host ip link delete podd-one
assert_contains "$(state one)" 'podd-one its link is gone'

say "what nobody knows of"
host_sh 'ip link add podd-nobody type ifb; systemctl stop podd-network.service; rm /run/podd/network/two.json'
assert_eq "podd-two nothing is recorded of it" "$(state two)"
assert_eq "podd-nobody nothing is recorded of it" "$(state '')"

say "all of it goes with the pods, but for what was never podd's"
host systemctl stop pod-one pod-two
assert_eq "podd-nobody nothing is recorded of it" "$(state '')"
host ip link delete podd-nobody
assert_eq "[]" "$(links)"

say "without the service: an error, and not an empty list"
host systemctl mask --runtime --now podd-network.socket podd-network.service
assert_fails host podctl network list
assert_contains "$output" "podd-network.socket"
host systemctl unmask --runtime podd-network.socket podd-network.service
assert_eq "[]" "$(links)"
