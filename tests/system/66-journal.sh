# SPDX-License-Identifier: LGPL-2.1-or-later
# The steps in the life of pods and images are entries of the journal that scripts and people find: by MESSAGE_ID=, by
# fields, by unit, and explained by journalctl --catalog.
# hosts: bookworm trixie
# smoke
started=ccbc174d89404dc78f245702b3654236 ended=a1bb7d8a003e473ca94ffce1d99c91d4
pod_failed=b16637292432494589d26b3e644a934d app_failed=40dc9b119c414150bd4b5563df95ba66
imported=5e85cd2a3d2645808efba58e6369ce68 removed=ccc222f721544bb8890265f149de1d90
import_failed=a9e2b5dadfb043d6966253eda2cb3272

# entries MATCH...: since the test began, one JSON object a line.
entries() { host journalctl --sync && host journalctl --quiet --output=json --all --since="@$TEST_BEGIN" "$@"; }

# field NAME ENTRY: its value; several values one after the other.
field() { python3 -c 'import json, sys
value = json.loads(sys.argv[2]).get(sys.argv[1], "")
print(*value if isinstance(value, list) else [value])' "$1" "$2"; }

host podctl image rm example.com/busybox 2>/dev/null || true
aci=$(image busybox aci)
TEST_BEGIN=$(host date +%s.%N)
id=$(host podctl import "$aci")

say "an image that comes"
entry=$(entries MESSAGE_ID=$imported)
assert_eq "$id" "$(field POD_IMAGE "$entry")"
assert_eq example.com/busybox "$(field POD_IMAGE_NAME "$entry")"
unit=$(field OBJECT_SYSTEMD_UNIT "$entry")
assert_matches "$unit" '^podd-import-[0-9]+\.service$'
assert_eq "$id" "$(field POD_IMAGE "$(entries --unit="$unit" MESSAGE_ID=$imported)")" "found by its unit"
assert_eq podd "$(field SYSLOG_IDENTIFIER "$entry")"

say "an image that does not come"
echo "no image" | host_file /var/tmp/none.aci
assert_status 1 host podctl import /var/tmp/none.aci
entry=$(entries MESSAGE_ID=$import_failed)
assert_contains "$(field MESSAGE "$entry")" "Importing an image failed: "
assert_eq 3 "$(field PRIORITY "$entry")"

say "a pod that runs and ends"
drop_manifest told <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "one", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}},
          {"name": "two", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
JSON
host systemctl start pod-told
entry=$(entries MESSAGE_ID=$started)
assert_eq 1 "$(wc -l <<<"$entry")" "entries of one start"
assert_eq told "$(field POD_NAME "$entry")"
uuid=$(field POD_UUID "$entry")
assert_eq "$(host busctl get-property org.podd1 /org/podd1/pod/told org.podd1.Pod UUID)" "s \"$uuid\""
assert_eq "one two" "$(field POD_APP "$entry")"
assert_eq "$id" "$(tr ' ' '\n' <<<"$(field POD_IMAGE "$entry")" | sort -u)"
for found in --unit=pod-told POD_IMAGE="$id" --identifier=podd; do
    assert_eq "$uuid" "$(field POD_UUID "$(entries "$found" MESSAGE_ID=$started)")" "found by $found"
done
assert_eq "" "$(entries MESSAGE_ID=$ended)"
host systemctl stop pod-told
entry=$(entries --unit=pod-told MESSAGE_ID=$ended)
assert_eq "told $uuid success" "$(field POD_NAME "$entry") $(field POD_UUID "$entry") $(field POD_RESULT "$entry")"

say "a pod that is killed"
host systemctl start pod-told
host systemctl kill --kill-who=main --signal=KILL pod-told
wait_until 30 unit_is pod-told failed
assert_eq told "$(field POD_NAME "$(entries --unit=pod-told MESSAGE_ID=$ended POD_RESULT=signal)")"
host systemctl reset-failed

say "an app that does not start"
drop_manifest told <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "lost", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/no/such/program"], "user": "0", "group": "0"}}]}
JSON
assert_status 1 host podctl start told
wait_until 30 unit_is pod-told inactive
entry=$(entries --unit=pod-told@lost MESSAGE_ID=$app_failed)
assert_eq "told lost 3" "$(field POD_NAME "$entry") $(field POD_APP "$entry") $(field PRIORITY "$entry")"
assert_contains "$(field MESSAGE "$entry")" 'app "lost" of pod "told": '

say "a pod that does not start: nothing ended, because nothing ran"
ends=$(entries MESSAGE_ID=$ended | wc -l)
host podctl image rm example.com/busybox
assert_eq "$id" "$(field POD_IMAGE "$(entries MESSAGE_ID=$removed)")"
assert_status 1 host podctl start told
entry=$(entries --unit=pod-told MESSAGE_ID=$pod_failed)
assert_eq "told 3" "$(field POD_NAME "$entry") $(field PRIORITY "$entry")"
assert_contains "$(field MESSAGE "$entry")" 'pod "told": app "lost": '
assert_eq "$ends" "$(entries MESSAGE_ID=$ended | wc -l)"

say "all are explained"
for message in $started $ended $pod_failed $app_failed $imported $removed $import_failed; do
    explained=$(host journalctl --quiet --catalog --since="@$TEST_BEGIN" --lines=1 MESSAGE_ID="$message")
    assert_contains "$explained" "Defined-By: podd" "$message"
    [[ ! $explained =~ @[A-Z_]+@ ]] || fail "a field of $message has no value: $explained"
done
