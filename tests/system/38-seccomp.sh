# SPDX-License-Identifier: LGPL-2.1-or-later
# Filters of system calls: lists by name, by rkt's and Docker's names, what a refused call meets, and how it is found later. And
# capabilities of users who are not root; complaint U72 of rkt's users.
# hosts: bookworm trixie vm
import_image busybox

# What each app runs, and what it then says: whether a filter is there beside those that containers of these tests have anyhow, and
# how a call of each kind ends.
filters=$(host sed -n 's/Seccomp_filters:[[:space:]]*//p' /proc/1/status)
try='[ "$(sed -n "s/Seccomp_filters:[[:space:]]*//p" /proc/self/status)" = '"$filters"' ] && echo "filter off" || echo "filter on"
    mkdir /tmp/made 2>&1 && echo "mkdir works"; chroot / true 2>&1 && echo "chroot works"; sync && echo "sync works"; echo end'

# table: NAME|SET KIND|SET|ERRNO|lines of the app, "/" between them
rows=$(cat <<'LIST'
docker|retain|"@docker/default-whitelist"|EPERM|filter on/mkdir works/chroot works/sync works/end
rkt|retain|"@rkt/default-whitelist"||filter on/mkdir works/chroot works/sync works/end
all|retain|"@appc.io/all"||filter off/mkdir works/chroot works/sync works/end
empty|remove|"@appc.io/empty"||filter on/mkdir works/chroot works/sync works/end
blacklist|remove|"@docker/default-blacklist", "@rkt/default-blacklist"|EPERM|filter on/mkdir works/chroot works/sync works/end
names|remove|"mkdir", "mkdirat"|EACCES|filter on/mkdir: can't create directory '/tmp/made': Permission denied/chroot works/sync works/end
group|remove|"@systemd/mount"|ENOSYS|filter on/mkdir works/chroot: can't change root directory to '/': Function not implemented/sync works/end
killed|remove|"mkdir", "mkdirat"||filter on/Bad system call/chroot works/sync works/end
LIST
)
app() {
    printf '{"name": "%s", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sh", "-c", %s], "user": "0", "group": "0",
        "isolators": [{"name": "os/linux/seccomp-%s-set", "value": {"set": [%s]%s}}]}}' \
        "$1" "$(json "$try")" "$2" "$3" "${4:+, \"errno\": \"$4\"}"
}
apps=
while IFS='|' read -r name kind set errno _; do
    apps+=${apps:+, }$(app "$name" "$kind" "$set" "$errno")
done <<<"$rows"
# The app itself, not a child of its: the unit ends as the kernel ended it.
apps+=', {"name": "main", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/busybox", "mkdir", "/tmp/made"], "user": "0", "group": "0",
    "isolators": [{"name": "os/linux/seccomp-remove-set", "value": {"set": ["mkdir", "mkdirat"]}}]}}'
drop_manifest seccomp <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/exit-policy", "value": "all"}], "apps": [$apps]}
LIST
host podctl verify /etc/podd/pods.d/seccomp.json
host systemctl start pod-seccomp
wait_until 60 unit_is pod-seccomp inactive
while IFS='|' read -r name _ _ _ wanted <&3; do
    # The number of the process that the shell puts in front is nobody's business.
    said=$(app_says seccomp "$name" | sed 's/^.*Bad system call.*/Bad system call/' | paste -sd /)
    assert_eq "$wanted" "$said" "$name"
done 3<<<"$rows"
assert_matches "$(property pod-seccomp@main Result)" '^(signal|core-dump)$'
assert_eq 31 "$(property pod-seccomp@main ExecMainStatus)"

if host_sh 'dd if=/dev/kmsg of=/dev/null bs=8192 count=1 iflag=nonblock 2>/dev/null'; then
    say "the journal has the names of the calls"
    host journalctl --sync
    said=$(journal pod-seccomp)
    assert_matches "$said" 'filters of its apps refused: .*mkdir'
    assert_matches "$said" 'filters of its apps ended a process at: mkdir'
    assert_not_contains "$said" 'clone3'
fi

say "U72: a user who is not root has the capabilities that are named for it, and without a name none"
# user NAME ISOLATOR
user() {
    printf '{"name": "%s", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sh", "-c", %s], "user": "1000", "group": "1000", "isolators": [%s]}}' \
        "$1" "$(json 'grep ^Cap /proc/self/status; touch /tmp/own && chown 7 /tmp/own && echo "gave a file away"; exit 0')" "${2:-}"
}
drop_manifest ambient <<LIST
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [$(user none),
    $(user removed '{"name": "os/linux/capabilities-remove-set", "value": {"set": ["CAP_NET_RAW"]}}'),
    $(user retained '{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_NET_BIND_SERVICE", "CAP_CHOWN"]}}')]}
LIST
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-ambient
wait_until 60 unit_is pod-ambient inactive
assert_contains "$(app_says ambient retained)" 'gave a file away'
assert_not_contains "$(app_says ambient none)" 'gave a file away'
none=0000000000000000
# table: NAME|inheritable, permitted, effective|bounding|ambient
while IFS='|' read -r name own bounding ambient <&3; do
    assert_eq "CapInh: $own CapPrm: $own CapEff: $own CapBnd: $bounding CapAmb: $ambient" "$(app_says ambient "$name" | grep ^Cap | xargs)" "$name"
done 3<<LIST
none|$none|00000000a80425fb|$none
removed|$none|00000000a80405fb|$none
retained|0000000000000401|0000000000000401|0000000000000401
LIST
host systemctl reset-failed
