/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model - everything that is known about a session: guest, CPUs, cgroups, tasks, ops, log.
 *
 * model_apply() and model_sample() are the only writers; screens, checks and exporters read it as
 * const and keep no pointer into it across a loop turn (keep seq, id, pid). The same events give
 * the same model whether they come from a live guest or from an old session file.
 * All text in it has been sanitised, except output and file data (raw bytes, bounded).
 */
#ifndef OPS_MODEL_H
#define OPS_MODEL_H

#include "base/buf.h"
#include "base/idmap.h"
#include "guest/wire_event.h"
#include "guest/wire_report.h"
#include "guest/wire_sample.h"
#include "ops/model_monitor.h"
#include "ops/model_promise.h"
#include "ops/op.h"

#define MODEL_OUTPUT_MAX (16u << 20) /* bytes kept per payload and stream */
#define MODEL_LOG_MAX    20000       /* lines; the oldest go first */

enum op_state { OPS_QUEUED, OPS_RUNNING, OPS_DONE, OPS_FAILED };
enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_SKIP, VERDICT_NONE };
const char *verdict_name(enum verdict v); /* "pass", ... */

struct model_op {
	uint64_t seq;
	char *text;    /* canonical line */
	struct op *op; /* parsed again from text; NULL when an old file has an op unknown here */
	enum op_state state;
	unsigned step;                          /* 0 = backdrop */
	uint64_t accepted_ns, begin_ns, end_ns; /* guest time; 0 = not yet */
	char *note;                             /* what DONE or FAILED said */
	uint64_t moved, to_move; /* bytes of the file that goes in or out; 0 = none does now */
	enum verdict verdict;
	char *verdict_text;
};

struct model_step {
	char *label; /* "" allowed */
	uint64_t begin_ns, end_ns;
	/* sched_ext's counters at its begin, in the order of model.scx; NULL = none were known */
	uint64_t *scx, scx_enables;
	uint32_t nscx;
};

struct model_task { /* a task of a group: NAME.index */
	uint64_t index;
	int64_t pid;
	unsigned rounds;     /* how often it was started: more than once in a body */
	bool placed;         /* EV_PLACED came with the wanted line */
	bool held;           /* was still before its first instruction then */
	char *wanted, *line; /* cgroup path asked for; /proc/PID/cgroup line read */
	uint64_t placed_ns;
	char *exec_cgroup; /* probe at exec; NULL = none came */
	bool exited, killed_by_session;
	int64_t code;
	uint64_t signal;
	uint64_t exit_ns;
	struct work_report *report; /* a worker's last; NULL = none came */
	uint64_t report_ns;
};

struct model_group {
	char *name;
	uint64_t seq; /* of the op that made it */
	unsigned step;
	bool payload; /* run; else workers */
	struct model_task *tasks;
	size_t ntasks;
	struct buf output[2];    /* stdout, stderr: raw, bounded */
	uint64_t output_lost[2]; /* bytes not kept */
	uint64_t output_missing[2]; /* of these, what the agent had no room for */
	struct metrics *metrics; /* what it has printed (model_metric.h); NULL = nothing */
};

struct model_look;
struct model_note;

struct model_file {
	uint64_t seq;
	char *path;     /* sanitised */
	char *raw_path; /* as the op named it: what look-ups compare */
	struct buf data;
	bool cut;
	int64_t error; /* errno, 0 = read */
};

struct model_transfer { /* files that went into the guest, or came from it */
	uint64_t seq;
	bool pulled;
	char *path; /* pushed: the file here; pulled: the file there. As the host's op names it */
	char *here; /* pulled: where it is now, "" = not kept; pushed: NULL */
	char *hash, *all; /* SHA-256 of what was named; pushed: of all that went along */
	uint64_t bytes, files;
};

