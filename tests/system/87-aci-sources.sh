# SPDX-License-Identifier: LGPL-2.1-or-later
# ACIs by name and by URL: from `podctl fetch example.test/app` to a running pod, with what it depends on; who may sign
# what; and everything that is refused, of which nothing stays.
# full
# hosts: bookworm trixie
# timeout: 600
folder=/var/tmp/aci-sources
policy=/etc/podd/policy.d/test.conf
authority=/etc/podd/sources-authority.pem  # the fetcher has a /var/tmp of its own
clean_up() {
    tidy
    host_sh 'systemctl stop aci-sources-nginx 2>/dev/null || true
        sed -i "/aci-sources/d" /etc/hosts
        rm -rf "$1" "$2" "$3" /etc/podd/registries.d/test.conf /etc/podd/trustedkeys/prefix.d /etc/podd/trustedkeys/root.d /var/cache/podd/fetch/*
        podctl image list --no-legend --full | awk "/\.test\// { print \$1 }" | xargs -r podctl image rm >/dev/null' $folder $policy $authority
}
trap clean_up EXIT

say "images: base, mid on it, app on mid; and those that somebody should not get"
www=$TEST_TMP/site/www
images=$www/images
acis=$TEST_TMP/acis
case $(uname -m) in x86_64) arch=amd64 ;; *) arch=$(uname -m) ;; esac
# make_acis: ACIs of stdin, as make-acis.py has it.
make_acis() { "$source_dir/tests/system/import/make-acis.py" "$acis"; }
# offer NAME VERSION FILE: where the page says that the image is.
offer() {
    mkdir -p "$images/$(dirname "$1")"
    cp "$acis/$3.aci" "$images/$1-$2-linux-$arch.aci"
}
id_of() { printf 'sha512-%s\n' "$(sha512sum <"$acis/$1.aci" | cut -d ' ' -f 1)"; }
mkdir -p "$acis" "$www/keys" "$www/plain"
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
echo '{"name": "example.test/base", "version": "1", "exec": ["/bin/sh"], "files": {"base": "base"}}' >"$TEST_TMP/base.json"
python3 "$source_dir/tests/images/pack.py" "$TEST_TMP/busybox.tar.gz" "$TEST_TMP/base.json" aci "$acis/packed.aci"
# The identity of an ACI is that of its tar.
gzip -dc "$acis/packed.aci" >"$acis/base.aci" 2>/dev/null || cp "$acis/packed.aci" "$acis/base.aci"
labels() { printf '"labels": [{"name": "version", "value": "%s"}, {"name": "os", "value": "linux"}, {"name": "arch", "value": "%s"}]' "$1" $arch; }
wants() { printf '{"imageName": "%s", "labels": [{"name": "version", "value": "1"}]}' "$1"; }
app='"app": {"exec": ["/bin/sh", "-c", "cat /base /mid /app; echo; exec sleep 1000"], "user": "0", "group": "0", "environment": [{"name": "PATH", "value": "/bin"}]}'
make_acis <<JSON
{"mid": {"name": "example.test/mid", $(labels 1), "files": {"mid": "mid"},
         "dependencies": [{"imageName": "example.test/base", "imageID": "$(id_of base)", "size": $(stat -c %s "$acis/base.aci")}]},
 "app": {"name": "example.test/app", $(labels 1), "files": {"app": "app"}, $app, "dependencies": [$(wants example.test/mid)]},
 "app2": {"name": "example.test/app", $(labels 2), "files": {"app": "two"}, $app, "dependencies": [$(wants example.test/mid)]},
 "noarch": {"name": "example.test/noarch", "files": {"x": "x"}},
 "extra": {"name": "example.test/extra", $(labels 1), "files": {"x": "x"}},
 "foreign": {"name": "other.test/dep", $(labels 1), "files": {"x": "x"}},
 "broken": {"name": "example.test/broken", $(labels 1), "files": {"x": "x"},
            "dependencies": [$(wants example.test/extra), $(wants other.test/dep)]},
 "pin": {"name": "example.test/pin", $(labels 1), "files": {"x": "x"},
         "dependencies": [$(wants example.test/extra), {"imageName": "example.test/noarch", "imageID": "sha512-$(printf %0128d 0)"}]},
 "one": {"name": "example.test/one", $(labels 1), "files": {"x": "x"}, "dependencies": [$(wants example.test/two)]},
 "two": {"name": "example.test/two", $(labels 1), "files": {"x": "x"}, "dependencies": [$(wants example.test/one)]},
 "missing": {"name": "example.test/missing", $(labels 1), "files": {"x": "x"}, "dependencies": [$(wants example.test/nowhere)]},
 "place": {"name": "place.test/image", "files": {"x": "place"}},
 "unsigned": {"name": "place.test/unsigned", "files": {"x": "unsigned"}},
 "thief": {"name": "example.test/app", $(labels 3), "files": {"x": "thief"}}}
JSON
offer example.test/base latest base
offer example.test/mid 1 mid
offer example.test/app 1 app
offer example.test/app 2 app2
offer example.test/app latest app2
offer example.test/app 9 mid   # a page that leads astray
offer example.test/noarch latest noarch
offer example.test/extra 1 extra
offer other.test/dep 1 foreign
for name in broken pin one two missing; do offer example.test/$name 1 $name; done
cp "$acis/place.aci" "$acis/unsigned.aci" "$acis/thief.aci" "$www/plain"
cat >"$www/discovery.html" <<'HTML'
<!DOCTYPE html><html><head>
<meta name="ac-discovery" content="example.test https://example.test/images/{name}-{version}-{os}-{arch}.{ext}">
<meta name="ac-discovery" content="other.test https://other.test/images/{name}-{version}-{os}-{arch}.{ext}">
<meta name="ac-discovery-pubkeys" content="example.test https://example.test/keys/owner.asc">
</head></html>
HTML
signed=()
for file in "$images"/*/*.aci "$www/plain/place.aci" "$www/plain/thief.aci"; do signed+=("owner=$file"); done
"$source_dir/tests/system/fetch/sign-acis.sh" "$TEST_TMP/keys" "${signed[@]}" "stranger=$acis/place.aci"
cp "$TEST_TMP/keys/owner.asc" "$TEST_TMP/keys/stranger.asc" "$www/keys"
cp "$TEST_TMP/keys/owner.asc" "$www/plain/key.asc"
mv "$acis/place.aci.asc" "$www/plain/stranger.asc"
cp "$acis/app.aci" "$TEST_TMP/site"
owner=$(cat "$TEST_TMP/keys/owner.fpr")
stranger=$(cat "$TEST_TMP/keys/stranger.fpr")

say "web sites with certificates of an authority of their own"
cp "$source_dir/tests/system/fetch/aci-nginx.conf" "$TEST_TMP/site/nginx.conf"
copy "$TEST_TMP/site" $folder
servers make_certificates $folder/tls DNS:example.test,DNS:other.test,DNS:place.test
host_sh 'chmod -R a+rX "$1" && cp "$1/tls/ca.pem" "$2"
    echo "127.0.0.1 example.test other.test place.test # aci-sources" >>/etc/hosts' $folder $authority
for site in example.test other.test place.test; do printf '[Registry %s]\nCAFile=%s\n' $site $authority; done |
    host_file /etc/podd/registries.d/test.conf
servers start_nginx aci-sources-nginx $folder/nginx.conf 443

names() { host podctl image list --json=short | jq -r '.[].name' | grep '\.test/' | sort | paste -sd ' ' || true; }
verification() { host podctl image list --json=short | jq -r --arg name "$1" '.[] | select(.name == $name) | "\(.verification.kind) \(.verification.by)"'; }
fetch() { host podctl fetch "$@"; }
log_lines() { host_sh 'wc -l <"$1/access.log"' $folder; }
forget() { host_sh 'podctl image list --no-legend --full | awk "/\.test\// { print \$1 }" | xargs -r podctl image rm >/dev/null'; }
# refused TEXT ARGUMENT...: the error says TEXT, and the store is as it was.
refused() {
    local text=$1 before after
    shift
    before=$(host_sh 'cd /var/lib/podd && find images trees blobs tmp refs -mindepth 1 -maxdepth 2 | sort')
    assert_status 1 fetch "$@"
    assert_contains "$output" "$text" "$*"
    after=$(host_sh 'cd /var/lib/podd && find images trees blobs tmp refs -mindepth 1 -maxdepth 2 | sort')
    assert_eq "$before" "$after" "left by fetch $*"
}

say "nobody's key is trusted: the signature is looked at before anything is unpacked"
refused "by key $owner, which is not trusted for any image" example.test/app:1
assert_matches "$output" "hint: if it should be: podctl trust --prefix=example.test/app\$"
assert_eq "" "$(names)"

say "the owner's keys are found, shown, and trusted only when somebody says so"
assert_status 1 host podctl trust --prefix=example.test </dev/null
assert_contains "$output" "https://example.test/keys/owner.asc"
assert_contains "$output" "Podd owner <owner@example.test>"
assert_contains "$output" "$(sed 's/..../& /g; s/ $//' <<<"$owner")"
assert_contains "$output" "--skip-fingerprint-review"
on_terminal() { host_sh '(sleep 3; printf "%s\n" "$1"; sleep 1) | script -qefc "podctl trust --prefix=example.test" /dev/null' "$1"; }
assert_fails on_terminal no
assert_eq "" "$(host podctl --no-legend trust list)"
on_terminal yes >/dev/null
assert_contains "$(host podctl --no-legend trust list)" "$owner"
assert_status 1 host podctl trust --root
assert_status 1 host podctl trust --prefix=other.test
assert_contains "$output" "other.test"
host podctl -q trust --skip-fingerprint-review --prefix=example.test/keys https://example.test/keys/stranger.asc
assert_contains "$(host podctl --no-legend trust list)" "$stranger"
host podctl -q trust rm "$stranger"
assert_status 1 host podctl trust --skip-fingerprint-review --prefix=example.test http://place.test/keys/owner.asc
assert_contains "$output" "without TLS"
wait_until 10 host_sh 'test -z "$(ls /var/cache/podd/fetch)"'

# appc-conformance: 18
say "by name, with all that it depends on: each signed, each in the store"
assert_eq "$(id_of app)" "$(fetch example.test/app:1 2>/dev/null)"
assert_eq "example.test/app example.test/base example.test/mid" "$(names)"
for name in app mid base; do assert_eq "signed $owner" "$(verification example.test/$name)"; done
wait_until 10 host_sh 'test -z "$(ls /var/cache/podd/fetch)"'

say "and a pod runs from it"
drop_manifest sources <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "main", "image": {"name": "example.test/app", "labels": [{"name": "version", "value": "1"}]}}]}
JSON
host podctl start sources
said_all() { [ "$(app_says sources main | tr -d '\n')" = basemidapp ]; }
wait_until 10 said_all

