#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""table.py make PROBE OUT: images and manifests for the rows of rows.py.
table.py units: the units whose properties rows speak of.
table.py check OUT: compares what the apps said (OUT/said.json, of journalctl) and what systemd says (OUT/units, of
systemctl show), podctl verify (OUT/verify), the host's namespaces (OUT/namespaces) and systemd's niceness (OUT/nice) with the rows; a line for each that is
not so.
"""
import copy
import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "import"))
import images
from rows import ALL, DEFAULTS, HOSTS_OWN, ROWS

PASSWD = "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:50:Web:/home/web:/bin/probe\n42:x:4242:4242::/:/bin/probe\n"
GROUP = "root:x:0:\nstaff:x:50:\nmore:x:60:web\n"
OWN = {"own_namespaces"}
PLAIN = {"exec": ["/bin/probe", "report"], "user": "0", "group": "0"}


def tried(kind):
    return [one for one in ROWS if getattr(one, kind) is not None]


def merge(base, more):
    """Members of objects one by one, lists one behind the other, but for commands."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        elif isinstance(value, list) and isinstance(base.get(key), list) and key != "exec":
            base[key] = base[key] + value
        else:
            base[key] = copy.deepcopy(value)
    return base


def root(probe, version):
    def folder(name, **how):
        return (name, "dir", b"", {"mode": 0o755, **how})

    def file(name, data, **how):
        return (name, "file", data, {"mode": 0o644, **how})

    return [folder("bin"), file("bin/probe", probe, mode=0o755), folder("etc"), file("etc/passwd", PASSWD), file("etc/group", GROUP),
            file("etc/version", version), folder("srv"), file("srv/of-web", "", uid=1000, gid=50), folder("data", uid=1000, gid=50),
            file("data/seed", "of the image\n"), folder("tmp", mode=0o1777), folder("run")]


def write_aci(out, name, version, probe, app):
    manifest = {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/" + name, "app": app,
                "labels": [{"name": "version", "value": version}]}
    members = [("rootfs/" + path, *rest) for path, *rest in root(probe, version + "\n")]
    (out / f"{name}-{version}.aci").write_bytes(images.aci(*members, manifest=manifest))


def write_oci(out, probe):
    layers = [images.tar(*root(probe, "1\n"))]
    config = {}
    for one in tried("oci"):
        merge(config, one.oci)
    conf = json.loads(images.config(layers))
    # Names of the inner object begin with a capital letter.
    conf.update({key: value for key, value in config.items() if key[0].islower()})
    conf["config"] = {key: value for key, value in config.items() if key[0].isupper()}
    files = images.oci(layers, conf=json.dumps(conf).encode(), name="example.com/tried-oci:1")
    (out / "tried-oci-1.tar").write_bytes(images.pack(files))


def app_of(name, one):
    app = {"name": name, "image": {"name": "example.com/tried-plain"}, "app": copy.deepcopy(PLAIN)}
    image = one.app.get("image")
    merge(app, {key: value for key, value in one.app.items() if key != "image"})
    if image:
        app["image"] = image
    if one.look:
        app["app"]["exec"] = PLAIN["exec"] + list(one.look)
    return app


def app_name(number):
    return f"row-{number}"


def pod_of_apps():
    """Each row is an app; "plain" has no setting, the last two have what their images say."""
    pod = {"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [app_of("plain", type(ROWS[0])(fields=[], app={}))], "volumes": [],
           "annotations": [{"name": "podd.org/exit-policy", "value": "all"}, {"name": "podd.org/best-effort", "value": "true"}]}
    for number, one in enumerate(ROWS):
        if one.app is not None:
            pod["apps"].append(app_of(app_name(number), one))
            pod["volumes"] += one.volumes
    pod["apps"] += [{"name": "image", "image": {"name": "example.com/tried-full"}}, {"name": "oci", "image": {"name": "example.com/tried-oci"}}]
    return pod


def pod_of_settings():
    pod = {"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [app_of("plain", type(ROWS[0])(fields=[], app={}))],
           "annotations": [{"name": "podd.org/best-effort", "value": "true"}]}
    for one in tried("pod"):
        more = dict(one.pod)
        pod["apps"][0]["name"] = more.pop("name of the app", pod["apps"][0]["name"])
        merge(pod, more)
    return pod


def make(probe, out):
    probe = pathlib.Path(probe).read_bytes()
    for version in "12":  # the second one is imported last
        write_aci(out, "tried-plain", version, probe, PLAIN)
    app = copy.deepcopy(PLAIN)
    for one in tried("image"):
        merge(app, one.image["app"])
    write_aci(out, "tried-full", "1", probe, app)
    write_oci(out, probe)
    for name, pod in (("probe", pod_of_apps()), ("probed", pod_of_settings())):
        (out / f"{name}.json").write_text(json.dumps(pod, indent=1))


def reports(out):
    """By pod and app."""
    text = {}
    for line in (out / "said.json").read_text().splitlines():
        entry = json.loads(line)
        unit = re.fullmatch(r"pod-(.*)@(.*)\.service", entry.get("_SYSTEMD_UNIT", ""))
        if unit and entry.get("SYSLOG_IDENTIFIER") == unit[2]:
            text.setdefault(unit.groups(), []).append(entry["MESSAGE"])
    return {app: json.loads("\n".join(lines)) for app, lines in text.items()}


