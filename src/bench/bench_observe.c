/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_observe - what looking costs the guest: the time a workload takes while it is looked at in
 * one way or another, over the time it takes when nothing is attached. The guest's clock counts the
 * instructions that its CPUs carry out, so that whatever else the machine does falls out. All ways
 * take turns in one guest, in an order that changes from round to round. Of each way the fastest
 * turn is taken, too: what disturbs makes a turn slower, never faster.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "bench/subject.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/trace.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 5, ROUNDS_BRIEF = 1, PER_SECOND = 10 };

struct way {
	const char *name;
	const char *what;
	struct subject_eyes eyes;
	const char *before; /* the workload's command line; "" = nothing */
	const char *needs;  /* a program of this machine; NULL = nothing */
	bool only_all;      /* not of bench_cost() */
};

/* The first is what the others are compared with. */
static const struct way ways[] = {
	{.name = "nothing", .what = "no probe attached, no sample taken", .before = ""},
	{.name = "nothing_again",
	 .what = "the same once more: what is left is noise",
	 .before = "",
	 .only_all = true},
	{.name = "screens",
	 .what = "the default screens: state is read from memory, the agent asked once a second",
	 .eyes = {.probes = true, .per_second = 1},
	 .before = ""},
	{.name = "timeline",
	 .what = "the same, and every switch, wake-up and migration streamed to the Timeline",
	 .eyes = {.probes = true, .per_second = 1, .trace = true},
	 .before = ""},
	{.name = "timeline_by_guest",
	 .what = "the same, streamed by programs in the guest, as under KVM",
	 .eyes = {.probes = true, .per_second = 1, .trace = true, .by_guest = true},
	 .before = ""},
	{.name = "wake_ups",
	 .what = "the default screens with a column of wake-up latencies or wakers",
	 .eyes = {.probes = true, .per_second = 1, .watch = true},
	 .before = "",
	 .only_all = true},
	{.name = "screens_by_agent",
	 .what = "--observe guest: every switch and wake-up looked at, the agent asked ten times a "
		 "second",
	 .eyes = {.probes = true, .per_second = PER_SECOND, .watch = true},
	 .before = "",
	 .only_all = true},
	{.name = "perf_sched_record",
	 .what = "perf sched record",
	 .before = "perf sched record -o /tmp/perf.data -- ",
	 .needs = "perf",
	 .only_all = true},
	{.name = "trace_cmd",
	 .what = "trace-cmd record -e sched",
	 .before = "trace-cmd record -q -e sched -o /tmp/trace.dat ",
	 .needs = "trace-cmd",
	 .only_all = true},
};

struct work {
	const char *name, *line, *brief, *key; /* the number is what follows the key */
};

/* Long enough that a sample or two of the agent fall into each turn. */
static const struct work works[] = {
	{"pipe", "perf bench -f simple sched pipe -l 60000",
	 "perf bench -f simple sched pipe -l 40000", NULL},
	{"hackbench", "hackbench -g 2 -l 250", "hackbench -g 2 -l 60", "Time:"},
};

enum { WAYS = ARRAY_SIZE(ways), WORKS = ARRAY_SIZE(works) };

struct times {
	struct readings s[WAYS]; /* seconds */
	uint64_t records[WAYS];  /* of the stream, in all turns */
	uint64_t dropped;
	char why[WAYS][200]; /* it was not measured */
};

/* The first number of a line of its own, or behind the key. */
static double seconds(const char *text, const char *key)
{
	const char *at = key ? strstr(text, key) : text;
	char *end;
	double v;

	if (!at)
		return NAN;
	at += key ? strlen(key) : 0;
	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		v = strtod(at, &end);
		if (end > at && (*end == '\n' || *end == '\0') && v > 0)
			return v;
	}
	return NAN;
}

