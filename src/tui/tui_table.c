/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_table - the table under the cursor into a file: what `scxplore show` writes of a recorded
 * session, of the one that is on the screen, at the moment that is shown.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/save.h"
#include "tui/tui_private.h"

#include <errno.h>
#include <stdio.h>

/* What stands in a pane that is a list of its own kind, as a table. */
static const struct sheet_def *table_of(enum pane pane)
{
	static const struct sheet_def *const tables[PANE_COUNT] = {
		[PANE_STEPS] = &sheet_ops,       [PANE_TEST] = &sheet_ops,
		[PANE_LOG] = &sheet_log,         [PANE_LOG_FULL] = &sheet_log,
		[PANE_NUMBERS] = &sheet_numbers, [PANE_SCHED] = &sheet_counters,
		[PANE_POST] = &sheet_scheds,     [PANE_TIMELINE] = &sheet_switches,
	};

	return pane_sheet(pane) ? pane_sheet(pane) : tables[pane];
}

/* The Timeline's is of the stretch in sight. */
static const struct model *stretch(struct tui *t, const struct sheet_def *def,
				   struct sheet_ask *ask)
{
	const struct timeline *v = &t->st.timeline;

	if (!def->timed)
		return tui_model(t);
	if (t->st.screen == &screen_timeline && v->step_ns) {
		ask->from_ns = v->from_ns;
		ask->to_ns = v->from_ns + (uint64_t)v->cols * v->step_ns;
	}
	return tui_timeline(t);
}

int tui_table_save(struct tui *t, const char *name, const char *file, bool force, struct err *err)
{
	const struct sheet_writer *as = sheet_writer_by_suffix(file);
	const struct sheet_def *shown = table_of(t->st.focus), *def = shown;
	const struct list *l = &t->st.lists[t->st.focus];
	struct sheet_ask ask = {.outline = OUTLINE_THREADS};
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_free char *said = NULL;
	const struct model *m;
	struct sheet s;
	int r;

	if (name && !(def = sheet_def_by_name(name, err)))
		return -EINVAL;
	if (!def)
		return err_set(err, EINVAL,
			       "no table is under the cursor: Tab goes to another pane, or "
			       "'table NAME FILE' says which (help lists them)");
	if (!as)
		return err_set(err, EINVAL,
			       "'%s' does not say in what form: end it in .csv, .json or .txt",
			       file);
	if (def == shown) {
		ask.filter = l->filter;
		ask.sort = l->sort;
		ask.reverse = l->reverse;
		ask.outline = l->outline;
		ask.versus = &t->st.compare.versus;
	}
	m = stretch(t, def, &ask);
	sheet_build(&s, def, m, &ask);
	as->write(&s, &text);
	said = xasprintf("wrote %zu rows of %s to %s", s.n, def->name, file);
	sheet_finish(&s);
	r = save_file(file, &text, 0666, force, err);
	if (r == 0)
		tui_say(t, ROLE_OK, said);
	return r;
}