say "what is there is taken without a word to anybody; otherwise its server is asked"
before=$(log_lines)
for policy_word in missing new never; do assert_eq "$(id_of app)" "$(fetch --pull-policy=$policy_word example.test/app:1 2>/dev/null)"; done
assert_eq "$before" "$(log_lines)"
refused 'no image "example.test/app:7"' --pull-policy=never example.test/app:7
assert_eq "$(id_of app)" "$(fetch --pull-policy=update example.test/app:1 2>/dev/null)"
assert_contains "$(host tail -n 1 $folder/access.log)" 'app-1-linux-'
assert_contains "$(host tail -n 1 $folder/access.log)" ' 304 match='
fetch https://example.test/fresh/app-1-linux-$arch.aci >/dev/null
before=$(log_lines)
assert_eq "$(id_of app)" "$(fetch --pull-policy=always https://example.test/fresh/app-1-linux-$arch.aci 2>/dev/null)"
assert_eq "$before" "$(log_lines)" "max-age"
host_sh 'cp "$1/app-2-linux-$2.aci" "$1/app-1-linux-$2.aci" && cp "$1/app-2-linux-$2.aci.asc" "$1/app-1-linux-$2.aci.asc"' \
    $folder/www/images/example.test $arch
refused "has no label version=1" --pull-policy=always example.test/app:1
assert_eq "$(id_of app2)" "$(fetch --pull-policy=always example.test/app 2>/dev/null)"
host podctl stop sources

