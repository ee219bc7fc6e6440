# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples of podd.pod(5) that show its less common keys, as they stand there: each starts, and does what it is there for.
# hosts: bookworm trixie
# full
# timeout: 300

. "$source_dir/tests/system/examples/blocks.sh"

folder=/var/tmp/examples
page=man/podd.pod.5.scd
clean_up() {
    tidy
    host_sh 'umount /srv/media/disk /srv/inbox/below 2>/dev/null || true
        rm -rf "$1" /srv/media /srv/inbox /srv/mounted /etc/feed.password
        for name in tools feed spooler; do podctl image rm "example.com/$name" >/dev/null 2>&1 || true; done' $folder
}
trap clean_up EXIT

# Busybox and the probe, which can say READY.
mkdir -p "$TEST_TMP/more/bin"
build_probe "$TEST_TMP/more/bin/probe"
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
gzip -d "$TEST_TMP/busybox.tar.gz"
tar -C "$TEST_TMP/more" --owner=0 --group=0 --append -f "$TEST_TMP/busybox.tar" bin/probe
host mkdir -p $folder
# packed NAME SCRIPT-NAME SCRIPT: has an image in the store that has this program, too.
packed() {
    printf '{"name": "example.com/%s", "version": "1", "exec": ["/bin/sleep", "1000"], "environment": {"PATH": "/bin"}, "files": {"usr/bin/%s": %s}}' \
        "$1" "$2" "$(json "$3")" >"$TEST_TMP/$1.json"
    python3 "$source_dir/tests/images/pack.py" "$TEST_TMP/busybox.tar" "$TEST_TMP/$1.json" aci "$TEST_TMP/$1.aci"
    copy "$TEST_TMP/$1.aci" "$folder/$1.aci"
    host podctl import "$folder/$1.aci" >/dev/null
}
packed tools fetch-feed $'#!/bin/sh\nexec sleep 1000\n'

say "a server that knows nothing of sockets of systemd"
block $page 16 | sed 's/10min/2/' | drop_manifest quiet
host podctl verify --strict /etc/podd/pods.d/quiet.json
assert_contains "$(property sockets.target Wants)" podd-proxy@quiet.socket
host systemctl start podd-proxy@quiet.socket
assert_eq inactive "$(property pod-quiet ActiveState)"
assert_eq quiet "$(host curl --silent --max-time 20 http://127.0.0.1:8081/hostname)"
wait_until 20 unit_is pod-quiet inactive
host systemctl stop podd-proxy@quiet.socket

say "a worker that is restarted ever more slowly"
block $page 17 | drop_manifest worker
host podctl verify /etc/podd/pods.d/worker.json
host systemctl start pod-worker@worker
main=$(property pod-worker@worker MainPID)
assert_eq 500 "$(host cat "/proc/$main/oom_score_adj")"
assert_matches "$(host cat "/proc/$main/limits")" $'Max core file size +0 +0 .*\nMax open files +1024 +4096 '
assert_eq "50 1d control-group continue" "$(for name in StartLimitBurst StartLimitIntervalUSec KillMode OOMPolicy; do property pod-worker@worker $name; done | xargs)"
[ "$SUITE" = bookworm ] || assert_eq "6 5min" "$(for name in RestartSteps RestartMaxDelayUSec; do property pod-worker@worker $name; done | xargs)"
host kill -9 "$main"
is_another() { unit_is pod-worker@worker active && [ "$(property pod-worker@worker MainPID)" != "$main" ]; }
wait_until 20 is_another
assert_eq active "$(property pod-worker ActiveState)"
host systemctl stop pod-worker

