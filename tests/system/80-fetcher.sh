# SPDX-License-Identifier: LGPL-2.1-or-later
# The fetcher and real registries: what it brings is what was named, it tells what went wrong, it gives credentials to
# nobody else, and it goes on with what was cut.
# hosts: bookworm trixie
# smoke
# timeout: 400
folder=/var/tmp/fetch
"$source_dir/tests/system/fetch/make-site.py" "$TEST_TMP/site"
cp "$source_dir/tests/system/fetch/nginx.conf" "$source_dir"/tests/system/fetch/{set-up,servers}.sh "$TEST_TMP/site"
copy "$TEST_TMP/site" $folder
host $folder/set-up.sh
authority=/etc/podd/fetch-authority.pem  # the fetcher's unit has a /var/tmp of its own
host cp $folder/tls/ca.pem $authority
app=$(sha256sum <"$TEST_TMP/site/push/team/app/manifests/10.v1" | cut -d ' ' -f 1)
big=$(find "$TEST_TMP/site/push/team/app/blobs" -size +2M -printf '%f\n')
total=$((3 * 1024 * 1024 + 5 * 1000 + 10))

# fetch NAME [OPTION...]: as the fetcher's unit runs it, in a new folder; prints what it says.
fetch() {
    host_sh 'rm -rf "$1" && mkdir "$1" && chown podd-fetch: "$1"' $folder/dir
    fetch_again "$@"
}
fetch_again() {
    local name=$1
    shift
    host systemd-run --quiet --pipe --wait --collect --property=User=podd-fetch --property=ProtectSystem=strict \
        --property=ReadWritePaths=$folder/dir --property=CapabilityBoundingSet= "${credentials[@]}" \
        /usr/lib/podd/fetcher "--reference=docker://$name" --directory=$folder/dir "$@"
}
credentials=()

# fetches DIGEST NAME [OPTION...]: what a name brings, and that it is a layout with one manifest.
fetches() {
    local digest=$1 line
    shift
    line=$(fetch "$@" | tail -n 1) || fail "$1: $line"
    assert_eq "sha256:$digest" "$(jq -r .fetched.digest <<<"$line")" "$1"
    check_layout
}
check_layout() {
    assert_eq 1 "$(host jq '.manifests | length' $folder/dir/index.json)"
    host_sh 'cd "$1/blobs/sha256" && for f in *; do echo "$f  $f"; done | sha256sum --check --quiet' $folder/dir
    host_sh 'cd "$1/blobs/sha256" && manifest=$(jq -r ".manifests[0].digest" ../../index.json) &&
        for digest in $(jq -r ".config.digest, .layers[].digest" "${manifest#sha256:}"); do test -e "${digest#sha256:}"; done' $folder/dir
}

# refuses CODE TEXT NAME [OPTION...]: and no image comes of it.
refuses() {
    local code=$1 text=$2 line
    shift 2
    assert_fails fetch "$@"
    line=$(tail -n 1 <<<"$output")
    assert_eq "$code" "$(jq -r .error.code <<<"$line")" "$1: $line"
    assert_contains "$(jq -r .error.message <<<"$line")" "$text"
    host test ! -e $folder/dir/index.json
}
log_has() { host grep -qF -- "$1" $folder/access.log || fail "not in the log: $1: $(host tail $folder/access.log)"; }
log_lacks() { ! host grep -F -- "$1" $folder/access.log || fail "in the log: $1"; }
settings() { host_file /etc/podd/registries.d/test.conf; }
password() {
    host_file /etc/podd/auth.d/test.json 640 <<<'{"rktKind": "dockerAuth", "rktVersion": "v1",
        "registries": ["'"$1"'"], "credentials": {"user": "reader", "password": "'"$2"'"}}'
    host chgrp podd-fetch /etc/podd/auth.d/test.json
}

say "without TLS only where the administrator says so"
refuses Untrusted "Insecure=yes in a section [Registry registry.localhost:5000]" registry.localhost:5000/team/app:v1
settings <<'EOF'
[Registry registry.localhost:5000]
Insecure=yes
EOF
said=$(fetch registry.localhost:5000/team/app:v1)
assert_eq '{"fetched":{"name":"registry.localhost:5000/team/app","tag":"v1","digest":"sha256:'"$app"'"}}' "$(tail -n 1 <<<"$said")"
assert_eq "[$total,$total,6,\"done\"]" "$(tail -n 2 <<<"$said" | head -n 1 |
    jq -c '.progress | [.bytes, .total, (.layers | length), (.layers | map(.[0]) | unique[])]')"
