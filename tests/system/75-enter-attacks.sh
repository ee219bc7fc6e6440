# SPDX-License-Identifier: LGPL-2.1-or-later
# What a hostile image or app could do to a command that enters it, or to the host by way of one: rows of the attack table
# and holes of others that concern commands in apps.
# hosts: bookworm trixie vm
# timeout: 900
import_image busybox
import_probe
drop_manifest trap <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/probe", "watch"], "user": "0", "group": "0",
           "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"]}},
                         {"name": "os/linux/seccomp-remove-set", "value": {"set": ["@appc.io/empty"]}},
                         {"name": "os/linux/no-new-privileges", "value": false}]}}]}
EOF
host systemctl start pod-trap@a
inside() { host podctl exec trap -- sh -c "$@"; }
enter=/usr/lib/podd/stage1/nspawn/enter
before=$(host_sh 'sha256sum /usr/lib/podd/stage1/nspawn/* /usr/lib/podd/podd')

say "CVE-2019-10144: no capability that the app does not have; CVE-2019-10145: its filter; CVE-2019-10147: its cgroup and devices"
drop_manifest plain <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
host systemctl start pod-plain@a
state=$(host podctl exec plain -- sh -c 'cat /proc/self/status /proc/self/cgroup; cat /proc/self/uid_map
    mknod /tmp/disk b 8 0 2>&1; mount -t tmpfs none /tmp 2>&1; unshare -U true 2>&1; keyctl 2>&1; ls /dev')
assert_matches "$state" 'CapEff:[[:space:]]+00000000a80425fb'
assert_matches "$state" 'CapBnd:[[:space:]]+00000000a80425fb'
assert_matches "$state" 'CapInh:[[:space:]]+0000000000000000'
assert_matches "$state" 'NoNewPrivs:[[:space:]]+1'
assert_matches "$state" 'Seccomp:[[:space:]]+2'
assert_contains "$state" '0::/enter-'
assert_not_contains "$state" '4294967295'
assert_matches "$state" 'mknod: /tmp/disk'
assert_matches "$state" 'mount: .*(denied|permitted)'
assert_matches "$state" 'unshare: '

say "D2, D3, CVE-2024-21626: three descriptors, the app's variables, and nothing of the host's, whatever the caller has"
first=$(host_sh 'exec 7</ 8</etc/shadow 9>/tmp/enter-nine; cd /root; CANARY=x timeout 3 podctl exec plain /bin/probe first </dev/null 2>&1 | cat' || true)
assert_eq "fd 0 /dev/null|fd 1 pipe|fd 2 pipe" "$(grep '^fd ' <<<"$first" | sort | paste -sd '|')"
assert_eq "" "$(sed -n 's/^env //p' <<<"$first" | grep -vxE 'AC_APP_NAME|PATH|container|HOME|USER|LOGNAME|SHELL' || true)" "a variable of the caller's"
assert_contains "$(host podctl exec plain -- sh -c 'pwd; ls -l /proc/self/cwd')" '/proc/self/cwd -> /'
say "and none on the way to the program: its name and the image's links may lead to /proc/self/fd"
# A program without a loader, so that the pod has all that it needs.
ways=$(host_sh 'for number in 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    way=/proc/self/fd/$number/../../../../../../../../usr/lib/podd/stage1/nspawn/gc
    podctl exec plain -- ln -sfn $way /tmp/link
    for program in $way /tmp/link; do
        r=0; said=$(podctl exec plain -- $program 2>&1) || r=$?
        case $r$said in 127*"is missing"*) ;; *) echo "$r $said" ;; esac
    done
done')
assert_eq "" "$ways" "programs of the host"
for stream in '0</' '1</etc' '0</dev/kmsg' '0</dev/loop-control'; do
    host test -e "${stream#*<}" || continue
    assert_status 125 host_sh "podctl exec plain true $stream"
    assert_contains "$output" 'neither a file nor a pipe' "$stream"
done
# A terminal stays with podctl; the command has a pipe in its place.
if host test -e /dev/tty0; then
    assert_matches "$(host_sh 'timeout 10 podctl exec plain sh -c "readlink /proc/self/fd/0" 0</dev/tty0')" '^pipe:'
fi

