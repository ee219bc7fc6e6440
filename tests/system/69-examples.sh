# SPDX-License-Identifier: LGPL-2.1-or-later
# The examples of README.md and of the manual pages, typed as they stand there. An example that is new must be added here, or to
# 69-examples-of-keys.sh.
# hosts: bookworm trixie
# timeout: 300

. "$source_dir/tests/system/examples/blocks.sh"

folder=/var/tmp/examples
clean_up() {
    tidy
    host_sh 'cd /; rm -rf "$1" /etc/signer.cred /srv/pages /srv/layout /srv/hello /etc/systemd/system/pod-web@nginx.service.d /etc/polkit-1/rules.d/49-example.rules /etc/podd/trustedkeys/prefix.d
        for image in $(podctl image list --no-legend --full | awk "!/example.com\/(busybox|probe)/ { print \$1 }"); do podctl image rm "$image" >/dev/null || true; done' $folder
}
trap clean_up EXIT

# packed NAME VERSION FORMAT FILE: an image of busybox that sleeps, called so.
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
host mkdir -p $folder
packed() {
    printf '{"name": "%s", "version": "%s", "exec": ["/bin/sleep", "1000"], "environment": {"PATH": "/bin"},
        "files": {"usr/share/nginx/html/index.html": "hello\\n", "usr/bin/fetch-feed": "#!/bin/sh\\ntouch $1; echo $1 >/data/said; exec sleep 1000\\n"}}' "$1" "$2" >"$TEST_TMP/$4.json"
    python3 "$source_dir/tests/images/pack.py" "$TEST_TMP/busybox.tar.gz" "$TEST_TMP/$4.json" "$3" "$TEST_TMP/$4"
    copy "$TEST_TMP/$4" "$folder/$4"
}

say "README.md"
has README.md 4
assert_eq "sudo packaging/try" "$(block README.md 1)"
assert_eq "sudo tests/run" "$(block README.md 2)"
for program in packaging/try tests/run; do [ -x "$source_dir/$program" ] || fail "$program is no program"; done
packed example.com/nginx 1 aci nginx.aci
said=$(run_typed README.md 3) || fail "$said"
assert_matches "$said" 'web +container +podd'
wait_until 20 unit_is pod-web@nginx active
host systemctl stop pod-web
host podctl image rm example.com/nginx >/dev/null
# A folder that holds a root file system.
host_sh 'mkdir -p "$1/root"' $folder
copy "$TEST_TMP/busybox.tar.gz" $folder/busybox.tar.gz
host tar -C $folder/root -xzf $folder/busybox.tar.gz
said=$(run_typed README.md 4) || fail "$said"
assert_matches "$said" 'sha512-[0-9a-f]{128}'
host rm $folder/hello.aci

say "podd.pod(5): a web server"
page=man/podd.pod.5.scd
has $page 26  # those from 16 on: 69-examples-of-keys.sh
packed nginx 1.27 docker nginx.tar
host_sh 'mkdir -p /srv/pages && echo "a page" >/srv/pages/index.html'
on_this_host $page 1 | host_file /etc/podd/pods.d/web.json
said=$(run_typed $page 2) || fail "$said"
assert_contains "$said" 'The web server'
wait_until 20 unit_is pod-web@nginx active
main=$(property pod-web@nginx MainPID)
assert_eq "a page" "$(host cat "/proc/$main/root/usr/share/nginx/html/index.html")"
assert_eq 268435456 "$(property machine-web.slice MemoryMax)"
assert_contains "$(property multi-user.target Wants)" pod-web@nginx.service

say "podd-generator(8): a drop-in, and the lines about broken manifests"
page=man/podd-generator.8.scd
has $page 2
# What is typed into the editor stands below the command.
assert_eq '# systemctl edit pod-web@nginx.service' "$(block $page 1 | head -n 1)"
block $page 1 | tail -n +2 | host_file /etc/systemd/system/pod-web@nginx.service.d/override.conf
host systemctl daemon-reload
assert_eq 1073741824 "$(property pod-web@nginx MemoryMax)"
host systemctl stop pod-web
host_sh 'mkdir -p "$1/root/etc/podd/pods.d" "$1/out" && cd "$1/root/etc/podd/pods.d" && mkfifo pipe.json &&
    echo "{\"acKind\": \"PodManifest\", \"acVersion\": \"0.8.11\", \"apps\": [{\"name\": \"a\", \"image\": {}}]}" >web.json' $folder
