# SPDX-License-Identifier: LGPL-2.1-or-later
# What people do with images that are there: look at lists, take the files out, know what was used when; and what a start,
# an import and a check remember of an image.
# hosts: bookworm trixie
# timeout: 400
store=/var/lib/podd
policy=/etc/podd/policy.d/life.conf
out=/var/tmp/life-out

clean_up() {
    tidy
    host_sh 'for name in $(podctl image list --json=short | jq -r ".[].name" | grep -E "example.com/(life|three)" || true); do
            podctl image rm "$name" >/dev/null || true; done
        userdel --remove life 2>/dev/null || true
        rm -f /etc/polkit-1/rules.d/49-life.rules
        rm -rf /var/tmp/life-* /srv/life "$1"' $policy >/dev/null
}
trap clean_up EXIT

# fields NAME FIELD: what the list says of an image, as JSON.
field() { host podctl image list --json=short | jq -r --arg name "$1" --arg field "$2" '.[] | select(.name == $name) | .[$field]'; }
# listing FOLDER: type, mode, owner, path, link and content of all that is in it, but for the folder itself.
listing() {
    host_sh 'cd "$1" && find . -mindepth 1 \( -type f -printf "%y %m %U:%G %P " -exec sha256sum {} \; -o -printf "%y %m %U:%G %P %l\n" \) |
        sed "s/  .*//" | LC_ALL=C sort -k 4' "$1"
}

import_image busybox
busybox=$(host podctl image list --json=short | jq -r '.[] | select(.name == "example.com/busybox") | .id')

say "an image of layers: lists, and what others have of it"
host_sh 'mkdir -p /var/tmp/life-a/etc /var/tmp/life-a/gone && cd /var/tmp/life-a && head -c 100000 /dev/urandom >big && echo low >etc/conf &&
    echo x >gone/file && printf "#!/bin/sh\n" >su && chmod 4755 su && chown 33:44 etc/conf && ln -s /etc/passwd link && mkfifo fifo && ln big again &&
    setfattr -n user.note -v kept etc/conf && tar --numeric-owner --xattrs -C /var/tmp/life-a -cf /var/tmp/life-a.tar .'
a=$(host podctl --quiet import /var/tmp/life-a.tar --name=example.com/life-a --label=version=2)
"$source_dir/tests/system/import/make-images.py" "$TEST_TMP/images"
copy "$TEST_TMP/images/three.tar" /var/tmp/life-three.tar
copy "$TEST_TMP/images/three" /var/tmp/life-three
three=$(host podctl --quiet import oci-archive:/var/tmp/life-three.tar --name=example.com/life-three)
two=$(host podctl --quiet import /var/tmp/life-a.tar --name=example.com/life-b)
assert_matches "$two" '^sha256:' "the same root under another name"
said=$(host podctl image list --fields=id,name,size,own,used,verification)
assert_contains "$said" "trees that several have are counted once"
assert_eq 0 "$(field example.com/life-a ownSize)"
assert_eq "$(field example.com/life-a size)" "$(field example.com/life-b size)"
host podctl image rm "$two" >/dev/null
assert_eq "$(field example.com/life-a size)" "$(field example.com/life-a ownSize)"
assert_eq "$(host podctl image list --json=short | jq 'map(.size) | sort | reverse')" \
    "$(host podctl image list --sort=size --order=desc --format=json | jq 'map(.size)')"
assert_eq '["name"]' "$(host podctl image list --json=short --fields=name | jq -c '.[0] | keys')"
assert_contains "$(host podctl --no-legend --full image list --fields=name,verification)" "import (uid 0)"
assert_not_contains "$(host podctl image list --no-legend)" "NAME"
assert_status 1 host podctl image list --sort=colour
assert_contains "$output" "there are id, name, version"
assert_status 1 host podctl image list --order=up
say "an id's beginning is enough where it is one image's"
host podctl image cat-manifest "${a:0:12}" >/dev/null
assert_fails host podctl image cat-manifest sha256:
assert_fails host podctl image cat-manifest sha256:zz

