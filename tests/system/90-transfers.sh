# SPDX-License-Identifier: LGPL-2.1-or-later
# Transfers: what the bus and a terminal are told of them, how they are cancelled and how they are not, and pods whose
# manifests want their images fetched.
# hosts: bookworm trixie
# full
# timeout: 600
folder=/var/tmp/transfers
policy=/etc/podd/policy.d/transfers.conf
name=localhost:5010/team/app
slow=localhost:5011/team/app
clean_up() {
    tidy
    host_sh 'systemctl stop transfers-registry transfers-nginx transfers-monitor 2>/dev/null || true
        rm -rf "$1" "$2" /etc/podd/registries.d/transfers.conf /etc/polkit-1/rules.d/49-podd-transfers.rules /var/cache/podd/fetch/*
        podctl image list --no-legend --full | awk "/localhost_501/ { print \$1 }" | xargs -r podctl image rm >/dev/null' $folder $policy
}
trap clean_up EXIT
host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain'
plain() { host setpriv --reuid=plain --regid=plain --init-groups --inh-caps=-all "$@"; }

say "a registry, and a slow way to it"
host mkdir -p $folder
random_layout app 1500000 "$TEST_TMP/app"
copy "$TEST_TMP/app" $folder/app
servers start_registry transfers-registry $folder 5010
servers start_front transfers-nginx $folder 5011 5010 120k
printf '[Registry localhost:%s]\nInsecure=yes\n' 5010 5011 | host_file /etc/podd/registries.d/transfers.conf
printf '[Prefix localhost:501%s]\nAccept=unsigned\n' 0 1 | host_file $policy
id=$(servers push_layout http://127.0.0.1:5010/v2/team/app 1 $folder/app)

in_store() { host podctl image list --full --no-legend | grep -q "$id"; }
forget() {
    ! in_store || host podctl image rm "$id" >/dev/null
    host_sh 'rm -rf /var/cache/podd/fetch/* && : >"$1/access.log"' $folder
}
unit_of_fetch() { host systemctl list-units --plain --no-legend 'podd-fetch-*' | awk '{ print $1 }'; }
is_fetching() { [ -n "$(unit_of_fetch)" ] && [[ $(host busctl get-property org.podd1 "$(transfer)" org.podd1.Transfer Bytes) != "t 0" ]]; }
no_unit() { [ -z "$(host systemctl list-units --all --plain --no-legend 'podd-fetch-*' 'podd-import-*')" ]; }
transfer() { host busctl tree --list org.podd1 | grep /transfer/ | head -n 1; }
# Each layer came once, but one that the store may have of another image.
fetched_once() {
    local layers
    layers=$(host grep -o "GET /v2/team/app/blobs/[^ ]* .* 200 [0-9]\{6,\}" $folder/access.log | cut -d " " -f 2 | sort)
    [ -n "$layers" ] || fail "no layer was fetched"
    assert_eq "$(uniq <<<"$layers")" "$layers" "layers were fetched twice"
}
store_now() { host ls /var/lib/podd/trees /var/lib/podd/images /var/lib/podd/blobs/sha256 /var/lib/podd/tmp; }
at_terminal() {
    "$source_dir/tests/system/transfers/at-terminal.py" "$("$TESTHOST" leader "$HOST")" "$1" "$2" \
        /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=xterm "${terminal[@]}" "${@:3}"
}
terminal=()

say "lines where there is no terminal, nothing with --quiet, nothing when nothing is done"
said=$(host podctl fetch docker://$slow:1 2>&1 | sed 's/, [0-9.]*[KM]$//' | sort)
assert_eq "$(printf '%s\n' "Fetching docker://$slow:1" "docker://$slow:1: layer 1 of 2 fetched" "docker://$slow:1: layer 2 of 2 fetched" \
    "docker://$slow:1: fetched, importing" "docker://$slow:1: layer 1 of 2 imported" "docker://$slow:1: layer 2 of 2 imported" "$id" | sort)" "$said"
assert_eq "$id" "$(host podctl fetch docker://$slow:1 2>&1)"
forget
assert_eq "$id" "$(host podctl fetch --quiet docker://$name:1 2>&1)"
forget

say "what the bus is told, not more than four times a second"
host_sh 'systemd-run --quiet --unit=transfers-monitor --property=StandardOutput=file:"$1/signals" busctl monitor --json=short \
    --match="type='\''signal'\'',path_namespace='\''/org/podd1/transfer'\''"' $folder
sleep 1
host podctl fetch --quiet docker://$slow:1 >"$TEST_TMP/one" &
one=$!
wait_until 20 is_fetching
has_rate() { [[ $(host busctl get-property org.podd1 "$(transfer)" org.podd1.Transfer Rate) =~ ^t\ [1-9] ]]; }
wait_until 10 has_rate
at=$(transfer)
get() { host busctl get-property org.podd1 "$at" org.podd1.Transfer "$1"; }
assert_eq "s \"docker://$slow:1\"" "$(get Reference)"
assert_eq 's "fetch"' "$(get Phase)"
assert_contains "$(get Unit)" podd-fetch-
assert_matches "$(get Total)" '^t [0-9]{7,}$'
rate=$(get Rate)
[ "${rate#t }" -gt 20000 ] || fail "rate $rate"
assert_matches "$(get Layers)" '^a\(stt\) 2 "'
wait $one
assert_eq "$id" "$(cat "$TEST_TMP/one")"
host systemctl stop transfers-monitor
host cat $folder/signals >"$TEST_TMP/signals"
"$source_dir/tests/system/transfers/check-signals.py" <"$TEST_TMP/signals"
forget

say "Ctrl-C at a terminal, which becomes narrower: nothing is left but what has arrived"
before=$(store_now)
result=$(at_terminal 70 bar,wide=34,wide=12,wide=100,keys=^C podctl fetch docker://$slow:1)
assert_eq 1 "$(jq .status <<<"$result")"
text=$(jq -r .text <<<"$result")
assert_contains "$text" "podctl: fetch \"docker://$slow:1\": the fetch was cancelled"
assert_contains "$text" "layer 2/2 fetching"
assert_contains "$text" $'[\033[32m#' "no colours"
for width in 70 34 12; do
    widest=$(jq ".widest[\"$width\"]" <<<"$result")
    [ "$widest" -lt $width ] || fail "a line of $widest on a terminal of $width"
done
wait_until 5 no_unit
assert_eq "$before" "$(store_now)"
host test -d /var/cache/podd/fetch/+docker_3a_2f_2flocalhost_3a5011_2fteam_2fapp_3a1

say "without colours, and on a terminal that cannot draw"
terminal=(NO_COLOR=1)
text=$(at_terminal 70 bar,keys=^C podctl fetch docker://$slow:1 | jq -r .text)
assert_not_contains "$text" $'\033[32m'
terminal=(TERM=dumb)
text=$(at_terminal 70 sleep=2,keys=^C podctl fetch docker://$slow:1 | jq -r .text)
assert_not_contains "$text" $'\033'
assert_contains "$text" "Fetching docker://$slow:1"
terminal=()
forget

say "two who wait: one fetch, and an interrupt takes back one wish"
host podctl fetch --quiet docker://$slow:1 >"$TEST_TMP/one" &
one=$!
wait_until 20 is_fetching
result=$(at_terminal 70 bar,keys=^C podctl fetch docker://$slow:1)
assert_eq 1 "$(jq .status <<<"$result")"
assert_contains "$(jq -r .text <<<"$result")" "it goes on for others who wait for it"
assert_matches "$(unit_of_fetch)" '^podd-fetch-[0-9]+\.service$' "not one fetch"
wait $one
assert_eq "$id" "$(cat "$TEST_TMP/one")"
fetched_once
forget

say "SIGKILL: nobody has said that it is unwanted; who asks again waits for it, and then an interrupt is the last word"
result=$(at_terminal 70 bar,kill=9 podctl fetch docker://$slow:1)
assert_eq 137 "$(jq .status <<<"$result")"
unit=$(unit_of_fetch)
[ -n "$unit" ] || fail "the fetch ended with podctl"
result=$(at_terminal 70 bar,keys=^C podctl fetch docker://$slow:1)
assert_eq 1 "$(jq .status <<<"$result")"
wait_until 5 no_unit
result=$(at_terminal 70 bar,kill=9 podctl fetch docker://$slow:1)
assert_eq 137 "$(jq .status <<<"$result")"
wait_until 60 in_store
wait_until 10 no_unit
forget

say "a list of them, and an end by number"
assert_eq "[]" "$(host podctl list-transfers --json=short)"
host podctl fetch --quiet docker://$slow:1 >/dev/null 2>"$TEST_TMP/one" &
one=$!
wait_until 20 is_fetching
assert_matches "$(host podctl list-transfers)" "fetch +[0-9.]+[KM] +[0-9.]+M +.* docker://$slow:1 +podd-fetch-[0-9]+"
assert_status 1 host podctl cancel-transfer 1
assert_contains "$output" 'there is no transfer "1"'
host podctl cancel-transfer "$(host podctl list-transfers --json=short | jq .[0].id)"
! wait $one || fail "a cancelled fetch succeeded"
wait_until 5 no_unit
forget

say "who may cancel"
host podctl fetch --quiet docker://$slow:1 >/dev/null 2>"$TEST_TMP/one" &
one=$!
wait_until 20 is_fetching
at=$(transfer)
assert_fails plain busctl call org.podd1 "$at" org.podd1.Transfer Cancel t 0
assert_contains "$output" "Access denied"
host podctl cancel-transfer "$(host podctl list-transfers --json=short | jq .[0].id)"
! wait $one || fail "a cancelled fetch succeeded"
wait_until 5 no_unit
host_file /etc/polkit-1/rules.d/49-podd-transfers.rules <<'JS'
polkit.addRule(function(action, subject) { if (action.id == "org.podd1.manage-images" && subject.user == "plain") return polkit.Result.YES; });
JS
# polkitd takes its time to see the file, the fetch does not wait for it.
wait_until 20 plain sh -c 'pkcheck --action-id org.podd1.manage-images --process $$'
host podctl fetch --quiet docker://$slow:1 >/dev/null 2>"$TEST_TMP/one" &
one=$!
wait_until 20 is_fetching
plain busctl call org.podd1 "$(transfer)" org.podd1.Transfer Cancel t 0
! wait $one || fail "a cancelled fetch succeeded"
assert_contains "$(cat "$TEST_TMP/one")" "the fetch was cancelled"
wait_until 5 no_unit
forget

say "an import that is cancelled takes away what it has begun"
before=$(store_now)
host_sh '(head -c 300000 "$1"; sleep 6) | timeout --preserve-status --foreground --signal=INT 3 podctl import --name=example.com/half - || echo "status $?"' \
    "$(image busybox rootfs)" >"$TEST_TMP/one" 2>&1
assert_contains "$(cat "$TEST_TMP/one")" "the import was cancelled"
assert_contains "$(cat "$TEST_TMP/one")" "status 1"
wait_until 5 no_unit
assert_eq "$before" "$(store_now)"

# manifest POLICY [PORT]
manifest() {
    printf '{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main",
        "image": {"name": "localhost_%s/team/app", "labels": [{"name": "version", "value": "1"}]},
        "annotations": [{"name": "podd.org/pull-policy", "value": "%s"}]}]}' "${2-5010}" "$1"
}
asked() { host test -s $folder/access.log; }

say "a declared pod: its own unit fetches, and says how far it is"
manifest missing 5011 | drop_manifest pulls
assert_contains "$(property pod-pulls.service Requires)" podd-pull@pulls.service
host systemctl --no-block start pod-pulls
wait_until 20 is_fetching
wait_until 20 host_sh 'systemctl show --value --property=StatusText podd-pull@pulls | grep -q "^fetch of docker://localhost:5011/team/app:1: [0-9]*%, "'
assert_eq activating "$(property podd-pull@pulls.service ActiveState)"
say "meanwhile somebody else asks for the same"
assert_eq "$id" "$(host podctl fetch --quiet docker://$slow:1)"
wait_until 30 unit_is pod-pulls@main.service active
fetched_once
host podctl stop pulls
host_sh ': >"$1/access.log"' $folder
host systemctl start pod-pulls
! asked || fail "the registry was asked for an image that is there"
host podctl stop pulls

say "always asks each time, but for a start that says never"
manifest always 5011 | drop_manifest pulls
host podctl start --pull-policy=never pulls
! asked || fail "the registry was asked although the start said never"
host podctl stop pulls
host systemctl start pod-pulls
asked || fail "the registry was not asked"
host podctl stop pulls
forget
assert_status 1 host podctl start --pull-policy=never pulls
assert_contains "$output" 'pod "pulls": app "main": image "localhost_5011/team/app:1": '
! asked || fail "the registry was asked although the start said never"
assert_status 1 host podctl start --pull-policy=never pulls --json=short
host systemctl reset-failed

say "the policy of trust holds, and the error says what would help"
host rm $policy
manifest missing | drop_manifest pulls
assert_status 1 host podctl start pulls
assert_contains "$output" 'pod "pulls": app "main": image "localhost_5010/team/app:1": '
assert_contains "$output" "hint: podctl fetch docker://$name@$id"
assert_status 1 host systemctl start pod-pulls
assert_contains "$(journal podd-pull@pulls.service)" "podctl fetch docker://$name@$id"
manifest missing | host_file $folder/runs.json
assert_status 1 host podctl start $folder/runs.json
assert_contains "$output" 'pod "runs": app "main": image "localhost_5010/team/app:1": '
assert_status 1 host podctl pull pulls
! in_store || fail "what was refused is in the store"
printf '[Prefix localhost:501%s]\nAccept=unsigned\n' 0 1 | host_file $policy
host systemctl reset-failed

say "a source that is not the image's name says which tag"
forget
printf '{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main", "image": {"name": "localhost_5010/team/app"},
    "annotations": [{"name": "podd.org/pull-from", "value": "docker://localhost:5010/team/app:1"}]}]}' | drop_manifest pulls
host systemctl start pod-pulls
wait_until 30 unit_is pod-pulls@main.service active
host podctl stop pulls
manifest missing | drop_manifest pulls

say "pull fetches and starts nothing"
assert_eq "$id" "$(host podctl pull pulls 2>/dev/null)"
assert_eq inactive "$(property pod-pulls.service ActiveState)"
forget
assert_status 4 host podctl pull nosuch
manifest never | drop_manifest keeps
assert_eq "" "$(host podctl pull keeps)"
assert_not_contains "$(property pod-keeps.service Requires)" podd-pull
assert_eq "$id" "$(host podctl pull --pull-policy=missing keeps 2>/dev/null)"
forget

say "a transient pod: podctl fetches"
host podctl start $folder/runs.json
host podctl stop runs
forget
assert_status 1 host podctl start --pull-policy=never $folder/runs.json
host podctl start --pull-policy=always $folder/runs.json
host podctl stop runs
manifest never | host_file $folder/runs.json
forget
assert_status 1 host podctl start $folder/runs.json
host podctl start --pull-policy=missing $folder/runs.json
host podctl stop runs
assert_status 2 host podctl start --pull-policy=sometimes $folder/runs.json
