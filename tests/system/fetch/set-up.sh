#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a test host: an authority, registries (plain, with passwords, with tokens) that have one storage, and a web server.
set -eu
here=/var/tmp/fetch
cd $here
mkdir -p tls
cd tls
openssl req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -subj /CN=test-authority -days 7 2>/dev/null
openssl req -newkey rsa:2048 -noenc -keyout server.key -out server.csr -subj /CN=server 2>/dev/null
printf 'subjectAltName=DNS:registry.localhost,DNS:front.localhost,DNS:cdn.localhost,DNS:auth.localhost\n' >extensions
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -extfile extensions -out server.pem 2>/dev/null
# crypt(3) knows bcrypt, which is what the registry wants.
perl -e 'print "reader:" . crypt("secret", q{$2y$05$abcdefghijklmnopqrstuu}) . "\n"' >htpasswd

# A token for team/app, as an authorization server would sign it.
url64() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
now=$(date +%s)
head=$(jq -cn --arg x5c "$(openssl x509 -in server.pem -outform DER | base64 -w0)" '{typ: "JWT", alg: "RS256", x5c: [$x5c]}' | tr -d '\n' | url64)
body=$(jq -cn --argjson now "$now" '{iss: "auth", sub: "reader", aud: "registry", iat: $now, nbf: ($now - 60), exp: ($now + 3600), jti: "1",
    access: [{type: "repository", name: "team/app", actions: ["pull"]}]}' | tr -d '\n' | url64)
signature=$(printf %s "$head.$body" | openssl dgst -sha256 -sign server.key -binary | url64)
jq -n --arg token "$head.$body.$signature" '{access_token: $token, expires_in: 3600}' >token.json
cd ..

# registry PORT NAME REST: what all have in common, and REST.
registry() {
    cat >"registry-$2.yml" <<EOF
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $here/storage}, redirect: {disable: true}}
http:
  addr: 127.0.0.1:$1
  secret: test
$3
EOF
    systemd-run --quiet --unit="fetch-registry-$2" --property=WorkingDirectory=$here docker-registry serve "$here/registry-$2.yml"
}
tls="  tls: {certificate: $here/tls/server.pem, key: $here/tls/server.key}"
registry 5000 plain ''
registry 5001 basic "$tls
auth: {htpasswd: {realm: basic, path: $here/tls/htpasswd}}"
registry 5002 token "$tls
auth: {token: {realm: 'https://auth.localhost:5443/token', service: registry, issuer: auth, rootcertbundle: $here/tls/ca.pem}}"
chmod -R a+rX $here
systemd-run --quiet --unit=fetch-nginx nginx -c $here/nginx.conf
for port in 5000 5001 5002 5443 5080; do
    for try in $(seq 100); do
        curl --silent --insecure --output /dev/null "http://127.0.0.1:$port/" && break
        sleep 0.1
    done
done

# What is pushed is what push/ has.
for path in push/*/manifests push/*/*/manifests; do
    [ -d "$path" ] || continue
    folder=${path%/manifests}
    base=http://127.0.0.1:5000/v2/${folder#push/}
    for blob in "$folder"/blobs/*; do
        to=$(curl --silent --fail --request POST --dump-header - --output /dev/null "$base/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
        curl --silent --fail --request PUT --header 'Content-Type: application/octet-stream' --data-binary "@$blob" "$to&digest=${blob##*/}"
    done
    for manifest in "$folder"/manifests/*; do
        curl --silent --fail --request PUT --header "Content-Type: $(jq -r .mediaType "$manifest")" --data-binary "@$manifest" \
            "$base/manifests/${manifest##*/[0-9][0-9].}"
    done
done
