#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_links.sh ROOT: what runs at boot, in the start path of a pod or in it is free of big libraries. The dev
# build's programs are looked at: what they need at run time, and what was linked into them.
set -euo pipefail
cd "$1/build/dev"
status=0

# refuse PROGRAM LIBRARIES SYMBOLS: extended regular expressions.
refuse() {
    local program=$1 libraries=$2 symbols=$3 found
    found=$(find . -type f -executable -path "$program" | head -n 1)
    if [ -z "$found" ]; then
        echo "$program is not built"
        status=1
        return
    fi
    if readelf --dynamic --wide "$found" | grep -E "NEEDED.*\[($libraries)"; then
        echo "$found links a library that it must not"
        status=1
    fi
    if nm --demangle=none "$found" 2>/dev/null | grep -E "[ @]($symbols)" | head -n 3 | grep .; then
        echo "$found holds code that it must not"
        status=1
    fi
}

network='libcurl|libnghttp|libsoup'
bus='libsdbus|libsystemd|libdbus'
crypto='libssl|libcrypto|libgpgme|libgcrypt'
archive='libarchive|libzstd|liblzma|libz\.|libbz2'
network_code='curl_easy_init'
bus_code='sd_bus_|_ZN5sdbus'
crypto_code='SSL_new|EVP_Digest|gpgme_'
archive_code='archive_read_new|ZSTD_decompress|lzma_code|inflate$'

refuse '*/src/generator/podd-generator' "$network|$bus|$crypto|$archive|libseccomp|libpthread" \
    "$network_code|$bus_code|$crypto_code|$archive_code|_ZNSt6thread"
refuse '*/src/stage0/stage0' "$network|$bus|$crypto|$archive" "$network_code|$bus_code|$crypto_code|$archive_code"
refuse '*/stage1-nspawn/exec' "$network|$bus|$crypto|$archive" "$network_code|$bus_code|$crypto_code|$archive_code"
refuse '*/stage1-nspawn/init' '.' "$network_code|$bus_code|$crypto_code|$archive_code|_ZN3fmt|_ZNSt"
refuse '*/stage1-nspawn/run' "$network|libsdbus|$crypto|$archive" "$network_code|$crypto_code|$archive_code"
refuse '*/stage1-nspawn/gc' "$network|libsdbus|$crypto|$archive" "$network_code|$crypto_code|$archive_code"
exit $status
