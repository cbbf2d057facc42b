/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub - see stub.h. One thing is waited for at a time: an answer of the monitor, a packet, a stop.
 */
#include "vmm/stub.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_NS UINT64_C(10000000000)
#define OUT_MAX     4096
#define SIGNAL_TRAP 5 /* as gdb numbers them */
#define ID          "stub"
#define LEFT        ID "-left"
#define FD_NAME     "scxplore-stub"
#define CHARDEV     "scxplore-stub"

enum step {
	STEP_NONE,
	STEP_FD, /* the monitor's answers, in this order */
	STEP_CHARDEV,
	STEP_SERVER,
	STEP_WATCH, /* OK to Z2 or z2 */
	STEP_STOP,
	STEP_REGISTERS,
	STEP_DETACH
};

void stub_init(struct stub *s, struct loop *loop, const struct stub_ops *ops, void *arg)
{
	*s = (struct stub){
		.loop = loop, .ops = ops, .arg = arg, .channel = {.fd = -1}, .timer = -1};
	s->body = xcalloc(1, GDB_BODY_MAX + 1);
}

void stub_reset(struct stub *s)
{
	if (!s->loop)
		return;
	loop_remove(s->loop, s->timer);
	s->timer = -1;
	channel_close(&s->channel);
	s->step = STEP_NONE;
	s->on = s->runs = s->hit_there = false;
	s->watches = 0;
	s->refused.code = 0;
}

void stub_finish(struct stub *s)
{
	if (!s->loop)
		return;
	stub_reset(s);
	free(s->body);
	*s = (struct stub){.channel = {.fd = -1}, .timer = -1};
}

/* ---- trouble ---------------------------------------------------------------------------- */

/* For these answers nobody waits; what is not there any more is not there. */
static void leave(struct stub *s)
{
	bool was_on = s->on;

	stub_reset(s);
	if (!was_on)
		return;
	s->ops->monitor(s->arg,
			"{\"execute\":\"human-monitor-command\",\"arguments\":"
			"{\"command-line\":\"gdbserver none\"},\"id\":\"" LEFT "\"}\n",
			-1);
	s->ops->monitor(s->arg,
			"{\"execute\":\"chardev-remove\",\"arguments\":{\"id\":\"" CHARDEV
			"\"},\"id\":\"" LEFT "\"}\n",
			-1);
}

static void lose(struct stub *s, const char *why)
{
	bool asked = s->step == STEP_FD || s->step == STEP_CHARDEV || s->step == STEP_SERVER ||
		     s->step == STEP_WATCH || s->step == STEP_DETACH;
	bool had = s->watches > 0 || s->step == STEP_DETACH;
	struct err err = ERR_INIT;

	leave(s);
	if (asked) {
		err_set(&err, EIO, "%s", why);
		s->ops->watched(s->arg, &err);
	}
	if (had)
		s->ops->lost(s->arg, why);
}

static void on_deadline(void *arg)
{
	struct stub *s = arg;

	lose(s, s->on ? "QEMU's gdb stub does not answer within 10s"
		      : "QEMU's monitor does not answer within 10s");
}

static void wait_for(struct stub *s, enum step step)
{
	s->step = (int)step;
	if (s->timer >= 0)
		loop_arm(s->loop, s->timer, step == STEP_NONE ? 0 : DEADLINE_NS, 0);
}

/* ---- to the stub and to the monitor ------------------------------------------------------ */

static void ask_monitor(struct stub *s, enum step step, const char *line, int fd)
{
	wait_for(s, step);
	if (s->ops->monitor(s->arg, line, fd) < 0)
		lose(s, "QEMU's monitor takes no command now");
}

static void send_packet(struct stub *s, const char *body)
{
	char packet[64 + 8];
	size_t n = gdb_put(packet, sizeof(packet), body);

	if (!n || channel_write(&s->channel, packet, n) < 0)
		lose(s, "QEMU's gdb stub takes no packets");
}

bool stub_continue(struct stub *s)
{
	if (!s->on)
		return false;
	s->runs = true;
	s->hit_there = false;
	wait_for(s, STEP_NONE);
	send_packet(s, "c");
	return s->on;
}

bool stub_lags(const struct stub *s)
{
	return s->runs || s->step == STEP_REGISTERS;
}

