#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench - what `scxplore bench` prints: its shape, that figures are possible, what is bounded. Never how
long something took: that is for docs/benchmarks.md. Usage: bench.py PROGRAM. Prints TAP."""
import json
import math
import subprocess
import sys

program = sys.argv[1]
tests = []


def run(*words):
    done = subprocess.run([program, "bench", *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def readings(o):
    return o["n"] > 0 and 0 <= o["p50"] <= o["p99"] <= o["max"] and o["mean"] <= o["max"] + 0.001


def test(name):
    def add(fn):
        tests.append((name, fn))
        return fn
    return add


@test("what is unknown is refused, and what there is is named")
def _():
    status, out, err = run("nonesuch")
    return status == 2 and not out and "frame" in err and "memory" in err


@test("the list names every measurement")
def _():
    status, out, _ = run("--list")
    return status == 0 and {"frame", "memory"} <= {line.split()[0] for line in out.splitlines()}


@test("a frame is measured on every screen")
def _():
    status, out, _ = run("frame", "--brief")
    frame = json.loads(out)["frame"]
    names = [(s["screen"], s["keys"]) for s in frame["screens"]]
    ok = all(readings(s[k]) for s in frame["screens"] for k in ("read_ms", "model_ms", "draw_ms", "frame_ms"))
    parts = all(math.isclose(s["frame_ms"]["mean"], sum(s[k]["mean"] for k in ("read_ms", "model_ms", "draw_ms")),
                             abs_tol=0.01) for s in frame["screens"])
    ok = ok and all(s["rows_cut"] == 0 for s in frame["screens"])
    return status == 0 and ("Lab", "") in names and len(set(names)) == len(names) and ok and parts


@test("a sample of which a tenth has changed takes less than half of a whole one in the session file")
def _():
    file = json.loads(run("frame", "--brief")[1])["frame"]["session_file"]
    return readings(file["line_bytes"]) and file["line_bytes"]["mean"] < file["whole_sample_bytes"] / 2


@test("memory does not grow any more once what is kept has reached its bounds")
def _():
    status, out, _ = run("memory", "--brief")
    memory = json.loads(out)["memory"]
    print(f"# {memory['after_a_quarter_mib']} MiB after a quarter, {memory['after_the_hour_mib']} after the hour")
    # 27,000 samples, 108,000 lines of the log, 170 MiB of output and 270 ops came in between
    return (status == 0 and len(memory["allocated_mib_by_minute"]) == 60 and memory["after_a_quarter_mib"] > 1
            and memory["growth_mib"] < 2 and memory["session_file_mib"] > 0)


print(f"1..{len(tests)}")
for i, (name, fn) in enumerate(tests, 1):
    try:
        good = fn()
    except (ValueError, KeyError, TypeError) as e:
        print(f"# {type(e).__name__}: {e}")
        good = False
    print(f"{'ok' if good else 'not ok'} {i} - {name}")
