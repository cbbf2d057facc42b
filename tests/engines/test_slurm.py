#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A matrix in two shards as a Slurm job array, on a real Slurm of the test's own: munged, slurmctld and
slurmd of the current user with all their state in the test's folder. Needs SXP_SCXPLORE."""
import getpass
import os
import select
import socket
import subprocess
import time

import engines


def free_ports(n):
    """Below those that the kernel gives to others."""
    found = []
    for port in range(20000 + os.getpid() % 5000, 32000):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == n:
            return found
    raise RuntimeError("no free port")


class Slurm:
    def __init__(self, folder):
        self.folder, self.daemons = folder, []
        self.munge = folder.file("munge")
        for name in ("munge", "state", "spool"):
            os.mkdir(folder.file(name), 0o700)
        with open(f"{self.munge}/key", "wb") as f:
            f.write(os.urandom(128))
        os.chmod(f"{self.munge}/key", 0o400)
        self.configure()
        os.environ["SLURM_CONF"] = folder.file("slurm.conf")

    def begin(self):
        # its parent ends when it can be asked; --force: a private folder is one for nobody else
        self.munged("--force", "--key-file", f"{self.munge}/key", "--seed-file", f"{self.munge}/seed",
                    "--log-file", f"{self.munge}/log", "--num-threads", "2")
        self.start("Running as primary controller", "slurmctld", "-D", "-i", "-f", self.folder.file("slurm.conf"))
        self.start("slurmd started", "slurmd", "-D", "-f", self.folder.file("slurm.conf"))

    def configure(self):
        name, user, path = socket.gethostname().split(".")[0], getpass.getuser(), self.folder.file
        controller, node = free_ports(2)
        with open(path("slurm.conf"), "w", encoding="utf-8") as f:
            f.write(f"""
ClusterName=private
SlurmctldHost={name}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={self.munge}/socket
CredType=cred/munge
StateSaveLocation={path("state")}
SlurmdSpoolDir={path("spool")}
SlurmctldPidFile={path("slurmctld.pid")}
SlurmdPidFile={path("slurmd.pid")}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/linear
ReturnToService=2
KillWait=5
NodeName={name} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} State=UNKNOWN
PartitionName=all Nodes={name} Default=YES State=UP
""")
        with open(path("cgroup.conf"), "w", encoding="utf-8") as f:
            # named, for a machine without a cgroup file system is refused where it has to be found; it is not used
            f.write("CgroupAutomount=no\nCgroupPlugin=cgroup/v1\n")

    def munged(self, *words):
        subprocess.run(["munged", "--socket", f"{self.munge}/socket", "--pid-file", f"{self.munge}/pid", *words],
                       check=True, timeout=engines.DEADLINE)

    def start(self, ready, *words):
        """A daemon in the foreground, until it says that it is ready; its log is kept."""
        daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
        self.daemons.append(daemon)
        seen, end = b"", time.monotonic() + engines.DEADLINE
        while ready.encode() not in seen:
            if not select.select([daemon.stderr], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError(f"{words[0]} was never ready: {seen.decode()}")
            more = os.read(daemon.stderr.fileno(), 65536)
            if not more:
                raise RuntimeError(f"{words[0]} ended: {seen.decode()}")
            seen += more
        # what it says from now on goes into a file: a full pipe would hold it
        subprocess_log = open(self.folder.file(words[0] + ".log"), "wb")
        cat = subprocess.Popen(["cat"], stdin=daemon.stderr, stdout=subprocess_log)
        daemon.stderr.close()
        subprocess_log.close()
        self.daemons.append(cat)

    def end(self):
        """Also of one that has begun in part."""
        if len(self.daemons) == 4:
            subprocess.run(["scancel", "--user", getpass.getuser()], timeout=engines.DEADLINE, check=False)
        for daemon in reversed(self.daemons):
            if daemon.args != ["cat"]:
                daemon.terminate()
        for daemon in self.daemons:
            daemon.wait(engines.DEADLINE)
        if os.path.exists(f"{self.munge}/pid"):
            self.munged("--stop")


def body(tap, folder):
    local = folder.run("--out", "local.jsonl")
    tap.ok(local.returncode == 0, "the matrix runs here", local.stdout, local.stderr)
    want = engines.cells(folder.read("local.jsonl"))
    slurm = Slurm(folder)
    try:
        slurm.begin()
        as_jobs(tap, folder, want)
    finally:
        slurm.end()


def as_jobs(tap, folder, want):
    words = ["--engine", "slurm"]
    both = folder.run("--out", "both.jsonl", *words)
    tap.ok(both.returncode == 0 and engines.cells(folder.read("both.jsonl")) == want,
           "two shards as tasks of a job array are the same matrix, put together", both.stdout, both.stderr)
    tap.ok("2 shards are the tasks of job" in both.stderr and not os.path.exists(folder.file("both.jsonl.shards")),
           "the job is told, and nothing is left beside the result", both.stderr)
    path = folder.wrapper("fails", "echo 'no guests here' >&2; exit 9")
    part = folder.run("--engine-program", path, "--out", "part.jsonl", *words)
    tap.ok(part.returncode == 2 and "shard 2/2 is not done: task" in part.stderr and "no guests here" in part.stderr,
           "a shard that fails is named with its task and its last words", part.stderr)
    tap.ok(os.listdir(folder.file("part.jsonl.shards")).count("shard-1-of-2.jsonl") == 1 and
           not os.path.exists(folder.file("part.jsonl")), "the other's file is kept", part.stderr)
    path = folder.wrapper("works", ":")
    rest = folder.run("--engine-program", path, "--out", "part.jsonl", *words)
    calls = folder.calls("works")
    tap.ok(rest.returncode == 0 and engines.cells(folder.read("part.jsonl")) == want and len(calls) == 1 and
           "--shard 2/2" in calls[0], "the same words go on with the one that is missing", calls, rest.stdout, rest.stderr)
    wrong = folder.run("--out", "wrong.jsonl", *words, "--engine-args", "--partition=nowhere")
    tap.ok(wrong.returncode == 2 and "invalid partition specified: nowhere" in wrong.stderr,
           "what Slurm refuses is told in its words", wrong.stderr)
    engines.interrupted(tap, folder, words, "held")
    queue = subprocess.run(["squeue", "--noheader", "--states=PENDING,RUNNING"], capture_output=True, text=True, check=True,
                           timeout=engines.DEADLINE)
    tap.ok(not queue.stdout.strip(), "no job is left in the queue", queue.stdout)


engines.main(body, 10)
