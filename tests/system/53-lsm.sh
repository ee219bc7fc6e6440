# SPDX-License-Identifier: LGPL-2.1-or-later
# SELinux labels and AppArmor profiles: put on the app where the host has the module, a clear refusal where it has not.
# hosts: bookworm trixie vm
# timeout: 700
import_probe

# pod POD-ISOLATORS APP-ISOLATORS: starts it, or fails; what systemctl status says is in $shown.
pod() {
    drop_manifest label <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "isolators": [$1],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "annotations": [${annotations-}],
           "app": {"exec": ["/bin/sh", "-c", $(json 'echo secret >/etc/forbidden; cat /etc/forbidden; cat /proc/self/attr/current; echo end; exec sleep 1000')],
                   ${handlers-}"user": "0", "group": "0", "isolators": [$2]}}]}
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
label='["/bin/sh", "-c", "echo \"$0 $(cat /proc/self/attr/current)\"; exit $1", "NAME", "STATUS"]'
# labels NAME STATUS: a command, as a list, that says its name and what it is under.
labels() { sed "s/NAME/$1/; s/STATUS/$2/" <<<"$label"; }
handlers="\"eventHandlers\": [{\"name\": \"pre-start\", \"exec\": $(labels before 0)}], "
annotations="{\"name\": \"podd.org/health-cmd\", \"value\": $(json "$(labels check 1)")}, {\"name\": \"podd.org/health-interval\", \"value\": \"2s\"}"
pod '' "$(apparmor podd-test)" || fail "$shown"
annotations= handlers=
confined podd-test
assert_not_contains "$(journal pod-label@a)" secret
assert_contains "$(journal pod-label@a)" "can't open '/etc/forbidden': Permission denied"

say "AppArmor: so is what runs as part of the app: its handler, its health check, a command of podctl exec; not one that is privileged"
assert_contains "$(journal pod-label@a)" 'before podd-test (enforce)'
wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u podd-health-label@a | grep -qF "check podd-test (enforce)"' "$TEST_BEGIN"
assert_eq 'podd-test (enforce)' "$(host podctl exec label cat /proc/self/attr/current)"
assert_fails host podctl exec label cat /etc/forbidden
assert_contains "$output" 'Permission denied'
assert_eq unconfined "$(host podctl exec --privileged label cat /proc/self/attr/current)"
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

say "C1, CVE-2019-16884, CVE-2025-52881: what lies over /proc in the pod gets no profile to keep: the app has it, or does not start"
clean_up() { unload; host_sh 'rm -rf /srv/canary /tmp/hostile /tmp/hostile.tar; podctl image rm example.com/hostile >/dev/null 2>&1 || true'; }
trap clean_up EXIT
host_sh 'for folder in attr self/attr thread-self/attr; do mkdir -p /srv/canary/$folder/apparmor && echo canary | tee /srv/canary/$folder/exec /srv/canary/$folder/current >/srv/canary/$folder/apparmor/exec; done
    mkdir /srv/canary/apparmor && echo canary | tee /srv/canary/exec >/srv/canary/apparmor/exec && chown -R 1000:1000 /srv/canary'
canary() { host_sh 'find /srv/canary -type f -exec md5sum {} + | sort'; }
before=$(canary)
# over WHAT IMAGE [MOUNT-PATH]
over() {
    drop_manifest label <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "v", "kind": "host", "source": "/srv/canary"}],
 "apps": [{"name": "a", "image": {"name": "example.com/$2"}, "mounts": [{"volume": "v", "path": "${3:-/data}"}],
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0", "isolators": [$(apparmor podd-test)]}}]}
EOF
    if host systemctl start pod-label@a 2>/dev/null; then
        assert_eq "podd-test (enforce)" "$(host cat "/proc/$(property pod-label@a MainPID)/attr/apparmor/current")" "$1"
        say "  $1: confined"
    else
        say "  $1: refused"
    fi
    assert_eq "$before" "$(canary)" "$1"
    host_sh 'systemctl stop pod-label; systemctl reset-failed'
}
for path in /proc /proc/self/attr /proc/thread-self/attr /proc/thread-self/attr/apparmor; do over "a volume at $path" probe "$path"; done
for script in 'for folder in self thread-self; do mkdir -p proc/$folder/attr/apparmor; : >proc/$folder/attr/exec; : >proc/$folder/attr/apparmor/exec; done' \
    'ln -s data proc' 'mkdir proc; ln -s ../data proc/thread-self'; do
    host_sh '
        rm -rf /tmp/hostile && mkdir -p /tmp/hostile/bin /tmp/hostile/data && cd /tmp/hostile
        cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -n 1)" bin/; ln -s busybox bin/sleep
        eval "$1"
        podctl image rm example.com/hostile >/dev/null 2>&1 || true
        tar -cf /tmp/hostile.tar . && podctl import /tmp/hostile.tar --name=example.com/hostile --exec=/bin/sleep >/dev/null' "$script"
    over "an image with: $script" hostile
done
