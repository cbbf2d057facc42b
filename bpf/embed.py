#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""embed - writes files as C arrays: the built-in schedulers travel inside the agent.

Usage: embed.py FILE.bpf.o ... > HEADER. Invariant: the table is in the order of the arguments.
"""
import os
import sys

names = []
for path in sys.argv[1:]:
    name = os.path.basename(path).split(".")[0]
    with open(path, "rb") as f:
        data = f.read()
    names.append(name)
    print(f"static const unsigned char sched_object_{name}[] __attribute__((aligned(8))) = {{")
    for at in range(0, len(data), 20):
        print("\t" + ",".join(str(b) for b in data[at:at + 20]) + ",")
    print("};")
print("static const struct { const char *name; const unsigned char *data; unsigned long size; } sched_objects[] = {")
for name in names:
    print(f'\t{{"{name}", sched_object_{name}, sizeof(sched_object_{name})}},')
print("};")
