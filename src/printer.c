/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printer - text is the model's own log (the words a person sees on the Log screen), JSON is what
 * the session file holds: neither invents a third wording.
 */
#include "printer.h"
#include "ops/event_json.h"

#include <inttypes.h>
#include <stdio.h>

static void print_json(struct printer *p, const struct event *ev)
{
	cleanup_buf struct buf line = BUF_INIT;

	event_json_line(&line, ev);
	p->failed = fputs(buf_text(&line), stdout) == EOF;
}

static void print_text(struct printer *p, const struct model *m)
{
	static const char *const marks[] = {
		[MARK_NONE] = " ", [MARK_OK] = "+", [MARK_WARN] = "!", [MARK_FAIL] = "X"};
	size_t i;

	for (i = 0; i < m->nlog; i++) {
		const struct model_line *l = model_line(m, i);

		if (l->n < p->next_line)
			continue;
		p->next_line = l->n + 1;
		if (printf("%9.3f %s %s\n", (double)l->t_ns / 1e9, marks[l->mark], l->text) < 0)
			p->failed = true;
	}
}

void printer_event(void *arg, const struct event *ev)
{
	struct printer *p = arg;

	if (p->failed || !p->run->session)
		return;
	if (p->json)
		print_json(p, ev);
	else
		print_text(p, session_model(p->run->session));
	if (fflush(stdout) == EOF)
		p->failed = true;
}
