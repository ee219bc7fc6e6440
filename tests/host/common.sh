# SPDX-License-Identifier: LGPL-2.1-or-later
# Shared by tests/testhost and packaging/build-deb: where things lie, and how failures are said.
# shellcheck shell=bash

# Roots are dear and shared; hosts are cheap and thrown away.
cache_dir=${PODD_TESTHOST_CACHE:-/var/cache/podd-testhost}
state_dir=${PODD_TESTHOST_STATE:-/var/lib/podd-testhost}
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

known_suites=(bookworm trixie sid)

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${0##*/}: $*"
    exit 1
}

need_root() { [ "$(id -u)" = 0 ] || die "must be run as root"; }

need_programs() {
    local program
    for program; do
        command -v "$program" >/dev/null || die "'$program' is missing; tests/run --install-only installs what is needed"
    done
}

check_suite() {
    local suite
    for suite in "${known_suites[@]}"; do
        [ "$1" != "$suite" ] || return 0
    done
    die "unknown suite '$1'; known are: ${known_suites[*]}"
}

# lock FILE: takes FILE exclusively for the life of this shell, on descriptor 8. What outlives the shell
# is started with 8>&-.
lock() {
    mkdir -p "$(dirname "$1")"
    exec 8>"$1"
    flock 8
}

unlock() { exec 8>&-; }