struct model_cgroup {
	uint64_t id;
	char *path; /* from the cgroup mount: "/scxplore/low" */
	bool ours;  /* made by an op */
	bool gone;
	struct sample_cgroup now, before; /* last two samples */
	uint64_t now_ns, before_ns;       /* 0 = no sample yet */
	uint32_t parent;                  /* row of the one it is in; MODEL_NONE = none is known */
	uint16_t depth;                   /* below the one that has no parent */
	struct model_promise promise;     /* model_promise.h */
};

#define MODEL_NONE UINT32_MAX

/* What is known of a task beside its row of the last sample. */
struct model_seen {
	uint32_t before;   /* its row in tasks_before; MODEL_NONE = it is new */
	bool exact;        /* since_ns is the kernel's word; else it is the first sample that saw it so */
	uint64_t since_ns; /* when it began to wait, to run or to sleep: no later than this */
};

struct model_cpu {
	struct sample_cpu now, before;
};

struct model_sched { /* one life of a sched_ext scheduler */
	char *name;	     /* as the kernel reports it */
	uint64_t seq;	     /* of the op that put it in force; 0 = none of ours */
	uint64_t enabled_ns; /* guest time */
	bool ended;
	uint64_t ended_ns;	/* when that was told */
	uint64_t died_ns;	/* when its dump began; ended_ns where that is not known */
	uint64_t before_seq;	/* the op that had begun last when it ended, expectations left out */
	int64_t kind;		/* exit kind of the kernel (guest/wire_sched.h); 0 = not seen */
	char *reason, *message; /* "" when the kernel said none */
	struct buf dump;	/* raw, bounded; what came before its end was told */
	uint64_t dump_missing;	/* lines */
	struct dump *parsed;	/* the same, taken apart (dump.h); NULL = none came */
	struct buf calls;	/* raw, bounded: the last calls on its probed call chain */
	uint64_t calls_lost;	/* records that found no room */
	/* from the last sample in which it was still in force (model_death.c) */
	uint64_t seen_ns; /* 0 = there is none */
	struct sample_task *waiters; /* who waited longest, the oldest first */
	size_t nwaiters;
	struct sample_scx *counters;
	uint32_t ncounters;
	/* while it is in force: the last moments, of which one becomes that */
	struct death_moment *moments;
	size_t nmoments; /* so far */
	bool counted;	 /* the kernel has counted something for it */
	struct model_stats *stats; /* model_stats.h; NULL = it has no statistics socket, as far as seen */
};

enum log_kind { LOG_OP, LOG_EVENT, LOG_OUTPUT, LOG_KERNEL, LOG_GUEST, LOG_HOST, LOG_TRACE, LOG_KINDS };
const char *log_kind_name(enum log_kind kind); /* "op", ... */
enum log_mark { MARK_NONE, MARK_OK, MARK_WARN, MARK_FAIL };

struct model_line {
	uint64_t n;    /* counts up for ever: a stable id */
	uint64_t t_ns; /* guest time */
	uint64_t seq;
	enum log_kind kind;
	enum log_mark mark;
	char *text; /* one line, sanitised */
};

struct trace;

struct model_stage {
	char *name;
	uint64_t ns; /* since the command */
};

#define MODEL_ACCEL_EXACT "tcg-exact" /* .accel of a run on a virtual clock */

struct model_checkpoint {
	char *name;
	uint64_t t_ns;
	size_t ops; /* that were known then */
};

