#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs podd-generator as systemd would, on directories of the test's own."""
import json
import os
import pathlib
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

GENERATOR = sys.argv.pop(1)


def manifest(apps=("one",), **annotations):
    return json.dumps({
        "acVersion": "0.8.11", "acKind": "PodManifest",
        "apps": [{"name": app, "image": {"name": "example.com/x"}} for app in apps],
        "annotations": [{"name": "podd.org/" + key.replace("_", "-"), "value": value}
                        for key, value in annotations.items()]})


class Generator(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="podd-generator-")
        self.addCleanup(self.dir.cleanup)
        base = pathlib.Path(self.dir.name)
        self.root, self.out = base / "root", base / "normal"
        self.pods = self.root / "etc/podd/pods.d"
        self.pods.mkdir(parents=True)
        for name in ("normal", "early", "late"):
            (base / name).mkdir()
        self.arguments = [str(base / name) for name in ("normal", "early", "late")]

    def write(self, name, text=None, where="etc"):
        path = self.root / where / "podd/pods.d" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(manifest() if text is None else text)
        return path

    def run_it(self, *arguments, **more):
        # With --root= problems come on standard error, not in the kernel log.
        return subprocess.run([GENERATOR, f"--root={self.root}", *(arguments or self.arguments)],
                              stderr=subprocess.PIPE, timeout=20, text=True, **more)

    def files(self):
        return sorted(str(p.relative_to(self.out)) for p in self.out.rglob("*") if not p.is_dir())

    def test_writes_units_and_boot_links_into_the_normal_directory_only(self):
        self.write("my-pod.json", manifest(("one", "two"), wanted_by="multi-user.target"))
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(self.files(), [
            "multi-user.target.wants/pod-my-pod@one.service",
            "multi-user.target.wants/pod-my-pod@two.service",
            "pod-my-pod.service", "pod-my-pod@one.service", "pod-my-pod@two.service"])
        link = self.out / "multi-user.target.wants/pod-my-pod@one.service"
        self.assertEqual(os.readlink(link), "../pod-my-pod@one.service")
        self.assertEqual(link.resolve().read_bytes(), (self.out / "pod-my-pod@one.service").read_bytes())
        for directory in self.arguments[1:]:
            self.assertEqual(os.listdir(directory), [])
        mode = stat.S_IMODE((self.out / "pod-my-pod.service").stat().st_mode)
        self.assertEqual(mode, 0o644)

    def test_says_the_same_again(self):
        self.write("web.json", manifest(wanted_by="multi-user.target"))
        self.assertEqual(self.run_it().returncode, 0)
        before = {name: (self.out / name).read_bytes() for name in self.files()}
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual({name: (self.out / name).read_bytes() for name in self.files()}, before)

    def test_says_what_the_manual_page_quotes(self):
        page = (pathlib.Path(__file__).resolve().parents[3] / "man/podd-generator.8.scd").read_text()
        quoted = page.partition("# BROKEN MANIFESTS")[2].split("```")[1].strip().splitlines()
        self.write("web.json", json.dumps({"acVersion": "0.8.11", "acKind": "PodManifest",
                                           "apps": [{"name": "nginx", "image": {}}]}))
        os.mkfifo(self.pods / "pipe.json", mode=0o644)
        said = [line.removeprefix("<3>").removeprefix(str(self.root)) for line in self.run_it().stderr.splitlines()]
        self.assertEqual(sorted(quoted), sorted(said))

    def test_options_make_no_directories_of_their_names(self):
        for option, status in {"--help": 0, "--version": 0, "--hlep": 1, "--root=/": 1}.items():
            run = subprocess.run([GENERATOR, option], capture_output=True, timeout=20, cwd=self.dir.name)
            self.assertEqual(run.returncode, status, option)
            self.assertTrue(run.stdout if status == 0 else run.stderr, option)
        self.assertEqual(sorted(os.listdir(self.dir.name)), ["early", "late", "normal", "root"])

    def test_one_argument_is_enough_and_two_are_not_right(self):
        self.write("web.json")
        self.assertEqual(self.run_it(self.arguments[0]).returncode, 0)
        self.assertEqual(len(self.files()), 2)
        self.assertEqual(self.run_it(*self.arguments[:2]).returncode, 1)

    def test_nothing_to_do_is_success(self):
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(self.files(), [])

    def test_does_nothing_in_the_initrd(self):
        self.write("web.json")
        done = self.run_it(env={"SYSTEMD_IN_INITRD": "1"})
        self.assertEqual((done.returncode, self.files()), (0, []))

    def test_bad_manifests_do_not_harm_good_ones(self):
        os.mkfifo(self.pods / "fifo.json")
        (self.pods / "device.json").symlink_to("/dev/zero")
        self.write("big.json", " " * 10_000_000)
        self.write("deep.json", "[" * 1_000_000)
        self.write("..x.json")
        self.write("UPPER.json")
        self.write("twice.json")
        self.write("twice.yaml")
        self.write("last.json")
        self.write("alone.json", manifest(exit_policy="sometimes"))
        self.write("web.json")
        self.write("web.json", manifest(("lower",)), where="usr/lib")
        self.write("masked.json", manifest(), where="usr/lib")
        (self.pods / "masked.json").symlink_to("/dev/null")
        begin = time.monotonic()
        done = self.run_it()
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.files(), ["pod-last.service", "pod-last@one.service",
                                        "pod-web.service", "pod-web@one.service"])
        said = done.stderr.splitlines()
        self.assertEqual(len(said), 7, done.stderr)
        for name in ("UPPER.json", "alone.json", "big.json", "deep.json", "device.json", "fifo.json", "twice.json"):
            self.assertEqual(len([line for line in said if f"/{name}: " in line]), 1, name)

    def test_a_unit_that_cannot_be_written_leaves_nothing_of_its_pod(self):
        self.write("a.json", manifest(("one", "two"), wanted_by="multi-user.target"))
        self.write("b.json")
        (self.out / "pod-a@two.service").mkdir()
        (self.out / "pod-a@two.service/in-the-way").touch()
        self.assertEqual(self.run_it().returncode, 1)
        self.assertEqual(self.files(), ["pod-a@two.service/in-the-way", "pod-b.service", "pod-b@one.service"])

    def test_a_full_disk_leaves_no_half_file(self):
        self.write("web.json", manifest([f"app-{n}" for n in range(20)]))

        def no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        done = self.run_it(preexec_fn=no_room)
        self.assertEqual((done.returncode, self.files()), (1, []))

    def test_the_longest_unit_name_fits_and_a_longer_one_is_refused(self):
        # 255 bytes with "pod-", "@" and ".service"
        self.write("p" * 42 + ".json", manifest(("a" * 200,), wanted_by="multi-user.target"))
        self.assertEqual(self.run_it().returncode, 0)
        self.assertEqual(len(self.files()), 3)
        self.write("p" * 43 + ".json", manifest(("a" * 200,)))
        self.assertEqual(self.run_it().returncode, 1)
        self.assertEqual(len(self.files()), 3)

    def test_values_stay_values(self):
        evil = "50% %n ${HOME} $x \"q\" 'r' ; [Service] ExecStart=/bin/evil \\x0a"
        self.write("web.json", manifest(description=evil + "."))
        self.assertEqual(self.run_it().returncode, 0)
        lines = (self.out / "pod-web.service").read_text().splitlines()
        self.assertEqual([l for l in lines if l.startswith("Description=")],
                         ["Description=" + evil.replace("%", "%%") + "."])
        self.assertEqual(len([l for l in lines if l.startswith("Exec")]), 2)
        for bad in ("two\nExecStart=/bin/evil", "goes on \\", " blank", "\u0001"):
            self.write("web.json", manifest(description=bad))
            (self.out / "pod-web.service").unlink(missing_ok=True)
            self.assertEqual(self.run_it().returncode, 1, bad)
            self.assertFalse((self.out / "pod-web.service").exists())

    def test_links_no_bus_http_crypto_or_threads(self):
        needed = subprocess.run(["readelf", "-d", GENERATOR], capture_output=True, text=True).stdout
        for library in ("systemd", "sdbus", "curl", "ssl", "crypto", "gpgme", "archive", "pthread"):
            self.assertNotIn(f"lib{library}", needed)


if __name__ == "__main__":
    unittest.main()