assert_status 1 host /usr/lib/systemd/system-generators/podd-generator --root=$folder/root $folder/out
assert_eq "$(block $page 2 | sort)" "$(sed "s,.*$folder/root,," <<<"$output" | sort)"
host podctl image rm nginx >/dev/null

say "podd.pod(5): two apps that share a folder, and a folder of root's"
page=man/podd.pod.5.scd
packed example.com/tools 1 aci tools.aci
packed example.com/backup 1 oci-tar backup.tar
host podctl import $folder/tools.aci >/dev/null
id=$(host podctl import $folder/backup.tar | tail -n 1)
assert_matches "$id" '^sha256:'
on_this_host $page 3 | sed "s/sha256:[0-9a-f]*/$id/" | drop_manifest shared
host systemctl start pod-shared
wait_until 20 unit_is pod-shared@reader active
reader=$(property pod-shared@reader MainPID)
wait_until 20 host test -e "/proc/$reader/root/var/lib/reader/said"
assert_eq --into=/data "$(host cat "/proc/$reader/root/var/lib/reader/said")"
host systemctl stop pod-shared
block $page 4 | drop_manifest backup
host systemctl start pod-backup@backup
main=$(property pod-backup@backup MainPID)
assert_contains "$(host cat "/proc/$main/mountinfo")" ' /backups '
host systemctl stop pod-backup

on_this_host $page 9 | drop_manifest limits
host systemctl start pod-limits@worker
assert_eq 16 "$(property pod-limits@worker TasksMax)"
assert_eq 64 "$(property machine-limits.slice TasksMax)"
host systemctl stop pod-limits

say "podd.pod(5): an image that is fetched; there is no network here"
block $page 5 | drop_manifest fetched
host podctl verify /etc/podd/pods.d/fetched.json
assert_contains "$(property pod-fetched Requires)" podd-pull@fetched.service
assert_status 1 host podctl start fetched
assert_contains "$output" 'app "nginx": image "docker.io/library/nginx:1.27": '
host_sh 'rm /etc/podd/pods.d/fetched.json && systemctl reset-failed'
block $page 6 | drop_manifest wiki
host podctl verify /etc/podd/pods.d/wiki.json
assert_contains "$(property pod-wiki Requires)" podd-pull@wiki.service
assert_status 1 host podctl start wiki
assert_contains "$output" 'app "wiki": image "example.com/wiki:2.1": '
host systemctl reset-failed

say "podd.pod(5): apps that wait for each other"
block $page 7 | drop_manifest mail
host podctl verify --strict /etc/podd/pods.d/mail.json
host systemctl start pod-mail@mailer
assert_eq active "$(property pod-mail@queue ActiveState)"
host test -d "/proc/$(property pod-mail@mailer MainPID)/root/data/spool"
assert_eq inactive "$(property pod-mail@prepare ActiveState)"
host systemctl stop pod-mail

say "podd.pod(5): an app that is restarted when it does not answer any more"
host podctl import $folder/nginx.aci >/dev/null
block $page 8 | drop_manifest checked
host podctl verify --strict /etc/podd/pods.d/checked.json
host systemctl start pod-checked@nginx
main=$(property pod-checked@nginx MainPID)
is_another() { unit_is pod-checked@nginx active && [ "$(property pod-checked@nginx MainPID)" != "$main" ]; }
wait_until 30 is_another
host podctl exec checked touch /tmp/well
is_healthy() { host podctl status -n0 checked | grep -q ', healthy, '; }
wait_until 30 is_healthy
host systemctl stop pod-checked
host podctl image rm example.com/nginx >/dev/null

