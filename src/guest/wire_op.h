/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_op - an op as it crosses the wire: an id and a list of tagged arguments.
 *
 * The host writes it from the op table (ops/op_wire.c); the agent looks arguments up by tag.
 * Durations are ns. Ids and tags are never reused.
 */
#ifndef GUEST_WIRE_OP_H
#define GUEST_WIRE_OP_H

#include "guest/wire.h"

enum wire_op_id {
	OP_CGROUP_ADD = 1,
	OP_CGROUP_SET = 2,
	OP_CGROUP_REMOVE = 3,
	OP_SPAWN = 4,
	OP_RUN = 5,
	OP_WAIT = 6,
	OP_KILL = 7,
	OP_MOVE = 8,
	OP_HOLD = 9,
	OP_STEP = 10,
	OP_BACKDROP = 11,
	OP_EXPECT_PLACED = 12, /* the expect ops are barriers in the agent; the host judges */
	OP_EXPECT_EXIT = 13,
	OP_EXPECT_OUTPUT = 14,
	OP_EXPECT_FILE = 15, /* the agent reads the file and sends EV_FILE before EV_DONE */
	OP_READ_FILE = 16,   /* the same without an expectation */
	OP_EVERY = 17,
	OP_END = 18,
	OP_HOLD_LOOP = 19,
	OP_HOLD_UNTIL = 20,
	OP_CGROUP_FREEZE = 21,
	OP_CGROUP_THAW = 22,
	OP_SIGNAL = 23,
	OP_CPU_OFFLINE = 24,
	OP_CPU_ONLINE = 25,
	OP_CPUSET_SET = 26,
	OP_CPUSET_CLEAR = 27,
	OP_CPUSET_SWAP = 28,
	OP_AFFINITY = 29,
	OP_REPORT = 30,        /* EV_REPORT for each live worker before EV_DONE */
	OP_EXPECT_REPORT = 31, /* the same; the host judges */
	OP_EXPECT_METRIC = 36, /* the same, also for what a payload has printed */
	OP_PUSH = 32, /* the host's files come as guest/wire_files.h says */
	OP_PULL = 33,
	OP_SCHED_LOAD = 40,
	OP_SCHED_UNLOAD = 41,
	OP_SCHED_REPLACE = 42,
	OP_SCHED_RESTART = 43,
	OP_SCHED_DUMP = 44,
	OP_SCHED_EJECT = 45,
	OP_EXPECT_SCHED = 46,
	OP_EXPECT_SCHED_EXIT = 47,
	OP_DEF = 48,          /* as OP_CGROUP_ADD, then OP_SPAWN in it */
	OP_TASKS = 49,        /* EV_TASKS before EV_DONE */
	OP_EXPECT_TASKS = 50, /* the same; the host judges */
	OP_SCHED_WATCHDOG = 51,
	OP_SCHED_SET = 52,
	OP_IRQ_STEER = 53,
	OP_SCHED_PIN = 54,
	OP_LOOK = 60, /* EV_LEDGER and its company before EV_DONE, as with the next ones */
	OP_EXPECT_STAYED = 61,
	OP_EXPECT_RAN = 62,
	OP_EXPECT_SHARE = 63,
	OP_EXPECT_CPUS = 64,
	OP_EXPECT_CONFINED = 65,
	OP_EXPECT_CHECK = 66, /* EV_REPORT and EV_LEDGER as above, where it names a group */
	OP_KERNEL_READ = 70, /* the host does it when the agent says that it is its turn (wire.h), EV_KERNEL
				comes before EV_DONE; the next two alike */
	OP_EXPECT_KERNEL = 71, /* the host judges */
	OP_KERNEL_WRITE = 72,
	OP_SNAPSHOT = 73, /* the host does it, too; a sample is in the session file before EV_DONE */
	OP_WATCH = 74, /* the host, too: from now on the guest stops for EV_WATCH_HIT and a sample */
	OP_UNWATCH = 75,
	OP_EXPECT_WATCH = 76, /* EV_WATCH_COUNT before EV_DONE; the host judges */
	OP_EXPECT_TRACE = 80, /* never sent: it is about the whole run */
	OP_ID_MAX = 96
};

