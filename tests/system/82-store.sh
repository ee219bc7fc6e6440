# SPDX-License-Identifier: LGPL-2.1-or-later
# The life of the store: what nobody needs goes, what a pod uses stays, what is broken is found and made whole.
# hosts: bookworm trixie
# timeout: 400
store=/var/lib/podd

# kinds OUTPUT KIND: the objects of that kind in podctl's JSON.
kinds() { jq -r --arg kind "$2" '.[] | select(.kind == $kind) | .object' <<<"$1"; }

# image_id NAME: the full id of an image.
image_id() { host podctl image list --json=short | jq -r --arg name "$1" '.[] | select(.name == $name) | .id'; }

# hold NAME IMAGE: declares a pod of one sleeping app.
hold() {
    drop_manifest "$1" <<JSON
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "$2"},
  "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
JSON
}

import_image busybox
busybox=$(image_id example.com/busybox)
host_sh 'mkdir -p /var/tmp/store-root/bin && echo hello >/var/tmp/store-root/bin/file &&
    tar -C /var/tmp/store-root -cf /var/tmp/store-root.tar .'
host podctl import /var/tmp/store-root.tar --name=example.com/idle >/dev/null
idle=$(image_id example.com/idle)

say "gc removes what no image refers to, and no image"
host_sh 'mkdir -p "$1/trees/sha256:$2/rootfs" "$1/tmp/import-dead" && echo x >"$1/blobs/sha256/$2"' \
    $store "$(printf 'd%.0s' {1..64})"
said=$(host podctl image gc --json=short)
assert_eq 3 "$(kinds "$said" removed | wc -l)" "removed: $said"
assert_eq "Nothing to remove." "$(host podctl image gc 2>/dev/null)"
assert_eq "$idle" "$(image_id example.com/idle)"

say "the timer is on, and its service does the same"
assert_eq enabled "$(host systemctl is-enabled podd-gc.timer)"
assert_eq active "$(property podd-gc.timer ActiveState)"
host_sh 'echo x >"$1/blobs/sha256/$2"' $store "$(printf 'e%.0s' {1..64})"
host systemctl start podd-gc.service
assert_eq success "$(property podd-gc.service Result)"
assert_eq "" "$(host_sh 'ls "$1/blobs/sha256" | grep ^eeee || true' $store)"

say "with a grace period, images that no pod uses; the answer names the pods"
assert_status 2 host podctl image gc --grace-period=soon
said=$(host podctl image gc --grace-period=1d --json=short)
assert_eq "" "$(kinds "$said" removed)"
hold declared example.com/idle
said=$(host podctl image gc --grace-period=0)
assert_contains "$said" 'example.com/idle: the declared pod "declared" names it'
host rm /etc/podd/pods.d/declared.json
host podctl import "$(image busybox aci)" >/dev/null

say "a pod that is prepared holds its images before it runs: here it waits for machined"
hold prepared example.com/busybox
host systemctl start systemd-machined
host systemctl kill --signal=STOP systemd-machined
host systemctl start --no-block pod-prepared@a
wait_until 20 host test -e /run/podd/pods/prepared/app-a.json
host rm /etc/podd/pods.d/prepared.json
assert_fails host podctl image rm "$busybox"
assert_contains "$output" 'is used by app "a" of pod "prepared"'
said=$(host podctl image gc --grace-period=0 --json=short)
assert_contains "$(kinds "$said" kept)" "$busybox"
assert_contains "$said" 'is used by app \"a\" of pod \"prepared\"'
assert_eq activating "$(property pod-prepared.service ActiveState)" "it was not to run yet"
host systemctl kill --signal=CONT systemd-machined
wait_until 20 unit_is pod-prepared@a.service active
host systemctl stop pod-prepared.service

