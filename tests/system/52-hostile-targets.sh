# SPDX-License-Identifier: LGPL-2.1-or-later
# B5, B6, B10 and E4 of the attack table: the console, terminals and sockets of an app, and the way to a volume, are links of
# the image's or of the app's own making. The app gets podd's, and nothing is made or written on the host.
# hosts: bookworm trixie vm
# timeout: 600
import_probe
host_sh 'rm -rf /srv/canary && mkdir -p /srv/canary/sub && echo canary >/srv/canary/file && mkdir -p /srv/volume && echo mine >/srv/volume/file && chown -R 1000:1000 /srv/volume'
clean_up() {
    tidy
    host_sh 'rm -rf /srv/canary /srv/volume /tmp/hostile /tmp/hostile.tar; podctl image rm example.com/hostile >/dev/null 2>&1 || true'
}
trap clean_up EXIT
canary='find /srv/canary -printf "%p %y %m %U %T@ %s\n" | sort; cat /srv/canary/file; ls /dev/pts; stat -c "%n %a %u %t:%T" /dev/console /dev/null 2>/dev/null || true'
before=$(host_sh "$canary")

# image SCRIPT: an image like that of the probe, changed by the script in its root.
hostile_image() {
    host_sh '
        rm -rf /tmp/hostile && mkdir -p /tmp/hostile/bin /tmp/hostile/dev/pts && cd /tmp/hostile
        for name in busybox probe; do cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/$name | head -n 1)" bin/; done
        for name in sh rm ln sleep cat stat touch readlink; do ln -s busybox bin/$name; done
        eval "$1"
        tar -cf /tmp/hostile.tar . && podctl import /tmp/hostile.tar --name=example.com/hostile --exec=/bin/sh >/dev/null' "$1"
}

# start SCRIPT VOLUME-PATH [SCRIPT]: the pod runs it, is ready then, runs the other one and sleeps; what it said is in $said.
start() {
    drop_manifest hostile <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "host", "source": "/srv/volume"}],
 "apps": [{"name": "a", "image": {"name": "example.com/hostile"}, "mounts": [{"volume": "data", "path": "$2"}],
           "annotations": [{"name": "podd.org/stdio-links", "value": "true"},
                           {"name": "appc.io/executor/supports-systemd-notify", "value": "true"}],
           "app": {"exec": ["/bin/sh", "-c", $(json "$1; probe notify READY=1; ${3:-true}; exec sleep 1000")], "user": "0", "group": "0",
                   "environment": [{"name": "PATH", "value": "/bin"}]}}]}
EOF
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-hostile@a || return 1
    said=$(journal pod-hostile@a)
}

look='echo "console $(stat -c "%F %t:%T" /dev/console)"; echo "terminals $(stat -f -c %T /dev/pts)"; echo "ptmx $(readlink /dev/ptmx)"
    echo "written to the console" >/dev/console; echo "to stdout" >/dev/stdout; (: <>/dev/ptmx) && echo "a terminal of its own"'
# What an app can do to the places that podd fills at its next start.
swap='for place in console ptmx pts stdout stderr podd-notify null tty; do rm -rf /dev/$place 2>/dev/null; ln -s /srv/canary/file /dev/$place 2>/dev/null; done'
for kind in 'ln -sfn /srv/canary/file' 'ln -sfn ../../../../../../srv/canary/file' 'ln -sfn /dev/console' mkfifo mkdir 'echo x >'; do
    say "B5, B10, E4, CVE-2026-88264, CVE-2026-48750: console, terminals and sockets in the image: $kind"
    hostile_image "for place in console ptmx tty stdout stderr podd-notify pts/0 pts/ptmx; do $kind dev/\$place; done
        ! test -L dev/ptmx || { rm -r dev/pts; $kind dev/pts; }"
    start "$look" /data "$swap"
    assert_contains "$said" 'console character special file 1:3'
    assert_matches "$said" 'terminals (devpts|UNKNOWN)'
    assert_contains "$said" 'ptmx pts/ptmx'
    assert_contains "$said" 'a terminal of its own'
    assert_not_contains "$said" 'written to the console'
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-hostile@a | grep -qx "to stdout"' "$TEST_BEGIN"
    assert_eq devpts "$(host_sh 'awk "\$5 == \"/dev/pts\" { sub(/.* - /, \"\"); print \$1 }" "/proc/$(systemctl show -P MainPID pod-hostile@a)/mountinfo"')"
    assert_eq 0 "$(host_sh 'sed "s/.*) //" "/proc/$(systemctl show -P MainPID pod-hostile@a)/stat" | cut -d " " -f 5')" "controlling terminal"
    assert_eq "$before" "$(host_sh "$canary")"

    # The same pod, in which the app has put links in these places itself, starts it again.
    say "B5, CVE-2025-52565: the same, swapped by the app before its next start"
    wait_until 30 host_sh 'test -L "/proc/$(systemctl show -P MainPID pod-hostile@a)/root/dev/podd-notify"'
    sandbox=$(property pod-hostile MainPID)
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl restart pod-hostile@a
    assert_eq "$sandbox" "$(property pod-hostile MainPID)" "the same sandbox"
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-hostile@a | grep -qx "to stdout"' "$TEST_BEGIN"
    assert_contains "$(journal pod-hostile@a)" 'console character special file 1:3'
    assert_eq "$before" "$(host_sh "$canary")"
    host systemctl stop pod-hostile
    host podctl image rm example.com/hostile >/dev/null
done

say "B6, CVE-2024-45310: links on the way to a volume lead inside the image"
for link in 'ln -s /srv/canary a' 'ln -s /srv/nowhere a' 'ln -s ../../../../../srv/canary a' 'mkdir a; ln -s /srv/canary a/b' 'mkdir -p a/b; ln -s /srv/canary/file a/b/c' \
    'mkdir -p a/b; ln -s /srv/canary a/b/c' 'ln -s /proc/1/root/srv/canary a' 'ln -s /proc/self/cwd a' 'ln -s a a'; do
    hostile_image "mkdir -p srv/canary; $link"
    if start 'cat /a/b/c/file; echo "new" >/a/b/c/new' /a/b/c 2>/dev/null; then
        assert_contains "$said" mine "$link"
        assert_eq new "$(host cat /srv/volume/new)" "$link"
        say "  $link: runs"
    else
        say "  $link: refused"
    fi
    assert_eq "$before" "$(host_sh "$canary")" "the host after $link"
    host_sh 'systemctl stop pod-hostile; systemctl reset-failed; rm -f /srv/volume/new'
    host podctl image rm example.com/hostile >/dev/null
done
