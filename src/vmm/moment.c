/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moment - making copies and beginning from them, see moment.h. Everything is told by the loop.
 * Source of the commands: QEMU docs/interop/qmp-spec.rst, qapi/migration.json (x-ignore-shared:
 * memory that is a shared file is not in the stream).
 */
#include "vmm/moment.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire.h"
#include "vmm/guest_private.h"
#include "vmm/keeper.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#define ID         "moment"
#define COPY_NS    UINT64_C(15000000000) /* from when the guest is to stand still */
#define FREEZE_NS  UINT64_C(5000000000)  /* an agent that has not answered by then does not */
#define KEEP_BYTES (UINT64_C(640) << 20) /* beyond a whole guest, for what differs between its copies */
#define HOST_SPARE (UINT64_C(256) << 20) /* of this machine's memory is left to others */
#define HELD_MAX   (8u << 20)
#define STREAM_MAX (48u << 20)

static void fail(struct guest *g, const char *why);
static void on_keeper(void *arg, const struct keeper_answer *a);

static void command(struct guest *g, const char *text)
{
	channel_write(&g->qmp, text, strlen(text));
}

static void be_capable(struct guest *g)
{
	if (!g->moment.capable)
		command(g, "{\"execute\":\"migrate-set-capabilities\",\"id\":\"" ID
			   "\",\"arguments\":{"
			   "\"capabilities\":[{\"capability\":\"x-ignore-shared\",\"state\":true},"
			   "{\"capability\":\"events\",\"state\":true}]}}\n");
	g->moment.capable = true;
}

static void on_deadline(void *arg)
{
	struct guest *g = arg;

	fail(g, g->moment.step == MOMENT_FREEZE ? "its agent does not answer" : "it took too long");
}

void moment_init(struct guest *g)
{
	g->moment = (struct moment){.stream.fd = -1, .deadline = -1, .file.fd = -1};
}

void moment_finish(struct guest *g)
{
	struct moment *m = &g->moment;

	keeper_end(m->keeper);
	channel_close(&m->stream);
	buf_finish(&m->devices);
	buf_finish(&m->held);
	loop_remove(g->loop, m->deadline);
	warm_file_close(&m->file);
	free(m->path);
	moment_init(g);
}

static int start_keeper(struct guest *g, struct err *err)
{
	struct moment *m = &g->moment;

	if (m->deadline < 0)
		m->deadline = loop_add_timer(g->loop, on_deadline, g);
	if (!m->keeper)
		m->keeper = keeper_start(g->loop, &g->memory,
					 m->keep ? guest_copies_bound(g) : g->memory.view.size, on_keeper, g,
					 err);
	return m->keeper ? 0 : -err->code;
}

bool moment_holds(const struct guest *g)
{
	return g->moment.step == MOMENT_FREEZE || g->moment.step == MOMENT_TAKE;
}

/* ---- the stream of the devices ---- */

static void on_stream(void *arg, struct channel *c)
{
	struct guest *g = arg;
	struct moment *m = &g->moment;

	if (m->devices.len + c->in.len > STREAM_MAX) {
		fail(g, "its devices have too much to tell");
		return;
	}
	buf_add(&m->devices, c->in.data, c->in.len);
	buf_reset(&c->in);
}

static void take_ended(struct guest *g);

static void on_stream_end(void *arg, struct channel *c)
{
	struct guest *g = arg;

	g->moment.ended = true;
	take_ended(g);
}

/* Our end in the loop, the other one at QEMU under the name ID. */
static int open_stream(struct guest *g, struct err *err)
{
	static const char text[] =
		"{\"execute\":\"getfd\",\"id\":\"" ID "\",\"arguments\":{\"fdname\":\"" ID "\"}}\n";
	int p[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) < 0)
		return err_sys(err, errno, "make a stream for the guest's devices");
	r = channel_write_fd(&g->qmp, text, sizeof(text) - 1, p[1]);
	close(p[1]);
	if (r < 0) {
		close(p[0]);
		return err_sys(err, -r, "hand QEMU a stream for its devices");
	}
	r = channel_open(&g->moment.stream, g->loop, p[0], STREAM_MAX, on_stream, on_stream_end, g);
	return r < 0 ? err_sys(err, -r, "watch the stream of the guest's devices") : 0;
}