say "and so does one that runs"
host podctl import /var/tmp/store-root.tar --name=example.com/idle >/dev/null
hold running example.com/busybox
host systemctl start pod-running@a
host rm /etc/podd/pods.d/running.json
said=$(host podctl image gc --grace-period=0 --json=short)
assert_contains "$(kinds "$said" removed)" "$idle"
assert_contains "$(kinds "$said" kept)" "$busybox"
assert_contains "$said" 'is used by app \"a\" of pod \"running\"'
assert_eq "" "$(image_id example.com/idle)"
assert_eq active "$(property pod-running@a.service ActiveState)"

say "a manifest that cannot be read may name any image"
host podctl import /var/tmp/store-root.tar --name=example.com/idle >/dev/null
host_file /etc/podd/pods.d/bad.json <<<'{'
said=$(host podctl image gc --grace-period=0 --json=short)
assert_contains "$said" "no image is removed while a manifest cannot be read"
assert_eq "$idle" "$(image_id example.com/idle)"
host rm /etc/podd/pods.d/bad.json
host systemctl stop pod-running.service

say "removal waits for pods that are being started, and no pod starts with an image that goes"
host_sh '
    exec 9<"$1/images"
    flock --shared 9
    podctl image rm example.com/idle >/var/tmp/store-said 2>&1 &
    sleep 1
    test -e "$1/images/$2.json"
    flock --unlock 9
    wait $!
    ! test -e "$1/images/$2.json"' $store "$idle"
say "and gives up when they never get there"
host podctl import /var/tmp/store-root.tar --name=example.com/idle >/dev/null
assert_fails host_sh 'exec 9<"$1/images" && flock --shared 9 && podctl image rm example.com/idle' $store
assert_contains "$output" "pods are being started"
say "a start and a removal at once: the pod runs with its image, or there is neither"
for i in $(seq 8); do
    import_image busybox
    hold race example.com/busybox
    host_sh 'podctl image rm example.com/busybox >/dev/null 2>&1 & systemctl start pod-race@a; wait $! || true' || true
    if [ -n "$(image_id example.com/busybox)" ]; then
        host systemctl is-active pod-race@a >/dev/null || fail "the image was kept for no pod ($i)"
    else
        ! host systemctl is-active pod-race@a >/dev/null || fail "a pod runs without its image ($i)"
    fi
    host systemctl stop pod-race.service
done
host systemctl reset-failed
host rm /etc/podd/pods.d/race.json
host systemctl daemon-reload

say "verify finds what was changed in a tree, says what, and makes it whole"
import_image busybox
busybox=$(image_id example.com/busybox)
assert_eq "All is as it was imported." "$(host podctl image verify)"
tree=$(host jq -r '.trees[0]' "$store/images/$idle.json")
host_sh 'cd "$1" && echo changed >bin/file && chmod 777 bin && touch new' "$store/trees/$tree/rootfs"
assert_status 1 host podctl image verify
assert_contains "$output" "differs trees/$tree: ./bin/file: size is 8, was 6; its content differs"
assert_contains "$output" "differs trees/$tree: ./bin: mode is 0777, was 0755"
assert_contains "$output" "differs trees/$tree: ./new: was not there"
assert_status 0 host podctl image verify example.com/busybox
assert_status 1 host podctl image verify "$idle" --json=short
assert_eq 3 "$(kinds "$(head -n 1 <<<"$output")" differs | wc -l)"
assert_status 0 host podctl image verify --repair
assert_contains "$output" "repaired trees/$tree"
assert_status 0 host podctl image verify
assert_eq hello "$(host cat "$store/trees/$tree/rootfs/bin/file")"
host rm -r "$store/trees/$tree/rootfs"
assert_status 1 host podctl store fsck
assert_contains "$output" "its \"trees/$tree/rootfs\" is missing"
assert_status 0 host podctl image verify --repair
assert_status 0 host podctl store fsck

say "a tree that a running pod uses is left, and the pod is named"
hold running example.com/busybox
host systemctl start pod-running@a
used=$(host jq -r '.trees[0]' "$store/images/$busybox.json")
host touch "$store/trees/$used/rootfs/new"
assert_status 1 host podctl image verify --repair
assert_contains "$output" "left trees/$used: tree \"$used\" is used by app \"a\" of pod \"running\""
host systemctl stop pod-running.service
assert_status 0 host podctl image verify --repair
assert_eq "" "$(host ls $store/tmp)"

