/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell_tools - the names under which a shell finds busybox's programs, see the header.
 *
 * A name that the host's busybox was built without says so when it is used.
 */
#include "vmm/shell_tools.h"

#include <errno.h>

static const char *const names[] = {
	"[",       "ash",      "awk",       "basename", "bc",    "cat",     "chmod",   "chrt",
	"clear",   "cmp",      "cp",        "cut",      "date",  "dd",      "df",      "diff",
	"dirname", "dmesg",    "du",        "echo",     "ed",    "env",     "expr",    "false",
	"find",    "free",     "grep",      "gunzip",   "gzip",  "head",    "hexdump", "hostname",
	"id",      "ionice",   "kill",      "killall",  "less",  "ln",      "ls",      "lsmod",
	"md5sum",  "mkdir",    "mkfifo",    "mknod",    "more",  "mount",   "mv",      "nice",
	"nohup",   "nproc",    "od",        "pgrep",    "pidof", "pkill",   "printf",  "ps",
	"pwd",     "readlink", "realpath",  "renice",   "reset", "rm",      "rmdir",   "sed",
	"seq",     "setsid",   "sha256sum", "sh",       "sleep", "sort",    "stat",    "strings",
	"stty",    "sync",     "sysctl",    "tail",     "tar",   "taskset", "tee",     "test",
	"time",    "timeout",  "top",       "touch",    "tr",    "true",    "tty",     "umount",
	"uname",   "uniq",     "uptime",    "usleep",   "vi",    "watch",   "wc",      "which",
	"xargs",   "yes",      NULL};

int shell_tools_add(struct include_set *set, struct err *err)
{
	int r = include_add_tool(set, SHELL_TOOLS_DIR, "busybox", names, err);

	return r == -ENOENT && !err->code ? 0 : r;
}
