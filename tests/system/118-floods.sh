# SPDX-License-Identifier: LGPL-2.1-or-later
# K1 of the attack table: an app that takes all there is of something takes it from itself. A neighbour answers, commands enter
# it, its log is read, and the pod ends when it is told to. Memory, processes and disks need a kernel of the host's own: 78.
# hosts: bookworm trixie vm
# full
# timeout: 400
import_probe
clean_up() { tidy; host_sh 'journalctl --quiet --rotate --vacuum-size=16M 2>/dev/null || true'; }
trap clean_up EXIT

# app NAME EXEC [MEMBERS-OF-APP [MEMBERS]]: EXEC is a JSON list.
app() {
    printf '{"name": "%s", "image": {"name": "example.com/probe"}%s, "app": {"exec": %s, "user": "0", "group": "0"%s}}' \
        "$1" "${4:+, $4}" "$2" "${3:+, $3}"
}
shell() { printf '["/bin/sh", "-c", %s]' "$(json "$1")"; }
# Full is who cannot make one more.
fill='n=0; while true 2>/dev/null >"$1/$n"; do n=$((n + 1)); done; echo "full after $n"; exec sleep 1000'
powers='"isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]}}]'
declare -A floods=(
    [log]=$(app a '["/bin/yes", "a line that is written again and again, as fast as it goes"]')
    [inodes]=$(app a "$(shell "set -- /memory; $fill")" '' '"mounts": [{"volume": "memory", "path": "/memory"}]')
    [devices]=$(app a "$(shell "set -- /dev; $fill")")
    [descriptors]=$(app a '["/bin/probe", "flood", "descriptors"]')
    [mounts]=$(app a '["/bin/probe", "flood", "mounts"]' "$powers")
    [cgroups]=$(app a "$(shell 'n=0; while mkdir /sys/fs/cgroup/$n; do n=$((n + 1)); done 2>/dev/null; echo "full after $n"; exec sleep 1000')" "$powers")
)
drop_manifest calm <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "host"}],
 "apps": [$(app a "$(shell 'echo calm >/answer; httpd -p 127.0.0.1:18118 -h /; while sleep 0.5; do echo beat; done')")]}
EOF
host systemctl start pod-calm@a
answers() { assert_eq calm "$(host curl --silent --max-time "$([ "$KIND" = container ] && echo 5 || echo 15)" http://127.0.0.1:18118/answer)" "the neighbour"; }
wait_until 20 answers
mounted=$(host_sh 'wc -l </proc/1/mountinfo')
says() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-flood@a | grep "^full"' "$TEST_BEGIN"; }

for kind in log inodes devices descriptors mounts cgroups; do
    drop_manifest flood <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [${floods[$kind]}],
 "volumes": [{"name": "memory", "kind": "empty", "medium": "memory", "size": "1Mi"}]}
EOF
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-flood@a
    if [ $kind = log ]; then
        # Long enough for the journal to have had too much.
        suppressed() { host_sh 'journalctl -q -o cat --since="@$1" -u systemd-journald | grep "^Suppressed.*pod-flood@a"' "$TEST_BEGIN"; }
        sleep 3
        full='lines without end'
    else
        wait_until 60 says
        full=$(says)
    fi
    say "K1: $kind: $full"
    since=$(host date +%s.%N)
    for _ in 1 2 3 4 5; do answers; done
    assert_eq here "$(timeout 30 "$TESTHOST" exec "$HOST" -- podctl exec calm echo here)" "a command in the neighbour"
    assert_eq here "$(timeout 30 "$TESTHOST" exec "$HOST" -- podctl exec flood echo here)" "a command beside the flood"
    wait_until 10 host_sh 'journalctl -q -o cat --since="@$1" -u pod-calm@a | grep -q beat' "$since"
    host_sh ': >/dev/shm/one-more; rm /dev/shm/one-more; machinectl list --no-legend >/dev/null'
    assert_eq "$mounted" "$(host_sh 'wc -l </proc/1/mountinfo')" "mounts of the host"
    unit_is pod-flood@a active || fail "it has ended"
    case $kind in
        log) wait_until 60 suppressed ;;
        # A page for each at the most; the folder itself is one.
        inodes) [ "${full#full after }" -le 256 ] || fail "too many files in 1 MiB" ;;
        descriptors) assert_contains "$full" "after $(($(host_sh 'sed -n "s/^Max open files *[0-9]* *\([0-9]*\) .*/\1/p" "/proc/$(systemctl show -P MainPID pod-flood@a)/limits"') - 3))" ;;
        # fs.mount-max is 100000.
        mounts) assert_matches "$full" '^full after 1[0-6]: No space left' ;;
        cgroups) assert_eq 'full after 0' "$full" ;;
    esac
    timeout 60 "$TESTHOST" exec "$HOST" -- systemctl stop pod-flood || fail "the pod does not end"
    assert_eq success "$(property pod-flood Result)"
done
unit_is pod-calm@a active || fail "the neighbour has ended"
