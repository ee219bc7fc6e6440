#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-images.py OUT: small images of every format, right ones and lying ones, for the tests of import.

The same bytes at every run. One layer adds files, one removes some, one adds a removed one again.
"""
import bz2
import gzip
import lzma
import pathlib
import random
import sys
import zlib

sys.dont_write_bytecode = True
from images import (LAYERS, aci, change_blob, config, docker, gzip_bomb, header, oci, pack, sha256, tar, zstd, zstd_bomb)

OUT = pathlib.Path(sys.argv[1])


def write(name, data):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_folder(name, files):
    for path, data in files.items():
        write(f"{name}/{path}", data)


write_folder("three", oci(LAYERS))
write("three.tar", pack(oci(LAYERS)))
HELLO = [tar(("hello", "file", "hello"))]
write("history.tar", pack(oci(HELLO, conf=config(HELLO, history=[
    {"created": "2024-01-01T00:00:00Z", "created_by": "COPY file /"}, {"created_by": "ENV A=b", "empty_layer": True}]))))
write("three.tar.gz", gzip.compress(pack(oci(LAYERS)), mtime=0))
write("three-gzip.tar", pack(oci(LAYERS, lambda data: gzip.compress(data, mtime=0))))
write("three-zstd.tar", pack(oci(LAYERS, zstd)))
write("three-docker.tar", pack(docker(LAYERS)))
write("three-docker.tar.zst", zstd(pack(docker(LAYERS))))
write("links-docker.tar", pack(docker([LAYERS[0], LAYERS[2], LAYERS[0]], links=True)))
write("nameless.tar", pack(oci(LAYERS, name="")))
write("foreign.tar", pack(oci(LAYERS, conf=config(LAYERS, architecture="s390x"), name="example.com/foreign:1")))
write("opaque-root.tar", pack(oci([LAYERS[0], tar((".wh..wh..opq", "file", ""), ("only", "file", "this"))])))

# More than a little: 30-import-formats.sh sees by the room on a disk whether it is unpacked again.
big = [tar(("big", "file", random.Random(1).randbytes(4 << 20))), LAYERS[2]]
write("big.tar", pack(oci(big, lambda data: gzip.compress(data, mtime=0), name="example.com/big:1")))
write_folder("big-plain", oci(big, name="example.com/big:2"))
write_folder("big", oci(big, lambda data: gzip.compress(data, mtime=0), name="example.com/big:1"))

good = aci(("rootfs/bin", "dir"), ("rootfs/bin/true", "file", "#!/bin/sh\n"))
write("good.aci", good)
write("good.gz.aci", gzip.compress(good, mtime=0))
write("good.bz2.aci", bz2.compress(good))
write("good.xz.aci", lzma.compress(good))
write("good.zst.aci", zstd(good))
write("bad-manifest.aci", aci(manifest={"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "UPPER"}))
write("dependency.aci", aci(manifest={"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/dep",
                                      "dependencies": [{"imageName": "example.com/base"}]}))
write("escape.aci", aci(("../../canary", "file", "overwritten")))
write("big-id.aci", aci(("rootfs/home", "dir", None, {"uid": 70000})))
write("rootfs.tar", LAYERS[0])
write("rootfs.tar.gz", gzip.compress(LAYERS[0], mtime=0))
write("passwd-fifo.aci", aci(("rootfs/bin", "dir"), ("rootfs/etc", "dir"), ("rootfs/fifo", "fifo"),
                             ("rootfs/etc/passwd", "symlink", "/fifo"), ("rootfs/bin/true", "file", "#!/bin/sh\n")))
write("empty", b"")
write("text", b"this is no image\n" * 100)

layer = LAYERS[1]
other = tar(("etc", "dir"), ("etc/evil", "file", "evil"))
write("lying-digest.tar", pack(oci(LAYERS, change=lambda files: change_blob(files, layer, other))))
write("lying-diffid.tar", pack(oci(LAYERS, conf=config([LAYERS[0], other, LAYERS[2]]))))
write("lying-known.tar", pack(oci([LAYERS[0], other, LAYERS[2]], conf=config(LAYERS))))
write("lying-swapped.tar", pack(oci([LAYERS[1], LAYERS[0], LAYERS[2]], conf=config(LAYERS))))
write("lying-config.tar", pack(oci(LAYERS, change=lambda files: change_blob(files, config(LAYERS), config(LAYERS).replace(b"true", b"evil")))))
write("lying-count.tar", pack(oci(LAYERS, conf=config(LAYERS[:2]))))
write("lying-trailing.tar", pack(oci(LAYERS, lambda data: gzip.compress(data, mtime=0) + b"trailing", conf=config(LAYERS))))
write("lying-tail.tar", pack(oci([one + b"x" for one in LAYERS])))
write("missing-blob.tar", pack(oci(LAYERS, change=lambda files: files.pop("blobs/sha256/" + sha256(layer)))))
write("upward.tar", pack({**oci(LAYERS), "../canary": b"overwritten"}))

write("bomb.gz", gzip_bomb(header("bomb", 1 << 37), 1 << 30))
write("bomb.zst", zstd_bomb(header("bomb", 1 << 37), 1 << 34))
write("bomb-members.gz", gzip_bomb(b"", 1 << 24)[:10] + zlib.compress(header("f", 0) * (1 << 20), 9, -15))
write("bomb-size.gz", gzip_bomb(header("bomb", 1 << 40), 1 << 24))
write("bomb-sparse.tar", tar(("GNUSparseFile.0/s", "file", b"1\n9223372036854775807\n0\n".ljust(512, b"\0"),
                              {"pax_headers": {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s",
                                               "GNU.sparse.realsize": "9223372036854775807"}})))
