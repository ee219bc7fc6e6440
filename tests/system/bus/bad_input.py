# SPDX-License-Identifier: LGPL-2.1-or-later
"""bad_input.py SOCKET: calls podd on that system bus with everything it does not want."""
import fcntl
import os
import sys
import tempfile
import time

import dbus
import dbus.bus

PODD = "org.podd1"
MANAGER = "org.podd1.Manager"
GOOD = b'{"acVersion":"0.8.11","acKind":"PodManifest","apps":[{"name":"a","image":{"name":"example.com/none"}}]}'
F_ADD_SEALS, SEALS = 1033, 2 | 4 | 8

bus = dbus.bus.BusConnection("unix:path=" + sys.argv[1])
failures = 0


def call(method, signature, *args, path="/org/podd1", interface=MANAGER):
    return bus.call_blocking(PODD, path, interface, method, signature, args, timeout=20)


def refused(what, name, method, signature, *args, says="", **where):
    """The call must end with that error, in time."""
    global failures
    try:
        call(method, signature, *args, **where)
    except dbus.DBusException as error:
        if error.get_dbus_name() == name and says in error.get_dbus_message():
            return
        print(f"{what}: {error.get_dbus_name()}: {error.get_dbus_message()}, wanted {name} with {says!r}")
    else:
        print(f"{what}: was not refused")
    failures += 1


def sealed(data):
    fd = os.memfd_create("manifest", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(fd, data)
    fcntl.fcntl(fd, F_ADD_SEALS, SEALS)
    return dbus.types.UnixFd(fd)


def verify(data, name="web"):
    return call("VerifyManifest", "hs", sealed(data), name)


INVALID = "org.podd1.Error.InvalidArgument"
read_end, write_end = os.pipe()
odd = {
    "pipe that nobody writes": read_end,
    "writing end of a pipe": write_end,
    "folder": os.open("/", os.O_RDONLY | os.O_DIRECTORY),
    "O_PATH": os.open("/etc/passwd", os.O_PATH),
    "device": os.open("/dev/zero", os.O_RDONLY),
}
for what, fd in odd.items():
    fd = dbus.types.UnixFd(fd)
    refused(f"VerifyManifest({what})", INVALID, "VerifyManifest", "hs", fd, "web")
    refused(f"StartTransientPod({what})", INVALID, "StartTransientPod", "sht", "web", fd, 0)
for what in ("writing end of a pipe", "O_PATH", "device"):
    refused(f"ImportImage({what})", INVALID, "ImportImage", "ha{sv}t", dbus.types.UnixFd(odd[what]), {}, 0)

with tempfile.TemporaryFile() as plain:
    plain.write(GOOD)
    plain.flush()
    fd = dbus.types.UnixFd(plain.fileno())
    refused("a file that is not sealed", INVALID, "VerifyManifest", "hs", fd, "web", says="sealed")
    for options, says in (
        ({"nonsense": "x"}, "not known"),
        ({"Name": dbus.UInt32(7)}, "Name"),
        ({"Labels": "x"}, "Labels"),
        ({"App": "["}, "App"),
        ({"App": "[" * 100000}, "App"),
        ({"Name": "x" * 1000000}, "bytes"),
    ):
        refused(f"options {str(options)[:40]}", INVALID, "ImportImage", "ha{sv}t", fd, options, 0, says=says)

for reference, options, says in (
    ("", {}, "docker://"),
    ("nginx", {}, "docker://"),
    ("docker://" + "a" * 1000000, {}, ""),
    ("docker://../../etc/passwd", {}, "registry"),
    ("docker://a.b/c:$(id)", {}, "tag"),
    ("docker://a.b/c@sha512:" + "a" * 128, {}, ""),
    ("docker://a.b/c", {"nonsense": "x"}, "not known"),
    ("docker://a.b/c", {"PullPolicy": dbus.UInt32(7)}, "PullPolicy"),
    ("docker://a.b/c", {"PullPolicy": "sometimes"}, "wanted missing, always or never"),
):
    refused(f"FetchImage({reference[:40]}, {options})", INVALID, "FetchImage", "sa{sv}t", reference, options, 0, says=says)

assert list(verify(GOOD)) == [], verify(GOOD)
for what, data, name in (
    ("empty", b"", "web"),
    ("no JSON", b"\xff\xfe\x00", "web"),
    ("deep", b"[" * 100000, "web"),
    ("other kind", GOOD.replace(b"PodManifest", b"ImageManifest"), "web"),
    ("bad name", GOOD, "../../etc"),
    ("empty name", GOOD, ""),
    ("long name", GOOD, "a" * 10000),
):
    found = verify(data, name)
    if not found or found[0][0] != "error":
        print(f"VerifyManifest({what}) says {found}")
        failures += 1
refused("more than 4 MiB", INVALID, "VerifyManifest", "hs", sealed(b" " * (4 * 1024 * 1024 + 1)), "web", says="4 MiB")

for name in ("", "-", "../etc", "a/b", "A", "x" * 5000, "web.service", "*"):
    for method in ("StartPod", "StopPod", "GetPodManifest"):
        refused(f"{method}({name[:20]!r})", INVALID, method, "st", name, 0)
for image in ("", "sha256:", "sha512-", "sha512-../../x", "..", "*", "x" * 5000):
    for method in ("GetImageManifest", "RemoveImage"):
        try:
            call(method, "st", image, 0)
            print(f"{method}({image[:20]!r}) was not refused")
            failures += 1
        except dbus.DBusException as error:
            if not error.get_dbus_name().startswith("org.podd1.Error."):
                print(f"{method}({image[:20]!r}): {error}")
                failures += 1
refused("flags", INVALID, "StopPod", "st", "web", dbus.UInt64(1 << 63), says="flags")
refused("signature", "org.freedesktop.DBus.Error.InvalidArgs", "StopPod", "s", "web")
refused("method", "org.freedesktop.DBus.Error.UnknownMethod", "Nonsense", "")
refused("object", "org.freedesktop.DBus.Error.UnknownObject", "Stop", "t", 0, path="/org/podd1/pod/none",
        interface="org.podd1.Pod")
refused("writing a property", "org.freedesktop.DBus.Error.PropertyReadOnly", "Set", "ssv", MANAGER, "Version", "9",
        interface="org.freedesktop.DBus.Properties")
refused("Unsubscribe", "org.podd1.Error.Conflict", "Unsubscribe", "")
call("Subscribe", "")
refused("Subscribe twice", "org.podd1.Error.Conflict", "Subscribe", "")
call("Unsubscribe", "")

# A flood, with descriptors, that nobody reads the answers of; root is answered all the same.
other = dbus.bus.BusConnection("unix:path=" + sys.argv[1])
fd = sealed(GOOD)
for _ in range(3000):
    message = dbus.lowlevel.MethodCallMessage(PODD, "/org/podd1", MANAGER, "VerifyManifest")
    message.append(fd, "web", signature="hs")
    message.set_no_reply(True)
    other.send_message(message)
other.flush()
begun = time.monotonic()
call("ListPods", "")
took = time.monotonic() - begun
if took > 5:
    print(f"answered after {took:.1f} s only")
    failures += 1

sys.exit(1 if failures else 0)
