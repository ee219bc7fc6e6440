# SPDX-License-Identifier: LGPL-2.1-or-later
# podctl exec and enter: the command is a part of the app, with its confinement, its limits and its end.
# hosts: bookworm trixie
# smoke
import_image busybox

# app_of COMMAND...: the app that commands are run in, and are compared with.
app_of() {
    cat <<EOF
{"name": "one", "image": {"name": "example.com/busybox"},
 "app": {"exec": ["/bin/sh", "-c", $(json "$1")], "user": "1000", "group": "1000", "supplementaryGIDs": [7, 8],
         "workingDirectory": "/tmp", "environment": [{"name": "GREETING", "value": "hello"}],
         "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"]}}]}}
EOF
}
state='grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Sig[BI])" /proc/self/status; pwd; umask; ulimit -n; ulimit -c
    env | grep -vE "^(_|SHLVL|PWD)=" | sort'
trap 'host rm -r /run/systemd/system/pod-web@one.service.d; tidy' EXIT
host_file /run/systemd/system/pod-web@one.service.d/limits.conf <<'EOF'
[Service]
LimitNOFILE=4321
LimitCORE=8192
UMask=0027
EOF
drop_manifest web <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [$(app_of "($state) 2>&1; echo end; exec sleep 1000"),
          {"name": "two", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
host systemctl start pod-web@one pod-web@two
# entered SCRIPT: as the first app runs it.
entered() { host podctl exec web/one -- sh -c "$1"; }

say "C166, C185: user, groups, working directory, environment and confinement are the app's"
wait_until 20 host_sh 'journalctl --sync; journalctl -q -o cat -u pod-web@one | grep -qx end'
app_says web one | sed '/^end$/,$d' >"$TEST_TMP/app"
entered "($state) 2>&1" | sed 's, *$,,' >"$TEST_TMP/entered"
assert_eq "$(cat "$TEST_TMP/app")" "$(cat "$TEST_TMP/entered")" "as the app itself"
assert_matches "$(cat "$TEST_TMP/entered")" 'CapBnd:[[:space:]]+0000000000000401'
assert_matches "$(cat "$TEST_TMP/entered")" 'Seccomp:[[:space:]]+2'
assert_contains "$(cat "$TEST_TMP/entered")" 'GREETING=hello'
assert_contains "$(cat "$TEST_TMP/entered")" $'\n4321\n' "limits of the unit's"
assert_contains "$(cat "$TEST_TMP/entered")" $'\n0027\n' "its umask"
main=$(property pod-web@one MainPID)
for n in user pid net ipc uts cgroup; do
    assert_eq "$(host readlink "/proc/$main/ns/$n")" "$(host podctl exec web/one readlink "/proc/self/ns/$n")" "namespace $n"
done

say "it is born in a cgroup beneath that of the app's unit, and sees the unit's as its root"
entered 'grep ^0: /proc/self/cgroup; cd /sys/fs/cgroup; ls -d enter-*; exec sleep 776' >"$TEST_TMP/said" &
caller=$!
wait_until 20 host pgrep -f '^sleep 77[6]'
name=$(sed -n 's,^0::/,,p' "$TEST_TMP/said")
assert_matches "$name" '^enter-[0-9a-f]{16}$'
assert_eq "$name" "$(tail -n 1 "$TEST_TMP/said")"
assert_contains "$(host_sh 'cat /proc/$(pgrep -f "^sleep 77[6]")/cgroup')" /machine.slice/machine-web.slice/pod-web@one.service/enter-
say "and ends with the app"
host systemctl stop pod-web@one
status=0
wait "$caller" || status=$?
assert_eq 137 "$status" "killed with the app"
wait_until 10 host_sh '! systemctl list-units --plain --no-legend --all "podd-enter-*" | grep .'
assert_status 125 entered true
assert_contains "$output" 'app "one" of pod "web": it is not running'
assert_contains "$output" "hint: 'systemctl status pod-web@one.service'"
say "I7: a cgroup of the unit's name elsewhere draws no command to it"
host_sh 'mkdir -p "/sys/fs/cgroup/fake/$1"; sleep 775 >/dev/null 2>&1 & echo $! >"/sys/fs/cgroup/fake/$1/cgroup.procs"' pod-web@one.service
assert_status 125 entered true
assert_contains "$output" 'it is not running'
host_sh 'pkill -f "^sleep 77[5]"; i=0; until rmdir "/sys/fs/cgroup/fake/$1" || [ $i = 50 ]; do i=$((i + 1)); sleep 0.1; done; rmdir /sys/fs/cgroup/fake' pod-web@one.service
host systemctl start pod-web@one

say "of a pod that does not run, no path of ours"
host systemctl stop pod-web
assert_status 125 entered true
assert_contains "$output" 'app "one" of pod "web": its pod is not running'
assert_contains "$output" "hint: 'systemctl status pod-web' says why"
host systemctl start pod-web

say "exit statuses"
for number in 0 3 255; do assert_status "$number" entered "exit $number"; done
assert_status 137 entered 'kill -9 $$'
assert_status 127 host podctl exec web/one -- no-such-program
assert_contains "$output" 'program "no-such-program" is missing: PATH is'
assert_status 126 host podctl exec web/one -- /etc/hostname
assert_contains "$output" 'is not executable'
assert_status 125 host podctl exec web true
assert_contains "$output" 'hint: say which: web/one, web/two'
assert_status 125 host podctl exec web/three true
assert_status 125 host podctl exec nosuch true
assert_contains "$output" 'there is no such pod'
assert_status 2 host podctl exec web/one
assert_status 2 host podctl exec web/ true

say "words are taken as they are"
assert_eq $'%n\n$HOME\n${x}\n\n a \nä\n"\n\\\n--\n-l' "$(host podctl exec web/one -- printf '%s\n' %n '$HOME' '${x}' '' ' a ' 'ä' '"' '\' -- -l)"
assert_eq "-- -x" "$(host podctl exec web/one echo -- -x)"

say "variables and a working directory of its own, beside the app's"
assert_eq $'/etc\na b\nhello\n\n1000' "$(host podctl exec -E A='a b' --setenv=EMPTY= --working-directory=/etc web/one -- sh -c 'pwd; echo "$A"; echo "$GREETING"; echo "$EMPTY"; id -u')"
assert_eq "other first" "$(host env FIRST=first podctl exec --setenv=GREETING=other --setenv=FIRST web/one -- sh -c 'echo $GREETING $FIRST')"
assert_status 125 host podctl exec --working-directory=/nowhere web/one true
assert_contains "$output" 'working directory "/nowhere": No such file or directory'
assert_status 125 host podctl exec --working-directory=/proc/self/cwd web/one true
assert_status 125 host podctl exec --working-directory=tmp web/one true
assert_contains "$output" 'WorkingDirectory: wanted an absolute path'
assert_status 125 host podctl exec --setenv=LISTEN_FDS=1 web/one true
assert_contains "$output" 'LISTEN_FDS is not for you to set'
assert_status 2 host podctl exec --setenv=no_such_variable web/one true
assert_status 2 host podctl status --setenv=A=b

say "streams are the caller's own: binary, shared, separate, closed"
head -c 3000000 /dev/urandom >"$TEST_TMP/blob"
assert_eq "$(sha256sum <"$TEST_TMP/blob")" "$(host podctl exec web/one cat <"$TEST_TMP/blob" | sha256sum)"
assert_eq "1 2 3" "$(host_sh 'printf "1\n2\n3\n" | podctl exec web/one -- sh -c "read a; echo \$a; read b; echo \$b; cat"' | xargs)"
assert_eq "" "$(host podctl exec web/one cat </dev/null)"
assert_eq "out err" "$(host_sh 'podctl exec web/one -- sh -c "echo out; echo err >&2" 2>/tmp/enter-err; cat /tmp/enter-err' | xargs)"
assert_eq "closed" "$(host_sh 'podctl exec web/one -- sh -c "read x || echo closed" <&-')"

say "signals are passed on, to the whole process group"
# signalled SIGNAL SCRIPT: what the script said, and podctl's status.
signalled() {
    host_sh ': >/tmp/enter-out; env --default-signal=INT podctl exec web/one -- sh -c "$2" >/tmp/enter-out &
        pid=$!
        until grep -q ready /tmp/enter-out; do sleep 0.1; done
        kill -"$1" $pid; r=0; wait $pid || r=$?; cat /tmp/enter-out; echo $r' "$@" | xargs
}
assert_eq "ready got 9" "$(signalled USR1 'trap "echo got; exit 9" USR1; echo ready; while :; do sleep 0.1; done')"
assert_eq "ready 143" "$(signalled TERM 'echo ready; sleep 100; echo late')"
assert_eq "ready 130" "$(signalled INT 'echo ready; sleep 100; echo late')"

say "what it leaves behind ends with it, and what it runs ends with its caller"
entered 'sleep 777 & echo'
assert_fails host pgrep -f '^sleep 77[7]'
host_sh 'podctl exec web/one -- sleep 778 & pid=$!
    until pgrep -f "^sleep 77[8]" >/dev/null; do sleep 0.1; done
    kill -KILL $pid'
wait_until 10 host_sh '! pgrep -f "^sleep 77[8]"'
host_sh 'podctl exec web/one -- sleep 779 & pid=$!
    until pgrep -f "^sleep 77[9]" >/dev/null; do sleep 0.1; done
    systemctl kill --signal=KILL "podd-enter-*"; r=0; wait $pid || r=$?; test $r = 125'
assert_fails host pgrep -f '^sleep 77[9]'
assert_eq active "$(property pod-web@one ActiveState)" "the app has seen nothing of all this"
host rm -f /tmp/enter-out /tmp/enter-err
