# SPDX-License-Identifier: LGPL-2.1-or-later
# Health checks of images and manifests: run as part of the app, by a timer that is there as long as the app runs; what they
# say is seen in podctl status and the journal, and acted on where the manifest says so.
# hosts: bookworm trixie
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
# docker_image NAME CONFIG: an image as docker saves it.
docker_image() {
    printf '{"name": "example.com/%s", "version": "1", "exec": ["/bin/sleep", "1000"], "environment": {"PATH": "/bin"},
        "files": {"etc/passwd": "www:x:33:34::/srv:/bin/sh\\n"}, "config": %s}' "$1" "$2" >"$TEST_TMP/$1.json"
    python3 "$source_dir/tests/images/pack.py" "$TEST_TMP/busybox.tar.gz" "$TEST_TMP/$1.json" docker "$TEST_TMP/$1.tar"
    copy "$TEST_TMP/$1.tar" "/var/tmp/$1.tar"
    host podctl import "/var/tmp/$1.tar"
}
# pod NAME IMAGE [ANNOTATION VALUE]...: a pod with one app.
pod() {
    local name=$1 image=$2 annotations=''
    shift 2
    while [ $# -gt 0 ]; do
        annotations+="${annotations:+, }{\"name\": \"podd.org/$1\", \"value\": $(json "$2")}"
        shift 2
    done
    drop_manifest "$name" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/$image"}, "annotations": [$annotations]}]}
EOF
}
health() { host busctl get-property org.podd1 "/org/podd1/pod/$1/app/a" org.podd1.App Health | cut -d'"' -f2; }
is() { [ "$(health "$1")" = "$2" ]; }
units() { host systemctl list-units --plain --no-legend --all 'podd-health-*'; }

said=$(docker_image checked '{"User": "www", "Healthcheck": {"Test": ["CMD-SHELL", "id -u >/tmp/who; [ -e /tmp/well ]"],
    "Interval": 400000000, "Retries": 2, "Timeout": 20000000000}}')
assert_not_contains "$said" health
assert_contains "$(docker_image odd '{"Healthcheck": {"Test": ["SOMETHING", "x"]}}' 2>&1)" 'the health check is left out: found "SOMETHING"'
docker_image plain '{"Healthcheck": {"Test": ["NONE"]}}' >/dev/null

say "an app without a check has neither units nor a state"
pod plain plain
host systemctl start pod-plain
assert_eq "" "$(health plain)"
assert_eq "" "$(units)"

say "the image's check: as the app's user, within its cgroup, until it is well"
pod web checked
host systemctl start pod-web
assert_eq active "$(property podd-health-web@a.timer ActiveState)"
assert_eq pod-web@a.service "$(property podd-health-web@a.timer BindsTo)"
wait_until 20 is web unhealthy
# A busy host may find it at work again whenever it looks.
wait_until 20 host_sh 'journalctl -q -o cat --since="@$1" -u podd-health-web@a.service | grep -q "Failed with result"' "$TEST_BEGIN"
assert_eq 33 "$(host podctl exec web cat /tmp/who)"
assert_matches "$(host podctl -n0 status web)" 'a  active \(running\), unhealthy, main PID'
assert_contains "$(host podctl --json=short status web)" '"health":"unhealthy"'
host podctl exec web touch /tmp/well
wait_until 20 is web healthy
host journalctl --sync
lines=$(host journalctl -q -o cat --since="@$TEST_BEGIN" -u pod-web@a)
assert_contains "$lines" $'App a of pod web is unhealthy\nApp a of pod web is healthy'
assert_contains "$(host systemctl status pod-web@a)" 'App a of pod web is healthy'
assert_contains "$(host journalctl -q -o cat --since="@$TEST_BEGIN" -u podd-health-web@a.service)" 'Failure 1: exit status 1'
assert_eq active "$(property pod-web@a ActiveState)" "nothing was done to it"

