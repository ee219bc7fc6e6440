#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a disk holds when the power goes, from the log of QEMU's blklogwrites (the format of dm-log-writes).

power-cut.py count LOG                  print how many writes, flushes and discards there are so far
power-cut.py cuts LOG FROM TO           print the numbers after which a flush is complete, between the two
power-cut.py replay LOG N IMAGE [SEED]  make IMAGE what the disk is after the first N

With SEED, what was written since the last flush has reached the disk in part only: any set of blocks of 4096 bytes, as a
disk with a cache of its own may do; nothing of it where SEED is "none". Source: Documentation/admin-guide/device-mapper/log-writes.rst of Linux.
"""
import random
import struct
import sys

MAGIC = 0x6A736677736872
SUPER = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
FLUSH, FUA, DISCARD = 1, 2, 4
BLOCK = 4096


def entries(path):
    """(flags, offset on the disk, offset of the data in the log, bytes); the log may still be growing."""
    with open(path, "rb") as log:
        head = log.read(SUPER.size)
        if len(head) < SUPER.size:
            return
        magic, version, _, sector = SUPER.unpack(head)
        if magic != MAGIC or version != 1:
            sys.exit(f"{path} is no log of writes")
        at = sector
        while True:
            log.seek(at)
            head = log.read(ENTRY.size)
            if len(head) < ENTRY.size or not any(head):
                return
            start, count, flags, _ = ENTRY.unpack(head)
            at += sector
            yield flags, start * sector, at, count * sector
            if not flags & DISCARD:
                at += count * sector


def replay(path, number, image, seed):
    log_entries = [entry for entry, _ in zip(entries(path), range(number))]
    flushed = max((n + 1 for n, entry in enumerate(log_entries) if entry[0] & FLUSH), default=0)
    kept = {None: 1.0, "none": 0.0}.get(seed, 0.5)
    chance = random.Random(seed)
    with open(path, "rb") as log, open(image, "r+b") as disk:
        size = disk.seek(0, 2)
        disk.truncate(0)
        disk.truncate(size)
        for n, (flags, start, data, length) in enumerate(log_entries):
            if flags & DISCARD or not length:
                continue
            log.seek(data)
            content = log.read(length)
            for block in range(0, length, BLOCK):
                if n >= flushed and not flags & FUA and chance.random() >= kept:
                    continue
                disk.seek(start + block)
                disk.write(content[block:block + BLOCK])


def main(verb, path, *rest):
    if verb == "count":
        print(sum(1 for _ in entries(path)))
    elif verb == "cuts":
        first, last = map(int, rest)
        print(*(n + 1 for n, entry in enumerate(entries(path)) if entry[0] & FLUSH and first <= n < last))
    elif verb == "replay":
        replay(path, int(rest[0]), rest[1], rest[2] if len(rest) > 2 else None)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
