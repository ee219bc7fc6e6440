# SPDX-License-Identifier: LGPL-2.1-or-later
# An app with a PID namespace of its own: what it sees, who sees it, and how it ends.
# hosts: bookworm trixie vm
# timeout: 300
import_probe

script='echo "is $$: $(cd /proc; echo [0-9]*)"
    (sleep 31416 &)
    trap "echo bye; exit 0" TERM; trap "exit 7" USR1
    probe notify "READY=1
STATUS=ready"; while :; do sleep 1000 & wait $!; done'
powers='"isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_KILL"]}},
    {"name": "os/linux/seccomp-remove-set", "value": {"set": ["@appc.io/empty"]}}]'
handler() { printf '{"name": "%s", "exec": ["/bin/sh", "-c", "echo %s $$ sees $(cd /proc; echo [0-9]*)"]}' "$1" "$1"; }
# app NAME COMMAND MEMBERS ANNOTATIONS
app() {
    printf '{"name": "%s", "image": {"name": "example.com/probe"}, "app": {"exec": %s, "user": "0", "group": "0"%s}, "annotations": [%s]}' \
        "$1" "$2" "${3:+, $3}" "${4-}"
}
note() { printf '{"name": "%s", "value": "%s"}' "$1" "$2"; }
private=$(note podd.org/private-pids true)
drop_manifest alone <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [$(note podd.org/exit-policy all)], "apps": [
 $(app other '["/bin/sleep", "31415"]'),
 $(app watch '["/bin/probe", "watch"]' "$powers"),
 $(app own "[\"/bin/sh\", \"-c\", $(json "$script")]" "$powers, \"eventHandlers\": [$(handler pre-start), $(handler post-stop)]" \
     "$private, $(note appc.io/executor/supports-systemd-notify true), $(note podd.org/after watch)"),
 $(app first '["/bin/probe", "first"]' '' "$private, $(note podd.org/stop-signal SIGKILL), $(note podd.org/after watch)"),
 $(app deaf '["/bin/sleep", "1000"]' '' "$private, $(note podd.org/stop-timeout-sec 1)")]}
LIST
host podctl verify --strict /etc/podd/pods.d/alone.json
said() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u "pod-alone@$2" | grep -q -- "$3"' "$TEST_BEGIN" "$1" "$2"; }
host systemctl start pod-alone@other pod-alone@watch
wait_until 20 said watch '^watching'
host systemctl start pod-alone@own pod-alone@first pod-alone@deaf
main=$(property pod-alone@own MainPID)

say "the app itself is PID 1, and systemd's main process"
assert_eq 1 "$(host awk '/^NSpid:/ { print $NF }' "/proc/$main/status")"
assert_eq 4 "$(host awk '/^NSpid:/ { print NF }' "/proc/$main/status")" "beneath the pod's, which is beneath the host's"
assert_eq 1 "$(host awk '/^PPid:/ { print $2 }' "/proc/$main/status")"
assert_eq sh "$(host cat "/proc/$main/comm")"
assert_eq ready "$(property pod-alone@own StatusText)" "what it says by sd_notify"
assert_eq "$(property pod-alone MainPID)" "$(host machinectl show alone --property=Leader --value)"
assert_contains "$(host_sh 'journalctl --sync; journalctl -q -o cat _PID=$1' "$main")" "is 1: 1"

say "it sees its own processes only, and is seen by the others"
own=$(app_says alone own)
# Beside itself there is the shell that looks.
grep -qxE 'is 1: 1( [0-9]+)?' <<<"$own" || fail "it sees others: $own"
assert_contains "$(host podctl exec alone/other -- sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "')" 'sleep 31416'
grep -qxE 'pre-start 1 sees 1( [0-9]+)?' <<<"$own" || fail "its handler sees others: $own"

say "no descriptor of podd's, a session of its own"
first=$(app_says alone first)
assert_eq "fd 0 fd 1 fd 2" "$(grep -o '^fd [0-9]*' <<<"$first" | paste -sd ' ')"
assert_contains "$first" "session 1 pid 1"

