# SPDX-License-Identifier: LGPL-2.1-or-later
# Volumes: whose files they are inside the pod and on the disk, what a pod can leave there, what it can see and write.
# hosts: bookworm trixie vm
# timeout: 600
import_probe
foreign=$((0x7FFE0000))

# app NAME SCRIPT MOUNTS [MEMBERS]: one app's JSON. MOUNTS is a list of "VOLUME:PATH".
app() {
    local mount mounts=''
    for mount in $3; do mounts+="${mounts:+, }{\"volume\": \"${mount%%:*}\", \"path\": \"${mount#*:}\"}"; done
    printf '{"name": "%s", "image": {"name": "example.com/probe"}, "mounts": [%s],
        "app": {"exec": ["/bin/sh", "-c", %s], %s}}' \
        "$1" "$mounts" "$(json "$2; echo end; exec sleep 1000")" "${4:-"\"user\": \"0\", \"group\": \"0\""}"
}

# pod NAME VOLUMES APP...: runs it; what app "a" said is in $said.
pod() {
    local name=$1 volumes=$2
    shift 2
    drop_manifest "$name" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [$volumes], "apps": [$(IFS=,; echo "$*")]}
EOF
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start "pod-$name"
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$2" -u "pod-$1@a" | grep -qx end' "$name" "$TEST_BEGIN"
    said=$(app_says "$name" a)
}
ids() { host stat -c '%u:%g %a' "$@"; }

host_sh 'cd /srv && rm -rf volumes && mkdir volumes && cd volumes
    mkdir owner rooted outer outer/below below && echo file >owner/mine && echo other >owner/other && echo below >below/file
    echo text >file && echo text >rooted/file
    chown -R 1000:1001 owner outer below file && chown 2000:2000 owner/other && chmod 666 owner/other
    mount --bind below outer/below
    mknod owner/null c 1 3 && chown 1000:1001 owner/null'
clean_up() { tidy; host_sh 'umount /srv/volumes/outer/below || true; rm -rf /srv/volumes'; }
trap clean_up EXIT

say "idmap owner, the default: the source's owner is the pod's root, others of the host are nobody"
pod owner '{"name": "data", "kind": "host", "source": "/srv/volumes/owner"}' "$(app a '
    cd /data; stat -c "%n is %u:%g" . mine other
    echo new >made; mkdir dir; cp /bin/probe suid; chown 0:0 suid; chmod 6755 suid
    chown 1000:1000 made 2>&1 && echo "gave a file away"
    grep " /data " /proc/self/mountinfo; cat null >/dev/null 2>&1 && echo "opened a device"' data:/data)"
assert_contains "$said" '. is 0:0'
assert_contains "$said" 'mine is 0:0'
assert_contains "$said" 'other is 65534:65534'
assert_not_contains "$said" 'gave a file away'
assert_not_contains "$said" 'opened a device'
assert_matches "$said" ' /data [^ ]*nosuid,nodev'
assert_eq $'1000:1001 644\n1000:1001 755\n1000:1001 6755' "$(ids /srv/volumes/owner/made /srv/volumes/owner/dir /srv/volumes/owner/suid)"
assert_eq "" "$(host find /srv/volumes ! -user 1000 -newer /srv/volumes/rooted/file -o -uid +65535)" "files of others"
host systemctl stop pod-owner

say "a volume in another is seen there, whichever is listed first"
pod nested '{"name": "inner", "kind": "host", "source": "/srv/volumes/below"}, {"name": "outer", "kind": "host", "source": "/srv/volumes/owner", "readOnly": true}' \
    "$(app a 'cat /a/mine /a/dir/file; grep -c " /a/dir " /proc/self/mountinfo' 'inner:/a/dir outer:/a')"
assert_eq $'file\nbelow\n1\nend' "$said"
host systemctl stop pod-nested

say "nosuid: a setuid file of the pod's root gives its rights in the image, and none on a volume"
unprivileged='"user": "1000", "group": "1000", "isolators": [{"name": "os/linux/no-new-privileges", "value": false}]'
pod suid '{"name": "data", "kind": "host", "source": "/srv/volumes/owner"}, {"name": "empty", "kind": "empty"}' \
    "$(app b 'cp /bin/probe /empty/suid; chmod 4755 /empty/suid; until test -e /empty/go; do sleep 0.1; done' 'data:/data empty:/empty')" \
    "$(app a 'until test -u /empty/suid; do sleep 0.1; done; echo "host $(/data/suid ids)"; echo "empty $(/empty/suid ids)"' \
        'data:/data empty:/empty' "$unprivileged")"
