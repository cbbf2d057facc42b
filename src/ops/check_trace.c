/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_trace - judges the hash over the scheduling trace of an exact run.
 * Invariant: hashes are compared only where the same emulator and kernel made them.
 */
#include "ops/check.h"

#include <inttypes.h>
#include <string.h>

enum verdict check_trace(const struct model *m, const char *hash, const char *machine,
			 struct buf *why)
{
	if (!model_exact(m)) {
		buf_adds(why,
			 "the run was not exact: only a run with --exact has a trace that can be "
			 "the same again");
		return VERDICT_INCONCLUSIVE;
	}
	if (machine && (!m->machine || strcmp(machine, m->machine))) {
		buf_addf(why,
			 "made on %s, this is %s: another emulator, CPU model, kernel, agent or "
			 "seed goes "
			 "another way, so the other expectations alone judge",
			 machine, m->machine ? m->machine : "not known");
		return VERDICT_SKIP;
	}
	if (!m->trace_hash) {
		buf_addf(why, "there is no hash of the trace: %s",
			 m->trace_why ? m->trace_why : "the run did not come to its end");
		return VERDICT_INCONCLUSIVE;
	}
	if (strcmp(hash, m->trace_hash)) {
		buf_addf(why, "expected %s, this run went another way: %s", hash, m->trace_hash);
		if (!machine)
			buf_addf(why,
				 "; say on=%s when it is made, and another machine is not judged "
				 "by it",
				 m->machine ? m->machine : "MACHINE");
		return VERDICT_FAIL;
	}
	buf_addf(why, "all %" PRIu64 " switches, wake-ups and migrations as expected",
		 m->trace_records);
	return VERDICT_PASS;
}