enum wire_arg {
	WARG_NAME = 1,    /* str: group or payload */
	WARG_CGROUP = 2,  /* str: cgroup relative to the workload root, "a/b"; "/" = the root cgroup
			     of the system */
	WARG_WORK = 3,    /* str: work type */
	WARG_COUNT = 4,   /* u64 */
	WARG_ARGV = 5,    /* list */
	WARG_TIMEOUT = 6, /* u64 ns */
	WARG_TARGET = 7,  /* str: NAME, @CGROUP or a decimal pid */
	WARG_TO = 8,      /* str: cgroup */
	WARG_DURATION = 9,  /* u64 ns */
	WARG_LABEL = 10,    /* str */
	WARG_CODE = 11,     /* i64 as u64 */
	WARG_TEXT = 12,     /* str */
	WARG_PATH = 13,     /* str */
	WARG_SETTINGS = 14, /* list of key, value, key, value ... (kernel file names) */
	WARG_AFTER = 15,    /* u64 ns: do not begin before this long after the previous op ended */
	WARG_PARAMS = 16,   /* list of key, value, key, value ... (wire_work.h) */
	WARG_PERIOD = 17,   /* u64 ns */
	WARG_EXPR = 18,	    /* str, see guest/expr.h */
	WARG_SIGNAL = 19,   /* u64 */
	WARG_CPU = 20,	    /* u64 */
	WARG_CPUS = 21,	    /* str: a list or a word, see guest/cpu_words.h */
	WARG_POLICY = 22,   /* str: "fifo:50", see guest/policy.h */
	WARG_NICE = 23,	    /* i64 as u64 */
	WARG_MEMPOLICY = 24, /* str: "bind:0-1" */
	WARG_UID = 25,	    /* u64 */
	WARG_GID = 26,	    /* u64 */
	WARG_COMM = 27,	    /* str */
	WARG_FOR = 28,	    /* u64 ns */
	WARG_FRACTION = 29, /* u64: millionths of the scenario's duration */
	WARG_FIGURE = 30,   /* str: figure of a report (ops/figures.h); this and those below are
			       the host's affair */
	WARG_COMPARE = 31,  /* str: "==", ... */
	WARG_VALUE = 32,    /* str: "100", "2s" */
	WARG_SCHED = 40,     /* str: built-in scheduler or absolute path; "none" */
	WARG_SCHED_SET = 41, /* list of name, value, ... for .rodata */
	WARG_KIND = 42,      /* str: exit kind (wire_sched.h) */
	WARG_THREAD = 43,    /* u64: which thread of a task, 1 = its first */
	WARG_IRQ = 44,       /* str: number or name of an interrupt */
	WARG_MAP = 45,       /* str: a map of the scheduler in force */
	WARG_PIN = 46,       /* str: its name under /sys/fs/bpf */
	WARG_PAIR = 60,	     /* str: "B/A", two groups */
	WARG_RATIO = 61,     /* u64 millionths */
	WARG_TOLERANCE = 62, /* u64 millionths */
	WARG_WITHIN = 63,    /* u64 ns */
	WARG_LIST = 64,	     /* str: CPU list */
	WARG_CHECK = 65,     /* str: a standard check (ops/checks.h); it and the next three are
				the host's affair */
	WARG_LIMIT = 66,     /* str: "2s", "15%", "off" */
	WARG_SAMPLES = 67,   /* u64 */
	WARG_REPLAYS = 68,   /* u64: how many the limit was learnt from */
	WARG_METRIC = 77,    /* str: name of a metric; this and the next are the host's affair */
	WARG_MEASURE = 78,   /* str: "5ms", "1000" */
	WARG_HOST_PATH = 70, /* str: a file of the host's; it and the next are the host's affair */
	WARG_WATCH = 71,     /* str: "yes", "no" */
	WARG_GUEST_PATH = 72, /* str: where a file goes in the guest, or comes from */
	WARG_HASH = 84,	      /* str: of a trace, 16 hexadecimal digits; it and the next are the host's */
	WARG_MACHINE = 85,    /* str: one word, see vmm/machine.h */
	WARG_PLACE = 88,      /* str: a place in the kernel, see wire_place.h; it and the next two are the host's */
	WARG_PUT = 89,	      /* str: what is to stand there, or is expected */
	WARG_HOW = 90,	      /* str: "hot", "cold" */
	WARG_MAX = 96
};

enum wire_arg_type { WTYPE_STR = 1, WTYPE_U64 = 2, WTYPE_LIST = 3 };

#define WIRE_OP_ARGS_MAX 24
#define WIRE_LIST_MAX    1024

struct wire_op_arg {
	uint8_t tag;
	uint8_t type;
	uint64_t num;
	const char *str;         /* into the frame */
	struct wire_reader list; /* positioned at the first string */
	uint32_t n;              /* strings in the list */
};

struct wire_op {
	uint16_t id;
	uint8_t n;
	struct wire_op_arg args[WIRE_OP_ARGS_MAX];
};

/* Writing: begin, any number of puts, end. */
void wire_op_begin(struct wire_writer *w, void *data, size_t size, uint16_t id, uint8_t nargs);
void wire_op_put_str(struct wire_writer *w, enum wire_arg tag, const char *s);
void wire_op_put_u64(struct wire_writer *w, enum wire_arg tag, uint64_t v);
void wire_op_put_list(struct wire_writer *w, enum wire_arg tag, const char *const *v, uint32_t n);

/* Reading: 0 or -EPROTO. The strings point into the reader's bytes. */
int wire_op_read(struct wire_reader *r, struct wire_op *op);
const char *wire_op_str(const struct wire_op *op, enum wire_arg tag); /* NULL when absent */
uint64_t wire_op_u64(const struct wire_op *op, enum wire_arg tag, uint64_t absent);
/* The list's strings into v (at most max, always NULL-terminated when max > n); returns n, 0 when
 * absent. */
uint32_t wire_op_list(const struct wire_op *op, enum wire_arg tag, const char **v, uint32_t max);

#endif
