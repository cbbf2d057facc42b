/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session - joins guest, journal, scenario and model; the only place where the two roads meet.
 *
 * Invariants: an op is in the session file before it is on the wire; every event passes emit(),
 * which journals it, applies it and only then tells the observer; nothing here blocks.
 */
#include "session/session.h"
#include "session/exact.h"
#include "session/host_load.h"
#include "session/kernel_ops.h"
#include "session/observe.h"
#include "session/reload.h"
#include "session/session_info.h"
#include "session/supply.h"
#include "session/tracing.h"
#include "session/transfer.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/sample_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define READY_DEADLINE_NS UINT64_C(60000000000) /* agent's set-up, slow under emulation */
#define PING_NS           UINT64_C(2000000000)
#define SILENCE_WARN_NS   UINT64_C(15000000000)
#define SILENCE_KILL_NS   UINT64_C(120000000000) /* scripts only: a person decides for himself */
#define JOURNAL_SAMPLE_NS UINT64_C(1000000000)
#define EXACT_SILENCE_NS  UINT64_C(3600000000000)
#define EXACT_SAMPLE_NS   UINT64_C(500000000) /* whoever runs it: samples are work of the guest's */

struct session {
	struct loop *loop;
	struct session_config config; /* strings are owned by the guest and by info */
	const struct session_observer *observer;
	void *arg;
	struct guest *guest;
	struct model *model;
	struct scenario *scenario;
	struct journal *journal;
	struct session_info info;
	char *fault;
	uint64_t next_seq;
	uint64_t now_ns; /* newest guest time */
	uint64_t sample_written_ns;
	struct host_load host_load;
	bool sample_due;
	uint64_t look_ns; /* as asked of the agent */
	bool configured, ready, begun, ending, finished, warned_silent;
	struct exact *exact; /* NULL = the run is none */
	struct transfer *transfer;
	struct kernel_ops *kernel_ops;
	struct tracing *tracing;
	struct observe *observe;
	struct reload *reload; /* NULL: only where a person is there to save something */
	struct buf pending;    /* frames that wait for EV_READY */
	loop_id ready_timer, ping_timer;
	uint64_t heard_ns; /* host clock of the last frame */
	struct sample sample;
	uint8_t *frame; /* room for the largest frame */
};

static void finish(struct session *s, bool clean, const char *text);

/* ---- events ---------------------------------------------------------------------------- */

static int journal_it(struct session *s, const struct event *ev, struct err *err)
{
	return s->journal ? journal_event(s->journal, ev, err) : 0;
}

static void emit(struct session *s, const struct event *ev)
{
	struct event note = {.type = EV_HOST_LOG, .t_ns = s->now_ns, .level = 3};
	struct err err = ERR_INIT;

	if (journal_it(s, ev, &err) < 0) {
		/* the record is broken: say it, keep working without one */
		journal_destroy(s->journal);
		s->journal = NULL;
		err_wrap(&err, "this session is not recorded any more");
		note.text = err.msg;
		model_apply(s->model, &note);
	}
	model_apply(s->model, ev);
	if (s->observer->event)
		s->observer->event(s->arg, ev);
}

/* What happens here, at the newest time the guest has told. */
static void emit_now(void *arg, const struct event *ev)
{
	struct session *s = arg;
	struct event stamped = *ev;

	stamped.t_ns = s->now_ns;
	emit(s, &stamped);
}

