/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts - see facts.h: the list itself, the words that its screens share, its pane. Pure.
 */
#include "tui/facts.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/expectation.h"
#include "tui/item.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void facts_add(struct facts *f, enum fact_kind kind, enum role role, size_t a, size_t b,
	       const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (f->n >= FACTS_MAX) {
		f->left_out++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (kind != FACT_TITLE && *f->filter && !strstr(text, f->filter))
		return;
	if (f->n == f->room) {
		f->room = f->room ? f->room * 2 : 64;
		f->rows = xreallocarray(f->rows, f->room, sizeof(*f->rows));
	}
	f->rows[f->n++] =
		(struct fact){.kind = kind, .role = role, .a = a, .b = b, .text = xstrdup(text)};
}

void facts_finish(struct facts *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->rows[i].text);
	free(f->rows);
	*f = (struct facts){0};
}

void facts_held(uint64_t held, uint64_t dsq, uint64_t cpu, char *dst, size_t size)
{
	static const char *const words[SAMPLE_HELDS] = {
		[SAMPLE_HELD_RUNNING] = "running",
		[SAMPLE_HELD_QUEUE] = "runqueue",
		[SAMPLE_HELD_LOCAL] = "dsq",
		[SAMPLE_HELD_GLOBAL] = "dsq",
		[SAMPLE_HELD_USER] = "dsq",
		[SAMPLE_HELD_BPF] = "BPF",
		[SAMPLE_HELD_THROTTLED] = "throttled",
		[SAMPLE_HELD_FROZEN] = "frozen",
	};
	const char *word = held < SAMPLE_HELDS ? words[held] : NULL;
	char name[48];

	if (!word) {
		snprintf(dst, size, "-");
	} else if (!strcmp(word, "dsq")) {
		sheet_dsq_name(dsq, cpu, name, sizeof(name));
		snprintf(dst, size, "dsq %s", name);
	} else {
		snprintf(dst, size, "%s", word);
	}
}

void facts_number(uint64_t value, char *dst, size_t size)
{
	if (value == SAMPLE_ABSENT)
		snprintf(dst, size, "-");
	else
		snprintf(dst, size, "%" PRIu64, value);
}

void facts_counter(const char *name, uint64_t value, char *dst, size_t size)
{
	if (value == SAMPLE_ABSENT)
		snprintf(dst, size, "-");
	else if (model_scx_is_time(name))
		text_format_time(dst, size, value);
	else
		snprintf(dst, size, "%" PRIu64, value);
}

void facts_describe(const struct model *m, const struct fact *f, struct buf *out)
{
	if (f->kind >= FACT_PROGRAM)
		facts_parts_describe(m, f, out);
	else if (f->kind >= FACT_IN_FORCE)
		facts_sched_describe(m, f, out);
	else if (f->kind >= FACT_END)
		facts_post_describe(m, f, out);
	else
		buf_addf(out, "%s\n", f->text);
}

bool facts_expect_end(const struct model *m, struct buf *out)
{
	size_t n;
	const struct model_sched *s = model_sched_ended(m, &n);

	if (!s || s != &m->scheds[m->nscheds - 1] || !s->kind ||
	    !strcmp(model_sched_kind(s), "unknown"))
		return false;
	buf_addf(out, "expect sched exit == %s within=30s", model_sched_kind(s));
	return true;
}

bool facts_expectation(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct model_sched *s = model_sched_now(m);

	if (f->kind == FACT_IN_FORCE && s) {
		buf_adds(out, "expect sched == ");
		words_quote(out, s->name);
		return true;
	}
	if (f->kind == FACT_COUNTER)
		return expectation_counter(m, m->scx[f->a].name, out);
	if (f->kind == FACT_STAT)
		return facts_stats_expect(m, f, out);
	if (f->kind == FACT_DSQ || f->kind == FACT_QUEUED)
		return expectation_check(m, "dsq-depth", NULL, out);
	if (f->kind >= FACT_END && f->kind < FACT_IN_FORCE && f->a + 1 == m->nscheds)
		return facts_expect_end(m, out);
	return false;
}

void pane_facts(const struct model *m, struct tui_state *st, enum pane pane, const char *title,
		struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[pane];
	struct item_list items;
	char words[200];
	int i;

	item_list_init(&items, m, st, pane);
	snprintf(words, sizeof(words), "%s%s%s%s", title, *l->filter ? "  filter: " : "",
		 l->filter, st->frozen ? "  FROZEN" : "");
	canvas_rule(c, r, 0, words, true);
	list_fit(l, (int)items.n, r.rows - 1);
	for (i = 0; i < r.rows - 1 && l->top + i < l->count; i++) {
		const struct fact *f = &items.facts.rows[l->top + i];

		canvas_text(c, r, i + 1, 0, -1, f->role, f->text);
		if (l->top + i == l->sel)
			canvas_mark_row(c, r, i + 1, ROLE_CURSOR);
	}
	item_list_finish(&items);
}