say "what is not what was asked for"
refused 'the image that came is "example.test/mid"' example.test/app:9
refused "no rule accepts it without one" https://place.test/plain/unsigned.aci
refused "is not trusted for that name" https://place.test/plain/place.aci
refused "docker://nginx" nginx
refused "ends in" https://example.test/app
assert_eq "$(id_of noarch)" "$(fetch example.test/noarch 2>/dev/null)"

say "all or nothing: a dependency whose key is trusted for other names only, one that is another, one that is nowhere, a circle"
forget
refused "is not trusted for that name" example.test/broken:1
assert_contains "$output" 'dependency "other.test/dep:1"'
refused 'wanted "sha512-0000' example.test/pin:1
refused "nowhere-1-linux-$arch.aci\": \"example.test\" has no such thing" example.test/missing:1
refused "depends on itself" example.test/one:1
assert_eq "" "$(names)"
say "and import says which command has it fetched"
assert_status 1 host podctl import $folder/app.aci
assert_contains "$output" "podctl fetch example.test/mid:1"

say "what two fetches need at the same moment comes once, whether it was asked for or is depended on"
host truncate --size=0 $folder/access.log
assert_eq "$(id_of app2) $(id_of mid)" "$(host_sh 'podctl fetch --quiet example.test/app:2 >"$1/first" & podctl fetch --quiet example.test/mid:1 >"$1/second"
    wait; paste -d " " "$1/first" "$1/second"; rm "$1/first" "$1/second"' $folder)"
