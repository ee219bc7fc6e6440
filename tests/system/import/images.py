# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes images of every format in memory, the same bytes at every run; for make-images.py and make-hostile.py."""
import hashlib
import io
import json
import struct
import subprocess
import tarfile
import zlib

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


def change_blob(files, old, new):
    files["blobs/sha256/" + sha256(old)] = new
