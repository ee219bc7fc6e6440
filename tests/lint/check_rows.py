#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check_rows.py ROOT: each field of a manifest and of an OCI image's configuration has a row in
tests/system/probe/rows.py, which tries it or names the test that does.

The fields are those of the specifications, and whatever else podd's readers in src/schema ask for.
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True
root = pathlib.Path(sys.argv[1]).resolve()
sys.path.insert(0, str(root / "tests/system/probe"))
from rows import ROWS  # noqa: E402

# Source: appc spec 0.8.11, aci.md and pods.md; OCI image-spec 1.1, config.md, and Docker's additions that images carry.
SPECIFIED = {
    "image": "acKind acVersion name labels app dependencies pathWhitelist annotations",
    "dependency": "imageName imageID labels size",
    "app": "exec user group supplementaryGIDs eventHandlers workingDirectory environment mountPoints ports isolators "
           "userAnnotations userLabels",
    "environment": "name value", "handler": "name exec", "mount-point": "name path readOnly",
    "port": "name protocol port count socketActivated",
    "label": "name value", "annotation": "name value", "isolator": "name value",
    "pod": "acKind acVersion apps volumes isolators annotations ports userAnnotations userLabels",
    "runtime-app": "name image app readOnlyRootFS mounts annotations",
    "image-reference": "id name labels", "mount": "volume path appVolume",
    "volume": "name kind readOnly source recursive mode uid gid",
    "exposed-port": "name hostPort hostIP podPort",
    "oci": "architecture os os.version os.features variant created author rootfs history",
    "oci.config": "User ExposedPorts Env Entrypoint Cmd Volumes WorkingDir Labels StopSignal ArgsEscaped Memory MemorySwap CpuShares "
                  "Healthcheck OnBuild Shell Hostname Domainname",
}

# Which object a reader of src/schema reads.
READERS = {
    "read_environment_variable": "environment", "read_event_handler": "handler", "read_mount_point": "mount-point",
    "read_port": "port", "read_app": "app", "read_dependency": "dependency", "read_image": "image-reference",
    "read_mount": "mount", "read_runtime_app": "runtime-app", "read_exposed_port": "exposed-port", "read_host_volume": "volume",
    "read_empty_volume": "volume", "check_from_image": "volume", "read_volume": "volume", "read_label": "label", "read_annotation": "annotation",
    "read_isolator": "isolator", "read_process": "oci.config", "parse_oci_config": "oci", "read_diff_ids": None,
    "ImageManifest::from_json": "image", "PodManifest::from_json": "pod", "read_kind_and_version": None,
    "check_app_lists": "app", "check_platform": None,
}
FILES = "app_json image_manifest pod_manifest volume_json label_json oci_config"
bad = 0


def complain(text):
    global bad
    print(text)
    bad += 1


def read_fields(name):
    """("volume", "mode") for each member that a function of the file asks for."""
    function = ""
    for line in (root / f"src/schema/{name}.cpp").read_text().splitlines():
        if start := re.match(r"\w[\w:<>, ]* ([\w:]+)\(", line):
            function = start[1]
        for members in re.findall(r'(?:\bmember|\bread_(?!kind)\w+)\((?:\w+, )?"(\w+)"[,)]|refuse_members\(\w+, \{(.*?)\}', line):
            for member in [members[0]] if members[0] else re.findall(r'"(\w+)"', members[1]):
                if function in READERS:
                    if READERS[function]:
                        yield f"{READERS[function]}.{member}"
                elif function not in GENERIC:
                    complain(f"src/schema/{name}.cpp: {function}() reads \"{member}\", and this lint does not know of what object")


# They read a member of whatever object they are given.
GENERIC = {"read_labels", "read_annotations", "read_isolators", "check_os_and_arch"}


def read_names():
    """Isolators and annotations by their names."""
    for name in ("isolators", "unit_isolators"):
        yield from re.findall(r'Known\{"([\w./-]+)"', (root / f"src/schema/{name}.cpp").read_text())
    for name in ("annotations", "network_annotations", "name_resolution"):
        yield from re.findall(r'std::string_view k\w+ =\s+"([\w./-]+)"', (root / f"src/schema/{name}.h").read_text())


def check_test(one):
    file = root / "tests" / (one.test if "/" in one.test else f"system/{one.test}")
    if not file.exists():
        complain(f"{', '.join(one.fields)}: there is no {file.relative_to(root)}")
        return
    for field in one.fields:
        word = one.words or field
        if word not in file.read_text() and word.rsplit(".", 1)[-1] not in file.read_text():
            complain(f"{field}: nothing in {file.relative_to(root)} says {word}")


wanted = {f"{thing}.{field}" for thing, fields in SPECIFIED.items() for field in fields.split()}
# "config" is an object whose members have rows.
read = {field for name in FILES.split() for field in read_fields(name)} - {"oci.config"}
names = set(read_names())
if len(read) < 60 or len(names) < 40:
    complain(f"{len(read)} fields and {len(names)} names in src/schema: does this lint still read it rightly?")
known = {field for one in ROWS for field in one.fields}
for field in sorted((wanted | read | names) - known):
    complain(f"tests/system/probe/rows.py: no row for {field}")
for field in sorted(known - wanted - read - names):
    complain(f"tests/system/probe/rows.py: {field} is no field of anything")
for one in ROWS:
    if one.test:
        check_test(one)
    elif not (one.sees or one.unit or one.slice or one.verify or one.nothing):
        complain(f"tests/system/probe/rows.py: the row of {', '.join(one.fields)} wants nothing to be seen")
sys.exit(bad != 0)
