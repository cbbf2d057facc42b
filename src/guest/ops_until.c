/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_until - see ops_until.h.
 * Invariant: the op ends only when all its conditions held at one and the same look.
 */
#include "guest/ops_until.h"

#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/group.h"
#include "guest/ledger.h"
#include "guest/pool.h"
#include "guest/probe.h"
#include "guest/wire_expr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS 2000000ull

struct until {
	struct expr expr;
	uint64_t timeout_ns;
	bool asking, asked; /* a hand looks; has looked */
	bool over;	    /* cut short while a hand looks: ends with its answer */
	int over_code;
	char over_why[96];
	uint64_t numbers[EXPR_TERMS_MAX];
	char words[EXPR_TERMS_MAX][EXPR_WORD_MAX];
};

_Static_assert(sizeof(struct until) <= LINE_STATE_MAX, "it is the state of its op");

static bool is_remote(const struct expr_condition *c)
{
	return c->about == EXPR_NOTHING || c->term == EXPR_NR_RUNNING || c->term == EXPR_TASKS;
}

static bool needs_a_hand(const struct until *u)
{
	unsigned i;

	for (i = 0; i < u->expr.n; i++)
		if (is_remote(&u->expr.v[i]))
			return true;
	return false;
}

/* Threads of the cgroup that are on a CPU now. */
static uint64_t running_in(const char *cgroup)
{
	const struct cgroup *c = cgroup_find(cgroup);
	struct probe_cpu cpu;
	uint64_t n = 0;
	unsigned i;

	for (i = 0; c && i < PROBE_CPUS_MAX && probe_cpu(i, &cpu); i++)
		n += cpu.pid > 0 && cpu.running > 0 && cpu.cgroup_id == c->id;
	return n;
}

static void look_here(const struct expr_condition *c, uint64_t *number)
{
	const struct group *g = c->about == EXPR_GROUP ? group_find(c->name) : NULL;
	uint64_t failures;

	switch (c->term) {
	case EXPR_RUNNING:
		*number = running_in(c->name);
		break;
	case EXPR_LIVE:
		*number = g ? g->live : 0;
		break;
	case EXPR_EXITED:
		*number = g && !g->live && !g->starting;
		break;
	case EXPR_SWITCHES:
		*number = g ? ledger_switches(g) : 0;
		break;
	case EXPR_RAN:
		*number = g ? ledger_run_ns(g) : 0;
		break;
	case EXPR_ROUNDS:
		if (line_side(c->name))
			*number = line_rounds(line_side(c->name));
		else
			line_ended(c->name, number, &failures);
		break;
	default:
		break;
	}
}

static void describe(const struct until *u, char *dst, size_t size)
{
	size_t len = 0;
	unsigned i;

	dst[0] = '\0';
	for (i = 0; i < u->expr.n && len + 1 < size; i++) {
		const struct expr_condition *c = &u->expr.v[i];

		if (c->kind == EXPR_WORD)
			len += (size_t)snprintf(dst + len, size - len, "%s'%s'", i ? ", " : "",
						u->words[i]);
		else
			len += (size_t)snprintf(dst + len, size - len, "%s%llu", i ? ", " : "",
						(unsigned long long)u->numbers[i]);
	}
}

/* true = the op has ended. */
static bool look(struct line *l)
{
	struct until *u = line_state(l);
	char text[32], seen[256];
	unsigned i;

	if (needs_a_hand(u) && !u->asked)
		return false;
	for (i = 0; i < u->expr.n; i++) {
		const struct expr_condition *c = &u->expr.v[i];

		if (!is_remote(c))
			look_here(c, &u->numbers[i]);
	}
	for (i = 0; i < u->expr.n; i++)
		if (!expr_holds(&u->expr.v[i], u->numbers[i], u->words[i]))
			return false;
	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	describe(u, seen, sizeof(seen));
	line_done(l, "true after %s: saw %s", text, seen);
	return true;
}

