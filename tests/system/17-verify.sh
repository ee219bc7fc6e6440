# SPDX-License-Identifier: LGPL-2.1-or-later
# podctl verify says of each pod that cannot start here why, with file and key, and the start of the same pod says the same.
# hosts: bookworm trixie
# full
# timeout: 240
import_image busybox
clean_up() {
    tidy
    host_sh 'systemctl stop squatter 2>/dev/null || true; systemctl stop podd-network.socket podd-network.service 2>/dev/null
        rm -rf /tmp/odd /tmp/odd.tar /srv/verify; for name in odd foreign; do podctl image rm example.com/$name >/dev/null 2>&1 || true; done'
}
trap clean_up EXIT

# pod NAME APP-OBJECT [APP-MEMBERS [POD-MEMBERS]]: a pod of one app "a", which sleeps where it has no "app" object. $image is
# its image.
pod() {
    local object=''
    [ -z "$2" ] || object=", \"app\": {$2}"
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "${image:-example.com/busybox}"}$object${3:+, $3}}]${4:+, $4}}
EOF
}
sleeps='"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"'
runs() { printf '"exec": ["%s"], "user": "%s", "group": "%s"' "$1" "${2:-0}" "${3:-0}"; }
note() { printf '"annotations": [{"name": "podd.org/%s", "value": "%s"}]' "$1" "$2"; }

# all_of_podd: what is there of podd's, to see that nothing is made.
all_of_podd() { host_sh 'find /var/lib/podd /run/podd /run/systemd/nspawn-uid -printf "%p %T@ %C@\n" | sort'; }

# found NAME KEY TEXT: verify fails, and names file, key and reason.
found() {
    before=$(all_of_podd)
    assert_status 1 host podctl verify "/etc/podd/pods.d/$1.json"
    assert_eq "$before" "$(all_of_podd)" "what verify has made"
    assert_contains "$output" "error: /etc/podd/pods.d/$1.json: $2: "
    assert_contains "$output" "$3"
    assert_status 0 host podctl verify --manifest-only "/etc/podd/pods.d/$1.json"
}
# refused NAME KEY TEXT [TEXT-OF-THE-START]: so says verify, and so says the start.
refused() {
    found "$1" "$2" "$3"
    assert_fails host systemctl start "pod-$1" "pod-$1@a"
    wait_until 20 host_sh '! systemctl is-active --quiet "pod-$1"' "$1"
    assert_contains "$(host systemctl status --no-pager --full --lines=50 "pod-$1" "pod-$1@a" 2>&1 || true)" "${4:-$3}"
    host_sh 'systemctl reset-failed; rm "/etc/podd/pods.d/$1.json"' "$1"
}

say "a pod that can start, of which there is nothing to say, and which starts"
pod good "$sleeps"
assert_status 0 host podctl verify --strict /etc/podd/pods.d/good.json
assert_eq "1 manifest verified, nothing to say." "$output"
host systemctl start pod-good@a
host systemctl stop pod-good

say "an image that is not there, and what brings it"
image=nothing pod missing ''
refused missing /apps/0/image "no image \"nothing\" in the store; run 'podctl import FILE'"
image=example.com/none pod missing ''
refused missing /apps/0/image "run 'podctl fetch example.com/none' or 'podctl import FILE'"
image=docker.io/library/none pod missing ''
refused missing /apps/0/image "run 'podctl fetch docker://docker.io/library/none:latest'"
image=example.com/none pod missing '' "$(note pull-from example.com/none:3 | sed 's,]$,\, {"name": "podd.org/pull-policy"\, "value": "never"}],')"
refused missing /apps/0/image "run 'podctl fetch example.com/none:3'"
image=example.com/none pod missing '' "$(note pull-policy missing)"
assert_status 0 host podctl verify --strict /etc/podd/pods.d/missing.json
assert_contains "$output" 'note: /etc/podd/pods.d/missing.json: /apps/0/image: image "example.com/none" is not in the store; the start fetches it'
host rm /etc/podd/pods.d/missing.json

