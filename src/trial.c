/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trial - see the header. The first failure is told on standard error where it is found.
 */
#include "trial.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Why it failed, in words alone: numbers and their units differ from run to run. Without this an
 * expectation that comes too early for what it asks about would do as well.
 */
static void reason(struct buf *out, const struct model_op *op)
{
	const char *p = op->verdict_text ? op->verdict_text : "";

	while (*p) {
		if (!isdigit((unsigned char)*p)) {
			buf_addc(out, *p++);
			continue;
		}
		buf_addc(out, '#');
		p += strspn(p, "0123456789.");
		p += strspn(p, "nmus%KMG");
	}
}

static bool same_reason(const struct trial *t, const struct model_op *op)
{
	cleanup_buf struct buf is = BUF_INIT;

	reason(&is, op);
	return !t->why.len || !strcmp(buf_text(&is), buf_text(&t->why));
}

/* NULL = none. */
static const struct model_op *failed_op(const struct trial *t, const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];
		cleanup_free char *is = NULL;

		if (!op->op || op->verdict != VERDICT_FAIL)
			continue;
		is = op_format(op->op);
		if (!t->text || (!strcmp(is, t->text) && same_reason(t, op)))
			return op;
	}
	return NULL;
}

static void replace(char **dst, const char *with)
{
	free(*dst);
	*dst = with ? xstrdup(with) : NULL;
}

static bool look(struct trial *t, const struct model *m)
{
	const struct model_op *op = failed_op(t, m);

	replace(&t->hash, m->trace_hash);
	replace(&t->no_hash, m->trace_why);
	replace(&t->machine, m->machine);
	if (op && !t->text) {
		t->text = op_format(op->op);
		reason(&t->why, op);
		fprintf(stderr, "scxplore %s: fails: %s: %s\n", t->who, t->text,
			op->verdict_text ? op->verdict_text : "");
	}
	return op;
}

int trial_run(struct trial *t, const struct scenario *s, const char *journal, struct err *err)
{
	const struct session_config config = {.guest = *t->guest,
					      .journal = journal,
					      .sample_ns = HEADLESS_SAMPLE_NS,
					      .replay = true};
	struct headless *run = xcalloc(1, sizeof(*run));
	int r;

	t->runs++;
	r = headless_run(run, &config, s, true, NULL, NULL, err);
	if (r == 0 && run->signal)
		r = err_set(err, EINTR, "ended by a signal");
	/* a guest that a scheduler has brought down was judged until then */
	if (run->session && !run->signal && look(t, session_model(run->session)))
		r = 1;
	headless_finish(run);
	free(run);
	return r;
}

void trial_finish(struct trial *t)
{
	free(t->text);
	free(t->hash);
	free(t->machine);
	free(t->no_hash);
	buf_finish(&t->why);
}
