# SPDX-License-Identifier: LGPL-2.1-or-later
# A pod's root and its users leave setuid and setgid files, and files with capabilities, wherever they can write, and users of
# the host execute them there: whose rights they get, for each way of mapping ids. F3 of the attack table.
# hosts: bookworm trixie vm
import_probe
clean_up() { tidy; host_sh 'rm -rf /srv/left'; }
trap clean_up EXIT
host_sh 'rm -rf /srv/left; mkdir -p /srv/left/owner /srv/left/foreign /srv/left/host /srv/left/host-owned /srv/left/readonly && chown 1000:1001 /srv/left/owner /srv/left/host-owned && chown 2147352576:2147352576 /srv/left/foreign && chmod 777 /srv/left/*'

# The pod leaves the files of its root and of its user 1000 at each place, and says what it could make.
leave='id=$(id -u); for dir in /owner /foreign /host /host-owned /readonly /empty /memory /tmp; do
    cp /bin/probe $dir/left-$id 2>/dev/null && chmod 6755 $dir/left-$id && echo "$id left $(stat -c "%n %u:%g %a" $dir/left-$id)"
    chown 0:0 $dir/left-$id 2>/dev/null && chmod 6755 $dir/left-$id
    cp /bin/probe $dir/cap-$id 2>/dev/null && chmod 755 $dir/cap-$id && probe capability $dir/cap-$id && echo "$id gave capabilities in $dir"; done
    for dir in /host /host-owned; do probe setuid $dir; done; echo end; exec sleep 1000'
mounts='{"volume": "owner", "path": "/owner"}, {"volume": "foreign", "path": "/foreign"}, {"volume": "host", "path": "/host"}, {"volume": "host-owned", "path": "/host-owned"},
    {"volume": "readonly", "path": "/readonly"}, {"volume": "empty", "path": "/empty"}, {"volume": "memory", "path": "/memory"}'
app() {
    printf '{"name": "%s", "image": {"name": "example.com/probe"}, "mounts": [%s],
        "app": {"exec": ["/bin/sh", "-c", %s], "user": "%s", "group": "%s", "isolators": [%s]}}' "$1" "$mounts" "$(json "$leave")" "$2" "$2" "${3:-}"
}
# With all the usual capabilities but that for files, which is refused beside a volume with the host's ids, a user may give files away.
strong='{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_SETUID", "CAP_SETGID", "CAP_SYS_CHROOT"]}}'
# leave ISOLATORS MEMBERS: both apps do it, the user's with those isolators; MEMBERS are those of the volumes with the host's ids.
leave() {
    drop_manifest left <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [$(app root 0), $(app user 1000 "$1")], "volumes": [
    {"name": "owner", "kind": "host", "source": "/srv/left/owner"},
    {"name": "foreign", "kind": "host", "source": "/srv/left/foreign", "idmap": "foreign"},
    {"name": "host", "kind": "host", "source": "/srv/left/host", "idmap": "host"$2},
    {"name": "host-owned", "kind": "host", "source": "/srv/left/host-owned", "idmap": "host"$2},
    {"name": "readonly", "kind": "host", "source": "/srv/left/readonly", "readOnly": true},
    {"name": "empty", "kind": "empty", "mode": "1777"}, {"name": "memory", "kind": "empty", "medium": "memory", "size": "16Mi", "mode": "1777"}]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-left
    for app in root user; do
        wait_until 30 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$1" -u pod-left@$2 | grep -qx end' "$TEST_BEGIN" $app
    done
    said=$(app_says left root; app_says left user)
}
leave '' ', "setuidFiles": true'

# outside FOLDER FILE: the ids, real and effective, with which user 4000 of the host executes it; the way there needs root.
outside() { host_sh 'cd "$1" && exec setpriv --reuid=4000 --regid=4000 --clear-groups "./$2" ids 2>&1 || echo refused' "$1" "$2" 2>&1; }
foreign=$((0x7FFE0000))

say "the control: on the host, such a file gives the rights of its owner"
host_sh 'mkdir /srv/left/control; cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/probe | head -n 1)" /srv/left/control/left && chown 4242:4243 /srv/left/control/left && chmod 6755 /srv/left/control/left'
assert_contains "$(outside /srv/left/control left)" 'ids 4000 4242 4000 4243'

# capable FOLDER FILE: the capabilities with which the same user executes it.
capable() { host_sh 'cd "$1" && exec setpriv --reuid=4000 --regid=4000 --clear-groups "./$2" capabilities 2>&1 || echo refused' "$1" "$2" 2>&1; }

say "the control: so do capabilities of a file"
host_sh 'cp /srv/left/control/left /srv/left/control/cap && chmod 755 /srv/left/control/cap && /srv/left/control/cap capability /srv/left/control/cap'
assert_contains "$(capable /srv/left/control cap)" 'capabilities 80'

say "F3: capabilities that the pod gives to a file are worth nothing on the host, where its root is not the host's"
for where in owner foreign; do
    assert_contains "$said" "0 gave capabilities in /$where"
    assert_contains "$(capable /srv/left/$where cap-0)" 'capabilities 0' "$where"
done

