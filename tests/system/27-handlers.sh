# SPDX-License-Identifier: LGPL-2.1-or-later
# pre-start and post-stop: run as the app is run, before its start and after its end, whoever asks for them, manifest or image.
# hosts: bookworm trixie
import_image busybox

# app PRE POST MAIN: the "app" object with these scripts; PRE and POST may be empty.
app() {
    local handlers=''
    [ -z "$1" ] || handlers="{\"name\": \"pre-start\", \"exec\": [\"/bin/sh\", \"-c\", $(json "$1")]}"
    [ -z "$2" ] || handlers="$handlers${handlers:+, }{\"name\": \"post-stop\", \"exec\": [\"/bin/sh\", \"-c\", $(json "$2")]}"
    cat <<EOF
{"exec": ["/bin/sh", "-c", $(json "$3")], "user": "1000", "group": "50", "workingDirectory": "/etc", "eventHandlers": [$handlers],
 "environment": [{"name": "COLOUR", "value": "blue"}],
 "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_KILL", "CAP_CHOWN"]}}]}
EOF
}
manifest() {
    printf '{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/%s"}%s}]}' "$1" "$2"
}
with_app() { manifest busybox ", \"app\": $(app "$@")"; }
says() { host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-handlers@a --identifier=a | grep -qx "$2"' "$TEST_BEGIN" "$1"; }
begin() { TEST_BEGIN=$(host date +%s.%N); }
gone() { wait_until 20 unit_is pod-handlers inactive; }

# appc-conformance: 7, 11
say "user, groups, root, directory, environment and confinement are the app's; /dev/stdout works once it has ended, too"
see='exec >/dev/stdout; echo "$0" begins; { id; pwd; env | grep -vE "^(SHLVL|_|NOTIFY_SOCKET)="; cat /proc/self/cgroup; for ns in /proc/self/ns/*; do readlink $ns; done
    grep -E "^(Cap|NoNew|Seccomp|SigBlk|SigIgn|Groups)" /proc/self/status; ls /proc/self/fd | wc -l; touch /tmp/x-$$ && echo wrote; } |
    sed "s,^0::/.*,0::/," | sort; echo end'
begin
with_app "${see//\$0/pre}; sleep 0.5" "${see//\$0/post}" "${see//\$0/main}; exec sleep 1000" | drop_manifest handlers
host podctl verify --strict /etc/podd/pods.d/handlers.json
host systemctl start pod-handlers@a
wait_until 20 says 'main begins'
host systemctl stop pod-handlers@a
gone
lines=$(app_says handlers a)
assert_eq "pre begins|main begins|post begins" "$(grep begins <<<"$lines" | paste -sd '|')"
# part WORD: what that process has seen, without the namespaces that each process has of its own.
part() { sed -n "/^$1 begins/,/^end/p" <<<"$lines" | sed 1d | grep -vE '^(mnt|cgroup):|^end$' | sort; }
assert_contains "$(part main)" 'COLOUR=blue'
assert_contains "$(part main)" 'uid=1000 gid=50'
assert_matches "$(part main)" 'CapBnd:[[:space:]]+0000000000000021'
assert_contains "$(part main)" wrote
assert_eq "$(part main)" "$(part pre)" "what the pre-start handler sees"
assert_eq "$(part main)" "$(part post)" "what the post-stop handler sees"

say "both are run at each restart"
begin
host systemctl start pod-handlers@a
wait_until 20 says 'main begins'
host systemctl restart pod-handlers@a
wait_until 20 host_sh 'journalctl --sync; test "$(journalctl -q -o cat --since="@$1" -u pod-handlers@a --identifier=a | grep -cx "main begins")" = 2' "$TEST_BEGIN"
host systemctl stop pod-handlers
assert_eq "pre main post pre main post" "$(app_says handlers a | sed -n 's/ begins//p' | xargs)"