say "an image for another kind of machine, and one whose files are odd"
host_sh 'mkdir -p /tmp/odd/bin /tmp/odd/etc && cd /tmp/odd && cp "$(ls -d /var/lib/podd/trees/*/rootfs/bin/busybox | head -n 1)" bin/ && echo >bin/text &&
    printf "#!/bin/nosuch\n" >bin/script && chmod 755 bin/script && ln -s /nowhere gone && ln -s /data/run bin/away && chown -R 0:0 . && tar -cf /tmp/odd.tar . &&
    podctl import /tmp/odd.tar --name=example.com/odd --exec=/bin/busybox --exec=sleep --exec=1000 >/dev/null &&
    podctl import /tmp/odd.tar --name=example.com/foreign --label=os=linux --label=arch=s390x --exec=/bin/busybox >/dev/null'
image=example.com/foreign pod foreign ''
refused foreign /apps/0/image 'image is for linux/s390x, this host is'

say "programs"
pod program "$(runs /bin/nothing)"
refused program /apps/0/app/exec/0 'program "/bin/nothing" is missing'
pod program "$(runs nothing)"
refused program /apps/0/app/exec/0 'program "nothing" is missing: PATH is'
image=example.com/odd pod program "$(runs /bin/text)"
refused program /apps/0/app/exec/0 'program "/bin/text" is not executable'
image=example.com/odd pod program "$(runs /bin/script)"
refused program /apps/0/app/exec/0 'program "/bin/script" needs the interpreter "/bin/nosuch", which is missing'
pod program "$sleeps, \"eventHandlers\": [{\"name\": \"pre-start\", \"exec\": [\"/bin/before\"]}]"
refused program /apps/0/app/eventHandlers/0 'program "/bin/before" is missing'

say "users, groups, owners, the working directory"
pod user "$(runs /bin/busybox who)"
refused user /apps/0/app/user "user \"who\" is not in the image's /etc/passwd"
pod user "$(runs /bin/busybox 0 which)"
refused user /apps/0/app/group "group \"which\" is not in the image's /etc/group"
pod user "$(runs /bin/busybox /srv/none)"
refused user /apps/0/app/user 'owner of "/srv/none": there is no such file in the image'
pod folder "$sleeps, \"workingDirectory\": \"/not/here\""
refused folder /apps/0/app/workingDirectory 'working directory "/not/here": '

say "places for volumes"
volume='"volumes": [{"name": "v", "kind": "empty"}]'
at() { printf '"mounts": [{"volume": "v", "path": "%s"}]' "$1"; }
image=example.com/odd pod place "" "$(at /gone/v)" "$volume"
refused place /apps/0/mounts/0 '"/gone" is a link that leads nowhere'
image=example.com/odd pod place "" "$(at /bin/text/v)" "$volume"
refused place /apps/0/mounts/0 'volume at "/bin/text/v": '
# Not refused is what verify does not know, or what the start makes: these run.
while IFS='|' read -r path object <&3; do
    image=example.com/odd pod place "$object" "$(at "$path")" "$volume"
    assert_status 0 host podctl verify /etc/podd/pods.d/place.json
    host systemctl start pod-place@a
    host systemctl stop pod-place
done 3<<LIST
/gone|$sleeps
/bin/text|$sleeps
/new/deep/v|$sleeps, "workingDirectory": "/new/deep"
/v|$sleeps, "workingDirectory": "/run"
LIST
image=example.com/odd pod place "$(runs /bin/away)" "$(at /data)" "$volume"
assert_status 0 host podctl verify --strict /etc/podd/pods.d/place.json
host rm /etc/podd/pods.d/place.json

say "sources of volumes, devices among them"
host_sh 'mkdir -p /srv/verify/rootly /srv/verify/owned && ln -sfn /srv/verify/rootly /srv/verify/link && chown 1000:1000 /srv/verify/owned'
while IFS='|' read -r members text <&3; do
    pod volume "$sleeps" "$(at /v)" "\"volumes\": [{\"name\": \"v\", \"kind\": \"host\", $members}]"
    refused volume /volumes/0 "$text"
