/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_ledger - see check_ledger.h.
 * Invariant: a fail names the thread, the time and the CPU it was seen on.
 */
#include "ops/check_ledger.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_cpus.h"
#include "ops/check_private.h"
#include "ops/model_ledger.h"

#include <inttypes.h>
#include <string.h>

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static const struct model_look *look_of(const struct model *m, uint64_t seq, const char *name,
					struct buf *why)
{
	const struct model_look *look = model_look(m, seq, name);

	if (!look)
		buf_addf(why, "nothing was noted of '%s': were the probes absent?", name);
	return look;
}

/* Has it run at all? Without that, nothing was kept and nothing was broken. */
static bool has_run(const struct model_look *look, struct buf *why)
{
	if (look->delay_ns != LEDGER_NOT_YET)
		return true;
	buf_addf(why, "'%s' has not run yet", look->name);
	return false;
}

static enum verdict all_kept(const struct model_look *look, struct buf *why)
{
	if (!look->lost)
		return VERDICT_PASS;
	buf_addf(why, ", but %" PRIu64 " notes found no room", look->lost);
	return VERDICT_INCONCLUSIVE;
}

enum verdict check_stayed(const struct model *m, uint64_t seq, const char *name, const char *cgroup,
			  struct buf *why)
{
	const struct model_look *look = look_of(m, seq, name, why);
	cleanup_free char *want = strcmp(cgroup, "/")
					  ? xasprintf("%s/%s", m->root ? m->root : "", cgroup)
					  : xstrdup("/");
	size_t i;

	if (!look || !has_run(look, why))
		return VERDICT_INCONCLUSIVE;
	for (i = 0; i < look->nspots; i++) {
		const struct ledger_spot *s = &look->spots[i];

		if (!s->cgroup || !strcmp(s->cgroup, want))
			continue;
		buf_addf(why,
			 "expected '%s' only, but thread %" PRId64 " of '%s' ran in '%s' at %.6fs on "
			 "CPU %" PRIu64,
			 want, s->tid, name, s->cgroup, seconds(s->t_ns), s->cpu);
		return VERDICT_FAIL;
	}
	buf_addf(why, "'%s' got a CPU %" PRIu64 " times, always in '%s'", name, look->switches,
		 want);
	return all_kept(look, why);
}

enum verdict check_ran(const struct model *m, uint64_t seq, const char *name, uint64_t within_ns,
		       struct buf *why)
{
	const struct model_look *look = look_of(m, seq, name, why);
	char want[32], got[32];

	if (!look)
		return VERDICT_INCONCLUSIVE;
	text_format_time(want, sizeof(want), within_ns);
	if (look->delay_ns == LEDGER_NOT_YET) {
		buf_addf(why, "expected '%s' to run within %s, it has not run yet", name, want);
		return check_time_missed(m, why);
	}
	text_format_time(got, sizeof(got), look->delay_ns);
	buf_addf(why, "'%s' first ran %s after it was let go, expected within %s", name, got, want);
	return look->delay_ns <= within_ns ? VERDICT_PASS : check_time_missed(m, why);
}

enum verdict check_share(const struct model *m, uint64_t seq, const char *pair, int64_t ratio,
			 int64_t tolerance, struct buf *why)
{
	const char *slash = strchr(pair, '/');
	cleanup_free char *first = slash ? xstrndup(pair, (size_t)(slash - pair)) : NULL;
	const struct model_look *b = first ? look_of(m, seq, first, why) : NULL,
				*a = b ? look_of(m, seq, slash + 1, why) : NULL;
	double want = (double)ratio / 1e6, off = (double)tolerance / 1e6, got;

	if (!a)
		return VERDICT_INCONCLUSIVE;
	if (!a->run_ns) {
		buf_addf(why, "'%s' has had no CPU time: there is nothing to divide by", a->name);
		return VERDICT_INCONCLUSIVE;
	}
	got = (double)b->run_ns / (double)a->run_ns;
	buf_addf(why, "'%s' ran %.3fs, '%s' ran %.3fs: ratio %.3f, expected %.6g within %.6g%%",
		 b->name, seconds(b->run_ns), a->name, seconds(a->run_ns), got, want, off * 100);
	return got >= want * (1 - off) && got <= want * (1 + off) ? VERDICT_PASS : VERDICT_FAIL;
}