say "words of other tools say which image of which file; a digest pins it"
assert_eq "$three" "$(host podctl --quiet import oci:/var/tmp/life-three --name=example.com/life-three)"
assert_fails host podctl import oci:/var/tmp/life-three.tar
assert_contains "$output" "found no folder"
assert_fails host podctl import oci-archive:/var/tmp/life-three
assert_fails host podctl import oci:/var/tmp/life-three:nonsense
assert_fails host podctl fetch oci:/var/tmp/life-three
assert_contains "$output" "podctl import /var/tmp/life-three"
host podctl image rm "$three" >/dev/null
assert_eq "$three" "$(host podctl --quiet fetch "oci:/var/tmp/life-three@$three")"
assert_eq pinned "$(host podctl image list --json=short | jq -r --arg id "$three" '.[] | select(.id == $id) | .verification.kind')"
assert_fails host podctl fetch "oci-archive:/var/tmp/life-three.tar@sha256:$(printf '0%.0s' {1..64})"
assert_contains "$output" "is not the one with digest"
assert_fails host podctl fetch "oci-archive:/var/tmp/life-a.tar@$three"
assert_fails host podctl fetch --pull-policy=never "oci:/var/tmp/life-three@$three"
assert_contains "$output" "--pull-policy=never forbids"
assert_fails host podctl fetch /var/tmp/life-a
assert_contains "$output" "podctl import --name=NAME /var/tmp/life-a"

say "a rule accepts what lies below a path, also for who is not root, until it goes"
accept() { printf '[Prefix /srv/life]\nAccept=%s\n[Prefix /srv/life/closed]\nAccept=none\n' "$1" | host_file $policy; }
host_sh 'podctl image rm "$1" >/dev/null; mkdir -p /srv/life/closed && cp /var/tmp/life-three.tar /srv/life && cp /var/tmp/life-three.tar /srv/life/closed &&
    ln -s closed /srv/life/open && chmod -R a+rX /srv/life' "$three"
accept unsigned
for closed in closed open; do
    assert_fails host podctl fetch "oci-archive:/srv/life/$closed/life-three.tar@$three"
    assert_contains "$output" '"/srv/life/closed/life-three.tar" is refused by [Prefix /srv/life/closed]'
done
assert_eq "$three" "$(host podctl --quiet fetch oci-archive:/srv/life/life-three.tar)"
verified() { host podctl image list --json=short | jq -c --arg id "$three" '.[] | select(.id == $id) | .verification'; }
assert_eq "{\"kind\":\"policy\",\"by\":\"[Prefix /srv/life] in \\\"$policy\\\"\"}" "$(verified)"
drop_manifest life-rule <<JSON
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "a", "image": {"id": "$three"}, "app": {"exec": ["/x"], "user": "0", "group": "0"}}]}
JSON
accept pinned
assert_fails host systemctl start pod-life-rule
assert_contains "$(journal pod-life-rule.service)" "which does not hold any more"
assert_contains "$(journal pod-life-rule.service)" "podctl import /srv/life/life-three.tar"
host_sh 'rm /etc/podd/pods.d/life-rule.json; systemctl daemon-reload; systemctl reset-failed; podctl image rm "$1" >/dev/null' "$three"
accept unsigned
host_sh 'useradd --create-home life && printf "%s\n" "polkit.addRule(function(a, s) { if (a.id == \"org.podd1.manage-images\" && s.user == \"life\") return polkit.Result.YES; });" \
    >/etc/polkit-1/rules.d/49-life.rules && cp /var/tmp/life-three.tar /home/life/ && chmod a+r /home/life/life-three.tar'
by_life() { host setpriv --reuid=life --regid=life --init-groups --inh-caps=-all podctl --quiet fetch "$1"; }
fetched_by_life() { [ "$(by_life oci-archive:/srv/life/life-three.tar)" = "$three" ]; }
wait_until 20 fetched_by_life
assert_fails by_life "oci-archive:/home/life/life-three.tar@$three"
assert_contains "$output" "podd does not see what lies at"
host_sh 'userdel --remove life 2>/dev/null || true; rm -r /etc/polkit-1/rules.d/49-life.rules "$1" /srv/life
    podctl image rm "$2" >/dev/null && podctl --quiet fetch "oci:/var/tmp/life-three@$2" >/dev/null' $policy "$three"

say "a root file system that is there already is not unpacked again: there is no room for two"
host_sh 'mkdir -p /var/tmp/life-small && mount -t tmpfs -o size=30m,mode=700 none /var/tmp/life-small &&
    mkdir /var/tmp/life-big && head -c 10000000 /dev/urandom >/var/tmp/life-big/file && tar -C /var/tmp/life-big -cf /var/tmp/life-big.tar .'
for name in one one two; do
    said=$(host_sh '/usr/lib/podd/importer import --store=/var/tmp/life-small/store --options="{\"name\":\"example.com/$1\"}" </var/tmp/life-big.tar' $name)
    assert_contains "$said" "\"name\":\"example.com/$name\""
done
assert_eq 1 "$(host_sh 'ls /var/tmp/life-small/store/trees | wc -l')"
assert_eq 2 "$(host_sh 'ls /var/tmp/life-small/store/images | wc -l')"
host umount /var/tmp/life-small

