# SPDX-License-Identifier: LGPL-2.1-or-later
# Images of a registry by way of podd: what nothing accepts is refused with the word that would, a rule that goes takes
# its images along, two who ask for the same are served once, and who fetches has no rights.
# hosts: bookworm trixie
# timeout: 300
folder=/var/tmp/fetch-podd
policy=/etc/podd/policy.d/test.conf
name=localhost:5000/team/busybox
clean_up() {
    tidy
    host_sh 'systemctl stop fetch-podd-registry fetch-podd-nginx 2>/dev/null || true
        rm -rf "$1" "$2" /etc/podd/registries.d/test.conf /var/cache/podd/fetch/*
        podctl image list --no-legend --full | awk "/localhost_500/ { print \$1 }" | xargs -r podctl image rm >/dev/null' $folder $policy
}
trap clean_up EXIT

say "a registry, and a slow way to it"
layout() {
    random_layout "$1" "$2" "$TEST_TMP/$1"
    copy "$TEST_TMP/$1" "$folder/$1"
}
host mkdir -p $folder
layout busybox 100
layout big 4000000
servers start_registry fetch-podd-registry $folder 5000
servers start_front fetch-podd-nginx $folder 5001 5000 150k
host_file /etc/podd/registries.d/test.conf <<'EOF'
[Registry localhost:5000]
Insecure=yes
[Registry localhost:5001]
Insecure=yes
EOF

# push LAYOUT: as team/LAYOUT:1; prints the digest of the manifest.
push() { servers push_layout "http://127.0.0.1:5000/v2/team/$1" 1 "$folder/$1"; }
id=$(push busybox)
push big >/dev/null
# An index with that image for this machine.
host_sh 'cd "$1/busybox" && config=$(jq -r .config.digest "blobs/sha256/${2#sha256:}") &&
    jq -n --arg digest "$2" --argjson size "$(stat -c %s "blobs/sha256/${2#sha256:}")" --slurpfile config "blobs/sha256/${config#sha256:}" \
        "{schemaVersion: 2, mediaType: \"application/vnd.oci.image.index.v1+json\", manifests: [{mediaType: \"application/vnd.oci.image.manifest.v1+json\",
          digest: \$digest, size: \$size, platform: {os: \"linux\", architecture: \$config[0].architecture}}]}" >index &&
    curl --silent --fail --request PUT --header "Content-Type: application/vnd.oci.image.index.v1+json" --data-binary @index \
        http://127.0.0.1:5000/v2/team/busybox/manifests/multi' $folder "$id"
index=sha256:$(host sha256sum $folder/busybox/index | cut -d ' ' -f 1)

verification() { host podctl image list --json=short | jq -c ".[] | select(.id == \"$id\") | [.verification.kind, .verification.by]"; }
in_store() { [ -n "$(verification)" ]; }
no_fetch_unit() { [ -z "$(host systemctl list-units --all --plain --no-legend 'podd-fetch-*' 'podd-import-*')" ]; }

# appc-conformance: 21
say "what nothing accepts is refused, and the command that is named accepts it"
assert_status 1 host podctl fetch docker://$name:1
assert_contains "$output" "$id"
hint=$(sed -n 's/^hint: //p' <<<"$output")
assert_eq "podctl fetch docker://$name@$id" "$hint"
! in_store || fail "what was refused is in the store"
wait_until 10 host_sh 'test -z "$(ls /var/cache/podd/fetch)"'
assert_eq "$id" "$(host_sh "$hint" 2>/dev/null)"
assert_eq "[\"pinned\",\"$name@$id\"]" "$(verification)"
wait_until 10 host_sh 'test -z "$(ls /var/cache/podd/fetch)"'
host podctl image rm "$id" >/dev/null

say "the same of an index: the image in it is bound to the index' digest"
assert_status 1 host podctl fetch docker://$name:multi
hint=$(sed -n 's/^hint: //p' <<<"$output")
assert_eq "podctl fetch docker://$name@$index" "$hint"
assert_eq "$id" "$(host_sh "$hint" 2>/dev/null)"
assert_eq "$id" "$(host podctl fetch --pull-policy=never docker://$name@$index 2>/dev/null)"
host podctl image rm "$id" >/dev/null

say "the importer does not take the fetcher's word"
assert_fails host_sh '/usr/lib/podd/importer import --store=/var/tmp/fetch-podd/store --options="$1" <"$2"' \
    "{\"name\": \"x.y/z\", \"digest\": \"$index\", \"verification\": {\"kind\": \"pinned\"}}" $folder/busybox
assert_contains "$output" '"Untrusted"'

say "a rule accepts it; without the network, when it is there"
assert_status 1 host podctl fetch --pull-policy=never docker://$name:1
printf '[Prefix localhost:5000/team]\nAccept=unsigned\n' | host_file $policy
assert_eq "$id" "$(host podctl fetch docker://$name:1 2>/dev/null)"
assert_eq "[\"policy\",\"[Prefix localhost:5000/team] in \\\"$policy\\\"\"]" "$(verification)"
assert_eq "$id" "$(host podctl fetch --pull-policy=never docker://$name:1 2>/dev/null)"
assert_eq "$id" "$(host podctl fetch --pull-policy=update docker://$name:1 2>/dev/null)"

say "a pod starts with it; without the rule it does not, and those that run go on"
for pod in first second; do
    drop_manifest $pod <<'EOF'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "main", "image": {"name": "localhost_5000/team/busybox", "labels": [{"name": "version", "value": "1"}]}}]}
EOF
done
host podctl start first
host rm $policy
assert_status 1 host podctl start second
assert_contains "$output" "app \"main\": image \"$name\" was accepted unsigned by [Prefix localhost:5000/team] in \"$policy\", which does not hold any more"
assert_contains "$output" "run 'podctl fetch docker://$name@$id'"
assert_eq active "$(property pod-first.service ActiveState)" "a running pod was killed"
host podctl fetch "docker://$name@$id" >/dev/null
assert_eq "[\"pinned\",\"$name@$id\"]" "$(verification)"
host systemctl reset-failed
host podctl start second
host podctl stop first second

say "what is wrong with the policy is said, and nothing is fetched"
printf '[Prefix localhost:5000]\nAccept=everything\n' | host_file $policy
assert_status 1 host podctl fetch docker://$name:1 --pull-policy=always
assert_contains "$output" "\"$policy\": line 2: found Accept=everything, wanted signed, unsigned, pinned or none"
printf '[Prefix localhost:5000]\nAccept=none\n' | host_file $policy
assert_status 1 host podctl fetch "docker://$name@$id" --pull-policy=always
assert_contains "$output" "is refused by [Prefix localhost:5000] in \"$policy\""
assert_status 1 host podctl start second
assert_contains "$output" "app \"main\": image \"$name\" is refused by [Prefix localhost:5000] in \"$policy\""
host systemctl reset-failed

say "a file is refused, with the command that accepts it"
file=$(image busybox aci)
assert_status 1 host podctl fetch "$file"
assert_contains "$output" "podctl import $file"
assert_status 1 host podctl fetch nginx
assert_contains "$output" "docker://nginx"

say "two who ask for the same are served once; who fetches has no rights"
printf '[Prefix localhost:5001]\nAccept=unsigned\n' | host_file $policy
slow=docker://localhost:5001/team/busybox:1
host podctl image rm "$id" >/dev/null
host podctl fetch $slow >"$TEST_TMP/one" 2>/dev/null &
one=$!
wait_until 20 host_sh 'systemctl list-units --plain --no-legend "podd-fetch-*" | grep -q running'
host podctl fetch $slow >"$TEST_TMP/two" 2>/dev/null &
two=$!
sleep 1
unit=$(host systemctl list-units --plain --no-legend 'podd-fetch-*' | awk '{ print $1 }')
assert_matches "$unit" '^podd-fetch-[0-9]+\.service$' "not one fetch"
status=$(host cat "/proc/$(property "$unit" MainPID)/status")
uid=$(host id -u podd-fetch)
[ "$uid" != 0 ] || fail "podd-fetch is root"
assert_matches "$status" "Uid:[[:space:]]+$uid[[:space:]]+$uid[[:space:]]+$uid[[:space:]]+$uid"
for set in CapInh CapPrm CapEff CapBnd CapAmb; do assert_matches "$status" "$set:[[:space:]]+0000000000000000"; done
assert_matches "$status" 'NoNewPrivs:[[:space:]]+1'
assert_matches "$status" 'Seccomp:[[:space:]]+2'
exposure=$(host systemd-analyze security --no-pager "$unit" | sed -n 's/.*Overall exposure level.*: \([0-9.]*\).*/\1/p')
say "exposure $exposure"
awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 2.5) }' || fail "exposure $exposure"
wait $one && wait $two
assert_eq "$id" "$(cat "$TEST_TMP/one")"
assert_eq "$id" "$(cat "$TEST_TMP/two")"

say "what is cancelled leaves nothing in the store, and its beginning for the next time"
trees=$(host ls /var/lib/podd/trees /var/lib/podd/images /var/lib/podd/blobs/sha256)
assert_status 1 host timeout --preserve-status --foreground --signal=INT 3 podctl fetch docker://localhost:5001/team/big:1
assert_contains "$output" "the fetch was cancelled"
wait_until 10 no_fetch_unit
assert_eq "$trees" "$(host ls /var/lib/podd/trees /var/lib/podd/images /var/lib/podd/blobs/sha256)"
assert_eq "" "$(host ls /var/lib/podd/tmp)"
assert_eq "podd-fetch 700" "$(host_sh "stat -c '%U %a' /var/cache/podd/fetch/*")"
[ "$(host_sh 'du -sk /var/cache/podd/fetch | cut -f 1')" -ge 100 ] || fail "nothing was kept"
