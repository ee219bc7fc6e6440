# SPDX-License-Identifier: LGPL-2.1-or-later
# Running pods: who reaps their orphans, what becomes of them when systemd executes itself again, who sees their secrets while
# they start, and whose ids are whose. D4, I2, K5, K8 and M1 of the attack table.
# hosts: bookworm trixie vm
# full
# timeout: 400
import_probe
clean_up() { tidy; host_sh 'rm -rf /etc/podd-test /run/podd-test /tmp/probe; sed -i /^podd-test:/d /etc/subuid'; }
trap clean_up EXIT
# pod NAME SCRIPT [MEMBERS]
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}${3:+, $3}, "app": {"exec": ["/bin/sh", "-c", $(json "$2")], "user": "0", "group": "0"}}]}
EOF
}
said_by() { wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u "pod-$2@a" | grep -qx "$3"' "$TEST_BEGIN" "$1" "$2"; }

say "K8: PID 1 of the pod reaps the orphans, an app's own dead are its own affair, and all end with it"
many='n=0; while [ $n -lt 1000 ]; do'
pod dead "$many (sleep 0.1 &); n=\$((n + 1)); done
    (setsid sh -c 'trap \"\" TERM HUP; echo daemon; exec sleep 4242' &)
    mkfifo /gate; $many read -r end </gate & n=\$((n + 1)); done; echo orphans; exec sleep 1000"
host systemctl start pod-dead@a
# The sandbox's process is the parent of orphans alone: apps are systemd's children.
children() { host_sh 'ps -o stat=,args= --ppid "$(systemctl show -P MainPID "$1")" | sed "s/^\(.\)[^ ]* */\1 /" | sort | uniq -c | sed "s/^ *//"' "$1"; }
alone() { [ "$(children pod-dead)" = '1 S sleep 4242' ]; }
said_by dead daemon
said_by dead orphans
wait_until 20 alone
# Those who wait at the gate find the end of the file there. What the app is now waits for none of them.
dead() { host podctl exec dead sh -c ': <>/gate' && [ "$(children pod-dead@a)" = '1000 Z [sh] <defunct>' ]; }
wait_until 20 dead
alone || fail "PID 1 of the pod has: $(children pod-dead)"
assert_eq 0 "$(host podctl exec dead sh -c 'echo $?')"
began=$SECONDS
host systemctl stop pod-dead
# The daemon does not heed SIGTERM, and is killed with the app's unit, not waited for.
[ $((SECONDS - began)) -lt 30 ] || fail "it took $((SECONDS - began)) s to stop"
assert_eq success "$(property pod-dead Result)"
assert_eq "" "$(host_sh 'ps -eo stat=,args= | grep -E "^Z.*\[sh\]|[s]leep 4242" || true')" "what is left"

say "K5: systemd executes itself again while pods run, declared and transient: they go on, and all that is theirs works"
counting='"image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/probe", "count"], "user": "0", "group": "0"}'
for name in declared passing; do
    echo "{\"acKind\": \"PodManifest\", \"acVersion\": \"0.8.11\", \"apps\": [{\"name\": \"a\", $counting}]}" >"$TEST_TMP/$name.json"
done
drop_manifest declared <"$TEST_TMP/declared.json"
copy "$TEST_TMP/passing.json" /run/podd-test/passing.json
TEST_BEGIN=$(host date +%s.%N)
host_sh 'systemctl start pod-declared@a; podctl start /run/podd-test/passing.json >/dev/null'
for name in declared passing; do said_by $name ready; done
mains() { for unit in pod-declared pod-declared@a pod-passing pod-passing@a; do property $unit MainPID; done; }
before=$(mains)
host systemctl daemon-reexec
assert_eq "$before" "$(mains)"
for name in declared passing; do
    unit_is pod-$name@a active || fail "$name does not run"
    assert_eq here "$(host podctl exec $name echo here)"
    assert_contains "$(host machinectl show $name)" "Leader=$(property pod-$name MainPID)"
done
host systemctl restart pod-declared@a
# While one starts and one stops, too.
host_sh 'systemctl start --no-block pod-declared@a; systemctl stop --no-block pod-passing; systemctl daemon-reexec; systemctl start pod-declared@a'
wait_until 20 host_sh '! systemctl is-active --quiet pod-passing'
assert_eq 1 "$(journal pod-passing@a | grep -c '^got TERM from')" "signals to the app that was stopped"
host systemctl kill --kill-whom=main --signal=KILL pod-declared@a
wait_until 20 unit_is pod-declared@a failed
assert_eq 9 "$(property pod-declared@a ExecMainStatus)"
wait_until 20 unit_is pod-declared inactive
host_sh 'systemctl reset-failed; systemctl start pod-declared@a; systemctl stop pod-declared'
assert_eq success "$(property pod-declared Result)"

say "D4, M1: while pods with a credential start and are entered, no command line, variable or property has it"
host_sh 'cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/probe | head -n 1)" /tmp/probe; chmod 755 /tmp/probe'
od -An -N16 -tx1 /dev/urandom | tr -d ' \n' | host_file /etc/podd-test/secret 600
# scanned SCRIPT: what the scanner has seen while it ran.
scanned() {
    host_sh '/tmp/probe scan /etc/podd-test/secret >/run/podd-test/scan & scanner=$!
        eval "$1" >/dev/null; sleep 0.5; kill $scanner; sort -u /run/podd-test/scan' "$1"
}
assert_contains "$(scanned 'X=$(cat /etc/podd-test/secret) sleep 1')" 'CAUGHT in environ of sleep' "the control"
pod secret 'cat "$CREDENTIALS_DIRECTORY/secret" | wc -c; exec sleep 1000' \
    '"annotations": [{"name": "podd.org/load-credential", "value": "secret:/etc/podd-test/secret"}]'
# A slow scanner needs more rounds until a short-lived program is there when it looks.
seen=$(scanned 'for i in $(seq 40); do systemctl start pod-secret@a; podctl exec secret true; podctl status secret; systemctl stop pod-secret
    [ $i -ge 5 ] || continue; for name in stage0 exec podctl; do grep -qxF "seen $name" /run/podd-test/scan || continue 2; done; break; done')
assert_not_contains "$seen" CAUGHT
for name in stage0 exec podctl; do assert_contains "$seen" "seen $name" "the scanner was too slow"; done
assert_contains "$(app_says secret a)" 32
host systemctl start pod-secret@a
assert_eq "" "$(host_sh '{ systemctl show pod-secret pod-secret@a; systemctl cat pod-secret@a; busctl call org.podd1 /org/podd1 org.freedesktop.DBus.ObjectManager GetManagedObjects
    podctl status --json=short secret; journalctl -q --since="@$1" -o export; } | grep -F -f /etc/podd-test/secret || true' "$TEST_BEGIN")"
host systemctl stop pod-secret

say "I2: twenty pods whose ids would all be the same have ranges of their own, none of them the host's"
mapfile -t names < <(python3 - <<'EOF'
# As src/pod/id_range.cpp begins.
def first(name, low=0x00080000, high=0x6FFF0000):
    number = 2166136261
    for byte in name.encode():
        number = (number ^ byte) * 16777619 & 0xFFFFFFFF
    return (number % (high - low) + low) & 0xFFFF0000
names = [name for name in map("ids{}".format, range(500000)) if first(name) == first("ids")]
print(*names[:20], sep="\n")
EOF
)
base() { host_sh 'awk "{ print \$2, \$3 }" "/proc/$(systemctl show -P MainPID "$1")/uid_map"' "pod-$1@a"; }
for name in "${names[@]}"; do pod "$name" 'exec sleep 1000' >/dev/null; done
by_itself=()
for name in "${names[@]:0:2}"; do
    host systemctl start "pod-$name@a"
    by_itself+=("$(base "$name")")
    host systemctl stop "pod-$name"
done
assert_eq "${by_itself[0]}" "${by_itself[1]}" "the control: alone, each has the same"
assert_matches "${by_itself[0]}" ' 65536$'
host systemctl start "${names[@]/#/pod-}"
for name in "${names[@]}"; do
    wait_until 30 unit_is "pod-$name@a" active
    base "$name"
done | sort -n >"$TEST_TMP/ranges"
assert_eq 20 "$(wc -l <"$TEST_TMP/ranges")"
awk '$1 < end || $2 != 65536 { exit 1 } { end = $1 + $2 }' "$TEST_TMP/ranges" || fail "they overlap: $(cat "$TEST_TMP/ranges")"
grep -qxF "${by_itself[0]}" "$TEST_TMP/ranges" || fail "nobody has the first range"
host systemctl stop "${names[@]/#/pod-}"
host_sh 'echo "podd-test:$1:1" >>/etc/subuid' "$((${by_itself[0]% *} + 65535))"
host systemctl start "pod-${names[0]}@a"
[ "$(base "${names[0]}")" != "${by_itself[0]}" ] || fail "its range has an id of the host's users"
host systemctl stop "pod-${names[0]}"