say "the files of an image in a folder: root gets them as they are"
host podctl --quiet image render example.com/life-a $out
assert_eq "$(listing /var/tmp/life-a)" "$(listing $out/rootfs)"
assert_eq example.com/life-a "$(host jq -r .name $out/manifest)"
assert_eq "700 0:0" "$(host stat -c '%a %u:%g' $out)"
assert_eq 2 "$(host stat -c %h $out/rootfs/big)"
assert_eq kept "$(host getfattr --only-values -n user.note $out/rootfs/etc/conf)"
assert_fails host podctl image extract example.com/life-a $out
assert_contains "$output" "--overwrite"
host_sh 'echo mine >"$1/mine"' $out
host podctl --quiet image extract --rootfs-only --overwrite example.com/life-a $out
assert_eq "$(listing /var/tmp/life-a)" "$(listing $out)"
for place in / /var/tmp/. /var/tmp/life-a.tar; do
    assert_fails host podctl image extract --overwrite example.com/life-a $place
done
host_sh 'mkdir /var/tmp/life-mount && mount -t tmpfs none /var/tmp/life-mount'
assert_fails host podctl image extract --overwrite example.com/life-a /var/tmp/life-mount
host umount /var/tmp/life-mount
assert_fails host podctl image extract example.com/nothing /var/tmp/life-nothing
assert_eq "" "$(host_sh 'ls -d /var/tmp/life-nothing /var/tmp/.life* 2>/dev/null || true')" "left behind"

