/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watches - see watches.h.
 */
#include "session/watches.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model_watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct watch {
	char *what; /* as it was typed; NULL = free */
	uint64_t seq;
	struct place_held held;
	struct place_value last;
	bool on;   /* the guest stops for it */
	bool shed; /* to be taken off */
	char why[160];
};

struct watches {
	const struct model *model;
	const struct kernel_ops_host *host;
	void *arg;
	struct guest *guest;
	struct places *places;
	struct watch watch[GUEST_WATCHES_MAX];
	struct watch *busy; /* being set or taken off */
	uint64_t busy_seq;  /* for this op; 0 = for none */
};

struct watches *watches_create(const struct model *model, const struct kernel_ops_host *host,
			       void *arg)
{
	struct watches *w = xcalloc(1, sizeof(*w));

	w->model = model;
	w->host = host;
	w->arg = arg;
	return w;
}

static void forget(struct watch *x)
{
	free(x->what);
	*x = (struct watch){.what = NULL};
}

void watches_boot(struct watches *w, struct guest *g, struct places *places)
{
	size_t i;

	for (i = 0; i < GUEST_WATCHES_MAX; i++)
		forget(&w->watch[i]);
	w->busy = NULL;
	w->guest = g;
	w->places = places;
}

void watches_destroy(struct watches *w)
{
	if (!w)
		return;
	watches_boot(w, NULL, NULL);
	free(w);
}

bool watches_busy(const struct watches *w)
{
	return w->busy;
}

static struct watch *find(struct watches *w, const char *what)
{
	size_t i;

	for (i = 0; i < GUEST_WATCHES_MAX; i++)
		if (w->watch[i].what && !strcmp(w->watch[i].what, what))
			return &w->watch[i];
	return NULL;
}

/* ---- how often -------------------------------------------------------------------------- */

void watches_count(struct watches *w, const struct op *op, char *words, size_t size)
{
	const char *what = op_arg(op, WARG_PLACE)->str;
	const struct model_watch_place *c = model_watch_place(w->model, what);

	w->host->emit(w->arg, &(struct event){.type = EV_WATCH_COUNT,
					      .seq = op->seq,
					      .name = what,
					      .count = c ? c->writes : 0,
					      .flag = c && c->whole,
					      .code = !c,
					      .text = "",
					      .cgroup = "",
					      .path = "",
					      .data = ""});
	if (c)
		snprintf(words, size, "%" PRIu64 " write%s", c->writes, c->writes == 1 ? "" : "s");
	else
		snprintf(words, size, "it was not watched");
}

/* ---- on and off ------------------------------------------------------------------------- */

static void tell(struct watches *w, const struct watch *x, uint64_t seq, bool on)
{
	w->host->emit(w->arg, &(struct event){.type = EV_WATCH,
					      .seq = seq,
					      .name = x->what,
					      .id = x->held.va,
					      .count = x->held.size,
					      .flag = on,
					      .code = *x->why ? EIO : 0,
					      .text = x->why,
					      .cgroup = "",
					      .path = "",
					      .data = ""});
}

static int no_room(struct watches *w, struct err *err)
{
	return err_set(
		err, ENOSPC,
		"at most %d places are watched at a time, as a CPU has registers for: 'unwatch' "
		"%.80s, %.80s or %.80s first",
		GUEST_WATCHES_MAX, w->watch[0].what, w->watch[1].what, w->watch[2].what);
}

static int find_place(struct watches *w, struct watch *x, const struct place *at, struct err *err)
{
	int r = places_hold(w->places, at, &x->held, err);

	return r < 0 ? r : places_look(w->places, &x->held, &x->last, err);
}

static int set(struct watches *w, const struct op *op, const struct place *at, struct err *err)
{
	const char *what = op_arg(op, WARG_PLACE)->str;
	struct watch *x = NULL;
	size_t i;
	int r;

	if (find(w, what))
		return err_set(err, EEXIST, "'%s' is watched already", what);
	for (i = 0; i < GUEST_WATCHES_MAX && !x; i++)
		if (!w->watch[i].what)
			x = &w->watch[i];
	if (!x)
		return no_room(w, err);
	r = w->host->may_moment(w->arg, err);
	if (r == 0)
		r = find_place(w, x, at, err);
	if (r < 0) {
		forget(x);
		return r;
	}
	x->what = xstrdup(what);
	x->seq = op->seq;
	w->busy = x;
	w->busy_seq = op->seq;
	r = guest_watch(w->guest, true, x->held.va, x->held.size, err);
	if (r < 0) {
		w->busy = NULL;
		forget(x);
	}
	return r;
}

static int take_off(struct watches *w, struct watch *x, uint64_t seq, struct err *err)
{
	int r;

	w->busy = x;
	w->busy_seq = seq;
	r = guest_watch(w->guest, false, x->held.va, x->held.size, err);
	if (r < 0)
		w->busy = NULL;
	return r;
}

