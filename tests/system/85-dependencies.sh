# SPDX-License-Identifier: LGPL-2.1-or-later
# ACIs that depend on others: an app sees the files that extracting all of them in order would give, filtered by their
# pathWhitelists, and keeps them whatever becomes of the images beneath.
# hosts: bookworm trixie vm
# timeout: 1800
store=/var/tmp/dependencies-store
images=$TEST_TMP/acis

# acis: ACIs from stdin, as make-acis.py has it, are on the host.
acis() {
    "$source_dir/tests/system/import/make-acis.py" "$images"
    copy "$images" /var/tmp/dependencies
}
# import NAME: prints the id.
import() {
    host_sh '/usr/lib/podd/importer import --store="$1" <"/var/tmp/dependencies/$2.aci" | tail -n 1' $store "$1" |
        jq -r '.image.id // .error.message'
}
id_of() { printf 'sha512-%s\n' "$(sha512sum <"$images/$1.aci" | cut -d ' ' -f 1)"; }
record() { host cat "$store/images/$(id_of "$1").json"; }
trees() { record "$1" | jq -r '.trees[]'; }
# imported NAME: imports it and checks the id.
imported() { assert_eq "$(id_of "$1")" "$(import "$1")" "import of $1"; }
# refused NAME TEXT: the error says TEXT, and the store is as it was.
refused() {
    local before
    before=$(host find $store -mindepth 2 | sort)
    assert_contains "$(import "$1")" "$2" "$1"
    assert_eq "$before" "$(host find $store -mindepth 2 | sort)" "left in the store by $1"
}
# files NAME: what an app of that image would see, one line for each path. The names of layers are short: all of them must
# go into one page.
files() {
    host_sh 'mkdir -p /var/tmp/dependencies-view/root && cd /var/tmp/dependencies-view
        store=$1 layers= count=0
        shift
        for tree; do
            ln -s "$store/trees/$tree/rootfs" $count
            layers=$count${layers:+:$layers} count=$((count + 1))
        done
        if [ $count = 1 ]; then mount --bind 0 root; else mount -t overlay overlay -o "userxattr,lowerdir=$layers" root; fi
        (cd root && find . -mindepth 1 -printf "%P\n" | LC_ALL=C sort | while read -r path; do
            if [ -L "$path" ]; then echo "$path -> $(readlink "$path")"
            elif [ -d "$path" ]; then echo "$path/ $(stat -c %a "$path")"
            else echo "$path $(cat "$path")"; fi
        done)
        umount root && rm -r /var/tmp/dependencies-view' "$store" $(trees "$1")
}
# check_digests NAME: the list of its tree names the bytes that are there.
check_digests() {
    host_sh 'cd "$1"; sed -n "s/^\(\S*\) .*sha256digest=\(.*\)/\2  rootfs\/\1/p" digests | sha256sum --check --quiet' \
        "$store/trees/$(trees "$1")"
}

acis <<'JSON'
{"base": {"labels": [{"name": "version", "value": "1"}],
          "files": {"etc/": "711", "etc/a": "base", "etc/b": "base", "etc/c": "base", "d/": "755", "d/x": "base",
                    "lib": "-> etc", "su": "setuid base"}},
 "side": {"files": {"etc/": "750", "etc/b": "side", "side": "side"}},
 "mid": {"files": {"etc/": "700", "etc/a": "mid", "m": "mid"}, "dependencies": [{"imageName": "example.com/base"}]},
 "top": {"files": {"etc/": "755", "etc/c": "top", "d": "top", "lib/": "701", "lib/y": "top"},
         "dependencies": [{"imageName": "example.com/mid"}, {"imageName": "example.com/side"}]}}
JSON

say "a dependency must be there first, and the error says which"
imported side
refused mid 'image "example.com/mid" depends on "example.com/base": no image "example.com/base" in the store'
refused mid 'run: podctl fetch example.com/base'
imported base
refused top 'image "example.com/top" depends on "example.com/mid"'
imported mid

# appc-conformance: 4
say "two levels are stacked: each over the one before, depth first"
imported top
assert_eq "$(printf '%s\n' "$(id_of base)" "$(id_of mid)" "$(id_of side)" "$(id_of top)")" "$(trees top)"
seen='d top
etc/ 755
etc/a mid
etc/b side
etc/c top
lib/ 701
lib/y top
m mid
side side
su setuid base'
assert_eq "$seen" "$(files top)"
assert_eq $((16 + 11 + 6 + 8 + 9)) "$(record top | jq .sizeBytes)" "size of all trees together"

