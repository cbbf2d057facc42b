#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""show - `scxplore show`: every table of a recorded session in every form, at its end and at a past moment.
And
`scxplore compare`: what differs between two. Usage: show.py PROGRAM SESSION A B. Prints TAP."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

program, session, left, right = sys.argv[1:5]
tests = []


def run(*words, command="show"):
    done = subprocess.run([program, command, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test(name):
    def add(fn):
        tests.append((name, fn))
        return fn
    return add


def tables():
    return [line.split(":")[0] for line in run("--list")[1].splitlines() if line and line[0] != " "]


def is_same(cell, value):
    """A cell of CSV and a value of JSON: the same text or number, or both not known."""
    if value is None or isinstance(value, str):
        return cell == (value or "")
    return cell == json.dumps(value) or float(cell) == value


@test("every table is written in every form, and the forms have the same rows")
def _():
    ok = {"tasks", "cpus", "cgroups", "log", "switches"} <= set(tables())
    for table in tables():
        status, text, _ = run(session, table, "--csv")
        rows = list(csv.DictReader(io.StringIO(text), strict=True))
        found = json.loads(run(session, table, "--json")[1])
        same = len(rows) == len(found) and all(
            set(one) <= set(row) and all(is_same(row[key], one.get(key)) for key in row) for row, one in zip(rows, found))
        ok = ok and status == 0 and same and run(session, table, "--text")[0] == 0
        if not same:
            print(f"# {table}")
    return ok


@test("each table is compared with its source by a test that is there")
def _():
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(top, "CONTRIBUTING.md"), encoding="utf-8") as text:
        rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in text if line.startswith("| ")]
    held = {row[0]: row[2].split() for row in rows if len(row) == 3}
    lacking = [t for t in tables() if not held.get(t)]
    gone = [f for t in tables() for f in held.get(t, []) if not os.path.exists(os.path.join(top, "tests", f))]
    print(f"# without a test: {lacking}, not there: {gone}" if lacking or gone else "# all")
    return not lacking and not gone


@test("an earlier moment has what was known then")
def _():
    def states(*at):
        return [row["state"] for row in json.loads(run(session, "ops", "--json", *at)[1])]
    early = states("--at", "op:3")
    return (len(early) < len(states()) and early[-1] in ("queued", "done") and early[2] == "done"
            and states("--at", "10.2s") == states("--at", "10.2")
            and len(json.loads(run(session, "scheds", "--json", "--at", "op:3")[1])) == 0
            and len(json.loads(run(session, "scheds", "--json")[1])) == 2)


@test("columns, order and filter are those that were asked for")
def _():
    _, text, _ = run(session, "tasks", "--csv", "--columns", "tid,run_ns", "--sort", "tid", "--reverse", "--filter", "hogs")
    lines = text.split("\n")
    tids = [int(line.split(",")[0]) for line in lines[1:-1]]
    return lines[0] == "tid,run_ns" and len(tids) == 3 and tids == sorted(tids)


@test("a file has its form by its suffix, and is replaced only by --force")
def _():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cpus.json")
        first = run(session, "cpus", "-o", path)[0]
        with open(path, encoding="utf-8") as f:
            rows = json.load(f)
        status, _, err = run(session, "cpus", "-o", path)
        return (first == 0 and len(rows) == 2 and status == 2 and "--force" in err
                and run(session, "cpus", "-o", path, "--force")[0] == 0
                and run(session, "cpus", "-o", os.path.join(folder, "cpus.odd"))[0] == 2
                and os.listdir(folder) == ["cpus.json"])


@test("what cannot be is refused by its name")
def _():
    wrong = [(("nonesuch",), "there is no table"), (("cpus", "--at", "soon"), "soon"),
             (("cpus", "--at", "op:999"), "no op 999"), (("cpus", "--at", "step:9"), "no step 9"),
             (("cpus", "--columns", "nope"), "nope"), (("cpus", "--sort", "nope"), "nope"),
             (("cpus", "--from", "1s"), "--from"), (("log", "--outline", "flat"), "no tree"),
             (("tasks", "--outline", "round"), "round")]
    ok = True
    for words, said in wrong:
        status, out, err = run(session, *words)
        if status != 2 or out or said not in err:
            print(f"# {words}: {err.strip()}")
            ok = False
    return ok and "not a session" in run(sys.argv[0], "cpus")[2]


def compared(*words):
    status, text, _ = run(left, right, "--json", *words, command="compare")
    assert status == 0
    return {(row["thing"], row.get("figure")): row for row in json.loads(text)}


@test("two sessions are compared at the same op, by the names of things")
def _():
    rows = compared("--at", "op:7")
    moved = compared()
    return (rows["scheduler", None]["b"] == "vtime" and rows["hogs.1", "CLASS"]["mark"] == "!"
            and rows["hogs.1", "CLASS"]["a"] == "fair" and rows["hogs.1", "CLASS"]["b"] == "ext"
            and ("hogs.1", "CGROUP") not in rows and moved["hogs.1", "CGROUP"]["b"] == "/low"
            and moved["hogs.1", "CPUS"]["b"] == "0" and all(row["mark"] in "<>!AB?" for row in rows.values())
            and all(row["mark"] != "=" for row in rows.values()))


@test("a session is no different from itself, and --all shows what is the same")
def _():
    same = json.loads(run(left, left, "--json", command="compare")[1])
    every = json.loads(run(left, left, "--json", "--all", command="compare")[1])
    wrong = run(left, command="compare")
    return (same == [] and len(every) > 30 and all(row["mark"] == "=" for row in every)
            and wrong[0] == 2 and "two session files" in wrong[2])


print(f"1..{len(tests)}")
for i, (name, fn) in enumerate(tests, 1):
    try:
        good = fn()
    except (ValueError, KeyError, TypeError, IndexError, AssertionError, csv.Error) as e:
        print(f"# {type(e).__name__}: {e}")
        good = False
    print(f"{'ok' if good else 'not ok'} {i} - {name}")
