/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_time - the one rule for what depends on how fast the machine is: where it is missed and
 * the time was not the guest's own, nothing is proven. Invariant: only what was missed comes here.
 */
#include "ops/check_private.h"

#include <string.h>

/* Of the time something on the host waited for a CPU: then the guest waited, too. */
#define HOST_WAIT_MAX 200 /* permille */

bool check_time_trusted(const struct model *m, struct buf *why)
{
	if (m->accel && !strcmp(m->accel, "tcg")) {
		buf_adds(why, "; the guest is emulated, where times prove nothing");
		return false;
	}
	if (m->host_wait == SAMPLE_ABSENT || m->host_wait <= HOST_WAIT_MAX)
		return true;
	buf_addf(why,
		 "; the host was loaded (something waited for a CPU %.1f%% of the time), so times "
		 "prove nothing",
		 (double)m->host_wait / 10);
	return false;
}

enum verdict check_time_missed(const struct model *m, struct buf *why)
{
	if (check_time_trusted(m, why))
		return VERDICT_FAIL;
	return VERDICT_INCONCLUSIVE;
}
