# SPDX-License-Identifier: LGPL-2.1-or-later
# B3 of the attack table: a pod swaps a folder of a shared volume for a link that leads out while another pod that has a
# volume beneath that folder starts. Wherever that is mounted, it is in the folder; nothing is mounted or made elsewhere.
# hosts: bookworm trixie
# full
# timeout: 400
import_probe
clean_up() { tidy; host_sh 'systemctl stop turning 2>/dev/null || true; rm -rf /srv/shared /srv/inner /srv/outside /srv/turn'; }
trap clean_up EXIT
host_sh 'mkdir -p /srv/shared/real/dir /srv/inner /srv/outside/dir && echo canary >/srv/outside/file
    ln -sfn ../../../../../srv/outside /srv/shared/link && chown -hR 1000:1000 /srv/shared /srv/inner'
state='find /srv/outside -printf "%p %y %m %U\n" | sort; awk "{ print \$5 }" /proc/1/mountinfo | sort'
before=$(host_sh "$state")

volumes='"volumes": [{"name": "shared", "kind": "host", "source": "/srv/shared"}, {"name": "inner", "kind": "host", "source": "/srv/inner"}]'
drop_manifest attacker <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", $volumes,
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/probe", "swap", "/data"], "user": "0", "group": "0"},
           "mounts": [{"volume": "shared", "path": "/data"}]}]}
EOF
# It makes its file in the folder, whichever of the two names that has.
drop_manifest victim <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", $volumes,
 "apps": [{"name": "a", "image": {"name": "example.com/probe"},
           "app": {"exec": ["/bin/sh", "-c", "until touch /data/real/dir/made || touch /data/link/dir/made; do :; done 2>/dev/null; exec sleep 1000"], "user": "0", "group": "0"},
           "mounts": [{"volume": "shared", "path": "/data"}, {"volume": "inner", "path": "/data/real/dir"}]}]}
EOF
rounds=100
say "B3, CVE-2021-30465: $rounds starts while the folder is swapped"
host systemctl start pod-attacker@a
# A line for each round: "refused", or where the volume is mounted, and where the file has landed.
host_sh 'for round in $(seq "$1"); do
        systemctl reset-failed
        if systemctl start pod-victim@a 2>/dev/null; then
            at=$(awk "\$4 ~ \"/srv/inner\$\" { print \$5 }" "/proc/$(systemctl show -P MainPID pod-victim@a)/mountinfo" | paste -sd " ")
            i=0
            until made=$(find /srv/shared /srv/inner /srv/outside -name made 2>/dev/null || true) && [ -n "$made" ] || [ $i = 100 ]; do i=$((i + 1)); sleep 0.1; done
            echo "started: mounted at $at, made" $made
        else
            echo refused
        fi
        systemctl stop pod-victim
        # What is swapped at this moment may be neither of the two.
        find /srv/shared /srv/inner /srv/outside -name made -delete 2>/dev/null || true
    done' $rounds >"$TEST_TMP/rounds"
assert_eq "" "$(grep -vxE 'refused|started: mounted at /data/(real|link)/dir, made /srv/inner/made' "$TEST_TMP/rounds" | sort | uniq -c)" "what became of them"
assert_eq "$before" "$(host_sh "$state")"
unit_is pod-attacker@a active || fail "the attacker has given up"
started=$(grep -c '^started' "$TEST_TMP/rounds" || true)
say "$started of $rounds starts went through"
# Half of the time a link is in the way.
[ "$started" -gt 0 ] && [ "$started" -lt $rounds ] || fail "the swaps hit none of the starts, or all of them: this tested nothing"
assert_contains "$(journal pod-victim.service)" '"/data/real" is a link that leads nowhere'
host systemctl stop pod-attacker

say "a source that is exchanged between look and use: what was looked at, or a refusal"
host_sh 'mkdir -p /srv/turn/one /srv/turn/two && cd /srv/turn && echo one >one/name && echo two >two/name && chown 1000:1000 one && chown 2000:2000 two'
host_file /srv/turn/turn.pl <<'EOF'
# renameat2(2) with RENAME_EXCHANGE, by its number on x86-64 and on arm64.
my $call = qx(uname -m) eq "x86_64\n" ? 316 : 276;
my ($one, $two) = ("/srv/turn/one", "/srv/turn/two");
while (1) { syscall($call, -100, $one, -100, $two, 2) == 0 or die "$!\n"; select undef, undef, undef, 0.0005 }
EOF
host systemd-run -q --unit=turning perl /srv/turn/turn.pl
drop_manifest turn <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "v", "kind": "host", "source": "/srv/turn/one"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "mounts": [{"volume": "v", "path": "/data"}],
           "app": {"exec": ["/bin/sh", "-c", "echo saw $(cat /data/name) of $(stat -c %u:%g /data)"], "user": "0", "group": "0"}}]}
EOF
started=0 refused=0
for _ in $(seq 60); do
    host systemctl reset-failed
    if host systemctl start pod-turn@a 2>/dev/null; then started=$((started + 1)); else refused=$((refused + 1)); fi
    wait_until 30 host_sh '! systemctl is-active --quiet pod-turn'
    [ $((started + refused)) -lt 16 ] || [ $started -eq 0 ] || [ $refused -eq 0 ] || break
done
say "$started starts went through, $refused were refused"
unit_is turning active || fail "the folders are not exchanged any more"
[ $started -gt 0 ] && [ $refused -gt 0 ] || fail "both have to happen"
saw=$(app_says turn a)
# The owner of what it saw is the pod's root: of the other folder that is nobody.
assert_eq "$started" "$(grep -Ecx 'saw (one|two) of 0:0' <<<"$saw")" "starts that saw what was looked at, of: $saw"
assert_eq "$refused" "$(journal pod-turn.service | grep -c 'volume source "/srv/turn/one" changed since it was looked at')" "refusals with their reason"
host systemctl stop turning
host systemctl reset-failed
host systemctl start pod-turn@a
wait_until 30 unit_is pod-turn inactive

say "what one volume has in the way of another stays"
host_sh 'mkdir -p /srv/shared/taken/sub && echo mine >/srv/shared/taken/sub/file && echo x >/srv/inner/file && chown -R 1000:1000 /srv/inner'
drop_manifest taken <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "volumes": [{"name": "shared", "kind": "host", "source": "/srv/shared"}, {"name": "inner", "kind": "host", "source": "/srv/inner/file"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"},
           "mounts": [{"volume": "shared", "path": "/data"}, {"volume": "inner", "path": "/data/taken"}]}]}
EOF
assert_fails host systemctl start pod-taken
assert_contains "$(journal pod-taken.service)" '"/data/taken" lies in another volume'
assert_eq mine "$(host cat /srv/shared/taken/sub/file)"
