# SPDX-License-Identifier: LGPL-2.1-or-later
# Arguments of an app in place of its image's default ones: of OCI images with and without an entry point, of ACIs and root file
# systems, from a manifest and from the command line.
# hosts: bookworm trixie
folder=/var/tmp/arguments
host mkdir -p $folder
clean_up() {
    tidy
    host_sh 'rm -rf "$1"; for name in entry command root; do podctl image rm "example.com/$name" >/dev/null 2>&1 || true; done' $folder
}
trap clean_up EXIT
import_image busybox
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
# oci NAME ENTRYPOINT CMD: lists of JSON.
oci() {
    printf '{"name": "example.com/%s", "version": "1", "exec": %s, "command": %s, "environment": {"PATH": "/bin"}}' "$1" "$2" "$3" >"$TEST_TMP/$1.json"
    python3 "$source_dir/tests/images/pack.py" "$TEST_TMP/busybox.tar.gz" "$TEST_TMP/$1.json" oci-tar "$TEST_TMP/$1.tar"
    copy "$TEST_TMP/$1.tar" $folder/$1.tar
    host podctl import $folder/$1.tar >/dev/null
}
oci entry '["/bin/printf", "<%s>\\n"]' '["of", "the image"]'
oci command '[]' '["/bin/echo", "of the image"]'
copy "$TEST_TMP/busybox.tar.gz" $folder/root.tar.gz
host podctl import $folder/root.tar.gz --name=example.com/root --exec=/bin/echo --exec=root >/dev/null

# manifest IMAGE ARGUMENTS [MEMBERS]
manifest() {
    printf '{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"name": "example.com/%s"}%s%s}]}' "$1" "${2:+, \"args\": $2}" "${3:+, $3}"
}
says() {
    wait_until 20 unit_is pod-words inactive
    app_says words a | paste -sd /
}

say "Cmd goes, Entrypoint stays, and an ACI has only the one"
# table: IMAGE|ARGUMENTS|what the app says, lines with "/" between them
while IFS='|' read -r image arguments wanted <&3; do
    manifest "$image" "$arguments" | drop_manifest words
    host podctl verify --strict /etc/podd/pods.d/words.json
    TEST_BEGIN=$(host date +%s.%N)
    host systemctl start pod-words
    assert_eq "$wanted" "$(says)" "$image $arguments"
done 3<<'LIST'
entry||<of>/<the image>
entry|["a b", "$HOME"]|<a b>/<$HOME>
entry|[]|<>
command||of the image
command|["/bin/printf", "%s.", "x", "-y"]|x.-y.
busybox|["-c", "echo of a manifest"]|of a manifest
root|["and", "more"]|root and more
LIST

say "from the command line, for one transient pod of one app"
host_sh 'rm /etc/podd/pods.d/words.json; systemctl daemon-reload'
manifest entry '["of", "the manifest"]' | host_file $folder/words.json
TEST_BEGIN=$(host date +%s.%N)
host podctl start $folder/words.json -- --typed "by somebody"
assert_eq '<--typed>/<by somebody>' "$(says)"
for words in "words -- x" "$folder/words.json $folder/words.json -- x"; do
    # shellcheck disable=SC2086
    assert_status 1 host podctl start $words
    assert_contains "$output" 'want one manifest file before them'
done
manifest busybox '' '"app": {"exec": ["/bin/true"], "user": "0", "group": "0"}' | host_file $folder/whole.json
assert_status 1 host podctl start $folder/whole.json -- x
assert_contains "$output" 'change its "exec"'

say "what cannot be, with its place"
manifest busybox '["x"]' '"app": {"exec": ["/bin/true"], "user": "0", "group": "0"}' | host_file $folder/both.json
assert_status 1 host podctl verify $folder/both.json
assert_contains "$output" "$folder/both.json: /apps/0/args: found it beside \"app\""
manifest command '[]' | drop_manifest words
assert_fails host systemctl start pod-words@a
assert_contains "$(host systemctl status --no-pager --full pod-words || true)" 'nothing to execute: "exec" of image "example.com/command" is empty'
host systemctl reset-failed

say "an image of before runs on as it did, and gets arguments once it is imported again"
host_sh 'cd /var/lib/podd/images; file=$(grep -l "\"name\": *\"example.com/entry\"" *.json); jq -e ".defaultArguments == 2" "$file" >/dev/null
    jq "del(.defaultArguments)" "$file" >/tmp/record && cat /tmp/record >"$file"; rm /tmp/record'
manifest entry '' | drop_manifest words
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-words
assert_eq '<of>/<the image>' "$(says)"
manifest entry '["x"]' | drop_manifest words
assert_fails host systemctl start pod-words@a
assert_contains "$(host systemctl status --no-pager --full pod-words || true)" 'import it once more'
host systemctl reset-failed
host podctl import $folder/entry.tar >/dev/null
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-words
assert_eq '<x>' "$(says)"
