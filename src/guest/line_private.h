/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_private - what line.c (ops one after another) and line_body.c (bodies that run beside the
 * main line) share; for nobody else.
 */
#ifndef GUEST_LINE_PRIVATE_H
#define GUEST_LINE_PRIVATE_H

#include "guest/line.h"

struct line_entry {
	uint64_t seq;
	size_t at, len; /* in the line's bytes */
	bool end;	/* WIRE_END; main line only */
	bool told;	/* body: its end was told to the host */
	bool failing;	/* body: has failed in some round */
};

enum line_run { LINE_IDLE, LINE_AFTER, LINE_RUNNING };

struct line {
	bool used, is_main, turning;
	enum line_run run;
	struct line_entry *now; /* of the op that is running */
	struct wire_op op;
	const struct line_handler *handler;
	uint64_t began_ns;
	loop_id op_timer;
	_Alignas(16) uint8_t state[LINE_STATE_MAX];

	/* bodies */
	char name[LINE_NAME_MAX];
	bool collecting, stopping, last_round;
	unsigned step, next;
	uint64_t period_ns, start_ns, for_ns, rounds, failures, said_ns;
	loop_id round_timer, for_timer;
	struct line_entry ops[LINE_BODY_OPS_MAX];
	unsigned nops;
	uint8_t bytes[LINE_BODY_MAX];
	size_t len;
};

/* line.c for line_body.c */
void line_begin_op(struct line *l, struct line_entry *e, const uint8_t *bytes);
/* line_body.c for line.c */
int line_body_init(struct loop *loop, struct err *err);
struct line *line_side_slot(unsigned i);
struct line *line_side_at(unsigned i); /* NULL when unused */
bool line_body_add(struct line *side, uint64_t seq, const uint8_t *bytes, size_t len);
void line_body_note(uint64_t seq, const uint8_t *bytes, size_t len); /* for line_repeat() */
void line_body_op_ended(struct line *side, int code, const char *text);
void line_body_stop_all(void);

#endif
