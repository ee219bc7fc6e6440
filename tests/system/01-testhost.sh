# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm
# full
# timeout: 300
# tests/testhost itself: hosts do not disturb each other, exit statuses are exact, and nothing is left behind, also
# when the script was killed in the middle.

name=self-$$
state=${PODD_TESTHOST_STATE:-/var/lib/podd-testhost}

# What a host of that name has on this machine.
traces() {
    { find /sys/fs/cgroup -name "*podd-testhost-$1*" 2>/dev/null
      findmnt --noheadings --output TARGET | grep -F "podd-testhost/$1" 
      ls -d "$state/$1" 2>/dev/null
      grep -lzsF -- "podd-testhost-$1" /proc/[0-9]*/cmdline; } || true
}

clean_up() {
    "$TESTHOST" down "$name"
    tidy
}
trap clean_up EXIT

assert_eq "" "$(traces "$name")" "before"
"$TESTHOST" up "$name" --no-podd
assert_contains "$("$TESTHOST" list)" "$name"
assert_fails "$TESTHOST" up "$name" --no-podd
assert_contains "$output" "is up already"

# Two hosts: each has its own processes, files and name.
assert_eq "$name" "$("$TESTHOST" exec "$name" -- hostname)"
"$TESTHOST" exec "$name" -- touch /var/only-here /etc/only-here
assert_fails host test -e /var/only-here
assert_fails host test -e /etc/only-here
[ "$("$TESTHOST" leader "$name")" != "$("$TESTHOST" leader "$HOST")" ] || fail "two hosts, one leader"

# exec: statuses, words, streams.
assert_status 42 "$TESTHOST" exec "$name" -- sh -c 'exit 42'
assert_status 137 "$TESTHOST" exec "$name" -- sh -c 'kill -9 $$'
assert_eq "a b|c" "$("$TESTHOST" exec "$name" -- printf '%s|%s' 'a b' c)"
assert_eq "out" "$("$TESTHOST" exec "$name" -- sh -c 'echo out; echo err >&2' 2>/dev/null)"

# copy keeps modes, and takes folders.
mkdir "$TEST_TMP/folder"
echo content >"$TEST_TMP/folder/file"
chmod 751 "$TEST_TMP/folder/file"
"$TESTHOST" copy "$name" "$TEST_TMP/folder" /root/folder
"$TESTHOST" copy "$name" "$TEST_TMP/folder/file" /root/new/file
assert_eq "751 751" "$("$TESTHOST" exec "$name" -- stat -c %a /root/folder/file /root/new/file | paste -sd' ')"

# A reboot is one: the leader changes, what is on the disk stays.
leader=$("$TESTHOST" leader "$name")
"$TESTHOST" reboot "$name"
[ "$("$TESTHOST" leader "$name")" != "$leader" ] || fail "no reboot"
"$TESTHOST" exec "$name" -- test -e /etc/only-here

"$TESTHOST" down "$name"
assert_eq "" "$(traces "$name")" "after down"
"$TESTHOST" down "$name"

# Killed at some moment of up: the next up or down finds its way.
for delay in 0.1 0.3 0.6 1; do
    "$TESTHOST" up "$name" --no-podd &
    script=$!
    sleep "$delay"
    kill -9 "$script" 2>/dev/null || say "up was done within $delay s"
    wait "$script" || [ $? = 137 ]
    "$TESTHOST" down "$name"
    assert_eq "" "$(traces "$name")" "after down of what was killed at $delay s"
done
"$TESTHOST" up "$name" --no-podd &
script=$!
sleep 0.5
kill -9 "$script"
wait "$script" || [ $? = 137 ]
"$TESTHOST" up "$name" --no-podd
assert_eq "$name" "$("$TESTHOST" exec "$name" -- hostname)"
