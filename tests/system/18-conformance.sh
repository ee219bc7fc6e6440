# SPDX-License-Identifier: LGPL-2.1-or-later
# What an executor of appc pods owes its apps, as an app sees that checks it: conformance/validate. And what the
# specification says of users, working directories and volumes that are not as they should be.
# hosts: bookworm trixie
here=$source_dir/tests/system/conformance
root=$TEST_TMP/aci/rootfs
mkdir -p "$root"
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
tar -C "$root" --numeric-owner -xzf "$TEST_TMP/busybox.tar.gz"
cp "$here/validate" "$root/bin/"
mkdir -p "$root"/{opt/validator,db,filled,srv}
echo of-the-image >"$root/filled/file"
echo '[{"name":"example.com/role","value":"front"}]' >"$root/etc/annotations-of-pod"
echo '[{"name":"example.com/of","value":"the pod"},{"name":"example.com/kept","value":"1"}]' >"$root/etc/annotations-of-app"
: >"$root/srv/owned"
chown 33:44 "$root/srv/owned"

# validator NAME APP-MEMBERS: an ACI of that root.
validator() {
    printf '{"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/%s", "annotations": [
        {"name": "example.com/of", "value": "the image"}, {"name": "example.com/kept", "value": "1"}],
        "app": {"user": "0", "group": "0", "mountPoints": [{"name": "database", "path": "/db"}], %s}}' "$1" "$2" >"$TEST_TMP/aci/manifest"
    tar -C "$TEST_TMP/aci" --numeric-owner -cf "$TEST_TMP/$1.aci" manifest rootfs
    copy "$TEST_TMP/$1.aci" "/var/tmp/$1.aci"
    host_sh 'podctl import "/var/tmp/$1.aci" >/dev/null; rm "/var/tmp/$1.aci"' "$1"
}
handlers='"eventHandlers": [{"name": "pre-start", "exec": ["/bin/validate", "pre-start"]}, {"name": "post-stop", "exec": ["/bin/validate", "post-stop"]}]'
validator validator-main '"exec": ["/bin/validate", "main"], "workingDirectory": "/opt/validator",
    "environment": [{"name": "IN_VALIDATOR", "value": "correct"}], '"$handlers"
validator validator-beside '"exec": ["/bin/validate", "beside"]'
clean_up() { tidy; host_sh 'rm -rf /srv/conformance; for name in main beside; do podctl image rm example.com/validator-$name >/dev/null; done'; }
trap clean_up EXIT
host_sh 'mkdir -p /srv/conformance/database && chown 1000:1000 /srv/conformance/database'

# validated VOLUME-MEMBERS: a run of the pod, in which nobody finds anything wrong.
validated() {
    drop_manifest validator <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "example.com/role", "value": "front"}],
 "volumes": [{"name": "database", $1}],
 "apps": [{"name": "main", "image": {"name": "example.com/validator-main"}, "annotations": [{"name": "example.com/of", "value": "the pod"}]},
          {"name": "beside", "image": {"name": "example.com/validator-beside"}}]}
END
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-validator
    wait_until 60 unit_is pod-validator inactive
    assert_eq success "$(property pod-validator Result)"
    said=$(app_says validator main; app_says validator beside)
    assert_eq 'pre-start: done|main: done|post-stop: done|beside: done' "$(paste -sd '|' <<<"$said")"
}

# appc-conformance: 5, 6, 7, 9, 11, 16, 17, 20
say "an app that checks its executor, with an empty volume: twice, and the second run finds nothing of the first"
validated '"kind": "empty"'
validated '"kind": "empty"'

# appc-conformance: 10, 20
say "and with a folder of the host's, where what it wrote stays"
validated '"kind": "host", "source": "/srv/conformance/database"'
assert_eq done "$(host cat /srv/conformance/database/main)"

