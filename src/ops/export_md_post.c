/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_md_post - the post-mortem of schedulers in a bug report: why, after what, who waited and
 * where, the call chain, the counters, and the kernel's dump itself as far as it has room.
 */
#include "base/text.h"
#include "guest/wire_sched.h"
#include "ops/dump.h"
#include "ops/export_md_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DUMP_SHOWN  (64u << 10)
#define FIRST_ERROR 1024 /* SCX_EXIT_ERROR of enum scx_exit_kind */
enum { TASKS_SHOWN = 16 };

static const char *held_words(uint64_t held)
{
	static const char *const words[SAMPLE_HELDS] = {
		[SAMPLE_HELD_RUNNING] = "was running",
		[SAMPLE_HELD_QUEUE] = "on a runqueue of the kernel's own",
		[SAMPLE_HELD_LOCAL] = "on a local DSQ",
		[SAMPLE_HELD_GLOBAL] = "on a global DSQ",
		[SAMPLE_HELD_USER] = "on DSQ",
		[SAMPLE_HELD_BPF] = "on no DSQ: the scheduler kept it to itself",
		[SAMPLE_HELD_THROTTLED] = "throttled",
		[SAMPLE_HELD_FROZEN] = "frozen",
	};

	return held < SAMPLE_HELDS && words[held] ? words[held] : "where it was is not known";
}

static void waiter(struct buf *out, const char *comm, int32_t pid, uint64_t wait_ns, uint64_t held,
		   uint64_t dsq)
{
	char text[96], wait[32] = "for how long is not known";

	if (!wait_ns)
		snprintf(wait, sizeof(wait), "less than 1ms");
	else if (wait_ns != SAMPLE_ABSENT)
		text_format_time(wait, sizeof(wait), wait_ns);
	snprintf(text, sizeof(text), "%s[%" PRId32 "]", comm, pid);
	buf_adds(out, "- ");
	export_md_code(out, text);
	buf_addf(out, " had waited %s, %s", wait, held_words(held));
	if (held == SAMPLE_HELD_USER)
		buf_addf(out, " 0x%" PRIx64, dsq);
	buf_addc(out, '\n');
}

/* Who had waited longest when the dump was written, the oldest first. */
static void dump_waiters(const struct dump *d, struct buf *out)
{
	int64_t below = INT64_MAX;
	size_t n = 0, i;

	while (n < TASKS_SHOWN) {
		int64_t most = -1;

		for (i = 0; i < d->ntasks; i++)
			if (!d->tasks[i].current && d->tasks[i].wait_ms < below &&
			    d->tasks[i].wait_ms > most)
				most = d->tasks[i].wait_ms;
		if (most < 0)
			break;
		for (i = 0; i < d->ntasks && n < TASKS_SHOWN; i++) {
			const struct dump_task *t = &d->tasks[i];

			if (t->current || t->wait_ms != most)
				continue;
			if (!n++)
				buf_adds(out, "\nWho waited when the dump was written:\n\n");
			waiter(out, t->comm, t->pid, (uint64_t)t->wait_ms * 1000000, t->held,
			       t->dsq);
		}
		below = most;
	}
}

static void sample_waiters(const struct model_sched *s, struct buf *out)
{
	size_t i;

	if (s->nwaiters)
		buf_addf(out, "\nWho waited when it was last seen in force, at %.3fs:\n\n",
			 (double)s->seen_ns / 1e9);
	for (i = 0; i < s->nwaiters; i++) {
		const struct sample_task *t = &s->waiters[i];

		waiter(out, t->comm, t->tid,
		       t->since_ns == SAMPLE_ABSENT || t->since_ns > s->seen_ns
			       ? SAMPLE_ABSENT
			       : s->seen_ns - t->since_ns,
		       t->held, t->dsq);
	}
}

static void counters(const struct model_sched *s, struct buf *out)
{
	const struct sample_scx *c = s->counters;
	size_t n = s->ncounters, i, shown = 0;
	char value[32];

	if (s->parsed && s->parsed->ncounters) {
		c = s->parsed->counters;
		n = s->parsed->ncounters;
	}
	for (i = 0; i < n; i++) {
		if (!c[i].value || c[i].value == SAMPLE_ABSENT)
			continue;
		if (!shown++)
			buf_adds(out, "\nCounters at its end, those that are not 0:\n\n");
		snprintf(value, sizeof(value), "%" PRIu64, c[i].value);
		if (model_scx_is_time(c[i].name))
			text_format_time(value, sizeof(value), c[i].value);
		buf_adds(out, "- ");
		export_md_code(out, c[i].name);
		buf_addf(out, " %s\n", value);
	}
}

static void chain(const struct dump *d, struct buf *out)
{
	size_t i;

	if (d->nchain)
		buf_adds(out, "\nThe call chain of its exit, innermost first:\n\n");
	for (i = 0; i < d->nchain; i++) {
		buf_adds(out, "- ");
		export_md_code(out, d->chain[i]);
		buf_addc(out, '\n');
	}
}

static void ended(const struct model *m, const struct model_sched *s, struct buf *out)
{
	const struct model_op *before = model_op(m, s->before_seq);
	size_t len = s->dump.len < DUMP_SHOWN ? s->dump.len : DUMP_SHOWN;

	buf_adds(out, "\n### ");
	export_md_code(out, s->name);
	buf_addf(out, "\n\n- ended at %.3fs, in force since %.3fs\n- why: %s",
		 (double)s->died_ns / 1e9, (double)s->enabled_ns / 1e9,
		 s->kind ? sched_exit_kind_name(s->kind) : "the kernel did not say");
	if (*s->reason) {
		buf_addc(out, ' ');
		export_md_code(out, s->reason);
	}
	if (*s->message) {
		buf_adds(out, "\n- message: ");
		export_md_code(out, s->message);
	}
	buf_adds(out, "\n- the op before: ");
	if (before)
		export_md_code(out, before->text);
	else
		buf_adds(out, "none");
	buf_addc(out, '\n');
	if (s->parsed) {
		dump_waiters(s->parsed, out);
		chain(s->parsed, out);
	}
	sample_waiters(s, out);
	counters(s, out);
	if (s->calls.len) {
		buf_adds(out, "\nThe last calls on its call chain, probed");
		if (s->calls_lost)
			buf_addf(out, " (%" PRIu64 " found no room)", s->calls_lost);
		buf_adds(out, ":\n");
		export_md_block(out, buf_text(&s->calls), s->calls.len);
	}
	if (!len)
		return;
	buf_addf(out, "\nThe kernel's dump%s", len < s->dump.len ? ", its first 64 KiB" : "");
	if (s->dump_missing)
		buf_addf(out, ", without %" PRIu64 " lines that did not come", s->dump_missing);
	buf_adds(out, ":\n");
	export_md_block(out, buf_text(&s->dump), len);
}

void export_md_post(const struct model *m, struct buf *out)
{
	size_t n, i, shown = 0;
	const struct model_sched *last = model_sched_ended(m, &n);

	for (i = 0; i < m->nscheds; i++) {
		const struct model_sched *s = &m->scheds[i];

		if (!s->ended || (s->kind < FIRST_ERROR && s != last))
			continue;
		if (!shown++)
			buf_adds(out, "\n## Post-mortem\n");
		ended(m, s, out);
	}
}
