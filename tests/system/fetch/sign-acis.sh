#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# sign-acis.sh FOLDER KEY=FILE...: makes each KEY that is not there yet and signs FILE with it. Real gpg.
#   FOLDER/KEY.asc, FOLDER/KEY.fpr    the key and its fingerprint
#   FILE.asc                          signatures
set -euo pipefail
folder=$1
shift
mkdir -p "$folder"
export GNUPGHOME
GNUPGHOME=$(mktemp -d)
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg_quiet() { gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@" 2>>"$folder/gpg.log"; }

for pair; do
    key=${pair%%=*} file=${pair#*=}
    if [ ! -e "$folder/$key.asc" ]; then
        gpg_quiet --quick-generate-key "Podd $key <$key@example.test>" ed25519 sign never
        gpg_quiet --armor --output "$folder/$key.asc" --export "$key@example.test"
        gpg --batch --with-colons --list-keys "$key@example.test" 2>/dev/null |
            awk -F: '/^fpr/ { print tolower($10); exit }' >"$folder/$key.fpr"
    fi
    gpg_quiet --local-user "$key@example.test" --armor --output "$file.asc" --detach-sign "$file"
done
