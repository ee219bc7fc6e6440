#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-site.py OUT: what 80-fetcher.sh serves.

OUT/push/REPOSITORY has blobs/DIGEST and manifests/NN.TAG, for a real registry, to be pushed in that order.
OUT/www/v2/REPOSITORY has what no registry would take, for a web server: blobs/DIGEST and manifests/NAME.
"""
import hashlib
import json
import os
import pathlib
import random
import sys

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
ARCH = {"x86_64": "amd64", "aarch64": "arm64", "riscv64": "riscv64", "ppc64le": "ppc64le", "s390x": "s390x"}
HERE = ARCH[os.uname().machine]
ELSEWHERE = "s390x" if HERE != "s390x" else "amd64"


def text(value):
    return json.dumps(value, indent=1).encode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(data, media_type, **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


class Image:
    """Layers of any bytes: nobody unpacks them here."""

    def __init__(self, layers, arch=HERE, docker=False):
        self.layers = layers
        self.config = text({"architecture": arch, "os": "linux", "config": {"Cmd": ["/bin/true"]},
                            "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}})
        kinds = (DOCKER + "distribution.manifest.v2+json", DOCKER + "container.image.v1+json",
                 DOCKER + "image.rootfs.diff.tar.gzip") if docker else \
            (OCI + "manifest.v1+json", OCI + "config.v1+json", OCI + "layer.v1.tar")
        self.type = kinds[0]
        self.value = {"schemaVersion": 2, "mediaType": kinds[0], "config": descriptor(self.config, kinds[1]),
                      "layers": [descriptor(layer, kinds[2]) for layer in layers]}

    @property
    def manifest(self):
        return text(self.value)

    def blobs(self):
        return [self.config, *self.layers]


def put(folder, blobs, manifests):
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    (folder / "manifests").mkdir(exist_ok=True)
    for blob in blobs:
        (folder / "blobs" / digest(blob)).write_bytes(blob)
    for name, data in manifests.items():
        (folder / "manifests" / name).write_bytes(data)


out = pathlib.Path(sys.argv[1])
noise = random.Random(80)
big = noise.randbytes(3 << 20)
small = [noise.randbytes(1000 + i) for i in range(5)]

# For the real registry.
app = Image([*small, big, small[0]])
put(out / "push/team/app", app.blobs(), {"10.v1": app.manifest})
old = Image(small[:2], docker=True)
put(out / "push/docker", old.blobs(), {"10.latest": old.manifest})
other = Image(small[2:], arch=ELSEWHERE)
put(out / "push/foreign", other.blobs(), {"10.latest": other.manifest})
index = text({"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": [
    descriptor(other.manifest, other.type, platform={"os": "linux", "architecture": ELSEWHERE},
               annotations={"org.opencontainers.image.ref.name": "theirs"}),
    descriptor(app.manifest, app.type, platform={"os": "linux", "architecture": HERE},
               annotations={"org.opencontainers.image.ref.name": "ours"})]})
put(out / "push/multi", other.blobs() + app.blobs(),
    {"10.theirs": other.manifest, "11.ours": app.manifest, "20.v2": index})

# For the web server.
www = out / "www/v2"
for name in ("good", "private", "redirect", "downgrade", "to-file", "round", "slow", "no-range", "claim", "open",
             "identity"):
    put(www / name, app.blobs(), {"latest": app.manifest})
put(www / "wrong-manifest", [], {digest(b"another"): app.manifest})
put(www / "wrong-config", app.layers, {"latest": app.manifest})
(www / "wrong-config/blobs" / digest(app.config)).write_bytes(app.config.replace(b"true", b"evil"))
for name, bad in (("wrong-layer", bytes(len(big))), ("long-layer", big + b"x"), ("short-layer", big[:-1])):
    put(www / name, app.blobs(), {"latest": app.manifest})
    (www / name / "blobs" / digest(big)).write_bytes(bad)
put(www / "missing-layer", [app.config], {"latest": app.manifest})
put(www / "huge", [], {"latest": app.manifest + b" " * (5 << 20)})
put(www / "twice", [], {"latest": app.manifest.replace(b'"layers"', b'"layers": [], "layers"')})
put(www / "both", [], {"latest": text({**app.value, "manifests": []})})
put(www / "html", [], {"latest": b"<html>welcome</html>"})
put(www / "schema1", [], {"latest": text({"schemaVersion": 1, "name": "a", "tag": "latest", "fsLayers": []})})
foreign = Image(small[:1])
foreign.value["layers"][0]["urls"] = ["https://example.com/layer"]
put(www / "urls", foreign.blobs(), {"latest": foreign.manifest})
odd = Image(small[:1])
odd.value["layers"][0]["mediaType"] = "application/vnd.example.layer.squashfs"
put(www / "odd-layer", odd.blobs(), {"latest": odd.manifest})
inner = text({"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": []})
for level in range(6):
    put(www / "deep", [], {digest(inner): inner, "latest": inner})
    inner = text({"schemaVersion": 2, "mediaType": OCI + "index.v1+json",
                  "manifests": [descriptor(inner, OCI + "index.v1+json")]})
put(www / "deep", [], {"latest": inner, digest(inner): inner})
