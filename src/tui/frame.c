/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame - what stands around every screen: head line, what is wrong in words, message or prompt,
 * function bar. At few rows the least needed goes first.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "7.3.4" of "7.3.4+deb13-cloud-amd64" */
static int version_length(const char *release)
{
	return (int)strspn(release, "0123456789.");
}

static void scheduler(const struct model *m, char *dst, size_t size)
{
	const struct model_sched *s = model_sched_now(m);

	if (s)
		snprintf(dst, size, "%s %s", s->name, m->sched_state ? m->sched_state : "-");
	else if (m->sched_state && strcmp(m->sched_state, "disabled"))
		snprintf(dst, size, "scheduler %s", m->sched_state);
	else
		/* the kernel's own class for normal tasks since 6.6 */
		snprintf(dst, size, m->ready ? "EEVDF" : "scheduler -");
}

static void observer(const struct model *m, char *dst, size_t size)
{
	double cost;

	if (m->drops == SAMPLE_ABSENT)
		snprintf(dst, size, "drops - cost -");
	else if (model_cost(m, &cost))
		snprintf(dst, size, "drops %" PRIu64 " cost %.1f%%", m->drops, cost);
	else
		snprintf(dst, size, "drops %" PRIu64 " cost -", m->drops);
}

static void moment(const struct model *m, const struct tui_state *st, char *dst, size_t size)
{
	if (st->past_ns)
		snprintf(dst, size, "PAST %.3fs of %.1fs", (double)st->past_ns / 1e9,
			 (double)st->newest_ns / 1e9);
	else if (m->gone)
		snprintf(dst, size, "GUEST GONE");
	else if (!m->ready)
		snprintf(dst, size, "booting");
	else if (m->paused)
		snprintf(dst, size, "%.6fs PAUSED%s", (double)m->now_ns / 1e9,
			 st->frozen ? " FROZEN" : "");
	else if (m->slow)
		snprintf(dst, size, "%.3fs SLOW 1/%u%s", (double)m->now_ns / 1e9, m->slow,
			 st->frozen ? " FROZEN" : "");
	else
		snprintf(dst, size, "%.1fs%s", (double)m->now_ns / 1e9,
			 st->frozen ? " FROZEN" : "");
}

/* Where it is narrow, kernel and topology go first, the observer's cost next, then the scheduler; the
 * session's name has what is left. */
static void head(const struct model *m, const struct tui_state *st, struct canvas *c, struct rect r)
{
	enum { NAME_LEAST = 8 };
	struct rect line = {.row = r.row, .col = r.col, .rows = 1, .cols = r.cols};
	const char *rec = st->recording ? " REC" : "", *kernel = m->kernel ? m->kernel : "";
	char machine[96], sched[160], now[64], cost[64], fixed[400];
	enum role role = st->past_ns ? ROLE_PAST : ROLE_HEAD;
	int used = 1, name_len = (int)strlen(st->session_name), room, level;

	scheduler(m, sched, sizeof(sched));
	moment(m, st, now, sizeof(now));
	observer(m, cost, sizeof(cost));
	for (level = 0; level < 5; level++) {
		snprintf(machine, sizeof(machine), "%.*s%s%s%s%s",
			 level == 0 ? (int)strlen(kernel) : version_length(kernel),
			 level < 2 ? kernel : "", *kernel && level < 2 ? " " : "",
			 m->accel ? m->accel : "-", m->topology && level < 2 ? " " : "",
			 m->topology && level < 2 ? m->topology : "");
		snprintf(fixed, sizeof(fixed), "%s | %s%s%s | %s%s%s", rec, machine,
			 level < 4 ? " | " : "", level < 4 ? sched : "", now,
			 level < 3 ? " | " : "", level < 3 ? cost : "");
		room = r.cols - 2 - canvas_width(fixed);
		/* the long release only where nothing else suffers from it */
		if (room >= (level == 0 ? name_len : level < 3 ? NAME_LEAST : 0))
			break;
	}
	canvas_fill(c, line, role, ' ');
	if (room >= NAME_LEAST) {
		if (name_len > room && name_len > 8 &&
		    !strcmp(st->session_name + name_len - 8, ".session"))
			name_len -= 8;
		used += canvas_printf(c, line, 0, used, room, role, "%.*s", name_len,
				      st->session_name);
		canvas_text(c, line, 0, used, -1, role, fixed);
	} else {
		canvas_text(c, line, 0, used, -1, role, fixed + (*rec ? 1 : 3));
	}
}

