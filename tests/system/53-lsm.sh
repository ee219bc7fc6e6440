# SPDX-License-Identifier: LGPL-2.1-or-later
# SELinux labels and AppArmor profiles: put on the app where the host has the module, a clear refusal where it has not.
# hosts: bookworm trixie vm
# timeout: 400
import_probe

# pod POD-ISOLATORS APP-ISOLATORS: starts it, or fails; what systemctl status says is in $shown.
pod() {
    drop_manifest label <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "isolators": [$1],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "annotations": [${annotations-}],
           "app": {"exec": ["/bin/sh", "-c", $(json 'echo secret >/etc/forbidden; cat /etc/forbidden; cat /proc/self/attr/current; echo end; exec sleep 1000')],
                   "user": "0", "group": "0", "isolators": [$2]}}]}
EOF
    local status=0
    host_sh 'systemctl reset-failed; systemctl start pod-label@a' || status=$?
    shown=$(host systemctl status --no-pager --full --lines=30 pod-label@a 2>&1 || true)
    return $status
}
apparmor() { printf '{"name": "os/linux/apparmor-profile", "value": {"profile": "%s"}}' "$1"; }
selinux='{"name": "os/linux/selinux-context", "value": {"user": "system_u", "role": "system_r", "type": "container_t", "level": "s0:c1,c2"}}'

# refused STATUS TEXT ISOLATORS...
refused() {
    local status=$1 text=$2
    shift 2
    ! pod "$@" || fail "started with a label that cannot be: $*"
    assert_contains "$shown" "$text"
    assert_contains "$shown" "status=$status"
    wait_until 20 unit_is pod-label inactive
    assert_not_contains "$shown" secret "the app ran"
}

if host test -e /sys/fs/selinux/status; then
    say "this host runs SELinux; what it does to pods is not tried here"
else
    say "no SELinux: refused, whoever asks for the label"
    refused 229/SELINUX_CONTEXT 'SELinux label "system_u:system_r:container_t:s0:c1,c2": this host does not run SELinux' '' "$selinux"
    refused 229/SELINUX_CONTEXT 'this host does not run SELinux' "$selinux" ''
fi

if ! host_sh 'grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null'; then
    say "no AppArmor: refused, whoever asks for the profile; the app's own replaces the pod's"
    refused 231/APPARMOR 'AppArmor profile "podd-test": this host does not run AppArmor' '' "$(apparmor podd-test)"
    refused 231/APPARMOR 'AppArmor profile "podd-test": this host does not run AppArmor' "$(apparmor podd-test)" ''
    refused 231/APPARMOR 'AppArmor profile "of-the-app": this host' "$(apparmor podd-test)" "$(apparmor of-the-app)"
    [ "$KIND" = container ] || fail "the kernels of Debian have AppArmor"
    return 0
fi

say "AppArmor: a profile that is not loaded"
refused 231/APPARMOR 'AppArmor profile "podd-test" is not loaded on this host' '' "$(apparmor podd-test)"

say "AppArmor: the profile is on the app from its first line, and is what decides"
host_file /tmp/podd-test <<'EOF'
profile podd-test flags=(attach_disconnected) { file, capability, network, signal, unix, deny /etc/forbidden r, }
profile of-the-app flags=(attach_disconnected) { file, capability, network, signal, unix, }
EOF
host apparmor_parser --replace --skip-cache /tmp/podd-test
unload() { tidy; host_sh 'apparmor_parser --remove /tmp/podd-test; apparmor_parser --remove /etc/apparmor.d/podd-app; rm -f /tmp/podd-test'; }
trap unload EXIT
# confined PROFILE: what the app's process is under, from inside and from outside.
confined() {
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat -u pod-label@a | grep -qx end'
    assert_contains "$(journal pod-label@a)" "$1 (enforce)"
    assert_eq "$1 (enforce)" "$(host cat "/proc/$(property pod-label@a MainPID)/attr/apparmor/current")"
}
pod '' "$(apparmor podd-test)" || fail "$shown"
confined podd-test
assert_not_contains "$(journal pod-label@a)" secret
assert_contains "$(journal pod-label@a)" "can't open '/etc/forbidden': Permission denied"
host systemctl stop pod-label

say "AppArmor: the app's own profile replaces the pod's"
TEST_BEGIN=$(host date +%s)
pod "$(apparmor podd-test)" "$(apparmor of-the-app)" || fail "$shown"
confined of-the-app
assert_contains "$(journal pod-label@a)" secret
host systemctl stop pod-label

say "AppArmor: an app with a PID namespace of its own has its profile as well"
TEST_BEGIN=$(host date +%s)
annotations='{"name": "podd.org/private-pids", "value": "true"}, {"name": "podd.org/stop-signal", "value": "SIGKILL"}'
pod '' "$(apparmor podd-test)" || fail "$shown"
confined podd-test
assert_not_contains "$(journal pod-label@a)" secret
host systemctl stop pod-label
annotations=

say "AppArmor: the profile that comes with podd lets an app be"
host apparmor_parser --replace --skip-cache /etc/apparmor.d/podd-app
TEST_BEGIN=$(host date +%s)
pod '' "$(apparmor podd-app)" || fail "$shown"
confined podd-app
assert_contains "$(journal pod-label@a)" secret
host systemctl stop pod-label
