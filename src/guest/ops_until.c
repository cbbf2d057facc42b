/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_until - see ops_until.h.
 *
 * What switches decide (running, nr_running, switches) is counted and compared in the kernel
 * (tally.h), which says when it became true, however briefly. What the agent is told anyway is
 * looked at whenever something happened (poke); what has to be read, every 2 ms. Invariant: the op
 * ends only when all its conditions held at one and the same moment, and never while a hand looks.
 */
#include "guest/ops_until.h"

#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/fault_switch.h"
#include "guest/group.h"
#include "guest/ledger.h"
#include "guest/pool.h"
#include "guest/report.h"
#include "guest/sched_watch.h"
#include "guest/tally.h"
#include "guest/wire_expr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS 2000000ull

struct until {
	struct expr expr;
	uint64_t timeout_ns;
	struct tally_count *tally; /* NULL = nothing is counted in the kernel */
	bool counting;		   /* the tally has begun */
	bool others_held;	   /* at the last look: all that the tally does not tell */
	uint64_t counting_since_ns;
	bool asking, asked; /* a hand looks; has looked */
	/* what comes while a hand looks is dealt with at its answer, for the line must not end before: */
	bool over; /* cut short */
	int over_code;
	char over_why[96];
	struct err failed; /* the counting could not begin */
	bool moved;	   /* a switch has made it true */
	struct tally_record moment;
	uint64_t numbers[EXPR_TERMS_MAX];
	char words[EXPR_TERMS_MAX][EXPR_WORD_MAX];
};

_Static_assert(sizeof(struct until) <= LINE_STATE_MAX, "it is the state of its op");

static enum tally_what counted(const struct expr_condition *c)
{
	switch (c->term) {
	case EXPR_RUNNING:
		return TALLY_RUNNING;
	case EXPR_NR_RUNNING:
		return TALLY_RUNNABLE;
	case EXPR_SWITCHES:
		return TALLY_SWITCHES;
	default:
		return TALLY_NOTHING;
	}
}

static bool is_remote(const struct expr_condition *c)
{
	return c->term == EXPR_TASKS;
}

static bool needs_a_hand(const struct until *u)
{
	unsigned i;

	for (i = 0; i < u->expr.n; i++)
		if (is_remote(&u->expr.v[i]))
			return true;
	return false;
}

/* Nothing else is asked than what the tally tells. */
static bool is_all_counted(const struct until *u)
{
	unsigned i;

	for (i = 0; i < u->expr.n; i++)
		if (!counted(&u->expr.v[i]))
			return false;
	return true;
}

