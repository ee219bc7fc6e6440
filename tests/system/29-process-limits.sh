# SPDX-License-Identifier: LGPL-2.1-or-later
# umask, resource limits and kill mode: units have them, and the app sees them from inside, by manifest and by drop-in.
# hosts: bookworm trixie
import_image busybox

# manifest ANNOTATIONS SCRIPT
manifest() {
    cat <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "annotations": [$1],
           "app": {"exec": ["/bin/busybox", "sh", "-c", $(json "$2")], "user": "1000", "group": "1000"}},
          {"name": "b", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
}
one() { printf '{"name": "podd.org/%s", "value": "%s"}' "$1" "$2"; }
says() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-limits@a --identifier=a | grep -qx "$2"' "$TEST_BEGIN" "$1"; }
# started: starts the app and prints what it says.
started() {
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-limits@a
    wait_until 20 says end
    app_says limits a
}
limit() { sed -n "s/^Max $1  *\([^ ]*\)  *\([^ ]*\) .*/\1:\2/p" <<<"$seen"; }
see='umask; cat /proc/self/limits; : >/tmp/f; ls -l /tmp/f; echo end; exec sleep 1000'

say "the default is systemd's"
manifest '' "$see" | drop_manifest limits
seen=$(started)
assert_contains "$seen" $'0022\n'
assert_contains "$seen" '-rw-r--r--'
# A host in a container may be allowed less than the hard limit of its units.
assert_matches "$(limit 'open files')" "^$(property pod-limits@a LimitNOFILESoft):"
host systemctl stop pod-limits

say "what the manifest says, declared and transient"
all="$(one umask 0077), $(one limit-nofile 64:128), $(one limit-core 0), $(one limit-memlock 1M), $(one limit-stack 4M:infinity), $(one limit-sigpending 99)"
for kind in declared transient; do
    if [ $kind = declared ]; then
        manifest "$all" "$see" | drop_manifest limits
        seen=$(started)
    else
        host_sh 'rm /etc/podd/pods.d/limits.json; systemctl daemon-reload'
        manifest "$all" "$see" | host_file /tmp/limits.json
        TEST_BEGIN=$(host date +%s.%N)
        host podctl start /tmp/limits.json
        wait_until 20 says end
        seen=$(app_says limits a)
    fi
    assert_contains "$seen" $'0077\n' $kind
    assert_contains "$seen" '-rw-------' $kind
    assert_eq 64:128 "$(limit 'open files')" $kind
    assert_eq 0:0 "$(limit 'core file size')" $kind
    assert_eq 1048576:1048576 "$(limit 'locked memory')" $kind
    assert_eq 4194304:unlimited "$(limit 'stack size')" $kind
    assert_matches "$seen" 'Max pending signals +99 +99'
    assert_eq 0077 "$(property pod-limits@a UMask)" $kind
    assert_eq 0022 "$(property pod-limits@b UMask)" $kind
    host systemctl stop pod-limits
    wait_until 20 unit_is pod-limits inactive
done
host rm /tmp/limits.json

say "the administrator's drop-in wins"
manifest "$all" "$see" | drop_manifest limits
host_file /run/systemd/system/pod-limits@a.service.d/50-mine.conf <<'EOF'
[Service]
UMask=0007
LimitNOFILE=96
EOF
host systemctl daemon-reload
seen=$(started)
assert_contains "$seen" $'0007\n'
assert_eq 96:96 "$(limit 'open files')"
host systemctl stop pod-limits
host rm -r /run/systemd/system/pod-limits@a.service.d

say "which processes are told of a stop"
child='sh -c "trap \"echo child told; exit 0\" TERM; echo child; sleep 1000 & wait" & trap "echo main told; sleep 0.5; exit 0" TERM; sleep 0.3; echo end; wait; wait'
for mode in mixed control-group process; do
    manifest "$(one kill-mode $mode)" "$child" | drop_manifest limits
    started >/dev/null
    group=$(property pod-limits@a ControlGroup)
    host systemctl start pod-limits@b
    host systemctl stop pod-limits@a
    told=$(app_says limits a | grep told | sort | paste -sd '|')
    left=$(host_sh 'cat "/sys/fs/cgroup$1/cgroup.procs" 2>/dev/null | wc -l' "$group")
    case $mode in
        mixed) assert_eq "main told" "$told"; assert_eq 0 "$left" ;;
        control-group) assert_eq "child told|main told" "$told"; assert_eq 0 "$left" ;;
        process) assert_eq "main told" "$told"; [ "$left" != 0 ] || fail "the child has not run on" ;;
    esac
    host systemctl stop pod-limits
    wait_until 20 unit_is pod-limits inactive
    assert_fails host_sh 'grep . "/sys/fs/cgroup$1/cgroup.procs"' "$group"
done

say "what cannot be is found by verify"
manifest "$(one limit-nofile 10:5)" true | host_file /tmp/limits.json
assert_fails host podctl verify /tmp/limits.json
assert_contains "$output" '/apps/0/annotations/0: "podd.org/limit-nofile": found "10:5", wanted a soft limit within the hard one'
host rm /tmp/limits.json
