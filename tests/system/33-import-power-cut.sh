# SPDX-License-Identifier: LGPL-2.1-or-later
# A12: the power goes while an image is imported, or removed. Whatever the disk had written by then, in whatever order its
# cache allowed, the image is there whole or not at all, and it is there once podctl has said so.
# hosts: bookworm trixie vm-only
# full
# timeout: 1500
. "$source_dir/tests/system/import/whole.sh"
log=$("$TESTHOST" state "$HOST")/writes
power_cut() { python3 "$source_dir/tests/system/import/power-cut.py" "$@"; }
mounted=/mnt/power-cut
store=$mounted/store
clean_up() { tidy; host_sh 'umount "$1"; rm -rf "$1" /var/tmp/cut' $mounted 2>/dev/null || true; }
trap clean_up EXIT

# For a shell on the host, with the name of an archive: imports it and prints the id.
import_script='/usr/lib/podd/importer import --store="$1" --options="{\"name\": \"example.com/$2\"}" <"/var/tmp/cut/$2.tgz" | tail -n 1 | jq -r .image.id'

say "A12: two imports and a removal on a disk whose writes are logged"
host_sh 'mkdir -p "$1" /var/tmp/cut/root && cd /var/tmp/cut/root
    for i in $(seq 100); do head -c $((i * 331)) /dev/urandom >file$i; done; mkdir -p deep/er; touch deep/er/empty; ln file7 deep/link
    tar -czf ../one.tgz . && rm file1* && tar -czf ../two.tgz . && rm -r ../root
    disk=/dev/$(grep -lx logged /sys/block/*/serial | cut -d / -f 4)
    mkfs.ext4 -q -E nodiscard "$disk" && mount "$disk" "$1" && sync' $mounted
start=$(power_cut count "$log")
one=$(host_sh "$import_script" $store one)
first=$(power_cut count "$log")
two=$(host_sh "$import_script" $store two)
second=$(power_cut count "$log")
host /usr/lib/podd/importer remove --store=$store --id="$one" >/dev/null
third=$(power_cut count "$log")
host umount $mounted
say "the disk got $((first - start)), $((second - first)) and $((third - second)) writes and flushes"
[ $((first - start)) -ge 10 ] || fail "that is no log of an import"

# Where the power goes: after each flush; in the middle of what comes before the next one, with any part of that lost; and
# right behind the word of success, with all lost that was not flushed.
seed=$RANDOM
{
    for place in $(power_cut cuts "$log" "$start" "$third"); do
        echo "$place"
        echo "$((place + 2 + RANDOM % 12)) $seed.$place"
    done
    for place in $first $second $third; do echo "$place none"; done
} >"$TEST_TMP/cuts"
say "$(wc -l <"$TEST_TMP/cuts") cuts, seed $seed"
# The disks are looked at on this machine: an emulated processor takes minutes for each. They vanish with the namespace.
# Each cut makes a line "CUT: IMAGES".
truncate --size=192M "$TEST_TMP/disk"
mkdir "$TEST_TMP/mounted"
look='
    cut=$1 log=$2 disk=$3 at=$4 power_cut=$5 whole=$6
    python3 "$power_cut" replay "$log" ${cut%% *} "$disk" $(echo "$cut" | cut -s -d " " -f 2)
    mount -o loop "$disk" "$at" || { echo "cannot be mounted"; exit 1; }
    found=$(sh -euc "$whole" sh "$at/store") || { echo "$found"; exit 1; }
    echo "$cut:" $(echo "$found" | sort)
    umount "$at"'
seen=''
while read -r cut; do
    line=$(unshare --mount --propagation private sh -euc "$look" sh "$cut" "$log" "$TEST_TMP/disk" "$TEST_TMP/mounted" \
        "$source_dir/tests/system/import/power-cut.py" "$whole_script") || fail "cut after $cut: $line"
    seen+=${seen:+$'\n'}$line
done <"$TEST_TMP/cuts"

both=$(printf '%s\n' "$one" "$two" | sort | xargs)
while IFS=: read -r cut found; do
    found=${found# }
    count=${cut%% *}
    if [ "$cut" = "$first none" ]; then allowed=("$one")
    elif [ "$cut" = "$second none" ]; then allowed=("$both")
    elif [ "$cut" = "$third none" ]; then allowed=("$two")
    elif [ "$count" -lt "$first" ]; then allowed=('' "$one")
    elif [ "$count" -lt "$second" ]; then allowed=("$one" "$both")
    else allowed=("$both" "$two"); fi
    [[ "|$(IFS='|'; echo "${allowed[*]}")|" == *"|$found|"* ]] || fail "cut after $cut: found '$found'"
done <<<"$seen"
assert_eq "$(wc -l <"$TEST_TMP/cuts")" "$(wc -l <<<"$seen")" "cuts that were looked at"
