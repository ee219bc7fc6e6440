#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""junit.py REPORT PREFIX: ctest's report as lines "word name seconds"; names without spaces.

Why something was skipped goes to standard error.
"""
import sys
import xml.etree.ElementTree as tree

words = {"run": "ok", "fail": "FAILED", "notrun": "skipped", "disabled": "skipped"}
try:
    cases = tree.parse(sys.argv[1]).getroot().iter("testcase")
except (OSError, tree.ParseError):
    print("FAILED", sys.argv[2] + "/ctest", 0)
    sys.exit(0)
for case in cases:
    for line in case.findtext("system-out", "").splitlines():
        if "SKIPPED: " in line:
            print(line.strip(), file=sys.stderr)
    name = case.get("name", "?").replace(" ", "_")
    print(words.get(case.get("status"), "FAILED"), f"{sys.argv[2]}/{name}", f'{float(case.get("time", 0)):.1f}')
