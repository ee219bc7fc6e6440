#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_attack_rows.sh ROOT: every attack on images, root file systems, apps and commands in apps that podd must stand, and
# every hole of another runtime that concerns them, has a test that names it.
set -euo pipefail
cd "$1"
# Not here, with the reason: CVE-2023-0778 is a race in the export of a volume, which podd does not do.
missing=()
holes=(CVE-2018-15664 CVE-2019-{5736,10144,10145,10147,10152,16884} CVE-2020-{14370,15257} CVE-2021-{20291,30465}
    CVE-2022-{0492,1227,2989,27649,27650,29162} CVE-2024-{9676,21626,45310} CVE-2025-{9566,31133,52565,52881,64507}
    CVE-2026-{17106,23954,26960,30892,40226,41579,46680,47766,48750,48755,50163,87766,88264,88265,97025} 'rkt #3999')
for row in A{1..13} B{1..10} C{1..4} D{1..5} E{1..7} F{2..5} I{1..8} J7 K{1,2,3,5,8} M{1..3} "${holes[@]}"; do
    # In the name of a test case, or in what a system test says it does: a word in a comment tests nothing.
    grep -rqE "(TEST_CASE\(|^ *say ).*\b$row\b" tests/unit tests/system || missing+=("$row")
done
[ ${#missing[@]} = 0 ] || { echo "no test names ${missing[*]}"; exit 1; }
