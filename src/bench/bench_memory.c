/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_memory - an hour of a session in which much happens: samples ten times a second, tasks and
 * cgroups that come and go, ops, a log that never stops, a program that never stops printing. What
 * is kept is bounded, so that nothing grows any more once the bounds are reached; the rest is in
 * the session file.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "bench/made.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MINUTES = 60, SECONDS = 60, PER_SECOND = 10, LINES = 40, PRINTS = 64 << 10 };
#define STEP_NS (1000000000u / PER_SECOND)

/* Where the allocator is the sanitizer's, malloc's own count says nothing. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static double allocated_mib(void)
{
	struct mallinfo2 m;

	if (__sanitizer_get_current_allocated_bytes)
		return (double)__sanitizer_get_current_allocated_bytes() / 1048576;
	m = mallinfo2();
	return (double)(m.uordblks + m.hblkhd) / 1048576;
}

struct hour {
	struct model *model;
	struct journal *journal;
	struct made made;
	uint64_t seq;
	char *printed;
	int failed;
};

static void tell(struct hour *h, struct event ev, struct err *err)
{
	ev.t_ns = h->made.s.t_ns;
	ev.name = ev.name ? ev.name : "";
	ev.cgroup = ev.cgroup ? ev.cgroup : "/scxplore";
	ev.path = "";
	ev.text = ev.text ? ev.text : "";
	ev.data = ev.data ? ev.data : "";
	/* what is printed would fill the disk: 64 KiB a second are in the model alone */
	if (ev.type != EV_OUTPUT && h->failed == 0)
		h->failed = journal_event(h->journal, &ev, err);
	model_apply(h->model, &ev);
}

static void an_op(struct hour *h, const char *text, struct err *err)
{
	uint64_t seq = ++h->seq;

	tell(h, (struct event){.type = EV_OP, .seq = seq, .text = text}, err);
	tell(h, (struct event){.type = EV_BEGIN, .seq = seq}, err);
	tell(h, (struct event){.type = EV_DONE, .seq = seq}, err);
}

static void a_second(struct hour *h, unsigned second, struct err *err)
{
	char line[80];
	unsigned i;

	for (i = 0; i < LINES; i++) {
		snprintf(line, sizeof(line), "something happened, time %u of second %u", i, second);
		tell(h, (struct event){.type = EV_KMSG, .text = line}, err);
	}
	tell(h,
	     (struct event){.type = EV_OUTPUT,
			    .name = "printer",
			    .stream = 1,
			    .data = h->printed,
			    .data_len = PRINTS},
	     err);
	if (second % 10 == 0)
		an_op(h, "hold 1ms", err);
	for (i = 0; i < PER_SECOND; i++) {
		made_next(&h->made, STEP_NS, true);
		if (h->made.gone_cgroup)
			tell(h,
			     (struct event){.type = EV_CGROUP_REMOVED, .id = h->made.gone_cgroup},
			     err);
		model_sample(h->model, &h->made.s);
	}
	if (h->failed == 0)
		h->failed = journal_sample(h->journal, &h->made.s, err);
}

static int an_hour(struct hour *h, struct json_object *to, struct err *err)
{
	double most = 0, mib, first = 0, last = 0;
	struct json_object *minutes = figure_list(to, "allocated_mib_by_minute");
	unsigned minute, second;

	an_op(h, "cgroup add a", err);
	an_op(h, "run printer@a -- yes", err);
	tell(h,
	     (struct event){.type = EV_PLACED,
			    .seq = h->seq,
			    .name = "printer",
			    .index = 1,
			    .pid = 99,
			    .text = "0::/scxplore",
			    .flag = true},
	     err);
	for (minute = 0; minute < MINUTES && h->failed == 0; minute++) {
		for (second = 0; second < SECONDS && h->failed == 0; second++)
			a_second(h, minute * SECONDS + second, err);
		mib = allocated_mib();
		json_object_array_add(minutes, json_object_new_int64((int64_t)lround(mib)));
		most = mib > most ? mib : most;
		if (minute + 1 == MINUTES / 4)
			first = mib;
		last = mib;
	}
	figure(to, "after_a_quarter_mib", first);
	figure(to, "after_the_hour_mib", last);
	figure(to, "most_mib", most);
	figure(to, "growth_mib", last - first);
	figure(to, "growth_percent", first ? (last - first) / first * 100 : NAN);
	return h->failed;
}

int bench_memory(const struct bench_options *o, struct json_object *to, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	cleanup_free char *path = xasprintf("%s/scxplore-bench.%d.session",
					    tmp && *tmp ? tmp : "/tmp", (int)getpid());
	struct session_info info = {0};
	struct hour h = {.seq = 0};
	uint32_t tasks = o->brief ? 50 : 500;
	struct stat st;
	int r;

	h.journal = journal_create(path, &info, err);
	if (!h.journal)
		return -err->code;
	h.model = model_create();
	h.printed = xcalloc(1, PRINTS);
	memset(h.printed, 'y', PRINTS);
	made_init(&h.made, 8, tasks, 50);
	figure(to, "simulated_seconds", MINUTES * SECONDS);
	figure(to, "samples_per_second", PER_SECOND);
	figure(to, "tasks", tasks);
	figure(to, "log_lines_per_second", LINES);
	figure(to, "printed_bytes_per_second", PRINTS);
	r = an_hour(&h, to, err);
	if (stat(path, &st) == 0)
		figure(to, "session_file_mib", (double)st.st_size / 1048576);
	journal_destroy(h.journal);
	unlink(path);
	made_finish(&h.made);
	model_destroy(h.model);
	free(h.printed);
	return r;
}