say "it begins anew with a restart of the app, and ends with it"
pid=$(property pod-web@a MainPID)
host systemctl restart pod-web@a
[ "$pid" != "$(property pod-web@a MainPID)" ]
wait_until 20 host_sh 'journalctl -q -o cat --since="@$1" -u pod-web@a | grep -cx "App a of pod web is healthy" | grep -qx 2' "$TEST_BEGIN"
is web healthy
host systemctl stop pod-web
wait_until 10 test -z "$(units)"
assert_eq "" "$(units)"

say "the manifest's word goes over the image's: none, another command, and what is done"
pod web checked health-cmd none
host systemctl start pod-web
assert_eq "" "$(health web)"
assert_eq "" "$(units)"
host systemctl stop pod-web
pod web plain health-cmd '["/bin/test", "-e", "/tmp/well"]' health-interval 300ms health-retries 1 health-on-failure kill restart on-failure
host systemctl start pod-web
pid=$(property pod-web@a MainPID)
restarted() { [ "$(property pod-web@a NRestarts)" -ge 1 ] && unit_is pod-web@a active; }
wait_until 20 restarted
host podctl exec web touch /tmp/well
wait_until 20 is web healthy
assert_eq active "$(property pod-web ActiveState)" "the pod outlives it"
host systemctl stop pod-web
pod web plain health-cmd 'false' health-interval 300ms health-retries 1 health-on-failure restart
host systemctl start pod-web
pid=$(property pod-web@a MainPID)
other_pid() { unit_is pod-web@a active && [ "$(property pod-web@a MainPID)" != "$pid" ]; }
wait_until 20 other_pid
host systemctl stop pod-web
pod web plain health-cmd 'false' health-interval 300ms health-retries 1 health-on-failure stop
host systemctl start pod-web
wait_until 20 unit_is pod-web inactive
wait_until 10 host_sh '! systemctl list-units --plain --no-legend --all "podd-health-web*" | grep .'

say "a check that does not end is ended with all that it has started; failures of the start period do not count"
pod web plain health-cmd 'sleep 774 & echo stuck; wait' health-interval 200ms health-timeout 300ms health-retries 1 \
    health-start-period 4s health-start-interval 100ms
host systemctl start pod-web
assert_eq starting "$(health web)"
wait_until 30 is web unhealthy
host journalctl --sync
lines=$(host journalctl -q -o cat --since="@$TEST_BEGIN" -u podd-health-web@a.service)
assert_contains "$lines" 'Not started yet: timed out after 300ms; it said: stuck'
assert_contains "$lines" 'Failure 1: timed out after 300ms'
host systemctl stop pod-web pod-plain
assert_fails host pgrep -f '^sleep 77[4]'
wait_until 10 host_sh '! systemctl list-units --plain --no-legend --all "podd-health-*" | grep .'

say "a check has the descriptors 0, 1 and 2, and no other"
import_probe
drop_manifest web <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"},
           "annotations": [{"name": "podd.org/health-cmd", "value": "[\"/bin/probe\", \"first\"]"},
               {"name": "podd.org/health-interval", "value": "300ms"},
               {"name": "podd.org/health-timeout", "value": "3s"}, {"name": "podd.org/health-retries", "value": "1"}]}]}
EOF
TEST_BEGIN=$(host date +%s)
host systemctl start pod-web
wait_until 20 is web unhealthy
host journalctl --sync
# "probe first" says what it has, and waits until it is ended.
descriptors=$(host journalctl -q -o cat --since="@$TEST_BEGIN" -u podd-health-web@a.service | sed 's|\\x0a|\n|g' | grep -oE '(^|said: )fd [0-9]+ .*' | sed 's/^said: //' | sort -u | paste -sd '|')
assert_eq 'fd 0 /dev/null|fd 1 pipe|fd 2 pipe' "$descriptors"
host systemctl stop pod-web

say "what cannot be is said before anything is started"
bad() { pod web plain "$@" 2>/dev/null; assert_status 1 host podctl verify /etc/podd/pods.d/web.json && echo "$output"; }
assert_contains "$(bad health-cmd '[ -e /x ]')" 'has to say "test"'
assert_contains "$(bad health-interval 0)" 'at least 1ms'
assert_contains "$(bad health-on-failure reboot)" '"restart"'
assert_contains "$(bad health-cmd 'true' init true)" 'init app'
