/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_ops - see kernel_ops.h.
 */
#include "session/kernel_ops.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model_wait.h"
#include "session/watches.h"
#include "sight/place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 1024

struct kernel_ops {
	const struct model *model;
	const struct kernel_ops_host *host;
	void *arg;
	struct guest *guest;
	struct places *places;  /* NULL: not needed yet */
	struct watches *watches;
	uint64_t last_seq;      /* the newest that had its turn */
	const struct op *waits; /* for the vCPUs to stand still; NULL = none */
	bool paused;            /* by this, not resumed yet */
	uint64_t paused_ns;
};

struct kernel_ops *kernel_ops_create(const struct model *model, const struct kernel_ops_host *host,
				     void *arg)
{
	struct kernel_ops *k = xcalloc(1, sizeof(*k));

	k->model = model;
	k->host = host;
	k->arg = arg;
	k->watches = watches_create(model, host, arg);
	return k;
}

void kernel_ops_destroy(struct kernel_ops *k)
{
	if (!k)
		return;
	watches_destroy(k->watches);
	places_destroy(k->places);
	free(k);
}

void kernel_ops_boot(struct kernel_ops *k, struct guest *g)
{
	watches_boot(k->watches, g, NULL);
	places_destroy(k->places);
	k->places = NULL;
	k->waits = NULL;
	k->paused = false;
	k->guest = g;
}

static void answer(struct kernel_ops *k, uint64_t seq, int code, const char *text)
{
	uint8_t frame[WIRE_HEADER_SIZE + 16 + WORDS_MAX];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u32(&w, (uint32_t)code);
	wire_put_str(&w, text);
	/* a guest that is gone is told of elsewhere; one that waits has a deadline of its own */
	if (wire_end(&w, WIRE_HOST_DONE, seq, 0))
		k->host->send(k->arg, frame, w.len);
}

static void refuse(struct kernel_ops *k, uint64_t seq, const struct err *err)
{
	answer(k, seq, err->code ? err->code : EIO, err->msg);
}

static void tell(struct kernel_ops *k, const struct op *op, const struct place_value *v)
{
	k->host->emit(k->arg, &(struct event){.type = EV_KERNEL,
					      .seq = op->seq,
					      .name = op_arg(op, WARG_PLACE)->str,
					      .text = v->text,
					      .id = v->bits,
					      .code = v->kind,
					      .flag = op->def->id == OP_KERNEL_WRITE,
					      .cgroup = "",
					      .path = "",
					      .data = ""});
}

/* ---- tasks by name ---------------------------------------------------------------------- */

static uint32_t live_task(const struct model_group *g, uint64_t index)
{
	size_t i;

	for (i = 0; g && i < g->ntasks; i++)
		if (!g->tasks[i].exited && (!index || g->tasks[i].index == index) &&
		    g->tasks[i].pid > 0 && g->tasks[i].pid <= PLACE_TID_MAX)
			return (uint32_t)g->tasks[i].pid;
	return 0;
}

/* A group's first task that lives, or NAME.N. */
static int find_task(const struct model *m, struct place *at, struct err *err)
{
	const struct model_group *g = model_group(m, at->name);
	const char *dot = strrchr(at->name, '.');
	char group[PLACE_NAME_MAX];
	uint64_t index = 0;

	if (!g && dot && text_u64(dot + 1, 1, UINT32_MAX, &index)) {
		snprintf(group, sizeof(group), "%.*s", (int)(dot - at->name), at->name);
		g = model_group(m, group);
	}
	at->tid = live_task(g, index);
	if (!at->tid)
		return err_set(err, ESRCH, "no task of '%s' lives now", at->name);
	return 0;
}

/* ---- an op's turn ----------------------------------------------------------------------- */

static bool open_places(struct kernel_ops *k, struct err *err)
{
	if (k->places)
		return true;
	k->places = places_create(guest_kernel_image(k->guest), guest_memory(k->guest),
				  guest_cpus(k->guest), err);
	watches_boot(k->watches, k->guest, k->places);
	return k->places;
}

struct places *kernel_ops_places(struct kernel_ops *k, struct err *err)
{
	if (!k->guest) {
		err_set(err, EPIPE, "there is no guest");
		return NULL;
	}
	return open_places(k, err) ? k->places : NULL;
}

/* How many there are, and what waits longest. */
static void moment_words(const struct model *m, char *words, size_t size)
{
	cleanup_buf struct buf where = BUF_INIT;
	char name[PLACE_NAME_MAX], waited[32];
	const struct sample_task *t;
	struct model_wait w;
	int n = snprintf(words, size, "%zu tasks; ", m->ntasks);

	if (!model_wait_oldest(m, &w)) {
		snprintf(words + n, size - (size_t)n, "none waits for a CPU");
		return;
	}
	t = &m->tasks[w.task];
	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	text_format_time(waited, sizeof(waited), w.wait_ns);
	model_wait_where(m, &w, &where);
	snprintf(words + n, size - (size_t)n, "longest waits %s[%d], %s%s, %.200s", name, (int)t->tid,
		 w.exact ? "" : "at least ", waited, buf_text(&where));
}

/* Of one task as it is now: where its name is asked for. */
static int place_of(struct kernel_ops *k, const struct op *op, struct place *at, struct err *err)
{
	int r = place_parse(op_arg(op, WARG_PLACE)->str, at, err);

	return r == 0 && at->kind == PLACE_TASK && !at->tid ? find_task(k->model, at, err) : r;
}