void stub_expect(struct stub *s)
{
	if (s->on && s->runs && s->step == STEP_NONE)
		wait_for(s, STEP_STOP);
}

bool stub_take_hit(struct stub *s, struct guest_hit *out)
{
	bool there = s->hit_there;

	*out = s->hit;
	s->hit_there = false;
	return there;
}

/* ---- from the stub ----------------------------------------------------------------------- */

static void stopped(struct stub *s)
{
	wait_for(s, STEP_NONE);
	s->ops->stopped(s->arg);
}

static void on_stop(struct stub *s, const struct gdb_stop *stop)
{
	s->runs = false;
	/* one for debugging that names no address may be of a write all the same */
	s->hit_there = stop->watched || stop->signal == SIGNAL_TRAP;
	s->hit = (struct guest_hit){.address = stop->address,
				    .cpu = stop->thread ? stop->thread - 1 : 0};
	if (!s->hit_there) {
		stopped(s);
		return;
	}
	wait_for(s, STEP_REGISTERS);
	send_packet(s, "g");
}

static void send_next(struct stub *s)
{
	char body[64];

	snprintf(body, sizeof(body), "%c2,%" PRIx64 ",%x", s->adds ? 'Z' : 'z', s->place[s->at],
		 s->size);
	wait_for(s, STEP_WATCH);
	send_packet(s, body);
}

/* All that was asked for is done. */
static void watches_done(struct stub *s)
{
	struct err refused = s->refused;

	s->refused.code = 0;
	wait_for(s, STEP_NONE);
	s->ops->watched(s->arg, refused.code ? &refused : NULL);
}

static void take_away(struct stub *s)
{
	ask_monitor(s, STEP_DETACH,
		    "{\"execute\":\"human-monitor-command\",\"arguments\":"
		    "{\"command-line\":\"gdbserver none\"},\"id\":\"" ID "-detach\"}\n",
		    -1);
}

/* What was set of it goes off again. */
static void refuse_watch(struct stub *s, const char *body)
{
	struct err err = ERR_INIT;
	unsigned set = s->at;

	err_set(&err, ENOTSUP, "QEMU's gdb stub refuses %s: %.40s",
		s->nplaces > 1 ? "a watch" : "the watch", *body ? body : "it knows none");
	if (s->adds && set) {
		s->refused = err;
		s->adds = false;
		s->nplaces = set;
		s->at = 0;
		send_next(s);
		return;
	}
	wait_for(s, STEP_NONE);
	if (!s->watches)
		leave(s);
	s->ops->watched(s->arg, &err);
}

static void on_watch_set(struct stub *s, const char *body)
{
	if (strcmp(body, "OK")) {
		refuse_watch(s, body);
		return;
	}
	s->watches = s->adds ? s->watches + 1 : s->watches - 1;
	if (++s->at < s->nplaces)
		send_next(s);
	else if (s->watches)
		watches_done(s);
	else
		take_away(s);
}

static void on_packet(struct stub *s, const char *body)
{
	struct gdb_stop stop;

	if (s->runs && gdb_stop_parse(body, &stop)) {
		on_stop(s, &stop);
	} else if (s->step == STEP_REGISTERS) {
		if (!gdb_register(body, GDB_RIP, &s->hit.rip))
			s->hit.rip = 0;
		stopped(s);
	} else if (s->step == STEP_WATCH) {
		on_watch_set(s, body);
	}
	/* what else it says (W00, the machine ends) nobody has asked for */
}

static void on_data(void *arg, struct channel *c)
{
	struct stub *s = arg;
	enum gdb_kind kind;
	ssize_t n = 0;

	while (c->fd >= 0 && (n = gdb_take(c->in.data, c->in.len, &kind, s->body)) > 0) {
		buf_drop(&c->in, (size_t)n);
		if (kind != GDB_PACKET)
			continue;
		channel_write(c, "+", 1); /* it has stopped, or it would not have spoken */
		on_packet(s, s->body);
	}
	if (c->fd >= 0 && n < 0)
		lose(s, "QEMU's gdb stub sends what is no packet");
}

/* When QEMU ends, that is told in its own way before the deadline. */
static void on_closed(void *arg, struct channel *c)
{
	struct stub *s = arg;

	if (s->step == STEP_NONE)
		wait_for(s, STEP_STOP);
}

