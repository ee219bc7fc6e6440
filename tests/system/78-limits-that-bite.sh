# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits that bite, measured: memory, swap, processors, tasks, disks, for an app and for its pod; and what systemctl and podctl say of
# them. It needs a kernel of the host's own: containers of these tests have no controllers.
# hosts: bookworm trixie vm-only
# full
# timeout: 600
import_image busybox
clean_up() { tidy; host_sh 'swapoff /var/tmp/swap 2>/dev/null || true; rm -rf /var/tmp/swap /srv/bite /run/systemd/system/pod-bite@a.service.d; systemctl daemon-reload'; }
trap clean_up EXIT

isolator() { printf '{"name": "%s", "value": %s}' "$1" "$2"; }
annotation() { printf '{"name": "podd.org/%s", "value": "%s"}' "$1" "$2"; }
memory() { isolator resource/memory "{\"limit\": \"$1\"}"; }
cpu() { isolator resource/cpu "{\"limit\": \"$1\"}"; }
# app NAME SCRIPT [ISOLATORS] [ANNOTATIONS] [MOUNTS]
app() {
    printf '{"name": "%s", "image": {"name": "example.com/busybox"}, "annotations": [%s], "mounts": [%s],
        "app": {"exec": ["/bin/sh", "-c", %s], "user": "0", "group": "0", "isolators": [%s]}}' "$1" "${4:-}" "${5:-}" "$(json "$2")" "${3:-}"
}
# pod POD-MEMBERS APP...: makes it the manifest and starts it, until its app "a" has started.
pod() {
    local members=$1
    shift
    # The slice of the pod before has perhaps no file, and would stay.
    host_sh 'systemctl stop pod-bite machine-bite.slice 2>/dev/null || true; systemctl reset-failed'
    drop_manifest bite <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", ${members:+$members,} "apps": [$(IFS=,; echo "$*")]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-bite@a
}
all='"annotations": ['$(annotation exit-policy all)']'
says() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u "pod-bite@$2" | grep -q -- "$3"' "$TEST_BEGIN" "$1" "$2"; }
ends() { wait_until 120 host_sh 'systemctl is-active "$1" | grep -Eqx "inactive|failed"' "pod-bite${1:+@$1}"; }
in_group() { host cat "/sys/fs/cgroup$(property "$1" ControlGroup)/$2"; }
hog='exec dd if=/dev/zero of=/dev/null bs=48M count=1'
rest='exec sleep 1000'

