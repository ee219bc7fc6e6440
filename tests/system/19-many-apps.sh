# SPDX-License-Identifier: LGPL-2.1-or-later
# Pods of many apps: all of them start, and each has its own mounts and nobody else's, as if it were alone. The mounts of more
# than 83 apps are more descriptors than one message holds.
# hosts: bookworm trixie
# full
import_probe
host mkdir -p /srv/many/late
host chown -R 1000:1000 /srv/many
clean_up() { tidy; host_sh 'umount /srv/many/late 2>/dev/null || true; rm -rf /srv/many'; }
trap clean_up EXIT

# app NAME SCRIPT [MOUNTS]: one app's JSON.
app() {
    printf '{"name": "%s", "image": {"name": "example.com/probe"}, "mounts": [%s], "annotations": [{"name": "podd.org/stdio-links", "value": "false"}],
        "app": {"exec": ["/bin/sh", "-c", %s], "user": "0", "group": "0", "isolators": [{"name": "os/linux/capabilities-retain-set",
                "value": {"set": ["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]}}]}}' "$1" "${3-}" "$(json "$2; exec sleep 1000")"
}
# pod NAME APP…: declares and starts it.
pod() {
    local name=$1
    shift
    drop_manifest "$name" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/srv/many", "propagation": "slave"}],
 "apps": [$(IFS=,; echo "$*")]}
EOF
    host systemctl start "pod-$name"
}
# mounts UNIT: what of each file system is mounted where, and how, as the unit's process sees it.
mounts() {
    host_sh 'awk "{ print \$4, \$5, \$6 }" "/proc/$(systemctl show -P MainPID "$1")/mountinfo" |
        sed "s,[^ ]*/pod-[^ ]*service ,CGROUP ," | sort' "$1"
}
running() { [ "$(host systemctl list-units --state=active --plain --no-legend "pod-$1@*" | wc -l)" = "$2" ]; }

say "an app has the same mounts alone and beside others"
try='mkdir /tmp/p; mount -t proc proc /tmp/p 2>/dev/null && echo "mounted a fresh proc"
    umount -l / 2>/dev/null && echo "went below its root"; ls /; echo end'
pod alone "$(app a "$try" '{"volume": "data", "path": "/data"}')"
pod two "$(app a "$try" '{"volume": "data", "path": "/data"}')" "$(app b "$try" '{"volume": "data", "path": "/data"}')"
for unit in alone@a two@a two@b; do
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$2" -u "pod-$1" | grep -qx end' "$unit" "$TEST_BEGIN"
done
assert_eq "$(mounts pod-alone@a)" "$(mounts pod-two@a)" "mounts beside another app"
assert_eq "$(mounts pod-alone@a)" "$(mounts pod-two@b)" "mounts beside another app"
assert_contains "$(mounts pod-two@b)" ' /data '
assert_eq "$(app_says alone a)" "$(app_says two a)"
assert_not_contains "$(app_says two b)" 'fresh proc'
assert_not_contains "$(app_says two b)" 'below its root'

say "mounts that a volume is to follow arrive in both"
host mount -t tmpfs many /srv/many/late
host touch /srv/many/late/file
for unit in pod-two@a pod-two@b; do
    host_sh 'test -e "/proc/$(systemctl show -P MainPID "$1")/root/data/late/file"' "$unit"
done
host umount /srv/many/late
host systemctl stop pod-alone pod-two

say "100 apps in one pod"
apps=()
for number in $(seq 100); do apps+=("$(app "n$number" "echo $number >/own; cat /own")"); done
pod many "${apps[@]}"
wait_until 60 running many 100
host journalctl --sync
assert_eq "$(seq 100)" "$(host_sh 'journalctl -q -o cat --since="@$1" -u "pod-many@*" | grep -Ex "[0-9]+" | sort -n' "$TEST_BEGIN")" "what each found in its own root"
assert_eq "$(mounts pod-many@n1 | grep -c .)" "$(mounts pod-many@n100 | grep -c .)" "mounts of the first and of the last"
host systemctl stop pod-many

say "the files of a run lie far from those of the runs before, which ext4 looks at one by one for a while"
if [ "$(host stat -fc %T /var/lib/podd/pods)" = ext2/ext3 ]; then
    assert_contains "$(host lsattr -d /var/lib/podd/pods)" T
fi