struct model {
	/* the guest */
	bool live;               /* a guest is up or booting */
	char *gone;              /* why it is not there any more, or NULL */
	char *accel, *accel_why; /* "tcg", "kvm starts but ..." */
	/* of an exact run: what decides how it goes; the hash of its trace, or NULL and why not */
	char *machine, *trace_hash, *trace_why;
	uint64_t trace_records;
	char *kernel, *topology; /* release; NnNlNcNt */
	char *root;              /* workload root, "/scxplore" */
	char *fault;             /* the last fault switch in force, or NULL */
	uint64_t host_wait;      /* permille of its time the host wanted more CPUs than it has, at
				    most of all readings; SAMPLE_ABSENT = not known */
	uint64_t host_load;      /* tasks for 1000 of its CPUs; the same */
	uint64_t host_steal;     /* permille of its CPUs' work that its own host took; the same */
	uint64_t steal;          /* permille of its CPUs' work that the host took; the same */
	struct {
		uint64_t stolen_ns, busy_ns; /* of all CPUs at the first sample that told both */
	} steal_from;
	unsigned cpus_online;
	/* where it stands among the branches of its session (ops/branches.h); NULL = in the first, without a name */
	char *branch, *branch_from; /* its name; the checkpoint that its file began at */
	struct model_checkpoint *checkpoints; /* that have a name, the oldest first */
	size_t ncheckpoints;
	bool ready, ended;
	char *probes;        /* what is attached; NULL = nothing said yet */
	char *probes_absent; /* what is not, and why; NULL = all there */
	struct model_stage *stages;
	size_t nstages;
	/* what was asked */
	struct model_op *ops;
	size_t nops;
	struct model_step *steps; /* [0] is the backdrop */
	size_t nsteps;
	/* what is */
	struct model_group *groups;
	size_t ngroups;
	struct model_file *files;
	size_t nfiles;
	struct model_transfer *transfers; /* model_transfer.c */
	size_t ntransfers;
	struct model_kernel *kernel_looks; /* model_kernel.h */
	size_t nkernel_looks;
	struct model_watch_hit *watch_hits; /* model_watch.h */
	size_t nwatch_hits;
	struct model_watch_place *watch_places;
	size_t nwatch_places;
	struct model_watch_count *watch_counts;
	size_t nwatch_counts;
	struct model_tasks *task_lists; /* model_tasks.h */
	size_t ntask_lists;
	struct model_look *looks; /* model_ledger.h */
	size_t nlooks;
	struct model_note *notes; /* model_metric.h */
	size_t nnotes, notes_bytes;
	struct idmap pids; /* of tasks of groups that have not exited: model_task_of() */
	struct model_cgroup *cgroups;
	size_t ncgroups;
	struct idmap cgroup_ids; /* the row in cgroups that had the id last */
	uint32_t *cgroup_order;  /* rows that are not gone, each after the one it is in (model_tree.c) */
	size_t ncgroup_order;
	bool tree_changed;
	uint64_t promise_from_ns; /* when its window began */
	struct model_cpu *cpus;
	size_t ncpus;
	struct model_monitor monitor; /* model_monitor.h */
	struct sample_task *tasks, *tasks_before; /* sorted by tid; last two samples */
	size_t ntasks, ntasks_before;
	struct idmap lost; /* tids that were logged as lost, with since when each waited */
	struct model_seen *seen, *seen_before; /* the same rows (model_seen.c) */
	struct sample_dsq *dsqs;   /* of the last sample */
	struct sample_mask *masks; /* the sets of CPUs its rows name by number */
	uint64_t *mask_hashes;     /* of what is in each: rows of two samples have other numbers */
	size_t ndsqs, nmasks;
	struct sample_sched sched_now; /* all absent before the first sample */
	uint64_t sample_ns, sample_before_ns; /* 0 = none */
	uint64_t drops, cut;
	bool stood_still;                 /* samples whose counters cannot be true have come */
	uint64_t cost_ns, cost_before_ns; /* readings at least COST_WINDOW_NS apart: its parts come
					     unevenly */
	uint64_t cost_at_ns, cost_before_at_ns; /* when; 0 = not yet */
	uint64_t samples;                       /* count */
	uint64_t now_ns;                        /* newest guest time seen */
	uint64_t still_ns; /* its figures are those of this moment (model_still.h); 0 = of now */
	/* sched_ext */
	struct model_sched *scheds; /* in order of time */
	size_t nscheds;
	char *sched_state;	  /* "enabled", "disabled", ...; NULL = nothing said yet */
	struct sample_scx scx[SAMPLE_SCX_MAX], scx_before[SAMPLE_SCX_MAX]; /* last two samples */
	uint32_t nscx, nscx_before; /* before: 0 when that was another scheduler */
	uint64_t scx_enables;
	struct sample_sub subs[SAMPLE_SUBS_MAX], subs_before[SAMPLE_SUBS_MAX]; /* the same of sub-schedulers */
	uint32_t nsubs, nsubs_before;
	struct sched_parts *parts, *parts_before; /* sched_parts.h: the last two looks into the
						     scheduler; NULL = none */
	uint64_t sched_enables;	  /* the kernel's enable_seq, as told with the state */
	uint64_t sched_rejected;  /* tasks the scheduler in force refused */
	struct buf sched_calls;	  /* came and belong to no end yet */
	uint64_t sched_calls_lost;
	struct buf sched_dump;	  /* parts that came and belong to no exit yet, or to an op */
	uint64_t sched_dump_missing, sched_dump_ns;
	uint64_t begun_seq;	  /* the op that began last */
	uint64_t sched_op_seq;	  /* the last one that puts a scheduler in force */
	struct trace *trace; /* every switch and wake-up that came (trace.h); never NULL */
	/* the log: ring of MODEL_LOG_MAX lines */
	struct model_line *log;
	size_t nlog, log_first; /* lines held; index of the oldest */
	uint64_t log_next;      /* n of the next line */
	unsigned failures;      /* ops that failed + expectations that failed */
	unsigned intrusions;    /* events not by an op */
	unsigned shells;        /* opened by a person so far: what was typed there is not replayed */
	int64_t shell_pid;      /* of the one that runs, 0 = none */
	bool paused;            /* a person has stopped the guest's time */
	unsigned slow;          /* it goes on at one nth of its speed; 0 = at full speed */
};

