# SPDX-License-Identifier: LGPL-2.1-or-later
"""enter_bad.py SOCKET: Enter() of pod web, app a, on that system bus, with everything that it does not want."""
import array
import os
import socket
import sys

import dbus
import dbus.bus

PODD, APP, INVALID = "org.podd1", "org.podd1.App", "org.podd1.Error.InvalidArgument"
bus = dbus.bus.BusConnection("unix:path=" + sys.argv[1])
failures = 0


def enter(command, fd, options=None, flags=0):
    return bus.call_blocking(PODD, "/org/podd1/pod/web/app/a", APP, "Enter", "asha{sv}t",
                             (command, dbus.types.UnixFd(fd), options or {}, dbus.UInt64(flags)), timeout=20)


def refused(what, *args, says="", **more):
    global failures
    try:
        enter(*args, **more)
        print(f"{what}: was not refused")
    except dbus.DBusException as error:
        if error.get_dbus_name() == INVALID and says in error.get_dbus_message():
            return
        print(f"{what}: {error}")
    failures += 1


def pair():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


ours, theirs = pair()
for what, fd in {
    "file": os.open("/etc/passwd", os.O_RDONLY),
    "folder": os.open("/", os.O_RDONLY),
    "stream socket": socket.socketpair()[0].detach(),
    "internet socket": socket.socket().detach(),
}.items():
    refused(what, ["true"], fd, says="pair of sockets")
refused("option", ["true"], theirs.fileno(), {"Nonsense": True}, says="wanted Privileged")
refused("type", ["true"], theirs.fileno(), {"Privileged": "yes"}, says="boolean")
refused("user", ["true"], theirs.fileno(), {"User": "a:"}, says="USER:GROUP")
refused("variable", ["true"], theirs.fileno(), {"Environment": dbus.Array(["LISTEN_FDS=1"], signature="s")}, says="not for you")
refused("directory", ["true"], theirs.fileno(), {"WorkingDirectory": "tmp"}, says="absolute")
refused("flags", ["true"], theirs.fileno(), flags=2, says="flags")
refused("no name", [""], theirs.fileno(), says="no name")
refused("too long", ["x" * 200000], theirs.fileno(), says="are the most")


def said(request, fds, says):
    """The first answer to that request."""
    global failures
    one, other = pair()
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    one.sendmsg([request], ancillary)
    enter(["true"], other.fileno())
    other.close()
    one.settimeout(30)
    answer = one.recv(8192).decode()
    if says not in answer:
        print(f"{request!r} with {len(fds)} descriptors was answered by {answer!r}, wanted {says!r}")
        failures += 1


null = os.open("/dev/null", os.O_RDWR)
said(b"{}", [null] * 3, '"started"')
said(b"{}", [null] * 2, "number of streams")
said(b"{}", [], "number of streams")
said(b"{}", [null] * 4, '"failed"')
said(b'{"terminal":{"type":"xterm","rows":1,"columns":1}}', [null], "number of streams")
said(b'{"terminal":{"type":"a\\nb","rows":1,"columns":1}}', [], "proper")
said(b"[" * 5000, [null] * 3, '"failed"')
said(b"\xff\xfe", [null] * 3, '"failed"')
said(b"x" * 20000, [null] * 3, '"failed"')
for what in (os.open("/etc", os.O_RDONLY), os.open("/etc/shadow", os.O_PATH)):
    said(b"{}", [what, null, null], "standard input is neither")
    said(b"{}", [null, null, what], "standard error is neither")
sys.exit(1 if failures else 0)