/* ---- the agent ---- */

static int put_thaw(struct guest *g, enum wire_thaw now)
{
	uint8_t frame[WIRE_HEADER_SIZE + 32 + WIRE_CHANCE_BYTES], chance[WIRE_CHANCE_BYTES];
	struct wire_writer w;
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return -EIO;
	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, now);
	wire_put_u64(&w, (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
	wire_put_bytes(&w, chance, sizeof(chance));
	if (!wire_end(&w, WIRE_THAW, 0, 0))
		return -EMSGSIZE;
	return channel_write(&g->wire, frame, w.len);
}

static void put_freeze(struct guest *g)
{
	uint8_t frame[WIRE_HEADER_SIZE];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_end(&w, WIRE_FREEZE, 0, 0);
	channel_write(&g->wire, frame, w.len);
}

/* It goes on as if nothing had been. */
static void let_go(struct guest *g)
{
	struct moment *m = &g->moment;

	if (m->step == MOMENT_TAKE)
		command(g, "{\"execute\":\"cont\"}\n");
	if (moment_holds(g)) {
		put_thaw(g, THAW_ON);
		channel_write(&g->wire, m->held.data, m->held.len);
	}
	if (m->stopped_ns)
		m->still_ns = loop_now_ns() - m->stopped_ns;
	m->stopped_ns = 0;
	buf_finish(&m->held);
	channel_close(&m->stream);
	loop_arm(g->loop, m->deadline, 0, 0);
	m->step = MOMENT_NONE;
	pace_again(g);
}

/* ---- a copy ---- */

static void drop_keeper(struct guest *g)
{
	if (g->moment.keep)
		return;
	keeper_end(g->moment.keeper);
	g->moment.keeper = NULL;
}

static void fail(struct guest *g, const char *why)
{
	struct moment *m = &g->moment;

	if (m->step == MOMENT_LOAD || m->step == MOMENT_ENTER || m->step == MOMENT_WAKE) {
		guest_give_up_boot(g, why);
		return;
	}
	if (m->step == MOMENT_NONE)
		return;
	if (m->step == MOMENT_TAKE && !m->moved)
		command(g, "{\"execute\":\"migrate_cancel\"}\n");
	let_go(g);
	drop_keeper(g);
	if (!m->keep)
		m->saved = true; /* it would fail again */
	if (g->ops->copied)
		g->ops->copied(g->arg, -EIO, why);
}

uint64_t guest_copies_bound(const struct guest *g)
{
	const char *env = getenv("SXP_CHECKPOINT_BOUND");
	uint64_t mib;

	return env && text_u64(env, 0, UINT32_MAX, &mib) ? mib << 20 : g->memory.view.size + KEEP_BYTES;
}

/* The first copy takes what the guest does, each other one what has changed; the file is the kernel's word. */
static int host_has_room(struct err *err)
{
	cleanup_file FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1 && kib < HOST_SPARE >> 10)
			return err_set(err, ENOSPC,
				       "copy the guest: this machine has %llu MiB of memory left, and %llu are "
				       "left to others",
				       kib >> 10, (unsigned long long)(HOST_SPARE >> 20));
	return 0;
}

