/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observe - see observe.h. Invariant: a sample that is told is newer than the one before; a guest
 * in which nothing happens gives none.
 */
#include "session/observe.h"
#include "base/die.h"
#include "ops/sample_rows.h"
#include "session/observe_both.h"
#include "session/observe_merge.h"
#include "sight/sight.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define AGENT_NS   UINT64_C(1000000000) /* between what only the agent knows */
#define FAILED_MAX 50                   /* looks in a row that made no sense */

struct observe {
	struct loop *loop;
	enum observe_from from;
	uint64_t sample_ns;
	const struct observe_ops *ops;
	void *arg;
	const struct guest *guest;
	struct sight *sight; /* NULL = the agent tells */
	loop_id timer;
	struct sample seen;
	struct merge *merge;
	struct both *both;
	uint64_t last_ns;
	unsigned failed;
	bool ready;
};

static void on_timer(void *arg);

struct observe *observe_create(struct loop *loop, enum observe_from from, uint64_t sample_ns,
			       const struct observe_ops *ops, void *arg)
{
	struct observe *o = xcalloc(1, sizeof(*o));

	o->loop = loop;
	o->from = from;
	o->sample_ns = sample_ns;
	o->ops = ops;
	o->arg = arg;
	o->timer = loop_add_timer(loop, on_timer, o);
	return o;
}

static void stop_reading(struct observe *o)
{
	loop_arm(o->loop, o->timer, 0, 0);
	sight_destroy(o->sight);
	o->sight = NULL;
}

void observe_destroy(struct observe *o)
{
	if (!o)
		return;
	stop_reading(o);
	loop_remove(o->loop, o->timer);
	merge_destroy(o->merge);
	both_destroy(o->both);
	sample_free(&o->seen);
	free(o);
}

uint64_t observe_agent_ns(const struct observe *o)
{
	if (o->sight && o->from == OBSERVE_HOST && o->sample_ns && o->sample_ns < AGENT_NS)
		return AGENT_NS;
	return o->sample_ns;
}

static void fall_back(struct observe *o, const char *why)
{
	char text[ERR_MSG_MAX + 64];

	snprintf(text, sizeof(text),
		 "the guest's memory is not read, its agent tells the state: %s", why);
	o->ops->log(o->arg, 4, text);
	stop_reading(o);
}

void observe_boot(struct observe *o, const struct guest *g)
{
	struct err err = ERR_INIT;

	if (o->from == OBSERVE_GUEST || !o->sample_ns)
		return;
	o->guest = g;
	o->sight = sight_create(guest_kernel_image(g), guest_memory(g), guest_cpus(g), &err);
	if (!o->sight) {
		fall_back(o, err.msg);
		return;
	}
	sample_alloc(&o->seen);
	o->merge = merge_create();
	if (o->from == OBSERVE_BOTH)
		o->both = both_create(o->ops->log, o->arg);
}

bool observe_outside(const struct observe *o)
{
	return o->sight;
}

int observe_desk(struct observe *o, struct witness_desk *d, struct err *err)
{
	if (!o->sight)
		return err_set(err, ENOENT,
			       "see the kernel's tracepoints from outside: its memory is not read");
	return sight_desk(o->sight, guest_kernel_image(o->guest), d, err);
}

void observe_ready(struct observe *o)
{
	o->ready = true;
	if (o->sight)
		loop_arm(o->loop, o->timer, 1, o->sample_ns); /* the first at once */
}

static bool look(struct observe *o)
{
	struct err err = ERR_INIT;

	if (sight_sample(o->sight, &o->seen, guest_keeps_time(o->guest) ? loop_now_ns() : 0, &err) ==
	    0) {
		o->failed = 0;
		return true;
	}
	if (++o->failed == FAILED_MAX) {
		fall_back(o, err.msg);
		o->ops->rate(o->arg, o->sample_ns);
	}
	return false;
}

static void tell(struct observe *o)
{
	if (o->seen.t_ns <= o->last_ns)
		return; /* nothing has happened since */
	o->last_ns = o->seen.t_ns;
	merge_into(o->merge, &o->seen);
	o->ops->sample(o->arg, &o->seen);
}

static void on_timer(void *arg)
{
	struct observe *o = arg;

	if (look(o))
		tell(o);
}

void observe_told(struct observe *o, struct sample *s)
{
	if (!o->sight) {
		o->ops->sample(o->arg, s);
		return;
	}
	merge_take(o->merge, s);
	if (o->both && look(o))
		both_compare(o->both, s, &o->seen);
}

int observe_may(const struct observe *o, struct err *err)
{
	return o->sight && o->ready
		       ? 0
		       : err_set(err, ENOTSUP,
				 "the guest's memory is not read in this session, its agent tells the "
				 "state: boot without '--observe guest'");
}

int observe_now(struct observe *o, struct err *err)
{
	int r = observe_may(o, err);

	if (r < 0)
		return r;
	r = sight_sample(o->sight, &o->seen, 0, err);
	if (r < 0)
		return err_wrap(err, "read the guest's memory");
	/* told once more as a moment of its own, though nothing may have happened since the last */
	if (o->seen.t_ns <= o->last_ns)
		o->seen.t_ns = o->last_ns + 1;
	tell(o);
	return 0;
}

void observe_compared(const struct observe *o, uint64_t *made, uint64_t *wrong)
{
	*made = *wrong = 0;
	if (o->both)
		both_counts(o->both, made, wrong);
}

void observe_end(struct observe *o, bool clean)
{
	if (o->sight && o->ready && !clean && look(o))
		tell(o);
	if (o->sight)
		stop_reading(o);
}
