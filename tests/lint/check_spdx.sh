#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_spdx.sh ROOT: each source file names its licence in its first three lines.
set -euo pipefail
cd "$1"
status=0
while IFS= read -r file; do
    [ -f "$file" ] || continue
    if ! head -n 3 "$file" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later'; then
        echo "$file: the first line should be: SPDX-License-Identifier: LGPL-2.1-or-later"
        status=1
    fi
done < <(git ls-files --cached --others --exclude-standard -- '*.cpp' '*.h' '*.cmake' '*CMakeLists.txt' '*.sh' '*.py' \
    '*.service' '*.target' '*.socket' '*.tmpfiles.conf' '*.catalog' 'src/podctl/completion/*' 'tests/run' 'tests/testhost' 'packaging/build-deb' 'packaging/try' \
    ':!tests/data' ':!tests/fuzz/corpus')
exit $status