struct model *model_create(void);
void model_destroy(struct model *m);

void model_apply(struct model *m, const struct event *ev);
void model_sample(struct model *m, const struct sample *s);

/* In model_sched.c. */
void model_sched_apply(struct model *m, const struct event *ev);
void model_sched_finish(struct model *m);
void model_sched_sample(struct model *m, const struct sample *s);
/* The one in force, for the model alone. */
struct model_sched *model_sched_life(struct model *m);
/* In model_death.c: what is kept for a post-mortem, and the counters by steps. */
void model_death_sample(struct model *m, const struct sample *s);
void model_death_end(struct model_sched *s);
void model_death_finish(struct model_sched *s);
void model_death_step(struct model *m, struct model_step *step);
/* What a counter (i-th of model.scx) has grown by: a second, between the last two samples; in a
 * step, so far or to its end. A scheduler that came into force in it began at 0. false = not
 * known. */
bool model_scx_rate(const struct model *m, uint32_t i, double *per_s);
bool model_scx_step(const struct model *m, size_t step, uint32_t i, uint64_t *grown);
/* In model_subs.c: sub-schedulers, each known by the cgroup it is attached to. */
void model_subs_sample(struct model *m, const struct sample *s);
const struct sample_sub *model_sub(const struct model *m, uint64_t cgroup_id); /* NULL = there is none */
/* The name of whose a task, cgroup or DSQ is, by its `sched`; "" when no scheduler is in force. */
const char *model_sched_of(const struct model *m, uint64_t sched);
/* How many tasks of the last sample are its own. */
uint64_t model_sub_tasks(const struct model *m, const struct sample_sub *sub);
/* As model_scx_rate(), of a sub-scheduler's i-th counter. */
bool model_sub_rate(const struct model *m, const struct sample_sub *sub, uint32_t i, double *per_s);
/* Is the task on this queue? User DSQs of two schedulers may have one id. */
bool model_on_dsq(const struct sample_task *t, const struct sample_dsq *d);
/* The value of a counter is a time in ns. */
bool model_scx_is_time(const char *name);
/* The life that ended last, and how many have; NULL when none has. */
const struct model_sched *model_sched_ended(const struct model *m, size_t *n);
/* A counter of the kernel for the scheduler in force; false = there is none of that name. */
bool model_scx(const struct model *m, const char *name, uint64_t *value);
/* The one in force, or NULL. */
const struct model_sched *model_sched_now(const struct model *m);
/* The one that was put in force last, when an error ended it, or NULL; and the name of how it ended. */
const struct model_sched *model_sched_died(const struct model *m);
const char *model_sched_kind(const struct model_sched *s);

