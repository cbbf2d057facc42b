/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job - what the agent asks of its helper processes ("hands"), and their answers.
 *
 * Everything that may block in the kernel is a job: it crosses a SOCK_SEQPACKET pair as one
 * message {u32 type, arguments}, file descriptors ride along as SCM_RIGHTS. A job has any number
 * of answers; the one with `last` set ends it. Invariant: a hand runs one job at a time.
 */
#ifndef GUEST_JOB_H
#define GUEST_JOB_H

#include "guest/wire.h"

#define JOB_MSG_MAX  (256u << 10) /* bytes of one message */
#define JOB_FDS_MAX  64
#define JOB_DATA_MAX (64u << 10) /* bytes of a file that JOB_READ brings back */

/*
 * X(ENUM, name in words, function in a hand). Arguments in the order they are put -> the answer:
 *   FORK         fd: socket of the new hand -> num = its pid
 *   SETUP        str root -> id = kernel id of the root, text = controllers
 *   CGROUP_ADD   str path, u64 seed, settings -> id
 *   CGROUP_SET   str path, u64 seed, settings -> text = files that were set
 *   CGROUP_LIST  list of paths -> for each process below them num = pid, path, text = comm
 *   CGROUP_KILL  list of paths, list of u32 sessions -> for each left-over num = pid, text = comm
 *   CGROUP_RMDIR list of paths -> for each removed directory, children first: path, id
 *   MOVE         str path, u64 thread (0 = all), u32 n, n * u64 pid, str from (all of it; may be
 *                "") -> num = moved, id = the last of them
 *   TASKS        u32 n, n * u64 pid, str cgroup ("" = none) -> num = processes, id = threads, data
 *                = lines "PID TID COMM", flag = cut, text = their numbers
 *   FREEZE       str path, u8 freeze -> the cgroup says that it is frozen, or not any more
 *   CPUSET       str path, str other ("" = none: set; else swap), str word ("" = clear), u64 seed
 *                -> text = CPUs the first may use now
 *   AFFINITY     str word, u64 seed, u32 n, n * u64 pid, str cgroup -> num = threads, text = CPUs
 *   HOTPLUG      u32 cpu, u8 online
 *   STEER        str number or name of an interrupt, str word, u64 seed -> text = where it goes
 *   LOOK         u32 n, n * str cgroup -> data = n * u64: processes in it and below
 *   START        see hand_start.h
 *   READ         str path -> data, flag = cut, id = errno of the file
 *   SCAN         str root -> num = rows in the shared cgroup rows, id = left out
 *   SAMPLE       fds: iterator link, reader -> num = tasks in the shared rows, id = left out
 *   PROBES       u32 ncpus -> fds, data = enum probe_fd of each, text = attached, path = absent;
 *                the hand leaves
 *   WATCH        fds: programs -> fds: their links, which is all or none; attached here, which changes
 *                the kernel's code
 *   MOUNTS       nothing -> flag = cgroup2 is still at its place
 *   SYSRQ        u8 key; fd: the trigger
 *   SCHED_LOAD   u8 attach (else it is only verified), str built-in name or path, u32 n, n * (str
 *                name, str value), u32 number of its first callback; fds: none, or the maps that
 *                probes on its callbacks write to -> fd: link, then those of these probes, data =
 *                struct chain_target of each callback, path = callbacks without, text = what this
 *                kernel lacks; failure: text = one line, then the log; the hand leaves
 *   SCHED_UNLOAD fds: closed here, which waits for the scheduler's end
 *   TALLY_OPEN   u32 n, bytes of n struct tally_watch; fds: ledger, its rows -> fds:
 *                ring, map, links of bpf/tally.bpf.c, which counts by then; the hand leaves
 *   TALLY_CLOSE  fds: closed here, which changes the kernel's code
 *   TRACE_OPEN   u32 ncpus, u32 slots of each -> fds: the maps heads, slots, names of
 *                bpf/trace.bpf.c, then links; path = what is absent; the hand leaves
 *   TRACE_CLOSE  fds: closed here, which changes the kernel's code; num = calls the kernel left out
 *   EXACT        nothing -> fds: lanes, switch and programs of bpf/exact.bpf.c, then its links; num
 *                = programs; the hand leaves
 *   FILE_CHECK   struct files_entry (wire_files.h) -> flag = it is there just so
 *   FILE_ROOM    u64 bytes -> there is room for them
 *   FILE_MAKE    u8 keep, struct files_entry -> FILE: fd, still without a name; else as FILE_PLACE
 *   FILE_WRITE   struct files_chunk; fd -> num = where it ended
 *   FILE_PLACE   str path, u32 mode, u32 index, u8 keep; fd -> flag = it is new, id = folders made
 *                for it, num = what was there is kept aside
 *   FILE_SETTLE  u8 keep (else take back), u32 n, n * struct files_made
 *   FILE_OPEN    str path -> fd, num = size, id = permission bits
 *   FILE_PART    u64 offset, u32 max; fd -> data
 *   FILE_LOOK    str program, str folders -> flag = it is there
 *   SCHED_WATCHDOG u32 ms (0 = none); fd: the link before, closed here -> fd: link; the hand leaves
 *   CHAIN        str names -> fds: ring, counter, links, data = struct chain_target of each, text =
 *                names that are probed; the hand leaves
 *   SCHED_LOOK   str scheduler, u8 switch the statistics of programs on -> data = lines, see
 *                hand_sched_parts.c, flag = cut, fd: what keeps the statistics on; the hand leaves
 *   SCHED_SET    str scheduler, u32 n, n * (str target, str value) -> text = what they were and
 *                are; all or none; the hand leaves
 *   PRINTK_OPEN  nothing -> fd: trace_pipe of the instance in which bpf_printk is heard
 *   PRINTK_READ  fd -> data = whole lines
 *   SCHED_STATS  nothing -> fd: the statistics socket of a scheduler, num = pid of who listens, id =
 *                its session; 0 = not known
 *   SCHED_PIN    str scheduler, str map, str name -> text = what is where; the hand leaves
 *   SCHED_WATCH  nothing -> fds: ring, counter, link of the dump's probe; the hand leaves
 */
