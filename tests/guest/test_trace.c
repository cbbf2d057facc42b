/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stream of switches in a real guest: what the trace holds against what the kernel counts by
 * itself (schedstat and /proc's counters, in the samples), that every record is accounted for also
 * when the rings are far too small, and that a session file gives the same trace back.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "ops/trace.h"

#include <inttypes.h>
#include <unistd.h>

#define ALL UINT64_MAX

static struct lab *lab;
static char journal[] = "/tmp/scxplore-trace-XXXXXX";

/* The emulator tells of switches, instead of programs in the guest. */
static bool seen;

static int boot(void **state)
{
	static const char *const include[] = {"sh", "true", "cat", "sleep", "perf", NULL};
	/* what probes count is the agent's to tell, as of now with each sample */
	static struct lab_config config = {.include = include,
					   .journal = journal,
					   .topology = {1, 2, 1, 1},
					   .observe = OBSERVE_GUEST};
	int fd = mkstemp(journal);

	if (seen) {
		config.observe = OBSERVE_BOTH;
		config.watch = true;
	}
	/* the session makes the file itself */
	assert_true(fd >= 0);
	close(fd);
	unlink(journal);
	lab = lab_boot(&config);
	lab_ok(lab, "cgroup add a");
	return 0;
}

static int off(void **state)
{
	lab_end(lab);
	unlink(journal);
	return 0;
}

static const struct trace *store(void)
{
	return session_model(lab_session(lab))->trace;
}

/* Calls that the kernel left out: an interrupt's wake-up within a task's wake-up of itself. */
static uint64_t missed;

static void stream(bool on, uint32_t slots)
{
	missed += lab_stream(lab, on, slots);
}

static uint64_t lost_on_marks(uint64_t from_ns)
{
	static struct trace_record marks[65536];
	uint64_t sum = 0;
	unsigned cpu;
	size_t n, i;

	for (cpu = 0; cpu < trace_cpus(store()); cpu++) {
		uint64_t from = from_ns;

		while ((n = trace_marks(store(), cpu, from, ALL, marks, 65536))) {
			for (i = 0; i < n; i++)
				if (marks[i].type == TRACE_LOST)
					sum += marks[i].count;
			from = marks[n - 1].t_ns + 1;
		}
	}
	return sum;
}

/* What the store holds of a task, added up. */
struct sums {
	uint64_t slices, run_ns, wait_ns, migrations, wakes;
	uint64_t asleep, unknown;  /* slices after which it slept; that end in no known state */
	uint64_t latencies[65536]; /* from a wake-up to a CPU */
	size_t n;
};

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static const struct sums *sums_of(int32_t tid, uint64_t from_ns)
{
	static struct trace_slice slices[4096];
	static struct trace_record marks[4096];
	static struct sums s;
	uint64_t from = from_ns;
	size_t n, i;

	memset(&s, 0, sizeof(s));
	do {
		n = trace_task_slices(store(), tid, from, ALL, slices, 4096);
		for (i = 0; i < n; i++) {
			s.slices++;
			s.asleep += slices[i].state && slices[i].state != 'r';
			s.unknown += slices[i].state && !strchr("rSDIT", slices[i].state);
			if (slices[i].woken && slices[i].wait_ns != SAMPLE_ABSENT && s.n < 65536)
				s.latencies[s.n++] = slices[i].wait_ns;
			s.run_ns += slices[i].end_ns - slices[i].begin_ns;
			s.wait_ns += slices[i].wait_ns == SAMPLE_ABSENT ? 0 : slices[i].wait_ns;
		}
		from = n ? slices[n - 1].end_ns : 0;
	} while (n == 4096);
	for (from = from_ns; (n = trace_task_marks(store(), tid, from, ALL, marks, 4096));
	     from = marks[n - 1].t_ns + 1)
		for (i = 0; i < n; i++) {
			s.migrations += marks[i].type == TRACE_MIGRATE;
			s.wakes += marks[i].type == TRACE_WAKE;
		}
	qsort(s.latencies, s.n, sizeof(*s.latencies), by_size);
	return &s;
}

static bool near(uint64_t a, uint64_t b, unsigned percent, uint64_t ns)
{
	uint64_t more = a > b ? a : b, less = a > b ? b : a;

	return more - less <= more / 100 * percent + ns;
}

/* Of few wake-ups one more or less moves the middle to the next one, which may be far off. */
static bool near_the_middle(uint64_t p50, const struct sums *s)
{
	size_t middle = (s->n - 1) / 2, low = middle > 2 ? middle - 2 : 0;
	size_t high = middle + 2 < s->n ? middle + 2 : s->n - 1;

	return (p50 >= s->latencies[low] || near(p50, s->latencies[low], 35, 20000)) &&
	       (p50 <= s->latencies[high] || near(p50, s->latencies[high], 35, 20000));
}

/*
 * The columns that probes in the guest count by themselves, against the stream: a wake-up may be
 * seen by one and not the other where a task is woken while it is about to sleep.
 */
static void wake_ups_are_as_the_probes_count_them(const struct sample_task *t, const struct sums *s)
{
	print_message("# %d: %" PRIu64 " wake-ups of %zu, p50 %" PRIu64 " of %" PRIu64
		      ", p99 %" PRIu64 " of %" PRIu64 ", max %" PRIu64 " of %" PRIu64
		      ", waker %" PRIu64 ", CPUs %" PRIx64 "\n",
		      t->tid, t->wakes, s->n, t->wake_p50_ns,
		      s->n ? s->latencies[(s->n - 1) / 2] : 0, t->wake_p99_ns,
		      s->n ? s->latencies[s->n - 1 - s->n / 100] : 0, t->wake_max_ns,
		      s->n ? s->latencies[s->n - 1] : 0, t->waker, t->last_cpus);
	assert_int_equal(t->voluntary + t->involuntary, t->switches);
	assert_int_equal(t->mig_llc + t->mig_cross + t->mig_node, t->migrations);
	assert_int_equal(t->mig_llc, 0);
	assert_int_equal(t->mig_node, 0);
	assert_true(near(t->wakes, s->n, 2, 2));
	/* an emulated CPU may stand still between the one program and the other */
	assert_true(near(t->wake_max_ns, s->latencies[s->n - 1], 50, 1000000));
	/* a part of the histogram is a quarter of an octave: its middle is off by an eighth at most
	 */
	assert_true(near_the_middle(t->wake_p50_ns, s));
	assert_true(t->wake_p50_ns <= t->wake_p99_ns && t->wake_p99_ns <= t->wake_max_ns);
	assert_int_equal(t->sclass, SAMPLE_CLASS_FAIR);
	assert_int_equal(t->prio, 121);
	assert_int_equal(t->weight, 100);
	assert_true(t->start_ns && t->start_ns < t->since_ns);
}

static void switches_run_time_waits_and_migrations_are_the_kernel_s_own_numbers(void **state)
{
	size_t mark = lab_mark(lab), n = 0;
	const struct event *ev;

	stream(true, 0);
	assert_int_equal(!!lab_find(lab, 0, EV_HOST_LOG, NULL, "the emulator sees each switch"), seen);
	lab_ok(lab, "spawn pairs@a pipe-io n=4 burst=50");
	lab_ok(lab, "spawn hogs@a spin n=3");
	lab_ok(lab, "hold 2s");
	lab_ok(lab, "signal hogs STOP");
	lab_ok(lab, "signal pairs STOP");
	/* the agent tells once a second where state is read from memory, too */
	lab_ok(lab, seen ? "hold 3s" : "hold 300ms");
	lab_samples(lab, 3);
	stream(false, 0);
	assert_int_equal(trace_account(store()).dropped, missed);
	assert_int_equal(trace_account(store()).refused, 0);
	assert_int_equal(trace_account(store()).produced, trace_account(store()).taken + missed);
	assert_true(trace_account(store()).produced > 1000);
	for (; (ev = lab_find(lab, mark, EV_PLACED, NULL, NULL)); mark = lab_place(lab, ev) + 1) {
		const struct sample_task *t = lab_task(lab, ev->pid);
		const struct sums *s = sums_of((int32_t)ev->pid, 0);
		struct trace_task name;

		print_message("# %d %s: slices %" PRIu64 " of %" PRIu64 ", run %" PRIu64
			      " of %" PRIu64 ", waited %" PRIu64 " of %" PRIu64
			      ", migrations %" PRIu64 " of %" PRIu64 ", wakes %" PRIu64 "\n",
			      t->tid, t->comm, s->slices, t->switches, s->run_ns, t->run_ns,
			      s->wait_ns, t->wait_ns, s->migrations, t->migrations, s->wakes);
		assert_int_equal(s->slices, t->switches);
		/* also of who is woken before it has left its CPU */
		assert_int_equal(s->unknown, 0);
		/* who is signalled while it is about to sleep stays, and the kernel counts it as gone */
		assert_true(s->asleep <= t->voluntary && t->voluntary - s->asleep <= 2);
		assert_int_equal(s->migrations, t->migrations);
		/*
		 * The kernel leaves out what interrupts took, and looks at its clock at another
		 * place of the switch: an emulated CPU may stand still in between.
		 */
		assert_true(near(s->run_ns, t->run_ns, 30, 500000 * s->slices));
		/*
		 * The kernel's waiting begins when the task is in a runqueue, ours when somebody
		 * wakes it: an interrupt between CPUs later, and that is long where CPUs are
		 * emulated.
		 */
		assert_true(s->wait_ns + s->wait_ns / 20 + 200000 * s->slices > t->wait_ns);
		if (!strncmp(t->comm, "hogs", 4))
			assert_true(near(s->wait_ns, t->wait_ns, 20, 500000 * s->slices));
		assert_true(trace_name_at(store(), t->tid, trace_last_ns(store()), &name));
		assert_int_equal(name.pid, t->pid);
		assert_int_equal(name.cgroup_id, t->cgroup_id);
		assert_string_equal(name.comm, t->comm);
		wake_ups_are_as_the_probes_count_them(t, s);
		n++;
	}
	assert_int_equal(n, 7);
	lab_ok(lab, "kill pairs");
	lab_ok(lab, "kill hogs");
}

/* "  pairs.1:105  |  12.3 ms |  77 | avg: 0.1 ms | max: 4.2 ms | ..." of perf sched latency -p */
static bool perf_row(const char *text, int64_t pid, uint64_t *count, uint64_t *max_ns)
{
	char key[32];
	const char *at, *bar;
	double max;

	snprintf(key, sizeof(key), ":%" PRId64 " ", pid);
	at = strstr(text, key);
	bar = at ? strchr(at, '|') : NULL;
	bar = bar ? strchr(bar + 1, '|') : NULL;
	at = bar ? strstr(bar, "max:") : NULL;
	if (!at || sscanf(bar + 1, "%" SCNu64, count) != 1 || sscanf(at + 4, "%lf", &max) != 1)
		return false;
	*max_ns = (uint64_t)(max * 1e6);
	return true;
}

/* What perf found the longest is in our trace, just as long; it looked a part of the time. */
static void the_longest_wait_that_perf_sched_finds_is_in_the_trace(void **state)
{
	size_t mark = lab_mark(lab), found = 0;
	uint64_t from = trace_last_ns(store());
	const struct event *ev;
	const char *text;

	if (access("/usr/bin/perf", X_OK)) {
		print_message("# there is no perf on this machine\n");
		skip();
	}
	stream(true, 0);
	/* not many switches, and perf first: it has to keep up on an emulated CPU */
	lab_ok(lab, "spawn duo@a pipe-io n=2 burst=2000");
	lab_ok(lab, "run rec nice=-20 -- perf sched record -o /tmp/perf.data -- sleep 1");
	lab_ok(lab, "wait rec timeout=85s");
	lab_ok(lab, "kill duo");
	stream(false, 0);
	lab_ok(lab, "run lat -- perf sched latency -p -i /tmp/perf.data");
	lab_ok(lab, "wait lat timeout=85s");
	text = lab_output(lab, "lat", 1, NULL);
	for (; (ev = lab_find(lab, mark, EV_PLACED, "duo", NULL)); mark = lab_place(lab, ev) + 1) {
		static struct trace_slice slices[65536];
		uint64_t count = 0, max = 0, best = 0;
		size_t n = trace_task_slices(store(), (int32_t)ev->pid, from, ALL, slices, 65536),
		       i;

		if (!perf_row(text, ev->pid, &count, &max))
			fail_msg("perf has no row of %" PRId64 " in:\n%s", ev->pid, text);
		for (i = 0; i < n; i++)
			if (slices[i].wait_ns != SAMPLE_ABSENT &&
			    (slices[i].wait_ns > max ? slices[i].wait_ns - max
						     : max - slices[i].wait_ns) <
				    (best > max ? best - max : max - best))
				best = slices[i].wait_ns;
		print_message("# %" PRId64 ": perf saw %" PRIu64 " waits, the longest %" PRIu64
			      " ns; of %zu here the nearest is %" PRIu64 " ns\n",
			      ev->pid, count, max, n, best);
		assert_true(count > 0 && count <= n);
		/* an emulated CPU may stand still between perf's look at its clock and ours */
		assert_true(near(best, max, 10, 1000000));
		found++;
	}
	assert_int_equal(found, 2);
}

static void whoever_ran_has_a_name_however_short_it_lived(void **state)
{
	uint64_t from = trace_last_ns(store());
	int32_t tid = 0;
	uint64_t dropped = trace_account(store()).dropped;
	unsigned n = 0, cats = 0;

	stream(true, 0);
	lab_ok(lab, "run many@a -- sh -c 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); true & cat "
		    "/dev/null; done; wait'");
	lab_ok(lab, "wait many timeout=85s");
	/* also who is forked while the stream is being let go */
	lab_ok(lab, "run more@a -- sh -c 'while :; do cat /dev/null; done'");
	stream(false, 0);
	lab_ok(lab, "kill more");
	while ((tid = trace_next_tid(store(), tid))) {
		struct trace_slice s;
		struct trace_task name;

		if (!trace_task_slices(store(), tid, from, ALL, &s, 1))
			continue;
		n++;
		if (!trace_name_at(store(), tid, ALL, &name))
			fail_msg("task %d ran and has no name", tid);
		if (!*name.comm || !name.pid)
			fail_msg("task %d ran and has the name '%s' and the process %d", tid,
				 name.comm, name.pid);
		cats += !strcmp(name.comm, "cat");
	}
	dropped = trace_account(store()).dropped - dropped;
	print_message("# %u ran, %u of them cat, %" PRIu64 " records lost\n", n, cats, dropped);
	/* a record that was lost, and accounted for, may have been the one of a cat that ran once
	 */
	assert_true(n + dropped > 40);
	assert_true(cats + dropped >= 40);
}

static void rings_that_are_too_small_lose_records_and_every_one_is_accounted_for(void **state)
{
	uint64_t from = trace_last_ns(store()) + 1, lost, missed_before = missed;
	int tries = 0;
	struct trace_account before = trace_account(store()), a;

	stream(true, 64);
	lab_ok(lab, "spawn quick@a pipe-io n=8 burst=1");
	/* on a slow machine it takes a while until a ring turns over between two looks */
	do
		lab_ok(lab, "hold 1s");
	while (trace_account(store()).dropped - before.dropped == 0 && tries++ < 40);
	lab_ok(lab, "kill quick");
	stream(false, 0);
	a = trace_account(store());
	lost = lost_on_marks(from);
	print_message("# %" PRIu64 " delivered, %" PRIu64 " dropped\n",
		      a.delivered - before.delivered, a.dropped - before.dropped);
	assert_true(a.dropped > 0);
	assert_int_equal(a.produced, a.delivered + a.dropped);
	assert_int_equal(lost + missed - missed_before, a.dropped - before.dropped);
	assert_int_equal(a.refused, 0);
}

/* TRACE_SECONDS=60 for the long run. */
static void the_agent_answers_and_nothing_is_lost_while_switches_stream(void **state)
{
	struct trace_account before = trace_account(store()), a;
	uint64_t missed_before = missed, from = trace_last_ns(store());
	const char *seconds = getenv("TRACE_SECONDS");
	size_t mark;
	int i;

	stream(true, 0);
	lab_ok(lab, "spawn rush@a pipe-io n=8 burst=1");
	for (i = 0; i < 20; i++) {
		mark = lab_mark(lab);
		lab_ok(lab, "cgroup add quick%d", i);
		assert_non_null(lab_find(lab, mark, EV_CGROUP_ADDED, NULL, NULL));
	}
	lab_samples(lab, 5);
	for (i = 0; i < (seconds ? atoi(seconds) : 1); i++)
		lab_ok(lab, "hold 1s");
	lab_ok(lab, "kill rush");
	stream(false, 0);
	a = trace_account(store());
	print_message("# %" PRIu64 " records in %.1f s, %" PRIu64 " lost, %" PRIu64
		      " calls left out by the kernel\n",
		      a.produced - before.produced, (double)(trace_last_ns(store()) - from) / 1e9,
		      lost_on_marks(from + 1), missed - missed_before);
	assert_int_equal(lost_on_marks(from + 1), 0);
	assert_int_equal(a.dropped - before.dropped, missed - missed_before);
}

/* ---- the session file ---- */

static void same_traces(const struct trace *a, const struct trace *b)
{
	static struct trace_slice x[4096], y[4096];
	static struct trace_record p[4096], q[4096];
	unsigned cpu;
	uint64_t from;
	size_t n, i;

	assert_int_equal(trace_cpus(a), trace_cpus(b));
	assert_int_equal(trace_account(a).taken, trace_account(b).taken);
	assert_int_equal(trace_account(a).produced, trace_account(b).produced);
	assert_int_equal(trace_account(a).dropped, trace_account(b).dropped);
	for (cpu = 0; cpu < trace_cpus(a); cpu++) {
		from = 0;
		do {
			n = trace_slices(a, cpu, from, ALL, x, 4096);
			assert_int_equal(trace_slices(b, cpu, from, ALL, y, 4096), n);
			for (i = 0; i < n; i++) {
				assert_int_equal(x[i].begin_ns, y[i].begin_ns);
				assert_int_equal(x[i].end_ns, y[i].end_ns);
				assert_int_equal(x[i].tid, y[i].tid);
				assert_int_equal(x[i].state, y[i].state);
				assert_int_equal(x[i].wait_ns, y[i].wait_ns);
			}
			from = n ? x[n - 1].end_ns : 0;
		} while (n == 4096);
		for (from = 0; (n = trace_marks(a, cpu, from, ALL, p, 4096));
		     from = p[n - 1].t_ns + 1) {
			assert_int_equal(trace_marks(b, cpu, from, ALL, q, 4096), n);
			for (i = 0; i < n; i++) {
				assert_int_equal(p[i].t_ns, q[i].t_ns);
				assert_int_equal(p[i].type, q[i].type);
				assert_int_equal(p[i].tid, q[i].tid);
				assert_int_equal(p[i].other, q[i].other);
				assert_int_equal(p[i].to, q[i].to);
				assert_int_equal(p[i].count, q[i].count);
			}
		}
	}
}

/* Bytes of all lines that the stream has written. */
static uint64_t bytes_in_file(void)
{
	FILE *f = fopen(journal, "r");
	char *line = NULL;
	size_t size = 0;
	uint64_t sum = 0;
	ssize_t n;

	assert_non_null(f);
	while ((n = getline(&line, &size, f)) > 0)
		if (strstr(line, "\"trace\":\"") || strstr(line, "\"names\":"))
			sum += (uint64_t)n;
	free(line);
	fclose(f);
	return sum;
}

static uint64_t switches_in(const struct trace *t)
{
	static struct trace_slice s[4096];
	uint64_t sum = 0, from;
	unsigned cpu;
	size_t n;

	for (cpu = 0; cpu < trace_cpus(t); cpu++) {
		from = 0;
		do {
			n = trace_slices(t, cpu, from, ALL, s, 4096);
			sum += n;
			from = n ? s[n - 1].end_ns : 0;
		} while (n == 4096);
	}
	return sum;
}

static void the_session_file_gives_the_same_trace_and_takes_16_bytes_a_switch(void **state)
{
	struct model *m = model_create();
	cleanup_buf struct buf warning = BUF_INIT;
	struct err err = ERR_INIT;
	uint64_t bytes, switches;

	assert_int_equal(journal_read(journal, true, NULL, m, NULL, &warning, &err), 0);
	assert_string_equal(buf_text(&warning), "");
	same_traces(store(), m->trace);
	bytes = bytes_in_file();
	switches = switches_in(m->trace);
	print_message("# %" PRIu64 " bytes for %" PRIu64 " switches: %.1f each\n", bytes, switches,
		      (double)bytes / (double)switches);
	assert_true(bytes <= 16 * switches);
	model_destroy(m);
}

/* Screens come and go: it is wanted again before the agent has said that it has ended. */
static void what_is_wanted_again_at_once_goes_on(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;
	uint64_t before;

	stream(true, 0);
	ev = lab_wait(lab, mark, EV_TRACE, NULL, NULL);
	mark = lab_place(lab, ev) + 1;
	session_trace(lab_session(lab), false, 0);
	/* the emulator is told first, then the agent: once within each */
	while (seen && !lab_find(lab, mark, EV_TRACE, NULL, NULL) &&
	       session_traces(lab_session(lab))) {
		session_trace(lab_session(lab), true, 0);
		session_trace(lab_session(lab), false, 0);
		lab_turn(lab);
	}
	session_trace(lab_session(lab), true, 0);
	ev = lab_wait(lab, mark, EV_TRACE, NULL, NULL);
	assert_false(ev->flag);
	missed += ev->count;
	ev = lab_wait(lab, lab_place(lab, ev) + 1, EV_TRACE, NULL, NULL);
	assert_true(ev->flag);
	before = trace_account(store()).taken;
	lab_ok(lab, "spawn again pipe-io n=2 burst=50");
	lab_ok(lab, "hold 500ms");
	stream(false, 0);
	lab_ok(lab, "kill again");
	assert_true(trace_account(store()).taken > before + 100);
	assert_int_equal(trace_account(store()).produced,
			 trace_account(store()).delivered + trace_account(store()).dropped);
}

/* "seen": by the emulator */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			switches_run_time_waits_and_migrations_are_the_kernel_s_own_numbers),
		cmocka_unit_test(the_longest_wait_that_perf_sched_finds_is_in_the_trace),
		cmocka_unit_test(whoever_ran_has_a_name_however_short_it_lived),
		cmocka_unit_test(
			rings_that_are_too_small_lose_records_and_every_one_is_accounted_for),
		cmocka_unit_test(what_is_wanted_again_at_once_goes_on),
		cmocka_unit_test(the_agent_answers_and_nothing_is_lost_while_switches_stream),
		cmocka_unit_test(the_session_file_gives_the_same_trace_and_takes_16_bytes_a_switch),
	};

	seen = argc > 1 && !strcmp(argv[1], "seen");
	return cmocka_run_group_tests(tests, boot, off);
}
