/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_time - the one rule for what depends on how fast the machine is: where it is missed and
 * the time was not the guest's own, nothing is proven. Invariant: only what was missed comes here.
 */
#include "ops/check_private.h"

#include <string.h>

/* Of the time something on the host waited for a CPU: then the guest waited, too. */
#define HOST_WAIT_MAX 200 /* permille */
/* Only where the host does not tell that: more tasks than its CPUs can be at. */
#define HOST_LOAD_MAX 1500 /* for 1000 CPUs */
/* Time that was taken while there was work: of the guest's CPUs, of the host's by its own host. */
#define STEAL_MAX 100 /* permille */

static bool above(uint64_t seen, uint64_t most)
{
	return seen != SAMPLE_ABSENT && seen > most;
}

bool check_host_trusted(uint64_t wait, uint64_t steal, uint64_t load)
{
	return !above(wait, HOST_WAIT_MAX) && !above(steal, STEAL_MAX) &&
	       !(wait == SAMPLE_ABSENT && above(load, HOST_LOAD_MAX));
}

bool check_time_trusted(const struct model *m, struct buf *why)
{
	/* its clock counts the guest's own instructions: nothing of this machine is in it */
	if (model_exact(m))
		return true;
	if (m->accel && !strcmp(m->accel, "tcg")) {
		buf_adds(why, "; the guest is emulated, where times prove nothing");
		return false;
	}
	if (above(m->host_wait, HOST_WAIT_MAX))
		buf_addf(why,
			 "; the host was loaded (something waited for a CPU %.1f%% of the time)",
			 (double)m->host_wait / 10);
	else if (m->host_wait == SAMPLE_ABSENT && above(m->host_load, HOST_LOAD_MAX))
		buf_addf(why, "; the host was loaded (%.2f tasks for each of its CPUs)",
			 (double)m->host_load / 1000);
	else if (above(m->steal, STEAL_MAX))
		buf_addf(why,
			 "; the host took %.1f%% of the time in which the guest's CPUs had work",
			 (double)m->steal / 10);
	else if (above(m->host_steal, STEAL_MAX))
		buf_addf(why,
			 "; the host's own host took %.1f%% of the time in which its CPUs had work",
			 (double)m->host_steal / 10);
	else
		return true;
	buf_adds(why, ", so times prove nothing");
	return false;
}

enum verdict check_time_missed(const struct model *m, struct buf *why)
{
	if (!check_time_trusted(m, why))
		return VERDICT_INCONCLUSIVE;
	if (model_exact(m))
		buf_adds(why, "; in virtual time, the same in every exact run");
	return VERDICT_FAIL;
}