for name in app-2 mid-1 base-latest; do assert_eq 1 "$(host grep -c "$name-linux-$arch.aci 200" $folder/access.log)" "requests for $name"; done
assert_eq "example.test/app example.test/base example.test/mid" "$(names)"
forget

say "an image of a place that may serve unsigned ones, under its own names"
printf '[Prefix place.test]\nAccept=unsigned\n' | host_file $policy
assert_eq "$(id_of unsigned)" "$(fetch https://place.test/plain/unsigned.aci 2>/dev/null)"
assert_eq "policy [Prefix place.test] in \"$policy\"" "$(verification place.test/unsigned)"
refused "no rule accepts that name so" https://place.test/plain/thief.aci
say "a signature that is named is checked all the same"
refused "by key $stranger, which is not trusted for any image" --signature=https://place.test/plain/stranger.asc https://place.test/plain/place.aci
host podctl -q trust --skip-fingerprint-review --prefix=place.test https://place.test/keys/stranger.asc
assert_eq "$(id_of place)" "$(fetch --signature=https://place.test/plain/stranger.asc https://place.test/plain/place.aci 2>/dev/null)"
assert_eq "signed $stranger" "$(verification place.test/image)"
assert_status 1 fetch --signature=https://place.test/plain/stranger.asc docker://localhost/x
assert_contains "$output" "only ACIs"

