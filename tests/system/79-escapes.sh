# SPDX-License-Identifier: LGPL-2.1-or-later
# Ways out that other container runtimes have had, tried from an image or an app: descriptors of podd's, paths that lead
# elsewhere, the kernel's files, cgroups, sockets of the host, and commands that are kept on their way in.
# hosts: bookworm trixie
# full
# timeout: 400
import_probe
clean_up() {
    tidy
    host_sh 'rm -rf /srv/canary /srv/swapped /srv/elsewhere /tmp/hostile /tmp/hostile.tar /etc/podd-test /run/systemd/system/pod-fds@listen.socket /run/podd-test.sock
        systemctl stop podd-test-abstract.socket podd-test-abstract.service 2>/dev/null || true; podctl image rm example.com/hostile >/dev/null 2>&1 || true; systemctl daemon-reload'
}
trap clean_up EXIT
image='"image": {"name": "example.com/probe"}'
root='"user": "0", "group": "0"'
# app NAME EXEC [MEMBERS-OF-APP [MEMBERS-OF-RUNTIME-APP]]: EXEC is a JSON list.
app() { printf '{"name": "%s", %s%s, "app": {"exec": %s, %s%s}}' "$1" "${image}" "${4:+, $4}" "$2" "$root" "${3:+, $3}"; }
# pod NAME APPS [MEMBERS]
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/exit-policy", "value": "all"}]${3:+, $3}, "apps": [$2]}
EOF
    TEST_BEGIN=$(host date +%s.%N)
}
said_by() { wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u "$2" | grep -qx "$3"' "$TEST_BEGIN" "pod-$1@$2" "$3"; }
# hostile_image SCRIPT: an image like that of the probe, changed by the script in its root.
hostile_image() {
    host_sh '
        rm -rf /tmp/hostile && mkdir -p /tmp/hostile/bin /tmp/hostile/tmp && cd /tmp/hostile
        for name in busybox probe; do cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/$name | head -n 1)" bin/; done
        for name in sh rm ln ls head sed stat sleep; do ln -s busybox bin/$name; done
        eval "$1"
        podctl image rm example.com/hostile >/dev/null 2>&1 || true
        tar -cf /tmp/hostile.tar . && podctl import /tmp/hostile.tar --name=example.com/hostile --exec=/bin/sh >/dev/null' "$1"
}

say "D2, CVE-2024-21626: every process that podd starts has 0, 1 and 2, and what its unit was given"
fds='["/bin/probe", "fds"]'
first='["/bin/probe", "first"]'
printf secret | host_file /etc/podd-test/secret 600
host_file /run/systemd/system/pod-fds@listen.socket <<'EOF'
[Socket]
ListenStream=/run/podd-test.sock
EOF
strong='"isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN"]}}, {"name": "os/linux/no-new-privileges", "value": false},
    {"name": "os/linux/seccomp-retain-set", "value": {"set": ["@appc.io/all"]}}, {"name": "os/linux/oom-score-adj", "value": 100}]'
pod fds "$(app init "$fds" '' '"annotations": [{"name": "podd.org/init", "value": "true"}]'),
    $(app handled "$first" "\"eventHandlers\": [{\"name\": \"pre-start\", \"exec\": $fds}, {\"name\": \"post-stop\", \"exec\": $fds}]"),
    $(app secret "$first" '' '"annotations": [{"name": "podd.org/load-credential", "value": "a:/etc/podd-test/secret"}]'),
    $(app strong "$first" "$strong"),
    $(app all "$first" '' '"readOnlyRootFS": true, "mounts": [{"volume": "memory", "path": "/memory"}], "annotations": [
        {"name": "podd.org/stdio-links", "value": "true"}, {"name": "appc.io/executor/supports-systemd-notify", "value": "true"}]'),
    $(app listen "$first")" '"volumes": [{"name": "memory", "kind": "empty", "medium": "memory", "size": "1Mi"}],
    "isolators": [{"name": "os/unix/sysctl", "value": {"kernel.shmmni": "77"}}]'
host_sh 'systemctl start pod-fds@listen.socket && systemctl start --no-block pod-fds'
for name in handled secret strong all listen; do said_by fds $name end; done
# has NAME TIMES [MORE]: so many processes of the app, each with exactly these.
has() {
    said_descriptors=$(app_says fds "$1" | grep '^fd ' | sort | uniq -c | sed 's/^ *//' | paste -sd '|')
    assert_eq "$2 fd 0 /dev/null|$2 fd 1 socket|$2 fd 2 socket${3:+|$2 $3}" "$said_descriptors" "$1"
}
has init 1
has handled 2
for name in secret strong all; do has $name 1; done
has listen 1 'fd 3 socket'
host systemctl stop pod-fds@handled
has handled 3
main=$(property pod-fds MainPID)
assert_eq "" "$(host_sh 'for fd in /proc/$1/fd/*; do readlink "$fd"; done | grep -vE "^(/dev/null|socket:|pipe:|anon_inode:|/run/systemd/nspawn-uid/|/init/proc$)" || true' "$main")" "descriptors of PID 1 of the pod"
host_sh 'systemctl stop pod-fds pod-fds@listen.socket; rm /run/systemd/system/pod-fds@listen.socket; systemctl daemon-reload'

