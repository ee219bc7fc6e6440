# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may run commands in apps: polkit is asked each time, about the pod, the app and the command; --privileged is an action
# of its own, and the journal says who asked.
# hosts: bookworm trixie
import_image busybox
host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain'
trap 'host rm -f /etc/polkit-1/rules.d/49-podd-test.rules; tidy' EXIT
plain() { host setpriv --reuid=plain --regid=plain --init-groups --inh-caps=-all "$@"; }
drop_manifest web <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "1000", "group": "1000"}}]}
EOF
host systemctl start pod-web@a

say "nobody but root, unless a rule says so"
assert_status 125 plain podctl exec web id
assert_contains "$output" 'Access denied: action org.podd1.enter '
assert_status 125 plain podctl exec --privileged web id
assert_contains "$output" 'Access denied: action org.podd1.enter-privileged'
assert_status 125 plain podctl enter web
for action in enter enter-privileged; do
    defaults=$(host pkaction --verbose --action-id "org.podd1.$action")
    assert_eq 3 "$(grep -c 'implicit.*auth_admin$' <<<"$defaults")" "never kept: $action"
done

say "a rule for one command in one app allows that and nothing else"
host_file /etc/polkit-1/rules.d/49-podd-test.rules <<'JS'
polkit.addRule(function(action, subject) {
    if (action.id == "org.podd1.enter" && action.lookup("pod") == "web" && action.lookup("app") == "a" &&
        action.lookup("command") == "echo 'it is' mine" && subject.user == "plain")
        return polkit.Result.YES;
});
JS
wait_until 10 plain podctl exec web echo 'it is' mine
assert_eq 'it is mine' "$(plain podctl exec web echo 'it is' mine)"
assert_eq 7 "$(plain podctl exec web/a -- echo 'it is' mine >/dev/null; echo 7)"
for words in "echo it is mine" "echo 'it is mine'" "sh -c 'echo \"it is\" mine'" "id"; do
    eval "set -- $words"
    assert_status 125 plain podctl exec web -- "$@"
    assert_contains "$output" 'Access denied'
done
assert_status 125 plain podctl exec --privileged web echo 'it is' mine
assert_contains "$output" 'Access denied: action org.podd1.enter-privileged'
assert_status 125 plain podctl enter web
say "nor with other variables, in another folder, or as another user, be it the app's own"
for option in --setenv=PATH=/tmp --setenv=LD_PRELOAD=/tmp/x.so --working-directory=/tmp; do
    assert_status 125 plain podctl exec "$option" web echo 'it is' mine
    assert_contains "$output" 'Access denied: action org.podd1.enter '
done
for user in root 0 1000; do
    assert_status 125 plain podctl exec --user=$user web echo 'it is' mine
    assert_contains "$output" 'Access denied: action org.podd1.enter-privileged'
done

say "--privileged: all capabilities of the pod's root, no filter, and a line in the journal with who and what"
state=$(host podctl exec --privileged web -- cat /proc/self/status)
assert_matches "$state" 'Uid:[[:space:]]+0[[:space:]]'
assert_matches "$state" 'CapEff:[[:space:]]+0000[0-9a-f]{2}ffffffff'
assert_matches "$state" 'NoNewPrivs:[[:space:]]+0'
# The host may have filters of its own.
filters() { awk '/^Seccomp_filters:/ { print $2 }'; }
assert_eq "$(($(host podctl exec web -- cat /proc/self/status | filters) - 1))" "$(filters <<<"$state")" "filters"
host_file /etc/polkit-1/rules.d/49-podd-test.rules <<'JS'
polkit.addRule(function(action, subject) {
    if (action.id == "org.podd1.enter-privileged" && subject.user == "plain") return polkit.Result.YES;
});
JS
wait_until 10 plain podctl exec --privileged web true
assert_eq 0 "$(plain podctl exec --privileged web -- id -u)"
assert_status 125 plain podctl exec web true
host journalctl --sync
id=$(sed -n 's/.*kEnteredPrivileged = "\(.*\)".*/\1/p' "$source_dir/src/base/message_ids.h")
lines=$(host journalctl --quiet --output=cat --since="@$TEST_BEGIN" MESSAGE_ID="$id")
assert_contains "$lines" 'User 0 runs without the confinement of app a of pod web: cat /proc/self/status'
assert_contains "$lines" "User $(host id -u plain) runs without the confinement of app a of pod web: id -u"
assert_not_contains "$lines" 'it is' "what was refused or ordinary"
assert_contains "$(host journalctl --quiet --output=cat --since="@$TEST_BEGIN" -u pod-web@a)" "User 0 runs without the confinement"