# one POD-MEMBERS APP-MEMBERS MEMBERS-OF-RUNTIME-APP: the pod "one", which says what it sees.
one() {
    drop_manifest one <<END
{"acKind": "PodManifest", "acVersion": "0.8.11", "volumes": [${1:-}],
 "apps": [{"name": "a", "image": {"name": "example.com/validator-main"}, ${3:-"\"readOnlyRootFS\": false"},
           "app": {"exec": ["/bin/sh", "-c", "id -u; id -g; pwd; ls /filled; exit 0"], ${2:-"\"user\": \"0\", \"group\": \"0\""}}}]}
END
    TEST_BEGIN=$(host date +%s.%N)
}
ran() {
    host systemctl start pod-one
    wait_until 30 unit_is pod-one inactive
    app_says one a | paste -sd ' '
}
# refused UNIT TEXT: the start, and what the unit says of it.
refused() {
    assert_fails host systemctl start pod-one@a
    assert_contains "$(host systemctl status --no-pager --full "$1" 2>&1 || true)" "$2"
    host systemctl reset-failed
}

# appc-conformance: 8
say "a user is who owns a file of the image, a name of its /etc/passwd or a number; what is none of them does not run"
one '' '"user": "/srv/owned", "group": "/srv/owned"'
assert_contains "$(ran)" '33 44 / '
one '' '"user": "www", "group": "log", "workingDirectory": "/opt"'
assert_contains "$(ran)" '33 44 /opt '
one '' '"user": "nobody-knows", "group": "0"'
refused pod-one 'user "nobody-knows" is not in the image'
one '' '"user": "/srv/missing", "group": "0"'
refused pod-one 'owner of "/srv/missing": there is no such file in the image'

# appc-conformance: 8
say "a working directory that is missing, or is none, keeps the app from running"
for path in /opt/missing /etc/passwd; do
    one '' "\"user\": \"0\", \"group\": \"0\", \"workingDirectory\": \"$path\""
    refused pod-one@a 'status=200/CHDIR'
    assert_contains "$(journal pod-one@a)" "working directory \"$path\""
done

# appc-conformance: 10
say "a source that is missing, is a link or lies behind one is refused, and nothing of it is made on the host"
host_sh 'cd /srv/conformance; ln -s database link; ln -s . around'
for row in 'missing|does not exist' 'link|is or passes a symbolic link' 'around/database|is or passes a symbolic link'; do
    one "{\"name\": \"v\", \"kind\": \"host\", \"source\": \"/srv/conformance/${row%%|*}\"}" '' '"mounts": [{"volume": "v", "path": "/v"}]'
    refused pod-one "volume \"v\": source \"/srv/conformance/${row%%|*}\" ${row#*|}"
done
assert_eq 'around database link' "$(host ls /srv/conformance | xargs)"

# appc-conformance: 10
say "a volume that hides files of the image says so, and one that does not, not"
hides() { grep -oE 'volume "v".*image.*' <<<"$(journal pod-one)" | sort -u; }
while read -r path source words <&3; do
    # What lies in another volume hides nothing of the image.
    members='"kind": "empty"' below=", {\"volume\": \"w\", \"path\": \"$path/in/it\"}"
    [ "$source" = - ] || { members="\"kind\": \"host\", \"source\": \"$source\", \"readOnly\": true" below=''; }
    one "{\"name\": \"v\", $members}, {\"name\": \"w\", \"kind\": \"empty\"}" '' \
        "\"mounts\": [{\"volume\": \"v\", \"path\": \"$path\"}$below]"
    ran >/dev/null
    assert_eq "$words" "$(hides)" "a volume at $path"
done 3<<'LIST'
/filled - volume "v" hides the files that the image has in "/filled"
/etc/group - volume "v" takes the place of the image's file "/etc/group"
/filled /srv/conformance/database/main volume "v", a file, takes the place of the image's folder "/filled"
/db -
/not/there -
/etc/group /srv/conformance/database/main
LIST