say "D2, CVE-2024-21626: neither working directory nor program of an app lie behind a descriptor, nor behind a link to one"
numbers='3 4 5 6 7 8 9 10 11 12'
gc=../../../../../../../../usr/lib/podd/stage1/nspawn/gc
hostile_image "mkdir work; for n in $numbers; do ln -s /proc/self/fd/\$n wd\$n; ln -s /proc/self/fd/\$n/$gc pr\$n; done"
image='"image": {"name": "example.com/hostile"}'
apps=$(for n in $numbers; do
    app "wd-$n" '["/bin/sleep", "1000"]' "\"workingDirectory\": \"/wd$n\""; echo ,
    app "fd-$n" '["/bin/sleep", "1000"]' "\"workingDirectory\": \"/proc/self/fd/$n\""; echo ,
    app "pr-$n" "[\"/pr$n\"]"; echo ,
    app "pf-$n" "[\"/proc/self/fd/$n/$gc\"]"; echo ,
done)
pod behind "${apps%,*}"
host_sh 'systemctl start pod-behind || true'
wait_until 60 host_sh '! systemctl list-units --plain --no-legend "pod-behind@*" | grep -E " (active|activating|reloading) "'
states=$(host_sh 'for n in $1; do for kind in wd fd pr pf; do echo "$kind $(systemctl show -P ExecMainStatus pod-behind@$kind-$n)"; done; done | sort | uniq -c | sed "s/^ *//" | paste -sd "|"' "$numbers")
assert_eq "10 fd 200|10 pf 203|10 pr 203|10 wd 200" "$states" "CHDIR and EXEC"
# Where there is no descriptor of that number, there is nothing to be refused.
refused=$(host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u "pod-behind@*" | grep -c "^app .* working directory .*Too many levels of symbolic links" || true' "$TEST_BEGIN")
[ "$refused" -ge 8 ] || fail "$refused times only was there something behind the link: this tested nothing"
assert_not_contains "$(host journalctl -q -o cat --since="@$TEST_BEGIN" -u 'pod-behind@*')" 'usage:'
host_sh 'systemctl stop pod-behind; systemctl reset-failed'

say "D2, CVE-2024-21626: nor that of a command, into which the app swaps one"
pod swap "$(app a '["/bin/sh", "-c", "while :; do for n in 3 4 5 6 7 8 9 10 11 12 13 14 15; do rm -rf /work; ln -s /proc/self/fd/$n /work; sleep 0.03; done; done"]' '"workingDirectory": "/work"')"
host systemctl start pod-swap@a
ends=$(host_sh 'i=0; while [ $i -lt 12 ]; do r=0; podctl exec swap -- sh -c "echo INSIDE" 2>&1 || r=$?; echo "status $r"; i=$((i + 1)); done')
assert_eq 12 "$(grep -cx 'status 125' <<<"$ends")"
assert_contains "$ends" 'Too many levels of symbolic links'
assert_not_contains "$ends" INSIDE
host systemctl stop pod-swap

say "CVE-2025-31133, CVE-2025-52565: what covers the kernel's files is not the image's /dev/null or /dev/console"
hidden=$(sed -n 's/^ *{\(kProc\|kSys\), "\(.*\)", kHidden},.*/\1\/\2/p' "$source_dir/src/sandbox/kernel_paths.cpp" | sed 's,^kProc,/proc,; s,^kSys,/sys,' | grep -vx /sys/fs | paste -sd ' ')
[ "$(wc -w <<<"$hidden")" -ge 25 ] || fail "the list of hidden paths was not found: $hidden"
see="for path in $hidden; do test -e \$path || continue; echo \"mode \$(stat -c %a \$path) of \$path\"
        { ls -A \$path/ || head -c 1 \$path; } 2>/dev/null | sed \"s,^.*,SEEN: something of \$path,\"; done
    for path in /dev/null /dev/console /dev/zero; do echo '|/evil' >\$path; done; echo end; exec sleep 1000"
core=$(host cat /proc/sys/kernel/core_pattern)
hostile_image "mkdir dev proc; ln -s /proc/sys/kernel/core_pattern dev/null; ln -s /proc/sysrq-trigger dev/console; ln -s /proc/1/root dev/zero
    ln -s /proc/sys/kernel/core_pattern proc/kcore; ln -s / proc/keys"
pod masks "$(app a "[\"/bin/sh\", \"-c\", $(json "$see")]")"
host systemctl start pod-masks@a
said_by masks a end
seen=$(app_says masks a)
for path in /proc/timer_list /sys/firmware; do assert_contains "$seen" "mode 0 of $path"; done
assert_eq "" "$(grep -E '^(SEEN|mode)' <<<"$seen" | grep -v '^mode 0 of' || true)" "what is hidden"
assert_eq "$core" "$(host cat /proc/sys/kernel/core_pattern)"
host systemctl stop pod-masks
image='"image": {"name": "example.com/probe"}'

say "C1, CVE-2025-52881, CVE-2019-16884: what podd writes to the kernel's files goes there, whatever lies over them in the pod"
host_sh 'mkdir -p /srv/canary/self/attr /srv/canary/sys/kernel && echo 0 | tee /srv/canary/self/oom_score_adj /srv/canary/sys/kernel/shmmni >/srv/canary/self/attr/exec && chown -R 1000:1000 /srv/canary'
before=$(host_sh 'find /srv/canary -type f -exec md5sum {} + | sort')
for path in /proc /proc/sys/kernel /proc/thread-self/attr; do
    pod over "$(app a '["/bin/sleep", "1000"]' '"isolators": [{"name": "os/linux/oom-score-adj", "value": 321}]' "\"mounts\": [{\"volume\": \"v\", \"path\": \"$path\"}]")" \
        '"volumes": [{"name": "v", "kind": "host", "source": "/srv/canary"}], "isolators": [{"name": "os/unix/sysctl", "value": {"kernel.shmmni": "78"}}]'
    if host systemctl start pod-over@a 2>/dev/null; then
        main=$(property pod-over@a MainPID)
        assert_eq 321 "$(host cat "/proc/$main/oom_score_adj")" "a volume at $path"
        assert_eq 78 "$(host nsenter --ipc --target="$main" cat /proc/sys/kernel/shmmni)" "a volume at $path"
        say "  a volume at $path: runs"
    else
        say "  a volume at $path: refused"
    fi
    assert_eq "$before" "$(host_sh 'find /srv/canary -type f -exec md5sum {} + | sort')" "a volume at $path"
    host_sh 'systemctl stop pod-over; systemctl reset-failed'
