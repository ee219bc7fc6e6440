#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-hostile.py OUT: images that no import may take. OUT/table says of each file what the refusal names."""
import bz2
import gzip
import json
import lzma
import pathlib
import struct
import sys
import zlib

sys.dont_write_bytecode = True
from images import APP, LAYERS, OCI, aci, change_blob, config, docker, oci, pack, sha256, tar, zstd

OUT = pathlib.Path(sys.argv[1])
OUT.mkdir(parents=True)
ROWS = []
MANIFEST = {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/hostile", "app": APP}


def hostile(name, data, reason):
    (OUT / name).write_bytes(data)
    ROWS.append(f"{name}\t{reason}\n")


def layer(name, members, reason):
    """An image whose one layer has these members."""
    one = [tar(*members)]
    hostile(name + ".layer", pack(oci(one, name="example.com/hostile:1")), "layer 1 of 1: " + reason)


def aci_of(name, members, reason):
    hostile(name + ".aci", aci(*members, manifest=MANIFEST), reason)


def manifest_of(files):
    """The manifest of an OCI layout, and what names it."""
    index = json.loads(files["index.json"])
    digest = index["manifests"][0]["digest"]
    return index, digest.replace("sha256:", "blobs/sha256/")


def change_index(change):
    """A layout whose index says something else."""
    files = oci(LAYERS)
    index, _ = manifest_of(files)
    change(index["manifests"])
    files["index.json"] = json.dumps(index).encode()
    return pack(files)


def change_manifest(change):
    """A layout whose manifest says something else, with a digest that is right."""
    files = oci(LAYERS)
    index, path = manifest_of(files)
    manifest = json.loads(files.pop(path))
    change(manifest)
    return pack(with_manifest(files, index, json.dumps(manifest).encode()))


def with_manifest(files, index, data):
    files["blobs/sha256/" + sha256(data)] = data
    index["manifests"][0].update(digest="sha256:" + sha256(data), size=len(data))
    files["index.json"] = json.dumps(index).encode()
    return files


def instead(old, new):
    """A layout in whose manifest one text stands for another."""
    files = oci(LAYERS)
    index, path = manifest_of(files)
    return pack(with_manifest(files, index, files.pop(path).replace(old, new)))


def change_docker(change):
    """An archive of Docker's whose list says something else."""
    files = docker(LAYERS)
    images = json.loads(files["manifest.json"])
    change(files, images)
    files["manifest.json"] = json.dumps(images).encode()
    return pack(files)


def window_xz(dictionary):
    """An xz stream that asks for a dictionary: 2^27 bytes are 30, 2^28 are 32. Source: xz-file-format, 3.1 and 5.3.1."""
    data = bytearray(lzma.compress(aci(manifest=MANIFEST), check=lzma.CHECK_CRC32))
    size = (data[12] + 1) * 4
    at = data.index(b"\x21\x01", 12, 12 + size) + 2
    data[at] = dictionary
    data[12 + size - 4:12 + size] = struct.pack("<I", zlib.crc32(bytes(data[12:12 + size - 4])))
    return bytes(data)


def window_zstd(exponent):
    """A zstd frame with a window of 2^(10 + exponent) bytes and one raw block. Source: RFC 8878, 3.1.1."""
    content = aci(manifest=MANIFEST)
    return b"\x28\xb5\x2f\xfd\0" + bytes([exponent << 3]) + struct.pack("<I", len(content) << 3 | 1)[:3] + content


# Sizes and digests; 31-import-attacks.sh has the digests.
hostile("size-of-layer", change_manifest(lambda m: m["layers"][0].update(size=m["layers"][0]["size"] + 1)),
        "layer 1 of 3: its size is")
hostile("size-of-manifest", change_index(lambda m: m[0].update(size=7)), "the image says 7")
hostile("size-of-configuration", change_manifest(lambda m: m["config"].update(size=7)), "the image says 7")
hostile("size-below-zero", change_manifest(lambda m: m["config"].update(size=-7)), "/config/size: found -7")

# Streams that end too early.
hostile("cut.layer.gz", pack(oci(LAYERS, lambda data: gzip.compress(data, mtime=0)[:-9])), "the gzip data ends too early")
hostile("cut.gz", gzip.compress(aci(manifest=MANIFEST), mtime=0)[:-9], "the gzip data ends too early")
hostile("cut.zst", zstd(aci(manifest=MANIFEST))[:-9], "the zstd data is damaged")
hostile("cut.xz", lzma.compress(aci(manifest=MANIFEST))[:-9], "the xz data is damaged")
hostile("cut.bz2", bz2.compress(aci(manifest=MANIFEST))[:-9], "the bzip2 data is damaged")
hostile("cut.aci", aci(("rootfs/f", "file", "x" * 4096), manifest=MANIFEST)[:2048], "archive")
hostile("gzip-in-gzip", gzip.compress(gzip.compress(aci(manifest=MANIFEST))), "not a tar archive")

# Types that are not what they should be.
hostile("type-of-layer", change_manifest(lambda m: m["layers"][1].update(mediaType="application/vnd.example.squashfs")),
        '/layers/1: found a layer of type "application/vnd.example.squashfs"')
hostile("type-of-configuration", change_manifest(lambda m: m["config"].update(mediaType=OCI + "layer.v1.tar")),
        "no container image's")
hostile("type-of-manifest", change_index(lambda m: m[0].update(mediaType=OCI + "index.v1+json")),
        "the same kind of document as the type it came with")
hostile("schema-1", change_manifest(lambda m: m.update(schemaVersion=1)), "schema 1 are obsolete")
hostile("manifest-and-index", change_manifest(lambda m: m.update(manifests=[])), "no such member in a manifest")
hostile("fifo-in-image", pack({**oci(LAYERS), "fifo": ("fifo",)}), "is of a type that an archive of images does not hold")

# Bombs; 31-import-attacks.sh has those of ratio, size, members and holes.
hostile("window.zst", window_zstd(18), "wants a window of more than 128 MiB")
hostile("window.xz", window_xz(32), "wants a window of more than 128 MiB")
layer("long-path", [("x/" * 40000 + "f", "file", "")], "member")
layer("long-name", [("n" * 256, "file", "")], "member")
layer("deep", [("d/" * 1000 + "f", "file", "")], "member")
hostile("deep-json", pack({**oci(LAYERS), "index.json": b"[" * 100000 + b"]" * 100000}), "levels deep")
hostile("long-json", pack({**oci(LAYERS), "index.json": b'{"a": "' + b"x" * (5 << 20) + b'"}'}), "index.json")
hostile("long-manifest.aci", aci(manifest={**MANIFEST, "annotations": [{"name": "a", "value": "x" * (5 << 20)}]}),
        "the manifest has more than 4194304 bytes")
hostile("many-layers", change_manifest(lambda m: m.update(layers=m["layers"] * 200)), "/layers")

# Paths and links that lead out; 31-import-attacks.sh has "..".
aci_of("absolute", [("/rootfs/etc", "dir")], "has an absolute name")
aci_of("through-link", [("rootfs/d", "symlink", "/"), ("rootfs/d/canary", "file", "x")], "lies beneath a symbolic link")
layer("link-loop", [("a", "symlink", "b"), ("b", "symlink", "a"), ("a/x", "file", "")], "member \"a/x\" of the archive: lies")
layer("hard-link-up", [("a", "link", "../../../../etc/shadow")], "member")
layer("hard-link-absolute", [("a", "link", "/etc/shadow")], "member \"a\" of the archive: is a hard link to \"etc/shadow\"")
layer("hard-link-to-link", [("s", "symlink", "/etc/shadow"), ("a", "link", "s")],
      "member \"a\" of the archive: is a hard link to \"s\", which is no regular file")
aci_of("hard-link-to-manifest", [("manifest", "file", json.dumps(MANIFEST)), ("rootfs/a", "link", "manifest")],
       "which is outside \"rootfs\"")
hostile("docker-up", change_docker(lambda f, i: i[0].update(Config="../../../../etc/shadow")), "a relative path without \"..\"")
hostile("docker-link", change_docker(lambda f, i: f.update({i[0]["Layers"][0]: ("symlink", "/etc/shadow")})), "layer 1 of 3")
hostile("docker-link-loop", change_docker(lambda f, i: f.update({i[0]["Layers"][0]: ("symlink", "layer.tar")})), "layer 1 of 3")

# What has no place: a setuid program beside the root, members that come twice or one over the other.
aci_of("setuid-outside", [("bin", "file", "x", {"mode": 0o4755})], "is neither \"manifest\" nor beneath \"rootfs\"")
aci_of("file-twice", [("rootfs/a", "file", "1"), ("rootfs/a", "file", "2")], "is there twice")
aci_of("root-twice", [("rootfs", "dir")], "is there twice")
aci_of("file-over-directory", [("rootfs/d", "dir"), ("rootfs/d/a", "file", ""), ("rootfs/d", "file", "")], "is there twice")
aci_of("directory-over-file", [("rootfs/d", "file", ""), ("rootfs/d", "dir")], "is there twice")
aci_of("beneath-file", [("rootfs/d", "file", ""), ("rootfs/d/a", "file", "")], "lies beneath something that is no directory")
layer("beneath-file", [("d", "file", ""), ("d/a", "file", "")], "member \"d/a\" of the archive: lies beneath something")
hostile("manifest-is-link.aci", tar(("rootfs", "dir"), ("manifest", "symlink", "/etc/shadow")), "is no regular file")
hostile("root-is-link.aci", tar(("manifest", "file", json.dumps(MANIFEST)), ("rootfs", "symlink", "/")), "is no directory")

# Whiteouts; an opaque root is none of them, 30-import-formats.sh sees what it does.
layer("whiteout-of-nothing", [(".wh.", "file", "")], "member \"\" of the archive has a whiteout of \"\"")
layer("whiteout-of-parent", [("d/.wh...", "file", "")], "member \"d\" of the archive has a whiteout of \"..\"")
layer("whiteout-with-slash", [(".wh.a/b", "file", "")], "member \".wh.a/b\" of the archive lies beneath a whiteout")
layer("beneath-whiteout", [(".wh.a", "file", ""), ("a/b", "file", "")], "member \"a/b\" of the archive: lies beneath something")

# Documents that lead to themselves, say two things, or of which there are two.
loop = json.dumps({"schemaVersion": 2, "manifests": [
    {"mediaType": OCI + "index.v1+json", "digest": "sha256:" + "0" * 64, "size": 215}]}).encode().ljust(215)
hostile("index-loop", pack({**oci(LAYERS), "index.json": loop, "blobs/sha256/" + "0" * 64: loop}), "indexes are nested too deep")
hostile("index-twice", pack({**oci(LAYERS), "index.json": b'{"schemaVersion": 2, "manifests": [], "manifests": []}'}),
        "member \"manifests\" stands twice")
hostile("manifest-twice", instead(b'"layers"', b'"layers": [], "layers"'), "member \"layers\" stands twice")
hostile("configuration-twice", pack(oci(LAYERS, conf=config(LAYERS).replace(b'"os"', b'"os": "plan9", "os"'))),
        "member \"os\" stands twice")
hostile("aci-twice.aci", tar(("rootfs", "dir"), ("manifest", "file", json.dumps(MANIFEST).replace('"name"', '"name": "a", "name"', 1))),
        "member \"name\" stands twice")
hostile("two-of-one-name", change_index(lambda m: m.append({**m[0], "digest": "sha256:" + "1" * 64})),
        "two images here are called \"example.com/three:1\"")
hostile("two-of-one-tag", change_docker(lambda f, i: i.append({**i[0], "Config": "other.json"})), "several images here, say which")

(OUT / "table").write_text("".join(ROWS))
# These two are just what may be.
(OUT / "whole.zst").write_bytes(window_zstd(17))
(OUT / "whole.xz").write_bytes(window_xz(30))
setuid = {name: ("file", data, {"mode": 0o4755}) for name, data in oci(LAYERS, name="example.com/hostile:2").items()}
(OUT / "whole-setuid").write_bytes(pack(setuid))
