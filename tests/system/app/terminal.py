# SPDX-License-Identifier: LGPL-2.1-or-later
"""terminal.py [--keys TEXT] [--after WORD] [--resize ROWS COLUMNS] [--check] ROWS COLUMNS COMMAND...

Runs a command on a terminal of that size, types or resizes when it has printed WORD ("ready"), prints what it printed
and ends with its status."""
import argparse
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

parser = argparse.ArgumentParser()
parser.add_argument("--keys", default="")
parser.add_argument("--after", default="ready")
parser.add_argument("--resize", nargs=2, type=int)
parser.add_argument("--check", action="store_true")
parser.add_argument("rows", type=int)
parser.add_argument("columns", type=int)
parser.add_argument("command", nargs=argparse.REMAINDER)
options = parser.parse_args()


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def act():
    # A WORD may come before whoever takes the keys is ready for them.
    time.sleep(0.2)
    if options.resize:
        set_size(master, *options.resize)
    if options.keys:
        os.write(master, options.keys.encode().decode("unicode_escape").encode())


master, slave = pty.openpty()
set_size(slave, options.rows, options.columns)
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(slave, number)
    os.execvp(options.command[0], options.command)
printed, acted, status = b"", False, None
deadline = time.monotonic() + 60
while True:
    readable = select.select([master], [], [], 0.05)[0]
    if readable:
        printed += os.read(master, 65536)
    if not acted and options.after.encode() in printed:
        acted = True
        act()
    if status is not None and not readable:
        break
    if status is None:
        done, status = os.waitpid(pid, os.WNOHANG)
        status = os.waitstatus_to_exitcode(status) if done else None
    if time.monotonic() > deadline:
        sys.exit(f"took too long; it printed {printed!r}")
sys.stdout.buffer.write(printed)
if options.check:
    print("terminal", "unchanged" if termios.tcgetattr(slave) == before else "changed")
sys.stdout.flush()
sys.exit(status if status >= 0 else 128 - status)
