# SPDX-License-Identifier: LGPL-2.1-or-later
# Credentials that systemd loads for an app's unit: a folder of that app alone, of its user, read-only, in memory that is
# not swapped; in no plan, variable, log or file. B10 and J7 of the attack table.
# hosts: bookworm trixie vm
import_probe
drop_in=/run/systemd/system/pod-secret@a.service.d/50-mine.conf
clean_up() { tidy; host_sh 'rm -rf /run/systemd/system/pod-secret@a.service.d /srv/canary /etc/podd-test; systemctl daemon-reload'; }
trap clean_up EXIT
# What must not be found anywhere; made here, so that no command line of the host's has it.
secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
sum=$(printf '%s' "$secret" | md5sum | cut -d ' ' -f 1)
printf '%s' "$secret" | host_file /etc/podd-test/plain 600
host_sh 'systemd-creds encrypt --quiet --with-key=host --name=sealed /etc/podd-test/plain /etc/podd-test/sealed 2>/dev/null ||
    systemd-creds encrypt --with-key=host --name=sealed /etc/podd-test/plain /etc/podd-test/sealed'

# pod ANNOTATIONS USER SCRIPT [MEMBERS]: two apps, of which "a" has the annotations and runs the script; what it said is in $said.
pod() {
    drop_manifest secret <<END
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "annotations": [$1], ${4:-"\"readOnlyRootFS\": false"},
           "app": {"exec": ["/bin/sh", "-c", $(json "$3; echo end; exec sleep 1000")], "user": "$2", "group": "$2",
                   "environment": [{"name": "CREDENTIALS_DIRECTORY", "value": "/nowhere"}]}},
          {"name": "b", "image": {"name": "example.com/probe"},
           "app": {"exec": ["/bin/sh", "-c", "ls /dev/podd-credentials /run/credentials 2>&1; echo has \${CREDENTIALS_DIRECTORY-none}; exec sleep 1000"], "user": "0", "group": "0"}}]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-secret
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-secret@a | grep -qx end' "$TEST_BEGIN"
    said=$(app_says secret a)
}
look='cd "$CREDENTIALS_DIRECTORY"; echo "in $PWD"; for f in *; do echo "$f $(stat -c "%u:%g %a" $f) $(md5sum <$f)"; done; stat -c ". %u:%g %a" .
    for try in "touch new" "chmod 700 ." "rm -f plain" "umount ." "mount -o remount,rw ."; do $try 2>/dev/null && echo "done: $try"; done; grep " $PWD " /proc/self/mountinfo'

say "by a drop-in: LoadCredential=, LoadCredentialEncrypted= and SetCredential=, for a user of the app's own"
host_file $drop_in <<'END'
[Service]
LoadCredential=plain:/etc/podd-test/plain
LoadCredentialEncrypted=sealed:/etc/podd-test/sealed
SetCredential=set:said here
END
pod '' 1000 "$look"
assert_contains "$said" 'in /dev/podd-credentials'
assert_contains "$said" "plain 1000:1000 400 $sum"
assert_contains "$said" "sealed 1000:1000 400 $sum"
assert_contains "$said" "set 1000:1000 400 $(printf 'said here' | md5sum | cut -d ' ' -f 1)"
assert_contains "$said" '. 1000:1000 500'
assert_not_contains "$said" 'done: '
assert_matches "$said" ' /dev/podd-credentials ro,nosuid,nodev,noexec[^-]* - ramfs '
other=$(app_says secret b)
assert_contains "$other" 'has none'
assert_not_contains "$other" plain

say "a command that enters the app has them too, one that enters another has none"
enter=/usr/lib/podd/stage1/nspawn/enter
assert_contains "$(host $enter secret a -- sh -c 'md5sum <"$CREDENTIALS_DIRECTORY/plain"; id -u' </dev/null)" "$sum"
assert_eq "none" "$(host $enter secret b -- sh -c 'echo ${CREDENTIALS_DIRECTORY-none}' </dev/null)"

say "J7, M1, CVE-2026-97025: it is nowhere else"
assert_eq "" "$(host_sh 'exec grep -rlF -- "$(cat /etc/podd-test/plain)" /run/podd /var/lib/podd/pods /etc/podd /run/systemd/system /run/systemd/transient || true')" "the secret in files"
assert_eq "" "$(host_sh 'journalctl --sync; journalctl -q -o export | grep -cF -- "$(cat /etc/podd-test/plain)" | grep -v "^0$" || true')" "the secret in the journal"
assert_eq "" "$(host_sh 'for unit in pod-secret pod-secret@a pod-secret@b; do pid=$(systemctl show -P MainPID $unit); grep -lF -- "$(cat /etc/podd-test/plain)" /proc/$pid/environ /proc/$pid/cmdline || true; done')" "the secret in variables"
for unit in pod-secret pod-secret@b; do
    assert_not_contains "$(host_sh 'cat "/proc/$(systemctl show -P MainPID "$1")/mountinfo"' "$unit")" podd-credentials