say "the masks are those of any app, locked against whoever has CAP_SYS_ADMIN in the pod"
mounts() { host awk '{ print $5, $6, $9 }' "/proc/$1/mountinfo" | sort; }
diff <(mounts "$(property pod-alone@watch MainPID)") <(mounts "$main") >&2 || fail "other mounts than those of an app without"
[ "$(mounts "$main" | grep -c '^/proc/')" -ge 10 ] || fail "few paths of /proc are protected"
attack='exec 2>&1; mkdir -p /tmp/p; mount -t tmpfs none /tmp/p && umount /tmp/p && echo may mount
    umount /proc && echo did umount; umount -l /proc && echo did umount lazily
    for path in sys kcore acpi; do umount "/proc/$path" && echo "did uncover $path"; done
    mount -t proc none /tmp/p && echo did mount another; mount -o remount,bind,rw /proc/sys && echo did remount
    echo x >/proc/sys/kernel/core_pattern && echo did write; [ -z "$(head -c 1 /proc/kcore)" ] || echo did read; echo tried all'
attacked() {
    assert_contains "$1" 'may mount'
    assert_contains "$1" 'tried all'
    assert_not_contains "$1" 'did '
}
attacked "$(host nsenter --target "$main" --user --mount --pid sh -c "$attack")"
attacked "$(host podctl exec --privileged alone/own -- sh -c "$attack")"
entered=$(host podctl exec --privileged alone/own cat /proc/self/mountinfo | awk '{ print $5, $6, $9 }' | sort)
diff <(mounts "$main") <(echo "$entered") >&2 || fail "other mounts than the app's"

say "podctl exec joins it"
assert_eq "$(host readlink "/proc/$main/ns/pid")" "$(host podctl exec alone/own readlink /proc/self/ns/pid)"
assert_contains "$(host podctl exec alone/own -- sh -c 'tr "\0" " " </proc/1/cmdline; ls /proc')" 'probe notify'

say "with PID 1 all of the app ends, with its status"
host pgrep -f '^sleep 3141[6]' >/dev/null
status=0
host podctl exec alone/own -- sh -c 'kill -USR1 1; exec sleep 1000' || status=$?
assert_eq 137 "$status" "a command ends with the app"
wait_until 10 unit_is pod-alone@own failed
assert_eq 7 "$(property pod-alone@own ExecMainStatus)"
assert_fails host pgrep -f '^sleep 3141[6]'
assert_contains "$(app_says alone own)" 'post-stop 1 sees 1'
host systemctl start pod-alone@own
host systemctl stop pod-alone@own
assert_eq success "$(property pod-alone@own Result)"
assert_contains "$(app_says alone own)" bye

say "PID 1 heeds what it handles, and SIGKILL"
host systemctl stop pod-alone@first
assert_eq success "$(property pod-alone@first Result)"
host systemctl stop pod-alone@deaf
# podd's patience and systemd's end at the same moment.
assert_matches "$(property pod-alone@deaf Result)" '^(signal|timeout)$'

say "another app of the pod gets no hold of what podd starts it with"
race=$(app_says alone watch)
assert_not_contains "$race" CAUGHT
assert_contains "$race" 'seen '

say "the pod ends with such an app in it"
host systemctl start pod-alone@own
host machinectl poweroff alone
wait_until 20 unit_is pod-alone inactive
assert_eq success "$(property pod-alone Result)"
host systemctl reset-failed

say "podctl verify: what does not go together"
cat >"$TEST_TMP/bad.json" <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [$(app deaf '["/bin/sleep", "1000"]' '' "$private, $(note podd.org/kill-mode process)")]}
LIST
copy "$TEST_TMP/bad.json" /var/tmp/bad.json
assert_fails host podctl verify /var/tmp/bad.json
assert_contains "$output" '/apps/0/annotations/1: "podd.org/kill-mode"'
host rm /var/tmp/bad.json
