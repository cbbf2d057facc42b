/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * to_guest - frames of a session towards its agent: at once, queued until it is ready, or as one
 * script.
 */
#include "session/session_private.h"
#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>

int session_send(struct session *s, enum wire_type type, uint64_t seq, const uint64_t *value)
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

int session_send_switch(struct session *s, enum wire_type type, bool on)
{
	uint8_t frame[WIRE_HEADER_SIZE + 1];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, on);
	if (!wire_end(&w, type, 0, 0))
		return -EMSGSIZE;
	return guest_send(s->guest, frame, w.len);
}

/* Where the agent tells the state, it needs every switch for it. */
static bool wants_watch(const struct session *s)
{
	return s->watch || (s->config.sample_ns && !observe_outside(s->observe));
}

void session_settle_watch(struct session *s)
{
	if (!s->ready || s->finished || s->exact || wants_watch(s) == s->watch_told)
		return;
	s->watch_told = wants_watch(s);
	session_send_switch(s, WIRE_WATCH, s->watch_told);
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
	s->watch_told = wants_watch(s);
	wire_put_str(&w, WIRE_CONFIG_WATCH);
	wire_put_str(&w, s->watch_told ? "1" : "0");
	wire_put_str(&w, WIRE_CONFIG_PROBE);
	wire_put_str(&w, s->config.probe ? s->config.probe : "");
	wire_put_str(&w, WIRE_CONFIG_DURATION);
	wire_put_str(&w, duration);
	if (s->exact)
		exact_put_config(s->exact, &w);
	return wire_end(&w, WIRE_CONFIG, 0, 0) ? w.len : 0;
}

void session_send_config(struct session *s)
{
	size_t len = put_config(s);

	if (len)
		guest_send(s->guest, s->frame, len);
}

int session_send_or_queue(struct session *s, const void *frame, size_t len, struct err *err)
{
	int r;

	if (!s->ready || s->holding) {
		buf_add(&s->pending, frame, len);
		return 0;
	}
	r = guest_send(s->guest, frame, len);
	return r < 0 ? err_sys(err, -r, "send an op to the guest") : 0;
}

void session_flush_pending(struct session *s)
{
	struct wire_header h;
	struct wire_reader payload;
	size_t at = 0;

	while (at < s->pending.len) {
		ssize_t n = wire_frame(s->pending.data + at, s->pending.len - at, &h, &payload);

		if (n <= 0 || guest_send(s->guest, s->pending.data + at, (size_t)n) < 0) {
			session_log(
				s, 3,
				"send the first ops to the guest: the channel does not take them; "
				"end the session and try fewer ops");
			break;
		}
		at += (size_t)n;
	}
	buf_finish(&s->pending);
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
int session_give_script(struct session *s, struct err *err)
{
	cleanup_buf struct buf script = BUF_INIT;
	size_t len;
	int r;

	if (!s->begun || !s->ending)
		return err_set(err, EINVAL,
			       "an exact run takes its whole scenario along: end it first");
	r = guest_take_files(s->guest, exact_files(s->exact), err);
	if (r < 0)
		return r;
	len = put_config(s);
	if (!len)
		return err_set(err, E2BIG,
			       "too many ops with files for an exact run; use --include");
	buf_add(&script, s->frame, len);
	buf_add(&script, s->pending.data, s->pending.len);
	take_simple(&script, WIRE_START);
	take_simple(&script, WIRE_END);
	buf_finish(&s->pending);
	guest_take_script(s->guest, script.data, script.len);
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
	session_emit_text(s, EV_FAULT, fault, NULL);
	r = guest_send(s->guest, s->frame, w.len);
	return r < 0 ? err_sys(err, -r, "tell the guest about the fault '%s'", fault) : 0;
}

int session_ping(struct session *s, uint64_t token)
{
	return session_send(s, WIRE_PING, 0, &token);
}

int session_probes(struct session *s, bool on)
{
	return session_send_switch(s, WIRE_PROBES, on);
}

void session_watch(struct session *s, bool on)
{
	s->watch = on;
	session_settle_watch(s);
}

int session_rate(struct session *s, uint64_t sample_ns)
{
	return session_send(s, WIRE_RATE, 0, &sample_ns);
}

void session_look(struct session *s, uint64_t ns)
{
	if (!s->ready || s->finished || s->look_ns == ns)
		return;
	s->look_ns = ns;
	session_send(s, WIRE_SCHED_LOOK, 0, &ns);
}

/* What was typed before and waits for its checkpoint is meant, too. */
void session_cancel(struct session *s)
{
	uint8_t frame[WIRE_HEADER_SIZE];
	struct wire_writer w;
	struct err err = ERR_INIT;

	if (!s->ready || s->finished || s->exact)
		return;
	wire_begin(&w, frame, sizeof(frame));
	if (wire_end(&w, WIRE_CANCEL, 0, 0) && session_send_or_queue(s, frame, w.len, &err) < 0)
		session_log(s, 4, err.msg);
}