say "a blob that is broken cannot be made whole, and takes the tree with it"
blob=$(host jq -r '.blobs[2]' "$store/images/$idle.json")
host_sh 'cp "$1" /var/tmp/store-blob && printf x | dd of="$1" conv=notrunc status=none' "$store/blobs/$blob"
assert_status 1 host podctl image verify "$idle"
assert_contains "$output" "differs blobs/$blob: its content differs"
host touch "$store/trees/$tree/rootfs/new"
assert_status 1 host podctl image verify --repair
assert_contains "$output" "left trees/$tree"
assert_fails host podctl image export "$idle" /var/tmp/store-export
assert_contains "$output" "is not what was imported"
assert_fails host test -e /var/tmp/store-export
host_sh 'echo kept >/var/tmp/store-export'
assert_fails host podctl image export --overwrite "$idle" /var/tmp/store-export
assert_eq kept "$(host cat /var/tmp/store-export)"
host rm /var/tmp/store-export
host cp /var/tmp/store-blob "$store/blobs/$blob"
assert_status 0 host podctl image verify --repair

say "one record that cannot be read blocks nothing, fsck names it, --repair moves it aside unless a pod uses it"
host_sh 'cp "$1" /var/tmp/store-record && echo "{" >"$1"' "$store/images/$busybox.json"
assert_eq "$idle" "$(image_id example.com/idle)"
host podctl import /var/tmp/store-root.tar --name=example.com/other >/dev/null
host podctl image rm example.com/other >/dev/null
assert_contains "$(host podctl image gc)" "no tree and no blob is removed while an image cannot be read"
assert_status 0 host test -e "$store/trees/$used/rootfs"
assert_status 1 host podctl store fsck
assert_contains "$output" "problem images/$busybox.json"
host cp /var/tmp/store-record "$store/images/$busybox.json"
host systemctl start pod-running@a
host_sh 'echo "{" >"$1"' "$store/images/$busybox.json"
assert_status 1 host podctl store fsck --repair
assert_contains "$output" "is used by app \"a\" of pod \"running\""
assert_status 0 host test -e "$store/images/$busybox.json"
host systemctl stop pod-running.service
host rm /etc/podd/pods.d/running.json
host systemctl daemon-reload
assert_status 0 host podctl store fsck --repair
assert_contains "$output" "repaired images/$busybox.json"
assert_status 0 host test -e "$store/broken/$busybox.json"
assert_eq "No problems." "$(host podctl store fsck)"
assert_fails host test -e "$store/trees/$used"
import_image busybox

say "names that are lost are made again"
host rm "$store/refs/example.com%idle"
assert_status 1 host podctl store fsck
assert_contains "$output" 'the name "example.com/idle" does not lead to it'
assert_status 0 host podctl store fsck --repair
host podctl image cat-manifest example.com/idle >/dev/null

say "export gives an ACI bit by bit as it came"
aci=$(image busybox aci)
host podctl image export example.com/busybox /var/tmp/store-export.aci
host cmp "$aci" /var/tmp/store-export.aci
assert_fails host podctl image export example.com/busybox /var/tmp/store-export.aci
assert_contains "$output" "exists"
assert_contains "$output" "--overwrite"
host cmp "$aci" /var/tmp/store-export.aci
say "with --overwrite in place of what was there, whole or not at all, and of a file only"
host_sh 'echo old >/var/tmp/store-export.aci'
assert_fails host podctl image export --overwrite example.com/nothing /var/tmp/store-export.aci
assert_eq old "$(host cat /var/tmp/store-export.aci)"
host podctl image export --overwrite example.com/busybox /var/tmp/store-export.aci
host cmp "$aci" /var/tmp/store-export.aci
host_sh 'mkdir /var/tmp/store-places && cd /var/tmp/store-places && mkdir folder && ln -s ../store-export.aci link && mkfifo pipe'
for place in folder link pipe; do
    assert_fails host podctl image export --overwrite example.com/busybox /var/tmp/store-places/$place
    assert_contains "$output" "is no plain file, and so is not replaced"