say "D1, CVE-2019-5736, rkt #3999: what runs in the pod is not to be overwritten through /proc/self/exe"
inside 'printf "#!/proc/self/exe\n" >/bin/evil; chmod 755 /bin/evil'
assert_fails host podctl exec trap -- /bin/evil
assert_fails host podctl exec --privileged trap -- /bin/evil
for program in /proc/1/exe /proc/1/root/bin/true; do
    assert_fails host podctl exec --privileged trap -- $program
done
# As one of them passes by, nothing opens for writing, or for reading.
inside 'i=0; while [ $i -lt 2000 ]; do for p in /proc/[0-9]*; do
        read -r name <$p/comm 2>/dev/null || continue
        [ "$name" = enter ] && { echo x >>$p/exe && echo WROTE; head -c 4 $p/exe | grep -q ELF && echo READ; } 2>/dev/null
        done; i=$((i + 1)); done' >"$TEST_TMP/wrote" 2>/dev/null &
caller=$!
host_sh 'for i in 1 2 3 4 5 6; do podctl exec --privileged trap -- /bin/evil >/dev/null 2>&1 || true; done'
kill "$caller" 2>/dev/null || true
wait "$caller" || true
assert_eq "" "$(cat "$TEST_TMP/wrote")"
assert_eq "$before" "$(host_sh 'sha256sum /usr/lib/podd/stage1/nspawn/* /usr/lib/podd/podd')"
assert_eq 711 "$(host stat -c %a $enter)"

say "D5: a command that is on its way in is not traced, read or robbed from inside, whatever the app may do there"
host_sh 'for i in 1 2 3 4 5 6 7 8; do podctl exec trap true; done'
watched=$(app_says trap a)
assert_contains "$watched" watching
assert_matches "$watched" 'seen [0-9]+' "the watcher saw none of them: this tested nothing"
assert_not_contains "$watched" CAUGHT

say "E3, CVE-2022-1227: no program of the image runs outside of it, and no name is looked up by its libraries"
inside 'for p in nsenter sh systemctl; do :; done; mkdir -p /lib64 /usr/lib; echo /tmp/evil.so >/etc/ld.so.preload; echo "passwd: evil" >/etc/nsswitch.conf'
assert_eq ok "$(inside 'echo ok')"

say "E7: a pid that another process has now is not entered"
record=/run/podd/pods/plain/sandbox.json
host cp $record /tmp/sandbox.json
host_sh 'jq -c ".leader = 1" /tmp/sandbox.json >"$1"' $record
assert_status 125 host podctl exec plain true
assert_contains "$output" 'its sandbox is not running any more'
host cp /tmp/sandbox.json $record
host podctl exec plain true

say "the app cannot keep a command: a stopped or frozen one is ended with its caller"
host_sh 'podctl exec trap -- sleep 531 & pid=$!
    until pgrep -f "^sleep 53[1]" >/dev/null; do sleep 0.1; done
    podctl exec trap -- sh -c "kill -STOP \$(pidof sleep)"; kill -KILL $pid'
wait_until 15 host_sh '! pgrep -f "^sleep 53[1]"'

say "I5: a command that --privileged gives all that the pod's root may have is not root on the host"
assert_eq "$(host podctl exec plain cat /proc/self/uid_map)" "$(host podctl exec --privileged plain cat /proc/self/uid_map)"
# In one shell: what it leaves in the background need not outlive it.
uid=$(host_sh 'podctl exec --privileged plain -- sleep 532 >/dev/null 2>&1 &
    until pid=$(pgrep -f "^sleep 53[2]"); do sleep 0.1; done
    stat -c %u "/proc/$pid"
    kill "$pid"')
[ "$uid" -ge 65536 ] || fail "it is user $uid of the host"
core_pattern=$(host cat /proc/sys/kernel/core_pattern)
said=$(host podctl exec --privileged plain -- sh -c 'umount /proc/kcore; umount /sys; mount -t proc none /tmp; echo x >/proc/sys/kernel/core_pattern; mknod /tmp/sda b 8 0; cat /proc/kcore | head -c 1' 2>&1 || true)
assert_eq "$core_pattern" "$(host cat /proc/sys/kernel/core_pattern)" "the host's"
assert_matches "$said" 'umount: '
assert_matches "$said" 'mount: '
assert_matches "$said" 'mknod: '
host rm -f /tmp/enter-nine /tmp/sandbox.json
