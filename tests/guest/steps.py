#!/usr/bin/env python3
"""Where two exact runs part: the first step in which the files written with SXP_STEPS differ.

    SXP_STEPS=a scxplore run FILE --exact; SXP_STEPS=b scxplore run FILE --exact; tests/guest/steps.py a b

A step is the guest's own time, in ns, at which its vCPUs' thread came out of the guest's code
(src/steady/steps.h). Exit status: 0 the same, 1 they part.
"""
import array
import sys

AROUND = 8


def steps(path):
    found = array.array("Q")
    with open(path, "rb") as f:
        while (block := array.array("Q", f.read(1 << 20))) and block[0]:
            found.extend(block)
    while found and not found[-1]:
        found.pop()
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    a, b = steps(sys.argv[1]), steps(sys.argv[2])
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    if at == len(a) == len(b):
        print(f"{at} steps, the same")
        return 0
    print(f"they part after {at} steps of {len(a)} and {len(b)}")
    for i in range(max(0, at - AROUND), at + AROUND):
        x, y = (s[i] if i < len(s) else None for s in (a, b))
        print(f"{i:9} {x or '-':>16} {y or '-':>16} {'' if x == y else '<'}")
    return 1


sys.exit(main())