/* In model_transfer.c: files pushed and pulled; nth of that path from 0, NULL when there is none. */
void model_transfer_apply(struct model *m, const struct event *ev);
void model_transfer_finish(struct model *m);
const struct model_transfer *model_pushed(const struct model *m, const char *path, size_t nth);
const struct model_transfer *model_pulled(const struct model *m, const char *path, size_t nth);
/*
 * The last of these pushes is not what the same one was in another session: says so in words and
 * returns true.
 */
bool model_transfer_differs(const struct model *m, const struct model *before, struct buf *why);

/* Look-ups; NULL when there is none. Valid until the next apply. */
const struct model_group *model_group(const struct model *m,
				      const char *name); /* the latest of that name */
/* Does it run, or has it run, on a virtual clock, the same every time? */
bool model_exact(const struct model *m);
const struct model_op *model_op(const struct model *m, uint64_t seq);
const struct model_file *model_file(const struct model *m, const char *path,
				    size_t nth); /* nth read of it from 0; (size_t)-1 = last */
const struct model_cgroup *model_cgroup_by_id(const struct model *m, uint64_t id);
const struct model_line *model_line(const struct model *m,
				    size_t i); /* i-th held line, 0 = oldest */
/* "/scxplore/low" -> "/low"; the path itself where it is outside the workload root. */
const char *model_below_root(const struct model *m, const char *path);
/* The task of a group that has this pid and has not exited, and its group; NULL when there is none. */
const struct model_task *model_task_of(const struct model *m, int64_t pid, const struct model_group **group);
/* "hogs.3", or the comm when the pid belongs to no group; dst always terminated. */
void model_task_name(const struct model *m, int64_t pid, const char *comm, char *dst, size_t size);

/* Rates over the last two samples; false = not known (absent counter, first sample, counter went
 * back). */
bool model_cpu_rate(const struct model *m, size_t cpu, uint64_t now, uint64_t before,
		    double *per_s);
bool model_cpu_busy(const struct model *m, size_t cpu, double *percent); /* 0..100 */
bool model_task_share(const struct model *m, size_t task, double *run_percent,
		      double *wait_percent);
/* CPU use of a cgroup between its last two readings, in percent of one CPU; 0 when it has not
 * changed for over 2 s. */
bool model_cgroup_use(const struct model *m, size_t cgroup, double *percent);
/* The same between two samples for one of its columns that count time or times, in a second. */
bool model_task_rate(const struct model *m, size_t task, uint64_t now, size_t offset, double *per_s);
/* In model_tree.c: where a CPU stands by the guest's topology; false when that is not known. */
bool model_cpu_place(const struct model *m, unsigned cpu, unsigned *node, unsigned *llc);
/* Where a task with this tid stands in tasks; MODEL_NONE = nowhere. */
uint32_t model_tid(const struct model *m, int64_t tid);
/* The set of CPUs a row of the last sample names; NULL when it names none. */
const struct sample_mask *model_mask(const struct model *m, uint64_t index);
/* What such a row stands for, the same in every sample; SAMPLE_ABSENT when it names none. */
uint64_t model_mask_hash(const struct model *m, uint64_t index);
bool model_cost(const struct model *m, double *percent_of_one_cpu);

#endif
