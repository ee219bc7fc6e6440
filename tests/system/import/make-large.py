#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-large.py OUT: the OCI layout of an image of three gzip layers with 600 files each, 72 MB unpacked."""
import gzip
import pathlib
import random
import sys

sys.dont_write_bytecode = True
from images import oci, tar

noise = random.Random(92)
layers = [tar(*[(f"d{number}/f{i}", "file", noise.randbytes(4000) * 10) for i in range(600)]) for number in range(3)]
for name, data in oci(layers, lambda data: gzip.compress(data, 1, mtime=0), name="example.com/killed:1").items():
    path = pathlib.Path(sys.argv[1]) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
