#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-signals.py: reads what `busctl monitor --json=short` saw of one fetch, and says what is wrong with it."""
import json
import sys

STATES = ["waiting", "fetching", "unpacking", "checking", "done"]


def changes(lines):
    """[time in seconds, {property: value}] of each PropertiesChanged of a transfer."""
    for line in lines:
        if not line.startswith("{"):  # that it listens
            continue
        message = json.loads(line)
        if message.get("member") != "PropertiesChanged":
            continue
        interface, changed, _ = message["payload"]["data"]
        if interface == "org.podd1.Transfer":
            yield message["timestamp-realtime"] / 1e6, {name: value["data"] for name, value in changed.items()}


def check(seen):
    phase, bytes_now, phases, rates, layers_seen = "", 0, [], [], []
    for _, changed in seen:
        if "Phase" in changed and changed["Phase"] != phase:
            phase = changed["Phase"]
            phases.append(phase)
            bytes_now = 0
        if "Bytes" in changed:
            assert changed["Bytes"] >= bytes_now, f"bytes went back from {bytes_now} to {changed['Bytes']}"
            bytes_now = changed["Bytes"]
        rates.append(changed.get("Rate", 0))
        for state, done, total in changed.get("Layers", []):
            assert state in STATES, state
            assert done <= total, (done, total)
        if changed.get("Layers"):
            layers_seen.append((phase, [layer[0] for layer in changed["Layers"]]))
    assert phases == ["fetch", "import"], phases
    assert max(rates) > 0, "no rate"
    for name, state in (("fetch", "fetching"), ("fetch", "done"), ("import", "done")):
        assert any(at == name and state in states for at, states in layers_seen), (name, state, layers_seen)
    assert any(at == "fetch" and set(states) == {"done"} for at, states in layers_seen), "the last word was lost"
    # Four in a second, and those at the ends of two phases.
    times = [at for at, _ in seen]
    for start in times:
        within = sum(1 for at in times if start <= at < start + 1)
        assert within <= 4 + 4, f"{within} signals in one second"
    assert len(times) >= 6, f"only {len(times)} signals"


check(list(changes(sys.stdin)))
