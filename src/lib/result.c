/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result - behind <scxplore/scxplore.h>: runs a scenario and answers questions about what was seen.
 * Invariant: the judging is ops/check's; nothing is judged here.
 */
#include "scxplore/scxplore.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "lib/api_scenario.h"
#include "ops/model_kernel.h"
#include "ops/model_tasks.h"
#include "ops/model_watch.h"
#include "ops/check.h"
#include "ops/check_ledger.h"
#include "ops/checks.h"
#include "ops/model_ledger.h"
#include "ops/model_metric.h"
#include "session/headless.h"
#include "session/session_info.h"
#include "vmm/accel.h"

#include <errno.h>
#include <string.h>

struct sxp_result {
	struct headless run;
	char *path;
};

/* KVM was asked for where `auto` would not take it: the machine's fault, not the scheduler's. */
static int blame(const struct sxp_result *r, enum accel asked, int rc, struct err *err)
{
	struct session *s = r->run.session;
	char reason[256];
	enum accel usable;

	if (asked != ACCEL_KVM || (s && session_model(s)->ready) ||
	    accel_choose(ACCEL_AUTO, &usable, reason, sizeof(reason), NULL) < 0 ||
	    usable == ACCEL_KVM)
		return rc;
	return err_set(err, ENOTSUP, "KVM was asked for: %s", reason);
}

static int run(struct sxp_result *r, const struct api_sizes *sizes,
	       const struct sxp_guest *guest_there, const struct sxp_op *backdrop,
	       const struct sxp_step *steps, struct err *err)
{
	struct session_config config = {.replay = true, .sample_ns = HEADLESS_SAMPLE_NS};
	struct sxp_guest guest;
	struct scenario *scenario;
	int rc;

	rc = api_sizes_check(sizes, err);
	if (rc == 0)
		rc = api_guest_copy(&guest, guest_there, sizes, err);
	/* in the guest this program is executed again, as a worker */
	if (rc == 0)
		sxp_works_main(guest.works);
	if (rc == 0)
		rc = api_guest_config(&guest, &config.guest, err);
	if (rc < 0)
		return rc;
	scenario = scenario_create(topology_cpus(&config.guest.topology));
	rc = api_scenario(scenario, sizes, guest.works, backdrop, steps, err);
	if (rc == 0) {
		r->path = session_new_path(program_invocation_short_name, err);
		rc = r->path ? 0 : -err->code;
	}
	config.journal = r->path;
	if (rc == 0) {
		rc = headless_run(&r->run, &config, scenario, false, NULL, NULL, err);
		if (rc < 0)
			rc = blame(r, config.guest.accel, rc, err);
	}
	scenario_destroy(scenario);
	return rc;
}

struct sxp_result *sxp_run_sized(const struct sxp_guest *guest, size_t guest_size,
				 const struct sxp_op *backdrop, const struct sxp_step *steps,
				 size_t op_size, size_t step_size, struct sxp_error *error)
{
	const struct api_sizes sizes = {.guest = guest_size, .op = op_size, .step = step_size};
	struct sxp_result *r = xcalloc(1, sizeof(*r));
	struct err err = ERR_INIT;

	r->run.loop.epoll_fd = -1;
	if (run(r, &sizes, guest, backdrop, steps, &err) < 0) {
		if (error) {
			error->code = err.code;
			text_copy(error->msg, sizeof(error->msg), err.msg);
		}
		sxp_result_free(r);
		return NULL;
	}
	return r;
}

void sxp_result_free(struct sxp_result *r)
{
	if (!r)
		return;
	headless_finish(&r->run);
	free(r->path);
	free(r);
}

static const struct model *model(const struct sxp_result *r)
{
	return session_model(r->run.session);
}

static enum sxp_verdict answer(enum verdict v, struct buf *text, char *why, size_t size)
{
	if (why && size)
		text_copy(why, size, buf_text(text));
	buf_finish(text);
	switch (v) {
	case VERDICT_PASS:
		return SXP_PASS;
	case VERDICT_FAIL:
		return SXP_FAIL;
	case VERDICT_SKIP:
		return SXP_SKIP;
	default:
		return SXP_INCONCLUSIVE;
	}
}

const char *sxp_session_path(const struct sxp_result *r)
{
	return r->path ? r->path : "";
}

