/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_answer - how soon the agent answers while a broken scheduler is in force and every CPU is
 * wanted by more tasks than it has: the agent is above every sched_ext scheduler (SCHED_FIFO), so
 * none may keep it from answering. Beside it the same without a scheduler of ours.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "bench/subject.h"
#include "base/text.h"
#include "ops/schedulers.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#define LIMIT_MS   30000.0
#define TARGET_MS  50.0
#define BETWEEN_MS 5.0

enum { HOGS = 8, PINGS = 500, PINGS_BRIEF = 20 };

/* What makes a scheduler's fault show while it is asked; most need no more than the workers. */
static const char *provoked_by(const struct scheduler *sched)
{
	if (!strcmp(sched->name, "starve"))
		return " cgroup_id=@starved";
	if (!strcmp(sched->name, "error") || !strcmp(sched->name, "quit"))
		return " after=100";
	return "";
}

/* Tasks without which its fault would not show; they stay, so such a one is the last. */
static int provoke(struct subject *s, const struct scheduler *sched, struct err *err)
{
	int r = 0;

	if (strcmp(sched->name, "handoff") != 0)
		return 0;
	r = subject_do(s, err, "spawn urgent timer-latency interval=1ms policy=fifo:10 cpus=0");
	return r < 0 ? r : subject_do(s, err, "spawn hands pipe-io n=2 burst=16 cpus=0");
}

/* Pings until there are enough of them; the scheduler may end before. */
static int pings(struct subject *s, unsigned n, struct readings *in_force, struct readings *after,
		 struct err *err)
{
	double ms;
	int r = 0;

	while (n-- && r == 0) {
		r = subject_ping(s, LIMIT_MS, &ms, err);
		if (r == 0)
			readings_add(model_sched_now(session_model(s->session)) ? in_force : after,
				     ms);
		if (r == 0)
			r = subject_wait(s, BETWEEN_MS, err);
	}
	return r;
}

static int under(struct subject *s, const struct scheduler *sched, unsigned n,
		 struct json_object *to, struct err *err)
{
	struct readings in_force = {0}, after = {0};
	const struct model_sched *died;
	struct err gone = ERR_INIT, early = ERR_INIT;
	int r;

	figure_text(to, "scheduler", sched->name);
	r = subject_do(s, &early, "sched load %s%s", sched->name, provoked_by(sched));
	died = model_sched_died(session_model(s->session));
	/* one that has ended before its load was confirmed has been in force, too */
	if (r < 0 && (s->gone || !died || strcmp(died->name, sched->name)))
		r = err_set(err, early.code, "%s", early.msg);
	else
		r = pings(s, n, &in_force, &after, err);
	figure_readings(to, "in_force_ms", &in_force);
	figure_readings(to, "after_its_end_ms", &after);
	died = model_sched_died(session_model(s->session));
	figure_text(to, "ended",
		    model_sched_now(session_model(s->session)) ? "no"
		    : died                                     ? model_sched_kind(died)
							       : "by itself");
	readings_finish(&in_force);
	readings_finish(&after);
	if (r == 0 && model_sched_now(session_model(s->session)) &&
	    subject_do(s, &gone, "sched unload") < 0 && s->gone)
		r = err_set(err, gone.code, "%s", gone.msg);
	return r;
}

static int without(struct subject *s, unsigned n, struct json_object *to, struct err *err)
{
	struct readings unused = {0}, ms = {0};
	int r = pings(s, n, &unused, &ms, err);

	figure_readings(to, "ms", &ms);
	readings_finish(&ms);
	readings_finish(&unused);
	return r;
}

int bench_answer(const struct bench_options *o, struct json_object *to, struct err *err)
{
	unsigned n = o->brief ? PINGS_BRIEF : PINGS;
	const struct scheduler *sched;
	struct json_object *list;
	struct subject s;
	size_t i;
	int r = subject_boot(&s, o, NULL, false, err);

	figure(to, "target_p99_ms", TARGET_MS);
	figure(to, "busy_workers", HOGS);
	if (r == 0)
		r = subject_do(&s, err, "cgroup add starved");
	if (r == 0)
		r = without(&s, n, figure_object(to, "idle"), err);
	if (r == 0)
		r = subject_do(&s, err, "spawn hogs@starved spin n=%d", HOGS);
	if (r == 0)
		r = subject_do(&s, err, "spawn lost spin n=2");
	if (r == 0)
		r = subject_do(&s, err, "spawn leak spin n=1");
	if (r == 0)
		r = without(&s, n, figure_object(to, "busy"), err);
	/* badcpu sends it elsewhere */
	if (r == 0)
		r = subject_do(&s, err, "spawn bound spin n=1 cpus=0");
	/* who waits for ever is found while the agent is asked */
	if (r == 0)
		r = subject_do(&s, err, "sched watchdog 1s");
	list = figure_list(to, "under");
	for (i = 0; (sched = scheduler_at(i)) && r == 0; i++)
		if (sched->broken && (r = provoke(&s, sched, err)) == 0)
			r = under(&s, sched, n, figure_item(list), err);
	subject_end(&s);
	return r;
}
