# SPDX-License-Identifier: LGPL-2.1-or-later
# Imports that are cut short: killed, cancelled, out of space, two at once. The image is there whole or not at all, the
# next import tidies up, and nothing waits for ever.
# hosts: bookworm trixie
# timeout: 400
"$source_dir/tests/system/import/make-images.py" "$TEST_TMP/images"
copy "$TEST_TMP/images" /var/tmp/import-images
store=/var/tmp/import-store
host_sh 'mkdir -p /var/tmp/import-root && cd /var/tmp/import-root &&
    for i in $(seq 1500); do head -c $((i * 7)) /dev/urandom >file$i; done && tar -czf /var/tmp/import-root.tgz .'
options='{"name": "example.com/root"}'

. "$source_dir/tests/system/import/whole.sh"

say "A11: killed at any moment"
for tenth in $(seq 0 24); do
    host_sh '
        /usr/lib/podd/importer import --store="$1" --options="$2" </var/tmp/import-root.tgz >/dev/null 2>&1 &
        sleep "$3"; kill -9 $! 2>/dev/null || true; wait $! 2>/dev/null || true' \
        $store "$options" "0.$(printf %02d $((tenth * 3)))"
    whole $store >/dev/null
done
say "the next import removes what the dead ones left"
host_sh '/usr/lib/podd/importer import --store="$1" --options="$2" </var/tmp/import-root.tgz >/dev/null' $store "$options"
assert_eq "" "$(host ls $store/tmp)"
assert_eq 1 "$(host sh -c "ls $store/images | wc -l")"
assert_eq 1 "$(host sh -c "ls $store/trees | wc -l")"
whole $store >/dev/null
assert_eq "" "$(host_sh 'ps -e -o uid= | awk "\$1 >= 2147418112 && \$1 < 2147483648"')" "workers that live on"

say "A11, CVE-2021-20291: two imports of one layer at once, and a removal meanwhile"
host_sh '
    cd /var/tmp/import-images
    for i in 1 2 3 4; do
        for file in three.tar three-docker.tar three-gzip.tar; do
            /usr/lib/podd/importer import --store="$1" <$file >"/var/tmp/import-out.$i.$file" 2>&1 &
        done
    done
    /usr/lib/podd/importer remove --store="$1" --id="$(ls "$1/images" | head -n 1 | sed s/.json//)" >/var/tmp/import-removed 2>&1 || true
    wait
    for out in /var/tmp/import-out.*; do tail -n 1 "$out" | grep -q "^{\"image\"" || { cat "$out"; exit 1; }; done
    rm -f /var/tmp/import-out.* /var/tmp/import-removed' $store
whole $store >/dev/null
assert_eq "" "$(host ls $store/tmp)"

say "a full disk"
host_sh 'mkdir -p /var/tmp/import-small && mount -t tmpfs -o size=4m,mode=700 none /var/tmp/import-small'
assert_fails host_sh '/usr/lib/podd/importer import --store=/var/tmp/import-small/store --options="$1" </var/tmp/import-root.tgz' "$options"
message=$(tail -n 1 <<<"$output" | jq -r .error.message)
assert_contains "$message" '"/var/tmp/import-small/store" is full, nothing of the image was kept'
assert_contains "$message" 'No space left on device'
left=$(host_sh 'cd /var/tmp/import-small/store && find tmp images trees -mindepth 1')
assert_eq "" "$left"
host mount -o remount,size=100m /var/tmp/import-small
host_sh '/usr/lib/podd/importer import --store=/var/tmp/import-small/store --options="$1" </var/tmp/import-root.tgz >/dev/null' "$options"
host umount /var/tmp/import-small

say "through podd: the unit is killed, podctl says so, the next try works"
host_sh 'head -c 200000000 /dev/urandom >/var/tmp/import-root/big && tar -C /var/tmp/import-root -cf /var/tmp/import-big.tar .'
host_sh 'podctl import /var/tmp/import-big.tar --name=example.com/big >/var/tmp/import-said 2>&1 &
    pid=$!
    for i in $(seq 100); do
        unit=$(systemctl list-units --plain --no-legend "podd-import-*" | cut -d " " -f 1)
        [ -z "$unit" ] || break
        sleep 0.02
    done
    [ -n "$unit" ] && systemctl kill --signal=KILL "$unit"
    ! wait $pid || exit 1
    grep -q . /var/tmp/import-said'
host podctl import /var/tmp/import-big.tar --name=example.com/big >/dev/null
assert_eq "" "$(host ls /var/lib/podd/tmp)"
host podctl image rm example.com/big >/dev/null

say "an image in use stays"
import_image busybox
drop_manifest holds <<'JSON'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
  "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
JSON
host systemctl start pod-holds@a
assert_fails host podctl image rm example.com/busybox
assert_contains "$output" 'is used by app "a" of pod "holds"'
host systemctl stop pod-holds

host rm -rf /var/tmp/import-images $store /var/tmp/import-root /var/tmp/import-root.tgz /var/tmp/import-small \
    /var/tmp/import-big.tar /var/tmp/import-said
