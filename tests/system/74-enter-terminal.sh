# SPDX-License-Identifier: LGPL-2.1-or-later
# A terminal of the pod's own for commands in apps, and a shell; where one of the streams is no terminal there is none.
# hosts: bookworm trixie
import_image busybox
drop_manifest tty <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "1000", "group": "1000"}}]}
EOF
host systemctl start pod-tty@a
# terminal [OPTION...] ROWS COLUMNS CMD...: runs it on the host, on a terminal of this machine; see terminal.py.
terminal() {
    local options=()
    while [[ $1 = --* ]]; do
        options+=("$1")
        case $1 in
            --check) ;;
            --resize) options+=("$2" "$3"); shift 2 ;;
            *) options+=("$2"); shift ;;
        esac
        shift
    done
    options+=("$1" "$2")
    shift 2
    python3 "$source_dir/tests/system/app/terminal.py" "${options[@]}" \
        "$TESTHOST" exec "$HOST" -- env TERM="${terminal_type:-xterm}" "$@" || echo "status $?"
}

say "a terminal of the pod, owned by the app's user, of the caller's size and type"
said=$(terminal 33 91 podctl exec tty -- sh -c 'tty; stty size; echo "term $TERM"; ls -ln $(tty); exit 7')
assert_contains "$said" '/dev/pts/0'
assert_contains "$said" '33 91'
assert_contains "$said" 'term xterm'
assert_matches "$said" 'crw--w---- +1 1000 +5 '
assert_contains "$said" 'status 7'
assert_contains "$(terminal_type='x y' terminal 24 80 podctl exec tty -- sh -c 'echo "term $TERM"')" 'term dumb'

say "it follows the caller's size, keys go through it, and ^C reaches the command only"
said=$(terminal --resize 40 100 24 80 podctl exec tty -- sh -c 'trap "stty size; exit 5" WINCH; echo ready; while :; do sleep 0.1; done')
assert_contains "$said" '40 100'
assert_contains "$said" 'status 5'
said=$(terminal --keys '\x03' 24 80 podctl exec tty -- sh -c 'echo ready; exec sleep 100')
assert_contains "$said" 'status 130'
said=$(terminal --keys 'one\rtwo\r\x04' 24 80 podctl exec tty -- sh -c 'stty -echo; echo ready; tr a-z A-Z')
assert_contains "$said" $'ONE\r\nTWO'

say "a shell"
said=$(terminal --keys 'echo $((6 * 7)); exit 4\r' --after 'to leave' 24 80 podctl enter tty a)
assert_contains "$said" 'Press ^] three times'
assert_contains "$said" '42'
assert_contains "$said" 'status 4'
assert_eq 42 "$(host_sh 'echo "echo \$((6 * 7))" | podctl enter tty/a')"

say "^] three times leaves, and the command ends"
said=$(terminal --keys '\x1d\x1d\x1d' 24 80 podctl exec tty -- sh -c 'echo ready; exec sleep 654')
assert_contains "$said" 'status 129'
wait_until 10 host_sh '! pgrep -f "^sleep 65[4]"'

say "the terminal is as it was before"
assert_contains "$(terminal --check 24 80 podctl exec tty true)" 'terminal unchanged'

say "D2: no process in a pod holds the caller's terminal, whichever of the three streams is one"
for redirected in '0</dev/null' '1>/tmp/enter-out' '0</dev/null 1>/tmp/enter-out' '0</dev/null 2>/tmp/enter-out'; do
    said=$(terminal 24 80 sh -c "podctl exec tty -- sh -c 'ls -l /proc/self/fd >&2; for n in 0 1 2; do test ! -t \$n || echo TERMINAL; ls -l /proc/self/fd; done' $redirected
        cat /tmp/enter-out || true")
    assert_contains "$said" 'pipe:[' "$redirected"
    assert_not_contains "$said" TERMINAL "$redirected"
    host rm -f /tmp/enter-out
done
said=$(terminal --keys 'word\r\x04' --after '' 24 80 sh -c 'podctl exec tty -- sh -c "read x; echo got \$x" >/tmp/enter-out; cat /tmp/enter-out')
assert_contains "$said" 'got word' "and what is typed arrives all the same"
host rm -f /tmp/enter-out

say "an app that holds the terminal of a command, and writes to it on and on, does not keep the caller"
hold='seen=; while :; do for t in /dev/pts/[0-9]*; do [ -c "$t" ] || continue; case " $seen " in *" $t "*) ;; *)
    seen="$seen $t"; (while echo noise; do sleep 0.1; done) >"$t" 2>/dev/null & ;; esac; done; sleep 0.05; done'
drop_manifest noise <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", $(json "$hold")], "user": "1000", "group": "1000"}}]}
EOF
host systemctl start pod-noise@a
begin=$SECONDS
said=$(terminal 24 80 podctl exec noise -- sh -c 'sleep 2; exit 3')
assert_contains "$said" noise "the app did not get hold of it: this tested nothing"
assert_contains "$said" 'status 3'
[ $((SECONDS - begin)) -lt 20 ] || fail "it took $((SECONDS - begin)) s"