int guest_copy(struct guest *g, bool keep, struct err *err)
{
	struct moment *m = &g->moment;
	int r;

	if (g->config.exact)
		return err_set(err, EINVAL, "copy the guest: an exact run takes no part in it");
	/* one that was only for the next start has no room for more */
	if (keep && !m->keep && m->step == MOMENT_NONE)
		drop_keeper(g);
	m->keep |= keep;

	if (g->state != GUEST_UP)
		return err_set(err, EPIPE, "copy the guest: it is not up");
	if (m->step != MOMENT_NONE)
		return err_set(err, EBUSY, "copy the guest: a copy is being made");
	if (!guest_pace_part(g))
		return err_set(err, EBUSY,
			       "copy the guest: it is paused, and its agent, which has a part in it, with "
			       "it; 'resume' first");
	if (g->stub.on)
		return err_set(err, EBUSY,
			       "copy the guest: a place of its kernel is watched, which is in no copy; "
			       "'unwatch' it first");
	r = keep ? host_has_room(err) : 0;
	if (r == 0)
		r = start_keeper(g, err);
	if (r < 0)
		return r;
	r = keeper_ask(m->keeper, KEEPER_SYNC, 0, NULL, NULL, 0);
	if (r < 0)
		return err_sys(err, -r, "ask the process that keeps copies of the guest");
	be_capable(g);
	m->step = MOMENT_LEARN;
	m->moved = m->ended = m->taken = false;
	buf_reset(&m->devices);
	loop_arm(g->loop, m->deadline, COPY_NS, 0);
	pace_again(g);
	return 0;
}

static void freeze(struct guest *g)
{
	g->moment.step = MOMENT_FREEZE;
	loop_arm(g->loop, g->moment.deadline, FREEZE_NS, 0);
	put_freeze(g);
}

void moment_frozen(struct guest *g)
{
	struct moment *m = &g->moment;
	struct err err = ERR_INIT;

	if (m->step != MOMENT_FREEZE)
		return;
	m->step = MOMENT_TAKE;
	m->stopped_ns = loop_now_ns();
	loop_arm(g->loop, m->deadline, COPY_NS, 0);
	command(g, "{\"execute\":\"stop\",\"id\":\"" ID "-stop\"}\n");
	if (open_stream(g, &err) < 0) {
		fail(g, err.msg);
		return;
	}
	command(g, "{\"execute\":\"migrate\",\"id\":\"" ID "\",\"arguments\":{\"uri\":\"fd:" ID
		   "\"}}\n");
}

/* Devices and memory are here. */
static void take_ended(struct guest *g)
{
	struct moment *m = &g->moment;

	if (m->step != MOMENT_TAKE || !m->moved || !m->ended || !m->taken)
		return;
	let_go(g);
	if (g->ops->copied)
		g->ops->copied(g->arg, 0, "");
	/* nobody has taken it */
	if (m->path && !m->saved && !m->keep)
		moment_warm_save(g);
}

void moment_migration(struct guest *g, const char *status)
{
	struct moment *m = &g->moment;

	if (!strcmp(status, "failed") && m->step != MOMENT_NONE)
		fail(g, "QEMU could not carry its devices over");
	if (strcmp(status, "completed"))
		return;
	m->moved = true;
	if (m->step == MOMENT_ENTER) {
		m->step = MOMENT_WAKE;
		channel_close(&m->stream);
		command(g, "{\"execute\":\"cont\"}\n");
		put_thaw(g, m->back || m->resume ? THAW_REWOUND : THAW_ANEW);
		return;
	}
	take_ended(g);
}

bool moment_answer(struct guest *g, const struct qmp_message *q)
{
	if (strncmp(q->id, ID, strlen(ID)))
		return false;
	if (q->kind == QMP_ERROR)
		fail(g, q->error);
	else if (!strcmp(q->id, ID "-stop") && g->moment.step == MOMENT_TAKE &&
		 keeper_ask(g->moment.keeper, KEEPER_TAKE, 0, NULL, NULL, 0) < 0)
		fail(g, "the process that keeps copies of the guest does not listen");
	return true;
}

/* ---- a guest begins from one ---- */

bool moment_enters(const struct guest *g)
{
	return g->moment.back || g->moment.file.fd >= 0;
}