done 3<<'LIST'
"source": "/srv/verify/none"|volume "v": source "/srv/verify/none" does not exist
"source": "/srv/verify/link"|volume "v": source "/srv/verify/link" is or passes a symbolic link
"source": "/srv/verify/rootly"|set "readOnly": true or "idmap": "host" on the volume
"source": "/srv/verify/owned", "idmap": "foreign"|chown 2147352576:2147352576 /srv/verify/owned gives it to the pod's root
"source": "/dev/none"|volume "v": source "/dev/none" does not exist
"source": "/dev/null", "idmap": "host"|source "/dev/null" is a device, and "idmap" says nothing about one
LIST

say "an owner's volume for an app that is not the pod's root: it starts, and can make nothing there"
for row in '0|owner|' '1000|host|' '1000|owner|warning: /etc/podd/pods.d/volume.json: /volumes/0: app a is user 1000, who can make no files on volume "v"'; do
    IFS='|' read -r user idmap text <<<"$row"
    pod volume '"exec": ["/bin/sh", "-c", "echo made >/v/file || echo none; exec sleep 1000"], '"\"user\": \"$user\", \"group\": \"$user\"" "$(at /v)" \
        "\"volumes\": [{\"name\": \"v\", \"kind\": \"host\", \"source\": \"/srv/verify/owned\", \"idmap\": \"$idmap\"}]"
    assert_status 0 host podctl verify /etc/podd/pods.d/volume.json
    assert_contains "$output" "${text:-nothing to say}"
    host_sh 'rm -f /srv/verify/owned/file; systemctl daemon-reload; systemctl start pod-volume@a; sleep 0.5; systemctl stop pod-volume'
    made=none
    [ -n "$text" ] || made=made
    assert_eq "$made" "$(host_sh 'cat /srv/verify/owned/file 2>/dev/null || echo none')"
done
host rm /etc/podd/pods.d/volume.json

say "limits that nothing here enforces, labels that nothing here knows, a time zone that is not there"
pod limits "$sleeps, \"isolators\": [{\"name\": \"podd.org/allowed-cpus\", \"value\": \"4000\"}]"
refused limits /apps/0/app/isolators/0 'isolator "podd.org/allowed-cpus" would have no effect: this host'
pod limits "$sleeps" '' '"isolators": [{"name": "podd.org/allowed-cpus", "value": "4000"}]'
refused limits /isolators/0 'isolator "podd.org/allowed-cpus" would have no effect: this host'
pod limits "$sleeps, \"isolators\": [{\"name\": \"podd.org/allowed-cpus\", \"value\": \"4000\"}]" "$(note best-effort true)"
assert_status 0 host podctl verify /etc/podd/pods.d/limits.json
assert_contains "$output" 'warning: /etc/podd/pods.d/limits.json: /apps/0/app/isolators/0: app a: isolator podd.org/allowed-cpus has no effect: this host'
assert_status 1 host podctl verify --strict /etc/podd/pods.d/limits.json
host rm /etc/podd/pods.d/limits.json
pod label "$sleeps, \"isolators\": [{\"name\": \"os/linux/apparmor-profile\", \"value\": {\"profile\": \"podd-none\"}}]"
refused label /apps/0/app/isolators/0 'AppArmor profile "podd-none"'
if ! host test -e /sys/fs/selinux/status; then
    pod label "$sleeps" '' '"isolators": [{"name": "os/linux/selinux-context", "value": {"user": "u", "role": "r", "type": "t", "level": "s0"}}]'
    refused label /isolators/0 'SELinux label "u:r:t:s0": this host does not run SELinux'
fi
pod zone "$sleeps" '' "$(note timezone Nowhere/Town)"
refused zone /annotations/0 'found "Nowhere/Town", wanted a zone that this host knows'

say "credentials: systemd refuses a file that is not there, and passes over a name that it does not know"
pod secret "$sleeps" "$(note load-credential key:/srv/verify/none)"
refused secret /apps/0/annotations/0 'credential "key": "/srv/verify/none" does not exist' 'status=243/CREDENTIALS'
pod secret "$sleeps" "$(note load-credential key:no-such-name)"
assert_status 0 host podctl verify /etc/podd/pods.d/secret.json
assert_contains "$output" 'this host has none called "no-such-name": the app starts without it'
host systemctl start pod-secret@a
host systemctl stop pod-secret
host rm /etc/podd/pods.d/secret.json