say "podd.pod(5): an app that sees no process but its own"
block $page 12 | drop_manifest guarded
host podctl verify --strict /etc/podd/pods.d/guarded.json
host systemctl start pod-guarded@guest
assert_matches "$(host podctl exec guarded/guest -- sh -c 'cat /proc/1/cmdline; echo; cd /proc; echo [0-9]*' | tr '\0' ' ')" '^/bin/sleep 1000 ?
1( [0-9]+)?$'
host systemctl stop pod-guarded@guest
assert_eq success "$(property pod-guarded@guest Result)"
host systemctl stop pod-guarded

say "podd.pod(5): a data base whose folder begins as its image has it"
cat >"$TEST_TMP/postgres.json" <<'EOF'
{"name": "example.com/postgres", "version": "1", "environment": {"PATH": "/bin"}, "files": {"var/lib/postgresql/PG_VERSION": "15\n"},
 "exec": ["/bin/sh", "-c", "echo \"$@\" >/var/lib/postgresql/started; exec sleep 1000", "entry"], "command": ["postgres"]}
EOF
python3 "$source_dir/tests/images/pack.py" "$TEST_TMP/busybox.tar.gz" "$TEST_TMP/postgres.json" oci-tar "$TEST_TMP/postgres.tar"
copy "$TEST_TMP/postgres.tar" $folder/postgres.tar
host podctl import $folder/postgres.tar >/dev/null
block $page 13 | drop_manifest base
host podctl verify --strict /etc/podd/pods.d/base.json
host systemctl start pod-base@db pod-base@backup
main=$(property pod-base@backup MainPID)
wait_until 20 host test -s "/proc/$main/root/data/started"
assert_eq $'15\npostgres -c max_connections=20' "$(host cat "/proc/$main/root/data/PG_VERSION" "/proc/$main/root/data/started")"
host systemctl stop pod-base

say "podd.pod(5): a web server whose user is not root"
block $page 14 | drop_manifest httpd
host systemctl start pod-httpd@httpd
wait_until 20 host podctl exec httpd wget -q -O /dev/null http://127.0.0.1/hostname
assert_contains "$(host podctl status httpd)" 'app httpd: user 33 has capabilities CAP_CHOWN'
host systemctl stop pod-httpd

say "podd.pod(5): a secret, room in memory, and a device"
block $page 11 | drop_manifest signer
host_sh 'echo "my key" >"$1/signer.key"; test -e /dev/hwrng || mknod -m 600 /dev/hwrng c 1 9' $folder
said=$(run_typed $page 10) || fail "$said"
host systemctl start pod-signer@signer
main=$(property pod-signer@signer MainPID)
assert_eq "my key" "$(host cat "/proc/$main/root/dev/podd-credentials/key")"
assert_contains "$(host cat "/proc/$main/mountinfo")" ' /scratch '
assert_contains "$(property pod-signer@signer DeviceAllow)" '/dev/hwrng r'
host systemctl stop pod-signer

say "podd.pod(5): a server that is started by its first connection"
block $page 15 | sed 's|example.com/hello|example.com/tools|; s|"/bin/hello"|"/bin/sleep", "1000"|' | drop_manifest hello
host podctl verify --strict /etc/podd/pods.d/hello.json
assert_contains "$(property sockets.target Wants)" pod-hello@server.socket
host systemctl start pod-hello@server.socket
host bash -c '</dev/tcp/127.0.0.1/80'
wait_until 20 unit_is pod-hello@server active
assert_eq 1000 "$(host stat --format=%u "/proc/$(property pod-hello@server MainPID)" | awk '{ print $1 % 65536 }')"
host systemctl stop pod-hello@server.socket

