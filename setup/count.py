#!/usr/bin/env python3
"""Closing line of ./check: counts test cases in meson's JUnit files; fails when one failed or none ran."""
import sys
import xml.etree.ElementTree as ET

passed = failed = skipped = 0
for path in sys.argv[1:]:
    for case in ET.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
            print("failed: %s" % case.get("name"))
        elif "skipped" in kinds:
            skipped += 1
            print("skipped: %s" % case.get("name"))
        else:
            passed += 1
print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
sys.exit(0 if passed and not failed else 1)
