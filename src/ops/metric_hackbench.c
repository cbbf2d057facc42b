/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_hackbench - "Running in process mode with 10 groups ...", then "Time: 0.198".
 */
#include "ops/metric_private.h"

bool metric_hackbench_line(struct metric_stream *s, const char *line)
{
	const char *p;
	double seconds;

	if (metric_skip(line, "Running in process mode with") ||
	    metric_skip(line, "Running in threaded mode with")) {
		s->hackbench = true;
		return true;
	}
	p = s->hackbench ? metric_skip(line, "Time:") : NULL;
	if (!p || !(p = metric_take(p, &seconds)) || *metric_blanks(p))
		return false;
	s->hackbench = false;
	metric_add(s, "time", seconds * 1e9, UNIT_NS, BETTER_LOWER);
	return true;
}
