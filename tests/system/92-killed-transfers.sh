# SPDX-License-Identifier: LGPL-2.1-or-later
# Imports and fetches that are killed at 50 random points each: the importer, one of its workers, the fetcher, podd itself
# or podctl. The store has no problems, the second try succeeds, and nothing is left of the first.
# hosts: bookworm trixie
# full
# timeout: 1800
folder=/var/tmp/killed-transfers
name=localhost:5000/team/killed
seed=${PODD_TEST_SEED:-$RANDOM}
points=${PODD_TEST_POINTS:-50}
say "seed $seed: PODD_TEST_SEED=$seed makes the same choices again"
clean_up() {
    tidy
    host_sh 'systemctl stop killed-registry 2>/dev/null || true
        podctl image rm example.com/killed localhost_5000/team/killed >/dev/null 2>&1 || true
        rm -rf "$1" /etc/podd/policy.d/killed.conf /etc/podd/registries.d/killed.conf /var/cache/podd/fetch/*' $folder
}
trap clean_up EXIT

say "an image of three layers, 24 MB each, in a file and in a registry"
"$source_dir/tests/system/import/make-large.py" "$TEST_TMP/layout"
host mkdir -p $folder
copy "$TEST_TMP/layout" $folder/layout
copy "$source_dir/tests/system/import/kill-transfer.sh" $folder/try
host_sh 'chmod 755 "$1/try" && tar -C "$1/layout" -cf "$1/image.tar" oci-layout index.json blobs' $folder
servers start_registry killed-registry $folder 5000
host skopeo copy --quiet --dest-tls-verify=false oci:$folder/layout docker://$name:1
printf '[Registry localhost:5000]\nInsecure=yes\n' | host_file /etc/podd/registries.d/killed.conf
printf '[Prefix localhost:5000/team]\nAccept=unsigned\n' | host_file /etc/podd/policy.d/killed.conf

for way in import fetch; do host $folder/try $way none 0; done
say "a whole import takes $(host cat $folder/time-import) ns, a whole fetch $(host cat $folder/time-fetch) ns"
python3 - "$seed" "$points" >"$TEST_TMP/points" <<'EOF'
import random, sys
choice = random.Random(int(sys.argv[1]))
for way, victims in (("import", ("importer", "worker", "podd", "podctl")),
                     ("fetch", ("fetcher", "fetcher", "importer", "worker", "podd", "podctl"))):
    for _ in range(int(sys.argv[2])):
        victim = choice.choice(victims)
        # A fetch first has its fetcher, then its importer.
        begin, end = (0, 0.6) if victim == "fetcher" else (0.4, 1) if way == "fetch" and victim in ("importer", "worker") else (0, 1)
        print(way, victim, "%.3f" % choice.uniform(begin, end))
EOF
for way in import fetch; do
    say "$points points of $way"
    while read -r each victim part; do
        [ "$each" = "$way" ] || continue
        host $folder/try "$way" "$victim" "$part" </dev/null
    done <"$TEST_TMP/points"
done
missed=$(host_sh 'cat "$1/missed" 2>/dev/null || true' $folder)
say "strikes that came when their victim was not there: $(grep -c . <<<"$missed")"
[ "$(grep -c . <<<"$missed")" -le "$points" ] || fail "too few strikes hit: $missed"
