/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_ops - see kernel_ops.h.
 */
#include "session/kernel_ops.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model_wait.h"
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
	return k;
}

void kernel_ops_destroy(struct kernel_ops *k)
{
	if (!k)
		return;
	places_destroy(k->places);
	free(k);
}

void kernel_ops_boot(struct kernel_ops *k, struct guest *g)
{
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
	if (!k->places)
		k->places = places_create(guest_kernel_image(k->guest), guest_memory(k->guest),
					  guest_cpus(k->guest), err);
	return k->places;
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
	r = place_parse(op_arg(op, WARG_PLACE)->str, &at, err);

	if (r == 0 && at.kind == PLACE_TASK && !at.tid)
		r = find_task(k->model, &at, err);
	if (r < 0)
		return r;
	if (op->def->id == OP_KERNEL_WRITE) {
		r = places_write(k->places, &at, op_arg(op, WARG_PUT)->str, &before, &now, err);
		if (r == 0)
			snprintf(words, size, "%.255s, before it was %.255s", now.text,
				 before.text);
	} else {
		r = places_read(k->places, &at, &now, err);
		if (r == 0)
			snprintf(words, size, "%s", now.text);
	}
	if (r == 0)
		tell(k, op, &now);
	return r;
}

static void go_on(struct kernel_ops *k)
{
	if (k->paused)
		guest_resume(k->guest);
	k->paused = false;
}

static void do_op(struct kernel_ops *k, const struct op *op)
{
	char words[2 * PLACE_VALUE_MAX + 32], still[32], all[WORDS_MAX];
	bool paused = k->paused;
	struct err err = ERR_INIT;
	int r = act(k, op, words, sizeof(words), &err);

	go_on(k);
	if (r < 0) {
		refuse(k, op->seq, &err);
		return;
	}
	text_format_time(still, sizeof(still), loop_now_ns() - k->paused_ns);
	snprintf(all, sizeof(all), "%s%s%s", words, paused ? "; the vCPUs stood still for " : "",
		 paused ? still : "");
	answer(k, op->seq, 0, all);
}

static void pause_for(struct kernel_ops *k, const struct op *op)
{
	k->waits = op;
	if (!guest_keeps_time(k->guest)) { /* somebody else has stopped it: it stays so */
		kernel_ops_stopped(k);
		return;
	}
	k->paused = true;
	k->paused_ns = loop_now_ns();
	guest_pause(k->guest);
}

void kernel_ops_stopped(struct kernel_ops *k)
{
	const struct op *op = k->waits;

	k->waits = NULL;
	if (op)
		do_op(k, op);
	else
		go_on(k); /* the op has ended before the vCPUs stood still */
}

void kernel_ops_ended(struct kernel_ops *k, uint64_t seq)
{
	if (k->waits && k->waits->seq == seq)
		k->waits = NULL;
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
	if (m->op->def->id != OP_SNAPSHOT && !open_places(k, &err)) {
		refuse(k, h->seq, &err);
		return true;
	}
	how = op_arg(m->op, WARG_HOW);
	if (m->op->def->id == OP_SNAPSHOT || (how && !strcmp(how->str, "cold")))
		pause_for(k, m->op);
	else
		do_op(k, m->op);
	return true;
}
