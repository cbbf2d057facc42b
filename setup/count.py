#!/usr/bin/env python3
"""Closing lines of ./check: what failed and was skipped, then "N passed, N failed".

usage: count.py BUILD_FOLDER...

Test cases are counted from meson's JUnit file. A program that ended badly without a failed case (a
crash, a time-out) is found in testlog.json and counts as one failure; so does a log that is missing.
What a failed program said last is repeated here, where it is found without looking for it.
"""
import json
import os
import sys
import xml.etree.ElementTree as ET

TAIL_LINES = 60


def count_cases(path):
    """(passed, failed, skipped) and the names of the programs that hold a failed case."""
    passed, failed, skipped, programs = 0, 0, 0, set()
    for suite in ET.parse(path).iter("testsuite"):
        for case in suite.iter("testcase"):
            kinds = {child.tag for child in case}
            name = "%s: %s" % (suite.get("name"), case.get("name"))
            if kinds & {"failure", "error"}:
                failed += 1
                programs |= {suite.get("name"), case.get("name")}
                print("failed: " + name)
            elif "skipped" in kinds:
                skipped += 1
                print("skipped: " + name)
            else:
                passed += 1
    return passed, failed, skipped, programs


def show_tail(test):
    """The end of what a failed program printed."""
    for stream in ("stdout", "stderr"):
        lines = (test.get(stream) or "").splitlines()
        # a passed case says nothing of why another failed
        lines = [line for line in lines if not line.startswith("ok ")][-TAIL_LINES:]
        for line in lines:
            print("  %s | %s" % (test["name"].split(" / ")[-1], line))


def count_bad_ends(path, programs):
    """Programs that did not end well, beyond those whose failed case is counted already."""
    bad = 0
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            name = test["name"]
            known = name.split(" / ")[-1] in programs or any(
                p and (p == name or p.endswith("." + name)) for p in programs)
            if test["result"] in ("OK", "SKIP", "EXPECTEDFAIL"):
                continue
            show_tail(test)
            if known:
                continue
            bad += 1
            print("failed: %s: %s" % (test["name"], test["result"].lower()))
    return bad


def main():
    total = [0, 0, 0]
    for folder in sys.argv[1:]:
        logs = os.path.join(folder, "meson-logs")
        try:
            passed, failed, skipped, programs = count_cases(os.path.join(logs, "testlog.junit.xml"))
            failed += count_bad_ends(os.path.join(logs, "testlog.json"), programs)
        except (OSError, ValueError, KeyError, ET.ParseError) as error:
            print("failed: no result of the tests in %s: %s" % (folder, error))
            passed, failed, skipped = 0, 1, 0
        total = [a + b for a, b in zip(total, (passed, failed, skipped))]
    passed, failed, skipped = total
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return 0 if passed and not failed else 1


sys.exit(main())