/* The first thing that is wrong, in words; false when nothing is. */
static bool trouble(const struct model *m, char *dst, size_t size)
{
	const struct model_sched *s = model_sched_died(m);

	if (m->gone)
		snprintf(dst, size, "! the guest is gone: %.*s", (int)strcspn(m->gone, "\n"),
			 m->gone);
	else if (m->fault)
		snprintf(dst, size, "! FAULT SWITCH %s: something is broken on purpose", m->fault);
	else if (m->stood_still)
		snprintf(dst, size,
			 "! the counters of switches stand still: what is shown live is not true");
	else if (m->probes_absent)
		snprintf(dst, size, "! probes absent: %s", m->probes_absent);
	else if (s)
		snprintf(dst, size, "! scheduler %s died (%s): %s", s->name,
			 model_sched_kind(s), *s->message ? s->message : s->reason);
	else if (m->accel_why && strstr(m->accel_why, "cannot"))
		snprintf(dst, size, "! %s: %s", m->accel, m->accel_why);
	else
		return false;
	return true;
}

static void bar(const struct model *m, const struct tui_state *st, struct canvas *c,
		struct rect line)
{
	/* the most needed first: what does not fit whole is left out, ? tells it */
	static const char *const hints[] = {": op",     "? help",       "q quit",     "Tab pane",
					    "e expect", "x export",     "/ find",     "f filter",
					    "z zoom",   "Space freeze", "Enter open", "t theme"};
	const struct screen_def *s;
	int used = 0;
	size_t i;

	canvas_fill(c, line, ROLE_BAR, ' ');
	for (i = 0; (s = screen_at(i)); i++) {
		if (s != st->screen && s->offered && !s->offered(m, st))
			continue;
		if (used + (int)strlen(s->name) + 1 + (s == st->screen) <= line.cols)
			used += canvas_printf(c, line, 0, used, -1,
					      s == st->screen ? ROLE_CURSOR : ROLE_BAR, "%c%s%s ",
					      s->digit, s->name, s == st->screen ? "*" : "");
	}
	for (i = 0; i < ARRAY_SIZE(hints); i++)
		if (used + 1 + (int)strlen(hints[i]) <= line.cols)
			used += canvas_printf(c, line, 0, used, -1, ROLE_BAR, " %s", hints[i]);
}

static void hint(const struct tui_state *st, struct canvas *c, struct rect line)
{
	const struct complete *k = &st->prompt.completion;
	int used = 0;
	size_t i;

	canvas_fill(c, line, ROLE_HINT, ' ');
	used += canvas_text(c, line, 0, 0, -1, ROLE_HINT, k->hint);
	for (i = 0; i < k->n && used < line.cols; i++)
		used += canvas_printf(c, line, 0, used, -1, ROLE_HINT, "%s%s", i ? " " : "  [",
				      k->words[i]);
	if (k->n)
		canvas_text(c, line, 0, used, -1, ROLE_HINT, "]");
}

/* The columns that may be named in the prompt of a table, those that begin with what is typed. */
static void column_hint(const struct tui_state *st, struct canvas *c, struct rect line)
{
	const struct sheet_def *def = pane_sheet(st->focus);
	size_t typed = strcspn(st->prompt.text, "<>=! "), i;
	int used;

	canvas_fill(c, line, ROLE_HINT, ' ');
	used = canvas_text(c, line, 0, 0, -1, ROLE_HINT,
			   st->prompt.kind == PROMPT_SORT ? "Return: the column under the cursor; "
							  : "a text, or COLUMN > VALUE; ");
	for (i = 0; def && i < def->ncolumns && used < line.cols; i++)
		if (!strncmp(def->columns[i].key, st->prompt.text, typed))
			used += canvas_printf(c, line, 0, used, -1, ROLE_HINT, "%s ", def->columns[i].key);
}