say "the query of a URL is for its server: not for logs, records, other users, and errors"
signed=https://place.test/signed
query='?Expires=2000000000&sig=0ddS3cret'
says_no_secret() { assert_not_contains "$1" 0ddS3cret; }
fetch --pull-policy=missing "$signed/unsigned.aci$query" >"$TEST_TMP/signed-id" 2>"$TEST_TMP/signed-said" &
signed_fetch=$!
wait_until 20 host pgrep -x fetcher
watched=$(host_sh 'for pid in $(pgrep -x fetcher); do tr "\\0" "\n" <"/proc/$pid/cmdline"; done
    systemctl show --property=Id,Description,ExecStartEx,CacheDirectory,SubState "podd-transfer-*" "podd-fetch-*"; podctl list-transfers --json=short')
wait $signed_fetch
assert_eq "$(id_of unsigned)" "$(<"$TEST_TMP/signed-id")"
assert_contains "$watched" "--reference=-"
assert_contains "$watched" "https://place.test/signed/unsigned.aci?~"
says_no_secret "$watched"
says_no_secret "$(<"$TEST_TMP/signed-said")"
assert_contains "$(host_sh 'cat /var/lib/podd/images/*')" "https://place.test/signed/unsigned.aci?~"
before=$(log_lines)
assert_eq "$(id_of unsigned)" "$(fetch "$signed/unsigned.aci$query" 2>/dev/null)"
assert_eq "$before" "$(log_lines)" "asked again"
fetch "$signed/unsigned.aci$query&other=1" >/dev/null
assert_contains "$(host tail -n 1 $folder/access.log)" "&other=1 200"
assert_eq "$(id_of unsigned)" "$(fetch https://place.test/moved/unsigned.aci 2>/dev/null)"
for wrong in signed/unsigned.aci?sig=0ddS3crets moved/lost.aci; do
    refused "does not allow it, HTTP 403" https://place.test/$wrong
    says_no_secret "$output"
done
host podctl -q trust --skip-fingerprint-review --prefix=place.test/key "$signed/key.asc$query"
refused "without TLS" "http://place.test/plain/place.aci$query"
says_no_secret "$output"
assert_eq "$(id_of place)" "$(fetch "--signature=$signed/stranger.asc$query" "$signed/place.aci$query" 2>/dev/null)"
host journalctl --sync
says_no_secret "$(host_sh 'journalctl --quiet --output=export --since="@$1" _SYSTEMD_UNIT=podd.service + UNIT=podd.service + _PID=1 + _COMM=fetcher + _COMM=importer | tr -d "\0"' "$TEST_BEGIN")"
says_no_secret "$(host_sh 'cat /var/lib/podd/images/*; ls -R /var/cache/podd')"

say "of files the place is asked about; a signature beside one counts, and one that is named is looked at"
files=$folder/www/plain
printf '[Prefix %s/closed]\nAccept=none\n' $files | host_file $policy
refused "\"$files/unsigned.aci\" is a local file, and nothing says that it can be trusted" $files/unsigned.aci
assert_contains "$output" "podctl import $files/unsigned.aci"
refused "is not trusted for that name" $files/place.aci
assert_eq "$(id_of place)" "$(fetch --signature=$files/stranger.asc $files/place.aci 2>/dev/null)"
host_sh 'mkdir -p "$1/closed" && cp "$1/place.aci" "$1/closed" && cp "$1/stranger.asc" "$1/closed/place.aci.asc"' $files
refused "is refused by [Prefix $files/closed]" $files/closed/place.aci
host_sh 'mv "$1/closed" "$1/by"' $files
forget
assert_eq "$(id_of place)" "$(fetch $files/by/place.aci 2>/dev/null)"
assert_eq "signed $stranger" "$(verification place.test/image)"
printf '[Prefix %s]\nAccept=unsigned\n[Prefix place.test]\nAccept=pinned\n' $files | host_file $policy
refused "image \"place.test/unsigned\" of the file \"$files/unsigned.aci\" is unsigned, which [Prefix place.test]" $files/unsigned.aci
printf '[Prefix %s]\nAccept=unsigned\n' $files | host_file $policy
assert_eq "$(id_of thief)" "$(fetch $files/thief.aci 2>/dev/null)"
assert_eq "policy [Prefix $files] in \"$policy\"" "$(verification example.test/app)"
forget
printf '[Prefix place.test]\nAccept=unsigned\n' | host_file $policy

say "without TLS only where the policy says so"
refused "AllowHttp=yes in a section [Prefix place.test]" http://place.test/plain/unsigned.aci
printf '[Prefix place.test]\nAccept=unsigned\nAllowHttp=yes\n' | host_file $policy
assert_eq "$(id_of unsigned)" "$(fetch http://place.test/plain/unsigned.aci 2>/dev/null)"
printf '[Prefix place.test]\nAccept=none\n' | host_file $policy
refused "is refused by [Prefix place.test]" https://place.test/plain/thief.aci

say "an image whose rule is gone does not start"
drop_manifest unsigned <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main", "image": {"name": "place.test/unsigned"},
 "app": {"exec": ["/x"], "user": "0", "group": "0"}}]}
JSON
assert_fails host systemctl start pod-unsigned
assert_contains "$(journal pod-unsigned.service)" "was accepted unsigned by [Prefix place.test] in \"$policy\", which does not hold any more"
host systemctl reset-failed

say "a pod starts while what its image depends on is accepted as well, there or not, and says which is not"
printf '[Prefix place.test]\nAccept=none\n' | host_file $policy
fetch example.test/mid:1 >/dev/null
host podctl import $folder/app.aci >/dev/null
assert_eq "import uid 0" "$(verification example.test/app)"
for name in mid base; do assert_eq "signed $owner" "$(verification example.test/$name)"; done
drop_manifest depends <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main", "image": {"name": "example.test/app"}}]}
JSON
starts() {
    host systemctl reset-failed
    host systemctl start pod-depends
    host systemctl stop pod-depends
}
# starts_not TEXT: the last word of the journal says TEXT.
starts_not() {
    host systemctl reset-failed
    assert_fails host systemctl start pod-depends
    host journalctl --sync
    assert_contains "$(host journalctl --quiet --output=cat --unit=pod-depends.service --lines=20)" "$1"
}
host systemctl start pod-depends
assert_contains "$(host podctl trust rm "$owner" 2>&1)" 'pod "depends" runs with an image that this key has signed; it is left alone'
assert_eq active "$(property pod-depends.service ActiveState)"
host systemctl stop pod-depends
signed_by_owner=" is signed by key $owner, which is not trusted for that name"
starts_not "$signed_by_owner"
assert_matches "$(host journalctl --quiet --output=cat --unit=pod-depends.service --lines=20)" \
    'image "example.test/app" depends on "example.test/(base|mid)": image "example.test/(base|mid)" is signed by key'