say "a pre-start handler that fails: the app does not start, its unit says why, and the pod ends"
begin
with_app 'echo trying; exit 9' 'echo after' 'echo never; exec sleep 1000' | drop_manifest handlers
assert_fails host podctl start handlers
assert_contains "$output" 'pre-start handler "/bin/sh" ended with status 9'
gone
assert_eq 9 "$(property pod-handlers@a ExecMainStatus)"
assert_eq "trying after" "$(app_says handlers a | xargs)"
assert_contains "$(host systemctl status --no-pager --full pod-handlers@a || true)" 'pre-start handler "/bin/sh" ended with status 9'
host systemctl reset-failed
missing=$(app missing '' true)
manifest busybox ", \"app\": ${missing/'"/bin/sh", "-c", "missing"'/'"/bin/nowhere"'}" | drop_manifest handlers
assert_fails host systemctl start pod-handlers@a
assert_eq 203 "$(property pod-handlers@a ExecMainStatus)"
assert_contains "$(host systemctl status --no-pager --full pod-handlers@a || true)" 'pre-start handler: '
gone
host systemctl reset-failed

say "a post-stop handler that fails is a failure of the app"
with_app '' 'exit 3' 'exit 0' | drop_manifest handlers
host systemctl start pod-handlers@a || true
wait_until 20 unit_is pod-handlers@a failed
assert_contains "$(host systemctl status --no-pager --full pod-handlers@a || true)" 'post-stop handler "/bin/sh" ended with status 3'
gone
host systemctl reset-failed

say "a stop while the pre-start handler runs: it is told, and the app does not start"
begin
with_app 'trap "echo told; exit 0" TERM; echo here; sleep 1000 & wait' '' 'echo never' | drop_manifest handlers
host systemctl start --no-block pod-handlers@a
wait_until 20 says here
host systemctl stop pod-handlers@a
gone
assert_eq "here told" "$(app_says handlers a | xargs)"
assert_eq inactive "$(property pod-handlers@a ActiveState)"

say "poweroff of the machine: there may be nothing left to run it in, which is said and is no failure"
begin
with_app '' 'echo after' 'echo here; trap "exit 0" TERM; sleep 1000 & wait' | drop_manifest handlers
host systemctl start pod-handlers@a
wait_until 20 says here
host machinectl poweroff handlers
gone
wait_until 20 unit_is pod-handlers@a inactive
assert_eq success "$(property pod-handlers@a Result)"
assert_matches "$(journal pod-handlers@a)" $'(\nafter\n|its post-stop handler was not run: its sandbox is not running)'

say "an image's own, declared and transient"
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
mkdir -p "$TEST_TMP/aci/rootfs"
tar -C "$TEST_TMP/aci/rootfs" --no-same-owner -xzf "$TEST_TMP/busybox.tar.gz"
printf '{"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/handlers", "app": %s}' \
    "$(app 'echo pre' 'echo post' 'echo main; exec sleep 1000')" >"$TEST_TMP/aci/manifest"
tar -C "$TEST_TMP/aci" --numeric-owner --owner=0 --group=0 -czf "$TEST_TMP/handlers.aci" manifest rootfs
copy "$TEST_TMP/handlers.aci" /var/tmp/handlers.aci
host podctl import /var/tmp/handlers.aci >/dev/null
for kind in declared transient; do
    begin
    if [ $kind = declared ]; then
        manifest handlers '' | drop_manifest handlers
        host systemctl start pod-handlers@a
    else
        host_sh 'rm /etc/podd/pods.d/handlers.json; systemctl daemon-reload'
        manifest handlers '' | host_file /tmp/handlers.json
        host podctl start /tmp/handlers.json
    fi
    wait_until 20 says main
    host systemctl stop pod-handlers
    assert_eq "pre main post" "$(app_says handlers a | xargs)" $kind
done
host_sh 'podctl image rm example.com/handlers >/dev/null; rm /tmp/handlers.json /var/tmp/handlers.aci'