say "--user=: that user's ids, groups and home; root with the app's capabilities, others with none; the confinement stays"
host podctl exec --user=0 web -- sh -c 'mkdir -p /etc
    printf "root:x:0:0::/root:/bin/sh\nwww:x:33:34::/srv:/bin/ash\n" >/etc/passwd
    printf "root:x:0:\nwww:x:34:\nadm:x:4:www\n" >/etc/group'
as() { host podctl exec --user="$1" web -- sh -c "$2"; }
ids='grep -E "^(Uid|Gid|Groups)" /proc/self/status | tr "\\t\\n" "  "; echo "$HOME $USER $LOGNAME $SHELL"'
assert_eq 'Uid: 33 33 33 33 Gid: 34 34 34 34 Groups: 4 /srv www www /bin/ash' "$(as www "$ids" | xargs)"
assert_eq 'Uid: 33 33 33 33 Gid: 4 4 4 4 Groups: /srv www www /bin/ash' "$(as 33:adm "$ids" | xargs)"
assert_eq 'Uid: 65535 65535 65535 65535 Gid: 0 0 0 0 Groups:' "$(as 65535 "$ids" | xargs)"
own=$(host podctl exec web -- cat /proc/self/status)
root=$(host podctl exec --user=root web -- cat /proc/self/status)
capabilities() { awk -v field="$1:" '$1 == field { print $2 }'; }
assert_eq "$(capabilities CapBnd <<<"$own")" "$(capabilities CapBnd <<<"$root")"
assert_eq "$(capabilities CapBnd <<<"$own")" "$(capabilities CapEff <<<"$root")"
assert_eq "$(filters <<<"$own")" "$(filters <<<"$root")" "filters"
assert_matches "$root" 'NoNewPrivs:[[:space:]]+1'
www=$(host podctl exec --user=www web -- cat /proc/self/status)
for set in CapEff CapPrm CapInh CapAmb; do assert_eq 0000000000000000 "$(capabilities $set <<<"$www")" "$set"; done
assert_eq "$(capabilities CapBnd <<<"$own")" "$(capabilities CapBnd <<<"$www")"
both=$(host podctl exec --privileged --user=www web -- cat /proc/self/status)
assert_matches "$both" 'Uid:[[:space:]]+33[[:space:]]'
assert_matches "$both" 'NoNewPrivs:[[:space:]]+0'
assert_eq 0000000000000000 "$(capabilities CapEff <<<"$both")"
for user in nobody 65536 -1 /etc www:none 33:65536; do
    assert_status 125 as $user true
    assert_contains "$output" "--user=$user: "
done
assert_status 125 as 33: true
say "whatever lies where the users' files should be"
host podctl exec --user=0 web -- sh -c 'rm /etc/passwd && mkfifo /etc/passwd; ln -sf /proc/1/root/etc/group /etc/group'
assert_status 125 timeout 20 "$TESTHOST" exec "$HOST" -- podctl exec --user=www web true
assert_contains "$output" 'not a regular file'
host podctl exec --user=0 web -- true 2>/dev/null && fail "read a fifo"
host journalctl --sync
id=$(sed -n 's/.*kEnteredAsUser = "\(.*\)".*/\1/p' "$source_dir/src/base/message_ids.h")
lines=$(host journalctl --quiet --output=cat --since="@$TEST_BEGIN" MESSAGE_ID="$id")
assert_contains "$lines" 'User 0 runs as another user in app a of pod web: --user=root cat /proc/self/status'

say "calls that are not right"
call() { host busctl call org.podd1 /org/podd1/pod/web/app/a org.podd1.App Enter "$@"; }
assert_fails call 'asa{sv}t' 1 id 0 0
python=/usr/bin/python3  # Debian's, which has Debian's modules
$python -c 'import dbus.bus' 2>/dev/null || apt-get -qq install --yes python3-dbus >/dev/null
timeout 100 $python "$source_dir/tests/system/bus/enter_bad.py" "/proc/$("$TESTHOST" leader "$HOST")/root/run/dbus/system_bus_socket"

say "podd itself is not needed while a command runs"
host_sh 'rm -f /tmp/enter-in /tmp/enter-out; mkfifo /tmp/enter-in
    podctl exec web -- sh -c "echo begun; read x; echo \$x; exit 6" </tmp/enter-in >/tmp/enter-out & pid=$!
    exec 5>/tmp/enter-in
    until grep -q begun /tmp/enter-out; do sleep 0.1; done
    systemctl stop podd.service; echo on >&5; r=0; wait $pid || r=$?; echo $r >>/tmp/enter-out'
assert_eq "begun on 6" "$(host cat /tmp/enter-out | xargs)"
host rm -f /tmp/enter-in /tmp/enter-out
