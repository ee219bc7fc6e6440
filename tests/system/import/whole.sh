# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# For a shell on the host: every image of the store $1 has its trees and blobs, every file of them its digest. Prints the
# ids of the images.
whole_script='cd "$1" 2>/dev/null || exit 0  # killed before there was a store
for record in images/*.json; do
    [ -e "$record" ] || continue
    for tree in $(jq -r ".trees[]" "$record"); do
        [ -e "trees/$tree/digests" ] || { echo "$record: no tree $tree"; exit 1; }
    done
    for blob in $(jq -r ".blobs[]" "$record"); do
        [ -e "blobs/$blob" ] || { echo "$record: no blob $blob"; exit 1; }
    done
    jq -r .id "$record"
done
for blob in blobs/sha256/*; do
    [ ! -e "$blob" ] || [ "$(sha256sum <"$blob")" = "${blob##*/}  -" ] || { echo "$blob: damaged"; exit 1; }
done
for tree in trees/*; do
    [ -e "$tree" ] || continue
    [ -e "$tree/digests" ] || { echo "$tree: no digests"; exit 1; }
    [ "$(grep -c " type=file " "$tree/digests")" = "$(find "$tree/rootfs" -type f | wc -l)" ] || { echo "$tree: files are missing"; exit 1; }
    (cd "$tree/rootfs" && sed -n "s/^\(\.\/[^ ]*\) type=file .* sha256digest=\(.*\)/\2  \1/p" ../digests |
        sha256sum --check --quiet) || { echo "$tree: damaged"; exit 1; }
done'

# whole STORE
whole() { host_sh "$whole_script" "$1"; }
