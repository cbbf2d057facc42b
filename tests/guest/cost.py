#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""cost - what the program costs its guest, in instructions that the guest's CPUs carry out, all in one guest: a ratio
that whatever else the machine does leaves alone. Usage: cost.py PROGRAM. Prints TAP.

With one CPU the same workload is the same instructions in every turn, to some tenths of a percent. What is asked for is in
docs/benchmarks.md."""
import json
import subprocess
import sys

LIMITS = {
    # workload, way of looking: percent more instructions than with nothing attached
    ("pipe", "screens"): 2,
    ("pipe", "timeline"): 2,
    ("pipe", "timeline_by_guest"): 5,
    ("hackbench", "screens"): 2,
    ("hackbench", "timeline"): 5,
    ("hackbench", "timeline_by_guest"): 5,
}

words = ["bench", "cost", "--brief", "--topology", "1n1l1c1t"]
done = subprocess.run([sys.argv[1], *words], capture_output=True, text=True, check=False)
print(f"1..{len(LIMITS)}")
try:
    cost = json.loads(done.stdout)["cost"]
except ValueError:
    print(f"Bail out! {done.stderr.strip()}")
    sys.exit(1)
for i, ((work, way), limit) in enumerate(LIMITS.items(), 1):
    told = cost.get(work, {}).get(way, {})
    percent = told.get("cost_percent")
    print(f"# {work}, {way}: {percent} % {told.get('absent', cost.get('error', ''))}")
    good = done.returncode == 0 and percent is not None and percent <= limit
    print(f"{'ok' if good else 'not ok'} {i} - {work} costs at most {limit} % more with: {told.get('what', way)}")