static bool there(const char *program)
{
	const char *path = getenv("PATH"), *at, *end;

	for (at = path ? path : "/usr/bin"; *at; at = *end ? end + 1 : end) {
		cleanup_free char *file = NULL;

		end = strchrnul(at, ':');
		file = xasprintf("%.*s/%s", (int)(end - at), at, program);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static int one_turn(struct subject *s, const struct work *work, unsigned way, bool brief,
		    struct times *t, struct err *err)
{
	static unsigned n;
	const struct way *w = &ways[way];
	cleanup_free char *line = xasprintf("%s%s", w->before, brief ? work->brief : work->line);
	cleanup_free char *name = xasprintf("w%u", n++);
	cleanup_buf struct buf out = BUF_INIT;
	struct err said = ERR_INIT;
	struct trace_account before, after;
	double v;
	int r;

	if (*t->why[way])
		return 0;
	r = subject_look(s, &w->eyes, err);
	if (r < 0)
		return r;
	before = trace_account(session_model(s->session)->trace);
	/* that one way does not work here is no reason not to measure the others */
	if (subject_run(s, name, line, &out, &said) < 0) {
		snprintf(t->why[way], sizeof(t->why[way]), "%.199s", said.msg);
		return s->gone ? err_set(err, said.code, "%s", said.msg) : 0;
	}
	after = trace_account(session_model(s->session)->trace);
	t->records[way] += after.produced - before.produced;
	t->dropped += after.dropped - before.dropped;
	v = seconds(buf_text(&out), work->key);
	if (isnan(v))
		snprintf(t->why[way], sizeof(t->why[way]), "it printed no time: %.150s",
			 buf_text(&out));
	else
		readings_add(&t->s[way], v);
	return 0;
}

static int measure(struct subject *s, const struct work *work, unsigned rounds, bool brief,
		   bool all, struct times *t, struct err *err)
{
	unsigned round, i;
	int r = 0;

	for (i = 0; i < WAYS; i++)
		if (ways[i].needs && !there(ways[i].needs))
			snprintf(t->why[i], sizeof(t->why[i]), "there is no '%s' on this machine",
				 ways[i].needs);
	for (round = 0; round < rounds && r == 0; round++)
		for (i = 0; i < WAYS && r == 0; i++)
			if (all || !ways[(round + i) % WAYS].only_all)
				r = one_turn(s, work, (round + i) % WAYS, brief, t, err);
	return r;
}

static void tell(struct times *t, bool all, struct json_object *to)
{
	double middle = readings_percentile(&t->s[0], 50), least = readings_percentile(&t->s[0], 0);
	unsigned i;

	for (i = 0; i < WAYS; i++) {
		struct json_object *o;

		if (!all && ways[i].only_all)
			continue;
		o = figure_object(to, ways[i].name);
		figure_text(o, "what", ways[i].what);
		if (*t->why[i])
			figure_text(o, "absent", t->why[i]);
		figure(o, "turns", (double)t->s[i].n);
		if (ways[i].eyes.trace) {
			figure(o, "records", (double)t->records[i]);
			figure(o, "dropped", (double)t->dropped);
		}
		figure(o, "median_s", readings_percentile(&t->s[i], 50));
		figure(o, "least_s", readings_percentile(&t->s[i], 0));
		figure(o, "cost_percent", (readings_percentile(&t->s[i], 50) / middle - 1) * 100);
		figure(o, "cost_percent_of_least",
		       (readings_percentile(&t->s[i], 0) / least - 1) * 100);
	}
}

static int bench(const struct bench_options *o, bool all, struct json_object *to, struct err *err)
{
	const char *include[8];
	struct subject s;
	size_t n = 0, i;
	int r;

	include[n++] = "perf";
	include[n++] = "hackbench";
	if (all && there("trace-cmd"))
		include[n++] = "trace-cmd";
	include[n] = NULL;
	r = subject_boot(&s, o, include, true, err);
	figure(to, "target_screens_percent", 2);
	figure(to, "target_timeline_percent", 5);
	for (i = 0; i < WORKS && r == 0; i++) {
		struct times t = {.why = {""}};
		unsigned k;

		r = measure(&s, &works[i],
			    o->rounds  ? o->rounds
			    : o->brief ? ROUNDS_BRIEF
				       : ROUNDS,
			    o->brief, all, &t, err);
		tell(&t, all, figure_object(to, works[i].name));
		for (k = 0; k < WAYS; k++)
			readings_finish(&t.s[k]);
	}
	subject_end(&s);
	return r;
}

int bench_observe(const struct bench_options *o, struct json_object *to, struct err *err)
{
	return bench(o, true, to, err);
}

int bench_cost(const struct bench_options *o, struct json_object *to, struct err *err)
{
	return bench(o, false, to, err);
}
