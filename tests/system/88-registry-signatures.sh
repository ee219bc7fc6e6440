# SPDX-License-Identifier: LGPL-2.1-or-later
# Images of a registry that must be signed: by skopeo with OpenPGP into a lookaside store, by cosign, and by nobody. What
# is no good signature of just this image is refused with its reason, and nothing of the image is unpacked.
# hosts: bookworm trixie
# timeout: 600
folder=/var/tmp/signed
policy=/etc/podd/policy.d/test.conf
repository=localhost:5000/signed
clean_up() {
    tidy
    host_sh 'systemctl stop signed-registry signed-nginx 2>/dev/null || true
        GNUPGHOME=$1/gnupg gpgconf --kill all 2>/dev/null || true
        rm -rf "$1" "$2" /etc/podd/registries.d/test.conf /etc/podd/trustedkeys/root.d /etc/podd/trustedkeys/prefix.d \
            /etc/containers/registries.d/podd-test.yaml /var/cache/podd/fetch/* /root/.sigstore
        podctl image list --no-legend --full | awk "/localhost_5000/ { print \$1 }" | xargs -r podctl image rm >/dev/null' $folder $policy
}
trap clean_up EXIT

say "a registry, a store of signatures, and keys"
mkdir "$TEST_TMP/signed"
# Each has a digest of its own.
for name in good unknown other expired revoked plain bare cosign many foreign; do random_layout $name 99 "$TEST_TMP/signed/$name"; done
# The index of an image for two machines: ours and one that is none.
python3 - "$TEST_TMP/signed" <<'PYTHON'
import hashlib, json, os, platform, shutil, sys
folder = sys.argv[1]
ours = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
manifests = []
for name, arch in (("many", ours), ("foreign", "s390x" if ours != "s390x" else "amd64")):
    found = json.load(open(f"{folder}/{name}/index.json"))["manifests"][0]
    manifests.append({key: found[key] for key in ("mediaType", "digest", "size")} | {"platform": {"os": "linux", "architecture": arch}})
shutil.copytree(f"{folder}/foreign/blobs", f"{folder}/many/blobs", dirs_exist_ok=True)
kind = "application/vnd.oci.image.index.v1+json"
index = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": manifests}).encode()
digest = hashlib.sha256(index).hexdigest()
open(f"{folder}/many/blobs/sha256/{digest}", "wb").write(index)
json.dump({"schemaVersion": 2, "manifests": [{"mediaType": kind, "digest": "sha256:" + digest, "size": len(index)}]},
          open(f"{folder}/many/index.json", "w"))
open(f"{folder}/many.digests", "w").write(" ".join(["sha256:" + digest] + [each["digest"] for each in manifests]))
PYTHON
read -r index ours foreign <"$TEST_TMP/signed/many.digests" || test -n "$foreign"
cp "$source_dir"/tests/system/signatures/*.sh "$source_dir/tests/system/fetch/servers.sh" "$TEST_TMP/signed"
copy "$TEST_TMP/signed" $folder
host $folder/set-up.sh
host_file /etc/podd/registries.d/test.conf <<'END'
[Registry localhost:5000]
Insecure=yes
Lookaside=http://localhost:5002/sigs
[Registry localhost:5002]
Insecure=yes
END
accept() { host_file $policy <<<"[Prefix ${2:-$repository}]
Accept=$1"; }
fpr() { host cat "$folder/keys/$1.fpr"; }
on_host() { host_sh 'cd "$1"; export GNUPGHOME=$1/gnupg HOME=/root; shift; exec "$@"' $folder "$@"; }
# push LAYOUT NAME:TAG [KEY]: prints the digest.
push() {
    local sign=()
    [ -z "${3:-}" ] || sign=(--sign-by "$3")
    on_host skopeo copy --quiet --dest-tls-verify=false "${sign[@]}" "oci:$folder/$1" "docker://$repository/$2" >/dev/null
    on_host skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$repository/$2"
}
# store_of DIGEST [NAME]: where its signatures lie.
store_of() { printf '%s/sigs/signed/%s@sha256=%s' $folder "${2:-app}" "${1#sha256:}"; }
trust() { host podctl -q trust --skip-fingerprint-review "$@" 2>/dev/null; }
images() { host podctl --no-legend image list --full; }
# refused NAME REASON...: nothing of it stays.
refused() {
    local name=$1 before reason
    shift
    before=$(images)
    assert_status 1 host podctl fetch "docker://$repository/$name"
    for reason; do assert_contains "$output" "$reason" "$name"; done
    assert_eq "$before" "$(images)" "$name"
    assert_eq "" "$(host ls /var/lib/podd/tmp)" "$name"
}
fetch() { host podctl -q fetch "docker://$repository/$1"; }
verification() { host podctl --json=short image list | jq -c --arg id "$1" '.[] | select(.id == $id) | .verification'; }

say "without a rule it is as ever, and with one a key is wanted first"
good=$(push good app:good good@example.com)
refused app:good "wanted a digest"
accept signed
refused app:good "no key is trusted for image \"$repository/app\", which must be signed" "podctl trust --prefix=$repository/app KEYFILE"
assert_status 1 trust "--prefix=localhost:5000/../x" $folder/keys/good.asc
assert_status 1 trust "--prefix=.." $folder/keys/good.asc
assert_status 1 trust "--prefix=LOCALHOST:5000/a" $folder/keys/good.asc
trust --prefix=$repository $folder/keys/good.asc
trust --prefix=localhost:5000/elsewhere $folder/keys/other.asc
host test -s "/etc/podd/trustedkeys/prefix.d/localhost:5000%signed/$(fpr good)"

# appc-conformance: 21
say "a good signature"
id=$(fetch app:good)
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr good)\"}" "$(verification "$id")"
assert_eq "$good" "$id"
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr good)\",\"reference\":\"$repository/app\",\"rule\":\"[Prefix $repository] in \\\"$policy\\\"\"}" \
    "$(host jq -c .verification "/var/lib/podd/images/$id.json")"
assert_eq "$good" "$(host podctl -q fetch --pull-policy=always "docker://$repository/app:good")" "asked for once more"
host podctl -q image rm "$id"
assert_eq "$good" "$(fetch "app@$good")" "by its digest, signed all the same"
host podctl -q image rm "$id"

say "a signature of the index alone is one of what it names for this machine"
push_index() { on_host skopeo copy --quiet --all --dest-tls-verify=false "${@:2}" "oci:$folder/many" "docker://$repository/$1" >/dev/null; }
push_index app:many --sign-by good@example.com
host test -s "$(store_of "$index")/signature-1"
for digest in "$ours" "$foreign"; do host rm -rf "$(store_of "$digest")"; done
assert_eq "$ours" "$(fetch app:many)"
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr good)\"}" "$(verification "$ours")"
host podctl -q image rm "$ours"
assert_eq "$ours" "$(fetch "app@$index")" "by the digest of the index"
host podctl -q image rm "$ours"
say "but not by the digest of the manifest, of which nobody has signed anything"
refused "app@$ours" "found no signature"
say "nor of another index, and not when the index is exchanged"
push_index copy:many
host cp -r "$(store_of "$good")" "$(store_of "$index" copy)"
refused copy:many "it is for \"$repository/app"
host rm -r "$(store_of "$index" copy)"
host_sh 'mv "$1" "$1.away"' "$(store_of "$index")"
refused app:many "found no signature"
host_sh 'mv "$1.away" "$1"' "$(store_of "$index")"

say "of another tag, another repository, another manifest"
push good app:again >/dev/null
refused app:again "it is for \"$repository/app:good\", and \"$repository/app:again\" was asked for"
push good copy:good >/dev/null
refused copy:good "found no signature, wanted one: neither at \"http://localhost:5002/sigs/signed/copy@sha256=" "sha256-${good#sha256:}.sig"
host cp -r "$(store_of "$good")" "$(store_of "$good" copy)"
refused copy:good "it is for \"$repository/app\", and \"$repository/copy\" was asked for"
plain=$(push plain app:plain)
refused app:plain "found no signature" "hint: one is made by"
host cp -r "$(store_of "$good")" "$(store_of "$plain")"
# The tag is looked at first.
refused "app@$plain" "it is for the manifest $good, and stands beside $plain"
refused "app:plain" "it is for \"$repository/app:good\""

say "by a key that is unknown, of another prefix, expired, revoked"
push unknown app:unknown unknown@example.com >/dev/null
refused app:unknown "it is signed by key $(fpr unknown), which is not trusted for \"$repository/app\"" "podctl trust --prefix=$repository/app KEYFILE"
push other app:other other@example.com >/dev/null
refused app:other "it is signed by key $(fpr other), which is not trusted for \"$repository/app\""
on_host gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key 'Podd expired <expired@example.com>' ed25519 sign seconds=20
push expired app:expired expired@example.com >/dev/null
on_host gpg --batch --quiet --armor --output keys/expired.asc --export expired@example.com
trust --prefix=$repository $folder/keys/expired.asc
push revoked app:revoked revoked@example.com >/dev/null
host_sh 'cd "$1" && export GNUPGHOME=$1/gnupg && fpr=$(cat keys/revoked.fpr) &&
    sed "s/^:---/---/" "gnupg/openpgp-revocs.d/$(echo "$fpr" | tr a-f A-F).rev" | gpg --batch --quiet --import &&
    gpg --batch --quiet --armor --export revoked@example.com >"/etc/podd/trustedkeys/prefix.d/localhost:5000%signed/$fpr"' $folder
refused app:revoked "by key $(fpr revoked), which its owner has revoked"
sleep 20
refused app:expired "which expired on"

say "what is signed, and no such thing"
# hostile REASON: what stands in payload, signed, as the one signature of the image.
store=$(store_of "$plain")
signed_by() { on_host sh -c 'gpg --batch --quiet --yes --local-user "$1@example.com" "$2" --output "$3/signature-1" payload && chmod a+r "$3/signature-1"' sh "$1" "${2:---sign}" "$store"; }
payload() { host_file $folder/payload <<<"{\"critical\":{\"type\":\"atomic container signature\",\"image\":{\"docker-manifest-digest\":\"$plain\"},\"identity\":{\"docker-reference\":\"$repository/app:plain\"}$1},\"optional\":{}$2}"; }
payload "" ""
for how in --clear-sign --detach-sign; do
    signed_by good $how
    refused app:plain "has no good signature"
done
on_host sh -c 'gpg --batch --quiet --yes --armor --local-user good@example.com --output "$1/signature-1" --sign payload' sh "$store"
refused app:plain "it is no binary OpenPGP message"
payload ',"image":{"docker-manifest-digest":"sha256:x"}' ""
signed_by good
refused app:plain "what key $(fpr good) has signed: member" "stands twice in one object"
payload ',"expires":1' ""
signed_by good
refused app:plain 'found "expires" in "/critical"'
payload "" ',"critical":{}'
signed_by good
refused app:plain "what key $(fpr good) has signed: member" "stands twice in one object"
host_file $folder/payload <<<'"text"'
signed_by good
refused app:plain 'found string at "/", wanted an object'
host truncate -s 8M $folder/payload
signed_by good
refused app:plain "it is no OpenPGP message that holds one signed text"
host_sh 'head -c 2000 /dev/urandom >"$1/signature-1"' "$store"
refused app:plain "has no good signature"
host truncate -s 1G "$store/signature-1"
refused app:plain "more than 16384 bytes"
host rm "$store/signature-1"
host ln -s loop "$store/loop"

say "one good signature among others is enough"
payload "" ""
signed_by unknown
host_sh 'cd "$1" && mv signature-1 signature-2' "$store"
signed_by unknown
refused app:plain "it is signed by key $(fpr unknown)" "; "
signed_by good
host_sh 'cd "$1" && mv signature-1 signature-3 && cp signature-2 signature-1' "$store"
id=$(fetch app:plain)
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr good)\"}" "$(verification "$id")"
host podctl -q image rm "$id"
host rm -r "$store"

say "a bare key, and signatures in the registry as cosign has them"
trust --prefix=$repository $folder/keys/bare.pem
assert_contains "$(host podctl --no-legend trust list)" "$(fpr bare)"
bare=$(push bare app:bare)
bare_payload() { host_file $folder/payload <<<"{\"critical\":{\"identity\":{\"docker-reference\":\"$repository/app\"},\"image\":{\"docker-manifest-digest\":\"${2:-$bare}\"},\"type\":\"cosign container image signature\"$1},\"optional\":null}"; }
bare_signature() { on_host ./push-signature.sh signed/app "$bare" payload "$1"; }
bare_payload ',"type":"x"'
bare_signature keys/bare.key
refused app:bare "what key $(fpr bare) has signed: member" "stands twice in one object"
bare_payload "" "$good"
bare_signature keys/bare.key
refused app:bare "it is for the manifest $good, and stands beside $bare"
payload "" ""
bare_signature keys/bare.key
refused app:bare 'wanted "cosign container image signature"'
host_sh 'head -c 100000 /dev/zero >"$1/payload"' $folder
bare_signature keys/bare.key
refused app:bare "more than 16384 bytes"
bare_payload ""
on_host openssl ecparam -name prime256v1 -genkey -noout -out keys/another.key
bare_signature keys/another.key
refused app:bare "it is by none of the 1 public keys that are trusted for \"$repository/app\""
bare_signature keys/bare.key
id=$(fetch app:bare)
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr bare)\"}" "$(verification "$id")"

say "a pod starts while key and rule hold"
drop_manifest signed <<END
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "one", "image": {"id": "$id"}}]}
END
host systemctl start pod-signed
output=$(host podctl trust rm "$(fpr bare)" 2>&1)
assert_contains "$output" 'pod "signed" runs with an image that this key has signed; it is left alone'
assert_eq active "$(property pod-signed.service ActiveState)"
assert_not_contains "$(host podctl trust rm "$(fpr expired)" 2>&1)" 'pod "signed"'
host systemctl stop pod-signed
assert_fails host systemctl start pod-signed
assert_contains "$(journal pod-signed.service)" "is signed by key $(fpr bare), which is not trusted for that name"
assert_contains "$(journal pod-signed.service)" "podctl trust --prefix=$repository/app KEYFILE"
assert_status 1 host podctl fetch "docker://$repository/app:bare"
trust --prefix=localhost:5000 $folder/keys/bare.pem
starts() {
    host systemctl reset-failed
    host systemctl start pod-signed
    host systemctl stop pod-signed
}
starts
for rule in none pinned; do
    accept $rule
    host systemctl reset-failed
    assert_fails host systemctl start pod-signed
    assert_contains "$(journal pod-signed.service)" "was accepted with a signature by [Prefix $repository] in \"$policy\", which does not hold any more"
done
accept unsigned
starts
host rm $policy
host systemctl reset-failed
assert_fails host systemctl start pod-signed
host systemctl reset-failed
accept signed

say "cosign itself"
if ! host sh -c 'command -v cosign' >/dev/null; then
    say "SKIPPED here: $SUITE has no package cosign; trixie tries it"
else
    for key in ours theirs; do
        on_host env COSIGN_PASSWORD= cosign generate-key-pair --output-key-prefix keys/$key >/dev/null 2>&1
    done
    cosign=$(push cosign app:cosign)
    cosign_sign() { on_host env COSIGN_PASSWORD= cosign sign --yes --tlog-upload=false --key "keys/$1.key" "$repository/app@$cosign" 2>&1; }
    cosign_sign theirs
    refused app:cosign "it is by none of the 1 public keys that are trusted for \"$repository/app\""
    trust --prefix=$repository $folder/keys/ours.pub
    refused app:cosign "it is by none of the 2 public keys"
    cosign_sign ours
    id=$(fetch app:cosign)
    fingerprint=$(on_host sh -c 'openssl pkey -pubin -in keys/ours.pub -outform DER | sha256sum | cut -d " " -f 1')
    assert_eq "{\"kind\":\"signed\",\"by\":\"$fingerprint\"}" "$(verification "$id")"
    say "cosign's signature of an index alone"
    push_index app:cosign-many
    host_sh 'mv "$1" "$1.away"' "$(store_of "$index")"
    refused app:cosign-many "found no signature"
    on_host env COSIGN_PASSWORD= cosign sign --yes --tlog-upload=false --key keys/ours.key "$repository/app@$index" >/dev/null 2>&1
    assert_eq "$ours" "$(fetch app:cosign-many)"
    assert_eq "{\"kind\":\"signed\",\"by\":\"$fingerprint\"}" "$(verification "$ours")"
    host podctl -q image rm "$ours"
    assert_eq "$ours" "$(fetch "app@$index")" "by the digest of the index"
    host podctl -q image rm "$ours"
    refused "app@$ours" "found no signature"
    # Its own signature of one image stands beside another.
    on_host skopeo copy --quiet --src-tls-verify=false --dest-tls-verify=false \
        "docker://$repository/app:sha256-${cosign#sha256:}.sig" "docker://$repository/app:sha256-${plain#sha256:}.sig"
    refused app:plain "it is for the manifest $cosign, and stands beside $plain"
fi
