#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-acis.py OUT: reads ACIs as JSON and writes OUT/NAME.aci, the same bytes at every run.

{"NAME": {"files": {"etc/": "711", "etc/a": "text", "lib": "-> usr/lib"}, "dependencies": […], …}}

Every path of the image's root is a member of its own, and nothing else is: "etc/a" alone leaves "etc" without one.
"""
import io
import json
import pathlib
import sys
import tarfile

OUT = pathlib.Path(sys.argv[1])


def member(archive, name, text):
    info = tarfile.TarInfo(name.rstrip("/"))
    info.mtime = 1700000000
    info.mode = 0o644
    data = b""
    if name.endswith("/"):
        info.type = tarfile.DIRTYPE
        info.mode = int(text, 8)
    elif text.startswith("-> "):
        info.type = tarfile.SYMTYPE
        info.linkname = text[3:]
    else:
        data = text.encode()
        if text.startswith("#!"):
            info.mode = 0o755
        if text.startswith("setuid"):
            info.mode, info.uid, info.gid = 0o4755, 7, 65535
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


OUT.mkdir(exist_ok=True)
for name, image in json.load(sys.stdin).items():
    files = image.pop("files", {})
    manifest = {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/" + name.split(".")[0], **image}
    with tarfile.open(OUT / f"{name}.aci", mode="w", format=tarfile.PAX_FORMAT) as archive:
        member(archive, "manifest", json.dumps(manifest))
        member(archive, "rootfs/", "755")
        for path, text in files.items():
            member(archive, "rootfs/" + path, text)
