/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_machine - measures the standard checks of the machine, from the history of samples.
 * Invariant: too few samples in a row measure nothing.
 */
#include "ops/check_private.h"
#include "ops/checks.h"

#include <stdio.h>
#include <string.h>

enum verdict check_take_monitor(const struct model *m, uint64_t seq, const struct check_def *def,
				const char *group, unsigned samples, struct check_seen *seen,
				struct buf *why)
{
	struct monitor_moment at;
	size_t longest;
	int n;

	if (def->sched_only && !m->monitor.with_sched) {
		buf_addf(why, "%s: no sched_ext scheduler was in force in any of %zu samples",
			 def->measure, m->monitor.n);
		return VERDICT_SKIP;
	}
	if (!model_monitor_held(m, (enum monitor_value)def->monitor, samples, &seen->value, &at,
				&longest)) {
		if (longest)
			buf_addf(why,
				 "%s: %u samples in a row are needed, there were %zu: hold longer "
				 "before it, or sample more often",
				 def->measure, samples, longest);
		else if (!m->monitor.n)
			buf_addf(why, "%s: no sample was taken", def->measure);
		else
			buf_addf(why,
				 "%s: absent from each of %zu samples: this kernel does not tell "
				 "it, the probes are absent, or there is one CPU",
				 def->measure, m->monitor.n);
		return VERDICT_INCONCLUSIVE;
	}
	n = snprintf(seen->where, sizeof(seen->where), "held over %u samples up to %.3fs", samples,
		     check_seconds(at.t_ns));
	if (at.cpu[def->monitor] != UINT32_MAX && n > 0)
		snprintf(seen->where + n, sizeof(seen->where) - (size_t)n, ", CPU %u",
			 at.cpu[def->monitor]);
	return VERDICT_PASS;
}
