# SPDX-License-Identifier: LGPL-2.1-or-later
# What is not fetched a second time: an image that its reference still leads to, and layers that the store has from others.
# And what becomes of a fetch when podd itself ends: it ends, and nothing of it stays.
# full
# hosts: bookworm trixie
# timeout: 400
folder=/var/tmp/fetch-again
policy=/etc/podd/policy.d/again.conf
name=localhost:5021/team/app
slow=localhost:5022/team/big
clean_up() {
    tidy
    host_sh 'systemctl stop again-registry again-front again-slow 2>/dev/null || true
        rm -rf "$1" "$2" /etc/podd/registries.d/again.conf /var/cache/podd/fetch/*
        podctl image list --no-legend --full | awk "/localhost_502/ { print \$1 }" | xargs -r podctl image rm >/dev/null' $folder $policy
}
trap clean_up EXIT

say "a registry; images that have a layer in common, and one that is not soon fetched"
host mkdir -p $folder/log $folder/log-slow
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
# What is counted below are layers that no other test has left in the store.
gunzip "$TEST_TMP/busybox.tar.gz"
head -c 1000 /dev/urandom >"$TEST_TMP/own"
tar --append --file="$TEST_TMP/busybox.tar" --directory="$TEST_TMP" ./own
gzip "$TEST_TMP/busybox.tar"
layout() {
    random_layout "$1" "$2" "$TEST_TMP/$1" "$TEST_TMP/busybox.tar.gz"
    copy "$TEST_TMP/$1" "$folder/$1"
}
layout one 1000
layout two 1000
layout big 600000
servers start_registry again-registry $folder 5020
servers start_front again-front $folder/log 5021 5020 100m
servers start_front again-slow $folder/log-slow 5022 5020 100k
printf '[Registry localhost:%s]\nInsecure=yes\n' 5021 5022 | host_file /etc/podd/registries.d/again.conf
printf '[Prefix localhost:502%s]\nAccept=unsigned\n' 1 2 | host_file $policy
push() { servers push_layout "http://127.0.0.1:5020/v2/team/${3-app}" "$2" "$folder/$1"; }
# asked: what was asked for since new_log, sorted; layers as "layer-N of LAYOUT".
asked() {
    host_sh 'cd "$1"
        for layout in one two; do
            manifest=$(jq -r ".manifests[0].digest" $layout/index.json)
            jq -r --arg layout $layout ".layers | to_entries[] | \"s,\\(.value.digest),layer-\\(.key),;\"" "$layout/blobs/sha256/${manifest#sha256:}"
            jq -r "\"s,\\(.config.digest),config,;\"" "$layout/blobs/sha256/${manifest#sha256:}"
            echo "s,$manifest,manifest,;"
        done >names
        sed -n "s,.*GET /v2/team/app/\([^ ]*\) .*,\1,p" log/access.log | sed -f names | sort | paste -sd " "' $folder
}
new_log() { host truncate --size=0 $folder/log/access.log; }
fetch() { host podctl fetch "$@"; }
no_unit() { [ -z "$(host systemctl list-units --all --plain --no-legend 'podd-fetch-*' 'podd-import-*')" ]; }
no_folder() { host_sh 'test -z "$(ls /var/cache/podd/fetch)"'; }

say "the whole of it at first, one request when nothing has changed"
one=$(push one 1)
new_log
assert_eq "$one" "$(fetch --quiet docker://$name:1)"
assert_eq "blobs/config blobs/layer-0 blobs/layer-1 manifests/1" "$(asked)"
new_log
said=$(fetch --pull-policy=always docker://$name:1 2>&1)
assert_contains "$said" "the image is up to date"
assert_eq "$one" "$(tail -n 1 <<<"$said")"
assert_eq "manifests/1" "$(asked)"
new_log
assert_eq "$one" "$(fetch --quiet --pull-policy=always docker://$name@"$one")"
assert_eq "manifests/manifest" "$(asked)"
wait_until 10 no_folder

say "the same of an index"
host_sh 'cd "$1/one" && config=$(jq -r .config.digest "blobs/sha256/${2#sha256:}") &&
    jq -n --arg digest "$2" --argjson size "$(stat -c %s "blobs/sha256/${2#sha256:}")" --slurpfile config "blobs/sha256/${config#sha256:}" \
        "{schemaVersion: 2, mediaType: \"application/vnd.oci.image.index.v1+json\", manifests: [{mediaType: \"application/vnd.oci.image.manifest.v1+json\",
          digest: \$digest, size: \$size, platform: {os: \"linux\", architecture: \$config[0].architecture}}]}" >../index' $folder "$one"
servers push_manifest http://127.0.0.1:5020/v2/team/app multi $folder/index >/dev/null
assert_eq "$one" "$(fetch --quiet docker://$name:multi)"
new_log
assert_eq "$one" "$(fetch --quiet --pull-policy=always docker://$name:multi)"
assert_eq "manifests/multi" "$(asked)"

say "of an image that shares a layer, the other one; of one whose layers are all there, none"
two=$(push two 2)
new_log
assert_eq "$two" "$(fetch --quiet docker://$name:2)"
assert_eq "blobs/config blobs/layer-1 manifests/2" "$(asked)"
assert_eq "$two" "$(push two 1)"
new_log
assert_eq "$two" "$(fetch --quiet --pull-policy=always docker://$name:1)"
assert_eq "blobs/config manifests/1" "$(asked)"
assert_eq "$two" "$(fetch --quiet --pull-policy=never docker://$name:1)"
assert_eq "No problems." "$(host podctl store fsck 2>&1)"

say "a layer that two images want at the same time comes once, for both"
host podctl image rm "$one" "$two" >/dev/null
push one shared-1 big >/dev/null
push two shared-2 big >/dev/null
shared=$(host_sh 'cd "$1/one" && manifest=$(jq -r ".manifests[0].digest" index.json) && jq -r ".layers[0].digest" "blobs/sha256/${manifest#sha256:}"' $folder)
host truncate --size=0 $folder/log-slow/access.log
fetch --quiet docker://$slow:shared-1 >"$TEST_TMP/shared-1" &
first=$!
wait_until 20 host grep -q "manifests/shared-1" $folder/log-slow/access.log
assert_eq "$two" "$(fetch --quiet docker://$slow:shared-2)"
wait $first
assert_eq "$one" "$(<"$TEST_TMP/shared-1")"
assert_eq 1 "$(host grep -c "GET /v2/team/big/blobs/$shared " $folder/log-slow/access.log)"
say "unless the first one is given up"
host podctl image rm "$one" "$two" >/dev/null
wait_until 10 no_folder
host podctl fetch --quiet docker://$slow:shared-1 >/dev/null 2>&1 &
first=$!
wait_until 20 host_sh 'find /var/cache/podd/fetch -name "*.partial" | grep -q .'
fetch --quiet docker://$slow:shared-2 >"$TEST_TMP/shared-2" &
second=$!
wait_until 20 host_sh '[ "$(podctl list-transfers --json=short | jq length)" = 2 ]'
sleep 1
host_sh 'podctl cancel-transfer "$(podctl list-transfers --json=short | jq ".[] | select(.image | endswith(\"shared-1\")) | .id")"'
! wait $first || fail "a fetch that was cancelled succeeds"
wait $second
assert_eq "$two" "$(<"$TEST_TMP/shared-2")"
host podctl image rm "$two" >/dev/null
host_sh 'rm -rf /var/cache/podd/fetch/*'

say "what went with its images is fetched again"
new_log
assert_eq "$one" "$(push one 1)"
assert_eq "$one" "$(fetch --quiet docker://$name:1)"
assert_eq "blobs/config blobs/layer-0 blobs/layer-1 manifests/1" "$(asked)"
drop_manifest again <<JSON
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "one", "image": {"id": "$one"}}]}
JSON
host podctl start again
host podctl stop again

say "a layout that is not whole is not completed by what the store has, when it is imported"
host_sh 'cd "$1" && manifest=$(jq -r ".manifests[0].digest" one/index.json) && cp -r one half &&
    rm "half/blobs/sha256/$(jq -r ".layers[0].digest" "one/blobs/sha256/${manifest#sha256:}" | cut -d : -f 2)"' $folder
assert_status 1 host podctl import $folder/half
assert_contains "$output" "layer 1 of 2"

# has_begun: a part of the slow image is there.
has_begun() { host_sh 'find /var/cache/podd/fetch -name "*.partial" -size +40k | grep -q .'; }
big=$(push big 1 big)
for how in "kill --signal=KILL" restart; do
    say "podd ends by systemctl $how while it fetches"
    host podctl fetch --quiet docker://$slow:1 >"$TEST_TMP/said" 2>&1 &
    client=$!
    wait_until 30 has_begun
    assert_contains "$(property "$(host systemctl list-units --plain --no-legend 'podd-fetch-*' | awk '{ print $1 }')" BindsTo)" podd.service
    host systemctl $how podd.service
    ! wait $client || fail "podctl says that all is well: $(cat "$TEST_TMP/said")"
    wait_until 10 no_unit
    wait_until 10 no_folder
    assert_eq "" "$(host ls /var/lib/podd/tmp)"
done
say "and while it imports"
before=$(host ls /var/lib/podd/trees /var/lib/podd/images /var/lib/podd/blobs/sha256 /var/lib/podd/tmp)
host_sh '(head -c 300000 "$1"; sleep 8) | podctl import --name=example.com/half - || echo "status $?"' "$(image busybox rootfs)" >"$TEST_TMP/said" 2>&1 &
client=$!
wait_until 20 host_sh 'test -n "$(ls /var/lib/podd/tmp)"'
host systemctl kill --signal=KILL podd.service
wait_until 10 no_unit
wait $client
assert_contains "$(cat "$TEST_TMP/said")" "status 1"
host podctl image gc >/dev/null 2>&1
assert_eq "$before" "$(host ls /var/lib/podd/trees /var/lib/podd/images /var/lib/podd/blobs/sha256 /var/lib/podd/tmp)"

say "the second try succeeds, and nothing is left of the first"
assert_eq "$big" "$(fetch --quiet docker://$slow:1)"
wait_until 10 no_folder
assert_eq "No problems." "$(host podctl store fsck 2>&1)"
