/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify - replays the scenario of an export and judges its list of checks, see verify.h.
 * Invariant: scenario and checks are the exporter's own (export_parts, export_checks).
 */
#include "session/verify.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/export_checks.h"
#include "ops/export_parts.h"
#include "session/headless.h"

#include <string.h>

/* One line, safe for a terminal. */
static void differ(struct buf *out, const char *what, const char *why)
{
	cleanup_free char *line = xasprintf("%s: %s", what, why);

	text_sanitise(line, strlen(line) + 1, line, strlen(line));
	buf_addf(out, "%s\n", line);
}

static void judge_ops(const struct model *m, struct buf *out)
{
	size_t i;

	for (i = 0; i < m->nops; i++)
		if (m->ops[i].state == OPS_DONE && m->ops[i].verdict == VERDICT_FAIL)
			differ(out, m->ops[i].text,
			       m->ops[i].verdict_text ? m->ops[i].verdict_text : "failed");
		else if (m->ops[i].state != OPS_DONE)
			differ(out, m->ops[i].text,
			       m->ops[i].note && *m->ops[i].note ? m->ops[i].note
								 : "was not finished");
}

static void judge_checks(const struct export_input *in, const struct model *m, struct buf *out)
{
	struct export_checks checks;
	size_t i;

	export_checks_build(&checks, in->scenario, in->model);
	for (i = 0; i < checks.n; i++) {
		cleanup_buf struct buf why = BUF_INIT, what = BUF_INIT;

		if (export_check_judge(&checks.v[i], m, &why) == VERDICT_PASS)
			continue;
		export_check_sentence(&checks.v[i], &what);
		differ(out, buf_text(&what), buf_text(&why));
	}
	export_checks_finish(&checks);
}

int verify_replay(const struct export_input *in, const struct guest_config *guest,
		  struct headless *run, struct err *err)
{
	struct session_config config = {.guest = *guest,
					.replay = true,
					.recorded = in->model,
					.sample_ns = HEADLESS_SAMPLE_NS};
	struct scenario *scenario = scenario_create(topology_cpus(&guest->topology));
	struct export_parts parts;
	int r;

	run->loop.epoll_fd = -1;
	export_parts_build(&parts, in->scenario);
	r = export_parts_replay(&parts, scenario, err);
	if (r == 0)
		r = headless_run(run, &config, scenario, true, NULL, NULL, err);
	export_parts_finish(&parts);
	scenario_destroy(scenario);
	return r;
}

int verify_export(const struct export_input *in, const struct guest_config *guest,
		  struct buf *difference, struct err *err)
{
	struct headless *run = xcalloc(1, sizeof(*run));
	int r = verify_replay(in, guest, run, err);

	if (r == 0) {
		judge_ops(session_model(run->session), difference);
		judge_checks(in, session_model(run->session), difference);
		r = difference->len > 0;
	}
	headless_finish(run);
	free(run);
	return r;
}
