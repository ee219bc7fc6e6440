# SPDX-License-Identifier: LGPL-2.1-or-later
# Streams are the journal's; /dev/stdout can be opened again where an image links its logs there; nothing is lost at the
# end.
# hosts: bookworm trixie
import_image busybox
host_sh 'mkdir -p /tmp/links/var/log && ln -sf /dev/stdout /tmp/links/var/log/access && ln -sf /dev/stderr /tmp/links/var/log/error &&
    mkdir -p /tmp/links/bin && cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -1)" /tmp/links/bin/ && ln -sf busybox /tmp/links/bin/sh &&
    tar -C /tmp/links -cf /tmp/links.tar . && podctl import /tmp/links.tar --name=example.com/links --exec=/bin/sh >/dev/null'
drop_manifest links <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/links"},
           "annotations": [{"name": "podd.org/stdio-links", "value": "true"}],
           "app": {"exec": ["/bin/busybox", "sh", "-c", "echo direct; echo access >/var/log/access; echo error >/var/log/error; echo '<0>shout'; i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done >/var/log/access; exec busybox sleep 1000"],
                   "user": "0", "group": "0"}}]}
EOF
host systemctl start pod-links@a
wait_until 15 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-links@a | grep -qx "line 200"' "$TEST_BEGIN"
# appc-conformance: 16
say "what the app writes, to its streams and to /dev/stdout opened again, is in the journal, with its priority"
logged=$(app_says links a)
for line in direct access error '<0>shout' 'line 1'; do grep -qxF "$line" <<<"$logged" || fail "\"$line\" is not in the journal"; done
assert_eq 200 "$(grep -c '^line ' <<<"$logged")"
assert_contains "$(host journalctl -q -o json --since="@$TEST_BEGIN" -u pod-links@a | grep '"error"')" '"PRIORITY":"3"'
main=$(property pod-links@a MainPID)
assert_eq sleep "$(host cat "/proc/$main/comm" | sed s/busybox/sleep/)"
host systemctl stop pod-links

# streams NAME SCRIPT [LINE…]: a pod whose app runs SCRIPT, with a drop-in of these lines.
streams() {
    local name=$1 script=$2
    shift 2
    drop_manifest "$name" <<JSON
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sh", "-c", "$script"], "user": "0", "group": "0"}}]}
JSON
    printf '%s\n' '[Service]' "$@" | host_sh "mkdir -p /run/systemd/system/pod-$name@a.service.d; cat >/run/systemd/system/pod-$name@a.service.d/streams.conf; systemctl daemon-reload"
    host systemctl start "pod-$name@a"
    wait_until 15 unit_is "pod-$name@a" inactive
    host_sh "rm -r /run/systemd/system/pod-$name@a.service.d; systemctl daemon-reload; journalctl --sync"
}
# priorities [OPTION]: of the two lines, which the app "a" of the pod "streams" wrote.
priorities() { host journalctl -q -o json --since="@$TEST_BEGIN" "$@" -t a -u pod-streams@a | jq -r '"\(.MESSAGE) \(.PRIORITY)"' | sort; }

say "standard output and error are told apart by their priorities; nothing is to be read"
streams streams 'echo out; echo bad >&2; cat'
assert_eq $'bad 3\nout 6' "$(priorities)"
say "what a drop-in says of the streams counts: input, a file, another journal"
streams input 'cat' StandardInput=data StandardInputText='given by the unit'
assert_eq 'given by the unit' "$(app_says input a)"
streams file 'echo out; echo bad >&2' StandardError=append:/run/podd-test-streams
assert_eq out "$(app_says file a)"
assert_eq bad "$(host_sh 'cat /run/podd-test-streams; rm /run/podd-test-streams')"
TEST_BEGIN=$(host date +%s.%N)
streams streams 'echo out; echo bad >&2' LogNamespace=podd-test
host journalctl --namespace=podd-test --sync
assert_eq $'bad 3\nout 6' "$(priorities --namespace=podd-test)"
assert_eq '' "$(priorities)"
host_sh 'systemctl stop systemd-journald@podd-test.socket systemd-journald-varlink@podd-test.socket systemd-journald@podd-test; rm -rf /run/log/journal/*.podd-test /var/log/journal/*.podd-test'