check_layout

say "nothing is written but the folder"
assert_eq "" "$(host_sh 'find / -xdev -user podd-fetch ! -path "$1" ! -path "$1/*"' $folder/dir)"
assert_eq "blobs blobs/sha256 index.json oci-layout" \
    "$(host_sh 'cd "$1" && find . -mindepth 1 -not -path "*/sha256/*" -printf "%P\n" | sort | paste -sd " "' $folder/dir)"
assert_eq 8 "$(host_sh 'ls "$1" | wc -l' $folder/dir/blobs/sha256)"  # manifest, configuration, six layers
assert_eq v1 "$(host jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' $folder/dir/index.json)"

say "by digest, with and without a tag"
fetches "$app" "registry.localhost:5000/team/app@sha256:$app"
assert_eq null "$(host jq '.manifests[0].annotations' $folder/dir/index.json)"
assert_eq '"" "nonsense"' "$(for tag in '' :nonsense; do
    fetch "registry.localhost:5000/team/app$tag@sha256:$app" --require-digest | tail -n 1 | jq .fetched.tag
done | paste -sd ' ')"

say "what is not there, and what is not named"
refuses NotFound 'tag "v9": "registry.localhost:5000" has no such thing, it says "manifest unknown"' registry.localhost:5000/team/app:v9
refuses NotFound 'has no such thing' "registry.localhost:5000/team/app@sha256:$(printf %064d 1)"
refuses NotFound 'tag "latest"' registry.localhost:5000/no/such/thing
refuses InvalidArgument 'repository "App" with capital letters' registry.localhost:5000/App
refuses Unavailable 'does not answer' registry.localhost:5999/app
refuses Untrusted "hint: podctl fetch docker://registry.localhost:5000/team/app@sha256:$app" registry.localhost:5000/team/app:v1 --require-digest
host test ! -e $folder/dir/blobs

say "Docker's types, and the manifest for this machine of several"
fetches "$(sha256sum <"$TEST_TMP/site/push/docker/manifests/10.latest" | cut -d ' ' -f 1)" registry.localhost:5000/docker
index=$(sha256sum <"$TEST_TMP/site/push/multi/manifests/20.v2" | cut -d ' ' -f 1)
fetches "$index" registry.localhost:5000/multi:v2
assert_eq "sha256:$app" "$(host jq -r '.manifests[0].digest' $folder/dir/index.json)"
refuses Unsupported "image is for" registry.localhost:5000/foreign
host test ! -e $folder/dir/blobs

say "TLS by an authority that only the administrator knows"
refuses Untrusted "CAFile= of a section [Registry registry.localhost:5001]" registry.localhost:5001/team/app:v1
tls_settings=$(cat <<EOF
[Registry registry.localhost:5000]
Insecure=yes
[Registry plain.localhost]
Insecure=yes
$(for host in registry.localhost:5001 registry.localhost:5002 front.localhost cdn.localhost auth.localhost 127.0.0.1; do
    printf '[Registry %s]\nCAFile=%s\n' $host $authority
done)
EOF
)
settings <<<"$tls_settings"
refuses Untrusted "the certificate of \"127.0.0.1:5443\" is not to be trusted" 127.0.0.1:5443/good
fetches "$app" front.localhost:5443/good
log_has "agent=podd/"

say "passwords: none, a wrong one, the right one, that of auth.json"
refuses Denied "put user and password for registry.localhost:5001 into a file in /etc/podd/auth.d" registry.localhost:5001/team/app:v1
password registry.localhost:5001 wrong
refuses Denied 'refuses the credentials in "/etc/podd/auth.d/test.json"' registry.localhost:5001/team/app:v1
host chmod 600 /etc/podd/auth.d/test.json
refuses Denied "chgrp podd-fetch /etc/podd/auth.d/test.json" registry.localhost:5001/team/app:v1
password registry.localhost:5001 secret
fetches "$app" registry.localhost:5001/team/app:v1
host rm /etc/podd/auth.d/test.json
host_file $folder/auth.json 600 <<<"{\"auths\": {\"registry.localhost:5001/team\": {\"auth\": \"$(printf reader:secret | base64)\"}}}"
credentials=(--property=LoadCredential=auth.json:$folder/auth.json)
fetches "$app" registry.localhost:5001/team/app:v1
credentials=()

say "tokens: with credentials and without"
refuses Denied "credentials are wanted and there are none" registry.localhost:5002/team/app:v1
password registry.localhost:5002 secret
fetches "$app" registry.localhost:5002/team/app:v1
log_has "https://auth.localhost/token?scope=repository%3Ateam%2Fapp%3Apull&service=registry 200 auth=Basic $(printf reader:secret | base64)"
host rm /etc/podd/auth.d/test.json
fetches "$app" front.localhost:5443/open
log_has "https://auth.localhost/open?scope=repository%3Aopen%3Apull&service=the%20front 200 auth=- "
log_has "/v2/open/manifests/latest 200 auth=Bearer abc"
refuses InvalidArgument "https://" front.localhost:5443/plain-realm
refuses InvalidArgument 'parameter "realm" a second time' front.localhost:5443/two-realms
refuses Unsupported "another kind of credentials" front.localhost:5443/digest-auth

say "an identity token buys a token, and is shown to nobody else"
host_file $folder/auth.json 600 <<<'{"auths": {"front.localhost:5443": {"auth": "dTpw", "identitytoken": "I & me"}}}'
credentials=(--property=LoadCredential=auth.json:$folder/auth.json)
fetches "$app" front.localhost:5443/identity
log_has "https://auth.localhost/identity 200 auth=- "
log_has "body=grant_type=refresh_token&client_id=podd&scope=repository%3Aidentity%3Apull&service=the%20front&refresh_token=I%20%26%20me"
log_has "/v2/identity/manifests/latest 200 auth=Bearer bought"
refuses Denied "it would give away a token" front.localhost:5443/identity-away
log_lacks "https://cdn.localhost/identity"
refuses Unsupported "which asks for a user and a password" front.localhost:5443/private
credentials=()

say "credentials go to the registry and to nobody else, and never without encryption"
password front.localhost:5443 secret
fetches "$app" front.localhost:5443/redirect
log_has "https://front.localhost/v2/redirect/blobs/$big 307 auth=Basic"
log_has "https://cdn.localhost/v2/redirect/blobs/$big 200 auth=- "
log_lacks "https://cdn.localhost/v2/redirect/blobs/$big 200 auth=Basic"
host rm /etc/podd/auth.d/test.json
refuses Denied "which is not followed: it would give up the encryption" front.localhost:5443/downgrade
refuses InvalidArgument "wanted an https URL" front.localhost:5443/to-file
refuses Denied "more than 10 redirects" front.localhost:5443/round
log_lacks "http://plain.localhost"

say "what a server may say no with"
refuses Unavailable 'was asked too often, it says "you have reached your limit"' front.localhost:5443/busy
refuses Denied "does not allow it" front.localhost:5443/closed
refuses Unavailable "HTTP 503" front.localhost:5443/broken
assert_eq 4 "$(host grep -c /v2/broken/ $folder/access.log)" "tries"

say "what is not what was named is not taken"
refuses InvalidArgument "found digest sha256:$app" "front.localhost:5443/wrong-manifest@sha256:$(printf another | sha256sum | cut -d ' ' -f 1)"
refuses InvalidArgument "found digest sha256:$app" front.localhost:5443/claim
refuses InvalidArgument "found digest" front.localhost:5443/wrong-config
refuses InvalidArgument "layer 6 of 7: found other bytes" front.localhost:5443/wrong-layer
refuses InvalidArgument "layer 6 of 7: found more than 3145728 bytes" front.localhost:5443/long-layer
refuses InvalidArgument "layer 6 of 7: found 3145727 bytes" front.localhost:5443/short-layer
refuses NotFound "has no such thing" front.localhost:5443/missing-layer
refuses InvalidArgument "more than 4194304 bytes" front.localhost:5443/huge
refuses InvalidArgument "layers" front.localhost:5443/twice
refuses InvalidArgument "manifests" front.localhost:5443/both
refuses InvalidArgument "line 1" front.localhost:5443/html
refuses Unsupported "schema 1" front.localhost:5443/schema1
refuses Unsupported "layer 1 of 1 is foreign" front.localhost:5443/urls
refuses Unsupported "layer.squashfs" front.localhost:5443/odd-layer
refuses InvalidArgument "indexes in indexes" front.localhost:5443/deep

# cut FILE SIZE: as if the fetch had been cut when so much of the great layer was there.
cut() {
    host_sh 'cd "$1/blobs/sha256" && head -c "$2" "$3" >"$3.partial" && rm "$3" ../../index.json && chown podd-fetch: "$3.partial"' \
        $folder/dir "$1" "${big#sha256:}"
}
say "a cut fetch is gone on with, whatever is left of it"
fetches "$app" front.localhost:5443/good
cut 1000000
assert_contains "$(fetch_again front.localhost:5443/good)" fetched
check_layout
log_has "/v2/good/blobs/$big 206 auth=- range=bytes=1000000-"
cut 1000000
host_sh 'printf x | dd of="$1" bs=1 seek=77 conv=notrunc status=none' "$folder/dir/blobs/sha256/${big#sha256:}.partial"
assert_contains "$(fetch_again front.localhost:5443/good)" fetched
check_layout
cut 1000000
assert_contains "$(fetch_again front.localhost:5443/no-range)" fetched
check_layout
log_has "/v2/no-range/blobs/$big 200 auth=- range=bytes=1000000-"
say "also when it was killed, and one that is killed leaves no image"
host_sh 'rm -rf "$1" && mkdir "$1" && chown podd-fetch: "$1"' $folder/dir
host_sh 'setpriv --reuid=podd-fetch --regid=podd-fetch --clear-groups timeout --signal=KILL 2 \
    /usr/lib/podd/fetcher --reference=docker://front.localhost:5443/slow --directory="$1" || test $? = 137' $folder/dir >/dev/null
host test ! -e $folder/dir/index.json
host test -s "$folder/dir/blobs/sha256/${big#sha256:}.partial"
assert_contains "$(fetch_again front.localhost:5443/good)" fetched
check_layout

say "what is left of one stays only where it may be gone on with"
# tidied RESULT CODE STATUS FILE TEXT: what is there when a fetch ended so that had written this.
tidied() {
    host_sh 'rm -rf "$1" && mkdir -p "$1/blobs/sha256" && printf %s "$6" >"$1/$5"
        SERVICE_RESULT=$2 EXIT_CODE=$3 EXIT_STATUS=$4 /usr/lib/podd/fetcher --tidy --directory="$1"
        cd "$1" && find . -type f -printf "%P\n"' $folder/dir "$@"
}
for end in "success exited 0" "success killed INT" "signal killed KILL" "exit-code exited 1" "timeout killed TERM"; do
    assert_eq blobs/sha256/a.partial "$(tidied $end blobs/sha256/a.partial x)" "$end"
done
assert_eq "" "$(tidied success killed TERM blobs/sha256/a x)" "stopped with podd"
for file in blobs/sha256/a.partial image.aci.partial; do assert_eq "" "$(tidied exit-code exited 1 $file "")" "nothing of use"; done
for file in image.aci.note image.aci.asc; do assert_eq "" "$(tidied success killed INT $file x)" "nothing of use"; done
host test -z "$(host ls $folder/dir)"

say "mirrors in their order, the registry last"
settings <<EOF
$tls_settings
[Registry hub.localhost:5998]
Mirror=front.localhost:5443/no-such registry.localhost:5000
[Registry registry.localhost:5000]
Mirror=front.localhost:5443/none
EOF
fetches "$app" hub.localhost:5998/team/app:v1
fetches "$app" registry.localhost:5000/team/app:v1
log_has "https://front.localhost/v2/none/team/app/manifests/v1 404"
refuses Unavailable 'mirror "front.localhost:5443": tag "v9": "front.localhost:5443" has no such thing; mirror "registry.localhost:5000": tag "v9"' \
    hub.localhost:5998/team/app:v9

say "broken settings are named"
settings <<<'[Registry https://registry.localhost]'
refuses InvalidArgument '"/etc/podd/registries.d/test.conf": line 1' registry.localhost:5000/team/app:v1
settings <<EOF
[Registry registry.localhost:5000]
CAFile=$folder/tls/ca.pem
EOF
refuses InvalidArgument '"/etc/podd/registries.d/test.conf": line 2: CAFile=: found a file in /var/tmp, which the fetcher does not see' \
    registry.localhost:5000/team/app:v1

host_sh 'systemctl stop "fetch-*.service"; rm -rf "$1" "$2" /etc/podd/registries.d/test.conf' $folder $authority
