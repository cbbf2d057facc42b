/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorded - see recorded.h. Invariant: all moments share the one trace, which is the whole
 * session's; a stretch that it has let go is read from the file again.
 */
#include "recorded.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

int recorded_open(struct recorded_session *s, const char *path, struct err *err)
{
	*s = (struct recorded_session){.path = path};
	if (!journal_is_session(path))
		return err_set(err, EINVAL,
			       "'%s' is not a session; record one with 'scxplore do --save FILE "
			       "SCENARIO'",
			       path);
	s->all = model_create();
	return journal_read(path, false, &s->info, s->all, &s->scenario, &s->warning, err);
}

void recorded_close(struct recorded_session *s)
{
	past_close(s->past); /* its moments share the session's trace */
	session_info_finish(&s->info);
	scenario_destroy(s->scenario);
	model_destroy(s->all);
	buf_finish(&s->warning);
	*s = (struct recorded_session){0};
}

static int numbered(const struct recorded_session *s, const char *word, uint64_t *t_ns,
		    struct err *err)
{
	bool step = !strncmp(word, "step:", 5);
	const struct model_step *known;
	const struct model_op *op;
	uint64_t n;

	if (!text_u64(word + (step ? 5 : 3), 0, UINT32_MAX, &n))
		return err_set(err, EINVAL, "'%.40s': a number belongs behind the colon", word);
	if (step && n >= s->all->nsteps)
		return err_set(err, ERANGE, "'%s' has no step %" PRIu64 ": its last is %zu",
			       s->path, n, s->all->nsteps - 1);
	if (step) {
		known = &s->all->steps[n];
		/* the next one's begin is when all of this one is over */
		*t_ns = known->end_ns            ? known->end_ns
			: n + 1 < s->all->nsteps ? s->all->steps[n + 1].begin_ns
						 : s->all->now_ns;
		return 0;
	}
	op = model_op(s->all, n);
	if (!op || !op->begin_ns)
		return err_set(err, ERANGE,
			       "'%s' has no op %" PRIu64 " that was begun; 'scxplore show "
			       "%s ops' lists them",
			       s->path, n, s->path);
	*t_ns = op->end_ns ? op->end_ns : op->begin_ns;
	return 0;
}

int recorded_moment(const struct recorded_session *s, const char *word, uint64_t *t_ns,
		    struct err *err)
{
	cleanup_free char *seconds = xasprintf("%ss", word);

	if (!strncmp(word, "op:", 3) || !strncmp(word, "step:", 5))
		return numbered(s, word, t_ns, err);
	if (text_duration(word, t_ns) || text_duration(seconds, t_ns))
		return 0;
	return err_set(err, EINVAL, "'%.40s' is no moment: say 12.5s, op:N or step:N", word);
}

static struct past *past_of(struct recorded_session *s, struct err *err)
{
	if (!s->past)
		s->past = past_open(s->path, s->all->trace, err);
	return s->past;
}

const struct model *recorded_at(struct recorded_session *s, uint64_t t_ns, struct err *err)
{
	if (!t_ns)
		return s->all;
	return past_of(s, err) ? past_at(s->past, t_ns) : NULL;
}

const struct model *recorded_stretch(struct recorded_session *s, uint64_t t_ns, uint64_t from_ns,
				     uint64_t to_ns, struct err *err)
{
	const struct model *m = recorded_at(s, t_ns, err);
	uint64_t first = trace_first_ns(s->all->trace), begin = trace_begin_ns(s->all->trace);
	const struct trace *again;

	/* what was not recorded is not in the file either */
	if (!m || !begin || from_ns >= first || begin >= first)
		return m;
	again = past_of(s, err)
			? past_trace(s->past, from_ns, to_ns ? to_ns : trace_last_ns(s->all->trace))
			: NULL;
	if (!again) {
		err_set(err, EFBIG,
			"so much of the trace is not looked at at once: say --from and --to less "
			"far "
			"apart");
		return NULL;
	}
	s->at = *m;
	s->at.trace = (struct trace *)again;
	return &s->at;
}
