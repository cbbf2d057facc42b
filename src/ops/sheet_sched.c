/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_sched - the tables of schedulers: the lives of all that were in force, the kernel's
 * counters, and what was seen in the last one (programs, maps, variables). Pure. Invariant: a
 * counter that the kernel does not tell is no row, a growth that is not known is absent.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ops/sched_parts.h"

#include <stdio.h>
#include <string.h>

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

/* ---- lives ------------------------------------------------------------------------------- */

static const struct model_sched *life(const struct sheet *s, const struct sheet_row *r)
{
	return &s->model->scheds[r->index];
}

static bool in_force(const struct sheet *s, const struct sheet_row *r)
{
	return model_sched_now(s->model) == life(s, r);
}

FIGURE(sched_name)
{
	sheet_set_text(v, life(s, r)->name);
}

FIGURE(sched_state)
{
	bool now = in_force(s, r);

	sheet_set_text(v, now ? s->model->sched_state : life(s, r)->ended ? "ended" : "-");
	v->mark = now ? SHEET_OK : SHEET_DIM;
}

FIGURE(sched_by)
{
	const struct model_op *by = life(s, r)->seq ? model_op(s->model, life(s, r)->seq) : NULL;

	sheet_set_text(v, by ? by->text : NULL);
}

FIGURE(sched_from)
{
	sheet_set_moment(v, life(s, r)->enabled_ns);
}

FIGURE(sched_to)
{
	if (life(s, r)->ended)
		sheet_set_moment(v, life(s, r)->ended_ns);
}

FIGURE(sched_kind)
{
	if (life(s, r)->ended && life(s, r)->kind) {
		sheet_set_text(v, model_sched_kind(life(s, r)));
	} else if (life(s, r)->ended) {
		v->is = SHEET_ABSENT;
	}
}

FIGURE(sched_reason)
{
	sheet_set_text(v, life(s, r)->reason);
}

FIGURE(sched_message)
{
	sheet_set_text(v, life(s, r)->message);
}

FIGURE(sched_before)
{
	const struct model_op *op = model_op(s->model, life(s, r)->before_seq);

	if (life(s, r)->ended && op)
		sheet_set_text(v, op->text);
}

/* Of the one in force alone. */
FIGURE(sched_now)
{
	uint64_t value;

	if (!in_force(s, r))
		return;
	memcpy(&value, (const char *)&s->model->sched_now + c->at, sizeof(value));
	sheet_set(v, value);
}

FIGURE(sched_rejected)
{
	uint64_t seen = s->model->sched_now.rejected;

	if (in_force(s, r))
		sheet_set(v, seen != SAMPLE_ABSENT ? seen : s->model->sched_rejected);
}

FIGURE(sched_enables)
{
	if (in_force(s, r))
		sheet_set(v, s->model->sched_enables);
}

static void build_scheds(struct sheet *s)
{
	sheet_offer_rows(s, s->model->nscheds);
}

#define NOW(field) offsetof(struct sample_sched, field)
#define EVENTS     "the kernel, told by the agent"
#define STATE      "sched_ext's state, in the sample"

static const struct sheet_column sched_columns[] = {
	{"name", "SCHEDULER", SHEET_TEXT, 12, 30, 0, .left = true, .value = sched_name,
	 .says = "its name", .from = EVENTS},
	{"state", "STATE", SHEET_TEXT, 9, 0, 1, .left = true, .value = sched_state,
	 .says = "the kernel's word while it is in force, else that it has ended", .from = EVENTS},
	{"enabled_at", "FROM", SHEET_MOMENT, 10, 0, 2, .value = sched_from,
	 .says = "when it came into force", .from = EVENTS},
	{"ended_at", "TO", SHEET_MOMENT, 10, 0, 3, .value = sched_to, .says = "when it ended",
	 .from = EVENTS},
	{"kind", "ENDED BY", SHEET_TEXT, 12, 0, 4, .left = true, .value = sched_kind,
	 .says = "the kind of its end", .from = EVENTS, .absent = "the kernel said none"},
	{"reason", "REASON", SHEET_TEXT, 12, 40, 5, .left = true, .value = sched_reason,
	 .says = "the kernel's reason", .from = EVENTS},
	{"message", "MESSAGE", SHEET_TEXT, 12, 60, 6, .left = true, .value = sched_message,
	 .says = "what the scheduler or the kernel said of it", .from = EVENTS},
	{"by", "BY", SHEET_TEXT, 12, 40, 7, .left = true, .value = sched_by,
	 .says = "the op that put it in force; blank = none of ours", .from = "the session"},
	{"before", "OP BEFORE", SHEET_TEXT, 12, 40, 8, .left = true, .value = sched_before,
	 .says = "the op that had begun last when it ended", .from = "the session"},
	{"switch_all", "ALL", SHEET_COUNT, 3, 0, 9, .value = sched_now, .at = NOW(switch_all),
	 .says = "1 = every normal task is its", .from = STATE,
	 .absent = "the source cannot read it"},
	{"enable_seq", "ENABLES", SHEET_COUNT, 7, 0, 10, .value = sched_enables,
	 .says = "the kernel's enable_seq", .from = EVENTS},
	{"nr_rejected", "REJECTED", SHEET_COUNT, 8, 0, 11, .value = sched_rejected,
	 .says = "tasks it refused", .from = STATE, .absent = "the source cannot read it"},
	{"bypass", "BYPASS", SHEET_COUNT, 6, 0, 12, .value = sched_now, .at = NOW(bypass),
	 .says = "above 0 the kernel schedules by itself", .from = STATE,
	 .absent = "the source cannot read it"},
	{"watchdog_ns", "WATCHDOG", SHEET_NS, 8, 0, 13, .value = sched_now, .at = NOW(watchdog_ns),
	 .says = "its time-out", .from = STATE, .absent = "the source cannot read it"},
};

