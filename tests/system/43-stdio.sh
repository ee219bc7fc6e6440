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