int moment_launched(struct guest *g, struct err *err)
{
	struct moment *m = &g->moment;
	int r;

	m->capable = false;
	if (!moment_enters(g))
		return 0;
	m->moved = m->taken = m->ended = false;
	m->step = MOMENT_LOAD;
	if (m->back)
		return keeper_ask(m->keeper, KEEPER_RESTORE, m->number, NULL, NULL, 0);
	r = start_keeper(g, err);
	return r < 0 ? r : keeper_ask(m->keeper, KEEPER_LOAD, 0, m->path, NULL, 0);
}

/* Its memory is there, and QEMU listens. */
static void enter(struct guest *g)
{
	struct moment *m = &g->moment;
	struct err err = ERR_INIT;

	if (m->step != MOMENT_LOAD || !m->taken || !m->capable)
		return;
	m->step = MOMENT_ENTER;
	if (open_stream(g, &err) < 0) {
		fail(g, err.msg);
		return;
	}
	command(g, "{\"execute\":\"migrate-incoming\",\"id\":\"" ID
		   "\",\"arguments\":{\"uri\":\"fd:" ID "\"}}\n");
	if (m->back)
		channel_write(&m->stream, m->devices.data, m->devices.len);
	else
		channel_write(&m->stream, m->file.head.state, m->file.head.state_len);
}

void moment_greeting(struct guest *g)
{
	if (g->moment.step != MOMENT_LOAD)
		return;
	be_capable(g);
	enter(g);
}

void moment_awake(struct guest *g)
{
	struct moment *m = &g->moment;

	if (m->step != MOMENT_WAKE)
		return;
	m->step = MOMENT_NONE;
	m->saved = true;
	drop_keeper(g);
	if (m->resume)
		moment_resume_done(g);
	else if (!m->back)
		moment_warm_done(g);
	else if (g->ops->rewound)
		g->ops->rewound(g->arg);
	m->back = false;
}

/* ---- what the keeper says ---- */

static void saved(struct guest *g, const struct keeper_answer *a)
{
	if (a->code < 0)
		guest_say(g, 4,
			  "the next start will not be a warm one, its guest could not be saved: %s",
			  a->text);
	else
		guest_say(g, 6,
			  "a guest for warm starts is saved: %" PRIu64
			  " MiB, it stood still for %" PRIu64 " ms ('scxplore cache' lists them)",
			  a->used >> 20, g->moment.still_ns / 1000000);
	drop_keeper(g);
}

static void on_keeper(void *arg, const struct keeper_answer *a)
{
	struct guest *g = arg;
	struct moment *m = &g->moment;

	if (a->what == KEEPER_SAVE) {
		saved(g, a);
		return;
	}
	if (a->what == KEEPER_SAVE_BESIDE) {
		if (g->ops->saved)
			g->ops->saved(g->arg, a->code, *a->text ? a->text : strerror(-a->code));
		return;
	}
	if (a->code < 0) {
		fail(g, *a->text ? a->text : strerror(-a->code));
		return;
	}
	if (a->what == KEEPER_SYNC && m->step == MOMENT_LEARN) {
		m->changed = a->changed;
		freeze(g);
	}
	if (a->what == KEEPER_TAKE && m->step == MOMENT_TAKE) {
		m->taken = true;
		m->number = a->moment;
		m->changed += a->changed;
		m->kept = a->used;
		take_ended(g);
	}
	if ((a->what == KEEPER_LOAD || a->what == KEEPER_RESTORE) && m->step == MOMENT_LOAD) {
		m->taken = true;
		guest_stage(g, "memory");
		enter(g);
	}
}

void moment_reap(struct guest *g)
{
	struct moment *m = &g->moment;

	if (m->step == MOMENT_NONE)
		return;
	m->stopped_ns = 0;
	buf_finish(&m->held);
	channel_close(&m->stream);
	loop_arm(g->loop, m->deadline, 0, 0);
	drop_keeper(g);
	m->step = MOMENT_NONE;
}