static void ask(struct line *l);

static void end(struct line *l, int code, const char *why)
{
	const struct until *u = line_state(l);
	char text[32], seen[256];

	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	describe(u, seen, sizeof(seen));
	line_failed(l, code, "%s after %s: it was not true, last seen %s", why, text, seen);
}

static void wait_more(struct line *l)
{
	const struct until *u = line_state(l);
	uint64_t elapsed = line_elapsed_ns(l), left;

	if (elapsed >= u->timeout_ns) {
		end(l, ETIMEDOUT, "timed out");
		return;
	}
	left = u->timeout_ns - elapsed;
	line_timer(l, left < LOOK_NS ? left : LOOK_NS);
}

static void on_answer(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	struct until *u = line_state(l);
	struct wire_reader in = {.data = (const uint8_t *)r->data, .len = r->data_len};
	unsigned i;

	u->asking = false;
	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	for (i = 0; i < u->expr.n; i++) {
		if (!is_remote(&u->expr.v[i]))
			continue;
		u->numbers[i] = wire_get_u64(&in);
		text_copy(u->words[i], sizeof(u->words[i]), wire_get_str(&in));
	}
	u->asked = true;
	if (look(l))
		return;
	if (u->over)
		end(l, u->over_code, u->over_why);
	else
		wait_more(l);
}

static void ask(struct line *l)
{
	struct until *u = line_state(l);
	struct wire_writer *w = pool_job(JOB_LOOK);
	char full[CGROUP_FULL_MAX];
	struct err err = ERR_INIT;
	uint32_t n = 0;
	unsigned i;

	for (i = 0; i < u->expr.n; i++)
		n += is_remote(&u->expr.v[i]);
	wire_put_u32(w, n);
	for (i = 0; i < u->expr.n; i++) {
		const struct expr_condition *c = &u->expr.v[i];

		if (!is_remote(c))
			continue;
		full[0] = '\0';
		if (c->about == EXPR_CGROUP)
			cgroup_full(c->name, full);
		wire_put_u32(w, c->term);
		wire_put_str(w, full);
	}
	u->asking = true;
	if (!pool_send(w, NULL, 0, POOL_DEADLINE_NS, "hold until", on_answer, l, &err))
		return;
	u->asking = false;
	line_failed_err(l, &err);
}

void until_poke(struct line *l)
{
	const struct until *u = line_state(l);

	if (!u->asking)
		look(l);
}

void until_timeout(struct line *l)
{
	const struct until *u = line_state(l);

	if (u->asking || look(l))
		return;
	if (needs_a_hand(u))
		ask(l);
	else
		wait_more(l);
}

void until_cancel(struct line *l, int code, const char *why)
{
	struct until *u = line_state(l);

	if (!u->asking) {
		end(l, code, why);
		return;
	}
	u->over = true;
	u->over_code = code;
	text_copy(u->over_why, sizeof(u->over_why), why);
}

void until_begin(struct line *l, const struct wire_op *op)
{
	struct until *u = line_state(l);
	const char *text = wire_op_str(op, WARG_EXPR);
	struct err err = ERR_INIT;
	unsigned i;

	if (expr_parse(text ? text : "", &u->expr, &err)) {
		line_failed_err(l, &err);
		return;
	}
	for (i = 0; i < u->expr.n; i++) {
		const struct expr_condition *c = &u->expr.v[i];

		if (c->about == EXPR_CGROUP && !cgroup_find(c->name)) {
			line_failed(l, ENOENT, "there is no cgroup '%s'", c->name);
			return;
		}
		if (c->about == EXPR_GROUP && !group_find(c->name)) {
			line_failed(l, ENOENT, "there is no payload or group '%s'", c->name);
			return;
		}
	}
	u->timeout_ns = wire_op_u64(op, WARG_TIMEOUT, 0);
	if (needs_a_hand(u))
		ask(l);
	else if (!look(l))
		wait_more(l);
}
