#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs on the test host: pods soak-1 … soak-COUNT start and stop for 107-network-soak.sh, and what serves them is killed. Pod N has
# the host's port 20000 + N.
#   soak.bash together SEED COUNT         all start at once, some are killed meanwhile
#   soak.bash random SEED COUNT STARTS    one step after the other, six side by side, until there were so many starts
#   soak.bash quiet COUNT                 all start, and all must be up
#   soak.bash end SEED COUNT              all stop at once, some are killed meanwhile
# "together" and "random" print how many have started.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

kill_main() { systemctl kill --kill-whom=main --signal=KILL "$@" 2>/dev/null || true; }
all() { local i; for i in $(seq "$count"); do echo "pod-soak-$i$1"; done; }
up() { systemctl list-units --no-legend --plain --state=active 'pod-soak-*@a.service' | wc -l; }
start_all() {
    local i
    systemctl reset-failed
    # Those whose number ends in 2. A pattern would find those that are loaded.
    for i in $(seq 2 10 "$count"); do echo "podd-proxy@soak-$i.socket"; done | xargs systemctl start
    all @a | xargs systemctl start --no-block
}
jobs_done() { until [ -z "$(systemctl list-jobs --no-legend 'pod-soak-*')" ]; do sleep 0.3; done; }
# $RANDOM is that of the shell that asks: in a substitution it would be the same again and again.
kill_some() {
    local _
    for _ in $(seq "$1"); do
        kill_main "pod-soak-$((RANDOM % count + 1))"
        sleep "0.0$((RANDOM % 10))"
    done
}
# kill_helper: one of those that serve pods, if it runs.
kill_helper() {
    local dice=$((RANDOM % 5)) instances
    case $dice in
        0) kill_main podd-network.service ;;
        1) kill_main podd-resolve.service ;;
        2) pkill -KILL -x cni || true ;;
        *)
            mapfile -t instances < <(systemctl list-units --no-legend --plain --state=active "podd-loopback@soak-*.service" "podd-proxy@soak-*.service" | cut -d' ' -f1)
            [ ${#instances[@]} = 0 ] || kill_main "${instances[RANDOM % ${#instances[@]}]}" ;;
    esac
}

# ask POD NUMBER: by the host's loopback, and by its name; who is killed meanwhile does not answer.
ask() {
    curl --silent --max-time 1 --output /dev/null "http://127.0.0.1:$((20000 + $2))/hostname" || true
    timeout 2 podctl exec "$1/a" -- nslookup "$1" >/dev/null 2>&1 || true
}
# step: of one pod, whatever it does at this time.
step() {
    local number=$((RANDOM % count + 1)) dice=$((RANDOM % 10)) pod
    pod=soak-$number
    local -a command=(start "pod-$pod@a")
    if systemctl --quiet is-active "pod-$pod@a"; then
        case $dice in
            0 | 1) command=(restart "pod-$pod" "pod-$pod@a") ;;
            2 | 3 | 4) systemctl stop "pod-$pod" 2>/dev/null || true; return 0 ;;
            5 | 6) kill_main "pod-$pod"; return 0 ;;
            7) kill_main "pod-$pod@a"; return 0 ;;
            *) ask "$pod" $number; return 0 ;;
        esac
    fi
    systemctl reset-failed "pod-$pod*" 2>/dev/null || true
    if systemctl "${command[@]}" 2>/dev/null; then echo started >>"$work/starts"; else echo failed >>"$work/failures"; fi
}
steps() {
    RANDOM=$1
    while [ "$(wc -l <"$work/starts")" -lt "$2" ]; do step; done
}

verb=$1
case $verb in
    together)
        RANDOM=$2 count=$3
        start_all
        for _ in 1 2; do kill_some 8; kill_helper; kill_main podd-network.service; done
        jobs_done
        started=$(up)
        # What is killed is no more than that, and what asks the service that is killed.
        [ "$started" -ge $((count / 2)) ] || { echo "$started of $count pods are up" >&2; exit 1; }
        echo "$started" ;;
    random)
        RANDOM=$2 count=$3
        : >"$work/starts"
        : >"$work/failures"
        workers=()
        for worker in 1 2 3 4 5 6; do
            steps $(($2 + worker)) "$4" &
            workers+=($!)
        done
        while [ -n "$(jobs -rp)" ]; do
            kill_helper
            sleep "0.$((RANDOM % 8 + 1))"
        done
        for worker in "${workers[@]}"; do wait "$worker"; done
        started=$(wc -l <"$work/starts") failed=$(wc -l <"$work/failures")
        # Who starts while a helper of its is killed fails, or while somebody else stops the pod; that is not the rule.
        [ "$failed" -lt "$started" ] || { echo "$failed starts have failed, $started have not" >&2; exit 1; }
        jobs_done
        echo "$started" ;;
    quiet)
        count=$2
        start_all
        jobs_done
        [ "$(up)" = "$count" ] || { echo "$(up) of $count pods are up:" >&2; systemctl list-units --no-legend --plain --state=failed 'pod*' >&2; exit 1; } ;;
    end)
        RANDOM=$2 count=$3
        kill_some 25
        all .service | xargs systemctl stop --no-block
        kill_some 8
        kill_helper
        kill_main podd-network.service
        all .service | xargs systemctl stop
        systemctl stop 'podd-proxy@soak-*.socket'
        systemctl reset-failed ;;
esac
