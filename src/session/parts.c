/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts - what the parts of a session (files, kernel, reload, tracing, observing) may ask of it.
 */
#include "session/session_private.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <string.h>

#define JOURNAL_SAMPLE_NS UINT64_C(1000000000)

/* Wherever it comes from. */
static void take_sample(void *arg, struct sample *sample)
{
	struct session *s = arg;
	struct err err = ERR_INIT;

	if (checkpoint_goes_back(s))
		return;
	if (sample->t_ns > s->now_ns)
		s->now_ns = sample->t_ns;
	if (s->journal &&
	    (s->sample_due || sample->t_ns >= s->sample_written_ns + JOURNAL_SAMPLE_NS)) {
		s->sample_due = false;
		s->sample_written_ns = sample->t_ns;
		if (journal_sample(s->journal, sample, &err) < 0)
			session_log(s, 3, err.msg);
	}
	model_sample(s->model, sample);
	if (s->observer->sample)
		s->observer->sample(s->arg);
	session_copy_for_later(s);
	checkpoint_tick(s);
}

static void set_agent_rate(void *arg, uint64_t ns)
{
	session_rate(arg, ns);
	session_settle_watch(arg);
}

static void on_log(void *arg, int level, const char *text)
{
	session_log(arg, level, text);
}

static const struct observe_ops observe_ops = {
	.sample = take_sample, .log = on_log, .rate = set_agent_rate};

static int transfer_send_frame(void *arg, const void *frame, size_t len)
{
	return guest_send(((struct session *)arg)->guest, frame, len);
}

static const struct op *transfer_op(void *arg, uint64_t seq)
{
	return session_op(arg, seq);
}

static void transfer_emit(void *arg, const struct event *ev)
{
	struct session *s = arg;
	cleanup_buf struct buf why = BUF_INIT;

	session_emit_now(s, ev);
	if (ev->type == EV_PUSHED && s->config.recorded &&
	    model_transfer_differs(s->model, s->config.recorded, &why))
		session_log(s, 4, buf_text(&why));
}

static void transfer_uses(void *arg, const struct op *op, const char *const *paths, size_t n,
			  bool all)
{
	struct session *s = arg;

	if (s->reload)
		reload_files(s->reload, op, paths, n, all);
}

static const struct transfer_ops transfer_ops = {.send = transfer_send_frame,
						 .emit = transfer_emit,
						 .op = transfer_op,
						 .uses = transfer_uses};

static int kernel_moment(void *arg, struct err *err)
{
	struct session *s = arg;

	s->sample_due = true; /* into the session file */
	return observe_now(s->observe, err);
}

static int kernel_may_moment(void *arg, struct err *err)
{
	return observe_may(((struct session *)arg)->observe, err);
}

static const struct kernel_ops_host kernel_ops_host = {.send = transfer_send_frame,
						       .emit = session_emit_now,
						       .moment = kernel_moment,
						       .may_moment = kernel_may_moment};

static uint64_t reload_restart(void *arg)
{
	struct session *s = arg;
	struct err err = ERR_INIT;
	uint64_t seq;

	if (session_submit(s, "sched restart", &seq, &err) == 0)
		return seq;
	session_log(s, 4, err.msg);
	return 0;
}

/* Else it would become a part of the body that is being typed. */
static bool reload_may(void *arg)
{
	return !scenario_body_open(((struct session *)arg)->scenario);
}

static const struct reload_ops reload_ops = {
	.may = reload_may, .restart = reload_restart, .log = on_log};

/* Pulled files go beside the session file; where there is none, to where the person is. */
static struct transfer *create_transfer(struct session *s)
{
	const char *path = session_path(s), *slash = strrchr(path, '/');
	const struct guest_config *guest = &s->config.guest;
	cleanup_free char *folder = NULL;

	if (*path)
		folder = slash ? xstrndup(path, slash > path ? (size_t)(slash - path) : 1)
			       : xstrdup(".");
	else if (!s->config.replay)
		folder = xstrdup(".");
	return transfer_create(s->loop,
			       &(struct transfer_config){
				       .folder = folder,
				       .only_there = s->config.replay,
				       .memory_mib = guest->memory_mib ? guest->memory_mib
								       : topology_memory_default(
										 &guest->topology)},
			       &transfer_ops, s);
}

static uint64_t tracing_now(void *arg)
{
	return ((struct session *)arg)->now_ns;
}

static const struct guest_memory *tracing_memory(void *arg)
{
	return guest_memory(((struct session *)arg)->guest);
}

/* Who wants to be told by the agent alone is. */
static struct witness *tracing_witness(void *arg)
{
	struct session *s = arg;

	return observe_outside(s->observe) ? guest_witness(s->guest) : NULL;
}

static int tracing_desk(void *arg, struct witness_desk *d, struct err *err)
{
	return observe_desk(((struct session *)arg)->observe, d, err);
}

static struct journal *tracing_journal(void *arg)
{
	return ((struct session *)arg)->journal;
}

static const struct tracing_ops tracing_ops = {.send = transfer_send_frame,
					       .now = tracing_now,
					       .memory = tracing_memory,
					       .witness = tracing_witness,
					       .desk = tracing_desk,
					       .journal = tracing_journal,
					       .log = on_log};

void session_create_parts(struct session *s)
{
	const struct session_config *config = &s->config;
	bool exact = config->guest.exact;

	s->transfer = create_transfer(s);
	s->kernel_ops = kernel_ops_create(s->model, &kernel_ops_host, s);
	if (exact)
		s->exact = exact_create(config->guest.seed);
	s->tracing = tracing_create(s->loop, s->model->trace, &tracing_ops, s);
	s->watch = config->watch;
	tracing_by_guest(s->tracing, s->trace_by_guest);
	tracing_want(s->tracing, s->traced && !exact, 0);
	/* what is read from outside would be of the host's time */
	s->observe = observe_create(s->loop, exact ? OBSERVE_GUEST : config->guest.observe,
				    config->sample_ns, &observe_ops, s);
	if (config->interactive && !config->replay)
		s->reload = reload_create(s->loop, &reload_ops, s);
}

void session_destroy_parts(struct session *s)
{
	reload_destroy(s->reload);
	transfer_destroy(s->transfer);
	kernel_ops_destroy(s->kernel_ops);
	exact_destroy(s->exact);
	tracing_destroy(s->tracing);
	observe_destroy(s->observe);
}
