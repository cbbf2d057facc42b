/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_time - the one rule for what depends on how fast the machine is: where it is missed and
 * the time was not the guest's own, nothing is proven. Invariant: only what was missed comes here.
 */
#include "ops/check_private.h"

#include <string.h>

enum verdict check_time_missed(const struct model *m, struct buf *why)
{
	if (!m->accel || strcmp(m->accel, "tcg"))
		return VERDICT_FAIL;
	buf_adds(why, "; the guest is emulated, where times prove nothing");
	return VERDICT_INCONCLUSIVE;
}
