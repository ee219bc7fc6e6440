# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Literal blocks of README.md and of the manual pages, for the tests that type them.

# block FILE N: the N-th literal block of a manual page, or indented one of README.md, without its indentation.
block() {
    case $1 in
        *.md) awk -v n="$2" '/^    / { if (!inside) { inside = 1; number++ } if (number == n) print substr($0, 5); next }
                  !/^$/ { inside = 0 }' "$source_dir/$1" ;;
        *) awk -v n="$2" '/^```/ { inside = !inside; if (inside) number++; next } inside && number == n' "$source_dir/$1" ;;
    esac
}
# has FILE N: and not one block more.
has() {
    [ -n "$(block "$1" "$2")" ] || fail "$1 has lost an example"
    assert_eq "" "$(block "$1" $(($2 + 1)))" "an example of $1 that nothing tests"
}
# typed FILE N: the commands, as root's shell takes them, in $folder; fails with the first that fails.
typed() { block "$1" "$2" | sed 's/^[#$] //'; }
# An app may still be starting when its status is asked for.
run_typed() { typed "$1" "$2" | sed 's/^systemctl status .*/& || test $? = 3/' | host_sh 'cd "$1" && exec bash -eux -o pipefail /dev/stdin' "$folder" 2>&1; }

# on_this_host FILE N: an example with limits, to start also where control groups cannot limit, as in containers.
on_this_host() {
    if host_sh 'grep -w memory /sys/fs/cgroup/cgroup.controllers | grep -w cpu | grep -qw pids'; then
        block "$1" "$2"
    else
        block "$1" "$2" | python3 -c '
import json, sys
manifest = json.load(sys.stdin)
manifest.setdefault("annotations", []).append({"name": "podd.org/best-effort", "value": "true"})
print(json.dumps(manifest))'
    fi
}
