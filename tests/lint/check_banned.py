#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check_banned.py ROOT: calls that are wrong in podd wherever they stand, with what to use instead.

A line that has a good reason says "// lint: reason".

TRY() returns out of the middle of an expression. When that expression stands in the braces of an initialiser, g++ 12
forgets to destroy the members that are finished already, also those with a default initialiser: memory, file
descriptors and locks leak. So TRY() has no place there; a named variable before the braces has.
"""
import bisect
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

# Comments, strings and characters; 1'000 is none.
NO_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""", re.DOTALL)


def tries_in_initialisers(text):
    """Line numbers of each TRY whose innermost braces hold no statement, and so are an initialiser's."""
    code = NO_CODE.sub(lambda hit: re.sub(r"[^\n]", " ", hit[0]), text)
    line_starts = [0, *(hit.end() for hit in re.finditer(r"\n", code))]
    open_braces = [[]]
    for hit in re.finditer(r"[{};]|\bTRY(?:_CONTEXT)?\(", code):
        if hit[0] == "{":
            open_braces.append([])
        elif hit[0] == ";":
            open_braces[-1] = None  # statements: what stands directly in these braces is fine
        elif hit[0] == "}":
            for start in open_braces.pop() or []:
                yield bisect.bisect(line_starts, start)
        elif open_braces[-1] is not None:
            open_braces[-1].append(hit.start())


root = pathlib.Path(sys.argv[1])
bad = 0
for path in sorted([*(root / "src").rglob("*"), *(root / "stage1-nspawn").rglob("*")]):
    if path.suffix not in {".h", ".cpp"}:
        continue
    for number in tries_in_initialisers(path.read_text()):
        print(f"{path.relative_to(root)}:{number}: TRY in the braces of an initialiser\n    use a variable before it")
        bad += 1
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
