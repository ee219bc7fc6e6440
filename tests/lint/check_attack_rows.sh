#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_attack_rows.sh ROOT: every attack on images, root file systems and commands in apps that podd must stand has a
# test that names it.
set -euo pipefail
cd "$1"
missing=()
for row in A{1..13} B{1..10} D{1,2,3,5} E{3,7}; do
    # In the name of a test case, or in what a system test says it does: a word in a comment tests nothing.
    grep -rqE "(TEST_CASE\(|^ *say ).*\b$row\b" tests/unit tests/system || missing+=("$row")
done
[ ${#missing[@]} = 0 ] || { echo "no test names ${missing[*]}"; exit 1; }
