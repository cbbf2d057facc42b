/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_event - everything that is ever reported: the one table of events, and its wire codec.
 *
 * The agent fills a struct event and sends it; the host decodes it, writes it to the session file
 * (ops/event_json.c loops over the same table) and applies it to the model. Events the host makes
 * itself (EV_HOST_FIRST and above) take the same road but never cross the wire.
 * Type numbers and JSON names are never reused; fields may be added at the end of a list.
 */
#ifndef GUEST_WIRE_EVENT_H
#define GUEST_WIRE_EVENT_H

#include "guest/wire.h"

/*
 * X(ENUM, number, json name, summary, fields...)   fields: F_x in wire order.
 */
#define EVENT_LIST(X)                                                                              \
	X(HELLO, 1, "hello", "the agent speaks: wire version, kernel", F_COUNT, F_TEXT)            \
	X(READY, 2, "ready", "set-up of the guest is finished: CPUs online, workload root",        \
	  F_COUNT, F_CGROUP)                                                                       \
	X(STAGE, 3, "stage", "a stage of the guest's start was reached", F_NAME)                   \
	X(BEGIN, 4, "begin", "the agent begins an op", F_NONE)                                     \
	X(DONE, 5, "done", "an op is finished; text says what it did", F_TEXT)                     \
	X(FAILED, 6, "failed", "an op could not be done: errno and why", F_CODE, F_TEXT)           \
	X(PLACED, 7, "placed",                                                                     \
	  "a task is held before its first instruction: cgroup asked for, the /proc/PID/cgroup "   \
	  "line read then",                                                                        \
	  F_NAME, F_INDEX, F_PID, F_CGROUP, F_TEXT, F_FLAG)                                        \
	X(EXEC, 8, "exec", "probe: cgroup a payload was in when its new image was loaded", F_NAME, \
	  F_INDEX, F_PID, F_CGROUP)                                                                \
	X(EXIT, 9, "exit",                                                                         \
	  "a task of a group ended: exit code or signal; flag = the session killed it", F_NAME,    \
	  F_INDEX, F_PID, F_CODE, F_SIGNAL, F_FLAG)                                                \
	X(OUTPUT, 10, "output", "bytes a payload wrote: stream 1 or 2, bytes not kept so far",     \
	  F_NAME, F_STREAM, F_DATA, F_COUNT)                                                       \
	X(FILE, 11, "file",                                                                        \
	  "content of a guest file; flag = cut; code = errno when it could not be read", F_PATH,   \
	  F_DATA, F_FLAG, F_CODE)                                                                  \
	X(CGROUP_ADDED, 12, "cgroup-added", "a cgroup exists: path, kernel id; flag = by an op",   \
	  F_CGROUP, F_ID, F_FLAG)                                                                  \
	X(CGROUP_REMOVED, 13, "cgroup-removed", "a cgroup is gone; flag = by an op", F_CGROUP,     \
	  F_ID, F_FLAG)                                                                            \
	X(TEARDOWN, 14, "teardown", "what a step made is being removed", F_TEXT)                   \
	X(INTRUSION, 15, "not-by-an-op", "the world changed and no op did it", F_NAME, F_PID,      \
	  F_TEXT)                                                                                  \
	X(STUCK, 16, "stuck", "a helper hangs in the kernel and was left behind: job, ns waited",  \
	  F_PID, F_TEXT, F_COUNT)                                                                  \
	X(LOG, 17, "log", "word from the agent: level 0 to 7 as in syslog", F_LEVEL, F_TEXT)       \
	X(PONG, 18, "pong", "answer to a ping: its token", F_ID)                                   \
	X(KMSG, 19, "kmsg", "a kernel message: level", F_LEVEL, F_TEXT)                            \
	X(PRINTK, 70, "printk",                                                                    \
	  "a BPF program said something: the task it ran in, text; count = records before it "     \
	  "that are missing",                                                                      \
	  F_NAME, F_COUNT, F_TEXT)                                                                 \
	X(END, 20, "end", "all is torn down", F_NONE)                                              \
	X(MOVED, 21, "moved", "tasks were moved: target, cgroup, how many", F_TEXT, F_CGROUP,      \
	  F_COUNT)                                                                                 \
	X(PROBES, 22, "probes", "probes attached (text) or why not (code, text)", F_CODE, F_TEXT)  \
	X(ROUNDS, 23, "rounds",                                                                    \
	  "how a body gets on: rounds done, ops that failed in them; flag = it has ended", F_NAME, \
	  F_COUNT, F_ID, F_FLAG, F_TEXT)                                                           \
	X(REPORT, 30, "report",                                                                    \
	  "what a worker says of its work (wire_report.h); flag = it still runs", F_NAME, F_INDEX, \
	  F_PID, F_FLAG, F_TEXT)                                                                   \
	X(LEDGER, 24, "ledger",                                                                    \
	  "what a group has done since its release, from every switch: ns run, ns until it ran "   \
	  "(all ones = not yet), times it got a CPU; code = notes that found no room",                                   \
	  F_NAME, F_COUNT, F_ID, F_INDEX, F_CODE)                                                  \
	X(LEDGER_CPU, 25, "ledger-cpu", "a CPU it ran on: which, first when, which thread",        \
	  F_NAME, F_INDEX, F_ID, F_PID)                                                            \
	X(LEDGER_CGROUP, 26, "ledger-cgroup",                                                      \
	  "a cgroup it ran in: first when, on which CPU, which thread", F_NAME, F_CGROUP, F_ID,    \
	  F_INDEX, F_PID)                                                                          \
	X(LEDGER_ESCAPE, 27, "ledger-escape",                                                      \
	  "it ran outside its cpuset: how often; the first: when, CPU, thread, cgroup, comm",      \
	  F_NAME, F_COUNT, F_ID, F_INDEX, F_PID, F_CGROUP, F_TEXT)                                 \
	X(TASKS, 37, "tasks",                                                                      \
	  "who is in a cgroup or group: target, processes, threads; data = lines 'PID TID COMM'; " \
	  "flag = cut",                                                                            \
	  F_NAME, F_COUNT, F_ID, F_DATA, F_FLAG)                                                   \
	X(SCHED, 40, "sched",                                                                      \
	  "the state of sched_ext changed: scheduler, state, enable_seq, nr_rejected", F_NAME,     \
	  F_TEXT, F_ID, F_COUNT)                                                                   \
	X(SCHED_EXIT, 41, "sched-exit",                                                            \
	  "a scheduler ended: its name, exit kind of the kernel (0 = not seen), reason, message",  \
	  F_NAME, F_CODE, F_TEXT, F_DATA)                                                          \
	X(SCHED_DUMP, 42, "sched-dump",                                                            \
	  "part n of a dump of sched_ext; flag = the last; count = lines that are missing; when "  \
	  "its first line came, 0 = not known",                                                    \
	  F_INDEX, F_DATA, F_FLAG, F_COUNT, F_ID)                                                        \
	X(SCHED_PARTS, 43, "sched-parts",                                                          \
	  "the programs, variables and maps of the scheduler in force: its name; data = lines; "   \
	  "flag = cut; count = 1: runs are being counted",                                         \
	  F_NAME, F_DATA, F_FLAG, F_COUNT)                                                         \
	X(SCHED_CALLS, 44, "sched-calls",                                                          \
	  "part n of the last calls on a probed call chain before a scheduler ended; flag = the "  \
	  "last; how many were noted, how many found no room",                                     \
	  F_INDEX, F_DATA, F_FLAG, F_COUNT, F_ID)                                                  \
	X(SCHED_STATS, 45, "sched-stats",                                                          \
	  "what a user-space scheduler has answered on its statistics socket: whose group it is "  \
	  "(\"\" = nobody's), pid of who listens; or what was wrong with it: errno and why",       \
	  F_NAME, F_PID, F_CODE, F_TEXT, F_DATA)                                                   \
	X(SHELL, 54, "shell",                                                                      \
	  "a person's shell runs in the guest: which, its pid, cgroup, command; flag = it has a "  \
	  "terminal",                                                                              \
	  F_INDEX, F_PID, F_CGROUP, F_TEXT, F_FLAG)                                                \
	X(SHELL_END, 55, "shell-end",                                                              \
	  "a shell ended: which, exit code or signal; text = why it could not start, code = errno", \
	  F_INDEX, F_PID, F_CODE, F_SIGNAL, F_TEXT)                                                \
	X(TRACE, 60, "trace",                                                                      \
	  "the stream of switches is on (flag) or off: errno and why, what is absent; count = "    \
	  "calls the kernel itself left out",                                                      \
	  F_FLAG, F_CODE, F_TEXT, F_COUNT)                                                         \
	X(EXACT, 90, "exact",                                                                      \
	  "the scheduling trace of an exact run, from its start to its end: hash, records; or "    \
	  "errno and why there is none",                                                           \
	  F_NAME, F_COUNT, F_CODE, F_TEXT)                                                         \
	X(OP, 100, "op", "an op was accepted from a person or a file", F_TEXT)                     \
	X(VERDICT, 101, "verdict",                                                                 \
	  "an expectation was judged: 0 pass 1 fail 2 inconclusive 3 skip", F_CODE, F_TEXT)        \
	X(BOOT, 102, "boot", "host: a boot stage was reached: name, ns since the command", F_NAME, \
	  F_COUNT)                                                                                 \
	X(ACCEL, 103, "accel", "host: accelerator in use and why", F_NAME, F_TEXT)                 \
	X(GUEST, 104, "guest", "host: kernel release, topology", F_NAME, F_TEXT)                   \
	X(GONE, 105, "gone", "host: the guest is not there any more: why", F_TEXT)                 \
	X(HOST_LOG, 106, "host-log", "word from the host: level as in syslog", F_LEVEL, F_TEXT)    \
	X(PUSHED, 110, "pushed",                                                                   \
	  "host: files that an op takes into the guest: which, bytes in all, how many, SHA-256 of " \
	  "what was named, and of all of it",                                                      \
	  F_PATH, F_COUNT, F_ID, F_TEXT, F_NAME)                                                   \
	X(PROGRESS, 111, "progress",                                                               \
	  "host: how a file gets on that is on its way: which, bytes so far, of how many", F_PATH,  \
	  F_COUNT, F_ID)                                                                           \
	X(PULLED, 112, "pulled",                                                                   \
	  "host: a file of the guest's is here: its path there, here (\"\" = not kept), bytes, "   \
	  "SHA-256",                                                                               \
	  F_PATH, F_TEXT, F_COUNT, F_NAME)                                                         \
	X(HOST, 115, "host",                                                                       \
	  "host: permille of the time since the beginning that something here waited for a CPU; "  \
	  "permille of its CPUs' work that its own host took; tasks for 1000 of its CPUs; all "    \
	  "ones = not known",                                                                      \
	  F_COUNT, F_ID, F_INDEX)                                                                  \
	X(MACHINE, 118, "machine",                                                                 \
	  "host: what decides how an exact run goes: emulator, CPU model, kernel, digest", F_TEXT) \
	X(KERNEL, 120, "kernel",                                                                   \
	  "host: a place in the kernel was looked at: which, what stands there, its bits, which "  \
	  "kind (wire_place.h); flag = after the op has written it",                               \
	  F_NAME, F_TEXT, F_ID, F_CODE, F_FLAG)                                                    \
	X(WATCH, 121, "watch",                                                                     \
	  "host: writes to a place in the kernel are watched (flag), or no longer: which, its "    \
	  "address, bytes; errno and why when that was not asked for",                             \
	  F_NAME, F_ID, F_COUNT, F_FLAG, F_CODE, F_TEXT)                                           \
	X(WATCH_HIT, 122, "watch-hit",                                                             \
	  "host: the guest wrote to a watched place: which, what stands there now, what stood "    \
	  "there before, which write, the instruction behind it, its function, CPU, task (0 = "    \
	  "idle); flag = seen late: nobody knows who wrote",                                       \
	  F_NAME, F_TEXT, F_DATA, F_COUNT, F_ID, F_PATH, F_INDEX, F_PID, F_FLAG)                   \
	X(WATCH_COUNT, 123, "watch-count",                                                         \
	  "host: how often a place was written to since its watch was set; flag = the watch was "  \
	  "there all the time; code = 1: it never was",                                            \
	  F_NAME, F_COUNT, F_FLAG, F_CODE)                                                         \
	X(PACE, 126, "pace",                                                                       \
	  "host: how the guest's time goes on for who looks: paused, runs, slow (count = the nth " \
	  "part of full speed), step (count = switches, id = ns that passed, all ones = not "      \
	  "known); words",                                                                         \
	  F_NAME, F_COUNT, F_ID, F_TEXT)                                                           \
	X(CHECKPOINT, 130, "checkpoint",                                                           \
	  "host: what the guest and all that is known are now has a name", F_NAME)                 \
	X(BRANCH, 131, "branch",                                                                   \
	  "host: how what is done from here on is called; where a file begins as one: the "       \
	  "checkpoint it went back to, the file that was left",                                    \
	  F_NAME, F_TEXT, F_PATH)                                                                  \
	X(FAULT, 107, "fault", "host: a fault switch of the agent is in force", F_NAME)

