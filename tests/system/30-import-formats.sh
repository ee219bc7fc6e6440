# SPDX-License-Identifier: LGPL-2.1-or-later
# Every format that podd imports: the same image has one id however it is packed, layers are trees with overlayfs' own
# whiteouts, and owners, modes and bytes are kept.
# hosts: bookworm trixie vm
# smoke
"$source_dir/tests/system/import/make-images.py" "$TEST_TMP/images"
copy "$TEST_TMP/images" /var/tmp/import-images
store=/var/tmp/import-store

# import FILE [OPTIONS]: prints the last line; the store is one of the test's own.
import() {
    host_sh 'cd /var/tmp/import-images && /usr/lib/podd/importer import --store="$1" ${3:+--options="$3"} <"$2" | tail -n 1' \
        "$store" "$1" "${2:-}"
}
id_of() { jq -r .image.id <<<"$1"; }

# appc-conformance: 21
say "an OCI layout: folder, tar, compressed tar"
first=$(id_of "$(import three)")
assert_matches "$first" '^sha256:[0-9a-f]{64}$'
for file in three.tar three.tar.gz; do assert_eq "$first" "$(id_of "$(import $file)")" $file; done
assert_eq 'example.com/three' "$(import three.tar | jq -r .image.name)"

say "the same layers packed otherwise are the same trees"
trees=$(host ls $store/trees)
for file in three-gzip.tar three-zstd.tar three-docker.tar three-docker.tar.zst; do import $file >/dev/null; done
assert_eq "$trees" "$(host ls $store/trees)"
assert_eq "$(id_of "$(import three-docker.tar)")" "$(id_of "$(import three-docker.tar.zst)")"

say "blobs are as they came"
host_sh 'cd "$1/blobs/sha256" && for f in *; do echo "$f  $f"; done | sha256sum --check --quiet' $store