done
assert_not_contains "$(host cat /proc/1/mountinfo)" podd-credentials

say "B10: what the app puts in their place before its next start is replaced"
host_sh 'mkdir -p /srv/canary && chmod 777 /srv/canary && cd "/proc/$(systemctl show -P MainPID pod-secret)/root/a/dev" && owner=$(stat -c %u .) &&
    setpriv --reuid="$owner" --regid="$owner" --clear-groups sh -c "rmdir podd-credentials && ln -s /srv/canary podd-credentials"'
TEST_BEGIN=$(host date +%s.%N)
host systemctl restart pod-secret@a
wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-secret@a | grep -qx end' "$TEST_BEGIN"
assert_contains "$(app_says secret a)" "plain 1000:1000 400 $sum"
assert_eq "" "$(host ls -A /srv/canary)"

say "M2: a new secret is there with the app's next start, and the old one is not"
host_sh 'od -An -N16 -tx1 /dev/urandom | tr -d " \n" >/etc/podd-test/new; cp /etc/podd-test/plain /etc/podd-test/old; cat /etc/podd-test/new >/etc/podd-test/plain'
TEST_BEGIN=$(host date +%s.%N)
host systemctl restart pod-secret@a
wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-secret@a | grep -qx end' "$TEST_BEGIN"
assert_contains "$(app_says secret a)" "plain 1000:1000 400 $(host_sh 'md5sum </etc/podd-test/new')"
# The sealed one has the old text still, as it is another file.
assert_eq "" "$(host podctl exec secret/a -- sh -c 'cd "$CREDENTIALS_DIRECTORY"; cat plain set' | host grep -F -f /etc/podd-test/old || true)"
assert_eq /dev/podd-credentials/sealed "$(host_sh 'cd "/proc/$(systemctl show -P MainPID pod-secret@a)/root"; grep -rlF -f /etc/podd-test/old dev/podd-credentials | sed s,^,/,')"
host_sh 'cat /etc/podd-test/old >/etc/podd-test/plain'
host systemctl stop pod-secret
host_sh 'rm -r /run/systemd/system/pod-secret@a.service.d; systemctl daemon-reload'

say "by annotations, for root with a read-only root file system"
pod '{"name": "podd.org/load-credential", "value": "plain:/etc/podd-test/plain"}, {"name": "podd.org/load-credential-encrypted", "value": "sealed:/etc/podd-test/sealed"}' \
    0 "$look" '"readOnlyRootFS": true'
assert_contains "$said" "plain 0:0 400 $sum"
assert_contains "$said" "sealed 0:0 400 $sum"
assert_not_contains "$said" 'done: '
assert_contains "$(host systemctl cat pod-secret@a)" 'LoadCredential=plain:/etc/podd-test/plain'
host systemctl stop pod-secret

say "an app without them has no such folder, and the variable only if its manifest says so"
pod '' 0 'echo has ${CREDENTIALS_DIRECTORY-none}; ls -d /dev/podd-credentials 2>&1'
assert_contains "$said" 'has /nowhere' "the manifest's own value"
assert_contains "$said" 'No such file'
host systemctl stop pod-secret

say "M3: one that cannot be loaded or is too large stops the start, one whose name makes no sense the units"
# manifest VALUE: the annotation's.
manifest() {
    drop_manifest secret <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/probe"},
 "annotations": [{"name": "podd.org/load-credential", "value": "$1"}]}]}
END
}
manifest plain:/etc/podd-test/plain
for change in 'truncate -s 2M' rm; do
    host_sh "$change /etc/podd-test/plain"
    assert_fails host systemctl start pod-secret@a
    assert_contains "$(host systemctl status --no-pager pod-secret@a || true)" 'status=243/CREDENTIALS' "$change"
    host systemctl reset-failed
done
for name in ../plain .. . a/b '' 'a\u0000b' "$(printf 'a%.0s' {1..300})"; do
    manifest "$name:/etc/podd-test/plain"
    assert_status 1 host podctl verify /etc/podd/pods.d/secret.json
    assert_matches "$output" '"podd.org/load-credential"|/apps/0/annotations/0' "$name"
done
