#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-images.py OUT: small images of every format, right ones and lying ones, for the tests of import.

The same bytes at every run. One layer adds files, one removes some, one adds a removed one again.
"""
import bz2
import gzip
import hashlib
import io
import json
import lzma
import pathlib
import random
import struct
import subprocess
import sys
import tarfile
import zlib

OUT = pathlib.Path(sys.argv[1])
OCI = "application/vnd.oci.image."
APP = {"exec": ["/bin/true"], "user": "0", "group": "0"}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def tar(*members):
    """Members are (name, type, data or target, options)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind, *rest in members:
            info = tarfile.TarInfo(name)
            info.mtime = 1700000000
            info.mode = 0o755 if kind == "dir" else 0o644
            data = None
            if kind == "dir":
                info.type = tarfile.DIRTYPE
            elif kind == "file":
                data = rest[0] if isinstance(rest[0], bytes) else rest[0].encode()
                info.size = len(data)
            else:
                info.type = {"symlink": tarfile.SYMTYPE, "link": tarfile.LNKTYPE, "fifo": tarfile.FIFOTYPE}[kind]
                info.linkname = rest[0] if rest else ""
            for key, value in (rest[1] if len(rest) > 1 else {}).items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data) if data is not None else None)
    return out.getvalue()


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


LAYERS = [
    tar(("etc", "dir"), ("etc/a", "file", "base a"), ("etc/b", "file", "base b"), ("var", "dir"), ("var/x", "file", "x"),
        ("var/sub", "dir"), ("var/sub/y", "file", "y"), ("su", "file", "su", {"mode": 0o4755, "uid": 7, "gid": 65535})),
    tar(("etc", "dir"), ("etc/.wh.a", "file", ""), ("etc/c", "file", "new c"), ("var", "dir"),
        ("var/.wh..wh..opq", "file", ""), ("var/z", "file", "z")),
    tar(("etc", "dir"), ("etc/a", "file", "again")),
]


def config(layers, **more):
    return json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/true"]},
                       "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(one) for one in layers]},
                       **more}).encode()


def oci(layers, compress=lambda data: data, conf=None, name="example.com/three:1", change=lambda files: None):
    """Files of an OCI layout."""
    files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(kind, data):
        files["blobs/sha256/" + sha256(data)] = data
        return {"mediaType": OCI + kind, "digest": "sha256:" + sha256(data), "size": len(data)}

    manifest = json.dumps({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                           "config": blob("config.v1+json", conf or config(layers)),
                           "layers": [blob("layer.v1.tar", compress(one)) for one in layers]}).encode()
    entry = blob("manifest.v1+json", manifest)
    if name:
        entry["annotations"] = {"org.opencontainers.image.ref.name": name}
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    change(files)
    return files


def docker(layers, links=False):
    """Files of a docker-save archive; manifest.json comes last, as Docker writes it."""
    conf = config(layers)
    files, names = {}, []
    for number, layer in enumerate(layers):
        name = hashlib.sha256(b"%d" % number).hexdigest() + "/layer.tar"
        same = [old for old in names if links and files[old] == layer]
        files[name] = ("symlink", "../" + same[0]) if same else layer
        names.append(name)
    files[sha256(conf) + ".json"] = conf
    files["manifest.json"] = json.dumps([{"Config": sha256(conf) + ".json", "RepoTags": ["three:1"],
                                          "Layers": names}]).encode()
    return files


def pack(files):
    return tar(*[(name, "file", data) if isinstance(data, bytes) else (name, *data) for name, data in files.items()])


def aci(*members, manifest=None):
    manifest = manifest or {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/aci", "app": APP}
    return tar(("rootfs", "dir"), *members, ("manifest", "file", json.dumps(manifest)))


def header(name, size):
    """A tar header for a file of any size."""
    block = bytearray(512)
    block[0:len(name)] = name.encode()
    block[100:124] = b"0000644\0" + b"0000000\0" * 2
    block[124:136] = b"\x80" + size.to_bytes(11, "big")
    block[136:148] = b"14527621400\0"
    block[156:157] = b"0"
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def gzip_bomb(first, size):
    """`first`, then zeros: blocks between two full flushes may be repeated."""
    unit = 1 << 24
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = deflate.compress(first) + deflate.flush(zlib.Z_FULL_FLUSH)
    block = deflate.compress(bytes(unit)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + head + block * (size // unit)


def zstd_bomb(first, size):
    """`first` as it is, then blocks of one repeated byte: 4 bytes for 128 KiB. Source: RFC 8878."""
    raw = struct.pack("<I", len(first) << 3)[:3] + first
    zeros = struct.pack("<I", (131072 << 3) | (1 << 1))[:3] + b"\0"
    return b"\x28\xb5\x2f\xfd\0\x50" + raw + zeros * (size // 131072)


def write(name, data):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_folder(name, files):
    for path, data in files.items():
        write(f"{name}/{path}", data)


def change_blob(files, old, new):
    files["blobs/sha256/" + sha256(old)] = new


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