#define EV_HOST_FIRST 100

enum event_type {
#define X(e, num, ...) EV_##e = num,
	EVENT_LIST(X)
#undef X
};

struct event {
	enum event_type type;
	uint64_t seq; /* the op it belongs to; 0 = none */
	uint64_t
		t_ns; /* guest CLOCK_MONOTONIC since its boot; host events: last known guest time */
	/* which of these hold is told by the table; strings are borrowed from frame or file, never
	 * NULL after decoding */
	const char *name;
	const char *cgroup;
	const char *path;
	const char *text;
	const char *data; /* any bytes, data_len of them, NUL behind */
	size_t data_len;
	uint64_t index; /* task n of a group, from 1 */
	int64_t pid;    /* in the guest's root pid namespace */
	int64_t code;
	uint64_t signal; /* 0 = none */
	uint64_t stream;
	uint64_t count;
	uint64_t id;
	uint64_t level;
	bool flag;
};

enum event_field_type { FIELD_END, FIELD_STR, FIELD_DATA, FIELD_U64, FIELD_I64, FIELD_BOOL };

struct event_field {
	const char *json; /* name in the session file */
	enum event_field_type type;
	size_t offset; /* in struct event; data_len follows data */
};

struct event_def {
	enum event_type type;
	const char *json;
	const char *summary;
	const struct event_field *const *fields; /* NULL-terminated, in wire order */
};

/* NULL when there is no such type or name. event_def_at(i) for i = 0.. until NULL. */
const struct event_def *event_def(enum event_type type);
const struct event_def *event_def_by_name(const char *json);
const struct event_def *event_def_at(size_t i);

/* Append the event's type and fields to a begun frame. Strings longer than the frame make w bad. */
void wire_event_put(struct wire_writer *w, const struct event *ev);
/* 0 or -EPROTO; seq and t_ns come from the header. Strings point into the frame. Host-only types
 * are refused. */
int wire_event_read(const struct wire_header *h, struct wire_reader *r, struct event *ev);

#endif
