# SPDX-License-Identifier: LGPL-2.1-or-later
# An empty volume that begins as the image has it: whose files these are, and what becomes of links, attributes, and what upper
# layers have taken away. Complaint U77 of rkt's users.
# hosts: bookworm trixie
foreign=$((0x7FFE0000))
import_image busybox
host_sh 'rm -rf /var/tmp/seeded && mkdir /var/tmp/seeded'
clean_up() { tidy; host_sh 'rm -rf /var/tmp/seeded; podctl image rm example.com/seeded >/dev/null 2>&1 || true'; }
trap clean_up EXIT
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source_dir/tests/system/import python3 - "$TEST_TMP/busybox.tar.gz" "$TEST_TMP/seeded.tar" <<'EOF'
import gzip, json, pathlib, sys
import images

mine = {"uid": 33, "gid": 44}
layers = [gzip.decompress(pathlib.Path(sys.argv[1]).read_bytes()),
          images.tar(("var/lib/db", "dir", "", {"mode": 0o2750, **mine}), ("var/lib/db/version", "file", "15\n", {"mode": 0o640, **mine}),
                     ("var/lib/db/same", "link", "var/lib/db/version"), ("var/lib/db/link", "symlink", "../../../etc/hostname", mine),
                     ("var/lib/db/set", "file", "x", {"mode": 0o6755, "uid": 7, "gid": 8}), ("var/lib/db/gone", "file", "low"),
                     ("var/lib/db/fifo", "fifo", "", {"mode": 0o600, **mine}), ("var/lib/db/sub", "dir", "", {"mode": 0o1777}),
                     ("var/lib/db/sub/low", "file", "low"), ("var/lib/db/old", "dir"), ("var/lib/db/old/f", "file", "low"),
                     ("var/lib/db/tagged", "file", "t", {"pax_headers": {"SCHILY.xattr.user.of-image": "kept", "SCHILY.xattr.user.overlay.opaque": "y"}}),
                     ("by-link", "symlink", "/var/lib/db"), ("a-file", "file", "x")),
          images.tar(("var/lib/db", "dir", "", {"mode": 0o2750, **mine}), ("var/lib/db/.wh.gone", "file", ""), ("var/lib/db/sub", "dir", "", {"mode": 0o1777}),
                     ("var/lib/db/sub/high", "file", "high"), ("var/lib/db/old", "dir"), ("var/lib/db/old/.wh..wh..opq", "file", ""),
                     ("var/lib/db/old/new", "file", "new"))]
config = json.loads(images.config(layers))
config["config"] = {"Entrypoint": ["/bin/sh", "-c"], "Cmd": ["true"], "Env": ["PATH=/bin"], "Volumes": {"/var/lib/db": {}}}
files = images.oci(layers, conf=json.dumps(config).encode(), name="example.com/seeded:1")
pathlib.Path(sys.argv[2]).write_bytes(images.pack(files))
EOF
copy "$TEST_TMP/seeded.tar" /var/tmp/seeded/seeded.tar
host podctl import /var/tmp/seeded/seeded.tar >/dev/null

# app NAME SCRIPT MOUNTS, and busybox with the same: one whose image has nothing there. MOUNTS is a list of "VOLUME:PATH".
mounts() {
    local mount mounts=''
    for mount in $1; do mounts+="${mounts:+, }{\"volume\": \"${mount%%:*}\", \"path\": \"${mount#*:}\"}"; done
    printf '%s' "$mounts"
}
script() { json "$1; echo end; exec sleep 1000"; }
app() { printf '{"name": "%s", "image": {"name": "example.com/seeded"}, "args": [%s], "mounts": [%s]}' "$1" "$(script "$2")" "$(mounts "$3")"; }
busybox() {
    printf '{"name": "%s", "image": {"name": "example.com/busybox"}, "mounts": [%s], "app": {"exec": ["/bin/sh", "-c", %s], "user": "0", "group": "0"}}' \
        "$1" "$(mounts "$3")" "$(script "$2")"
}
# pod VOLUMES APP...: runs it; what app "a" said is in $said.
pod() {
    local volumes=$1
    shift
    drop_manifest seeded <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [$volumes], "apps": [$(IFS=,; echo "$*")]}
EOF
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-seeded
    wait_until 60 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-seeded@a | grep -qx end' "$TEST_BEGIN"
    said=$(app_says seeded a)
}
data='{"name": "data", "kind": "empty", "fromImage": true}'
# What the folder is like from inside: type, mode, owner and time of each, by name, and how many links there are to files.
list='cd /var/lib/db; find . | sort | while read -r f; do stat -c "%n %f %u:%g %Y" "$f"; done; find . ! -type d -exec stat -c "%n %h" "{}" ";" | sort; cat version sub/low sub/high old/new; readlink link'