assert_contains "$said" 'host ids 1000 1000 1000 1000'
assert_contains "$said" 'empty ids 1000 1000 1000 1000'
host systemctl stop pod-suid
host_sh 'mkdir -p /tmp/suid/bin && cd "$(dirname "$(ls /var/lib/podd/trees/*/rootfs/bin/probe | head -n 1)")" && cp probe busybox /tmp/suid/bin/ &&
    cd /tmp/suid && ln -sf busybox bin/sh && ln -sf busybox bin/sleep && chown -R 0:0 . && chmod 4755 bin/probe && tar -cf /tmp/suid.tar . && rm -r /tmp/suid &&
    podctl import /tmp/suid.tar --name=example.com/suid --exec=/bin/sh >/dev/null'
pod control '' "$(app a 'echo "image $(/bin/probe ids)"' '' "$unprivileged" | sed 's,com/probe,com/suid,')"
assert_contains "$said" 'image ids 1000 0 1000 1000' "the control: setuid works where it may"
host systemctl stop pod-control
host podctl image rm example.com/suid >/dev/null

say "idmap host: the host's numbers on both sides, at the administrator's word; no setuid files, see 59"
pod numbers '{"name": "data", "kind": "host", "source": "/srv/volumes/rooted", "idmap": "host"}, {"name": "theirs", "kind": "host", "source": "/srv/volumes/owner", "idmap": "host"}' \
    "$(app a 'stat -c "%n is %u:%g" /data /data/file /theirs/mine /theirs/other
        echo new >/data/made; echo new >/theirs/made-too; chown 1000:1001 /theirs/made-too; cp /bin/probe /data/suid; chmod 4755 /data/suid
        grep " /data " /proc/self/mountinfo' 'data:/data theirs:/theirs')"
assert_contains "$said" '/data is 0:0'
assert_contains "$said" '/theirs/mine is 1000:1001'
assert_contains "$said" '/theirs/other is 2000:2000'
assert_matches "$said" ' /data [^ ]*nosuid,nodev'
assert_eq $'0:0 644\n1000:1001 644\n0:0 755' "$(ids /srv/volumes/rooted/made /srv/volumes/owner/made-too /srv/volumes/rooted/suid)"
host systemctl stop pod-numbers

say "idmap foreign: all users of the pod, none of the host"
host_sh 'mkdir /srv/volumes/foreign && chown "$1:$1" /srv/volumes/foreign' $foreign
pod foreign '{"name": "data", "kind": "host", "source": "/srv/volumes/foreign", "idmap": "foreign"}' \
    "$(app a 'stat -c "%n is %u:%g" /data; echo new >/data/made; chown 33:44 /data/made; cp /bin/probe /data/suid; chmod 4755 /data/suid
        stat -c "%n is %u:%g" /data/made; grep " /data " /proc/self/mountinfo' data:/data)"
assert_contains "$said" '/data is 0:0'
assert_contains "$said" '/data/made is 33:44'
assert_matches "$said" ' /data [^ ]*nosuid,nodev'
assert_eq "$((foreign + 33)):$((foreign + 44)) 644"$'\n'"$foreign:$foreign 4755" "$(ids /srv/volumes/foreign/made /srv/volumes/foreign/suid)"
assert_matches "$(host setpriv --reuid=1000 --clear-groups /srv/volumes/foreign/suid ids)" "^ids 1000 $foreign " "executed outside"
host systemctl stop pod-foreign
drop_manifest refused <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/srv/volumes/owner", "idmap": "foreign"}],
 "apps": [$(app a true data:/data)]}
EOF
assert_fails host systemctl start pod-refused@a
assert_contains "$(host systemctl status --no-pager --full pod-refused 2>&1 || true)" "chown $foreign:$foreign /srv/volumes/owner gives it to the pod's root"
host systemctl reset-failed

say "read-only, by the volume and by the mount point alone: a source of root's is welcome, nobody writes"
for where in '"readOnly": true' ''; do
    members='"user": "0", "group": "0"'
    [ -n "$where" ] || members+=', "mountPoints": [{"name": "data", "path": "/data", "readOnly": true}]'
    pod readonly "{\"name\": \"data\", \"kind\": \"host\", \"source\": \"/srv/volumes/rooted\"${where:+, $where}}" "$(app a '
        cat /data/file; stat -c "%n is %u:%g" /data/file
        for try in "touch /data/new" "rm /data/file" "chmod 777 /data" "mount -o remount,bind,rw /data"; do $try 2>/dev/null && echo "done: $try"; done' \
        "$([ -z "$where" ] || echo data:/data)" "$members")"
    assert_contains "$said" $'text\n/data/file is 0:0'
    assert_not_contains "$said" 'done: '
    host systemctl stop pod-readonly