static void emit_text(struct session *s, enum event_type type, const char *name, const char *text)
{
	struct event ev = {.type = type,
			   .t_ns = s->now_ns,
			   .name = name ? name : "",
			   .text = text ? text : "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	emit(s, &ev);
}

static void emit_log(struct session *s, int level, const char *text)
{
	struct event ev = {.type = EV_HOST_LOG,
			   .t_ns = s->now_ns,
			   .level = (uint64_t)level,
			   .text = text,
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	emit(s, &ev);
}

static void emit_verdict(struct session *s, uint64_t seq, enum verdict v, const char *why)
{
	struct event ev = {.type = EV_VERDICT,
			   .seq = seq,
			   .t_ns = s->now_ns,
			   .code = v,
			   .text = why,
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	emit(s, &ev);
}

static const struct op *op_of(const struct session *s, uint64_t seq)
{
	const struct model_op *op = model_op(s->model, seq);

	return op ? op->op : NULL;
}

/* Before a time is judged, and at the end. */
static void tell_host_load(struct session *s)
{
	struct event ev = {.type = EV_HOST,
			   .t_ns = s->now_ns,
			   .text = "",
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};
	struct host_told told;

	if (!host_load_look(&s->host_load, loop_now_ns(), &told))
		return;
	ev.count = told.wait;
	ev.id = told.steal;
	ev.index = told.load;
	emit(s, &ev);
}

static void judge(struct session *s, const struct event *ev)
{
	const struct op *op = op_of(s, ev->seq);
	cleanup_buf struct buf why = BUF_INIT;
	enum verdict v;

	if (!op || !(op->def->flags & OPF_EXPECT))
		return;
	tell_host_load(s);
	if (ev->type == EV_FAILED) {
		buf_addf(&why, "could not be judged: %s", ev->text);
		v = VERDICT_INCONCLUSIVE;
	} else {
		v = check_op(s->model, op, ev->seq, &why);
	}
	emit_verdict(s, ev->seq, v, buf_text(&why));
}

/* An op that is the host's alone is done, and judged. */
static void pass_host_op(struct session *s, uint64_t seq)
{
	struct event ev = {.type = EV_BEGIN, .seq = seq, .t_ns = s->now_ns, .text = "", .name = "",
			   .cgroup = "", .path = "", .data = ""};

	emit(s, &ev);
	ev.type = EV_DONE;
	emit(s, &ev);
	judge(s, &ev);
}

/* What is about the whole run. */
static void judge_hosts(struct session *s)
{
	size_t i;

	for (i = 0; i < s->model->nops; i++) {
		const struct model_op *op = &s->model->ops[i];

		if (op->op && (op->op->def->flags & OPF_HOST) && op->verdict == VERDICT_NONE)
			pass_host_op(s, op->seq);
	}
}

/* ---- towards the guest ----------------------------------------------------------------- */

static int send_simple(struct session *s, enum wire_type type, uint64_t seq, const uint64_t *value)
{
	uint8_t frame[WIRE_HEADER_SIZE + 8];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	if (value)
		wire_put_u64(&w, *value);
	if (!wire_end(&w, type, seq, 0))
		return -EMSGSIZE;
	return guest_send(s->guest, frame, w.len);
}

/* Into s->frame; 0 = it does not fit. */
static size_t put_config(struct session *s)
{
	char sample[24], duration[24], watchdog[24];
	struct wire_writer w;

	snprintf(sample, sizeof(sample), "%" PRIu64, observe_agent_ns(s->observe));
	snprintf(duration, sizeof(duration), "%" PRIu64, s->info.duration_ns);
	snprintf(watchdog, sizeof(watchdog), "%" PRIu64, s->info.watchdog_ns);
	wire_begin(&w, s->frame, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX);
	wire_put_str(&w, WIRE_CONFIG_WATCHDOG);
	wire_put_str(&w, watchdog);
	wire_put_str(&w, WIRE_CONFIG_ROOT);
	wire_put_str(&w, s->info.workload_root);
	wire_put_str(&w, WIRE_CONFIG_FAULT);
	wire_put_str(&w, s->fault ? s->fault : "");
	wire_put_str(&w, WIRE_CONFIG_SAMPLE);
	wire_put_str(&w, sample);
	wire_put_str(&w, WIRE_CONFIG_PROBE);
	wire_put_str(&w, s->config.probe ? s->config.probe : "");
	wire_put_str(&w, WIRE_CONFIG_DURATION);
	wire_put_str(&w, duration);
	if (s->exact)
		exact_put_config(s->exact, &w);
	return wire_end(&w, WIRE_CONFIG, 0, 0) ? w.len : 0;
}

static void send_config(struct session *s)
{
	size_t len = put_config(s);

	if (len)
		guest_send(s->guest, s->frame, len);
}

static int send_or_queue(struct session *s, const void *frame, size_t len, struct err *err)
{
	int r;

	if (!s->ready) {
		buf_add(&s->pending, frame, len);
		return 0;
	}
	r = guest_send(s->guest, frame, len);
	return r < 0 ? err_sys(err, -r, "send an op to the guest") : 0;
}

static void flush_pending(struct session *s)
{
	struct wire_header h;
	struct wire_reader payload;
	size_t at = 0;

	while (at < s->pending.len) {
		ssize_t n = wire_frame(s->pending.data + at, s->pending.len - at, &h, &payload);

		if (n <= 0 || guest_send(s->guest, s->pending.data + at, (size_t)n) < 0) {
			emit_log(s, 3,
				 "send the first ops to the guest: the channel does not take them; "
				 "end the session and try fewer ops");
			break;
		}
		at += (size_t)n;
	}
	buf_finish(&s->pending);
}

/* ---- from the guest -------------------------------------------------------------------- */

static void on_hello(struct session *s, const struct event *ev)
{
	char text[160];

	if (ev->count != WIRE_VERSION) {
		snprintf(text, sizeof(text),
			 "the agent speaks wire version %" PRIu64 ", this program %d: rebuild both",
			 ev->count, WIRE_VERSION);
		emit_log(s, 2, text);
		session_kill(s);
		return;
	}
	if (!s->configured) {
		s->configured = true;
		loop_arm(s->loop, s->ready_timer, READY_DEADLINE_NS, 0);
		if (!s->exact)
			send_config(s);
	}
}

static void on_ready(struct session *s)
{
	if (s->ready)
		return;
	s->ready = true;
	loop_arm(s->loop, s->ready_timer, 0, 0);
	if (s->exact) {
		/* it has all it needs, and hears nothing until it has ended */
		loop_arm(s->loop, s->ping_timer, EXACT_SILENCE_NS, 0);
		return;
	}
	loop_arm(s->loop, s->ping_timer, PING_NS, PING_NS);
	if (s->config.interactive)
		s->begun = true;
	tracing_ready(s->tracing);
	flush_pending(s);
	if (s->begun)
		send_simple(s, WIRE_START, 0, NULL);
	if (s->ending)
		send_simple(s, WIRE_END, 0, NULL);
}

static void note_exit(struct session *s, const char *name)
{
	const struct model_group *g = model_group(s->model, name);
	size_t i;

	for (i = 0; g && i < g->ntasks; i++)
		if (!g->tasks[i].exited)
			return;
	if (g)
		scenario_ended(s->scenario, name);
}

static void op_ended(struct session *s, const struct event *ev)
{
	const struct op *op = op_of(s, ev->seq);

	if (!s->reload)
		return;
	if (op && ev->type == EV_DONE)
		reload_done(s->reload, op);
	reload_ended(s->reload, ev->seq);
}

static void on_event(struct session *s, const struct event *ev)
{
	if (ev->t_ns > s->now_ns)
		s->now_ns = ev->t_ns;
	if (ev->type == EV_PONG) {
		/* heard is all that matters to the session itself */
		if (s->observer->pong)
			s->observer->pong(s->arg, ev->id);
		return;
	}
	if (ev->type == EV_TRACE)
		tracing_event(s->tracing, ev->flag, ev->count);
	emit(s, ev);
	switch (ev->type) {
	case EV_HELLO:
		on_hello(s, ev);
		break;
	case EV_READY:
		host_load_begin(&s->host_load, loop_now_ns());
		on_ready(s);
		observe_ready(s->observe);
		break;
	case EV_FAILED:
		kernel_ops_ended(s->kernel_ops, ev->seq);
		transfer_ended(s->transfer, ev->seq);
		op_ended(s, ev);
		scenario_undo(s->scenario, ev->seq);
		judge(s, ev);
		s->sample_due = true;
		break;
	case EV_DONE:
		transfer_ended(s->transfer, ev->seq);
		op_ended(s, ev);
		judge(s, ev);
		s->sample_due = true;
		break;
	case EV_EXIT:
		note_exit(s, ev->name);
		break;
	case EV_ROUNDS:
		if (ev->flag)
			scenario_ended(s->scenario, ev->name);
		break;
	case EV_END:
		tell_host_load(s);
		judge_hosts(s);
		guest_stop(s->guest);
		break;
	default:
		break;
	}
}

/* Wherever it comes from. */
static void take_sample(void *arg, struct sample *sample)
{
	struct session *s = arg;
	struct err err = ERR_INIT;

	if (sample->t_ns > s->now_ns)
		s->now_ns = sample->t_ns;
	if (s->journal &&
	    (s->sample_due || sample->t_ns >= s->sample_written_ns + JOURNAL_SAMPLE_NS)) {
		s->sample_due = false;
		s->sample_written_ns = sample->t_ns;
		if (journal_sample(s->journal, sample, &err) < 0)
			emit_log(s, 3, err.msg);
	}
	model_sample(s->model, sample);
	if (s->observer->sample)
		s->observer->sample(s->arg);
}

static void on_sample(struct session *s, const struct wire_header *h, struct wire_reader *r)
{
	if (wire_sample_read(h, r, &s->sample) < 0) {
		emit_log(s, 4, "the guest sent a malformed sample: left out");
		return;
	}
	if (h->t_ns > s->now_ns)
		s->now_ns = h->t_ns;
	observe_told(s->observe, &s->sample);
}

static void set_agent_rate(void *arg, uint64_t ns)
{
	session_rate(arg, ns);
}

static void on_frame(void *arg, const struct wire_header *h, struct wire_reader *payload)
{
	struct session *s = arg;
	struct event ev;

	s->heard_ns = loop_now_ns();
	s->warned_silent = false;
	if (s->finished)
		return;
	if (transfer_frame(s->transfer, h, payload) || kernel_ops_frame(s->kernel_ops, h))
		return;
	if (h->type == WIRE_SAMPLE)
		on_sample(s, h, payload);
	else if (h->type == WIRE_TRACE_RINGS)
		tracing_rings(s->tracing, payload);
	else if ((h->type == WIRE_SHELL_OUTPUT || h->type == WIRE_SHELL_TAKEN) &&
		 s->observer->shell)
		s->observer->shell(s->arg, h, payload);
	else if (h->type == WIRE_EVENT && wire_event_read(h, payload, &ev) == 0)
		on_event(s, &ev);
	else
		emit_log(s, 4, "the guest sent a frame that cannot be read: left out");
}

static void on_stage(void *arg, const char *name, uint64_t ns)
{
	struct session *s = arg;
	struct event ev = {.type = EV_BOOT,
			   .name = name,
			   .count = ns,
			   .t_ns = s->now_ns,
			   .text = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	emit(s, &ev);
}

static void on_accel(void *arg, enum accel accel, const char *reason)
{
	struct session *s = arg;

	/* a boot that is tried again begins from the first frame */
	s->configured = false;
	emit_text(s, EV_ACCEL, s->exact ? MODEL_ACCEL_EXACT : accel_name(accel), reason);
}

static void on_stopped(void *arg)
{
	kernel_ops_stopped(((struct session *)arg)->kernel_ops);
}

static void on_log(void *arg, int level, const char *text)
{
	emit_log(arg, level, text);
}

static void on_gone(void *arg, bool clean, const char *text)
{
	finish(arg, clean, text);
}

static const struct observe_ops observe_ops = {
	.sample = take_sample, .log = on_log, .rate = set_agent_rate};

static const struct guest_ops guest_ops = {
	.stage = on_stage,
	.accel = on_accel,
	.frame = on_frame,
	.stopped = on_stopped,
	.log = on_log,
	.gone = on_gone,
};

static void finish(struct session *s, bool clean, const char *text)
{
	size_t i;

	if (s->finished)
		return;
	s->finished = true;
	loop_arm(s->loop, s->ready_timer, 0, 0);
	loop_arm(s->loop, s->ping_timer, 0, 0);
	observe_end(s->observe, clean);
	/* its memory is still there, and its last switches in it */
	tracing_event(s->tracing, false, 0);
	emit_text(s, EV_GONE, NULL, text);
	for (i = 0; i < s->model->nops; i++) {
		const struct model_op *op = &s->model->ops[i];

		if (op->op && (op->op->def->flags & OPF_EXPECT) && op->verdict == VERDICT_NONE)
			emit_verdict(s, op->seq, VERDICT_INCONCLUSIVE,
				     "the guest was gone before this could be judged");
	}
	if (s->observer->finished)
		s->observer->finished(s->arg, clean, text);
}

static void on_ready_deadline(void *arg)
{
	struct session *s = arg;

	emit_log(s, 2,
		 "the agent has not finished its set-up within 60 s: look at the console, "
		 "try another kernel (scxplore kernel list)");
	session_kill(s);
}

static void on_exact_silence(struct session *s)
{
	emit_log(s, 2,
		 "the exact run has not ended within an hour: the guest is ended. Does the scenario "
		 "wait for something that never comes? Give it --duration");
	session_kill(s);
}

static void on_ping(void *arg)
{
	struct session *s = arg;
	uint64_t now = loop_now_ns(), quiet = now - s->heard_ns;
	char text[160];

	if (s->exact) {
		on_exact_silence(s);
		return;
	}
	send_simple(s, WIRE_PING, 0, &now);
	if (quiet > SILENCE_KILL_NS && !s->config.interactive) {
		emit_log(s, 2, "the agent has been silent for two minutes: the guest is ended");
		session_kill(s);
	} else if (quiet > SILENCE_WARN_NS && !s->warned_silent) {
		s->warned_silent = true;
		snprintf(text, sizeof(text), "the agent has been silent for %" PRIu64 " s",
			 quiet / UINT64_C(1000000000));
		emit_log(s, 4, text);
	}
}

/* ---- life ------------------------------------------------------------------------------- */

/* ---- files ------------------------------------------------------------------------------ */

static int transfer_send_frame(void *arg, const void *frame, size_t len)
{
	return guest_send(((struct session *)arg)->guest, frame, len);
}

static const struct op *transfer_op(void *arg, uint64_t seq)
{
	return op_of(arg, seq);
}

static void transfer_emit(void *arg, const struct event *ev)
{
	struct session *s = arg;
	cleanup_buf struct buf why = BUF_INIT;

	emit_now(s, ev);
	if (ev->type == EV_PUSHED && s->config.recorded &&
	    model_transfer_differs(s->model, s->config.recorded, &why))
		emit_log(s, 4, buf_text(&why));
}

static int kernel_moment(void *arg, struct err *err)
{
	struct session *s = arg;

	s->sample_due = true; /* into the session file */
	return observe_now(s->observe, err);
}

static const struct kernel_ops_host kernel_ops_host = {
	.send = transfer_send_frame, .emit = emit_now, .moment = kernel_moment};

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

static uint64_t reload_restart(void *arg)
{
	struct session *s = arg;
	struct err err = ERR_INIT;
	uint64_t seq;

	if (session_submit(s, "sched restart", &seq, &err) == 0)
		return seq;
	emit_log(s, 4, err.msg);
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
	return transfer_create(
		s->loop,
		&(struct transfer_config){
			.folder = folder,
			.only_there = s->config.replay,
			.memory_mib = guest->memory_mib ? guest->memory_mib
							: topology_memory_default(&guest->topology)},
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

static struct journal *tracing_journal(void *arg)
{
	return ((struct session *)arg)->journal;
}

static const struct tracing_ops tracing_ops = {.send = transfer_send_frame,
					       .now = tracing_now,
					       .memory = tracing_memory,
					       .journal = tracing_journal,
					       .log = on_log};

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
	s->ready_timer = loop_add_timer(loop, on_ready_deadline, s);
	s->ping_timer = loop_add_timer(loop, on_ping, s);
	s->frame = xcalloc(1, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX);
	sample_alloc(&s->sample);
	s->model = model_create();
	s->scenario = scenario_create(topology_cpus(&config->guest.topology));
	if (config->guest.exact && config->interactive) {
		session_destroy(s);
		err_set(err, EINVAL,
			"an exact run takes its whole scenario along, nothing can be typed while it "
			"runs: write the scenario, or record a session without --exact, then "
			"'scxplore run FILE --exact'");
		return NULL;
	}
	if (config->journal) {
		s->journal = journal_create(config->journal, &s->info, err);
		if (!s->journal) {
			session_destroy(s);
			return NULL;
		}
	}
	s->transfer = create_transfer(s);
	s->kernel_ops = kernel_ops_create(s->model, &kernel_ops_host, s);
	if (config->guest.exact) {
		s->exact = exact_create();
		s->config.sample_ns = EXACT_SAMPLE_NS;
	}
	s->tracing = tracing_create(loop, s->model->trace, &tracing_ops, s);
	tracing_want(s->tracing, config->trace && !config->guest.exact, 0);
	/* what is read from outside would be of the host's time */
	s->observe = observe_create(loop, config->guest.exact ? OBSERVE_GUEST : config->guest.observe,
				    s->config.sample_ns, &observe_ops, s);
	if (config->interactive && !config->replay)
		s->reload = reload_create(loop, &reload_ops, s);
	s->guest = guest_create(loop, &s->config.guest, &guest_ops, s);
	return s;
}

void session_destroy(struct session *s)
{
	if (!s)
		return;
	s->finished = true; /* nobody is told any more */
	reload_destroy(s->reload);
	transfer_destroy(s->transfer);
	kernel_ops_destroy(s->kernel_ops);
	exact_destroy(s->exact);
	tracing_destroy(s->tracing);
	observe_destroy(s->observe);
	guest_destroy(s->guest);
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
	free(s);
}

static void take_frame(void *arg, const void *frame, size_t len)
{
	buf_add(arg, frame, len);
}

static void take_simple(struct buf *script, enum wire_type type)
{
	uint8_t frame[WIRE_HEADER_SIZE];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_end(&w, type, 0, 0);
	take_frame(script, frame, w.len);
}

/* All that would have been sent. */
static int give_script(struct session *s, struct err *err)
{
	cleanup_buf struct buf script = BUF_INIT;
	size_t len;
	int r;

	if (!s->begun || !s->ending)
		return err_set(err, EINVAL, "an exact run takes its whole scenario along: end it first");
	r = guest_take_files(s->guest, exact_files(s->exact), err);
	if (r < 0)
		return r;
	len = put_config(s);
	if (!len)
		return err_set(err, E2BIG, "too many ops with files for an exact run; use --include");
	buf_add(&script, s->frame, len);
	buf_add(&script, s->pending.data, s->pending.len);
	take_simple(&script, WIRE_START);
	take_simple(&script, WIRE_END);
	buf_finish(&s->pending);
	guest_take_script(s->guest, script.data, script.len);
	return 0;
}

int session_boot(struct session *s, struct err *err)
{
	int r = s->exact ? give_script(s, err) : 0;

	if (r < 0)
		return r;
	if (s->fault && *s->fault)
		emit_text(s, EV_FAULT, s->fault, NULL);
	r = guest_start(s->guest, err);
	if (r < 0)
		return err_wrap(err, "boot the guest");
	observe_boot(s->observe, s->guest);
	kernel_ops_boot(s->kernel_ops, s->guest);
	s->heard_ns = loop_now_ns();
	emit_text(s, EV_GUEST, guest_kernel_release(s->guest), s->info.topology);
	if (s->exact)
		emit_text(s, EV_MACHINE, NULL, guest_machine(s->guest));
	return 0;
}

int session_break(struct session *s, const char *fault, struct err *err)
{
	struct wire_writer w;
	int r;

	wire_begin(&w, s->frame, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX);
	wire_put_str(&w, WIRE_CONFIG_FAULT);
	wire_put_str(&w, fault);
	if (!wire_end(&w, WIRE_CONFIG, 0, 0))
		return err_set(err, E2BIG, "the name of the fault is too long");
	emit_text(s, EV_FAULT, fault, NULL);
	r = guest_send(s->guest, s->frame, w.len);
	return r < 0 ? err_sys(err, -r, "tell the guest about the fault '%s'", fault) : 0;
}

static int accept_op(struct session *s, struct op *op, uint64_t *seq, struct err *err)
{
	cleanup_op struct op *owned = op;
	cleanup_free char *text = NULL;
	struct event ev = {.type = EV_OP, .name = "", .cgroup = "", .path = "", .data = ""};
	bool host = op->def->flags & OPF_HOST;
	long len;
	int r;

	if (s->finished)
		return err_set(err, EPIPE, "the guest is gone: start a new session");
	if (s->ending)
		return err_set(err, EPIPE, "the session is ending: no more ops are taken");
	r = scenario_check(s->scenario, op, err);
	if (r == 0)
		r = supply_check(op, err);
	op->seq = s->next_seq;
	if (r == 0 && s->exact)
		r = exact_take(s->exact, op, err);
	if (r < 0)
		return r;
	len = op_encode(op, s->frame, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX, err);
	if (len < 0)
		return (int)len;
	text = op_format(op);
	ev.seq = op->seq;
	ev.t_ns = s->now_ns;
	ev.text = text;
	r = journal_it(s, &ev, err);
	if (r < 0)
		return err_wrap(err, "record the op (it was not sent)");
	s->next_seq++;
	model_apply(s->model, &ev);
	r = scenario_add(s->scenario, STEAL(owned), err);
	if (r < 0)
		return r;
	if (seq)
		*seq = ev.seq;
	if (!host)
		r = send_or_queue(s, s->frame, (size_t)len, err);
	if (s->observer->event)
		s->observer->event(s->arg, &ev);
	if (host && s->config.interactive)
		pass_host_op(s, ev.seq);
	return r;
}

int session_submit(struct session *s, const char *line, uint64_t *seq, struct err *err)
{
	struct op *op = NULL;
	int r;

	if (seq)
		*seq = 0;
	r = op_parse(line, &op, err);
	if (r < 0 || !op)
		return r;
	return accept_op(s, op, seq, err);
}

static int submit_all(struct session *s, const struct scenario *scenario, unsigned flag,
		      struct err *err)
{
	size_t i;

	for (i = 0; i < scenario_len(scenario); i++) {
		const struct op *op = scenario_at(scenario, i);
		int r = (op->def->flags & OPF_HOST) == flag ? accept_op(s, op_clone(op), NULL, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int session_submit_scenario(struct session *s, const struct scenario *scenario, struct err *err)
{
	int r = submit_all(s, scenario, 0, err);

	/* these never reach the guest: with or without them it must be the same run, down to the
	 * numbers of its ops */
	return r < 0 ? r : submit_all(s, scenario, OPF_HOST, err);
}

int session_submit_block(struct session *s, const char *name, const char *text, size_t len,
			 struct err *err)
{
	struct scenario *probe = scenario_clone(s->scenario);
	size_t had = scenario_len(probe), i;
	int r = scenario_add_text(probe, name, text, len, err);

	for (i = had; r == 0 && i < scenario_len(probe); i++)
		r = accept_op(s, op_clone(scenario_at(probe, i)), NULL, err);
	scenario_destroy(probe);
	return r;
}

void session_begin(struct session *s)
{
	if (s->begun)
		return;
	s->begun = true;
	if (s->ready && !s->exact)
		send_simple(s, WIRE_START, 0, NULL);
}

void session_cancel(struct session *s)
{
	if (s->ready && !s->finished && !s->exact)
		send_simple(s, WIRE_CANCEL, 0, NULL);
}

void session_look(struct session *s, uint64_t ns)
{
	if (!s->ready || s->finished || s->look_ns == ns)
		return;
	s->look_ns = ns;
	send_simple(s, WIRE_SCHED_LOOK, 0, &ns);
}

void session_end(struct session *s)
{
	if (s->ending)
		return;
	s->ending = true;
	if (s->ready && !s->finished)
		send_simple(s, WIRE_END, 0, NULL);
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
	tracing_want(s->tracing, on, slots);
}

bool session_traces(const struct session *s)
{
	return tracing_is_on(s->tracing);
}

void session_compared(const struct session *s, uint64_t *made, uint64_t *wrong)
{
	observe_compared(s->observe, made, wrong);
}

int session_ping(struct session *s, uint64_t token)
{
	return send_simple(s, WIRE_PING, 0, &token);
}

int session_probes(struct session *s, bool on)
{
	uint8_t frame[WIRE_HEADER_SIZE + 1];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, on);
	if (!wire_end(&w, WIRE_PROBES, 0, 0))
		return -EMSGSIZE;
	return guest_send(s->guest, frame, w.len);
}

int session_rate(struct session *s, uint64_t sample_ns)
{
	return send_simple(s, WIRE_RATE, 0, &sample_ns);
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
