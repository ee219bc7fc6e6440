#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fail when a file includes a header of its own floor's neighbour, of a floor above, or of a room its
module is kept out of.

The link lines already obey the floor plan (cmake/PoddModule.cmake); this closes the other door,
header-only use, which needs no link line.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
plan = (root / "cmake/PoddModule.cmake").read_text()
floors = {m: int(n) for m, n in re.findall(r"\b(\w+)=(\d)\b", plan)}
kept_out = {m: set(names.split()) for m, names in re.findall(r"PODD_KEPT_OUT_(\w+) ([\w ]+)\)", plan)}
bad = 0
for path in sorted([*(root / "src").rglob("*"), *(root / "stage1-nspawn").rglob("*")]):
    if path.suffix not in {".h", ".cpp"}:
        continue
    parts = path.relative_to(root).parts
    mine = "stage1" if parts[0] == "stage1-nspawn" else parts[1]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        hit = re.match(r'\s*#\s*include "(\w+)/', line)
        if not hit or hit[1] == mine:
            continue
        if hit[1] not in floors:
            print(f'{path}:{number}: "{hit[1]}" is no room of the floor plan')
            bad += 1
        elif floors[hit[1]] >= floors[mine] or hit[1] in kept_out.get(mine, set()) - {"store", "pod"}:
            print(f"{path}:{number}: {mine} (floor {floors[mine]}) must not include "
                  f"{hit[1]} (floor {floors[hit[1]]})")
            bad += 1
sys.exit(bad > 0)