struct rect frame_draw(const struct model *m, struct tui_state *st, struct canvas *c)
{
	struct rect r = canvas_all(c), line = {.col = 0, .rows = 1, .cols = r.cols};
	char words[700];
	bool tall = r.rows >= 8;

	head(m, st, c, r);
	r.row++;
	r.rows--;
	if (tall && trouble(m, words, sizeof(words))) {
		canvas_text(c, r, 0, 0, -1, ROLE_WARN, words);
		r.row++;
		r.rows--;
	}
	/* from below: function bar, then prompt or message, then the hint while typing */
	if (tall) {
		line.row = r.row + r.rows - 1;
		bar(m, st, c, line);
		r.rows--;
	}
	if (r.rows > 1) {
		line.row = r.row + r.rows - 1;
		if (st->prompt.kind)
			prompt_draw(&st->prompt, c, line);
		else if (*st->message)
			canvas_text(c, line, 0, 0, -1, st->message_role, st->message);
		else if (!tall && trouble(m, words, sizeof(words)))
			canvas_text(c, line, 0, 0, -1, ROLE_WARN, words);
		else if (*st->teardown)
			canvas_printf(c, line, 0, 0, -1, ROLE_DIM, "next step: %s", st->teardown);
		r.rows--;
	}
	if (tall && (st->prompt.kind == PROMPT_COMMAND ||
		     (pane_sheet(st->focus) &&
		      (st->prompt.kind == PROMPT_SORT || st->prompt.kind == PROMPT_FILTER)))) {
		line.row = r.row + r.rows - 1;
		if (st->prompt.kind == PROMPT_COMMAND)
			hint(st, c, line);
		else
			column_hint(st, c, line);
		r.rows--;
	}
	return r;
}

int frame_wrap(const char *text, int width, enum role role, struct canvas *c, struct rect r, int y)
{
	size_t len = strlen(text), i = 0;
	int lines = 0;

	while (i < len && width > 0) {
		size_t from = i, space = 0;
		char part[2048];
		int used = 0;

		while (i < len && text[i] != '\n' && i - from < sizeof(part) - 8) {
			uint32_t cp;
			size_t n = text_utf8(text + i, len - i, &cp);
			char one[8] = "";

			memcpy(one, text + i, n);
			used += canvas_width(one);
			if (used > width && i > from) {
				/* between words where there is one not too far back */
				if (space > from + (i - from) / 2)
					i = space;
				break;
			}
			i += n;
			if (*one == ' ')
				space = i;
		}
		memcpy(part, text + from, i - from);
		part[i - from] = '\0';
		if (c && y + lines >= 0)
			canvas_text(c, r, y + lines, 0, -1, role, part);
		lines++;
		i += i < len && text[i] == '\n';
	}
	return lines;
}

void frame_draw_opened(struct tui_state *st, struct canvas *c, struct rect r)
{
	int lines = frame_wrap(buf_text(&st->opened), r.cols, ROLE_NORMAL, NULL, r, 0);
	int rows = lines + 1;

	if (rows > r.rows)
		rows = r.rows;
	r.row += r.rows - rows;
	r.rows = rows;
	st->opened_page = rows - 1;
	if (st->opened_top > lines - st->opened_page)
		st->opened_top = lines - st->opened_page;
	canvas_fill(c, r, ROLE_NORMAL, ' ');
	canvas_rule(c, r, 0,
		    lines > st->opened_page ? "OPENED  PgDn PgUp more, Esc closes" : "OPENED  Esc closes",
		    true);
	r.row++;
	r.rows--;
	frame_wrap(buf_text(&st->opened), r.cols, ROLE_NORMAL, c, r, -st->opened_top);
}
