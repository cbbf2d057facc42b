/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_cost - what the stream of switches costs a guest whose own programs tell it: round trips of two tasks over a pipe
 * with it on against off, in turns in one guest; the median of the pairs' ratios. A measurement for
 * a person, not a test: run it on a machine that has nothing else to do.
 *
 * Usage: trace_cost [PAIRS] (15). Prints one JSON object.
 */
#include "lab.h"

#include "../unit/test.h"
#include "ops/trace.h"

#include <inttypes.h>

enum { PAIRS_MAX = 200 };

struct turn {
	uint64_t units, t_ns;
};

static struct lab *lab;

/* "... last=NS ... units=N ..." of the newest report of a worker. */
static struct turn newest(void)
{
	struct turn t = {0};
	const struct event *ev;
	size_t mark = 0;

	for (; (ev = lab_find(lab, mark, EV_REPORT, "duo", "units="));
	     mark = lab_place(lab, ev) + 1) {
		const char *last = strstr(ev->text, "last="), *units = strstr(ev->text, " units=");

		if (!last || !units || ev->index != 1)
			continue;
		t.t_ns = strtoull(last + 5, NULL, 10);
		t.units = strtoull(units + 7, NULL, 10);
	}
	return t;
}

static double rate(bool on)
{
	struct turn a, b;

	lab_stream(lab, on, 0);
	lab_ok(lab, "hold 700ms");
	a = newest();
	lab_ok(lab, "hold 2s");
	b = newest();
	if (b.t_ns <= a.t_ns)
		fail_msg("the worker has not reported in two seconds");
	return (double)(b.units - a.units) * 1e9 / (double)(b.t_ns - a.t_ns);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static unsigned pairs = 15;

static void measure(void **state)
{
	double ratios[PAIRS_MAX], off[PAIRS_MAX], on[PAIRS_MAX];
	const struct trace *t;
	struct trace_account a;
	unsigned i;

	lab = lab_boot(&(struct lab_config){0});
	session_trace_by_guest(lab_session(lab), true);
	lab_ok(lab, "spawn duo pipe-io n=2 burst=1");
	for (i = 0; i < pairs; i++) {
		/* which comes first changes */
		if (i & 1)
			on[i] = rate(true);
		off[i] = rate(false);
		if (!(i & 1))
			on[i] = rate(true);
		ratios[i] = on[i] / off[i];
	}
	lab_ok(lab, "kill duo");
	t = session_model(lab_session(lab))->trace;
	a = trace_account(t);
	qsort(ratios, pairs, sizeof(*ratios), by_size);
	qsort(on, pairs, sizeof(*on), by_size);
	qsort(off, pairs, sizeof(*off), by_size);
	printf("{\"pairs\":%u,\"off_per_s\":%.0f,\"on_per_s\":%.0f,\"cost_percent\":%.2f,"
	       "\"cost_percent_low\":%.2f,\"cost_percent_high\":%.2f,\"produced\":%" PRIu64
	       ",\"dropped\":%" PRIu64 "}\n",
	       pairs, off[pairs / 2], on[pairs / 2], (1 - ratios[pairs / 2]) * 100,
	       (1 - ratios[pairs - 1 - pairs / 4]) * 100, (1 - ratios[pairs / 4]) * 100, a.produced,
	       a.dropped);
	lab_end(lab);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};

	if (argc > 1)
		pairs = (unsigned)strtoul(argv[1], NULL, 10);
	if (!pairs || pairs > PAIRS_MAX)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
