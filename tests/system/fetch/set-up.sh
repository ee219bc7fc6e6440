#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a test host: an authority, registries (plain, with passwords, with tokens) that have one storage, and a web server.
set -eu
here=/var/tmp/fetch
cd $here
. ./servers.sh
make_certificates $here/tls DNS:registry.localhost,DNS:front.localhost,DNS:cdn.localhost,DNS:auth.localhost
cd tls
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

tls="  tls: {certificate: $here/tls/server.pem, key: $here/tls/server.key}"
start_registry fetch-registry-plain $here 5000
start_registry fetch-registry-basic $here 5001 "$tls
auth: {htpasswd: {realm: basic, path: $here/tls/htpasswd}}"
start_registry fetch-registry-token $here 5002 "$tls
auth: {token: {realm: 'https://auth.localhost:5443/token', service: registry, issuer: auth, rootcertbundle: $here/tls/ca.pem}}"
chmod -R a+rX $here
start_nginx fetch-nginx $here/nginx.conf 5443 5080

# What is pushed is what push/ has.
for path in push/*/manifests push/*/*/manifests; do
    [ -d "$path" ] || continue
    folder=${path%/manifests}
    base=http://127.0.0.1:5000/v2/${folder#push/}
    for blob in "$folder"/blobs/*; do
        push_blob "$base" "$blob" >/dev/null
    done
    for manifest in "$folder"/manifests/*; do
        push_manifest "$base" "${manifest##*/[0-9][0-9].}" "$manifest"
    done
done
