#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a test host, beside layouts made by the test: a registry, a lookaside store behind a web server, and keys.
#   keys/<key>.asc, keys/<key>.fpr    OpenPGP: good other unknown revoked; and bare.pem, bare.fpr of bare.key
set -euo pipefail
here=/var/tmp/signed
cd $here
. ./servers.sh
mkdir -p sigs keys
cat >nginx.conf <<END
daemon off;
pid /run/signed-nginx.pid;
error_log stderr;
events {}
http {
    access_log $here/access.log;
    server {
        listen 127.0.0.1:5002;
        location /sigs/ { root $here; default_type application/octet-stream; }
    }
}
END
start_registry signed-registry $here 5000
start_nginx signed-nginx $here/nginx.conf 5002
mkdir -p /etc/containers/registries.d
cat >/etc/containers/registries.d/podd-test.yaml <<END
docker:
  localhost:5000:
    lookaside-staging: file://$here/sigs
END

export GNUPGHOME=$here/gnupg
mkdir -m 700 $GNUPGHOME
gpg_quiet() { gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@" 2>>gpg.log; }
for key in good other unknown revoked; do
    gpg_quiet --quick-generate-key "Podd $key <$key@example.com>" ed25519 sign never
    gpg --batch --with-colons --list-keys "$key@example.com" 2>>gpg.log |
        awk -F: '/^fpr/ { print tolower($10); exit }' >keys/$key.fpr
    gpg_quiet --armor --output keys/$key.asc --export "$key@example.com"
done
openssl ecparam -name prime256v1 -genkey -noout -out keys/bare.key
openssl pkey -in keys/bare.key -pubout -out keys/bare.pem
openssl pkey -in keys/bare.key -pubout -outform DER | sha256sum | cut -d ' ' -f 1 >keys/bare.fpr
chmod -R a+rX sigs
