# SPDX-License-Identifier: BSD-2-Clause
"""engines - what the tests of the engines have in common: TAP, a scenario, a local run to compare with.

Needs SXP_SCXPLORE and what else scxplore needs. Nothing here waits by the clock: each wait is for a
line, a process or a connection, with a deadline that only a failure meets.
"""
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile

DEADLINE = 300
PROGRAM = os.environ["SXP_SCXPLORE"]
# what the shells on the way could take for something else
NAME = "it's {#} $HOME; small.scx"
SCENARIO = "cgroup add a\nspawn w@a spin\nhold until ran(w) > 20ms timeout=200s\nexpect stayed w in=a\nkill w\n"
QUESTION = ["matrix", NAME, "--topology", "1n1l1c1t,1n1l2c1t", "--memory", "256"]


class Tap:
    def __init__(self, plan):
        self.n, self.plan = 0, plan
        print(f"1..{plan}", flush=True)

    def ok(self, held, name, *seen):
        self.n += 1
        print(f"{'ok' if held else 'not ok'} {self.n} - {name}", flush=True)
        for text in seen if not held else ():
            for line in str(text).splitlines()[-60:]:
                print(f"# {line}", flush=True)

    def status(self):
        return 0 if self.n == self.plan else 1


class Folder:
    """A private folder that the program works in, with the scenario and a reference to compare with."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="scxplore-engines-")
        with open(self.file(NAME), "w", encoding="utf-8") as f:
            f.write(SCENARIO)

    def file(self, name):
        return os.path.join(self.path, name)

    def read(self, name):
        with open(self.file(name), encoding="utf-8") as f:
            return f.read()

    def run(self, *words, env=None):
        return subprocess.run([PROGRAM, *QUESTION, *words], cwd=self.path, env=env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)

    def start(self, *words):
        return subprocess.Popen([PROGRAM, *QUESTION, *words], cwd=self.path, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wrapper(self, name, shard_2):
        """scxplore, but each call is in "NAME.calls", and shard 2 does what is said."""
        path = self.file(name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"""#!/bin/sh
echo "$@" >>'{path}.calls'
case "$*" in *"--shard 2/2"*) {shard_2};; esac
exec '{PROGRAM}' "$@"
""")
        os.chmod(path, 0o755)
        return path

    def calls(self, name):
        path = self.file(name + ".calls")
        return open(path, encoding="utf-8").read().splitlines() if os.path.exists(path) else []

    def remove(self):
        shutil.rmtree(self.path)


def cells(text):
    """Of a saved matrix: what it asks for, and each run's place in it with its verdict."""
    head, *runs = [json.loads(line) for line in text.splitlines()]
    plan = head["plan"]
    for name in ("shard", "shards"):
        plan.pop(name, None)
    runs = [(*sorted(r["cell"].items()), r["repeat"], r["warmup"], r["verdict"], r["why"]) for r in runs]
    return head["scenario"], plan, runs


def wait_for_line(process, word):
    """Lines of a process up to the one with the word in it; None past the deadline or at its end."""
    seen = []
    for line in process.stdout:
        seen.append(line)
        if word in line:
            return "".join(seen)
    return None


def read_fifo(path):
    """What is written into it once, whole; the reader is not held longer than the deadline."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ready, _, _ = select.select([fd], [], [], DEADLINE)
        return os.read(fd, 4096).decode() if ready else ""
    finally:
        os.close(fd)


def ends(pidfd):
    """The process does, within the deadline."""
    return bool(select.select([pidfd], [], [], DEADLINE)[0])


def interrupted(tap, folder, engine_words, program_name):
    """Ctrl-C while a shard runs: the program ends and what it had begun on a host is gone."""
    fifo = folder.file("pid.fifo")
    os.mkfifo(fifo)
    hold = os.open(fifo, os.O_RDWR)  # writers never wait for a reader
    path = folder.wrapper(program_name, f"echo $$ >'{fifo}'; exec sleep 100000")
    process = folder.start("--engine-program", path, "--out", "interrupted.jsonl", *engine_words)
    text = read_fifo(fifo)
    pid = int(text) if text.strip() else 0
    pidfd = os.pidfd_open(pid) if pid else -1
    process.send_signal(signal.SIGINT)
    try:
        out, _ = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
    tap.ok(pidfd >= 0 and ends(pidfd), "a Ctrl-C ends what runs on the hosts", out)
    tap.ok(process.returncode == 2 and "ended by a signal" in out and not os.path.exists(folder.file("interrupted.jsonl")),
           "and says what is left to be done", process.returncode, out)
    os.close(hold)
    if pidfd >= 0:
        os.close(pidfd)


def main(body, plan):
    tap = Tap(plan)
    folder = Folder()
    try:
        body(tap, folder)
    finally:
        folder.remove()
    sys.exit(tap.status())
