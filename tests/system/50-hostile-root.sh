# SPDX-License-Identifier: LGPL-2.1-or-later
# B1, B2, B4, B7 to B10 of the attack table: an image whose root leads elsewhere. The pod is refused or runs; the host
# stays as it is.
# hosts: bookworm trixie
# timeout: 400
import_image busybox

canary='find /srv/canary /etc/hosts /etc/hostname /etc/machine-id /etc/resolv.conf /etc/os-release /etc/localtime /etc/mtab /usr/share/zoneinfo -printf "%p %y %m %U %T@ %s\n" 2>/dev/null | sort; cat /srv/canary/file'
host_sh 'mkdir -p /srv/canary/sub && echo canary >/srv/canary/file
    mkdir -p /usr/share/zoneinfo; printf "Zone Test/Zone 5:30 - TST\n" | zic -d /usr/share/zoneinfo -'
before=$(host_sh "$canary")
clean_up() {
    tidy
    host_sh 'rm -rf /srv/canary /tmp/hostile /tmp/hostile.tar; podctl image list | grep -o "example.com/hostile-[a-z0-9-]*" | xargs -r podctl image rm >/dev/null'
}
trap clean_up EXIT

# hostile NAME SCRIPT [OUTCOME]: makes a root with the script (its working directory) and starts it as a pod, which "runs",
# unless it has to be "refused".
hostile() {
    local outcome=refused asked=0
    host_sh 'rm -rf /tmp/hostile; mkdir -p /tmp/hostile/bin /tmp/hostile/etc; cd /tmp/hostile
        cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -1)" bin/; ln -s busybox bin/sh
        eval "$2"; tar -cf /tmp/hostile.tar .; podctl import /tmp/hostile.tar --name="example.com/hostile-$1" --exec=/bin/sh >/dev/null' "$1" "$2"
    drop_manifest "hostile-$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/timezone", "value": "Test/Zone"}],
 "apps": [{"name": "a", "image": {"name": "example.com/hostile-$1"},
           "app": {"exec": ["/bin/busybox", "sh", "-c", "/bin/busybox touch /dev/made /etc/made /run/made; exec /bin/busybox sleep 1000"],
                   "user": "0", "group": "0"}}]}
EOF
    ! host_sh 'timeout 20 systemctl start "pod-hostile-$1" "pod-hostile-$1@a"' "$1" || outcome=runs
    assert_eq "${3:-runs}" $outcome "$1: $2: $(journal "pod-hostile-$1*")"
    timeout 30 "$TESTHOST" exec "$HOST" -- machinectl status --no-pager "hostile-$1" >/dev/null 2>&1 || asked=$?
    # Of a pod that was refused machined knows nothing, which is an answer as well.
    [ $asked != 124 ] || fail "machined hangs on $1"
    [ $outcome = refused ] || assert_eq 0 $asked "machinectl status of $1"
    timeout 30 "$TESTHOST" exec "$HOST" -- machinectl list --no-legend >/dev/null || fail "machined hangs on $1"
    host systemctl stop "pod-hostile-$1"
    host systemctl reset-failed
    assert_eq "$before" "$(host_sh "$canary")" "the host after $1"
}

say "B1, B2, CVE-2026-41579, CVE-2026-47766: places where podd mounts are links, files or pipes"
# in_place_of "PLACE…" KIND: a script that puts it into each of these places; SELF in the kind is the place.
in_place_of() { echo "for place in $1; do mkdir -p \$(dirname \$place); rm -rf \$place; ${2//SELF/\$place} \$place; done"; }
number=0
for kind in 'ln -sfn /srv/canary' 'ln -sfn ../../../../srv/canary' 'ln -sfn /SELF' 'echo x >' mkfifo; do
    number=$((number + 1))
    hostile "places-$number" "$(in_place_of 'dev proc sys run tmp' "$kind")"
    # A link in a circle is no way to /etc, and nothing that podd would take away.
    outcome=runs
    [ "$kind" != 'ln -sfn /SELF' ] || outcome=refused
    hostile "etc-$number" "$(in_place_of etc "$kind")" $outcome
done
hostile places-below "$(in_place_of 'dev/pts dev/shm dev/mqueue dev/null dev/console dev/ptmx sys/fs' 'ln -sfn /srv/canary')"

say "B4, CVE-2026-88265: nodes that are none"
hostile nodes 'mkdir dev; echo x >dev/null; echo x >dev/console; echo x >dev/urandom'

say "B7, CVE-2025-9566, CVE-2026-23954, CVE-2026-87766: files that podd writes are links to the host's, or something else"
for kind in 'ln -sfn /SELF' 'ln -sfn /srv/canary/new' 'ln -sfn /srv/canary/file' mkfifo 'mkdir -p'; do
    number=$((number + 1))
    hostile "files-$number" "$(in_place_of 'etc/hosts etc/hostname etc/resolv.conf etc/machine-id etc/localtime etc/mtab' "$kind")"
done

say "B8: os-release that would hold machined up"
hostile fifo 'mkdir -p usr/lib; mkfifo etc/os-release usr/lib/os-release'
hostile huge 'truncate -s 1G etc/os-release'
hostile loop 'ln -s os-release etc/os-release'

say "B10: what images may not bring"
hostile sockets 'mkdir -p run; ln -s /srv/canary run/host; ln -s /srv/canary run/systemd; ln -s /srv/canary/file dev; true'

say "B9, CVE-2026-40226: settings that other programs would follow"
hostile settings 'mkdir -p etc/systemd/nspawn usr/lib/systemd/system-generators usr/lib/systemd/system
    printf "[Exec]\nCapability=all\n[Files]\nBind=/:/host\n" | tee etc/systemd/nspawn/a.nspawn hostile-settings.nspawn >/dev/null
    printf "#!/bin/sh\necho evil >/srv/canary/generator\n" >usr/lib/systemd/system-generators/evil; chmod +x usr/lib/systemd/system-generators/evil
    printf "/srv/canary /mnt none bind 0 0\n" >etc/fstab'
