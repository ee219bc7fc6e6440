# SPDX-License-Identifier: LGPL-2.1-or-later
# B1, B2, B4, B6 to B10 of the attack table: an image whose root leads elsewhere. The pod is refused or runs; the host
# stays as it is.
# hosts: bookworm trixie
# timeout: 400
import_image busybox

canary='find /srv/canary /etc/hosts /etc/hostname /etc/machine-id /etc/resolv.conf /etc/os-release -printf "%p %y %m %U %T@ %s\n" 2>/dev/null | sort; cat /srv/canary/file'
host_sh 'mkdir -p /srv/canary/sub && echo canary >/srv/canary/file'
before=$(host_sh "$canary")

# hostile NAME SCRIPT: makes a root with the script (its working directory) and starts it as a pod.
hostile() {
    host_sh 'rm -rf /tmp/hostile; mkdir -p /tmp/hostile/bin /tmp/hostile/etc; cd /tmp/hostile
        cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -1)" bin/; ln -s busybox bin/sh
        eval "$2"; tar -cf /tmp/hostile.tar .; podctl import /tmp/hostile.tar --name="example.com/hostile-$1" --exec=/bin/sh >/dev/null' "$1" "$2"
    drop_manifest "hostile-$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/hostile-$1"},
           "app": {"exec": ["/bin/busybox", "sh", "-c", "/bin/busybox touch /dev/made /etc/made /run/made; exec /bin/busybox sleep 1000"],
                   "user": "0", "group": "0"}}]}
EOF
    host_sh 'timeout 20 systemctl start "pod-hostile-$1" "pod-hostile-$1@a"' "$1" && say "  $1: runs" || say "  $1: refused"
    timeout 30 "$TESTHOST" exec "$HOST" -- machinectl status --no-pager "hostile-$1" >/dev/null 2>&1 || true
    timeout 30 "$TESTHOST" exec "$HOST" -- machinectl list --no-legend >/dev/null || fail "machined hangs on $1"
    host systemctl stop "pod-hostile-$1"
    host systemctl reset-failed
    assert_eq "$before" "$(host_sh "$canary")" "the host after $1"
}

number=0
try() {
    number=$((number + 1))
    hostile "$number" "$1"
}
say "places where podd mounts (B1, B2)"
for place in dev proc sys run tmp etc; do
    for kind in 'ln -sfn /srv/canary' 'ln -sfn ../../../../srv/canary' "ln -sfn /$place" 'echo x >' 'mkfifo'; do
        try "rm -rf $place; $kind $place"
    done
done
for place in dev/pts dev/shm dev/mqueue dev/null dev/console dev/ptmx sys/fs; do
    try "mkdir -p $(dirname $place); ln -sfn /srv/canary $place"
done

say "nodes that are none (B4)"
try 'mkdir dev; echo x >dev/null; echo x >dev/console; echo x >dev/urandom'

say "files that podd writes (B7)"
for file in hosts hostname resolv.conf machine-id; do
    for kind in "ln -sfn /etc/$file" "ln -sfn /srv/canary/new" 'ln -sfn /srv/canary/file' 'mkfifo' 'mkdir -p'; do
        try "rm -rf etc/$file; $kind etc/$file"
    done
done

say "os-release that would hold machined up (B8)"
hostile fifo 'mkdir -p usr/lib; mkfifo etc/os-release usr/lib/os-release'
hostile huge 'truncate -s 1G etc/os-release'
hostile loop 'ln -s os-release etc/os-release'

say "what images may not bring (B10)"
hostile sockets 'mkdir -p run; ln -s /srv/canary run/host; ln -s /srv/canary run/systemd; ln -s /srv/canary/file dev; true'

say "settings that other programs would follow (B9)"
hostile settings 'mkdir -p etc/systemd/nspawn usr/lib/systemd/system-generators usr/lib/systemd/system
    printf "[Exec]\nCapability=all\n[Files]\nBind=/:/host\n" | tee etc/systemd/nspawn/a.nspawn hostile-settings.nspawn >/dev/null
    printf "#!/bin/sh\necho evil >/srv/canary/generator\n" >usr/lib/systemd/system-generators/evil; chmod +x usr/lib/systemd/system-generators/evil
    printf "/srv/canary /mnt none bind 0 0\n" >etc/fstab'
