#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a test host: kill-transfer.sh import|fetch VICTIM PART kills after that part of the time that a whole transfer takes,
# and looks whether all is well. With the victim "none" it measures that time.
set -euo pipefail
cd /var/tmp/killed-transfers
way=$1 victim=$2 part=$3
store=/var/lib/podd

transfer=(podctl import image.tar)
[ "$way" = import ] || transfer=(podctl fetch docker://localhost:5000/team/killed:1)
state() {
    (cd $store && find blobs trees images refs tmp -mindepth 1 -maxdepth 2 | sort)
    find /var/cache/podd/fetch -mindepth 1 | sort
}
fail() { echo "$way, $victim killed at $part: $*"; exit 1; }
units() { systemctl list-units --all --plain --no-legend 'podd-import-*' 'podd-fetch-*' | awk '{ print $1 }'; }
unit_of() { units | grep "^podd-$1-" || test $? = 1; }
remove() {
    podctl image list --json=short |
        jq -r '.[] | select(.name == "example.com/killed" or .name == "localhost_5000/team/killed") | .id' |
        xargs -r podctl image rm >/dev/null
    podctl image gc >/dev/null 2>&1
}

# Nothing that is to be killed may be there.
strike() {
    local unit pid
    case $victim in
        podctl) kill -9 "$client" ;;
        podd) systemctl kill --signal=KILL podd.service ;;
        fetcher)
            unit=$(unit_of fetch)
            [ -n "$unit" ] && systemctl kill --signal=KILL --kill-whom=all "$unit" ;;
        importer)
            unit=$(unit_of import)
            [ -n "$unit" ] && systemctl kill --signal=KILL --kill-whom=main "$unit" ;;
        worker)
            unit=$(unit_of import)
            [ -n "$unit" ] || return 1
            pid=$(tail -n +2 "/sys/fs/cgroup$(systemctl show --value --property=ControlGroup "$unit")/cgroup.procs" | shuf -n 1)
            [ -n "$pid" ] && kill -9 "$pid" ;;
    esac
}

if [ "$victim" = none ]; then
    remove
    state >state
    began=$(date +%s%N)
    "${transfer[@]}" >id 2>said || fail "$(cat said)"
    echo $(($(date +%s%N) - began)) >"time-$way"
    remove
    state | cmp -s - state || fail "left although nobody was killed: $(state | comm -3 state -)"
    exit 0
fi

"${transfer[@]}" >/dev/null 2>&1 &
client=$!
sleep "$(awk -v part="$part" -v ns="$(cat "time-$way")" 'BEGIN { print part * ns / 1e9 }')"
strike 2>/dev/null || echo "$victim of $way at $part" >>missed
for _ in $(seq 600); do kill -0 $client 2>/dev/null || break; sleep 0.1; done
! kill -0 $client 2>/dev/null || fail "podctl does not end"
wait $client 2>/dev/null || true
# What outlives podd or podctl ends by itself.
for _ in $(seq 300); do [ -n "$(units)" ] || break; sleep 0.1; done
[ -z "$(units)" ] || fail "does not end: $(units)"
systemctl reset-failed 'podd*' 2>/dev/null || true

# What an import has begun or only half published is merely not needed, and the next one removes it.
podctl store fsck --json=short >said 2>error || test $? = 1
problems=$(jq -r '.[] | select(.kind == "problem" and (.advice // "" | contains("image gc") | not)) | "\(.object): \(.text)"' said)
[ -z "$problems" ] || fail "$problems"
[ "$("${transfer[@]}" 2>said)" = "$(cat id)" ] || fail "the second try: $(cat said)"
said=$(podctl store fsck 2>&1) || fail "after the second try: $said"
[ "$said" = "No problems." ] || fail "after the second try: $said"
[ -z "$(ls $store/tmp)" ] || fail "left: $(ls $store/tmp)"
remove
state | cmp -s - state || fail "left: $(state | comm -3 state -)"
