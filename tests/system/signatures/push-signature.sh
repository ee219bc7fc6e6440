#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# push-signature.sh REPOSITORY DIGEST PAYLOAD KEY: puts a bare signature where cosign puts it, over whatever PAYLOAD
# holds, so that there are payloads that cosign would never write.
set -euo pipefail
base=http://127.0.0.1:5000/v2/$1 tag=sha256-${2#sha256:}.sig payload=$3 key=$4
. "$(dirname "$0")/servers.sh"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
printf '{}' >"$folder/config"
config=$(push_blob "$base" "$folder/config")
layer=$(push_blob "$base" "$payload")
jq -n --arg config "$config" --arg layer "$layer" --argjson size "$(stat -c %s "$payload")" \
    --arg signature "$(openssl dgst -sha256 -sign "$key" "$payload" | base64 -w0)" '
    {schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
     config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $config, size: 2},
     layers: [{mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", digest: $layer, size: $size,
               annotations: {"dev.cosignproject.cosign/signature": $signature}}]}' >"$folder/manifest"
push_manifest "$base" "$tag" "$folder/manifest"
