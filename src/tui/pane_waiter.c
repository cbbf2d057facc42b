/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_waiter - the first question of whoever debugs a scheduler: what waits, how long, held where,
 * and what happened before. The answer is model_wait's; this draws it.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "ops/model_wait.h"
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

enum { BAR_MOST = 22, BAR_LEAST = 6 };

static enum role role_of(const struct model_wait *w)
{
	if (w->kind == WAIT_LOST || (w->limit_ns && w->wait_ns >= w->limit_ns / 2))
		return ROLE_FAIL;
	if (w->kind == WAIT_HOG || w->wait_ns >= WAIT_LOST_NS)
		return ROLE_WARN;
	return ROLE_NORMAL;
}

static const char *lead(const struct model_wait *w)
{
	switch (w->kind) {
	case WAIT_LOST:
		return "! LOST";
	case WAIT_HOG:
		return "! HOG";
	case WAIT_THROTTLED:
	case WAIT_FROZEN:
		return "  HELD BACK";
	default:
		return w->wait_ns >= WAIT_LOST_NS ? "! OLDEST WAITER" : "  OLDEST WAITER";
	}
}

/* "[####......]": how much of the watchdog's limit is used up. */
static void bar(const struct model_wait *w, int width, char *dst, size_t size)
{
	double part = (double)w->wait_ns / (double)w->limit_ns;
	int full, i;

	if (width < BAR_LEAST || (size_t)width + 3 > size) {
		*dst = '\0';
		return;
	}
	full = part >= 1 ? width : (int)(part * width);
	*dst++ = '[';
	for (i = 0; i < width; i++)
		*dst++ = i < full ? '#' : '.';
	*dst++ = ']';
	*dst = '\0';
}

static void add_place(const struct model *m, const struct sample_task *t, struct buf *out)
{
	const struct model_cgroup *g = model_cgroup_by_id(m, t->cgroup_id);
	struct sample_mask may;
	char cpus[48];
	unsigned i;

	if (model_task_cpus(m, t, &may)) {
		for (i = 0; i < SAMPLE_CPUS_MAX; i++)
			if (i >= m->ncpus)
				may.bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
		sheet_mask_text(&may, cpus, sizeof(cpus));
		buf_addf(out, ", cpus %s", *cpus ? cpus : "none");
	}
	if (g)
		buf_addf(out, ", %s", model_below_root(m, g->path));
}

int pane_waiter(const struct model *m, struct canvas *c, struct rect r)
{
	cleanup_buf struct buf where = BUF_INIT;
	const struct sample_task *t;
	const struct model_op *op;
	struct model_wait w;
	char name[96], waited[32], limit[48] = "", shown[BAR_MOST + 4] = "";
	enum role role;
	int used, room;

	if (r.rows < 3)
		return 0;
	if (!m->samples || !m->ntasks)
		return 0;
	if (!model_wait_oldest(m, &w)) {
		canvas_text(c, r, 0, 0, -1, ROLE_DIM, "  nothing waits for a CPU");
		return 1;
	}
	t = &m->tasks[w.task];
	role = role_of(&w);
	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	text_format_time(waited, sizeof(waited), w.wait_ns);
	if (w.first)
		text_copy(waited, sizeof(waited), "for how long is not known,");
	else if (!w.exact && !w.wait_ns)
		text_copy(waited, sizeof(waited), "just now");
	if (w.limit_ns) {
		char of[32];

		text_format_duration(of, sizeof(of), w.limit_ns);
		snprintf(limit, sizeof(limit), " of %s", of);
	}
	model_wait_where(m, &w, &where);
	add_place(m, t, &where);
	used = canvas_printf(c, r, 0, 1, -1, role, "%s %s[%d] %s%s%s ",
			     r.cols < 60 ? "!" : lead(&w), name, (int)t->tid,
			     w.exact || !w.wait_ns ? "" : ">", waited, limit);
	room = r.cols - 1 - used - (int)where.len - 8;
	if (w.limit_ns) {
		bar(&w, room > BAR_MOST ? BAR_MOST : room, shown, sizeof(shown));
		used += canvas_printf(c, r, 0, 1 + used, -1, role, "%s ", shown);
	}
	canvas_printf(c, r, 0, 1 + used, -1, role, "held %s", buf_text(&where));
	op = w.kind == WAIT_LOST ? model_op_before(m, w.since_ns) : NULL;
	if (!op || r.rows < 24)
		return 1;
	canvas_printf(c, r, 1, 1, -1, role,
		      "  runnable, on no DSQ, not running since %.1fs, after: %s",
		      (double)w.since_ns / 1e9, op->text);
	return 2;
}