def units(out):
    """By name, what `systemctl show` printed."""
    found = {}
    for block in (out / "units").read_text().split("\n\n"):
        values = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        found[values.get("Id")] = values
    return found


def at(value, path):
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


class Check:
    def __init__(self, out):
        self.said, self.units = reports(out), units(out)
        self.verify = (out / "verify").read_text()
        self.host = (out / "namespaces").read_text().split()
        self.nice = (out / "nice").read_text().strip()
        self.bad = 0
        self.plain = self.said.get(("probe", "plain"), {})

    def complain(self, fields, text):
        print(f"{', '.join(fields)}: {text}")
        self.bad += 1

    def value(self, fields, what, with_it, without, wanted):
        """Both sides of one thing that a row says."""
        for side, found, expected in (("with", with_it, wanted[0]), ("without", without, wanted[1])):
            if expected is not ALL and found != expected:
                self.complain(fields, f"{what}: found {found!r} {side} it, wanted {expected!r}")
        if wanted[0] is ALL and with_it == without:
            self.complain(fields, f"{what}: {with_it!r} with and without it")

    def defaults(self):
        # systemd gives its own to what it starts.
        for path, wanted in {**DEFAULTS, ("nice",): self.nice}.items():
            found = at(self.plain, path)
            if callable(wanted):
                wrong = None if found is None else wanted(found)
                if wrong or found is None:
                    self.complain(["without any setting"], f"{' '.join(path)}: {wrong!r}")
            elif found != wanted:
                self.complain(["without any setting"], f"{' '.join(path)}: found {found!r}, wanted {wanted!r}")
        for name, link in {**self.plain.get("namespaces", {}), **self.plain.get("own_namespaces", {})}.items():
            if (link in self.host) != (name in HOSTS_OWN):
                self.complain(["without any setting"], f"namespace {name} is {link}")

    def inside(self, one, app):
        report = self.said.get(app)
        if report is None:
            self.complain(one.fields, f"app {app[1]} of pod {app[0]} said nothing")
            return
        if at(report, ("environment", "AC_APP_NAME")) != app[1]:
            self.complain(one.fields, f"AC_APP_NAME of {app[1]} is another")
        for path, wanted in one.sees.items():
            self.value(one.fields, " ".join(map(str, path)), at(report, path), at(self.plain, path), wanted)

    def same(self, fields, app, but):
        """What no row of these fields speaks of is as it is without them."""
        report = self.said.get(app, {})
        for member in sorted(set(self.plain) - but - OWN):
            mine, plain = report.get(member), self.plain[member]
            if member == "environment":
                mine, plain = ({k: v for k, v in one.items() if k != "AC_APP_NAME"} for one in (mine or {}, plain))
            if mine != plain:
                self.complain(fields, f"changes {member}, too: {mine!r} instead of {plain!r}")

    def outside(self, one, unit, plain, properties):
        for name, wanted in properties.items():
            self.value(one.fields, f"{unit} {name}=", at(self.units, (unit, name)), at(self.units, (plain, name)), wanted)

    def row(self, one, app):
        self.inside(one, app)
        if one.pod is None:
            self.outside(one, f"pod-{app[0]}@{app[1]}.service", "pod-probe@plain.service", one.unit)
        else:
            self.outside(one, f"pod-{app[0]}.service", "pod-probe.service", one.unit)
        self.outside(one, f"machine-{app[0]}.slice", "machine-probe.slice", one.slice)
        if one.verify and one.verify not in self.verify:
            self.complain(one.fields, f"podctl verify does not say '{one.verify}'")


def changed_by(rows):
    members = set()
    for one in rows:
        members |= {path[0] for path in one.sees} | set(one.changes) | ({"argv", "paths"} if one.look else set())
    return members


def check(out):
    checks = Check(out)
    checks.defaults()
    for number, one in enumerate(ROWS):
        if one.app is None:
            continue
        app = ("probe", app_name(number))
        checks.row(one, app)
        checks.same(one.fields, app, changed_by([one]))
    for kind, app in (("pod", ("probed", "other")), ("image", ("probe", "image")), ("oci", ("probe", "oci"))):
        for one in tried(kind):
            checks.row(one, app)
        checks.same([f"all rows of kind {kind}"], app, changed_by(tried(kind)) | ({"namespaces", "uid_map", "gid_map"} if kind == "pod" else set()))
    count = sum(one.app is not None or one.pod is not None or one.image is not None or one.oci is not None for one in ROWS)
    print(f"{count} rows, {checks.bad} wrong", file=sys.stderr)
    return checks.bad != 0


def main(verb, *arguments):
    if verb == "make":
        return make(arguments[0], pathlib.Path(arguments[1]))
    if verb == "units":
        names = {"pod-probe@plain.service", "pod-probe.service", "pod-probed.service", "machine-probe.slice", "machine-probed.slice"}
        names |= {f"pod-probe@{app_name(number)}.service" for number, one in enumerate(ROWS) if one.unit and one.app is not None}
        print(*sorted(names))
        return 0
    return check(pathlib.Path(arguments[0]))


sys.exit(main(*sys.argv[1:]))