# appc-conformance: 21
say "layers keep owners and modes, whiteouts are overlayfs' own"
record=$(host cat "$store/images/$first.json")
mapfile -t layer < <(jq -r '.trees[]' <<<"$record")
assert_eq 3 "${#layer[@]}"
top() { host stat -c "$1" "$store/trees/$2/rootfs/$3"; }
assert_eq "4755 $((0x7FFE0000 + 7)) $((0x7FFE0000 + 65535))" "$(top '%a %u %g' "${layer[0]}" su)"
assert_eq "character special file 0:0" "$(top '%F %t:%T' "${layer[1]}" etc/a)"
assert_eq "$((0x7FFE0000))" "$(top %u "${layer[1]}" etc/c)"
assert_eq 700 "$(host stat -c %a $store)"
assert_eq 700 "$(host stat -c %a "$store/trees/${layer[0]}")"
for i in 0 1 2; do host ln -sfn "$store/trees/${layer[$i]}/rootfs" /var/tmp/import-layer$i; done
merged=$(host_sh 'mkdir -p /var/tmp/import-merged && unshare --mount sh -euc "
    cd /var/tmp
    mount -t overlay overlay -o userxattr,lowerdir=import-layer2:import-layer1:import-layer0 import-merged
    cd import-merged && cat etc/a etc/b etc/c var/z && test ! -e var/x && test ! -e var/sub"')
assert_eq "againbase bnew cz" "$merged"

say "an opaque root hides all that lies below"
assert_eq 1 "$(host cat "$store/images/$(id_of "$(import opaque-root.tar)").json" | jq '.trees | length')"

say "a layer that stands in the image twice is stacked once"
assert_eq 2 "$(host cat "$store/images/$(id_of "$(import links-docker.tar)").json" | jq '.trees | length')"

# appc-conformance: 2
say "an ACI under every compression; its id is that of the tar"
aci=$(id_of "$(import good.aci)")
assert_eq "sha512-$(sha512sum <"$TEST_TMP/images/good.aci" | cut -d ' ' -f 1)" "$aci"
for file in good.gz.aci good.bz2.aci good.xz.aci good.zst.aci; do assert_eq "$aci" "$(id_of "$(import $file)")" $file; done

say "a root file system with a name"
root='{"name": "example.com/root", "labels": [{"name": "version", "value": "7"}], "app": {"exec": ["/su"], "user": "0", "group": "0"}}'
assert_eq "$(id_of "$(import rootfs.tar "$root")")" "$(id_of "$(import rootfs.tar "$root")")"
assert_eq /su "$(host cat "$store/images/$(id_of "$(import rootfs.tar "$root")").json" | jq -r '.manifest.app.exec[0]')"
assert_eq "${layer[0]}" "$(host cat "$store/images/$(id_of "$(import rootfs.tar.gz "$root")").json" | jq -r '.trees[0]')"

say "an image for another machine is taken, with a word about it"
assert_contains "$(import foreign.tar | jq -r '.image.notes[]')" "linux/s390x"

say "a pipe is as good as a file"
assert_eq "$aci" "$(host_sh 'cat "$1" | /usr/lib/podd/importer import --store="$2" | tail -n 1' /var/tmp/import-images/good.gz.aci $store | jq -r .image.id)"

say "what is in the store already is not unpacked again: there would be no room for it"
small=/var/tmp/import-small
# Before Linux 6.3 a tmpfs cannot be mounted with mapped ids; containers have no loop devices.
if [ "$KIND" = vm ]; then
    host_sh 'mkdir -p "$1" && truncate -s 24m "$1.disk" && mkfs.ext4 -q -m 0 -O ^has_journal "$1.disk" && mount -o loop "$1.disk" "$1" && rm "$1.disk"' $small
else
    host_sh 'mkdir -p "$1" && mount -t tmpfs -o size=24m,mode=700 none "$1"' $small
fi
again="the image was in the store already"
# small_import STORE FILE [OPTIONS]
small_import() {
    host_sh '/usr/lib/podd/importer import --store="$1" ${3:+--options="$3"} <"/var/tmp/import-images/$2" | tail -n 1' \
        "$small/$1" "$2" "${3:-}"
}
# room KIB: so much is left on the small disk.
room() {
    host_sh 'rm -f "$1/fill" && dd if=/dev/zero "of=$1/fill" bs=1024 status=none \
        "count=$(($(df --output=avail --block-size=1024 "$1" | tail -n 1) - $2))"' $small "$1"
}
big=$(small_import store big.tar)
assert_not_contains "$big" "$again"
room 1000
second=$(small_import store big)  # a folder; the archive around it would need room of its own
assert_eq "$(id_of "$big")" "$(id_of "$second")"
assert_contains "$second" "$again"
say "nor is a layer that came packed otherwise, but what it was packed as is kept"
room 5500
third=$(small_import store big-plain)
assert_not_contains "$third" "$again"
assert_eq "$(host cat "$small/store/images/$(id_of "$big").json" | jq -c '[.trees, .sizeBytes]')" \
    "$(host cat "$small/store/images/$(id_of "$third").json" | jq -c '[.trees, .sizeBytes]')"
assert_contains "$(host_sh 'podctl import /var/tmp/import-images/good.aci 2>&1 && podctl import /var/tmp/import-images/good.gz.aci 2>&1')" \
    "good.gz.aci: $again"
host podctl image rm example.com/aci >/dev/null
host_sh 'umount "$1" && rmdir "$1"' $small

say "removing: shared trees stay until the last image goes"
assert_eq "" "$(host ls $store/tmp)"
host_sh 'for id in $(ls "$1/images"); do /usr/lib/podd/importer remove --store="$1" --id="${id%.json}" >/dev/null; done' $store
assert_eq "" "$(host find $store -mindepth 2 ! -path '*/sha256')"
assert_fails host /usr/lib/podd/importer remove --store=$store "--id=$first"
assert_contains "$output" "no image \\\"$first\\\" in the store"
host rm -rf /var/tmp/import-images $store /var/tmp/import-merged /var/tmp/import-layer{0,1,2}
