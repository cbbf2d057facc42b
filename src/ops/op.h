/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op - what a person can ask for: the one table of ops, and one op as a value.
 *
 * Parser, completion, help, wire encoder, journal, exporters, man page and the C API loop over
 * this table; no code anywhere compares op names. Adding an op: a row in op_table.c, a wire id in
 * guest/wire_op.h, a handler in the agent, a row in the public header.
 */
#ifndef OPS_OP_H
#define OPS_OP_H

#include "base/err.h"
#include "guest/wire_op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OP_ARGS_MAX   16
#define OP_NAME_MAX   64    /* bytes of a group name */
#define OP_CGROUP_MAX 200   /* bytes of a cgroup path below the workload root */
#define OP_LINE_MAX   65536 /* bytes of one op line */
#define OP_COUNT_MAX  1024  /* workers of one spawn */

enum arg_type {
	ARG_CGROUP_NEW, /* a cgroup that must not exist */
	ARG_CGROUP,     /* a cgroup that exists; "/" = the system's root cgroup where allowed */
	ARG_NAME_NEW,   /* a group name never used in this session */
	ARG_NAME,       /* a known group */
	ARG_TARGET,     /* NAME or @CGROUP */
	ARG_MOVER,      /* NAME, @CGROUP or PID */
	ARG_WORK,       /* a work type (work_types.h) */
	ARG_COUNT,      /* number within [min, max] */
	ARG_CODE,       /* signed number within [min, max] */
	ARG_DURATION,   /* ns in num; min/max in ns */
	ARG_HOLD,       /* a duration, or 25% of the scenario's: num < 0 = -millionths */
	ARG_CPUS,       /* CPU list or word, resolved in the guest (guest/cpu_words.h) */
	ARG_POLICY,     /* "fifo:50", see guest/policy.h */
	ARG_MEMPOLICY,  /* "bind:0-1", see guest/policy.h */
	ARG_SIGNAL,     /* a signal by name or number */
	ARG_FIGURE,     /* figure of a worker's report (figures.h) */
	ARG_COMPARE,    /* == != < <= > >= */
	ARG_AMOUNT,     /* number or time, as the figure is */
	ARG_METRIC,     /* name of a metric (metric.h) */
	ARG_MEASURE,    /* a number with its unit or without, as typed */
	ARG_EXPR,       /* what to wait for (guest/wire_expr.h) */
	ARG_PAIR,       /* "B/A": two known groups */
	ARG_NUMBER,     /* a decimal number above 0; num = millionths */
	ARG_PERCENT,    /* "10%"; num = millionths */
	ARG_CPU_LIST,   /* 0-3,6 */
	ARG_HASH,       /* of a trace: 16 hexadecimal digits */
	ARG_MACHINE,    /* what an exact run was made on: one word */
	ARG_PLACE,      /* a place in the guest's kernel (guest/wire_place.h) */
	ARG_PUT,        /* what stands there, or is to: number, true, false, name of an enum's value, text */
	ARG_HOW,        /* hot or cold */
	ARG_TEXT,       /* any text */
	ARG_WORD,       /* a name that only the guest knows: of an interrupt, a map, a pin */
	ARG_PATH,       /* absolute path in the guest */
	ARG_FILE,       /* a file of the host's, as a person names it */
	ARG_YES,        /* yes or no */
	ARG_ARGV,       /* one or more words */
	ARG_PARAMS,     /* KEY=VALUE words: parameters of the op's work type (work_types.h) */
	ARG_SCHED,      /* a built-in scheduler or a path (schedulers.h) */
	ARG_SCHED_SEEN, /* the name of a scheduler as the kernel reports it, or "none" */
	ARG_CHECK,      /* a standard check (checks.h) */
	ARG_KIND,       /* how a scheduler ends (guest/wire_sched.h) */
	ARG_CONSTANTS,  /* NAME=VALUE words: constants of a scheduler, stored as typed */
	ARG_SETTINGS,   /* KEY=VALUE words; keys from the cgroup settings table (cgroup_settings.h),
			   stored under the kernel's name */
};

enum arg_form {
	FORM_POSITIONAL, /* the next word */
	FORM_AT,         /* "@VALUE" glued to the positional word before */
	FORM_KEY,        /* key=VALUE, any place after the positionals */
	FORM_AFTER,      /* the literal word, then the value: "== CODE", "contains TEXT" */
	FORM_REST,       /* all words after "--" */
	FORM_WORDS,      /* all words that are left, joined by blanks */
	FORM_SETTINGS,   /* all remaining KEY=VALUE words */
};

struct arg_def {
	const char *key; /* as in help and errors: "NAME", "timeout", ... */
	enum arg_type type;
	enum arg_form form;
	const char *literal; /* FORM_AFTER */
	bool optional;
	int64_t min, max;
	const char *summary;
	enum wire_arg wire;
	const char *api;   /* field of struct sxp_op, for the C exporter: "timeout" */
	size_t api_offset; /* offsetof that field; its C type follows from `type` */
};