say "directories that an archive does not name are as in the image below, which only a tree of its own can show"
acis <<'JSON'
{"unnamed": {"files": {"etc/new": "new", "lib/z": "new"}, "dependencies": [{"imageName": "example.com/mid"}]},
 "over": {"files": {"o": "over"}, "dependencies": [{"imageName": "example.com/unnamed"}]}}
JSON
imported unnamed
assert_eq 1 "$(trees unnamed | wc -l)"
assert_eq 'd/ 755
d/x base
etc/ 700
etc/a mid
etc/b base
etc/c base
etc/new new
lib/ 755
lib/z new
m mid
su setuid base' "$(files unnamed)"
assert_eq "4755 $((0x7FFE0000 + 7)) $((0x7FFE0000 + 65535))" "$(host stat -c '%a %u %g' "$store/trees/$(trees unnamed)/rootfs/su")"
check_digests unnamed
say "and an image may depend on one of that kind"
imported over
assert_eq "$({ files unnamed; echo 'o over'; } | sort)" "$(files over | sort)"

# appc-conformance: 4
say "a pathWhitelist on each level: its own image and what lies beneath"
acis <<'JSON'
{"listed": {"files": {"l": "listed", "k": "listed"}, "pathWhitelist": ["/etc/a", "etc//b/", "/d", "/m", "/l"],
            "dependencies": [{"imageName": "example.com/mid"}]},
 "narrow": {"files": {"etc/": "710", "etc/c": "narrow", "n": "narrow"}, "pathWhitelist": ["/etc/c", "/etc/b", "/l", "/d/x"],
            "dependencies": [{"imageName": "example.com/listed"}, {"imageName": "example.com/side"}]},
 "below": {"files": {"k": "below"},
           "dependencies": [{"imageName": "example.com/listed"}, {"imageName": "example.com/side"}]}}
JSON
imported listed
assert_eq 'd/ 755
etc/ 700
etc/a mid
etc/b base
l listed
m mid' "$(files listed)"
check_digests listed
imported narrow
assert_eq 'etc/ 710
etc/b side
etc/c narrow
l listed' "$(files narrow)"
check_digests narrow
imported below
assert_eq 'd/ 755
etc/ 750
etc/a mid
etc/b side
k below
l listed
m mid
side side' "$(files below)"

# appc-conformance: 4
say "id, labels and size are those of the manifest, or the image is not taken"
base=$(id_of base)
size=$(stat -c %s "$images/base.aci")
acis <<JSON
{"by-id": {"dependencies": [{"imageName": "example.com/base", "imageID": "$base", "size": $size,
                             "labels": [{"name": "version", "value": "1"}]}]},
 "by-half": {"dependencies": [{"imageName": "example.com/base", "imageID": "${base:0:71}"}]},
 "short-id": {"dependencies": [{"imageName": "example.com/base", "imageID": "${base:0:50}"}]},
 "no-id": {"dependencies": [{"imageName": "example.com/base", "imageID": "sha512-$(printf '%0128d' 0)"}]},
 "other-name": {"dependencies": [{"imageName": "example.com/side", "imageID": "$base"}]},
 "other-label": {"dependencies": [{"imageName": "example.com/base", "labels": [{"name": "version", "value": "2"}]}]},
 "id-label": {"dependencies": [{"imageName": "example.com/base", "imageID": "$base",
                                "labels": [{"name": "version", "value": "2"}]}]},
 "other-size": {"dependencies": [{"imageName": "example.com/base", "size": $((size + 1))}]}}
JSON
for name in by-id by-half; do
    imported $name
    assert_eq "$base" "$(trees $name | head -n 1)"
done
refused short-id 'is no image id'
refused no-id "no image \"sha512-$(printf '%0128d' 0)\" in the store"
refused other-name "image \"$base\" has the name \"example.com/base\""
refused other-label 'no image "example.com/base", version=2 in the store'
refused id-label 'has no label version=2'
refused other-size "has a file of $size bytes, the dependency says $((size + 1))"

say "an image that depends on itself by way of names"
acis <<'JSON'
{"turn": {"files": {"one": "one"}},
 "back": {"dependencies": [{"imageName": "example.com/turn"}]},
 "turn.2": {"dependencies": [{"imageName": "example.com/back"}]}}
JSON
for name in turn back turn.2; do imported $name; done
assert_eq "one one" "$(files turn.2)"
refused back "image \"example.com/back\" ($(id_of back)) depends on itself"

say "64 dependencies deep and no deeper"
python3 -c 'import json
print(json.dumps({"deep%d" % i: {"files": {"f%d" % i: "x"},
                                 "dependencies": [{"imageName": "example.com/deep%d" % (i - 1)}] if i else []} for i in range(66)}))' | acis
