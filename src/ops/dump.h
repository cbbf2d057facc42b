/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump - the kernel's debug dump of a sched_ext scheduler, taken apart: why, the call chain of the
 * exit, CPUs, tasks, counters. Formats of 6.12 to 7.3.
 *
 * The text is hostile: a scheduler's own dump callbacks and task names write into it. Invariant:
 * whatever the bytes, the counts below are within their caps, ranges lie within the text, names are
 * sanitised; what is not understood belongs, as text, to what it stands below.
 */
#ifndef OPS_DUMP_H
#define OPS_DUMP_H

#include "guest/wire_sample.h"

#define DUMP_CPUS_MAX   1024
#define DUMP_TASKS_MAX  16384
#define DUMP_CHAIN_MAX  64 /* functions of the call chain: SCX_EXIT_BT_LEN, kernel 6.12 to 7.3 */
#define DUMP_SYMBOL_MAX 96

struct dump_range { /* of the dump's text */
	size_t at, len;
};

struct dump_cpu {
	uint32_t cpu;
	uint64_t nr_running; /* sched_ext tasks on its runqueue; SAMPLE_ABSENT */
	int32_t pid;         /* of its current task */
	char comm[SAMPLE_COMM];
	char class[32];         /* "ext_sched_class", "" = not said */
	struct dump_range text; /* its own lines, without its tasks */
	size_t task, ntasks;    /* its tasks are these in a row */
};

struct dump_task {
	uint32_t cpu;    /* its place in the list of CPUs */
	bool current;    /* it had the CPU */
	char state;      /* as the kernel says it */
	int32_t pid;     /* of the thread */
	int64_t wait_ms; /* how long it had been runnable */
	char comm[SAMPLE_COMM];
	uint64_t ops_state;                    /* 2 = with the BPF scheduler */
	uint64_t dsq, vtime, slice_ns, weight; /* SAMPLE_ABSENT = on none, not said */
	uint64_t held;                         /* enum sample_held or SAMPLE_ABSENT */
	char cpus[48];          /* mask of CPUs, in hexadecimal as the kernel says it */
	struct dump_range text; /* all its lines, its call chain included */
};

struct dump {
	int64_t kind; /* exit kind; 0 = a dump that somebody asked for, or not said */
	int32_t pid;  /* who triggered it; 0 = not said */
	char comm[SAMPLE_COMM];
	char chain[DUMP_CHAIN_MAX][DUMP_SYMBOL_MAX]; /* "scx_vexit+0x6d/0xa0", innermost first */
	size_t nchain;
	struct dump_range own; /* what the scheduler's dump callback wrote for the whole */
	struct dump_cpu *cpus;
	size_t ncpus;
	struct dump_task *tasks;
	size_t ntasks;
	struct sample_scx counters[SAMPLE_SCX_MAX];
	size_t ncounters;
	uint64_t cut;   /* CPUs, tasks, counters and lines that found no room */
	bool truncated; /* the kernel says that it had no room for all of it */
};

/* Never NULL; free with dump_destroy(). The ranges are of this text. */
struct dump *dump_parse(const char *text, size_t len);
void dump_destroy(struct dump *d); /* NULL is fine */

/*
 * Which functions of the kernel a probed run looks at, a space between: those of the chain that are
 * about scheduling, and those by which a scheduler's callbacks are called and act. Appends.
 */
struct buf;
void dump_probe_names(const struct dump *d, struct buf *out);

/* The bare name of a function of a call chain: no offset, no "bpf_prog_0123456789abcdef_"; dst is
 * always terminated; *bpf says whether it is a BPF program. false: it is no name. */
bool dump_function(const char *symbol, char *dst, size_t size, bool *bpf);

#endif
