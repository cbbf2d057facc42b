#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""abi - holds libscxplore.so to what programs were compiled against.

    abi.py LIBRARY HEADER MAP REFERENCE            compare, as TAP
    abi.py --accept LIBRARY HEADER MAP REFERENCE   write REFERENCE anew

The reference is a text: symbols with their versions and types, structs with the places of their
fields, enums with their values, as abidw reads them from the library's debug information. Allowed
without a word: functions that are added; values that are added to an enum; fields that are added at
or after the recorded end of a struct whose size sxp_run() tells (GROWS). All else breaks programs
that were compiled before, and is refused until it is accepted on purpose: before a release by
--accept, after one with a new soname or a new symbol version beside the old one.
"""
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

GROWS = {"sxp_guest", "sxp_op", "sxp_step"}  # sizes travel with sxp_run_sized()
OPAQUE = {"sxp_result", "sxp_worker"}  # programs hold pointers to it only


class Abi:
    """What abidw says, looked at from the exported functions."""

    def __init__(self, library):
        xml = subprocess.run(["abidw", "--no-corpus-path", "--no-show-locs", library],
                             check=True, capture_output=True, text=True).stdout
        root = ElementTree.fromstring(xml)
        self.types = {e.get("id"): e for e in root.iter() if e.get("id")}
        self.versions = {s.get("name"): s.get("version") for s in root.iter("elf-symbol")}
        self.records, self.enums, self.functions = {}, {}, {}
        for f in root.iter("function-decl"):
            # one that the library itself calls may stand there as a declaration, without its symbol
            if f.get("name") in self.versions:
                self.functions[f.get("name")] = self.signature(f)
        missing = set(self.versions) - set(self.functions)
        if missing:
            sys.exit(f"abi: no debug information of {', '.join(sorted(missing))}")

    def signature(self, f):
        parameters = [self.name(p.get("type-id")) for p in f.findall("parameter")]
        return f"{self.name(f.find('return').get('type-id'))} ({', '.join(parameters) or 'void'})"

    def size(self, type_id):
        e = self.types[type_id]
        if e.get("size-in-bits"):
            return int(e.get("size-in-bits")) // 8
        if e.tag == "pointer-type-def":
            return 8
        if e.tag == "enum-decl":
            return self.size(e.find("underlying-type").get("type-id"))
        return self.size(e.get("type-id"))

    def name(self, type_id):
        e = self.types[type_id]
        if e.tag == "qualified-type-def":
            inner = self.name(e.get("type-id"))
            return f"{inner} const" if inner.endswith("*") else f"const {inner}"
        if e.tag == "pointer-type-def":
            inner = self.name(e.get("type-id"))
            return f"{inner}*" if inner.endswith("*") else f"{inner} *"
        if e.tag == "function-type":
            return self.signature(e)
        if e.tag == "array-type-def":
            counts = "".join(f"[{s.get('length')}]" for s in e.findall("subrange"))
            return self.name(e.get("type-id")) + counts
        if e.tag in ("class-decl", "union-decl"):
            self.record(e)
            return f"struct {e.get('name')}"
        if e.tag == "enum-decl":
            self.enums[e.get("name")] = {v.get("name"): int(v.get("value"))
                                         for v in e.findall("enumerator")}
            return f"enum {e.get('name')}"
        if e.tag == "typedef-decl":
            self.name(e.get("type-id"))  # what it stands for is looked at, too
        return e.get("name")

    def record(self, e):
        name = e.get("name")
        if name in self.records or name in OPAQUE:
            return
        # an incomplete declaration is followed to the struct itself
        whole = next((t for t in self.types.values() if t.tag == e.tag and t.get("name") == name
                      and t.get("size-in-bits")), None)
        if whole is None:
            return
        fields = self.records[name] = {"": (int(whole.get("size-in-bits")) // 8, 0, "")}
        for m in whole.findall("data-member"):
            v = m.find("var-decl")
            fields[v.get("name")] = (int(m.get("layout-offset-in-bits")) // 8,
                                     self.size(v.get("type-id")), self.name(v.get("type-id")))

    def text(self):
        out = []
        for name, signature in sorted(self.functions.items()):
            out.append(f"function {name}@{self.versions[name]}: {signature}")
        for name, fields in sorted(self.records.items()):
            out.append(f"struct {name}: {fields[''][0]}")
            out += [f"\t{at}+{size} {field}: {kind}" for field, (at, size, kind)
                    in fields.items() if field]
        for name, values in sorted(self.enums.items()):
            out.append(f"enum {name}:")
            out += [f"\t{value} = {number}" for value, number in values.items()]
        return "\n".join(out) + "\n"


def blocks(text):
    """The reference as {head: [lines below it]}."""
    found, head = {}, None
    for line in text.splitlines():
        if line.startswith("\t"):
            found[head].append(line)
        elif line and not line.startswith("#"):
            head = line
            found[head] = []
    return found


def end_of(head):
    return int(head.rsplit(" ", 1)[1])


def judge_struct(name, head, lines, new_head, new_lines):
    wrong = [f"struct {name}: field{line.replace(chr(9), ' ')} has gone or changed"
             for line in lines if line not in new_lines]
    end = end_of(head)
    for line in new_lines:
        if line not in lines and int(line.strip().split("+")[0]) < end:
            wrong.append(f"struct {name}: field{line.replace(chr(9), ' ')} is new, but lies before "
                         f"the recorded end, byte {end}: add it as the last one")
    if end_of(new_head) != end and name not in GROWS:
        wrong.append(f"struct {name} is to stay {end} bytes: nobody tells its size")
    if end_of(new_head) < end:
        wrong.append(f"struct {name} has shrunk from {end} bytes to {end_of(new_head)}")
    return wrong


def compare(old, new):
    wrong = []
    old, new = blocks(old), blocks(new)
    heads = {h.split(":")[0]: h for h in new}
    for head, lines in old.items():
        what = head.split(":")[0]
        if what not in heads:
            wrong.append(f"{what} has gone")
            continue
        now = heads[what]
        kind, name = what.split(" ", 1)
        if kind == "function" and now != head:
            wrong.append(f"was: {head}; is: {now}")
        elif kind == "struct":
            wrong += judge_struct(name, head, lines, now, new[now])
        elif kind == "enum":
            wrong += [f"enum {name}:{line.replace(chr(9), ' ')} has gone or changed"
                      for line in lines if line not in new[now]]
    return wrong


def declared_and_exported(header, versions, script):
    text = open(header).read()
    declared = set(re.findall(r"SXP_API [^;{]*?\b(sxp_\w+)\(", text))
    listed = set(re.findall(r"^\s*(sxp_\w+);", open(script).read(), re.M))
    return ([f"{n}() is declared in scxplore.h, but not listed in scxplore.map" for n in
             sorted(declared - listed)] +
            [f"{n} is listed in scxplore.map, but not declared in scxplore.h" for n in
             sorted(listed - declared)] +
            [f"{n} is listed, but the library has no such function" for n in
             sorted(listed - set(versions))] +
            [f"{n} has no version" for n, v in sorted(versions.items()) if not v])


def breaks(text):
    """Changes that each must be found, made to the text of the library as it is."""
    def edit(pattern, to):
        changed = re.sub(pattern, to, text, count=1, flags=re.M)
        assert changed != text, pattern
        return changed

    size = int(re.search(r"^struct sxp_op: (\d+)$", text, re.M).group(1))
    return {
        "a function that has gone": edit(r"^function sxp_check_exit@.*\n", ""),
        "a function of another version": edit(r"^(function sxp_check_exit)@\w+\.\d+", r"\1@OTHER_1"),
        "a parameter of another type": edit(r"^(function sxp_check_exit@.*), int,", r"\1, long int,"),
        "a field that has moved": edit(r"^\t\d+\+8 cgroup:", "\t12+8 cgroup:"),
        "a field in a gap": edit(r"^(struct sxp_op: .*)$", r"\1\n\t4+4 sly: int"),
        "a struct that has shrunk": edit(r"^struct sxp_op: \d+$", f"struct sxp_op: {size - 8}"),
        "a struct that nobody tells the size of, grown": edit(r"^struct sxp_setting: 16$",
                                                              "struct sxp_setting: 24"),
        "an enum value that is another": edit(r"^\tSXP_SPAWN = \d+$", "\tSXP_SPAWN = 77"),
    }


def additions(text):
    size = int(re.search(r"^struct sxp_op: (\d+)$", text, re.M).group(1))
    grown = re.sub(r"^struct sxp_op: \d+$", f"struct sxp_op: {size + 8}\n\t{size}+8 fresh: int64_t",
                   text, flags=re.M)
    return re.sub(r"^(enum sxp_op_type:)$", r"\1\n\tSXP_FRESH = 1000", grown, flags=re.M) + \
        "function sxp_fresh@SCXPLORE_0.2: void (void)\n"


def main():
    accept = sys.argv[1] == "--accept"
    library, header, script, reference = sys.argv[1 + accept:]
    abi = Abi(library)
    text = abi.text()
    if accept:
        with open(reference, "w") as f:
            f.write("# The ABI of libscxplore, written by tests/api/abi.py --accept; see there.\n" +
                    text)
        return 0
    old = open(reference).read()
    results = [("what was compiled before goes on working", compare(old, text)),
               ("what is declared is exported, and nothing else",
                declared_and_exported(header, abi.versions, script)),
               ("functions, enum values and fields at the end may be added",
                compare(text, additions(text)))]
    missed = [f"{what} was not noticed" for what, broken in breaks(text).items()
              if not compare(text, broken)]
    results.append(("each way to break a program is noticed", missed))
    print(f"1..{len(results)}")
    for n, (what, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {n} - {what}")
        for w in wrong:
            print(f"# {w}")
    if results[0][1]:
        print("# when the change is meant: meson compile -C build abi-accept, and say why in the commit")
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