enum sxp_verdict sxp_check_ops(const struct sxp_result *r, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = VERDICT_PASS;
	size_t i;

	for (i = 0; i < model(r)->nops; i++) {
		const struct model_op *op = &model(r)->ops[i];

		/* expectations that have their place among the ops were judged there */
		if (op->state == OPS_DONE && op->op && op->op->def->api &&
		    (op->op->def->flags & OPF_EXPECT) && op->verdict != VERDICT_PASS &&
		    op->verdict != VERDICT_SKIP) {
			v = v == VERDICT_FAIL || op->verdict == VERDICT_FAIL ? VERDICT_FAIL
									      : VERDICT_INCONCLUSIVE;
			buf_addf(&text, "%s'%s': %s", text.len ? "; " : "", op->text,
				 op->verdict_text ? op->verdict_text : "was never judged");
			continue;
		}
		if (op->state == OPS_DONE)
			continue;
		v = VERDICT_FAIL;
		buf_addf(&text, "%s'%s': %s", text.len ? "; " : "", op->text,
			 op->note && *op->note ? op->note : "was not finished");
	}
	if (check_unasked(model(r), &text) == VERDICT_FAIL)
		v = VERDICT_FAIL;
	if (check_sched_session(model(r), &text) == VERDICT_FAIL)
		v = VERDICT_FAIL;
	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_placed(const struct sxp_result *r, const char *name, const char *cgroup,
				  char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_placed(model(r), name, cgroup, &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_exit(const struct sxp_result *r, const char *name, int code, char *why,
				size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_exit(model(r), name, code, &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_output(const struct sxp_result *r, const char *name, const char *want,
				  char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_output(model(r), name, want, &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_file(const struct sxp_result *r, const char *path, unsigned nth,
				const char *want, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_file(model(r), path, nth, want, &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_report(const struct sxp_result *r, const char *name, const char *figure,
				  const char *op, const char *value, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_report(model(r), CHECK_AT_END, name, figure, op, value, &text);

	return answer(v, &text, why, size);
}

/* The op that noted a group's numbers for the nth time. */
static uint64_t moment(const struct sxp_result *r, const char *name, unsigned nth)
{
	return nth == SXP_AT_END ? CHECK_AT_END : model_note_seq(model(r), name, nth);
}

enum sxp_verdict sxp_check_report_nth(const struct sxp_result *r, const char *name, unsigned nth,
				      const char *figure, const char *op, const char *value,
				      char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_report(model(r), moment(r, name, nth), name, figure,
				      op, value, &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_metric(const struct sxp_result *r, const char *name, unsigned nth,
				  const char *key, const char *op, const char *value,
				  double percent, char *why, size_t size)
{
	uint64_t seq = moment(r, name, nth);
	struct buf text = BUF_INIT;
	enum verdict v = check_metric(model(r), seq, name, key, op, value,
				      (int64_t)(percent * 1e4 + 0.5), &text);

	return answer(v, &text, why, size);
}

int sxp_metric(const struct sxp_result *r, const char *name, const char *key,
	       struct sxp_metric *out)
{
	struct metric m;

	if (!model_metric(model(r), name, key, &m))
		return 0;
	*out = (struct sxp_metric){.value = m.value,
				   .min = m.min,
				   .max = m.max,
				   .mean = m.mean,
				   .samples = m.samples,
				   .when = m.when_ns,
				   .unit = metric_unit_name(m.unit),
				   .better = m.better == BETTER_LOWER    ? -1
					     : m.better == BETTER_HIGHER ? 1
									 : 0};
	return 1;
}

const char *sxp_metric_name(const struct sxp_result *r, const char *name, unsigned i)
{
	static char text[METRIC_NAME_MAX];
	struct metric m;

	if (!model_metric_at(model(r), name, i, &m))
		return NULL;
	text_copy(text, sizeof(text), m.name);
	return text;
}

enum sxp_verdict sxp_check_stayed(const struct sxp_result *r, const char *name, unsigned look,
				  const char *cgroup, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_stayed(model(r), model_look_seq(model(r), name, look), name, cgroup,
				      &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_ran(const struct sxp_result *r, const char *name, unsigned look,
			       uint64_t within, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_ran(model(r), model_look_seq(model(r), name, look), name, within,
				   &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_share(const struct sxp_result *r, const char *pair, unsigned look,
				 double ratio, double percent, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_share(model(r), model_look_seq(model(r), pair, look), pair,
				     (int64_t)(ratio * 1e6 + 0.5), (int64_t)(percent * 1e4 + 0.5),
				     &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_cpus(const struct sxp_result *r, const char *name, unsigned look,
				const char *list, char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_cpus(model(r), model_look_seq(model(r), name, look), name, list,
				    &text);

	return answer(v, &text, why, size);
}

enum sxp_verdict sxp_check_confined(const struct sxp_result *r, const char *name, unsigned look,
				    char *why, size_t size)
{
	struct buf text = BUF_INIT;
	enum verdict v = check_confined(model(r), model_look_seq(model(r), name, look), name, &text);

	return answer(v, &text, why, size);
}

const char *sxp_output(const struct sxp_result *r, const char *name, int stream, size_t *len)
{
	const struct model_group *g = model_group(model(r), name);

	if (!g || stream < 1 || stream > 2)
		return NULL;
	if (len)
		*len = g->output[stream - 1].len;
	return buf_text(&g->output[stream - 1]);
}

const char *sxp_file(const struct sxp_result *r, const char *path, unsigned nth, size_t *len)
{
	const struct model_file *f = model_file(model(r), path, nth);

	if (!f || f->error)
		return NULL;
	if (len)
		*len = f->data.len;
	return buf_text(&f->data);
}

const char *sxp_pulled(const struct sxp_result *r, const char *path, unsigned nth)
{
	const struct model_transfer *p = model_pulled(model(r), path, nth);

	return p && *p->here ? p->here : NULL;
}

const char *sxp_tasks(const struct sxp_result *r, const char *target, unsigned nth)
{
	const struct model_tasks *t = model_tasks_nth(model(r), target, nth);

	return t ? t->lines : NULL;
}

const char *sxp_kernel_value(const struct sxp_result *r, const char *what, unsigned nth)
{
	const struct model_kernel *k = model_kernel_nth(model(r), what, nth);

	return k ? k->text : NULL;
}

const char *sxp_watch_hit(const struct sxp_result *r, const char *what, unsigned nth)
{
	const struct model_watch_hit *h = model_watch_hit(model(r), what, nth);

	return h ? h->words : NULL;
}

const char *sxp_kernel(const struct sxp_result *r)
{
	return model(r)->kernel ? model(r)->kernel : "";
}

const char *sxp_accel(const struct sxp_result *r)
{
	return model(r)->accel ? model(r)->accel : "";
}

const char *sxp_version(void)
{
	return SCXPLORE_VERSION;
}