say "work that leaves the host room for others"
block $page 18 | drop_manifest room
host podctl verify /etc/podd/pods.d/room.json
host systemctl start pod-room@builder
assert_eq "20 0 0" "$(for name in IOWeight AllowedCPUs AllowedMemoryNodes; do property machine-room.slice $name; done | xargs)"
assert_eq "67108864 134217728 536870912" "$(for name in MemoryMin MemoryLow MemoryMax; do property pod-room@builder $name; done | xargs)"
assert_matches "$(property pod-room@builder IOReadBandwidthMax)" ' 20000000$'
assert_matches "$(property pod-room@builder IOWriteIOPSMax)" ' 500$'
# What cannot be is named, what can be is in effect.
weakened=$(host podctl status room | sed -n '/Weakened/,$p')
if host grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
    assert_eq 536870912 "$(host_sh 'cat "/sys/fs/cgroup$1/memory.max"' "$(property pod-room@builder ControlGroup)")"
else
    assert_contains "$weakened" podd.org/memory-min
fi
if host grep -qw cpuset /sys/fs/cgroup/cgroup.controllers; then
    assert_matches "$(host cat "/proc/$(property pod-room@builder MainPID)/status")" $'Cpus_allowed_list:\t0\n'
else
    assert_contains "$weakened" podd.org/allowed-cpus
fi
host systemctl stop pod-room

say "apps that may do less, or more, than others"
block $page 19 | drop_manifest confined
host podctl verify --strict /etc/podd/pods.d/confined.json
host systemctl start pod-confined@guest pod-confined@mailer
# inside APP SCRIPT: under the app's own confinement.
inside() { host podctl exec "confined/$1" -- sh -c "$2" 2>&1 || true; }
assert_contains "$(inside guest 'chroot / true')" 'Function not implemented'
assert_contains "$(inside mailer 'chroot / true')" 'Operation not permitted'
assert_eq $'NoNewPrivs:\t1' "$(inside guest 'grep NoNewPrivs /proc/self/status')"
assert_eq $'NoNewPrivs:\t0' "$(inside mailer 'grep NoNewPrivs /proc/self/status')"
assert_eq 60 "$(inside guest 'cat /proc/sys/net/ipv4/tcp_keepalive_time')"
assert_eq 1000 "$(inside guest 'stat -c %u /proc/[0-9]*' | sort -u)" "whose processes the guest sees"
host systemctl stop pod-confined

say "labels of AppArmor and SELinux"
block $page 20 | drop_manifest label
host podctl verify --strict --manifest-only /etc/podd/pods.d/label.json
if host_sh 'grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null && test -d /sys/kernel/security/apparmor'; then
    host apparmor_parser --replace --skip-cache /etc/apparmor.d/podd-app
    host systemctl start pod-label@guest
    assert_eq "podd-app (enforce)" "$(host cat "/proc/$(property pod-label@guest MainPID)/attr/apparmor/current")"
    host systemctl stop pod-label
    host apparmor_parser --remove /etc/apparmor.d/podd-app
else
    say "this host has no AppArmor: the example is refused, as the page says"
    assert_fails host systemctl start pod-label@guest
    assert_contains "$(host systemctl status --no-pager --full --lines=30 pod-label@guest 2>&1 || true)" 'AppArmor profile "podd-app"'
    host systemctl reset-failed
fi
host test -e /etc/apparmor.d/podd-app
# No host of these tests runs SELinux: it is refused.
block $page 21 | drop_manifest label
host podctl verify --strict --manifest-only /etc/podd/pods.d/label.json
host test -e /usr/share/selinux/packages/podd.cil
if ! host test -e /sys/fs/selinux/status; then
    assert_fails host systemctl start pod-label@guest
    assert_contains "$(host systemctl status --no-pager --full --lines=30 pod-label@guest 2>&1 || true)" 'SELinux label "system_u:system_r:podd_app_t:s0:c100,c200"'
    host systemctl reset-failed
fi

