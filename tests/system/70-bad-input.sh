# SPDX-License-Identifier: LGPL-2.1-or-later
# What a pod that cannot start says: in systemctl status, with the object's name and what to do. A second try works.
# hosts: bookworm trixie
# smoke
import_image busybox

# pod NAME APP-MEMBERS [POD-MEMBERS]: a declared pod of one app "a".
pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}$2}]$3}
EOF
}

# refused NAME TEXT...: starting fails, status and journal say every TEXT, and nothing half-done stays.
refused() {
    local name=$1 text shown
    shift
    assert_fails host systemctl start "pod-$name" "pod-$name@a"
    wait_until 10 host_sh '! systemctl is-active --quiet "pod-$1"' "$name"
    shown=$(host systemctl status --no-pager --full --lines=50 "pod-$name" "pod-$name@a" 2>&1 || true)
    for text in "$@"; do assert_contains "$shown" "$text" "status of pod \"$name\""; done
    assert_eq "" "$(host find /run/podd/pods /var/lib/podd/pods -mindepth 1)" "left by pod \"$name\""
}

app='"app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"'

say "a broken manifest makes no unit and one line that says where"
host_file /etc/podd/pods.d/broken.json <<<'{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "A!", "image": {"name": "example.com/busybox"}}]}'
host systemctl daemon-reload
assert_fails host systemctl start pod-broken
assert_fails host podctl verify /etc/podd/pods.d/broken.json
assert_contains "$output" "/etc/podd/pods.d/broken.json"
assert_contains "$output" "/apps/0/name"
assert_status 4 host podctl status broken
assert_contains "$output" 'pod "broken": its manifest is refused: /etc/podd/pods.d/broken.json: '
assert_status 4 host podctl status none-at-all
assert_contains "$output" 'pod "none-at-all": there is no such pod'

say "a missing image"
drop_manifest missing <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/none"}}]}
EOF
refused missing 'pod "missing": app "a"' 'example.com/none' 'podctl import'

say "an image for another architecture"
host_sh 'mkdir -p /tmp/root && echo x >/tmp/root/file && tar -C /tmp/root -cf /tmp/foreign.tar . &&
    podctl import /tmp/foreign.tar --name=example.com/foreign --label=os=linux --label=arch=s390x --exec=/file >/dev/null'
drop_manifest foreign <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/foreign"}}]}
EOF
refused foreign 'linux/s390x' 'this host is'

say "a program that is not there"
pod nofile ', "app": {"exec": ["/usr/bin/nothing-here"], "user": "0", "group": "0"}' ''
refused nofile '/usr/bin/nothing-here' 'app "a"'
pod nopath ', "app": {"exec": ["nothing-here"], "user": "0", "group": "0"}' ''
refused nopath 'nothing-here' 'PATH'

say "a program whose interpreter is not there"
host_sh 'mkdir -p /tmp/elf && cp /bin/true /tmp/elf/true && printf "#!/bin/nosuch\n" >/tmp/elf/script && chmod +x /tmp/elf/script &&
    tar -C /tmp/elf -cf /tmp/elf.tar . && podctl import /tmp/elf.tar --name=example.com/elf --exec=/true >/dev/null'
drop_manifest elf <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/elf"}}]}
EOF
refused elf '/true' 'ld-linux'
drop_manifest script <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/elf"},
  "app": {"exec": ["/script"], "user": "0", "group": "0"}}]}
EOF
refused script '/script' '/bin/nosuch'

say "an unknown user, an unknown group"
pod user ', "app": {"exec": ["/bin/busybox"], "user": "who", "group": "0"}' ''
refused user 'user "who"' '/etc/passwd'
pod group ', "app": {"exec": ["/bin/busybox"], "user": "0", "group": "which"}' ''
refused group 'group "which"' '/etc/group'

say "a volume of root's without a word on ids, a volume that is not there, one behind a link"
host_sh 'mkdir -p /srv/rootly && ln -sfn /srv/rootly /srv/link'
pod rootly ", $app, \"mountPoints\": [{\"name\": \"data\", \"path\": \"/data\"}]}" \
    ', "volumes": [{"name": "data", "kind": "host", "source": "/srv/rootly"}]'
refused rootly 'volume "data"' '/srv/rootly' '"idmap": "host"' 'readOnly'
pod nowhere ", $app, \"mountPoints\": [{\"name\": \"data\", \"path\": \"/data\"}]}" \
    ', "volumes": [{"name": "data", "kind": "host", "source": "/srv/nowhere"}]'
refused nowhere 'volume "data"' '/srv/nowhere'
pod linked ", $app, \"mountPoints\": [{\"name\": \"data\", \"path\": \"/data\"}]}" \
    ', "volumes": [{"name": "data", "kind": "host", "source": "/srv/link"}]'
refused linked 'volume "data"' '/srv/link' 'symbolic link'

say "a working directory that is not there"
pod nodir ', "app": {"exec": ["/bin/busybox"], "user": "0", "group": "0", "workingDirectory": "/not/here"}' ''
refused nodir '/not/here'

say "a second try works once the manifest is mended"
pod user ", $app}" ''
host systemctl start pod-user
wait_until 10 unit_is pod-user@a active
host systemctl stop pod-user
