# SPDX-License-Identifier: LGPL-2.1-or-later
# Files that every app finds, those of the image that stay, and the time zone. Appc executor conformance 9; C142, C214,
# C215, C216, C245 and C279 of rkt's capabilities.
# hosts: bookworm trixie
import_probe
clean_up() {
    tidy
    host_sh 'rm -rf /tmp/tree /usr/share/zoneinfo/Test; for name in bare full; do podctl image rm "example.com/$name" >/dev/null 2>&1 || true; done'
}
trap clean_up EXIT

# made NAME SCRIPT: an image of busybox alone, changed by the script in its root.
made() {
    host_sh 'rm -rf /tmp/tree; mkdir -p /tmp/tree/bin; cd /tmp/tree
        cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -n 1)" bin/
        for name in sh cat date grep head ls readlink sleep stat touch; do ln -s busybox bin/$name; done
        (eval "$2"); tar -cf /tmp/tree.tar .; podctl import /tmp/tree.tar --name="example.com/$1" --exec=/bin/busybox >/dev/null; rm /tmp/tree.tar' "$1" "$2"
}
# says IMAGE SCRIPT [POD-MEMBERS [APP-MEMBERS]]: what the script says as the only app of pod "files".
says() {
    drop_manifest files <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", ${3:-"\"volumes\": []"},
 "apps": [{"name": "a", "image": {"name": "example.com/$1"}, ${4:-"\"mounts\": []"},
           "app": {"exec": ["/bin/busybox", "sh", "-c", $(json "$2; echo end; exec sleep 1000")], "user": "0", "group": "0"}}]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-files@a
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-files@a | grep -qx end' "$TEST_BEGIN"
    app_says files a
    host systemctl stop pod-files
}
look='for f in /etc/mtab /etc/localtime /tmp /run; do echo "$f $(stat -c "%F %a %u:%g" $f 2>/dev/null) $(readlink $f)"; done
    for f in hostname hosts machine-id resolv.conf; do echo "$f: $(cat /etc/$f 2>/dev/null)"; done'

say "an image that has none of them"
made bare 'true'
said=$(says bare "$look; touch /tmp/new /run/new && echo writable; grep -c ' / ' /etc/mtab")
assert_contains "$said" '/etc/mtab symbolic link 777 0:0 ../proc/self/mounts'
assert_contains "$said" '/tmp directory 1777 0:0'
assert_contains "$said" '/run directory 755 0:0'
assert_contains "$said" $'writable\n1'
assert_contains "$said" 'hostname: files'
assert_contains "$said" $'hosts: 127.0.0.1 localhost files\n::1 localhost files'
assert_matches "$said" 'machine-id: [0-9a-f]{32}'
assert_matches "$said" 'resolv.conf:.*nameserver 10\.80\.0\.1'
assert_not_contains "$said" '/etc/localtime symbolic'

# appc-conformance: 9
say "an image that has its own: hosts, mtab, localtime, /run and /tmp stay; name, id and servers of names are the pod's"
made full 'mkdir etc run run/kept usr && mkdir -m 750 tmp && cd etc && ln -s ../usr/zone localtime && echo "TZif of the image" >../usr/zone
    for f in hostname machine-id mtab resolv.conf; do echo "$f of the image" >$f; done; echo "192.0.2.1 mine" >hosts'
said=$(says full "$look; cat /etc/mtab; ls /run")
assert_contains "$said" '/etc/mtab regular file'
assert_contains "$said" 'mtab of the image'
assert_contains "$said" '/etc/localtime symbolic link 777 0:0 ../usr/zone'
assert_contains "$said" '/tmp directory 750 0:0'
assert_contains "$said" $'\nkept'
assert_contains "$said" 'hosts: 192.0.2.1 mine'
assert_matches "$said" 'resolv.conf:.*nameserver 10\.80\.0\.1'
assert_not_contains "$said" 'resolv.conf of the image'
said=$(says full "$look" '"annotations": [{"name": "podd.org/network", "value": "none"}]')
assert_contains "$said" 'resolv.conf: resolv.conf of the image'
assert_contains "$said" 'hostname: files'
assert_matches "$said" 'machine-id: [0-9a-f]{32}'

say "a volume there is the user's word"
host_sh 'mkdir -p /srv/files && echo "a volume" >/srv/files/hosts && chown -R 1000:1000 /srv/files'
said=$(says full "$look" '"volumes": [{"name": "hosts", "kind": "host", "source": "/srv/files/hosts"}]' '"mounts": [{"volume": "hosts", "path": "/etc/hosts"}]')
assert_contains "$said" 'hosts: a volume'
host rm -r /srv/files

say "what the manifest says of names takes the place of the image's files"
said=$(says full "$look" '"annotations": [{"name": "podd.org/hosts", "value": "192.0.2.7=db"}, {"name": "podd.org/dns", "value": "127.0.0.1"}]')
assert_contains "$said" $'hosts: 127.0.0.1 localhost files\n::1 localhost files\n192.0.2.7 db'
assert_contains "$said" 'resolv.conf: nameserver 127.0.0.1'

say "with a read-only root they are there as well"
said=$(says bare "$look; touch /tmp/new 2>/dev/null && echo writable" '"volumes": []' '"readOnlyRootFS": true')
assert_contains "$said" '/tmp directory 1777 0:0'
assert_contains "$said" '../proc/self/mounts'
assert_not_contains "$said" writable

say "the pod's time zone: over what the image has, which itself does not change"
host_sh 'mkdir -p /usr/share/zoneinfo; printf "Zone Test/Zone 5:30 - TST\n" | zic -d /usr/share/zoneinfo -'
zone='"annotations": [{"name": "podd.org/timezone", "value": "Test/Zone"}]'
for name in bare full; do
    said=$(says $name 'date +%z; head -c 4 /etc/localtime; echo; cat /usr/zone 2>/dev/null' "$zone")
    assert_contains "$said" $'+0530\nTZif' "$name"
    [ $name = bare ] || assert_contains "$said" 'TZif of the image'
done
host_sh 'cp -P /etc/localtime /tmp/localtime 2>/dev/null || true; ln -sf /usr/share/zoneinfo/Test/Zone /etc/localtime'
said=$(says bare 'date +%z' "${zone/Test\/Zone/local}")
host_sh 'rm /etc/localtime; mv /tmp/localtime /etc/localtime 2>/dev/null || true'
assert_contains "$said" +0530

say "a zone that the host does not know"
drop_manifest files <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", ${zone/Test/Nowhere}, "apps": [{"name": "a", "image": {"name": "example.com/bare"}}]}
END
assert_fails host systemctl start pod-files
assert_contains "$(host systemctl status --no-pager --full pod-files 2>&1 || true)" 'found "Nowhere/Zone", wanted a zone that this host knows'
drop_manifest files <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", ${zone/Test/..}, "apps": [{"name": "a", "image": {"name": "example.com/bare"}}]}
END
assert_status 1 host podctl verify /etc/podd/pods.d/files.json
assert_contains "$output" 'podd.org/timezone'
