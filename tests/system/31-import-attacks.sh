# SPDX-License-Identifier: LGPL-2.1-or-later
# Images that lie, lead out, or are bombs: one clear error each, nothing of them in the store, and the next import works.
# hosts: bookworm trixie vm
# smoke
# timeout: 1200
"$source_dir/tests/system/import/make-images.py" "$TEST_TMP/images"
copy "$TEST_TMP/images" /var/tmp/import-images
store=/var/tmp/import-store
# An emulated processor takes its time over a bomb's members.
patience=60
[ "$KIND" = container ] || patience=600
host sh -c 'echo untouched >/var/tmp/canary'

# refused FILE TEXT [OPTIONS]: the error says TEXT, and the store is as it was.
refused() {
    local before after
    before=$(host find $store -mindepth 2 | sort)
    assert_status 1 host_sh 'cd /var/tmp/import-images && timeout "$4" /usr/lib/podd/importer import --store="$1" ${3:+--options="$3"} <"$2"' \
        $store "$1" "${3:-}" $patience
    assert_contains "$(tail -n 1 <<<"$output" | jq -r .error.message)" "$2" "$1"
    after=$(host find $store -mindepth 2 | sort)
    assert_eq "$before" "$after" "left in the store by $1"
}
import() { host_sh '/usr/lib/podd/importer import --store="$1" <"/var/tmp/import-images/$2" | tail -n 1' $store "$1"; }
named='{"name": "example.com/named"}'
import three.tar >/dev/null

say "A1: names that lead out"
refused escape.aci '"../../canary" of the archive has ".." in its name'
refused upward.tar 'has ".." in its name'

say "A6: ids that no pod has"
refused big-id.aci '"home" of the archive: belongs to user 70000, ids up to 65535 can be kept'

say "A7: bombs"
refused bomb.gz 'is refused as a decompression bomb' "$named"
refused bomb.zst 'is refused as a decompression bomb' "$named"
refused bomb-size.gz 'larger than' "$named"
refused bomb-sparse.tar '"s" of the archive' "$named"
refused bomb-members.gz 'members without data' "$named"

say "A8: layers, configurations and manifests that are not what their digests say"
refused lying-digest.tar 'layer 2 of 3: its digest is sha256:'
refused lying-diffid.tar 'layer 2 of 3: its DiffID is sha256:'
refused lying-known.tar 'layer 2 of 3: its DiffID is sha256:'  # of a layer that is in the store
refused lying-swapped.tar 'layer 1 of 3: its DiffID is sha256:'  # both are in the store, but not as each other
refused lying-config.tar "the image's configuration does not have the digest"
refused lying-count.tar 'the image has 3 layers and the digests of 2'
refused lying-trailing.tar 'the gzip data is followed by other bytes'
refused lying-tail.tar 'the tar archive is followed by other bytes'
refused missing-blob.tar 'layer 2 of 3'

say "files that are no image, and images that want what there is not"
refused empty 'the image is an empty file'
refused text 'this is not a tar archive'
refused rootfs.tar 'give the image a name (--name=)'
refused nameless.tar 'give it a name (--name=)'
refused bad-manifest.aci "the ACI's manifest: /name: found \"UPPER\""
refused dependency.aci 'image "example.com/dep" depends on "example.com/base": no image "example.com/base" in the store'
refused good.aci 'which has a name of its own' "$named"
refused three.tar 'example.com/three' '{"reference": "example.com/other"}'

say "what was there all the time still works"
assert_eq untouched "$(host cat /var/tmp/canary)"
assert_eq "" "$(host ls $store/tmp)"
assert_eq example.com/three "$(import three.tar | jq -r .image.name)"

say "A10, CVE-2024-9676: a user is looked up in an image whose passwd is a FIFO"
host podctl import /var/tmp/import-images/passwd-fifo.aci >/dev/null
drop_manifest fifo <<'JSON'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/aci"},
  "app": {"exec": ["/bin/true"], "user": "who", "group": "0"}}]}
JSON
assert_fails host timeout 20 systemctl start pod-fifo
[ "$status" != 124 ] || fail "starting hangs"
host podctl image rm example.com/aci >/dev/null

host rm -rf /var/tmp/import-images $store /var/tmp/canary
