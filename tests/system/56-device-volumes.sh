# SPDX-License-Identifier: LGPL-2.1-or-later
# Devices as volumes: the node of the app alone that asks for it, with the device policy of its unit, and in no other way.
# C211 of rkt's capabilities.
# hosts: bookworm trixie vm
import_probe
clean_up() { tidy; host_sh 'rm -rf /dev/podd-full /srv/node /tmp/points.json; podctl image rm example.com/points >/dev/null 2>&1 || true'; }
trap clean_up EXIT
host_sh 'rm -f /dev/podd-full /srv/node; mknod -m 660 /dev/podd-full c 1 7; mknod -m 666 /srv/node c 1 7'

# app NAME SCRIPT USER [MOUNTS]
app() {
    printf '{"name": "%s", "image": {"name": "example.com/probe"}, "mounts": [%s],
        "app": {"exec": ["/bin/sh", "-c", %s], "user": "%s", "group": "%s"}}' "$1" "${4:-}" "$(json "$2; echo end; exec sleep 1000")" "$3" "$3"
}
# manifest VOLUME-MEMBERS APP...
manifest() {
    local volume=$1
    shift
    drop_manifest device <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "full", "kind": "host", $volume}], "apps": [$(IFS=,; echo "$*")]}
END
}
# pod ...: as above, and runs it; what its app "a" said is in $said.
pod() {
    manifest "$@"
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-device
    wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-device@a | grep -qx end' "$TEST_BEGIN"
    said=$(app_says device a)
}
at='{"volume": "full", "path": "/dev/full2"}'
use='for path in /dev/full2 /deep/er; do stat -c "%n %F %t:%T %u:%g %a" $path
        head -c 3 $path 2>/dev/null | wc -c; echo x 2>&1 >$path; (: >$path) 2>/dev/null && echo "$path opens"; chmod 777 $path 2>/dev/null && echo "$path changed"; done'

say "the app's user gets a node of its own; another app of the pod has neither node nor right"
pod '"source": "/dev/podd-full"' "$(app a "$use; grep -c ' /dev/full2 ' /proc/self/mountinfo" 1000 "$at, {\"volume\": \"full\", \"path\": \"/deep/er\"}")" \
    "$(app b 'ls /dev/full2 2>&1; cd /tmp; mknod node c 1 7; echo done' 0)"
assert_contains "$said" '/dev/full2 character special file 1:7 1000:1000 660'
assert_contains "$said" '/deep/er character special file 1:7 1000:1000 660'
assert_contains "$said" $'\n3\n'
assert_contains "$said" 'No space left on device'
assert_contains "$said" '/deep/er opens'
assert_not_contains "$said" changed
assert_contains "$(property pod-device@a DeviceAllow)" '/dev/podd-full rw'
assert_eq closed "$(property pod-device@a DevicePolicy)"
assert_not_contains "$(property pod-device@b DeviceAllow)" podd-full
assert_contains "$(app_says device b)" 'No such file'
assert_eq '0:0 660' "$(host stat -c '%u:%g %a' /dev/podd-full)" "the host's own node"
assert_contains "$(host podctl status device)" 'volume full: device /dev/podd-full of the host'
host systemctl restart pod-device@a
host systemctl stop pod-device

say "read-only: the pod's root reads it, and neither writes to it nor changes its node"
pod '"source": "/dev/podd-full", "readOnly": true' "$(app a "$use" 0 "$at, {\"volume\": \"full\", \"path\": \"/deep/er\"}")"
assert_contains "$said" '1:7 65534:65534 444'
assert_contains "$said" $'\n3\n'
assert_not_contains "$said" opens
assert_not_contains "$said" changed
assert_contains "$(property pod-device@a DeviceAllow)" '/dev/podd-full r'
assert_not_contains "$(property pod-device@a DeviceAllow)" '/dev/podd-full rw'
host systemctl stop pod-device

say "the device policy has the last word, where the host enforces one"
if host systemd-run --quiet --wait -p DevicePolicy=closed head -c 1 /dev/podd-full 2>/dev/null; then
    say "  this host enforces none"
else
    host_file /run/systemd/system/pod-device@a.service.d/50-mine.conf <<'END'
[Service]
DeviceAllow=
END
    pod '"source": "/dev/podd-full"' "$(app a "$use" 0 "$at")"
    assert_not_contains "$said" opens
    assert_not_contains "$said" $'\n3\n'
    host_sh 'systemctl stop pod-device; rm -r /run/systemd/system/pod-device@a.service.d; systemctl daemon-reload'
fi

# refused TEXT: the pod does not start, and says so.
refused() {
    assert_fails host systemctl start pod-device
    assert_contains "$(host systemctl status --no-pager --full pod-device 2>&1 || true)" "$1"
    host systemctl reset-failed
}
say "a device elsewhere is refused, and one with idmap"
manifest '"source": "/srv/node"' "$(app a true 0 "$at")"
refused 'source "/srv/node" is a device, and those are taken from /dev alone'
manifest '"source": "/dev/podd-full", "idmap": "host"' "$(app a true 0 "$at")"
refused '"idmap" says nothing about one'
manifest '"source": "/dev/podd-none"' "$(app a true 0 "$at")"
refused 'source "/dev/podd-none" does not exist'

say "a mount point of the image alone does not get it"
host_sh 'mkdir -p /tmp/points/rootfs/bin && cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -n 1)" /tmp/points/rootfs/bin/ && cd /tmp/points &&
    echo "{\"acKind\": \"ImageManifest\", \"acVersion\": \"0.8.11\", \"name\": \"example.com/points\", \"app\": {\"exec\": [\"/bin/busybox\", \"sleep\", \"1000\"],
        \"user\": \"0\", \"group\": \"0\", \"mountPoints\": [{\"name\": \"full\", \"path\": \"/full\"}]}}" >manifest && tar -cf /tmp/points.aci manifest rootfs && rm -r /tmp/points &&
    podctl import /tmp/points.aci >/dev/null && rm /tmp/points.aci'
points='{"name": "a", "image": {"name": "example.com/points"}'
manifest '"source": "/dev/podd-full"' "$points}"
refused "only the image asks for it; name the volume in the \"mounts\" of the app"
manifest '"source": "/dev/podd-full"' "$points, \"mounts\": [{\"volume\": \"full\", \"path\": \"/full\"}]}"
host systemctl start pod-device@a
assert_contains "$(property pod-device@a DeviceAllow)" '/dev/podd-full rw'
