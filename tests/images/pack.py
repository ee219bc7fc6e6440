#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pack.py ROOTFS.tar DESCRIPTION.json FORMAT OUT: packs a root file system as a container image.

FORMAT is rootfs (.tar.gz), aci, oci (a folder), oci-tar or docker (as `docker save` writes it). The same
input gives the same bytes: times are fixed, gzip has no name and no time. DESCRIPTION holds the image's name,
version and settings, and the files of a second layer; see the *.json files beside this program.
"""
import copy
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import sys
import tarfile

EPOCH = 1700000000
CREATED = "2023-11-14T22:13:20Z"
ARCH = {"x86_64": "amd64", "aarch64": "arm64", "riscv64": "riscv64", "ppc64le": "ppc64le", "s390x": "s390x"}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def clean(member, prefix):
    member = copy.copy(member)
    name = member.name.removeprefix("./").rstrip("/")
    member.name = prefix + name if name not in ("", ".") else prefix.rstrip("/") or "."
    if member.islnk():
        member.linkname = prefix + member.linkname.removeprefix("./")
    member.mtime = EPOCH
    member.pax_headers = {k: v for k, v in member.pax_headers.items() if k.startswith("SCHILY.xattr.")}
    return member


def base_members(rootfs):
    """Members of the root file system, without what is in /dev: that is the runtime's business."""
    with tarfile.open(rootfs) as tar:
        for member in tar:
            if member.name.startswith("./dev/") and member.name != "./dev/":
                continue
            if member.isfile() or member.isdir() or member.issym() or member.islnk():
                yield member, tar.extractfile(member) if member.isfile() else None


def extra_members(files):
    """The second layer: text, {"link": target}, {"directory": mode} or null, which is a whiteout."""
    for path, content in files.items():
        path = path.lstrip("/")
        member = tarfile.TarInfo(path)
        member.mode = 0o644
        if content is None:
            member.name = os.path.join(os.path.dirname(path), ".wh." + os.path.basename(path))
            content = ""
        if isinstance(content, dict) and "link" in content:
            member.type, member.linkname, member.mode = tarfile.SYMTYPE, content["link"], 0o777
            yield member, None
        elif isinstance(content, dict):
            member.type, member.mode = tarfile.DIRTYPE, int(content["directory"], 8)
            yield member, None
        else:
            if content.startswith("#!"):
                member.mode = 0o755
            data = content.encode()
            member.size = len(data)
            yield member, io.BytesIO(data)


def write_layer(members, prefix="", first=()):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in first:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(data), 0o644, EPOCH
            tar.addfile(member, io.BytesIO(data))
        for member, content in members:
            tar.addfile(clean(member, prefix), content)
    return out.getvalue()


def squeeze(data):
    return gzip.compress(data, compresslevel=6, mtime=0)


def merged(rootfs, files):
    """Both layers as one tree, for formats that have no layers."""
    hidden = {p.lstrip("/") for p in files}
    for member, content in base_members(rootfs):
        if member.name.removeprefix("./").rstrip("/") not in hidden:
            yield member, content
    yield from extra_members({p: c for p, c in files.items() if c is not None})


def aci_manifest(image, arch):
    app = {"exec": image["exec"] + image.get("command", []), "user": image.get("user", "0"), "group": image.get("group", "0")}
    if image.get("environment"):
        app["environment"] = [{"name": k, "value": v} for k, v in image["environment"].items()]
    if image.get("directory"):
        app["workingDirectory"] = image["directory"]
    if image.get("ports"):
        app["ports"] = [{"name": n, "protocol": "tcp", "port": p} for n, p in image["ports"].items()]
    if image.get("mounts"):
        app["mountPoints"] = [{"name": n, "path": p} for n, p in image["mounts"].items()]
    labels = [("version", image["version"]), ("os", "linux"), ("arch", arch)]
    return {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": image["name"],
            "labels": [{"name": n, "value": v} for n, v in labels], "app": app}


def oci_config(image, arch, diff_ids):
    config = {"Entrypoint": image["exec"],
              "Env": [f"{k}={v}" for k, v in image.get("environment", {}).items()]}
    if image.get("command"):
        config["Cmd"] = image["command"]
    user = image.get("user", "0")
    if user != "0":
        config["User"] = f"{user}:{image['group']}" if "group" in image else user
    if image.get("directory"):
        config["WorkingDir"] = image["directory"]
    if image.get("ports"):
        config["ExposedPorts"] = {f"{p}/tcp": {} for p in image["ports"].values()}
    if image.get("mounts"):
        config["Volumes"] = {p: {} for p in image["mounts"].values()}
    if image.get("stopSignal"):
        config["StopSignal"] = image["stopSignal"]
    # As it stands; null takes a member away.
    config.update(image.get("config", {}))
    config = {k: v for k, v in config.items() if v is not None}
    return {"created": CREATED, "architecture": arch, "os": "linux", "config": config,
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + d for d in diff_ids]},
            "history": [{"created": CREATED, "created_by": f"layer {n}"} for n in range(len(diff_ids))]}


def write_oci(image, arch, layers, out):
    blobs = out / "blobs/sha256"
    blobs.mkdir(parents=True)

    def blob(data, kind):
        digest = sha256(data)
        (blobs / digest).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": "sha256:" + digest, "size": len(data)}

    config = blob(canonical(oci_config(image, arch, [sha256(l) for l in layers])), "config.v1+json")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
                "layers": [blob(squeeze(l), "layer.v1.tar+gzip") for l in layers]}
    entry = blob(canonical(manifest), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": f'{image["name"]}:{image["version"]}'}
    entry["platform"] = {"architecture": arch, "os": "linux"}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry]}
    (out / "index.json").write_bytes(canonical(index))
    (out / "oci-layout").write_bytes(canonical({"imageLayoutVersion": "1.0.0"}))


def write_docker(image, arch, layers, out):
    config = canonical(oci_config(image, arch, [sha256(l) for l in layers]))
    files = [(sha256(config) + ".json", config)]
    names = []
    for layer in layers:
        names.append(sha256(layer) + "/layer.tar")
        files.append((names[-1], layer))
    tag = f'{image["name"]}:{image["version"]}'
    files.append(("manifest.json", canonical([{"Config": files[0][0], "RepoTags": [tag], "Layers": names}])))
    out.write_bytes(write_layer((), first=files))


def write_folder_tar(folder, out):
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    out.write_bytes(write_layer((), first=[(str(p.relative_to(folder)), p.read_bytes()) for p in files]))


def main(rootfs, description, kind, out):
    image = json.loads(pathlib.Path(description).read_text())
    arch = ARCH[os.uname().machine]
    extra = image.get("files", {})
    out = pathlib.Path(out)
    if kind == "rootfs":
        out.write_bytes(squeeze(write_layer(merged(rootfs, extra))))
    elif kind == "aci":
        manifest = canonical(aci_manifest(image, arch))
        out.write_bytes(squeeze(write_layer(merged(rootfs, extra), "rootfs/", [("manifest", manifest)])))
    else:
        layers = [write_layer(base_members(rootfs))]
        if extra:
            layers.append(write_layer(extra_members(extra)))
        if kind == "docker":
            write_docker(image, arch, layers, out)
        elif kind == "oci":
            write_oci(image, arch, layers, out)
        elif kind == "oci-tar":
            folder = out.with_name(out.name + ".folder")
            write_oci(image, arch, layers, folder)
            write_folder_tar(folder, out)
            shutil.rmtree(folder)
        else:
            sys.exit(f"pack.py: unknown format '{kind}': rootfs, aci, oci, oci-tar or docker")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