done

say "F4: a source that becomes a link after it was verified is not followed"
host_sh 'mkdir -p /srv/swapped/real /srv/elsewhere && echo secret >/srv/elsewhere/file && chown -R 1000:1000 /srv/swapped /srv/elsewhere'
pod source "$(app a '["/bin/sh", "-c", "ls /data; exec sleep 1000"]' '' '"mounts": [{"volume": "v", "path": "/data"}]')" \
    '"volumes": [{"name": "v", "kind": "host", "source": "/srv/swapped/real"}]'
host podctl verify /etc/podd/pods.d/source.json
host systemctl start pod-source@a
host systemctl stop pod-source
host_sh 'rmdir /srv/swapped/real && ln -s /srv/elsewhere /srv/swapped/real'
assert_fails host systemctl start pod-source@a
assert_contains "$(journal pod-source)" 'symbolic link'
host_sh 'systemctl reset-failed'

say "C4, I4, I7, I8, CVE-2022-0492, CVE-2020-15257: no writable file of the kernel, no call by another table, no cgroup, no socket of the host"
host systemd-run --quiet --unit=podd-test-abstract --socket-property=ListenStream=@podd-test-abstract --socket-property=Accept=no sleep 1000
control=$(host_sh 'cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/probe | head -n 1)" /tmp/probe; chmod 755 /tmp/probe; /tmp/probe abstract podd-test-abstract; /tmp/probe foreign-calls; rm /tmp/probe')
assert_contains "$control" 'abstract connected' "the control"
assert_contains "$control" 'call by i386: returned' "the control"
powers='"CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_CHOWN", "CAP_FOWNER", "CAP_SYS_PTRACE", "CAP_SYS_RESOURCE", "CAP_NET_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_MODULE"'
script='probe writable; probe abstract podd-test-abstract; probe foreign-calls; probe cgroups; echo end; exec sleep 1000'
pod out "$(app usual "[\"/bin/sh\", \"-c\", \"$script\"]"),
    $(app strong "[\"/bin/sh\", \"-c\", \"$script\"]" "\"isolators\": [{\"name\": \"os/linux/capabilities-retain-set\", \"value\": {\"set\": [$powers]}}]")"
