#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# check_format.sh ROOT: every C++ file is as clang-format-19 would write it.
set -euo pipefail
cd "$1"
git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.h' ':!tests/data' |
    xargs -0 -r -n 20 -P "$(nproc)" clang-format-19 --dry-run --Werror