#define JOB_LIST(X)                                                                                \
	X(FORK, "make another helper", hand_fork)                                                  \
	X(SETUP, "make the workload root", hand_cgroup_setup)                                      \
	X(CGROUP_ADD, "add a cgroup", hand_cgroup_add)                                             \
	X(CGROUP_SET, "set a cgroup's limits", hand_cgroup_set)                                    \
	X(CGROUP_LIST, "list a cgroup's processes", hand_cgroup_list)                              \
	X(CGROUP_KILL, "kill a cgroup's processes", hand_cgroup_kill)                              \
	X(CGROUP_RMDIR, "remove a cgroup", hand_cgroup_rmdir)                                      \
	X(MOVE, "move tasks to a cgroup", hand_move)                                               \
	X(TASKS, "list tasks", hand_tasks)                                                         \
	X(FREEZE, "freeze or thaw a cgroup", hand_freeze)                                          \
	X(CPUSET, "set a cgroup's CPUs", hand_cpuset)                                              \
	X(AFFINITY, "bind tasks to CPUs", hand_affinity)                                           \
	X(HOTPLUG, "take a CPU on- or offline", hand_hotplug)                                      \
	X(STEER, "send an interrupt to CPUs", hand_steer)                                          \
	X(LOOK, "look at cgroups and the scheduler", hand_look)                                    \
	X(START, "create tasks", hand_start)                                                       \
	X(READ, "read a file", hand_read)                                                          \
	X(SCAN, "read the cgroups' counters", hand_scan)                                           \
	X(SAMPLE, "read the tasks' counters", hand_sample)                                         \
	X(PROBES, "load the probes", hand_probes)                                                  \
	X(WATCH, "attach the probes on switches", hand_watch)                                      \
	X(MOUNTS, "look at the mounts", hand_mounts)                                               \
	X(SYSRQ, "pass on a sysrq key", hand_sysrq)                          \
	X(SCHED_LOAD, "load a scheduler", hand_sched_load)                                         \
	X(SCHED_UNLOAD, "unload a scheduler", hand_sched_unload)                                   \
	X(CHAIN, "probe a call chain", hand_chain)                                                 \
	X(SCHED_LOOK, "look into the scheduler", hand_sched_look)                                  \
	X(SCHED_SET, "set a value of the scheduler", hand_sched_set)                               \
	X(SCHED_STATS, "open a scheduler's statistics socket", hand_sched_stats)                   \
	X(SCHED_PIN, "pin a map of the scheduler", hand_sched_pin)                                 \
	X(SCHED_WATCHDOG, "set the watchdog", hand_sched_watchdog)                                 \
	X(SCHED_WATCH, "load the dump's probe", hand_sched_watch)                                  \
	X(PRINTK_OPEN, "listen to bpf_printk", hand_printk_open)                                   \
	X(PRINTK_READ, "read what bpf_printk said", hand_printk_read)                              \
	X(TALLY_OPEN, "count the threads that run", hand_tally_open)                               \
	X(TALLY_CLOSE, "stop counting threads", hand_tally_close)                                  \
	X(TRACE_OPEN, "stream the switches", hand_trace_open)                                      \
	X(TRACE_CLOSE, "stop the stream of switches", hand_trace_close)                            \
	X(EXACT, "attach the trace's probes", hand_exact)                                          \
	X(FILE_CHECK, "compare a file", hand_file_check)                                           \
	X(FILE_ROOM, "look for room", hand_file_room)                                              \
	X(FILE_MAKE, "make a file", hand_file_make)                                                \
	X(FILE_WRITE, "write a file", hand_file_write)                                             \
	X(FILE_PLACE, "put a file in its place", hand_file_place)                                  \
	X(FILE_SETTLE, "settle files", hand_file_settle)                                           \
	X(FILE_OPEN, "open a file", hand_file_open)                                                \
	X(FILE_PART, "read a piece of a file", hand_file_part)                                     \
	X(FILE_LOOK, "look for a program", hand_file_look)

enum job_type {
#define X(e, words, fn) JOB_##e,
	JOB_LIST(X)
#undef X
		JOB_MAX
};

struct job_reply {
	bool last;
	bool flag;
	bool leaving;    /* the hand exits after this answer */
	int code;        /* 0 or positive errno */
	uint64_t cpu_ns; /* CPU time this hand has used so far */
	uint64_t num, id;
	const char *path; /* never NULL; both strings borrowed from the message */
	const char *text;
	const char *data;
	size_t data_len;
	int fds[JOB_FDS_MAX]; /* the receiver owns them */
	int nfds;
};

void job_put_reply(struct wire_writer *w, const struct job_reply *r);
/* false when malformed. fds are the caller's business. */
bool job_get_reply(struct wire_reader *in, struct job_reply *r);

/* One message with descriptors over a SEQPACKET socket: 0 or -errno. The fds are not closed. */
int job_send(int sock, const void *data, size_t len, const int *fds, int nfds, int flags);
/* Length, 0 at the end, or -errno. At most JOB_FDS_MAX descriptors, close-on-exec. */
ssize_t job_recv(int sock, void *data, size_t size, int *fds, int *nfds, int flags);

const char *job_words(enum job_type type);

#endif
