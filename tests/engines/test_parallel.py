#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A matrix in two shards through GNU parallel and ssh, to a real sshd of the test's own on the loopback:
two hosts by two names. Needs SXP_SCXPLORE."""
import getpass
import os
import socket
import subprocess
import threading

import engines

SSHD = "/usr/sbin/sshd"


class Sshd:
    """An sshd for each connection, as inetd would: it listens before anybody can ask."""

    def __init__(self, folder):
        self.folder, self.children = folder, []
        for name in ("host", "id"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.file(name)], check=True)
        os.rename(folder.file("id.pub"), folder.file("authorized"))
        if os.getuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)  # where it shuts itself in; a boot makes it
        self.socket = socket.create_server(("127.0.0.1", 0))
        port = self.socket.getsockname()[1]
        passed = "".join(f'SetEnv {n}="{os.environ[n]}"\n' for n in ("XDG_CACHE_HOME", "HOME") if n in os.environ)
        self.write("sshd_config", f"""
HostKey {folder.file("host")}
AuthorizedKeysFile {folder.file("authorized")}
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
{passed}""")
        self.write("ssh_config", f"""
Host one two
  HostName 127.0.0.1
  Port {port}
Host dead
  HostName 127.0.0.1
  Port 1
Host *
  User {getpass.getuser()}
  IdentityFile {folder.file("id")}
  IdentitiesOnly yes
  UserKnownHostsFile {folder.file("known")}
  StrictHostKeyChecking accept-new
  BatchMode yes
  LogLevel ERROR
""")
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def write(self, name, text):
        with open(self.folder.file(name), "w", encoding="utf-8") as f:
            f.write(text)

    def serve(self):
        with open(self.folder.file("sshd.log"), "ab") as log:
            while True:
                try:
                    connection, _ = self.socket.accept()
                except OSError:
                    return
                with connection:
                    self.children.append(subprocess.Popen(
                        [SSHD, "-i", "-e", "-f", self.folder.file("sshd_config")],
                        stdin=connection, stdout=connection, stderr=log))

    def words(self, hosts):
        return ["--engine", "parallel", "--hosts", hosts,
                "--engine-args", f"--ssh 'ssh -F {self.folder.file('ssh_config')}'"]

    def end(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
        for child in self.children:
            child.terminate()
            child.wait(engines.DEADLINE)


def body(tap, folder):
    local = folder.run("--out", "local.jsonl")
    tap.ok(local.returncode == 0, "the matrix runs here", local.stdout, local.stderr)
    want = engines.cells(folder.read("local.jsonl"))
    sshd = Sshd(folder)
    try:
        over_ssh(tap, folder, sshd, want)
    finally:
        sshd.end()


def over_ssh(tap, folder, sshd, want):
    both = folder.run("--out", "both.jsonl", *sshd.words("one,two"))
    tap.ok(both.returncode == 0 and engines.cells(folder.read("both.jsonl")) == want,
           "two shards on two hosts are the same matrix, put together", both.stdout, both.stderr,
           folder.read("sshd.log"))
    tap.ok(both.stderr.count("/2: on ") == 2 and "run 1: pass" in both.stderr, "what they say is told as theirs",
           both.stderr)
    tap.ok(not os.path.exists(folder.file("both.jsonl.shards")), "and nothing is left beside the result",
           both.stderr)
    again = folder.run("--out", "both.jsonl", *sshd.words("one,two"))
    tap.ok(again.returncode == 2 and "is there already" in again.stderr, "a result is not overwritten", again.stderr)

    path = folder.wrapper("fails", "echo 'no guests here' >&2; exit 9")
    part = folder.run("--engine-program", path, "--out", "part.jsonl", *sshd.words("one"))
    tap.ok(part.returncode == 2 and "shard 2/2 is not done: on one (status 9): no guests here" in part.stderr,
           "a shard that fails is named with its host and its last words", part.stderr)
    tap.ok(os.listdir(folder.file("part.jsonl.shards")).count("shard-1-of-2.jsonl") == 1 and
           not os.path.exists(folder.file("part.jsonl")), "the other's file is kept", part.stderr)
    path = folder.wrapper("works", ":")
    with open(folder.file("hosts"), "w", encoding="utf-8") as f:
        f.write("# a file of hosts\ndead\n1/two\n")
    rest = folder.run("--engine-program", path, "--out", "part.jsonl", *sshd.words("hosts"))
    calls = folder.calls("works")
    tap.ok(rest.returncode == 0 and engines.cells(folder.read("part.jsonl")) == want and len(calls) == 1 and
           "--shard 2/2" in calls[0], "the same words go on with the one that is missing, on a host of a file that lives",
           calls, rest.stdout, rest.stderr)
    dead = folder.run("--out", "dead.jsonl", *sshd.words("dead"))
    tap.ok(dead.returncode == 2 and "on dead (status 255): ssh: connect to host" in dead.stderr,
           "a host that does not answer is named, in ssh's words", dead.stderr)
    engines.interrupted(tap, folder, sshd.words("one,two"), "held")


engines.main(body, 11)