const struct sheet_def sheet_scheds = {
	.name = "scheds",
	.summary = "a row is a sched_ext scheduler that was in force, in order of time",
	.empty = "no sched_ext scheduler was in force",
	.columns = sched_columns,
	.ncolumns = ARRAY_SIZE(sched_columns),
	.build = build_scheds,
};

/* ---- counters ---------------------------------------------------------------------------- */

enum { OF_ALL, OF_SUB }; /* sheet_row.kind; first: the sub-scheduler */

static const struct sample_scx *counter(const struct sheet *s, const struct sheet_row *r)
{
	return &s->model->scx[r->index];
}

static const struct sample_sub *sub_of(const struct sheet *s, const struct sheet_row *r)
{
	return r->kind == OF_SUB ? &s->model->subs[r->first] : NULL;
}

FIGURE(counter_name)
{
	v->is = SHEET_KNOWN;
	text_copy(v->text, sizeof(v->text), counter(s, r)->name);
}

FIGURE(counter_unit)
{
	sheet_set_text(v, model_scx_is_time(counter(s, r)->name) ? "ns" : "times");
}

FIGURE(counter_value)
{
	sheet_set(v, sub_of(s, r) ? sub_of(s, r)->events[r->index] : counter(s, r)->value);
}

FIGURE(counter_rate)
{
	double per_s;

	v->is = SHEET_ABSENT;
	if (sub_of(s, r) ? model_sub_rate(s->model, sub_of(s, r), r->index, &per_s)
			 : model_scx_rate(s->model, r->index, &per_s))
		sheet_set_real(v, per_s);
}

FIGURE(counter_step)
{
	uint64_t grown;

	if (sub_of(s, r))
		return;
	v->is = SHEET_ABSENT;
	if (model_scx_step(s->model, s->model->nsteps - 1, r->index, &grown))
		sheet_set(v, grown);
}

/* A sub-scheduler alone needs to be named: the rest is the one of all. */
FIGURE(counter_of)
{
	if (sub_of(s, r))
		sheet_set_text(v, sub_of(s, r)->name);
}

static void build_counters(struct sheet *s)
{
	uint32_t i, k;

	for (i = 0; i < s->model->nscx; i++)
		sheet_offer(s, (struct sheet_row){.index = i, .id = i + 1});
	for (k = 0; k < s->model->nsubs; k++)
		for (i = 0; i < s->model->nscx; i++)
			sheet_offer(s, (struct sheet_row){.kind = OF_SUB,
							  .index = i,
							  .first = k,
							  .id = ((uint64_t)k + 1) << 32 | i});
	sheet_sort(s, 0);
}

#define EVENT_STATS "the kernel's scx_event_stats, summed over the CPUs"

static const struct sheet_column counter_columns[] = {
	{"name", "COUNTER", SHEET_TEXT, 20, 40, 0, .left = true, .value = counter_name,
	 .says = "the kernel's name for it: which there are differs between kernels",
	 .from = EVENT_STATS},
	{"value", "SINCE LOAD", SHEET_COUNT, 10, 0, 1, .value = counter_value,
	 .says = "since this scheduler came into force", .from = EVENT_STATS},
	{"per_s", "NOW/s", SHEET_PER_S, 6, 0, 2, .value = counter_rate,
	 .says = "a second, between the last two samples", .from = EVENT_STATS,
	 .absent = "there is no second sample yet"},
	{"step", "THIS STEP", SHEET_COUNT, 9, 0, 3, .value = counter_step,
	 .says = "in the step that runs", .from = EVENT_STATS,
	 .absent = "it was not known when the step began"},
	{"unit", "UNIT", SHEET_TEXT, 5, 0, 4, .left = true, .value = counter_unit,
	 .says = "what it counts in: times, or ns", .from = "its name"},
	{"sub", "SUB-SCHEDULER", SHEET_TEXT, 13, 30, 5, .left = true, .value = counter_of,
	 .says = "whose it is; blank = the scheduler of all", .from = EVENT_STATS},
};

