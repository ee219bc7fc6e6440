#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""at-terminal.py LEADER COLUMNS STEPS CMD...: runs a command on a terminal of its own, in the container of which LEADER is
PID 1, and says what it wrote, as JSON. Nobody stands in between: signals of the terminal reach the command alone.

STEPS are separated by commas: "bar" waits for a bar on the screen, "wide=N" makes the terminal N columns wide, "kill=N" sends
signal N to the command, "keys=X" types X (^C for Ctrl-C), "sleep=N" waits. Then the end of the command is waited for.
The answer: "status" (as a shell has it), "text" (all that was written), "widest" (columns of the longest line, for each
width that the terminal had).
"""
import ctypes
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 60
CLONE_NEWPID = 0x20000000
# Mounts, cgroup, UTS, IPC and network.
CLONE_NEW = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x40000000


def enter(pidfd, namespaces):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(pidfd, namespaces) < 0:
        raise OSError(ctypes.get_errno(), "setns")


class Terminal:
    def __init__(self, leader, columns, command):
        pidfd = os.pidfd_open(leader)
        enter(pidfd, CLONE_NEWPID)  # the next child is born there
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            enter(pidfd, CLONE_NEW)
            os.execvp(command[0], command)
        self.pieces = []  # [columns, bytes]
        self.open = True
        self.resize(columns)

    def resize(self, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.pieces.append([columns, b""])

    def read(self, seconds):
        """What comes within that time."""
        end = time.monotonic() + seconds
        while self.open and (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                return
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                data = b""
            self.open = bool(data)
            self.pieces[-1][1] += data

    def await_bar(self):
        end = time.monotonic() + PATIENCE
        while self.open and time.monotonic() < end:
            self.read(0.1)
            if re.search(rb"\[#+", strip(self.pieces[-1][1])):
                return
        sys.exit(f"no bar: {self.text()!r}")

    def text(self):
        return b"".join(data for _, data in self.pieces).decode(errors="replace")

    def step(self, step):
        name, _, value = step.partition("=")
        if name == "bar":
            self.await_bar()
        elif name == "wide":
            self.read(0.2)
            self.resize(int(value))
            self.read(1)
        elif name == "kill":
            os.kill(self.pid, int(value))
        elif name == "keys":
            os.write(self.master, value.replace("^C", "\x03").encode())
        elif name == "sleep":
            self.read(float(value))
        else:
            sys.exit(f"no such step: {step}")

    def end(self):
        deadline = time.monotonic() + PATIENCE
        while self.open and time.monotonic() < deadline:
            self.read(0.5)
        if self.open:
            os.kill(self.pid, signal.SIGKILL)
            sys.exit(f"it did not end: {self.text()!r}")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return status if status >= 0 else 128 - status

    def widest(self):
        widest = {}
        for columns, data in self.pieces:
            lines = re.split(rb"[\r\n]+", strip(data))
            widest[columns] = max(widest.get(columns, 0), max(map(len, lines)))
        return widest


def strip(data):
    return re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"", data)


def main():
    terminal = Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[4:])
    for step in filter(None, sys.argv[3].split(",")):
        terminal.step(step)
    status = terminal.end()
    json.dump({"status": status, "text": terminal.text(), "widest": terminal.widest()}, sys.stdout)


main()