host_sh 'cd /var/tmp/dependencies; for i in $(seq 0 64); do /usr/lib/podd/importer import --store="$1" <deep$i.aci >/dev/null; done' $store
assert_eq 65 "$(trees deep64 | wc -l)"
assert_eq 65 "$(files deep64 | wc -l)"
refused deep65 'is more than 64 dependencies deep'

say "what is below may go: its trees stay for as long as they are used"
before=$(record top; record listed; record unnamed)
remove() { host_sh '/usr/lib/podd/importer remove --store="$1" --id="$2" >/dev/null' $store "$(id_of "$1")"; }
for name in base mid side; do remove $name; done
assert_eq "$seen" "$(files top)"
assert_eq "etc/b base" "$(files listed | grep etc/b)"
for name in listed unnamed; do check_digests $name; done
refused listed 'image "example.com/listed" depends on "example.com/mid"'
say "and all is as it was when it comes again"
trees=$(trees listed)
remove listed
host test ! -e "$store/trees/$trees"
for name in base mid side listed top unnamed; do imported $name; done
assert_eq "$(jq -c '[.id, .trees, .sizeBytes]' <<<"$before")" "$(for name in top listed unnamed; do record $name; done | jq -c '[.id, .trees, .sizeBytes]')"
assert_eq "" "$(host ls $store/tmp)"
host_sh 'for id in $(ls "$1/images"); do /usr/lib/podd/importer remove --store="$1" --id="${id%.json}" >/dev/null; done' $store
assert_eq "" "$(host find $store -mindepth 2 ! -path '*/sha256')"

say "a pod runs from it, as the manifest on top says"
import_image busybox
acis <<'JSON'
{"data": {"files": {"srv/": "711", "srv/a": "data", "srv/b": "data", "srv/c": "data", "bin/": "755", "bin/look": "#!/bin/sh\necho wrong\n"},
          "pathWhitelist": ["/srv/a", "/srv/b", "/bin/look"], "app": {"exec": ["/bin/false"], "user": "1", "group": "1"}},
 "whole": {"files": {"srv/": "705", "srv/b": "whole", "bin/": "755",
                     "bin/look": "#!/bin/sh\nid -u\nfind /srv -type f | sort | xargs grep .\nstat -c %a /srv\necho changed >/srv/a\ncat /srv/a\n"},
           "dependencies": [{"imageName": "example.com/busybox"}, {"imageName": "example.com/data"}],
           "app": {"exec": ["/bin/look"], "user": "0", "group": "0"}},
 "part": {"files": {"srv/": "700", "srv/p": "part", "bin/": "755"},
          "pathWhitelist": ["/bin/sh", "/bin/busybox", "/bin/look", "/bin/id", "/bin/find", "/bin/sort", "/bin/xargs", "/bin/grep", "/bin/stat",
                            "/bin/cat", "/srv/p", "/srv/b"],
          "dependencies": [{"imageName": "example.com/whole"}],
          "app": {"exec": ["/bin/look"], "user": "0", "group": "0"}}}
JSON
# runs NAME: what a pod of that image says.
runs() {
    drop_manifest "$1" <<JSON
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/$1"}}]}
JSON
    host systemctl start "pod-$1"
    wait_until 30 unit_is "pod-$1" inactive
    app_says "$1" a
}
for name in data whole part; do host podctl import /var/tmp/dependencies/$name.aci >/dev/null; done
assert_eq '0
/srv/a:data
/srv/b:whole
705
changed' "$(runs whole)"
assert_eq '0
/srv/b:whole
/srv/p:part
700
changed' "$(runs part)"
say "what it wrote is in no tree"
assert_eq '0
/srv/a:data' "$(runs whole | tail -n 5 | head -n 2)"
say "a damaged tree that was made of several is made again, and so is one beneath that shares its files"
tree_of() {
    local id
    id=$(host podctl image list --json=short | jq -r --arg name "example.com/$1" '.[] | select(.name == $name) | .id')
    host cat "/var/lib/podd/images/$id.json" | jq -r '.trees[0]'
}
host_sh 'cd /var/lib/podd/trees; echo x >>"$1/rootfs/srv/p"; echo x >>"$2/rootfs/etc/passwd"' "$(tree_of part)" "$(tree_of whole)"
assert_status 1 host podctl image verify
for name in part whole busybox; do assert_contains "$output" "$(tree_of $name)" "damage of $name"; done
assert_status 0 host podctl image verify --repair
assert_status 0 host podctl image verify
assert_eq "0 /srv/b:whole /srv/p:part 700 changed" "$(runs part | tail -n 5 | xargs)"

for name in part whole data; do host podctl image rm example.com/$name >/dev/null; done
host rm -rf /var/tmp/dependencies $store