done
assert_fails host podctl image export --overwrite example.com/busybox /var/tmp/store-places/
assert_eq "folder link pipe" "$(host ls -A /var/tmp/store-places | xargs)" "what exports have left"
host rm -r /var/tmp/store-places
host_sh 'podctl --quiet image export example.com/busybox - | cmp - "$1"' "$aci"

say "an ACI that is there already is not unpacked again: there is no room for two"
host_sh 'mkdir -p /var/tmp/store-aci/rootfs /var/tmp/store-small &&
    mount -t tmpfs -o size=30m,mode=700 none /var/tmp/store-small && cd /var/tmp/store-aci &&
    head -c 10000000 /dev/urandom >rootfs/file &&
    echo "{\"acKind\": \"ImageManifest\", \"acVersion\": \"0.8.11\", \"name\": \"example.com/big\"}" >manifest &&
    tar -cf ../store-big.aci manifest rootfs'
for _ in 1 2; do
    said=$(host_sh '/usr/lib/podd/importer import --store=/var/tmp/store-small/store </var/tmp/store-big.aci')
    assert_contains "$said" '{"image":{"id":"sha512-'
done
assert_contains "$said" "the image was in the store already"
host umount /var/tmp/store-small

say "and an OCI image as a layout that gives the same id"
for format in oci-tar docker; do
    path=$(image busybox $format)
    id=$(host podctl --quiet import "$path" --name=example.com/exported)
    host rm -f /var/tmp/store-export.tar
    host podctl image export "$id" /var/tmp/store-export.tar
    host podctl image rm "$id" >/dev/null
    assert_eq "$id" "$(host podctl --quiet import /var/tmp/store-export.tar --name=example.com/exported)" "of $format"
    host_sh 'mkdir /var/tmp/store-layout && tar -C /var/tmp/store-layout -xf /var/tmp/store-export.tar &&
        cd /var/tmp/store-layout/blobs/sha256 && for blob in *; do echo "$blob  $blob"; done | sha256sum --check --quiet
        rm -r /var/tmp/store-layout'
done

say "history as the configuration tells it; an ACI has none"
assert_eq "none recorded" "$(host podctl image history example.com/busybox)"
assert_eq "[]" "$(host podctl image history --json=short example.com/busybox)"
"$source_dir/tests/system/import/make-images.py" "$TEST_TMP/images"
copy "$TEST_TMP/images/history.tar" /var/tmp/store-history.tar
host podctl import /var/tmp/store-history.tar --name=example.com/history >/dev/null
said=$(host podctl image history example.com/history --json=short)
assert_eq '["COPY file /","ENV A=b"]' "$(jq -c '[.[].created_by]' <<<"$said")"
assert_eq '[5,null]' "$(jq -c '[.[].size]' <<<"$said")"

say "only who may manage images, and only into memory files"
assert_fails host su -s /bin/sh nobody -c 'podctl --no-ask-password image gc'
assert_fails host_sh 'busctl call org.podd1 /org/podd1 org.podd1.Manager CollectImages htt 0 0 0 </etc/passwd'
for call in 'VerifyImages ashbt 0 0 false 0' 'CheckStore hbt 0 false 0' 'ExportImage sht example.com/idle 0 0' \
    'GetImageHistory sht example.com/idle 0 0'; do
    # shellcheck disable=SC2086
    assert_fails host_sh 'busctl call org.podd1 /org/podd1 org.podd1.Manager $1 </etc/passwd' "$call"
done

host_sh 'for name in idle busybox exported history; do podctl image rm example.com/$name || true; done
    rm -rf /var/tmp/store-* /var/lib/podd/broken' >/dev/null