enum op_flag {
	OPF_EXPECT = 1 << 0, /* judged by the host when the agent has passed it */
	OPF_STEP = 1 << 1,   /* begins a step */
	OPF_BLOCKS = 1 << 2, /* may hold the main line: can be cancelled */
	OPF_MAKES = 1 << 3,  /* makes something that a step's end tears down */
	OPF_MAIN = 1 << 4,   /* has no place in a body (every ... end) */
	OPF_BODY = 1 << 5,   /* begins a body */
	OPF_BODY_END = 1 << 6,
	OPF_LOOKS = 1 << 7, /* takes a look at a group or pair: EV_LEDGER comes */
	OPF_TAKES = 1 << 14,  /* may take files of the host's along (session/supply.h) */
	OPF_BRINGS = 1 << 15, /* brings a file to the host */
	OPF_STOPS = 1 << 20, /* stops tasks on purpose: gaps are no finding */
	OPF_HOST = 1 << 24,  /* about the whole run, the host's alone: never sent, judged at its end */
	OPF_ASKS = 1 << 26,  /* the host does it when it is the op's turn (session/kernel_ops.h) */
	OPF_NOTES = 1 << 8, /* the numbers of a group are noted when it has ended (model_metric.h) */
};

struct op_def {
	enum wire_op_id id;
	const char *words[2]; /* "cgroup", "add"; "run", NULL; or "expect", "sched exit": the
				 second may be two */
	const char *summary;
	const char *example;              /* a whole valid line */
	const char *api;                  /* "SXP_CGROUP_ADD" */
	int api_type;                     /* enum sxp_op_type */
	unsigned flags;                   /* OPF_x */
	struct arg_def args[OP_ARGS_MAX]; /* key NULL ends */
	char shortcut;                    /* single key on the Lab screen, 0 = none */
};

struct op_val {
	bool set;
	int64_t num; /* COUNT, CODE, DURATION (ns) */
	char *str;   /* everything textual; owned */
	char **list; /* ARGV; SETTINGS as key, value, key, value; owned, NULL-terminated */
	size_t n;    /* entries of list */
};

struct op {
	const struct op_def *def; /* never NULL */
	struct op_val val[OP_ARGS_MAX];
	uint64_t seq;      /* 0 until submitted */
	uint64_t after_ns; /* guest time to let pass after the previous op ended (tempo) */
	int line;          /* in its file or block, from 1; 0 = typed alone */
};

const struct op_def *op_def_at(size_t i); /* NULL past the end */
const struct op_def *op_def_by_id(enum wire_op_id id);
/* The op that these words begin, and how many of them name it; NULL when there is none. */
const struct op_def *op_def_of_words(char *const *words, size_t n, size_t *taken);

struct op *op_create(const struct op_def *def);
struct op *op_clone(const struct op *op);
void op_destroy(struct op *op); /* NULL is fine */
const struct op_val *
op_arg(const struct op *op,
       enum wire_arg tag); /* NULL when the op has no such argument or it is not set */
void op_set_str(struct op *op, enum wire_arg tag, const char *s);
void op_set_num(struct op *op, enum wire_arg tag, int64_t v);

/* Canonical text of an op, quoted so that op_parse() gives the same op again. Caller frees. */
char *op_format(const struct op *op);
/*
 * Can a scenario of this length (ns; 0 = it has none) carry it out? A part of no length cannot be
 * held. 0, or -EINVAL with what to do.
 */
int op_check_duration(const struct op *op, uint64_t duration_ns, struct err *err);

/*
 * One line to an op: words, types and ranges; whether names exist is scenario_check()'s affair.
 * *out is NULL with 0 returned for an empty line or a comment. Errors name the argument and the
 * nearest valid word.
 */
int op_parse(const char *line, struct op **out, struct err *err);

/*
 * Split as a POSIX shell quotes ('...', "...", \x), nothing expanded; '#' at a word's start begins
 * a comment. Returns a NULL-terminated list (words_free) or NULL with err. quoted[i] (if asked)
 * says whether word i had quotes.
 */
char **words_split(const char *line, size_t *n, struct err *err);
void words_free(char **words);
/* Appends a word quoted only where it must be; any byte but NUL survives a split. */
struct buf;
void words_quote(struct buf *out, const char *word);

/* One op to a WIRE_OP frame. Returns the frame's length or -errno (-EMSGSIZE). */
long op_encode(const struct op *op, void *frame, size_t size, struct err *err);

#define cleanup_op __attribute__((cleanup(op_cleanup_p)))
static inline void op_cleanup_p(struct op **op)
{
	op_destroy(*op);
}

#endif