say "F3, CVE-2025-64507, owner: those of the source's owner, who is not root; a user of the pod's leaves nothing"
assert_contains "$said" '0 left /owner/left-0 0:0 6755'
assert_eq '1000:1001 6755' "$(host stat -c '%u:%g %a' /srv/left/owner/left-0)"
assert_contains "$(outside /srv/left/owner left-0)" 'ids 4000 1000 4000 1001'
assert_not_contains "$said" '1000 left /owner'

say "host: what the manifest's words allow, and only the owner's own"
assert_contains "$(outside /srv/left/host left-0)" 'ids 4000 0 4000 0'
assert_contains "$(outside /srv/left/host left-1000)" 'ids 4000 1000 4000 1000'
assert_contains "$(capable /srv/left/host cap-0)" 'capabilities 80'
for way in chmod fchmod fchmodat mknod creat open openat2; do assert_contains "$said" "setuid by $way: made" "the control"; done
assert_contains "$(host podctl status left)" 'volume host: /srv/left/host is written with the host'
assert_contains "$(host podctl status left)" 'own ids, and may get setuid files'

say "read-only: nothing"
assert_not_contains "$said" 'left /readonly'
assert_eq "" "$(host ls -A /srv/left/readonly)"

say "foreign, of a host volume: ids that nobody has"
for id in 0 1000; do
    assert_eq "$((foreign + id)):$((foreign + id)) 6755" "$(host stat -c '%u:%g %a' /srv/left/foreign/left-$id)"
    assert_contains "$(outside /srv/left/foreign left-$id)" "ids 4000 $((foreign + id)) 4000 $((foreign + id))"
done

say "foreign, of empty volumes and the app's own root: the same, in folders that nobody enters"
for where in volumes/empty apps/root/upper/tmp apps/user/upper/tmp; do
    folder=$(host_sh 'ls -d /var/lib/podd/pods/*/$1' "$where")
    assert_fails host setpriv --reuid=4000 --regid=4000 --clear-groups ls "$folder"
    for file in $(host ls "$folder" | grep ^left-); do
        id=${file#left-}
        assert_eq "$((foreign + id)):$((foreign + id)) 6755" "$(host stat -c '%u:%g %a' "$folder/$file")"
        assert_contains "$(outside "$folder" "$file")" "ids 4000 $((foreign + id)) 4000 $((foreign + id))" "$where"
    done
done

say "through the pod's own mounts, as the host sees them by /proc: no rights at all"
for where in owner foreign host empty memory tmp; do
    ran=$(host_sh 'cd "/proc/$(systemctl show -P MainPID pod-left@root)/root/$1" && exec setpriv --reuid=4000 --regid=4000 --clear-groups ./left-0 ids 2>&1' "$where" || echo refused)
    assert_matches "$ran" '(ids 4000 4000 4000 4000|refused)' "$where"
done
host systemctl stop pod-left

say "F3, host, the default: neither root nor a user with all usual capabilities leaves a setuid file, or one with capabilities"
host_sh 'rm -f /srv/left/host/* /srv/left/host-owned/*'
leave "$strong"', {"name": "os/linux/seccomp-retain-set", "value": {"set": ["@appc.io/all"]}}' ''
for dir in host host-owned; do
    assert_eq "" "$(host find /srv/left/$dir -perm /6000)" "setuid files in $dir"
    assert_eq "" "$(host_sh 'cd /srv/left/$1; for file in *; do /srv/left/control/left capability-of $file; done' $dir)" "files with capabilities in $dir"
    for id in 0 1000; do
        assert_contains "$(outside /srv/left/$dir left-$id)" 'ids 4000 4000 4000 4000' "$dir"
        assert_contains "$(capable /srv/left/$dir cap-$id)" 'capabilities 0' "$dir"
    done
done
for id in 0 1000; do
    assert_not_contains "$said" "$id left /host"
    assert_not_contains "$said" "$id gave capabilities in /host"
done
for way in chmod fchmod fchmodat fchmodat2 mknod creat open open-unnamed openat2; do
    assert_contains "$said" "setuid by $way: " "each way was tried"
    assert_eq "" "$(grep "^setuid by $way: made" <<<"$said" || true)"
done
assert_contains "$(host podctl status left)" 'volume host: /srv/left/host is written with the host'
assert_not_contains "$(host podctl status left)" 'setuid files'
# What has the right to no such file on the host has it in its own root no more: descriptors travel between apps.
assert_not_contains "$said" ' left /tmp'

say "a capability for files beside such a volume is a contradiction, and said before the start"
host_file /tmp/setfcap.json <<'END'
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [{"name": "v", "kind": "host", "source": "/srv/left/host", "idmap": "host"}],
 "apps": [{"name": "a", "image": {"name": "example.com/probe"}, "mounts": [{"volume": "v", "path": "/v"}],
           "app": {"exec": ["/bin/sh"], "user": "0", "group": "0", "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SETFCAP"]}}]}}]}
END
assert_status 1 host podctl verify /tmp/setfcap.json
assert_contains "$output" '/apps/0/app/isolators/0: found CAP_SETFCAP beside a volume with "idmap": "host"'
host rm /tmp/setfcap.json
