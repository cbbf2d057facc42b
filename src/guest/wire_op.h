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
	OP_ID_MAX
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
	WARG_MAX
};

enum wire_arg_type { WTYPE_STR = 1, WTYPE_U64 = 2, WTYPE_LIST = 3 };

#define WIRE_OP_ARGS_MAX 16
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
