# SPDX-License-Identifier: LGPL-2.1-or-later
# Mounts below the source of a volume: those that come later are seen where the volume says so, none of a pod's is seen on
# the host, and read-only reaches all that there are. F2 of the attack table, C208 and C217 of rkt's capabilities, and its
# users' complaint U80.
# hosts: bookworm trixie vm
import_probe
clean_up() { tidy; host_sh 'umount /srv/tree/sub/deep /srv/tree/sub /srv/tree/late /mnt/alone/x 2>/dev/null || true; umount /mnt/alone 2>/dev/null || true; rm -rf /srv/tree /srv/mounted /mnt/alone'; }
trap clean_up EXIT
# mounted PATH: a folder of the user of the volume, with a file in it; a tmpfs would not do, as Linux 6.1 cannot map its ids.
mounted() {
    host_sh 'mkdir -p "/srv/mounted$1" && chmod 777 "/srv/mounted$1" && chown 1000:1000 "/srv/mounted$1" &&
        mount --bind "/srv/mounted$1" "$1" && echo "file in $1" >"$1/file" && chmod 666 "$1/file"' "$1"
}
host_sh 'mkdir -p /srv/tree/sub /srv/tree/late /mnt/alone && chown -R 1000:1000 /srv/tree'
mounted /srv/tree/sub
host_sh 'mkdir /srv/tree/sub/deep && chown 1000:1000 /srv/tree/sub/deep'
mounted /srv/tree/sub/deep

# pod VOLUME-MEMBERS SCRIPT: what the app said is in $said.
pod() {
    drop_manifest mounts <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", $1}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "mounts": [{"volume": "data", "path": "/data"}],
           "app": {"exec": ["/bin/sh", "-c", $(json "$2; echo end; exec sleep 1000")], "user": "0", "group": "0", "isolators": [
               {"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE"]}}]}}]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-mounts@a
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-mounts@a | grep -qx end' "$TEST_BEGIN"
    said=$(app_says mounts a)
}
# sees PATH: whether the app sees the file, as its process does now.
sees() { host_sh 'cat "/proc/$(systemctl show -P MainPID pod-mounts@a)/root/$1"' "$1"; }
tree='"source": "/srv/tree"'

say "F5: read-only reaches what is mounted below, and below that; nobody can take it away"
pod "$tree, \"readOnly\": true" 'cat /data/sub/file /data/sub/deep/file
    for path in /data /data/sub /data/sub/deep; do
        touch $path/new 2>/dev/null && echo "made $path/new"; (echo x >>$path/file) 2>/dev/null && echo "wrote to $path/file"
        mount -o remount,bind,rw $path 2>/dev/null && echo "remounted $path"; umount $path 2>/dev/null && echo "unmounted $path"
        grep " $path " /proc/self/mountinfo; done'
assert_contains "$said" $'file in /srv/tree/sub\nfile in /srv/tree/sub/deep'
for path in /data /data/sub /data/sub/deep; do assert_matches "$said" " $path ro,nosuid,nodev"; done
for word in made wrote remounted unmounted; do assert_not_contains "$said" "$word "; done
host_sh 'touch /srv/tree/sub/deep/host-writes'
host systemctl stop pod-mounts

say "F2: private, the default: what the host mounts later is not seen, and what it unmounts stays"
pod "$tree" 'mkdir -p /data/own && mount -t tmpfs mine /data/own && echo "mounted its own"'
assert_contains "$said" 'mounted its own'
assert_eq "" "$(host_sh 'grep " /srv/tree/own " /proc/1/mountinfo || true')" "a mount of the pod's on the host"
mounted /srv/tree/late
assert_fails sees /data/late/file
host umount /srv/tree/sub/deep
assert_contains "$(sees /data/sub/deep/file)" 'file in'
assert_not_contains "$(host_sh 'cat "/proc/$(systemctl show -P MainPID pod-mounts@a)/mountinfo"')" ' master:'
host systemctl stop pod-mounts
host_sh 'umount /srv/tree/late; rmdir /srv/tree/own'

say "F2: slave: the host's mounts come and go in the pod; the pod's are not seen on the host"
pod "$tree, \"propagation\": \"slave\"" 'mkdir -p /data/own && mount -t tmpfs mine /data/own && echo "mounted its own"; grep " / " /proc/self/mountinfo'
assert_contains "$said" 'mounted its own'
assert_eq "" "$(host_sh 'grep " /srv/tree/own " /proc/1/mountinfo || true')" "a mount of the pod's on the host"
mounted /srv/tree/late
assert_contains "$(sees /data/late/file)" 'file in /srv/tree/late'
host umount /srv/tree/late
assert_fails sees /data/late/file
info=$(host_sh 'cat "/proc/$(systemctl show -P MainPID pod-mounts@a)/mountinfo"')
assert_matches "$info" ' /data [^-]*master:'
assert_eq "" "$(grep -v ' /data' <<<"$info" | grep ' master:' || true)" "other mounts that follow the host"
assert_not_contains "$info" ' shared:'
assert_contains "$(host podctl status mounts)" 'what is mounted beneath /srv/tree later'
host systemctl restart pod-mounts@a
mounted /srv/tree/late
assert_contains "$(sees /data/late/file)" 'file in /srv/tree/late' "after a restart of the app"
host systemctl stop pod-mounts

say "what cannot follow is refused"
host_sh 'mkdir /srv/mounted/alone && chown 1000:1000 /srv/mounted/alone && mount --bind /srv/mounted/alone /mnt/alone && mount --make-private /mnt/alone'
drop_manifest mounts <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/mnt/alone", "propagation": "slave"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "mounts": [{"volume": "data", "path": "/data"}]}]}
END
assert_fails host systemctl start pod-mounts
assert_contains "$(host systemctl status --no-pager --full pod-mounts 2>&1 || true)" '"/mnt/alone" is mounted private on this host'
drop_manifest mounts <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/srv", "propagation": "shared"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}}]}
END
assert_status 1 host podctl verify /etc/podd/pods.d/mounts.json
assert_contains "$output" '/volumes/0/propagation: found "shared", wanted "private" or "slave"'
