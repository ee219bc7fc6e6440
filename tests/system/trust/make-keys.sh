#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# make-keys.sh FOLDER FILE: keys of every kind, and what each of them, and some misuse, signs of FILE. Real gpg.
#   FOLDER/<key>.asc, FOLDER/<key>.fpr    keys: good other unknown expired revoked subkey
#   FOLDER/<case>.sig.asc                 signatures: one for each key, and those below
set -euo pipefail
folder=$1 file=$2
mkdir -p "$folder"
export GNUPGHOME
GNUPGHOME=$(mktemp -d)
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT

gpg_quiet() { gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@" 2>>"$folder/gpg.log"; }
fingerprint() { gpg --batch --with-colons --list-keys "$1@example.com" 2>/dev/null | awk -F: '/^fpr/ { print tolower($10); exit }'; }
sign() { gpg_quiet --local-user "$1@example.com" --armor --output "$folder/$2.sig.asc" "${@:3}" --detach-sign "$file"; }

# A year ago, so that no clock is before it.
then=$(date -u -d '1 year ago' +%Y%m%dT%H%M%S)
for key in good other unknown revoked subkey; do
    gpg_quiet --faked-system-time "$then" --quick-generate-key "Podd $key <$key@example.com>" ed25519 sign never
done
gpg_quiet --faked-system-time "$then" --quick-generate-key "Podd expired <expired@example.com>" ed25519 sign 2d
gpg_quiet --quick-add-key "$(fingerprint subkey)" ed25519 sign never
# From here on the signatures.
for key in good other unknown revoked subkey; do sign $key $key; done
sign expired expired --faked-system-time "$then"
sign good sha1 --digest-algo SHA1
sign good future --faked-system-time "$(date -u -d 'next year' +%Y%m%dT%H%M%S)"
sign good old --faked-system-time "$then" --default-sig-expire 1d
gpg_quiet --local-user good@example.com --local-user other@example.com --armor --output "$folder/two.sig.asc" --detach-sign "$file"
gpg_quiet --local-user good@example.com --output "$folder/binary.sig.asc" --detach-sign "$file"
gpg_quiet --local-user good@example.com --output "$folder/clear.sig.asc" --clear-sign <<<"a text"
gpg_quiet --local-user good@example.com --armor --output "$folder/inline.sig.asc" --sign <<<"a text"
head -c 120 "$folder/good.sig.asc" >"$folder/truncated.sig.asc"
head -c 60 "$folder/binary.sig.asc" >"$folder/truncated-binary.sig.asc"
: >"$folder/empty.sig.asc"
head -c 2000 /dev/urandom >"$folder/noise.sig.asc"

revocation=$GNUPGHOME/openpgp-revocs.d/$(fingerprint revoked | tr a-f A-F).rev
sed 's/^:---/---/' "$revocation" | gpg_quiet --import
for key in good other unknown expired revoked subkey; do
    fingerprint $key >"$folder/$key.fpr"
    gpg_quiet --armor --output "$folder/$key.asc" --export "$key@example.com"
done
gpg_quiet --armor --output "$folder/secret.asc" --export-secret-keys good@example.com