say "ports of the host that two pods want: file and key of both, and the second is refused"
web="$sleeps, \"ports\": [{\"name\": \"http\", \"protocol\": \"tcp\", \"port\": 80}]"
on() { echo "$(note network default), \"ports\": [{\"name\": \"http\", \"hostPort\": $1${2:+, \"hostIP\": \"$2\"}}]"; }
pod one "$web" '' "$(on 8097)"
pod two "$web" '' "$(on 8097 192.0.2.1)"
pod three "$web" '' "$(on 8098)"
assert_status 1 host podctl verify
assert_contains "$output" 'error: /etc/podd/pods.d/one.json: /ports/0/hostPort: host port 8097/tcp is taken by pod "two": "/etc/podd/pods.d/two.json", /ports/0/hostPort'
assert_contains "$output" 'error: /etc/podd/pods.d/two.json: /ports/0/hostPort: host port 8097/tcp is taken by pod "one": "/etc/podd/pods.d/one.json", /ports/0/hostPort'
assert_not_contains "$output" three
assert_status 0 host podctl verify /etc/podd/pods.d/three.json
# On a machine that only builds manifests, its own pods do not matter; those that are given together do.
assert_status 0 host podctl verify --manifest-only /etc/podd/pods.d/two.json
assert_status 1 host podctl verify --manifest-only /etc/podd/pods.d/one.json /etc/podd/pods.d/two.json
host systemctl start pod-one@a
found_clash=$(host podctl verify /etc/podd/pods.d/two.json || true)
assert_contains "$found_clash" 'host port 8097/tcp is taken by pod "one"'
assert_fails host systemctl start pod-two@a
assert_contains "$(host systemctl status --no-pager --full --lines=50 pod-two 2>&1 || true)" 'host port 8097/tcp is taken by pod "one"'
host_sh 'systemctl stop pod-one; systemctl reset-failed; rm /etc/podd/pods.d/*'

say "a port that a program of the host has"
host systemd-run --quiet --collect --unit=squatter --property=Type=exec systemd-socket-activate --datagram --listen 8096 /bin/cat
wait_until 10 host_sh 'ss --no-header --udp --listening --numeric | grep -q :8096'
pod taken "$sleeps, \"ports\": [{\"name\": \"dns\", \"protocol\": \"udp\", \"port\": 53}]" '' \
    "$(note network default), \"ports\": [{\"name\": \"dns\", \"hostPort\": 8096}]"
refused taken /ports/0/hostPort 'host port 8096/udp is taken by a program of this host ("systemd-socket-")'
host systemctl stop squatter

say "all of it is said, not only the first"
pod much "$(runs /bin/nothing who which), \"workingDirectory\": \"/not/here\"" "$(note load-credential key:/srv/verify/none), $(at /v)" \
    '"volumes": [{"name": "v", "kind": "host", "source": "/srv/verify/none"}]'
assert_status 1 host podctl verify /etc/podd/pods.d/much.json
assert_eq 6 "$(grep -c '^error: /etc/podd/pods.d/much.json: /' <<<"$output")" "of: $output"

say "without root, or without a store, notes say what was left out"
assert_status 0 host setpriv --reuid=12345 --clear-groups podctl verify /etc/podd/pods.d/much.json
assert_eq 'note: /var/lib/podd: only root may read the store of images: what a start on this host needs was not looked at; --manifest-only asks for no more
note: nftables: the rules of this host were not looked at: only root may' "$output"
assert_status 0 host setpriv --reuid=12345 --clear-groups podctl verify --json=short --strict /etc/podd/pods.d/much.json
assert_contains "$output" '[{"severity":"note","path":"/var/lib/podd"'
assert_status 0 host unshare --mount sh -c 'mount -t tmpfs none /var/lib && podctl verify /etc/podd/pods.d/much.json'
assert_contains "$output" 'note: /var/lib/podd: no image was imported yet'