host podctl -q trust --skip-fingerprint-review --prefix=example.test/mid https://example.test/keys/owner.asc
starts_not "depends on \"example.test/base\": image \"example.test/base\"$signed_by_owner"
say "also when it has been removed meanwhile"
host podctl -q image rm example.test/base
starts_not "depends on \"example.test/base\": image \"example.test/base\"$signed_by_owner"
host podctl -q trust --skip-fingerprint-review --prefix=example.test https://example.test/keys/owner.asc
starts
printf '[Prefix example.test/base]\nAccept=none\n' | host_file $policy
starts_not "depends on \"example.test/base\": image \"example.test/base\" is refused by [Prefix example.test/base] in \"$policy\""
say "and the word of an administrator for it counts, whatever it came with"
host_sh 'gzip -dc "$1" >"$2/base.aci" 2>/dev/null || cp "$1" "$2/base.aci"' "$folder/www/images/example.test/base-latest-linux-$arch.aci" $folder
host podctl -q import $folder/base.aci >/dev/null
starts
printf '[Prefix place.test]\nAccept=none\n' | host_file $policy
host_sh 'rm /etc/podd/pods.d/depends.json; systemctl daemon-reload; systemctl reset-failed'

say "a pod says where its image is fetched from: a name, and a URL"
forget() { host_sh 'podctl image list --no-legend --full | awk "/\.test\// { print \$1 }" | xargs -r podctl image rm >/dev/null'; }
# pulled NAME SOURCE
pulled() {
    printf '{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "main", "image": {"name": "%s"},
        "annotations": [{"name": "podd.org/pull-from", "value": "%s"}]}]}' "$1" "$2" | drop_manifest pulled
}
forget
pulled example.test/app example.test/app:2
host systemctl start pod-pulled
said() { app_says pulled main | grep -q basemidtwo; }
wait_until 10 said
host podctl stop pulled
printf '[Prefix place.test]\nAccept=unsigned\n' | host_file $policy
pulled place.test/unsigned https://place.test/plain/unsigned.aci
assert_eq "$(id_of unsigned)" "$(host podctl pull pulled 2>/dev/null)"
pulled example.test/mid example.test/app:2
assert_status 1 host podctl verify
assert_contains "$output" 'found the image name "example.test/mid", wanted "example.test/app"'
pulled docker://example.test/app x
assert_status 1 host podctl verify
assert_contains "$output" 'the app'"'"'s annotation "podd.org/pull-from"'
host_sh 'rm /etc/podd/pods.d/pulled.json; systemctl daemon-reload; systemctl reset-failed'

say "what was fetched is looked into so far and no further, and why it cannot be read is said"
host_sh 'mkdir -p "$1/look/bomb" "$1/look/cut" && cd "$1/look" && truncate -s 400M zeros && tar -cf - zeros | gzip -9 >bomb/image.aci &&
    rm zeros && gzip <"$1/www/plain/unsigned.aci" | head -c 100 >cut/image.aci' $folder
look() { host_sh '/usr/lib/podd/importer manifest --folder="$2" <"$1/look"' $folder "$1"; }
assert_fails look bomb
assert_contains "$output" "more than which are not unpacked of such a file"
assert_fails look cut
assert_contains "$output" "the gzip data "

say "who may"
host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain'
plain() { host setpriv --reuid=plain --regid=plain --init-groups --inh-caps=-all "$@"; }
assert_status 1 plain podctl fetch example.test/app:2
assert_contains "$output" "Access denied: action org.podd1.manage-images"
assert_status 1 plain podctl trust --skip-fingerprint-review --prefix=example.test
assert_contains "$output" "Access denied: action org.podd1.trust"