/* ---- attaching --------------------------------------------------------------------------- */

static int open_stream(struct stub *s, int *theirs, struct err *err)
{
	int ends[2], r;

	s->timer = loop_add_timer(s->loop, on_deadline, s);
	if (s->timer < 0)
		return err_sys(err, -s->timer, "make a timer");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(err, errno, "make a stream for QEMU's gdb stub");
	*theirs = ends[1];
	r = channel_open(&s->channel, s->loop, ends[0], OUT_MAX, on_data, on_closed, s);
	return r < 0 ? err_sys(err, -r, "watch the stream of QEMU's gdb stub") : 0;
}

static int attach(struct stub *s, struct err *err)
{
	static const char command[] = "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"" FD_NAME
				      "\"},\"id\":\"" ID "-fd\"}\n";
	cleanup_fd int theirs = -1;
	int r = open_stream(s, &theirs, err);

	if (r == 0) {
		r = s->ops->monitor(s->arg, command, theirs);
		if (r < 0)
			err_sys(err, -r, "hand a stream to QEMU's monitor");
	}
	if (r < 0)
		stub_reset(s);
	else
		wait_for(s, STEP_FD);
	return r;
}

int stub_watch_all(struct stub *s, bool on, const uint64_t *addresses, unsigned n, unsigned size,
		   struct err *err)
{
	if (s->step != STEP_NONE || s->runs)
		return err_set(err, EBUSY, "QEMU's gdb stub is at something else");
	if (!n || n > STUB_PLACES_MAX)
		return err_set(err, EINVAL, "QEMU's gdb stub watches 1 to %d places at once",
			       STUB_PLACES_MAX);
	if (!on && s->watches < n)
		return err_set(err, ENOENT, "QEMU's gdb stub has no watch");
	s->adds = on;
	memcpy(s->place, addresses, n * sizeof(*addresses));
	s->nplaces = n;
	s->at = 0;
	s->size = size;
	s->refused.code = 0;
	if (!s->on)
		return attach(s, err);
	send_next(s);
	return 0;
}

int stub_watch(struct stub *s, bool on, uint64_t address, unsigned size, struct err *err)
{
	return stub_watch_all(s, on, &address, 1, size, err);
}

bool stub_answer(struct stub *s, const struct qmp_message *m)
{
	char why[320];

	if (strncmp(m->id, ID "-", sizeof(ID)))
		return false;
	if (m->kind == QMP_ERROR && s->step != STEP_NONE && strcmp(m->id, LEFT)) {
		snprintf(why, sizeof(why), "QEMU refuses a gdb stub: %s", m->error);
		lose(s, why);
		return true;
	}
	if (s->step == STEP_FD && !strcmp(m->id, ID "-fd")) {
		ask_monitor(
			s, STEP_CHARDEV,
			"{\"execute\":\"chardev-add\",\"arguments\":{\"id\":\"" CHARDEV
			"\",\"backend\":{\"type\":\"socket\",\"data\":{\"addr\":{\"type\":\"fd\","
			"\"data\":{\"str\":\"" FD_NAME "\"}},\"server\":false}}},\"id\":\"" ID
			"-chardev\"}\n",
			-1);
	} else if (s->step == STEP_CHARDEV && !strcmp(m->id, ID "-chardev")) {
		s->on = true;
		ask_monitor(s, STEP_SERVER,
			    "{\"execute\":\"human-monitor-command\",\"arguments\":"
			    "{\"command-line\":\"gdbserver chardev:" CHARDEV "\"},\"id\":\"" ID
			    "-server\"}\n",
			    -1);
	} else if (s->step == STEP_SERVER && !strcmp(m->id, ID "-server")) {
		if (strncmp(m->text, "Waiting", 7)) {
			snprintf(why, sizeof(why), "QEMU gives no gdb stub: %.240s", m->text);
			lose(s, why);
			return true;
		}
		send_next(s);
	} else if (s->step == STEP_DETACH && !strcmp(m->id, ID "-detach")) {
		struct err refused = s->refused;

		stub_reset(s);
		s->ops->watched(s->arg, refused.code ? &refused : NULL);
	}
	return true;
}
