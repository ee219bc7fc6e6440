# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie
# What does not start says why, in podctl and in the unit, and can be tried again.

import_image busybox
host_file /tmp/sleep.json <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "main", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
JSON

say "a pod of that name runs"
host podctl start /tmp/sleep.json
assert_status 1 host podctl start /tmp/sleep.json
assert_contains "$output" 'pod "sleep": it runs already'
assert_contains "$output" "podctl stop sleep"
assert_contains "$(host podctl list)" "sleep"
status_text=$(host podctl status sleep)
assert_contains "$status_text" "(transient)"
assert_contains "$status_text" "main PID"
assert_contains "$status_text" "example.com/busybox"
host podctl stop sleep
assert_status 4 host podctl stop sleep
assert_contains "$output" 'pod "sleep": there is no such pod'

say "a manifest file declares it"
drop_manifest sleep <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main", "image": {"name": "example.com/busybox"}}]}
JSON
assert_status 1 host podctl start /tmp/sleep.json
assert_contains "$output" 'pod "sleep": a manifest file declares it already'
host rm /etc/podd/pods.d/sleep.json
host systemctl daemon-reload

say "an image that is not there"
host_file /tmp/missing.json <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "nginx", "image": {"name": "example.com/missing"}}]}
JSON
assert_status 1 host podctl start /tmp/missing.json
assert_contains "$output" 'pod "missing"'
assert_contains "$output" 'nginx'
assert_contains "$output" '"example.com/missing"'
assert_not_contains "$(host podctl list)" missing

say "a program that is not in the image"
host_file /tmp/noprogram.json <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "main", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/nowhere"], "user": "0", "group": "0"}}]}
JSON
assert_status 1 host podctl start /tmp/noprogram.json
assert_contains "$output" 'app "main"'
assert_contains "$output" '/bin/nowhere'

say "manifests that are none"
bad() {
    host_file /tmp/bad.json
    assert_status 1 host podctl start /tmp/bad.json
    assert_contains "$output" "$1"
}
bad /tmp/bad.json <<<'{'
bad apps <<<'{"acVersion": "0.8.11", "acKind": "PodManifest"}'
host_file /tmp/Bad_Name.json </tmp/../dev/null
assert_status 1 host podctl start /tmp/Bad_Name.json
assert_status 1 host podctl start /tmp/nowhere.json
assert_contains "$output" "No such file"
assert_status 1 host podctl start /dev/zero
assert_status 1 host podctl start /tmp

say "declared, but not read yet"
host_file /etc/podd/pods.d/unread.json <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main", "image": {"name": "example.com/busybox"}}]}
JSON
assert_status 1 host podctl start unread
assert_contains "$output" "systemctl daemon-reload"
host rm /etc/podd/pods.d/unread.json
assert_status 4 host podctl start unread

say "no unit is left of all that"
units() { host systemctl list-units --all --plain --no-legend --full 'pod-missing*' 'pod-noprogram*' 'pod-bad*'; }
none_left() { [ -z "$(units)" ]; }
wait_until 10 none_left
