# SPDX-License-Identifier: LGPL-2.1-or-later
# Empty volumes in memory: size, mode and owner as said, shared by the apps of the pod, nothing on the disk, gone with the
# pod. Complaint U76 of rkt's users.
# hosts: bookworm trixie vm
import_probe

# app NAME SCRIPT [MEMBERS]: one app's JSON, which has the volume at /data.
app() {
    printf '{"name": "%s", "image": {"name": "example.com/probe"}, "mounts": [{"volume": "data", "path": "/data"}],
        "app": {"exec": ["/bin/sh", "-c", %s], %s}}' "$1" "$(json "$2; echo end; exec sleep 1000")" "${3:-"\"user\": \"0\", \"group\": \"0\""}"
}
# pod VOLUME-MEMBERS APP...: what its app "a" said is in $said.
pod() {
    local volume=$1
    shift
    drop_manifest memory <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "empty", $volume}], "apps": [$(IFS=,; echo "$*")]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-memory
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-memory@a | grep -qx end' "$TEST_BEGIN"
    said=$(app_says memory a)
}

say "size, mode and owner; two apps share it, one of them read-only; nothing of it is on the disk"
reader='"user": "1000", "group": "1001", "mountPoints": [{"name": "data", "path": "/data", "readOnly": true}]'
pod '"medium": "memory", "size": "1Mi", "mode": "2770", "uid": 1000, "gid": 1001' \
    "$(app b 'until test -e /data/go; do sleep 0.1; done; cat /data/go; touch /data/mine 2>/dev/null && echo "wrote to it"; exec sleep 1000' "$reader" |
        sed 's/"mounts": \[[^]]*\]/"mounts": []/')" \
    "$(app a 'stat -c "%n is %u:%g %a" /data; grep " /data " /proc/self/mountinfo; printf "#!/bin/sh\necho can run\n" >/data/run; chmod 755 /data/run; /data/run; rm /data/run
        dd if=/dev/zero of=/data/full bs=4096 2>/dev/null; stat -c "%s bytes" /data/full; rm /data/full
        i=0; while touch /data/f$i 2>/dev/null && [ $i -lt 1000 ]; do i=$((i + 1)); done; echo "$i files"; rm /data/f*
        echo "in""side memory alone" >/data/go' '"user": "1000", "group": "1001"')"
assert_contains "$said" '/data is 1000:1001 2770'
assert_matches "$said" ' /data [^ ]*nosuid,nodev.* - tmpfs .*size=1024k'
assert_contains "$said" 'can run'
assert_contains "$said" '1048576 bytes'
assert_matches "$said" $'\n2[0-9][0-9] files'
wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-memory@b | grep -qx "inside memory alone"' "$TEST_BEGIN"
assert_not_contains "$(app_says memory b)" 'wrote to it'
assert_eq "" "$(host_sh 'grep -rl "inside memory alone" /var/lib/podd/pods /run/podd/pods || true')" "files of the volume on the disk"
assert_eq "" "$(host_sh 'grep -c " - tmpfs .*size=1024k,nr_inodes=256" /proc/1/mountinfo | grep -v "^0$" || true')" "mounts on the host"

say "what is in it stays when the app is started again, and goes with the pod"
host systemctl restart pod-memory@a
host_sh 'cat "/proc/$(systemctl show -P MainPID pod-memory@b)/root/data/go"' | grep -qx 'inside memory alone' || fail "lost at the app's restart"
host systemctl stop pod-memory
pod '"medium": "memory"' "$(app a 'ls -A /data; stat -c "%n is %u:%g %a" /data; stat -f -c "%b %S" /data')"
assert_contains "$said" '/data is 0:0 755'
say "without a size, a tenth of the memory"
read -r blocks unit <<<"$(tail -n 2 <<<"$said" | head -n 1)"
tenth=$(($(host awk '/^MemTotal/ { print $2 }' /proc/meminfo) / 10))
[ $((blocks * unit / 1024)) -ge $((tenth - 1024)) ] && [ $((blocks * unit / 1024)) -le $((tenth + 1024)) ] || fail "found $blocks blocks of $unit, wanted $tenth KiB"
host systemctl stop pod-memory

say "what cannot be is said before the start"
drop_manifest memory <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "data", "kind": "empty", "size": "1Mi"}], "apps": [{"name": "a", "image": {"name": "example.com/probe"}}]}
END
assert_status 1 host podctl verify /etc/podd/pods.d/memory.json
assert_contains "$output" '/volumes/0/size: found "1Mi"'
