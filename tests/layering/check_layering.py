#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_layering - each folder includes only what stands below it; ARCHITECTURE.md draws the picture.

Usage: check_layering.py ROOT. Prints TAP: the tree itself, then the check's own self-test on a
copy with one planted violation per rule. Invariant: a source file no rule covers is a violation.
"""
import fnmatch
import os
import re
import shutil
import sys
import tempfile

WIRE = ["guest/wire.h", "guest/wire_*.h", "bpf/trace.h"]
BPF = ["bpf/*.h", "*.skel.h"]
PUBLIC = ["scxplore/*.h"]

# The first row that matches a file holds: (files, what they may include in quotes).
RULES = [
    ("src/base/*", ["base/*"]),
    ("src/guest/wire*", ["base/*", *WIRE]),
    ("src/guest/*", ["base/*", "guest/*", *BPF]),
    ("src/ops/*", ["base/*", "ops/*", *WIRE, *PUBLIC]),
    ("src/steady/*", ["steady/*"]),
    ("src/witness/*", ["witness/*", "bpf/trace.h"]),
    ("src/vmm/*", ["base/*", "vmm/*", "witness/desk.h", *WIRE]),
    ("src/sight/*", ["base/*", "sight/*", "vmm/memory.h", "witness/desk.h", *WIRE]),
    ("src/session/*", ["base/*", "ops/*", "vmm/*", "sight/*", "session/*", "witness/desk.h", *WIRE]),
    ("src/matrix/*", ["base/*", "ops/*", "vmm/*", "session/*", "matrix/*", *WIRE]),
    ("src/lib/*", ["base/*", "ops/*", "vmm/*", "session/*", "lib/*", *WIRE, *PUBLIC]),
    ("src/tui/*", ["base/*", "ops/*", "tui/*", "guest/wire_event.h"]),
    ("src/bench/*", ["base/*", "ops/*", "vmm/*", "session/*", "tui/*", "bench/*", *WIRE]),
    ("src/*", ["*"]),
    ("bpf/*", ["bpf/*", "probes.h", "ktypes.h", "ledger.bpf.h", "ledger_events.bpf.h", "wakes.bpf.h", "tally.h", "trace.h", "exact.h", "chain.h"]),
    ("bpf/sched/*", ["scx.h", "../ktypes.h"]),
    ("include/scxplore/*", []),
]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
PUBLIC_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<scxplore/", re.M)
MUTABLE_MODEL = re.compile(r"(?<!const )\bstruct model \*")


def sources(root):
    for top in ("src", "bpf", "include"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def covers(files, path):
    return os.path.dirname(path) == os.path.dirname(files) and fnmatch.fnmatch(path, files)


def violations(root):
    found = []
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as f:
            text = f.read()
        allowed = next((a for files, a in RULES if covers(files, path)), None)
        if allowed is None:
            found.append(f"{path}: no rule covers this folder")
            continue
        for name in INCLUDE.findall(text):
            if not any(fnmatch.fnmatch(name, a) for a in allowed):
                found.append(f'{path}: includes "{name}"; allowed: {" ".join(allowed) or "system headers"}')
        if path.startswith("src/tui/") and MUTABLE_MODEL.search(text):
            found.append(f"{path}: takes a model it could change; the screen only looks at it (const)")
        if path.startswith("src/") and PUBLIC_INCLUDE.search(text):
            found.append(f"{path}: includes the installed header; write \"scxplore/...\" for this tree's own")
        if path.endswith(".c"):
            build = os.path.join(os.path.dirname(path), "meson.build")
            with open(os.path.join(root, build), encoding="utf-8") as f:
                if f"'{os.path.basename(path)}'" not in f.read():
                    found.append(f"{path}: {build} does not list it")
    return found


# What is planted for the self-test: (file, appended line, words that the finding must have).
PLANTED = [
    ("src/base/err.c", '#include "ops/op.h"', "ops/op.h"),
    ("src/guest/wire.c", '#include "guest/cgroup.h"', "guest/cgroup.h"),
    ("src/guest/agent.c", '#include "vmm/guest.h"', "vmm/guest.h"),
    ("src/ops/model.c", '  #  include "session/session.h"', "session/session.h"),
    ("src/vmm/guest.c", '#include "ops/op.h"', "ops/op.h"),
    ("src/sight/sight.c", '#include "vmm/guest.h"', "vmm/guest.h"),
    ("src/session/session.c", '#include "tui/tui.h"', "tui/tui.h"),
    ("src/session/session.h", '#include "guest/cgroup.h"', "guest/cgroup.h"),
    ("src/matrix/runs.c", '#include "tui/tui.h"', "tui/tui.h"),
    ("src/session/session.c", '#include "matrix/runs.h"', "matrix/runs.h"),
    ("src/lib/result.c", '#include "tui/theme.h"', "tui/theme.h"),
    ("src/tui/theme.c", '#include "session/session.h"', "session/session.h"),
    ("src/tui/theme.h", "void theme_steal(struct model *m);", "const"),
    ("src/ops/op.c", "#include <scxplore/scxplore.h>", "installed header"),
    ("include/scxplore/scxplore.h", '#include "base/err.h"', "base/err.h"),
    ("src/ops/unlisted.c", "", "does not list"),
    ("src/newfolder/x.c", '#include "base/err.h"', "no rule"),
]


def self_test(root):
    """Every planted violation is found, alone, and by its words."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="layering.") as copy:
        for top in ("src", "bpf", "include"):
            shutil.copytree(os.path.join(root, top), os.path.join(copy, top))
        os.makedirs(os.path.join(copy, "src/newfolder"))
        open(os.path.join(copy, "src/newfolder/meson.build"), "w").close()
        before = violations(copy)
        for path, line, words in PLANTED:
            full = os.path.join(copy, path)
            old = open(full, encoding="utf-8").read() if os.path.exists(full) else None
            with open(full, "a", encoding="utf-8") as f:
                f.write("\n" + line + "\n")
            new = [v for v in violations(copy) if v not in before]
            if len(new) != 1 or not new[0].startswith(path + ":") or words not in new[0]:
                failed.append(f"planted '{line}' in {path}: found {new or 'nothing'}")
            if old is None:
                os.unlink(full)
            else:
                with open(full, "w", encoding="utf-8") as f:
                    f.write(old)
    return failed


def main():
    root = sys.argv[1]
    status = 0
    print("1..2")
    for n, (name, check) in enumerate([
            ("every file includes only what stands below it", violations),
            ("each kind of planted violation is found", self_test)], 1):
        found = check(root)
        print(f"{'not ok' if found else 'ok'} {n} - {name}")
        for line in found:
            print(f"# {line}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
