#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# full
# check_tidy.sh ROOT: clang-tidy-19 with the checks of .clang-tidy. It wants the dev build's compile commands.
set -euo pipefail
cd "$1"
git ls-files -z --cached --others --exclude-standard -- 'src/*.cpp' 'stage1-nspawn/*.cpp' |
    xargs -0 -r -n 4 -P "$(nproc)" clang-tidy-19 -p build/dev --quiet