static int act(struct kernel_ops *k, const struct op *op, char *words, size_t size, struct err *err)
{
	struct place_value before, now;
	struct place at;
	int r;

	if (op->def->id == OP_SNAPSHOT) {
		r = k->host->moment(k->arg, err);
		if (r == 0)
			moment_words(k->model, words, size);
		return r;
	}
	if (op->def->id == OP_EXPECT_WATCH) {
		watches_count(k->watches, op, words, size);
		return 0;
	}
	r = place_of(k, op, &at, err);
	if (r < 0)
		return r;
	if (op->def->id == OP_KERNEL_WRITE) {
		r = places_write(k->places, &at, op_arg(op, WARG_PUT)->str, &before, &now, err);
		if (r == 0)
			snprintf(words, size, "%.255s, before it was %.255s", now.text,
				 before.text);
		watches_wrote(k->watches);
	} else {
		r = places_read(k->places, &at, &now, err);
		if (r == 0)
			snprintf(words, size, "%s", now.text);
	}
	if (r == 0)
		tell(k, op, &now);
	return r;
}

static void do_op(struct kernel_ops *k, const struct op *op, bool cold)
{
	char words[2 * PLACE_VALUE_MAX + 32], still[32], all[WORDS_MAX];
	struct err err = ERR_INIT;
	int r = act(k, op, words, sizeof(words), &err);

	if (r < 0) {
		refuse(k, op->seq, &err);
		return;
	}
	text_format_time(still, sizeof(still), loop_now_ns() - k->paused_ns);
	snprintf(all, sizeof(all), "%s%s%s", words,
		 cold ? "; the vCPUs stood still for " : "", cold ? still : "");
	answer(k, op->seq, 0, all);
}

/* ---- while the vCPUs stand still ---------------------------------------------------------- */

static void pause_for(struct kernel_ops *k, const struct op *op)
{
	k->waits = op;
	if (!k->paused && guest_may_pause(k->guest)) { /* else somebody else has stopped it */
		k->paused = true;
		k->paused_ns = loop_now_ns();
	}
	guest_pause(k->guest);
}

static void begin_watch(struct kernel_ops *k, const struct op *op)
{
	struct err err = ERR_INIT;
	struct place at = {.kind = PLACE_SYMBOL};
	int r = op->def->id == OP_WATCH ? place_of(k, op, &at, &err) : 0;

	if (r == 0)
		r = watches_begin(k->watches, op, &at, &err);
	if (r < 0)
		refuse(k, op->seq, &err);
}

static bool is_watch(const struct op *op)
{
	return op->def->id == OP_WATCH || op->def->id == OP_UNWATCH;
}

/* What is left to do before the guest goes on; a stop of somebody else's stays one. */
static void work_off(struct kernel_ops *k)
{
	const struct op *op = k->waits;

	if (watches_busy(k->watches) || watches_shed(k->watches))
		return;
	k->waits = NULL;
	if (op && is_watch(op))
		begin_watch(k, op);
	else if (op)
		do_op(k, op, k->paused);
	if (watches_busy(k->watches))
		return;
	if (k->paused)
		guest_resume(k->guest);
	k->paused = false;
}

void kernel_ops_stopped(struct kernel_ops *k, const struct guest_hit *hit)
{
	if (hit && !k->paused) {
		k->paused = true;
		k->paused_ns = loop_now_ns();
	}
	watches_stopped(k->watches, hit);
	work_off(k);
}

void kernel_ops_watched(struct kernel_ops *k, const struct err *why)
{
	struct err err = ERR_INIT;
	char words[WORDS_MAX];
	uint64_t seq;

	if (!watches_done(k->watches, why, &seq, words, sizeof(words), &err) && seq)
		refuse(k, seq, &err);
	else if (seq)
		answer(k, seq, 0, words);
	work_off(k);
}

void kernel_ops_unwatched(struct kernel_ops *k, const char *why)
{
	watches_lost(k->watches, why);
	/* if it stands still, then for a write */
	if (guest_stands(k->guest))
		k->paused = true;
}

void kernel_ops_ended(struct kernel_ops *k, uint64_t seq)
{
	if (k->waits && k->waits->seq == seq)
		k->waits = NULL;
	watches_drop(k->watches, seq);
}

static bool needs_places(const struct op *op)
{
	return op->def->id != OP_SNAPSHOT && op->def->id != OP_EXPECT_WATCH;
}

bool kernel_ops_frame(struct kernel_ops *k, const struct wire_header *h)
{
	const struct model_op *m = model_op(k->model, h->seq);
	const struct op_val *how;
	struct err err = ERR_INIT;

	if (h->type != WIRE_HOST_TURN)
		return false;
	/* a guest that lies gets each op done once at most, and none of another kind */
	if (!k->guest || !m || !m->op || !(m->op->def->flags & OPF_ASKS) || h->seq <= k->last_seq ||
	    k->waits)
		return true;
	k->last_seq = h->seq;
	if (needs_places(m->op) && !open_places(k, &err)) {
		refuse(k, h->seq, &err);
		return true;
	}
	how = op_arg(m->op, WARG_HOW);
	if (m->op->def->id == OP_SNAPSHOT || is_watch(m->op) || (how && !strcmp(how->str, "cold")))
		pause_for(k, m->op);
	else
		do_op(k, m->op, false);
	return true;
}
