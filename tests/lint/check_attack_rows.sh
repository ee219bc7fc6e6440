#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_attack_rows.sh ROOT: every attack on images, root file systems, apps and commands in apps that podd must stand, and
# every hole of another runtime that concerns them, has a test that names it.
set -euo pipefail
cd "$1"
missing=()
holes=(CVE-2019-{5736,10144,10145,10147,16884} CVE-2020-15257 CVE-2022-0492 CVE-2024-21626 CVE-2025-{31133,52565,52881} 'rkt #3999')
for row in A{1..13} B{1..10} C{1..4} D{1,2,3,5} E{1,2,3,5,6,7} F{2..5} I{1,3,4,5,6,7,8} J7 "${holes[@]}"; do
    # In the name of a test case, or in what a system test says it does: a word in a comment tests nothing.
    grep -rqE "(TEST_CASE\(|^ *say ).*\b$row\b" tests/unit tests/system || missing+=("$row")
done
[ ${#missing[@]} = 0 ] || { echo "no test names ${missing[*]}"; exit 1; }