say "podctl(1)"
page=man/podctl.1.scd
has $page 7
host_sh 'rm -f /etc/podd/pods.d/*'
packed example.com/nginx 1 aci nginx.aci
host_file $folder/web.json <<'EOF'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "nginx", "image": {"name": "example.com/nginx"}}]}
EOF
said=$(run_typed $page 1) || fail "$said"
wait_until 20 unit_is pod-web@nginx active
host systemctl stop pod-web
host_sh 'rm /etc/podd/pods.d/web.json && systemctl daemon-reload'
said=$(run_typed $page 2) || fail "$said"
wait_until 20 host_sh '! systemctl cat pod-web >/dev/null 2>&1'
copy "$TEST_TMP/busybox.tar.gz" $folder/root.tar
host cp $folder/web.json /etc/podd/pods.d/web.json
host systemctl daemon-reload
host podctl start web
said=$(typed $page 3 | sed 's/^echo .*/& || test $? = 3/; s/^podctl enter .*/echo "echo looked around" | &/' | host bash -euo pipefail /dev/stdin) || fail "$said"
assert_matches "$said" '^[A-Z][a-z]+ [A-Z][a-z]+ .*UTC [0-9]{4}'
assert_contains "$said" $'\n6\nlooked around'
assert_eq $'0\n/etc\nhello' "$(typed $page 4 | host bash -eu /dev/stdin)"
host podctl stop web
host_sh 'rm /etc/podd/pods.d/web.json && systemctl daemon-reload'
said=$(run_typed $page 5) || fail "$said"
assert_contains "$(host podctl image cat-manifest example.com/hello | tr -d ' \n')" '"exec":["/bin/hello","--world"]'
host podctl image rm example.com/hello >/dev/null
said=$(run_typed $page 6) || fail "$said"
assert_contains "$(host podctl image cat-manifest example.com/hello | tr -d ' \n')" '"exec":["/bin/hello"]'
# Whoever types it is asked whether it is the right key.
"$source_dir/tests/system/trust/make-keys.sh" "$TEST_TMP/keys" "$TEST_TMP/nginx.aci"
copy "$TEST_TMP/keys/good.asc" $folder/key.asc
copy "$TEST_TMP/keys/good.sig.asc" $folder/nginx.aci.asc
host podctl image rm example.com/nginx >/dev/null
trust=$(typed $page 7 | head -n 1)
assert_matches "$trust" '^podctl trust '
said=$(host_sh 'cd "$1" && (sleep 2; echo yes; sleep 1) | script -qefc "$2" /dev/null' $folder "$trust") || fail "$said"
said=$(typed $page 7 | tail -n +2 | host_sh 'cd "$1" && exec bash -eux /dev/stdin' $folder 2>&1) || fail "$said"
assert_contains "$(host podctl --json=short image list)" '"kind":"signed"'

say "podctl-image(1)"
page=man/podctl-image.1.scd
has $page 4
said=$(run_typed $page 1) || fail "$said"
assert_contains "$said" example.com/hello
host skopeo --insecure-policy copy --quiet docker-archive:$folder/nginx.tar oci:/srv/layout:1.0
said=$(run_typed $page 2) || fail "$said"
said=$(run_typed $page 3) || fail "$said"
host test -d /srv/hello/etc
assert_fails host test -e /srv/hello/rootfs
said=$(run_typed $page 4) || fail "$said"
host podctl image cat-manifest example.com/tools >/dev/null

say "org.podd1(5): calls, and a rule for polkit"
page=man/org.podd1.5.scd
has $page 3
assert_eq '$ busctl monitor org.podd1' "$(block $page 1 | tail -n 1)"
# A monitor goes on until it is ended.
typed $page 1 | sed 's/^busctl monitor.*/timeout 2 & || test $? = 124/' | host bash -eu /dev/stdin >/dev/null
host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain; getent group web >/dev/null || groupadd web; usermod --append --groups web plain'
host cp $folder/web.json /etc/podd/pods.d/web.json
host systemctl daemon-reload
block $page 2 | host_file /etc/polkit-1/rules.d/49-example.rules
plain() { host setpriv --reuid=plain --regid=plain --init-groups --inh-caps=-all "$@"; }
wait_until 20 plain podctl start web
wait_until 20 unit_is pod-web@nginx active
assert_fails plain podctl stop other
assert_contains "$output" 'Access denied'
block $page 3 | sed 's/subject.user == "backup"/subject.user == "plain"/; s/== "db"/== "nginx"/' | host_file /etc/polkit-1/rules.d/49-example.rules
# There is no such program; that is said only to whoever may run it.
may_dump() { plain podctl exec web pg_dumpall --clean 2>/dev/null || test $? = 127; }
wait_until 20 may_dump
assert_status 125 plain podctl exec web pg_dumpall
assert_contains "$output" 'Access denied'
host podctl stop web
host_sh 'gpasswd --delete plain web >/dev/null'