host systemctl start pod-out
for name in usual strong; do
    said_by out $name end
    tried=$(app_says out $name)
    # The kernel lets everybody wait for pressure.
    assert_eq "" "$(grep '^writable ' <<<"$tried" | grep -v '^writable /proc/pressure/' || true)" "$name"
    assert_contains "$tried" 'abstract Connection refused' "$name"
    assert_contains "$tried" 'call by x86-64: returned' "$name"
    for table in i386 x32; do assert_contains "$tried" "call by $table: killed" "$name"; done
    assert_eq "" "$(grep CAUGHT <<<"$tried" || true)" "$name"
done
assert_contains "$tried" 'namespace made, mounted yes' "the strong app could not even begin"
host_sh 'systemctl stop pod-out podd-test-abstract.socket podd-test-abstract.service'

say "E1, CVE-2018-15664, CVE-2019-10152: machinectl copies into the pod and out of it, whatever links the app has put there"
host_sh 'rm -rf /srv/canary; mkdir -p /srv/canary/dir && echo canary >/srv/canary/file && chmod -R a+rwX /srv/canary; echo new >/srv/elsewhere/new'
before=$(host_sh 'find /srv/canary -printf "%p %y %m %U %T@ %s\n" | sort')
pod copy "$(app a '["/bin/sh", "-c", "mkdir -p /l; for to in /srv/canary /proc/1/root/srv/canary ../../../../../../srv/canary; do ln -s $to /l/d$((n += 1)); ln -s $to/file /l/f$n; done; echo end; exec sleep 1000"]')"
host systemctl start pod-copy@a
said_by copy a end
for n in 1 2 3; do
    for place in "d$n/new" "f$n"; do
        host_sh 'timeout 30 machinectl copy-to --force copy /srv/elsewhere/new "/l/$1" 2>/dev/null || timeout 30 machinectl copy-to copy /srv/elsewhere/new "/l/$1" 2>/dev/null || true
            rm -f /srv/elsewhere/back; timeout 30 machinectl copy-from copy "/l/$1" /srv/elsewhere/back 2>/dev/null || true
            if grep -qs canary /srv/elsewhere/back; then echo "copied out by $1"; exit 1; fi' "$place"
    done
done
assert_eq "$before" "$(host_sh 'find /srv/canary -printf "%p %y %m %U %T@ %s\n" | sort')"
host systemctl stop pod-copy
say "E1: the same while the app swaps a folder on the way for a link to the host"
pod copy "$(app a '["/bin/sh", "-c", "mkdir -p /l/real; ln -s /srv/canary /l/link; exec probe swap /l"]')"
host systemctl start pod-copy@a
ways=$(host_sh 'for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        r=0; timeout 30 machinectl copy-to copy /srv/elsewhere/new "/l/real/new-$n" 2>/dev/null || r=$?; echo "to $r"
        rm -f /srv/elsewhere/back; if timeout 30 machinectl copy-from copy /l/real/file /srv/elsewhere/back 2>/dev/null; then cat /srv/elsewhere/back; fi
    done | sort | uniq -c')
assert_matches "$ways" 'to 0' "the swaps are in the way each time: this tests nothing"
assert_matches "$ways" 'to 1' "the swaps are never in the way: this tests nothing"
assert_not_contains "$ways" 'to 124'
assert_not_contains "$ways" canary
assert_eq "$before" "$(host_sh 'find /srv/canary -printf "%p %y %m %U %T@ %s\n" | sort')"
unit_is pod-copy@a active || fail "the app has given up"
host systemctl stop pod-copy

say "an app that stops a command on its way in keeps neither it nor what runs it"
pod stopper "$(app a '["/bin/probe", "stop"]' '"isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_KILL"]}}]')"
host systemctl start pod-stopper@a
stuck=$(host_sh 'i=0
    while [ $i -lt 60 ]; do
        podctl exec stopper /bin/probe fds >/dev/null 2>&1 </dev/null & pid=$!
        while ps -o stat= -p $pid | grep -qv Z; do
            if ps -eo stat=,comm= | grep -q "^T.* enter$"; then echo stuck; kill -KILL $pid; exit 0; fi
            # Where it came a moment later, the command itself has been stopped, and does not end.
            if ps -eo stat=,args= | grep -q "^T.* /bin/probe fds$"; then kill -KILL $pid; break; fi
            sleep 0.05
        done
        i=$((i + 1))
    done')
[ -n "$stuck" ] || fail "no command was ever stopped: this tested nothing"
wait_until 15 host_sh '! systemctl list-units --plain --no-legend --all "podd-enter-*" | grep .'
assert_eq "" "$(host_sh 'ls -d /sys/fs/cgroup/machine.slice/machine-stopper.slice/pod-stopper@a.service/enter-* 2>/dev/null || true')"