int watches_begin(struct watches *w, const struct op *op, const struct place *at, struct err *err)
{
	const char *what = op_arg(op, WARG_PLACE)->str;
	struct watch *x;

	if (op->def->id == OP_WATCH)
		return set(w, op, at, err);
	x = find(w, what);
	if (!x)
		return err_set(err, ENOENT, "'%s' is not watched%s", what,
			       model_watch_place(w->model, what)
				       ? " any more"
				       : ": write it as it was for 'watch'");
	return take_off(w, x, op->seq, err);
}

static void end(struct watches *w, struct watch *x, uint64_t seq)
{
	tell(w, x, seq, false);
	forget(x);
}

bool watches_done(struct watches *w, const struct err *why, uint64_t *seq, char *words, size_t size,
		  struct err *err)
{
	struct watch *x = w->busy;

	*seq = x ? w->busy_seq : 0;
	w->busy = NULL;
	*words = '\0';
	if (!x)
		return true;
	if (why) {
		*err = *why;
		if (x->on)
			x->shed = false; /* once is enough */
		else
			forget(x);
		return false;
	}
	if (x->on) {
		end(w, x, *seq);
		return true;
	}
	x->on = true;
	tell(w, x, *seq, true);
	snprintf(words, size, "%u bytes at 0x%016" PRIx64 ", now %s", x->held.size, x->held.va,
		 x->last.text);
	return true;
}

void watches_drop(struct watches *w, uint64_t seq)
{
	if (!w->busy || w->busy_seq != seq)
		return;
	w->busy_seq = 0;
	if (!w->busy->on) {
		w->busy->shed = true;
		snprintf(w->busy->why, sizeof(w->busy->why), "its op had ended before");
	}
}

bool watches_shed(struct watches *w)
{
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < GUEST_WATCHES_MAX; i++)
		if (w->watch[i].on && w->watch[i].shed)
			return take_off(w, &w->watch[i], 0, &err) == 0;
	return false;
}

void watches_lost(struct watches *w, const char *why)
{
	size_t i;

	for (i = 0; i < GUEST_WATCHES_MAX; i++) {
		struct watch *x = &w->watch[i];

		if (!x->on)
			continue;
		snprintf(x->why, sizeof(x->why), "%s", why);
		end(w, x, 0);
	}
}

/* ---- writes ----------------------------------------------------------------------------- */

static int64_t task_on(const struct model *m, unsigned cpu)
{
	size_t i;

	for (i = 0; i < m->ncpus; i++)
		if (m->cpus[i].now.cpu == cpu && m->cpus[i].now.pid > 0)
			return m->cpus[i].now.pid;
	return 0;
}

static void tell_write(struct watches *w, struct watch *x, const struct place_value *now,
		       const struct guest_hit *hit)
{
	const struct model_watch_place *c = model_watch_place(w->model, x->what);
	char function[PLACE_NAME_MAX] = "";
	struct event ev = {.type = EV_WATCH_HIT,
			   .seq = x->seq,
			   .name = x->what,
			   .text = now->text,
			   .data = x->last.text,
			   .data_len = strlen(x->last.text),
			   .cgroup = "",
			   .path = function,
			   .count = c ? c->writes + 1 : 0,
			   .flag = !hit};

	if (hit) {
		ev.id = hit->rip;
		ev.index = hit->cpu;
		ev.pid = task_on(w->model, hit->cpu);
		/* rip is behind the instruction, which may have been its function's last */
		if (hit->rip)
			places_function(w->places, hit->rip - 1, function, sizeof(function));
	}
	w->host->emit(w->arg, &ev);
	x->last = *now;
	if (ev.count >= WATCH_HITS_MAX && !x->shed) {
		x->shed = true;
		snprintf(x->why, sizeof(x->why),
			 "the guest has written to it %d times, and stopped each time",
			 WATCH_HITS_MAX);
	}
}

static bool is_of(const struct watch *x, const struct guest_hit *hit)
{
	return hit && hit->address >= x->held.va && hit->address - x->held.va < x->held.size;
}

/* What stands there now; where nothing can be read, no text. false = no write to tell of. */
static bool written(struct watches *w, struct watch *x, const struct guest_hit *hit,
		    struct place_value *now)
{
	struct err err = ERR_INIT;
	bool read;

	if (!x->on)
		return false;
	read = places_look(w->places, &x->held, now, &err) == 0;
	if (!read)
		*now = (struct place_value){.kind = x->last.kind, .bits = x->last.bits};
	return is_of(x, hit) || (read && now->bits != x->last.bits);
}

void watches_stopped(struct watches *w, const struct guest_hit *hit)
{
	struct place_value now;
	struct err err = ERR_INIT;
	bool moment = false;
	size_t i;

	for (i = 0; i < GUEST_WATCHES_MAX; i++) {
		struct watch *x = &w->watch[i];

		if (!written(w, x, hit, &now))
			continue;
		/* one moment for all; the write is told even where that cannot be read */
		if (!moment)
			w->host->moment(w->arg, &err);
		moment = true;
		tell_write(w, x, &now, is_of(x, hit) ? hit : NULL);
	}
}

void watches_wrote(struct watches *w)
{
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < GUEST_WATCHES_MAX; i++)
		if (w->watch[i].on)
			places_look(w->places, &w->watch[i].held, &w->watch[i].last, &err);
}