const struct sheet_def sheet_counters = {
	.name = "counters",
	.summary = "a row is one of sched_ext's own counters",
	.empty = "they count while a scheduler is in force, from kernel 6.15 on",
	.columns = counter_columns,
	.ncolumns = ARRAY_SIZE(counter_columns),
	.build = build_counters,
};

/* ---- parts ------------------------------------------------------------------------------- */

static const struct sched_part *part(const struct sheet *s, const struct sheet_row *r)
{
	return &s->model->parts->rows[r->index];
}

FIGURE(part_name)
{
	sheet_set_text(v, part(s, r)->name);
}

FIGURE(part_kind)
{
	static const char *const kinds[] = {"program", "map", "variable", "entry"};

	sheet_set_text(v, kinds[part(s, r)->kind]);
}

FIGURE(part_map)
{
	const struct sched_part *p = part(s, r);

	if (p->kind == PART_VARIABLE || p->kind == PART_ENTRY)
		sheet_set_text(v, s->model->parts->rows[p->map].name);
}

FIGURE(part_value)
{
	const struct sched_part *p = part(s, r);

	if (p->kind == PART_VARIABLE || p->kind == PART_ENTRY)
		sheet_set_text(v, p->value);
}

FIGURE(part_type)
{
	if (part(s, r)->kind == PART_MAP)
		sheet_set_text(v, part(s, r)->type);
}

FIGURE(part_number)
{
	const struct sched_part *p = part(s, r);
	uint64_t value;

	if (p->kind != (c->at == offsetof(struct sched_part, max) ? PART_MAP : PART_PROGRAM))
		return;
	memcpy(&value, (const char *)p + c->at, sizeof(value));
	sheet_set(v, c->at != offsetof(struct sched_part, max) && !s->model->parts->counted
			     ? SAMPLE_ABSENT
			     : value);
}

FIGURE(part_writable)
{
	if (part(s, r)->kind != PART_PROGRAM)
		sheet_set_text(v, part(s, r)->writable ? "yes" : "no");
}

static void build_parts(struct sheet *s)
{
	sheet_offer_rows(s, s->model->parts ? s->model->parts->n : 0);
}

#define LOOK "the last look into the scheduler (screen 3 asks for them)"

static const struct sheet_column part_columns[] = {
	{"name", "PART", SHEET_TEXT, 16, 40, 0, .left = true, .value = part_name,
	 .says = "a program, a map, a variable, an entry of a map (its key)", .from = LOOK},
	{"kind", "KIND", SHEET_TEXT, 8, 0, 1, .left = true, .value = part_kind,
	 .says = "which of these", .from = LOOK},
	{"value", "VALUE", SHEET_TEXT, 12, 60, 2, .left = true, .value = part_value,
	 .says = "of a variable or an entry, decoded by its type", .from = LOOK},
	{"map", "OF MAP", SHEET_TEXT, 10, 30, 3, .left = true, .value = part_map,
	 .says = "the map it is in", .from = LOOK},
	{"type", "TYPE", SHEET_TEXT, 10, 0, 4, .left = true, .value = part_type, .says = "of a map",
	 .from = LOOK},
	{"max", "ROOM", SHEET_COUNT, 6, 0, 5, .value = part_number,
	 .at = offsetof(struct sched_part, max), .says = "entries a map may hold", .from = LOOK},
	{"runs", "RUNS", SHEET_COUNT, 8, 0, 6, .value = part_number,
	 .at = offsetof(struct sched_part, runs), .says = "how often a program ran", .from = LOOK,
	 .absent = "the kernel did not count then"},
	{"run_ns", "TIME", SHEET_NS, 8, 0, 7, .value = part_number,
	 .at = offsetof(struct sched_part, run_ns), .says = "for how long in all", .from = LOOK,
	 .absent = "the kernel did not count then"},
	{"writable", "WRITABLE", SHEET_TEXT, 8, 0, 8, .left = true, .value = part_writable,
	 .says = "sched set can change it", .from = LOOK},
};

const struct sheet_def sheet_parts = {
	.name = "parts",
	.summary = "a row is a program, map, variable or entry of the scheduler looked into last",
	.empty = "nobody has looked into a scheduler: screen 3 does while it is shown",
	.columns = part_columns,
	.ncolumns = ARRAY_SIZE(part_columns),
	.build = build_parts,
};