say "who unpacks them sees no other file, and has rights over files only"
# podd is held, so that the unpacker waits for its first byte.
confined=$(host_sh 'podctl image list >/dev/null
    podd=$(systemctl show --value --property=MainPID podd.service)
    kill -STOP "$podd"
    podctl --quiet --no-ask-password image render --rootfs-only example.com/life-a /var/tmp/life-confined & client=$!
    for try in $(seq 100); do
        unpacker=$(pgrep -P $client | head -n 1)
        if [ -n "$unpacker" ] && grep -q "^Seccomp:.*2" /proc/$unpacker/status; then break; fi
        sleep 0.1
    done
    sed -n "s/^\(CapPrm\|CapEff\|NoNewPrivs\|Seccomp\):\s*/\1 /p" /proc/$unpacker/status
    readlink /proc/$unpacker/root
    ls /proc/$unpacker/fd | wc -l
    kill -CONT "$podd"
    wait $client')
assert_matches "$(xargs <<<"$confined")" \
    '^CapPrm 000000008000001b CapEff 000000008000001b NoNewPrivs 1 Seccomp 2 /var/tmp/\.#life-confined[^ ]* 6$'
assert_eq "$(listing /var/tmp/life-a)" "$(listing /var/tmp/life-confined)"
host rm -r /var/tmp/life-confined

say "layers as overlayfs shows them, whiteouts and all"
host podctl --quiet image render --rootfs-only "$three" /var/tmp/life-rendered
# By links: versions of mount(8) differ in how a colon in a name is to be written.
host_sh 'mkdir -p /var/tmp/life-view /var/tmp/life-links && cd /var/tmp/life-links && layers= count=0 &&
    for tree in $(jq -r ".trees | reverse | .[]" "$1/images/$2.json"); do
        count=$((count + 1))
        ln -s "$1/trees/$tree/rootfs" $count
        layers=$layers${layers:+:}$PWD/$count
    done &&
    mount -t overlay overlay -o "userxattr,lowerdir=$layers" /var/tmp/life-view && rm -r /var/tmp/life-links' $store "$three"
# On the disk of the store, ids lie in systemd's foreign range.
expected=$(listing /var/tmp/life-view | awk '{ split($3, id, ":"); sub($3, id[1] - 2147352576 ":" id[2] - 2147352576); print }')
host umount /var/tmp/life-view
assert_eq "$expected" "$(listing /var/tmp/life-rendered)"

say "an ACI with dependencies: extract has its own files, render all"
"$source_dir/tests/system/import/make-acis.py" "$TEST_TMP/acis" <<'JSON'
{"life-base": {"files": {"etc/": "711", "etc/a": "base", "etc/b": "base"}},
 "life-top": {"files": {"etc/": "700", "etc/a": "top"}, "dependencies": [{"imageName": "example.com/life-base"}], "pathWhitelist": ["/etc/a"]}}
JSON
copy "$TEST_TMP/acis" /var/tmp/life-acis
for aci in base top; do host podctl --quiet import /var/tmp/life-acis/life-$aci.aci >/dev/null; done
host podctl --quiet image extract --rootfs-only example.com/life-top /var/tmp/life-own
host podctl --quiet image render --rootfs-only example.com/life-top /var/tmp/life-all
assert_eq "top" "$(host cat /var/tmp/life-own/etc/a)"
assert_eq "a" "$(host ls /var/tmp/life-own/etc)"
assert_eq "a" "$(host ls /var/tmp/life-all/etc)" "the whitelist counts"

say "anybody else who may: all files are theirs, and nothing is setuid"
host_sh 'useradd --create-home life && cat >/etc/polkit-1/rules.d/49-life.rules' <<'RULES'
polkit.addRule(function(action, subject) {
    if (action.id == "org.podd1.manage-images" && subject.user == "life") return polkit.Result.YES;
});
RULES
host_sh 'su life -c "podctl --quiet image render --rootfs-only example.com/life-a /home/life/out"; rm /etc/polkit-1/rules.d/49-life.rules'
assert_eq life "$(host_sh 'find /home/life/out -printf "%u\n" | sort -u')"
assert_eq "" "$(host find /home/life/out -perm /7000)"
assert_eq "$(listing /var/tmp/life-a | grep -c .)" "$(listing /home/life/out | grep -c .)"
assert_eq kept "$(host getfattr --only-values -n user.note /home/life/out/etc/conf)"

say "a link in the folder's way leads nowhere"
host_sh 'mkdir /var/tmp/life-target && ln -s life-target /var/tmp/life-link'
assert_fails host podctl image extract --overwrite example.com/life-a /var/tmp/life-link
assert_eq "" "$(host ls /var/tmp/life-target)"

say "a start is a use, and so is a run while images are collected; the grace period counts from there"
host touch -d '10 days ago' "$store/images/$busybox.json"
sed 's/"importedUsec": [0-9]*/"importedUsec": 1/' <(host cat "$store/images/$busybox.json") | host_file "$store/images/$busybox.json.new" 600
host_sh 'mv "$1.new" "$1" && touch -d "10 days ago" "$1"' "$store/images/$busybox.json"
before=$(field example.com/busybox used)
drop_manifest life <<'JSON'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
  "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
JSON
host systemctl start pod-life@a
now=$(field example.com/busybox used)
[ "$now" -gt $((before + 800000000000)) ] || fail "the start was not noted: $before, $now"
host touch -d '10 days ago' "$store/images/$busybox.json"
host podctl image gc >/dev/null
[ "$(field example.com/busybox used)" -ge "$now" ] || fail "the run was not noted"
say "status says how the image of each app was accepted"
assert_contains "$(host podctl status life)" "accepted: import (uid 0)"
assert_eq import "$(host podctl status life --json=short | jq -r '.[0].apps[0].verification.kind')"

say "a record that is deleted takes no tree from a running pod, whatever comes next"
tree=$(host jq -r '.trees[0]' "$store/images/$busybox.json")
host_sh 'cp "$1" /var/tmp/life-record && rm "$1"' "$store/images/$busybox.json"
host podctl --quiet import /var/tmp/life-a.tar --name=example.com/life-c >/dev/null
host podctl image rm example.com/life-c >/dev/null
host test -e "$store/trees/$tree/rootfs/bin"
host_sh 'mv /var/tmp/life-record "$1"' "$store/images/$busybox.json"
host systemctl stop pod-life.service
host rm /etc/podd/pods.d/life.json
host systemctl daemon-reload
host podctl --quiet image rm example.com/busybox >/dev/null
import_image busybox

host touch -d '10 days ago' "$store/images/$a.json"
sed 's/"importedUsec": [0-9]*/"importedUsec": 1/' <(host cat "$store/images/$a.json") | host_file "$store/images/$a.json.new" 600
host_sh 'mv "$1.new" "$1" && touch -d "10 days ago" "$1"' "$store/images/$a.json"
said=$(host podctl image gc --grace-period=5d --json=short)
assert_contains "$said" "$a"
assert_eq "" "$(field example.com/life-a id)"
assert_eq "$busybox" "$(field example.com/busybox id)" "used since"

say "verify looks at extended attributes, too"
a=$(host podctl --quiet import /var/tmp/life-a.tar --name=example.com/life-a)
assert_status 0 host podctl image verify "$a"
tree=$(host jq -r '.trees[0]' "$store/images/$a.json")
host setfattr -n user.note -v changed "$store/trees/$tree/rootfs/etc/conf"
host setfattr -n user.new -v x "$store/trees/$tree/rootfs/gone"
assert_status 1 host podctl image verify "$a"
assert_contains "$output" "./etc/conf: its attributes differ"
assert_contains "$output" "./gone: its attributes differ"
assert_status 0 host podctl image verify --repair "$a"
assert_eq kept "$(host getfattr --only-values -n user.note "$store/trees/$tree/rootfs/etc/conf")"
say "a list of an earlier version knows of none"
host_sh 'sed -i -e "/^#xattrs/d" -e "s/ xattrsha256=[0-9a-f]*//" "$1/digests"' "$store/trees/$tree"
assert_status 0 host podctl image verify "$a"
