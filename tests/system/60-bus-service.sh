# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie
# smoke
# podd is there when it is called and gone when nobody needs it, has next to no privileges, and tells what there is.

host systemctl stop podd.service
assert_eq inactive "$(property podd.service ActiveState)"
host busctl call org.podd1 /org/podd1 org.podd1.Manager ListPods >/dev/null
assert_eq active "$(property podd.service ActiveState)"

exposure=$(host systemd-analyze security podd.service | sed -n 's/.*Overall exposure level for podd.service: \([0-9.]*\).*/\1/p')
awk -v found="$exposure" 'BEGIN { exit !(found != "" && found <= 2.0) }' || fail "exposure level is $exposure, wanted at most 2.0"
pid=$(property podd.service MainPID)
assert_eq 0000000000000000 "$(host awk '/^CapPrm/ { print $2 }' "/proc/$pid/status")" "podd has capabilities"
assert_eq 1 "$(host awk '/^Threads/ { print $2 }' "/proc/$pid/status")" "podd has threads"

# A declared pod is an object with its apps, and goes with its manifest.
drop_manifest a-b <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "one", "image": {"name": "example.com/one"}}, {"name": "two-2", "image": {"name": "example.com/two"}}]}
JSON
assert_contains "$(host busctl call org.podd1 /org/podd1 org.podd1.Manager ListPods)" \
    '"a-b" "inactive" 2 "one" "two-2" "/etc/podd/pods.d/a-b.json" "/org/podd1/pod/a_2db"'
tree=$(host busctl tree --list org.podd1)
assert_contains "$tree" /org/podd1/pod/a_2db/app/one
assert_contains "$tree" /org/podd1/pod/a_2db/app/two_2d2
assert_eq 's "pod-a-b@two-2.service"' "$(host busctl get-property org.podd1 /org/podd1/pod/a_2db/app/two_2d2 org.podd1.App Unit)"
managed=$(host busctl call org.podd1 /org/podd1 org.freedesktop.DBus.ObjectManager GetManagedObjects)
assert_contains "$managed" /org/podd1/pod/a_2db
host rm /etc/podd/pods.d/a-b.json
host busctl call org.podd1 /org/podd1 org.podd1.Manager ListPods >/dev/null
assert_not_contains "$(host busctl tree --list org.podd1)" a_2db

# Restarting it hurts nobody; it answers at once again.
host systemctl kill --signal=KILL podd.service
wait_until 10 host busctl call org.podd1 /org/podd1 org.podd1.Manager ListPods

# Idle for half a minute: gone, cleanly, and back with the next call.
sleep 25
assert_eq active "$(property podd.service ActiveState)"
wait_until 15 unit_is podd.service inactive
assert_eq success "$(property podd.service Result)"
host podctl list >/dev/null
assert_eq active "$(property podd.service ActiveState)"