static void look_here(const struct expr_condition *c, uint64_t *number, char *word)
{
	const struct group *g = c->about == EXPR_GROUP ? group_find(c->name) : NULL;
	uint64_t failures;

	switch (c->term) {
	case EXPR_LIVE:
		*number = g ? g->live : 0;
		break;
	case EXPR_EXITED:
		*number = g && !g->live && !g->starting;
		break;
	case EXPR_RAN:
		*number = g ? ledger_run_ns(g) : 0;
		break;
	case EXPR_UNITS:
		*number = report_least_units(g);
		break;
	case EXPR_ROUNDS:
		if (line_side(c->name))
			*number = line_rounds(line_side(c->name));
		else
			line_ended(c->name, number, &failures);
		break;
	case EXPR_SCHED_STATE:
		sched_watch_read("state", word, EXPR_WORD_MAX);
		break;
	case EXPR_SCHED_OPS:
		sched_watch_read("root/ops", word, EXPR_WORD_MAX);
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

static void stop_counting(struct until *u)
{
	tally_close(u->tally);
	u->tally = NULL;
}

/* Seconds of guest time, to the microsecond. */
static void format_moment(char *dst, size_t size, uint64_t ns)
{
	snprintf(dst, size, "%llu.%06llus", (unsigned long long)(ns / 1000000000),
		 (unsigned long long)(ns / 1000 % 1000000));
}

/* r is NULL where no switch decided it. */
static void become_true(struct line *l, const struct tally_record *r)
{
	struct until *u = line_state(l);
	char text[32], seen[256], moment[40], since[40];

	stop_counting(u);
	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	describe(u, seen, sizeof(seen));
	format_moment(moment, sizeof(moment), r ? r->t_ns : loop_now_ns());
	format_moment(since, sizeof(since), u->counting_since_ns);
	if (!r)
		line_done(l, "true at %s, after %s: saw %s", moment, text, seen);
	else if (r->at_once)
		line_done(l, "true at %s, when the counting began: saw %s", moment, seen);
	else
		line_done(l, "true at %s on CPU %u, after %s: saw %s; counted since %s", moment, r->cpu,
			  text, seen, since);
}

static void end(struct line *l, int code, const char *why)
{
	struct until *u = line_state(l);
	struct tally now = {.lost = 0};
	char text[32], seen[256];
	unsigned i;

	if (tally_now(u->tally, &now))
		for (i = 0; i < u->expr.n; i++)
			if (counted(&u->expr.v[i]))
				u->numbers[i] = now.numbers[i];
	stop_counting(u);
	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	describe(u, seen, sizeof(seen));
	if (now.lost)
		line_failed(l, ENOSPC, "%s after %s: nobody can say, there are more than %d threads",
			    why, text, TALLY_THREADS);
	else
		line_failed(l, code, "%s after %s: it was not true, last seen %s", why, text, seen);
}

static bool others_hold(struct until *u)
{
	bool all = true;
	unsigned i;

	for (i = 0; i < u->expr.n; i++) {
		const struct expr_condition *c = &u->expr.v[i];

		if (counted(c))
			continue;
		if (!is_remote(c))
			look_here(c, &u->numbers[i], u->words[i]);
		all &= expr_holds(c, u->numbers[i], u->words[i]) || fault_is(FAULT_UNTIL_TOO_EARLY);
	}
	return all;
}

/* true = the op has ended. */
static bool look(struct line *l)
{
	struct until *u = line_state(l);
	struct tally now;
	unsigned i;

	if (is_all_counted(u) || (needs_a_hand(u) && !u->asked) || (u->tally && !u->counting))
		return false;
	u->others_held = others_hold(u);
	if (!u->others_held)
		return false;
	if (u->tally) {
		if (!tally_now(u->tally, &now) || !now.holds)
			return false;
		for (i = 0; i < u->expr.n; i++)
			if (counted(&u->expr.v[i]))
				u->numbers[i] = now.numbers[i];
	}
	become_true(l, NULL);
	return true;
}

/* The next time to look: the timeout, and where something has to be read, soon. */
static void wait_more(struct line *l)
{
	const struct until *u = line_state(l);
	uint64_t elapsed = line_elapsed_ns(l), left;

	if (elapsed >= u->timeout_ns) {
		end(l, ETIMEDOUT, "timed out");
		return;
	}
	left = u->timeout_ns - elapsed;
	line_timer(l, is_all_counted(u) || left < LOOK_NS ? left : LOOK_NS);
}

/* ---- what is counted in the kernel ---- */

static void on_counting(void *arg, const struct err *err)
{
	struct line *l = arg;
	struct until *u = line_state(l);
	struct tally now;

	if (err->code) {
		stop_counting(u);
		u->failed = *err;
		if (!u->asking)
			line_failed_err(l, err);
		return;
	}
	u->counting = true;
	u->counting_since_ns = tally_now(u->tally, &now) ? now.armed_ns : loop_now_ns();
	if (!u->asking)
		look(l);
}

/* true = the op has ended. */
static bool take_moment(struct line *l, const struct tally_record *r)
{
	struct until *u = line_state(l);
	struct tally now;
	bool held = u->others_held;
	unsigned i;

	u->others_held = others_hold(u);
	/* what has become true only since then does not count for that moment, but perhaps for now */
	if (!u->others_held || (!held && !is_all_counted(u) && (!tally_now(u->tally, &now) || !now.holds)))
		return false;
	for (i = 0; i < u->expr.n; i++)
		if (counted(&u->expr.v[i]))
			u->numbers[i] = r->numbers[i];
	become_true(l, r);
	return true;
}

static void on_moment(void *arg, const struct tally_record *r)
{
	struct line *l = arg;
	struct until *u = line_state(l);

	if (!u->asking) {
		take_moment(l, r);
	} else if (!u->moved) {
		u->moved = true;
		u->moment = *r;
	}
}

static const struct tally_user user = {.ready = on_counting, .moment = on_moment};

/* The workload root is one part of its path. */
static unsigned level_of(const struct cgroup *c)
{
	char full[CGROUP_FULL_MAX];
	unsigned n = 0;
	const char *p;

	cgroup_full(c->path, full);
	for (p = full; *p; p++)
		n += *p == '/';
	return n;
}

/* A watch for each condition, in their order; those that are not counted ask for nothing. */
static int count_threads(struct line *l, struct err *err)
{
	struct until *u = line_state(l);
	struct tally_watch w[EXPR_TERMS_MAX];
	bool any = false;
	unsigned i;

	memset(w, 0, sizeof(w));
	for (i = 0; i < u->expr.n; i++) {
		const struct expr_condition *c = &u->expr.v[i];
		const struct cgroup *cg = c->about == EXPR_WHERE ? cgroup_find(c->name) : NULL;
		const struct group *g = cg ? NULL : group_find(c->name);

		w[i].what = counted(c);
		if (!w[i].what)
			continue;
		any = true;
		w[i].compare = c->compare;
		w[i].number = c->number < INT64_MAX ? c->number : INT64_MAX;
		w[i].level = cg ? level_of(cg) : 0;
		w[i].cgroup_id = cg ? cg->id : 0;
		w[i].group = g ? group_index(g) : 0;
	}
	if (!any)
		return 0;
	u->tally = tally_open(w, u->expr.n, &user, l, err);
	return u->tally ? 0 : -err->code;
}

/* ---- what a hand has to read ---- */

static void on_answer(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	struct until *u = line_state(l);
	struct wire_reader in = {.data = (const uint8_t *)r->data, .len = r->data_len};
	unsigned i;

	u->asking = false;
	if (r->code) {
		stop_counting(u);
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	for (i = 0; i < u->expr.n; i++)
		if (is_remote(&u->expr.v[i]))
			u->numbers[i] = wire_get_u64(&in);
	u->asked = true;
	if (u->failed.code) {
		line_failed_err(l, &u->failed);
		return;
	}
	if ((u->moved && take_moment(l, &u->moment)) || look(l))
		return;
	u->moved = false;
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
		if (!is_remote(&u->expr.v[i]))
			continue;
		cgroup_full(u->expr.v[i].name, full);
		wire_put_str(w, full);
	}
	u->asking = true;
	if (!pool_send(w, NULL, 0, POOL_DEADLINE_NS, "hold until", on_answer, l, &err))
		return;
	u->asking = false;
	stop_counting(u);
	line_failed_err(l, &err);
}

/* ---- the op ---- */

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

static int check_names(const struct expr *e, struct err *err)
{
	unsigned i;

	for (i = 0; i < e->n; i++) {
		const struct expr_condition *c = &e->v[i];

		if (c->about == EXPR_CGROUP && !cgroup_find(c->name))
			return err_set(err, ENOENT, "there is no cgroup '%s'", c->name);
		if (c->about == EXPR_GROUP && !group_find(c->name))
			return err_set(err, ENOENT, "there is no payload or group '%s'", c->name);
		if (c->about == EXPR_WHERE && !cgroup_find(c->name) && !group_find(c->name))
			return err_set(err, ENOENT, "there is no cgroup, payload or group '%s'", c->name);
		if (c->term == EXPR_UNITS && !group_find(c->name)->reports)
			return err_set(err, EINVAL,
				       "'%s' counts no work units: workers of spawn do; wait for ran(%s)", c->name,
				       c->name);
	}
	return 0;
}

void until_begin(struct line *l, const struct wire_op *op)
{
	struct until *u = line_state(l);
	const char *text = wire_op_str(op, WARG_EXPR);
	struct err err = ERR_INIT;

	if (expr_parse(text ? text : "", &u->expr, &err) || check_names(&u->expr, &err)) {
		line_failed_err(l, &err);
		return;
	}
	u->timeout_ns = wire_op_u64(op, WARG_TIMEOUT, 0);
	if (count_threads(l, &err)) {
		line_failed_err(l, &err);
		return;
	}
	if (needs_a_hand(u))
		ask(l);
	else if (!look(l))
		wait_more(l);
}