enum verdict check_cpus(const struct model *m, uint64_t seq, const char *name, const char *list,
			struct buf *why)
{
	const struct model_look *look = look_of(m, seq, name, why);
	struct cpu_mask allowed;
	size_t i;

	if (!look || !has_run(look, why) || cpu_mask_parse(list, &allowed, NULL))
		return VERDICT_INCONCLUSIVE;
	for (i = 0; i < look->nspots; i++) {
		const struct ledger_spot *s = &look->spots[i];

		if (s->cgroup || cpu_mask_has(&allowed, (unsigned)s->cpu))
			continue;
		buf_addf(why,
			 "expected CPUs %s only, but thread %" PRId64 " of '%s' ran on CPU %" PRIu64
			 " at %.6fs",
			 list, s->tid, name, s->cpu, seconds(s->t_ns));
		return VERDICT_FAIL;
	}
	buf_addf(why, "'%s' got a CPU %" PRIu64 " times, always one of %s", name, look->switches,
		 list);
	return all_kept(look, why);
}

enum verdict check_confined(const struct model *m, uint64_t seq, const char *name, struct buf *why)
{
	const struct model_look *look = look_of(m, seq, name, why);

	if (!look || !has_run(look, why))
		return VERDICT_INCONCLUSIVE;
	if (!look->escapes) {
		buf_addf(why, "'%s' got a CPU %" PRIu64 " times, always one of its cpuset", name,
			 look->switches);
		return look->lost ? all_kept(look, why) : VERDICT_PASS;
	}
	buf_addf(why,
		 "'%s' ran outside its cpuset %" PRIu64 " times; first thread %" PRId64
		 " (%s) on CPU %" PRIu64 " at %.6fs in '%s'",
		 name, look->escapes, look->escape.tid, look->escape_comm, look->escape.cpu,
		 seconds(look->escape.t_ns), look->escape.cgroup);
	return VERDICT_FAIL;
}

enum verdict check_ledger_op(const struct model *m, const struct op *op, uint64_t seq,
			     struct buf *why)
{
	const struct op_val *name = op_arg(op, WARG_NAME), *tolerance = op_arg(op, WARG_TOLERANCE);

	switch (op->def->id) {
	case OP_EXPECT_STAYED:
		return check_stayed(m, seq, name->str, op_arg(op, WARG_CGROUP)->str, why);
	case OP_EXPECT_RAN:
		return check_ran(m, seq, name->str, (uint64_t)op_arg(op, WARG_WITHIN)->num, why);
	case OP_EXPECT_SHARE:
		return check_share(m, seq, op_arg(op, WARG_PAIR)->str, op_arg(op, WARG_RATIO)->num,
				   tolerance ? tolerance->num : SHARE_TOLERANCE, why);
	case OP_EXPECT_CPUS:
		return check_cpus(m, seq, name->str, op_arg(op, WARG_LIST)->str, why);
	case OP_EXPECT_CONFINED:
		return check_confined(m, seq, name->str, why);
	default:
		return VERDICT_NONE;
	}
}

bool check_share_ratio(const struct model *m, uint64_t seq, const char *pair, double *ratio)
{
	const char *slash = strchr(pair, '/');
	cleanup_free char *first = slash ? xstrndup(pair, (size_t)(slash - pair)) : NULL;
	const struct model_look *b = first ? model_look(m, seq, first) : NULL,
				*a = b ? model_look(m, seq, slash + 1) : NULL;

	if (!a || !a->run_ns)
		return false;
	*ratio = (double)b->run_ns / (double)a->run_ns;
	return true;
}