say "podd.service(8): what the journal knows"
page=man/podd.service.8.scd
has $page 2
image=$(host_sh 'journalctl --sync; journalctl -q -o json MESSAGE_ID=ccbc174d89404dc78f245702b3654236 | jq -r "[.POD_IMAGE] | flatten | .[0]" | tail -n 1')
said=$(typed $page 1 | sed "s/POD_IMAGE=[^ ]*/POD_IMAGE=$image/" | host bash -e /dev/stdin)
assert_matches "$said" 'podd\[[0-9]+\]: Pod .* is running'
assert_contains "$(run_typed $page 2)" 'Pod web is running'

say "podd.network(5): a port of the host"
page=man/podd.network.5.scd
has $page 7  # the last two are those of 95-network-access
import_image busybox
block $page 3 | drop_manifest site
host systemctl start pod-site@httpd
site_answers() { [ "$(host curl --silent --max-time 3 http://10.80.0.1:8080/hostname)" = site ]; }
wait_until 20 site_answers
host systemctl stop pod-site

say "podd.network(5): no way out but to other pods"
block $page 4 | drop_manifest worker
host podctl verify /etc/podd/pods.d/worker.json
host systemctl start pod-worker@worker
assert_contains "$(host podctl status worker)" "network: open to other pods that are open as well"
host systemctl stop pod-worker

say "podd.network(5): servers of its own"
block $page 5 | drop_manifest worker
host podctl verify /etc/podd/pods.d/worker.json
block $page 5 | jq '.apps[0].app = {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}' | drop_manifest worker  # to be looked at
host systemctl start pod-worker@worker
assert_eq $'nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example.com\noptions timeout:1' "$(host podctl exec worker -- cat /etc/resolv.conf)"
assert_contains "$(host podctl exec worker -- cat /etc/hosts)" '192.0.2.7 database db'
host systemctl stop pod-worker

say "podd.network(5): a bridge"
block $page 2 | host_file /etc/podd/net.d/10-lan.conflist
block $page 3 | jq '.annotations = [{"name": "podd.org/network", "value": "lan"}] | del(.isolators)' | drop_manifest site
host systemctl start pod-site@httpd
lan_answers() { [ "$(host curl --silent --max-time 3 http://10.66.0.1:8080/hostname)" = site ]; }
wait_until 20 lan_answers
host_sh 'systemctl stop pod-site; rm -r /etc/podd/net.d; ip link del lan0'

say "podd.network(5): other addresses"
block $page 1 | host_file /etc/podd/network.conf.d/10-addresses.conf
host systemctl stop podd-network.service
block $page 3 | drop_manifest site
host systemctl start pod-site@httpd
assert_matches "$(host podctl exec site -- ip -o addr show dev eth0)" 'inet 172\.30\.'
host_sh 'systemctl stop pod-site podd-network.service; rm -r /etc/podd/network.conf.d'

say "podd-metadata.service(8): what an app can type"
page=man/podd-metadata.service.8.scd
has $page 1
drop_manifest asks <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/metadata", "value": "true"}],
 "apps": [{"name": "a", "image": {"name": "example.com/tools"},
           "app": {"exec": ["/bin/sh", "-euc", $(json "$(block $page 1)")], "user": "0", "group": "0"}}]}
EOF
host systemctl start pod-asks@a
asks_says_mine() { [ "$(app_says asks a)" = mine ]; }
wait_until 20 asks_says_mine
