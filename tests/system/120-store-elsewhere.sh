# SPDX-License-Identifier: LGPL-2.1-or-later
# Complaints of rkt's users about what lies beneath a pod. U20: somebody's mount namespace that begins while a pod runs keeps
# neither its mounts nor its files. U79: a store on an overlay.
# hosts: bookworm trixie
# full
over=/var/tmp/over
clean_up() {
    tidy
    host_sh 'systemctl stop podd-test-private podd-test-unshared podd.service 2>/dev/null || true
        umount -l /var/lib/podd 2>/dev/null || true; rm -rf "$1"; podctl image rm example.com/kept >/dev/null 2>&1 || true' $over
}
trap clean_up EXIT
path=$(image busybox rootfs)
import_kept() { host podctl import "$path" --name=example.com/kept --exec=/bin/sh; }
drop_manifest kept <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "own", "kind": "empty"}],
 "annotations": [{"name": "podd.org/network", "value": "default"}],
 "apps": [{"name": "a", "image": {"name": "example.com/kept"}, "mounts": [{"volume": "own", "path": "/own"}],
           "app": {"exec": ["/bin/busybox", "sh", "-c", "echo here >/own/file; cat /own/file; exec /bin/busybox sleep 1000"], "user": "0", "group": "0"}}]}
EOF
kept() { host_sh 'ls /var/lib/podd/pods /var/lib/podd/trees /run/podd/pods /run/podd/netns 2>/dev/null || true'; }

say "U20: mount namespaces that begin while a pod runs keep neither its files nor its image"
before=$(kept)
import_kept >/dev/null
host_sh 'systemctl start pod-kept@a
    systemd-run --quiet --unit=podd-test-private --property=PrivateMounts=yes sleep 1000
    systemd-run --quiet --unit=podd-test-unshared unshare --mount --propagation private sleep 1000'
for name in private unshared; do
    apart() { [ "$(host readlink "/proc/$(property podd-test-$name MainPID)/ns/mnt")" != "$(host readlink /proc/1/ns/mnt)" ]; }
    wait_until 10 apart
done
# What they hold of the pod is what the second has of its network, if anything; nothing of its files.
assert_not_contains "$(host_sh 'cat "/proc/$(systemctl show -P MainPID podd-test-private)/mountinfo" "/proc/$(systemctl show -P MainPID podd-test-unshared)/mountinfo"')" /var/lib/podd/
host systemctl stop pod-kept
assert_eq success "$(property pod-kept Result)"
host podctl image rm example.com/kept >/dev/null
assert_eq "$before" "$(kept)"
for name in private unshared; do unit_is podd-test-$name active || fail "$name has ended: this tested nothing"; done
host systemctl stop podd-test-private podd-test-unshared

say "U79: a store on an overlay, which maps no ids: who imports or starts is told why, and what to do"
import_kept >/dev/null
host_sh 'mkdir -p "$1"/lower "$1"/upper "$1"/work; cp -a /var/lib/podd/. "$1"/lower/; systemctl stop podd.service
    mount -t overlay over -o "lowerdir=$1/lower,upperdir=$1/upper,workdir=$1/work" /var/lib/podd' $over
why='cannot be mounted with mapped ids by this kernel: put it on ext4, xfs or btrfs'
assert_fails host systemctl start pod-kept@a
assert_contains "$(journal pod-kept)" "$why"
host_sh 'mkdir "$1/root"; echo new >"$1/root/file"; tar -C "$1/root" -cf "$1/root.tar" .' $over
assert_fails host podctl import $over/root.tar --name=example.com/other --exec=/file
assert_contains "$output" "$why"
host_sh 'systemctl reset-failed; systemctl stop podd.service; umount /var/lib/podd'
host systemctl start pod-kept@a
host systemctl stop pod-kept
