#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bench - the measurements of `scxplore bench` that need a guest, each briefly: their shape and that figures are
possible, never how long something took. Usage: bench.py PROGRAM. Prints TAP."""
import json
import subprocess
import sys

program = sys.argv[1]
tests = []


def run(*words):
    done = subprocess.run([program, "bench", *words, "--brief"], capture_output=True, text=True, check=False)
    result = json.loads(done.stdout)[words[0]]
    if done.returncode:
        print("# " + done.stderr.strip().replace("\n", "\n# "))
    return done.returncode, result


def test(name):
    def add(fn):
        tests.append((name, fn))
        return fn
    return add


@test("the agent answers under every broken scheduler")
def _():
    status, answer = run("answer")
    names = [u["scheduler"] for u in answer["under"]]
    pings = all(u["in_force_ms"]["n"] + u["after_its_end_ms"]["n"] == 20 for u in answer["under"])
    forced = sum(u["in_force_ms"]["n"] for u in answer["under"])
    print(f"# pings while one was in force: {forced}")
    return status == 0 and {"stall", "error", "starve", "quit"} <= set(names) and pings and forced >= 20


@test("a key is on the screen, with a guest that does nothing and with one that wants every CPU")
def _():
    status, key = run("key")
    kinds = [key[guest][kind] for guest in ("idle", "busy") for kind in ("letter_ms", "screen_ms", "echo_ms")]
    return (status == 0 and all(k["n"] == 10 and 0 < k["p50"] <= k["p99"] <= k["max"] for k in kinds)
            and key["busy_workers"] >= 4 and key["busy_over_idle_p99"] > 0)


@test("every way of looking is measured or says why not, and looking at nothing costs nothing")
def _():
    status, observe = run("observe")
    ok = status == 0
    for work in ("pipe", "hackbench"):
        ways = observe[work]
        ok = ok and ways["nothing"]["cost_percent"] == 0 and {"screens", "perf_sched_record", "trace_cmd"} <= set(ways)
        for name, way in ways.items():
            if "absent" in way:
                print(f"# {work} {name}: {way['absent']}")
            ok = ok and ("absent" in way) != (way["turns"] == 1 and way["least_s"] > 0)
        ok = ok and all("absent" not in ways[w] for w in ("nothing", "screens", "perf_sched_record"))
    return ok


@test("starts are measured cold, warm and bare, and ops against an echo")
def _():
    status, start = run("start")
    ok = status == 0
    for name in ("small", "numa"):
        ways = start[name]
        ok = ok and ways["bare_ms"]["n"] == 1 and ways["cold_ms"]["n"] == 1 and ways["warm_ms"]["n"] == 2
        # what does not boot is there before what does
        ok = ok and 0 < ways["warm_ms"]["p50"] < ways["cold_ms"]["p50"]
    trip = start["round_trip"]
    return ok and all(trip[k]["n"] == 30 and trip[k]["p50"] > 0 for k in ("echo_ms", "op_ms", "cgroup_set_ms"))


@test("checkpoints are taken and gone back to")
def _():
    status, copy = run("checkpoint")
    return (status == 0 and copy["stands_still_ms"]["n"] == 3 and copy["new_kib"]["n"] == 2
            and copy["back_ms"]["n"] == 1 and copy["all_take_mib"] > 1)


@test("exact replays are counted by their traces")
def _():
    status, exact = run("exact", "--scenario", "vtime")
    one, = exact["scenarios"]
    # how many there are is for docs/benchmarks.md and test_exact.sh
    return (status == 0 and one["scenario"] == "vtime" and one["runs"] == 2 and one["runs_under_load"] == 1
            and 1 <= one["hashes"] <= 2 and sum(one["traces"].values()) == 2 and one["records"] > 100)


@test("a scenario that is not measured is refused, and those that are are named")
def _():
    status, exact = run("exact", "--scenario", "nonesuch")
    return status == 2 and "crowd" in exact["error"] and not exact["scenarios"]


print(f"1..{len(tests)}")
for i, (name, fn) in enumerate(tests, 1):
    try:
        good = fn()
    except (ValueError, KeyError, TypeError) as e:
        print(f"# {type(e).__name__}: {e}")
        good = False
    print(f"{'ok' if good else 'not ok'} {i} - {name}", flush=True)