say "the same as in the image: the volume as the image's folder, owners and all"
pod '' "$(app a "$list" '')"
plain=$said
for line in '. 45e8 33:44 1700000000' './version 81a0 33:44 1700000000' './version 2' './set 8ded 7:8 1700000000' './sub 43ff 0:0 1700000000'; do
    assert_contains "$plain" "$line"
done
for gone in ./gone ./old/f; do assert_not_contains "$plain" "$gone"; done
host systemctl stop pod-seeded
pod "$data" "$(app a "$list; touch new; ls /var/lib/db/new; grep ' /var/lib/db ' /proc/self/mountinfo" data:/var/lib/db)"
assert_eq "$(sed '/^end$/d' <<<"$plain")" "$(sed '/^.var.lib.db.new$/,$d' <<<"$said")"
assert_contains "$said" '/var/lib/db/new'
assert_matches "$said" ' /var/lib/db [^ ]*nosuid,nodev'
assert_not_contains "$(journal pod-seeded)" 'hides the files'

say "on the disk it is the pod's, and no other's; attributes of the image's are there, those of overlayfs are not"
volume=$(host_sh 'ls -d /var/lib/podd/pods/*/volumes/data')
assert_eq "$((foreign + 33)):$((foreign + 44)) 2750" "$(host stat -c '%u:%g %a' "$volume")"
assert_eq "$((foreign + 7)):$((foreign + 8)) 6755" "$(host stat -c '%u:%g %a' "$volume/set")"
assert_eq "" "$(host_sh 'find "$1" -uid -"$2"' "$volume" $foreign)" "files of the host's users"
assert_eq 'user.of-image="kept"' "$(host_sh 'cd "$1" && getfattr --dump --match=- tagged old | grep =' "$volume")"
host systemctl stop pod-seeded

say "the first app of the manifest fills it, the others see the same; an image that has nothing there leaves it empty"
none='{"name": "none", "kind": "empty", "fromImage": true}'
pod "$data, $none" "$(app b 'touch /var/lib/db/from-b' data:/var/lib/db)" \
    "$(busybox a 'until test -e /x/from-b; do sleep 0.1; done; cat /x/version; stat -c "%n %u:%g %a" /y; ls -A /y' 'data:/x none:/y')"
assert_eq $'15\n/y 0:0 755\nend' "$said"
host systemctl stop pod-seeded
pod "$data" "$(busybox b 'touch /x/from-b' data:/x)" "$(app a 'until test -e /var/lib/db/from-b; do sleep 0.1; done; ls -A /var/lib/db' data:/var/lib/db)"
assert_eq $'from-b\nend' "$said"
assert_contains "$(journal pod-seeded)" 'app "a": volume "data" hides the files that the image has in "/var/lib/db"'
host systemctl stop pod-seeded

say "where the image's links lead to, and what is read-only; without the word it is empty"
pod "$data" "$(app a 'cat /by-link/version /var/lib/db/version' data:/by-link)"
assert_eq $'15\n15\nend' "$said"
host systemctl stop pod-seeded
pod '{"name": "data", "kind": "empty", "fromImage": true, "readOnly": true}' "$(app a 'cd /var/lib/db; cat version; touch new 2>/dev/null && echo wrote' data:/var/lib/db)"
assert_eq $'15\nend' "$said"
host systemctl stop pod-seeded
pod '{"name": "data", "kind": "empty"}' "$(app a 'ls -A /var/lib/db; stat -c "%u:%g %a" /var/lib/db' data:/var/lib/db)"
assert_eq $'0:0 755\nend' "$said"
host systemctl stop pod-seeded

say "a file of the image where the volume is to be, and words that exclude each other, with their place"
drop_manifest seeded <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [$data], "apps": [$(app a true data:/a-file)]}
EOF
assert_fails host systemctl start pod-seeded@a
assert_contains "$(host systemctl status --no-pager --full pod-seeded || true)" 'volume "data": "fromImage": "/a-file" in the image is no folder'
host systemctl reset-failed
while IFS='|' read -r place members <&3; do
    host_file /var/tmp/seeded/bad.json <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "fromImage": true, $members}], "apps": [$(app a true data:/x)]}
EOF
    assert_status 1 host podctl verify /var/tmp/seeded/bad.json
    assert_contains "$output" "/var/tmp/seeded/bad.json: /volumes/0/$place: found "
done 3<<'LIST'
fromImage|"kind": "host", "source": "/srv"
fromImage|"kind": "empty", "medium": "memory"
mode|"kind": "empty", "mode": "0700"
uid|"kind": "empty", "uid": 0
LIST
assert_eq "" "$(host ls /var/lib/podd/pods)"