say "K1, K2: memory: the app that takes more is killed, everybody says so, and the exit policy holds"
pod '' "$(app a "$hog" "$(memory 16Mi)")" "$(app b "$rest")"
ends a
assert_eq oom-kill "$(property pod-bite@a Result)"
assert_contains "$(host systemctl status --no-pager pod-bite@a || true)" "Result: oom-kill"
ends ''
assert_eq inactive "$(property pod-bite@b ActiveState)" "on-failure ends the pod"
assert_contains "$(host podctl status bite || true)" "failed (failed) (Result: oom-kill), killed for want of memory"
pod "$all" "$(app a "$hog" "$(memory 16Mi)")" "$(app b "$rest" "$(memory 64Mi)")"
ends a
assert_eq active "$(property pod-bite@b ActiveState)" "all: the others run on"
shown=$(host podctl status bite)
assert_contains "$shown" "killed for want of memory"
assert_contains "$shown" "limits: memory max 64.0M, tasks max"
assert_not_contains "$shown" Weakened
pod '' "$(app a "${hog#exec }; echo enough; $rest" "$(memory 96Mi)")"
wait_until 60 says a enough
assert_eq active "$(property pod-bite@a ActiveState)" "an app within its limit"

say "memory: what follows when a child was killed is the app's to say"
child="(${hog#exec }); echo \"child: \$?\"; $rest"
pod '' "$(app a "$child" "$(memory 16Mi)")"
ends a
assert_eq oom-kill "$(property pod-bite@a Result)"
pod '' "$(app a "$child" "$(memory 16Mi)" "$(annotation oom-policy continue)")"
wait_until 60 says a 'child: 137'
assert_eq active "$(property pod-bite@a ActiveState)"
assert_contains "$(host podctl status bite)" "1 process killed for want of memory"
pod '' "$(app a "$child" "$(memory 16Mi)" "$(annotation oom-policy kill)")"
ends a
assert_eq oom-kill "$(property pod-bite@a Result)"
assert_not_contains "$(app_says bite a)" child

say "memory: the pod's limit bounds its apps, whatever they may have themselves"
pod "$all, \"isolators\": [$(memory 24Mi)]" "$(app a "sleep 3; $hog" "$(memory 1Gi)")" "$(app b "$rest")"
shown=$(host podctl status bite)
assert_contains "$shown" "Limits: memory max 24.0M"
ends a
assert_eq oom-kill "$(property pod-bite@a Result)"
assert_eq active "$(property pod-bite@b ActiveState)" "the largest is killed"

say "memory-high: pages of files go first, nobody is killed"
write='dd if=/dev/zero of=/bite/file bs=1M count=64 2>/dev/null; sync; echo written; '$rest
volume='"volumes": [{"name": "v", "kind": "host", "source": "/srv/bite", "idmap": "host"}]'
at='{"volume": "v", "path": "/bite"}'
host mkdir -p /srv/bite
pod "$volume" "$(app a "$write" '' '' "$at")"
wait_until 60 says a written
free=$(in_group pod-bite@a memory.current)
pod "$volume" "$(app a "$write" "$(isolator podd.org/memory-high '"16Mi"')" '' "$at")"
wait_until 120 says a written
held=$(in_group pod-bite@a memory.current)
say "  $free bytes without, $held with"
[ "$free" -gt $((56 << 20)) ] || fail "without the limit there are $free bytes only"
[ "$held" -le $((20 << 20)) ] || fail "the limit of 16 MiB leaves $held bytes"
assert_matches "$(in_group pod-bite@a memory.events)" 'high [1-9]'

say "swap: so much, and none"
host_sh 'dd if=/dev/zero of=/var/tmp/swap bs=1M count=96 2>/dev/null; chmod 600 /var/tmp/swap; mkswap /var/tmp/swap >/dev/null; swapon /var/tmp/swap'
pod '' "$(app a "$hog" "$(memory 16Mi), $(isolator podd.org/memory-swap-max 0)")"
ends a
assert_eq oom-kill "$(property pod-bite@a Result)"
pod '' "$(app a "$hog" "$(memory 16Mi), $(isolator podd.org/memory-swap-max '"64Mi"')")"
ends a
assert_eq success "$(property pod-bite@a Result)"
host swapoff /var/tmp/swap

# share PATH SECONDS: thousandths of a processor that the group has used.
share() {
    host_sh 'cd "/sys/fs/cgroup$1"
        now() { sed -n "s/^usage_usec //p" cpu.stat; sed "s/ .*//; s/\\.//" /proc/uptime; }
        set -- $2 $(now); sleep $1; set -- $2 $3 $(now); echo $((($3 - $1) / 10 / ($4 - $2)))' "$1" "$2"
}
# has_share GROUP WANTED: within a tenth. An emulated processor that has to wait loses whole periods, and what it takes too much in
# one it gives back in those that follow: then it is measured again, and must not be more in all.
has_share() {
    local try measured sum=0
    for try in 1 2 3 4 5 6 7 8; do
        measured=$(share "$1" 10)
        sum=$((sum + measured))
        say "  $measured thousandths of a processor, wanted $2"
        [ "$measured" -lt $(($2 * 9 / 10)) ] || [ $((sum / try)) -gt $(($2 * 11 / 10)) ] || [ "$measured" -gt $(($2 * 11 / 10)) ] || return 0
    done
    fail "not within a tenth of the limit"
}
busy='while :; do :; done'
say "processors: the quota of an app"
pod '' "$(app a "$busy & $busy" "$(cpu 200m)")"
has_share "$(property pod-bite@a ControlGroup)" 200
assert_contains "$(host podctl status bite)" "CPU 20%"
say "processors: that of a pod, for all of its apps together"
pod "\"isolators\": [$(cpu 400m)]" "$(app a "$busy")" "$(app b "$busy")"
has_share "$(property machine-bite.slice ControlGroup)" 400

say "processors: only those that are allowed, shared out by weight"
pod "\"isolators\": [$(isolator podd.org/allowed-cpus '"0"')]" \
    "$(app a "grep Cpus_allowed_list /proc/self/status; nproc; $busy" "$(isolator podd.org/cpu-weight 400)")" \
    "$(app b "$busy" "$(isolator podd.org/cpu-weight 100)")"
wait_until 30 says a Cpus_allowed_list
assert_matches "$(app_says bite a)" 'Cpus_allowed_list:[[:space:]]0'$'\n1'
host_sh 'cd "/sys/fs/cgroup$1"
    used() { sed -n "s/^usage_usec //p" "pod-bite@a.service/cpu.stat" "pod-bite@b.service/cpu.stat"; sed "s/ .*//; s/\\.//" /proc/uptime; }
    set -- $(used); sleep 10; set -- $@ $(used); echo $(($4 - $1)) $(($5 - $2)) $((($6 - $3) * 10000))' "$(property machine-bite.slice ControlGroup)" >"$TEST_TMP/used"
read -r more less elapsed <"$TEST_TMP/used"
say "  $more and $less of $elapsed microseconds"
[ $((more + less)) -le $((elapsed * 21 / 20)) ] || fail "more than one processor was used"
[ "$more" -gt $((less * 3)) ] || fail "four times the weight is worth $more to $less"
[ "$more" -lt $((less * 5)) ] || fail "four times the weight is worth $more to $less"

say "K1: tasks: a bomb in an app stays in the app, one without limit in the pod"
bomb="(i=0; while [ \$i -lt 500 ]; do sleep 1000 & i=\$((i + 1)); done); echo end; $rest"
pod '' "$(app a "$bomb" "$(isolator podd.org/tasks-max 32)")" "$(app b "while sleep 1; do (echo forked); done")"
wait_until 60 says a "can't fork"
wait_until 60 says a end
assert_matches "$(in_group pod-bite@a pids.events)" 'max [1-9]'
[ "$(in_group pod-bite@a pids.current)" -le 32 ] || fail "more tasks than allowed"
wait_until 30 says b forked
assert_contains "$(host podctl status bite)" "tasks max 32"
host systemctl stop pod-bite@a
pod "$all, \"isolators\": [$(isolator podd.org/tasks-max 64)]" "$(app a "$bomb")"
wait_until 60 says a "can't fork"
[ "$(in_group machine-bite.slice pids.current)" -le 64 ] || fail "more tasks than allowed"
host true
pod '' "$(app a "(b() { b | b & b; }; b) & $rest" "$(isolator podd.org/tasks-max 48)")"
sleep 5
host true
[ "$(in_group pod-bite@a pids.current)" -le 48 ] || fail "more tasks than allowed"
host systemctl stop pod-bite

say "disks: so many bytes and operations per second, of the device of a volume"
time='now() { sed "s/ .*//; s/\\.//" /proc/uptime; }; took() { b=$(now); "$@" 2>/dev/null || echo "$@ failed"; echo "took $(($(now) - b))"; }; '
reading='took dd if=/bite/file of=/dev/null bs=256k count=32 iflag=direct'
writing='took dd if=/dev/zero of=/bite/new bs=256k count=32 oflag=direct'
small='took dd if=/bite/file of=/dev/null bs=4k count=120 iflag=direct'
# took ISOLATORS COMMAND: hundredths of a second.
took() {
    pod "$volume" "$(app a "$time $2; echo end; $rest" "$1" '' "$at")"
    wait_until 120 says a '^end'
    app_says bite a | sed -n 's/^took //p'
}
bandwidth=$(isolator resource/block-bandwidth '{"default": true, "limit": "1M"}')
iops=$(isolator resource/block-iops '{"default": true, "limit": 20}')
while IFS='|' read -r what limit shown command least <&3; do
    free=$(took '' "$command")
    held=$(took "$limit" "$command")
    say "  $what: $held hundredths of a second, $free without a limit"
    [ "$held" -ge "$least" ] || fail "$what: wanted at least $least"
    [ "$free" -lt "$held" ] || fail "$what: the disk itself is no faster"
    assert_contains "$(host podctl status bite)" "$shown"
done 3<<LIST
reading|$bandwidth|read 976.6K/s|$reading|755
writing|$bandwidth|write 976.6K/s|$writing|755
operations|$iops|reads 20/s|$small|540
LIST

say "status has the limits in force, and says where they are weaker than asked for"
pod '' "$(app a "$rest" "$(memory 64Mi), $(isolator podd.org/tasks-max 50)")"
assert_not_contains "$(host podctl status bite)" Weakened
host systemctl set-property --runtime pod-bite@a MemoryMax=32M TasksMax=60
shown=$(host podctl status bite)
assert_contains "$shown" "Weakened: app a: TasksMax is 60, asked for was 50"
assert_contains "$shown" "limits: memory max 32.0M, tasks max 60"
assert_not_contains "$shown" MemoryMax
host_sh 'systemctl stop pod-bite; systemctl revert pod-bite@a.service'
host_file /run/systemd/system/pod-bite@a.service.d/50-mine.conf <<'END'
[Service]
MemoryMax=infinity
END
pod '' "$(app a "$rest" "$(memory 64Mi)")"
assert_contains "$(host podctl status bite)" "Weakened: app a: MemoryMax is without bound, asked for was 64.0M"
assert_contains "$(host podctl status bite --json=short)" '"app a: MemoryMax is without bound'