say "disks that come and go, and files of a group"
said=$(run_typed $page 22) || fail "$said"
# mounted PATH: a folder of another place, with a file in it.
mounted() { host_sh 'mkdir -p "$1" "/srv/mounted$1" && echo here >"/srv/mounted$1/file" && mount --bind "/srv/mounted$1" "$1"' "$1"; }
mounted /srv/inbox/below
block $page 23 | drop_manifest media
host podctl verify /etc/podd/pods.d/media.json
host systemctl start pod-media@sorter
assert_fails host podctl exec media -- test -e /inbox/below/file
assert_eq "1000 3000" "$(host podctl exec media -- id -G)"
root=/proc/$(property pod-media@sorter MainPID)/root
assert_fails host cat "$root/media/disk/file"
mounted /srv/media/disk
assert_eq here "$(host cat "$root/media/disk/file")"
host umount /srv/media/disk
assert_fails host cat "$root/media/disk/file"
assert_eq "-rw-rw---- 1000 3000" "$(host podctl exec media -- sh -c 'echo here >/inbox/new; ls -ln /inbox/new' | awk '{ print $1, $3, $4 }')"
host systemctl stop pod-media
host umount /srv/inbox/below

say "a server that says when it is ready"
packed feed feed-server $'#!/bin/sh
test -d /tmp/feed && test "$(cat "$CREDENTIALS_DIRECTORY/password")" = secret || exit 9
probe notify "STATUS=warming up"
sleep 1
touch /tmp/feed/answers
probe notify "READY=1" "STATUS=answers"
exec sleep 1000\n'
host_sh 'umask 077; echo secret >/etc/feed.password'
block $page 24 | drop_manifest feed
host podctl verify --strict /etc/podd/pods.d/feed.json
host systemctl start pod-feed@feed
host podctl exec feed -- test -e /tmp/feed/answers || fail "it was not waited for"
assert_eq answers "$(property pod-feed@feed StatusText)"
is_healthy() { host podctl status -n0 feed | grep -q ', healthy, '; }
wait_until 10 is_healthy
assert_matches "$(host podctl exec feed -- ls -l /dev/stdout)" '/proc/self/fd/1$'
host systemctl stop pod-feed
# The handler behind its end has found the folder.
assert_eq success "$(property pod-feed@feed Result)"

say "a telephone exchange"
block $page 25 | drop_manifest exchange
host podctl verify --strict /etc/podd/pods.d/exchange.json
host systemctl start pod-exchange@exchange
# asks SCRIPT: in the app.
asks() { host podctl exec exchange -- sh -c "$1"; }
assert_eq exchange.example.com "$(asks hostname)"
assert_matches "$(asks 'date +%Z')" '^CES?T$'
console_answers() { [ "$(host curl --silent --max-time 3 http://127.0.0.1:8088/hostname)" = exchange.example.com ]; }
wait_until 20 console_answers
assert_matches "$(host nft list table inet podd)" 'udp \. 10099 : [0-9.]+ \. 10099'
assert_eq '{"team":"telephony"}' "$(asks 'wget -q -O - "$AC_METADATA_URL/acMetadata/v1/pod/manifest"' | jq -c .userLabels)"
host systemctl stop pod-exchange

say "an image whose user and folder come from its own files"
mkdir -p "$TEST_TMP/aci/rootfs"
tar -C "$TEST_TMP/aci/rootfs" --no-same-owner -xf "$TEST_TMP/busybox.tar"
mkdir -p "$TEST_TMP/aci/rootfs/etc"
echo 'spooler:x:500:501::/var/spool/feed:/bin/sh' >"$TEST_TMP/aci/rootfs/etc/passwd"
printf 'spooler:x:501:\nprinters:x:502:spooler\n' >"$TEST_TMP/aci/rootfs/etc/group"
block $page 26 >"$TEST_TMP/aci/manifest"
tar -C "$TEST_TMP/aci" --numeric-owner --owner=0 --group=0 -czf "$TEST_TMP/spooler.aci" manifest rootfs
copy "$TEST_TMP/spooler.aci" $folder/spooler.aci
host podctl import $folder/spooler.aci >/dev/null
drop_manifest spooler <<<'{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "spooler", "image": {"name": "example.com/spooler"}}]}'
host systemctl start pod-spooler@spooler
assert_eq "uid=500(spooler) gid=501(spooler) groups=502(printers) /var/spool/feed" "$(host podctl exec spooler -- /bin/sh -c 'echo $(/bin/busybox id; pwd)')"
host systemctl stop pod-spooler
