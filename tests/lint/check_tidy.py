#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# full
"""check_tidy.py ROOT: clang-tidy-19 with the checks of .clang-tidy. It wants the dev build's compile commands and
the headers that it generates, but no precompiled one: a file includes what it needs. A file that was clean is not
looked at again until it, a header that it includes, the way it is compiled, the checks or clang-tidy change."""
import functools
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

root = pathlib.Path(sys.argv[1]).resolve()
build = root / "build/dev"
clean_dir = pathlib.Path(os.environ.get("PODD_TESTHOST_CACHE") or "/var/cache/podd-testhost") / "tidy"


def output_of(*command, cwd=root):
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


@functools.lru_cache(maxsize=None)
def digest_of(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def plain_arguments(command):
    """What follows the compiler (and the launcher before it), without the precompiled header and the object."""
    words = shlex.split(command)
    words = words[next(i for i, word in enumerate(words) if word.startswith("-")):]
    for option in ("-o", "-include"):
        if option in words:
            at = words.index(option)
            del words[at:at + 2]
    return [word for word in words if word not in ("-c", "-Winvalid-pch")]


def key_of(entry, settings):
    """Names all that the findings depend on. Comments, and with them NOLINT, are in the contents of the files."""
    arguments = entry["arguments"]
    rule = output_of(*arguments, "-w", "-M", cwd=entry["directory"])
    files = shlex.split(rule.replace("\\\n", " "))[1:]
    contents = [[os.path.relpath(file, root), digest_of(os.path.join(entry["directory"], file))] for file in files]
    relative = [argument.replace(str(root), ".") for argument in arguments]
    return hashlib.sha256(json.dumps([settings, relative, contents]).encode()).hexdigest()


def is_clean(entry, settings, database):
    clean = clean_dir / key_of(entry, settings)
    if clean.exists():
        return True
    tidy = subprocess.run(["clang-tidy-19", "-p", database, "--quiet", entry["file"]], cwd=root,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if tidy.returncode != 0:
        print(tidy.stdout, flush=True)
        return False
    clean.touch()
    return True


def entries_of_dev_build():
    """The compile commands by file, as they are without precompiled headers."""
    commands = json.loads((build / "compile_commands.json").read_text())
    return {entry["file"]: {"file": entry["file"], "directory": entry["directory"],
                            "arguments": ["clang++-19", *plain_arguments(entry["command"])]} for entry in commands}


def check(files, compiled):
    """How many of the files are clean."""
    settings = [output_of("clang-tidy-19", "--version"), digest_of(root / ".clang-tidy")]
    with tempfile.TemporaryDirectory() as database, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        (pathlib.Path(database) / "compile_commands.json").write_text(json.dumps(list(compiled.values())))
        return sum(pool.map(lambda file: is_clean(compiled[file], settings, database), files))


def main():
    clean_dir.mkdir(parents=True, exist_ok=True)
    listed = output_of("git", "ls-files", "--cached", "--others", "--exclude-standard", "--",
                       "src/*.cpp", "stage1-nspawn/*.cpp").splitlines()
    files = {str(root / name) for name in listed if (root / name).exists()}
    compiled = entries_of_dev_build()
    for file in sorted(files - compiled.keys()):
        print(f"{file}: the dev build does not compile it")
    unclean = len(files) - check(sorted(files & compiled.keys()), compiled)
    if unclean:
        sys.exit(f"{unclean} of {len(files)} files are not clean")


main()
