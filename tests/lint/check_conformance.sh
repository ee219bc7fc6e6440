#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_conformance.sh ROOT: each requirement on an executor of appc pods (podd's checklist, appendix B of the reference on
# appc) has a test that names it. The line "appc-conformance: 7" stands in a comment directly above what a system test says
# that it does, or above a unit test's case: elsewhere it would name nothing that is run.
set -euo pipefail
cd "$1"
status=0
named=$(git ls-files --cached --others --exclude-standard -- 'tests/unit/*_test.cpp' 'tests/system/[0-9]*.sh' |
    xargs awk '
        FNR == 1 { wait = "" }
        wait != "" && !/^ *(say "|TEST_CASE\()/ { print FILENAME ": appc-conformance stands above no say and no TEST_CASE" >"/dev/stderr"; bad = 1 }
        wait != "" { print wait; wait = "" }
        /^ *(#|\/\/) appc-conformance: [0-9, ]+$/ { sub(/.*appc-conformance: /, ""); gsub(/,/, " "); wait = $0; next }
        /appc-conformance/ { print FILENAME ": cannot read: " $0 >"/dev/stderr"; bad = 1 }
        END { exit bad }') || status=1
for ((item = 1; item <= 21; item++)); do
    grep -qw "$item" <<<"$named" && continue
    echo "no test names appc-conformance: $item"
    status=1
done
exit $status
