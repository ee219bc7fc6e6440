#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check_banned.py ROOT: calls that are wrong in podd wherever they stand, with what to use instead.

A line that has a good reason says "// lint: reason".
"""
import pathlib
import re
import sys

BANNED = {
    r"\bsystem\(": "posix_spawn or clone3 with an argument list",
    r"\bpopen\(": "a child process with pipes of its own",
    r"(?<!:)\bdup\(": "base::UniqueFd and F_DUPFD_CLOEXEC",
    r"\bstrto(l|ul|ll|ull|d)\(": "std::from_chars",
    r"\bato(i|l|ll|f)\(": "std::from_chars",
    r"\bstrerror\(": "base::Error, which says what errno means",
    r"\bstd::regex\b": "a hand-written scan: std::regex overflows the stack on hostile input",
    r"\bstd::(thread|async|jthread)\b": "one thread; slow work is a child process",
    r"\bstd::filesystem::(remove_all|copy|create_directories)\b": "base/file.h, beneath a directory fd",
    r"\brealpath\(": "openat2 beneath a root",
    r"\bgetpw(nam|uid)\(|\bgetgr(nam|gid)\(": "the files of the image, or the caller's ids",
}

root = pathlib.Path(sys.argv[1])
bad = 0
for path in sorted([*(root / "src").rglob("*"), *(root / "stage1-nspawn").rglob("*")]):
    if path.suffix not in {".h", ".cpp"}:
        continue
    for number, line in enumerate(path.read_text().splitlines(), 1):
        code = line.split("//")[0]
        if "// lint:" in line:
            continue
        code = re.sub(r'"(\\.|[^"\\])*"', '""', code)
        for pattern, instead in BANNED.items():
            if re.search(pattern, code):
                print(f"{path.relative_to(root)}:{number}: {code.strip()}\n    use {instead}")
                bad += 1
sys.exit(bad > 0)
