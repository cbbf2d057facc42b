/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session - the life of a session, from its creation over boot, begin and end to its destruction.
 *
 * Its two roads are in submit.c and to_guest.c (ops, downwards), from_guest.c and emit.c (events,
 * upwards); what they have in common, and their invariants, in session_private.h.
 */
#include "session/session_private.h"
#include "base/die.h"
#include "ops/sample_rows.h"
#include "session/saved.h"

#include <errno.h>
#include <stdlib.h>

#define EXACT_SAMPLE_NS UINT64_C(500000000) /* whoever runs it: samples are work of the guest's */

struct session *session_create(struct loop *loop, const struct session_config *config,
			       const struct session_observer *observer, void *arg, struct err *err)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->config = *config;
	s->observer = observer;
	s->arg = arg;
	s->next_seq = 1;
	s->fault = xstrdup(config->guest.fault);
	session_info_fill(&s->info, &config->guest);
	s->config.guest.workload_root = s->info.workload_root;
	/* these are attached while the guest is set up, which a copy is already */
	if (config->probe && *config->probe)
		s->config.guest.warm = false;
	s->ready_timer = loop_add_timer(loop, session_ready_late, s);
	s->ping_timer = loop_add_timer(loop, session_ping_due, s);
	s->frame = xcalloc(1, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX);
	sample_alloc(&s->sample);
	s->model = model_create();
	s->scenario = scenario_create(topology_cpus(&config->guest.topology));
	if (config->guest.exact && config->interactive) {
		session_destroy(s);
		err_set(err, EINVAL,
			"an exact run takes its whole scenario along, nothing can be typed while "
			"it runs: write the scenario, or record a session without --exact, then "
			"'scxplore run FILE --exact'");
		return NULL;
	}
	if (config->guest.seed && !config->guest.exact) {
		session_destroy(s);
		err_set(err, EINVAL,
			"--seed disturbs a run in a way that can be repeated, which needs --exact");
		return NULL;
	}
	if (config->journal && !config->resume) {
		s->journal = journal_create(config->journal, &s->info, err);
		if (!s->journal) {
			session_destroy(s);
			return NULL;
		}
	}
	if (config->guest.exact)
		s->config.sample_ns = EXACT_SAMPLE_NS;
	s->traced = config->trace;
	session_create_parts(s);
	s->checkpoints = checkpoints_create(config->checkpoints, config->checkpoint_ns, config->journal, config->resume);
	s->resume_path = config->resume ? saved_path(config->journal) : NULL;
	s->config.guest.resume = s->resume_path;
	s->config.resume = NULL;
	s->guest = guest_create(loop, &s->config.guest, &session_guest_ops, s);
	return s;
}

void session_destroy(struct session *s)
{
	if (!s)
		return;
	s->finished = true; /* nobody is told any more */
	session_destroy_parts(s);
	guest_destroy(s->guest);
	checkpoints_destroy(s->checkpoints);
	pacing_finish(s);
	loop_remove(s->loop, s->ready_timer);
	loop_remove(s->loop, s->ping_timer);
	journal_destroy(s->journal);
	scenario_destroy(s->scenario);
	model_destroy(s->model);
	session_info_finish(&s->info);
	buf_finish(&s->pending);
	sample_free(&s->sample);
	free(s->frame);
	free(s->fault);
	free(s->resume_path);
	free(s);
}

int session_boot(struct session *s, struct err *err)
{
	int r = s->exact ? session_give_script(s, err) : 0;

	if (r < 0)
		return r;
	if (s->fault && *s->fault)
		session_emit_text(s, EV_FAULT, s->fault, NULL);
	r = guest_start(s->guest, err);
	if (r < 0)
		return err_wrap(err, "boot the guest");
	observe_boot(s->observe, s->guest);
	kernel_ops_boot(s->kernel_ops, s->guest);
	s->heard_ns = loop_now_ns();
	session_emit_text(s, EV_GUEST, guest_kernel_release(s->guest), s->info.topology);
	if (s->exact)
		session_emit_text(s, EV_MACHINE, NULL, guest_machine(s->guest));
	return 0;
}

void session_begin(struct session *s)
{
	if (s->begun)
		return;
	s->begun = true;
	if (s->ready && !s->holding && !s->exact)
		session_send(s, WIRE_START, 0, NULL);
}

void session_end(struct session *s)
{
	if (s->ending)
		return;
	s->ending = true;
	pacing_release(s);
	if (s->ready && !s->holding && !s->finished)
		session_send(s, WIRE_END, 0, NULL);
}

int session_script(struct session *s, const struct scenario *scenario, struct err *err)
{
	/* an exact guest takes all of it along */
	int r = s->exact ? 0 : session_boot(s, err);

	if (r == 0)
		r = session_submit_scenario(s, scenario, err);
	if (r < 0)
		return r;
	session_begin(s);
	session_end(s);
	return s->exact ? session_boot(s, err) : 0;
}

void session_kill(struct session *s)
{
	guest_kill(s->guest);
}

void session_trace(struct session *s, bool on, uint32_t slots)
{
	s->traced = on;
	/* where it goes back to is asked then */
	if (!checkpoint_goes_back(s))
		tracing_want(s->tracing, on, slots);
}

void session_trace_by_guest(struct session *s, bool by_guest)
{
	s->trace_by_guest = by_guest;
	tracing_by_guest(s->tracing, by_guest);
}

bool session_traces(const struct session *s)
{
	return tracing_is_on(s->tracing);
}

void session_compared(const struct session *s, uint64_t *made, uint64_t *wrong)
{
	observe_compared(s->observe, made, wrong);
}

const struct model *session_model(const struct session *s)
{
	return s->model;
}

const struct scenario *session_scenario(const struct session *s)
{
	return s->scenario;
}

const struct session_info *session_info(const struct session *s)
{
	return &s->info;
}

struct guest *session_guest(struct session *s)
{
	return s->guest;
}

const char *session_path(const struct session *s)
{
	return s->journal ? journal_path(s->journal) : "";
}