done

say "a source of root's, user or group, is refused without a word on ids, also a file"
host_sh 'mkdir /srv/volumes/grouped && chown 1000:0 /srv/volumes/grouped'
for source in rooted rooted/file grouped; do
    drop_manifest refused <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/srv/volumes/$source"}],
 "apps": [$(app a true data:/data)]}
EOF
    assert_fails host systemctl start pod-refused@a
    shown=$(host systemctl status --no-pager --full pod-refused 2>&1 || true)
    assert_matches "$shown" "source \"/srv/volumes/$source\" is owned by (group )?root"
    assert_contains "$shown" '"idmap": "host"'
    host systemctl reset-failed
done

say "file systems below the source: seen unless recursive is false, read-only with the rest"
below='test -e /data/below/file && echo "seen below"; touch /data/below/new 2>/dev/null && echo "wrote below"; grep " /data" /proc/self/mountinfo'
source='"name": "data", "kind": "host", "source": "/srv/volumes/outer"'
pod recursive "{$source}" "$(app a "$below" data:/data)"
assert_contains "$said" 'seen below'
assert_contains "$said" 'wrote below'
assert_matches "$said" ' /data/below [^ ]*nosuid,nodev'
assert_eq '1000:1001 644' "$(ids /srv/volumes/below/new)"
host systemctl stop pod-recursive
pod recursive "{$source, \"recursive\": false}" "$(app a "$below" data:/data)"
assert_not_contains "$said" 'seen below'
assert_not_contains "$said" ' /data/below '
host systemctl stop pod-recursive
pod recursive "{$source, \"recursive\": true, \"readOnly\": true}" "$(app a "$below" data:/data)"
assert_contains "$said" 'seen below'
assert_not_contains "$said" 'wrote below'
host systemctl stop pod-recursive

say "a file as source: over a file of the image, or where nothing was"
pod file '{"name": "data", "kind": "host", "source": "/srv/volumes/file"}' "$(app a '
    cat /etc/passwd /new/deep/file; echo more >>/new/deep/file; stat -c "%n is %u:%g" /etc/passwd; rm /etc/passwd 2>/dev/null && echo removed' \
    'data:/etc/passwd data:/new/deep/file')"
assert_contains "$said" $'text\ntext\n/etc/passwd is 0:0'
assert_not_contains "$said" removed
assert_eq $'text\nmore' "$(host cat /srv/volumes/file)"
assert_eq '1000:1001 644' "$(ids /srv/volumes/file)"
host systemctl stop pod-file

# appc-conformance: 10
say "an empty volume: mode and owner as said, foreign ids on the disk, shared by two apps, gone with the pod"
pod empty '{"name": "data", "kind": "empty", "mode": "2750", "uid": 1000, "gid": 1001}, {"name": "plain", "kind": "empty"}' \
    "$(app b 'umask 027; echo "from b" >/shared/file; mv /shared/file /shared/there' data:/shared '"user": "1000", "group": "1001"')" \
    "$(app a 'stat -c "%n is %u:%g %a" /data /plain; until test -e /data/there; do sleep 0.1; done; cat /data/there; stat -c "%n is %u:%g %a" /data/there
        touch /plain/new; grep " /data " /proc/self/mountinfo' 'data:/data plain:/plain')"
assert_contains "$said" '/data is 1000:1001 2750'
assert_contains "$said" '/plain is 0:0 755'
assert_contains "$said" $'from b\n'
assert_contains "$said" '/data/there is 1000:1001 640'
assert_matches "$said" ' /data [^ ]*nosuid,nodev'
assert_eq "$((foreign + 1000)):$((foreign + 1001)) 2750" "$(host_sh 'stat -c "%u:%g %a" /var/lib/podd/pods/*/volumes/data')"
assert_eq "$((foreign + 1000)):$((foreign + 1001)) 640" "$(host_sh 'stat -c "%u:%g %a" /var/lib/podd/pods/*/volumes/data/there')"
assert_eq "$foreign:$foreign 644" "$(host_sh 'stat -c "%u:%g %a" /var/lib/podd/pods/*/volumes/plain/new')"
host systemctl stop pod-empty
assert_eq "" "$(host ls /var/lib/podd/pods)"
