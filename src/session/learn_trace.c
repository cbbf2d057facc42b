/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn_trace - see learn_trace.h.
 */
#include "session/learn_trace.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "session/headless.h"
#include "session/verify.h"

#include <errno.h>

static struct op *trace_op(const struct scenario *scenario, size_t *from)
{
	const struct op *op;

	while ((op = scenario_at(scenario, (*from)++)))
		if (op->def->id == OP_EXPECT_TRACE)
			return (struct op *)op;
	return NULL;
}

bool learn_trace_wanted(const struct export_input *in, const struct guest_config *guest)
{
	size_t from = 0;

	return guest->exact && trace_op(in->scenario, &from);
}

static void write_into(struct scenario *scenario, const struct model *m)
{
	size_t from = 0;
	struct op *op;

	while ((op = trace_op(scenario, &from))) {
		op_set_str(op, WARG_HASH, m->trace_hash);
		op_set_str(op, WARG_MACHINE, m->machine);
	}
}

int learn_trace(const struct export_input *in, struct scenario *scenario,
		const struct guest_config *guest, struct buf *said, struct err *err)
{
	struct headless *run = xcalloc(1, sizeof(*run));
	const struct model *m;
	int r = verify_replay(in, guest, run, err);

	m = run->session ? session_model(run->session) : NULL;
	if (r == 0 && (!m->trace_hash || !m->machine))
		r = err_set(err, ENODATA, "the trace of the exact replay has no hash: %s",
			    m->trace_why ? m->trace_why : "the guest did not tell one");
	if (r == 0) {
		write_into(scenario, m);
		buf_addf(said, "expect trace == %s on=%s, as the exported test goes\n",
			 m->trace_hash, m->machine);
	}
	headless_finish(run);
	free(run);
	return r;
}
