/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_work - every work type of the table in a real guest: does it work, does it say so, and
 * does it leave nothing behind?
 */
#include "../unit/test.h"
#include "lab.h"

#include "guest/wire_report.h"
#include "guest/wire_work.h"

static struct lab *lab;

static uint32_t group_of(const struct work_type *t)
{
	struct work_values v;

	work_defaults(t, &v);
	return work_group_size(t, &v);
}

/* What the guest has of a kind, as the words of a program: to be the same before and after. */
static void look(const char *name, char *dst, size_t size)
{
	const char *seen;
	size_t len;

	/* kernel threads have no arguments; hands come and go, those who look are left out */
	lab_ok(lab,
	       "run %s -- sh -c \"ls /tmp /dev/shm /dev/mqueue 2>/dev/null; ls -d "
	       "/sys/fs/cgroup/*/ "
	       "/sys/fs/cgroup/scxplore/*/ 2>/dev/null; cat /proc/sysvipc/shm /proc/sysvipc/sem | "
	       "wc -l; "
	       "for p in /proc/[0-9]*; do read -r c < $p/cmdline; case $c in '') ;; *) read -r n < "
	       "$p/comm; "
	       "case $n in sh|sort|uniq|scx-hand) ;; *) echo $n;; esac;; esac; done 2>/dev/null | "
	       "sort | uniq -c\"",
	       name);
	lab_ok(lab, "wait %s timeout=20s", name);
	seen = lab_output(lab, name, 1, &len);
	snprintf(dst, size, "%s", seen);
}

static void assert_reports(const struct work_type *t, const char *name, uint32_t n, size_t mark)
{
	uint32_t i, workers = 0, counted = 0;
	size_t at = mark;
	const struct event *ev;
	struct work_report r;

	/* the last report of each worker comes before its exit */
	for (i = 0; i < n; i++) {
		ev = lab_wait(lab, at, EV_EXIT, name, NULL);
		assert_true(ev->flag);
		at = lab_place(lab, ev) + 1;
	}
	for (at = mark; (ev = lab_find(lab, at, EV_REPORT, name, NULL));
	     at = lab_place(lab, ev) + 1) {
		if (ev->flag)
			continue;
		workers++;
		report_read(ev->text, &r);
		if (r.units == 0 || r.units == REPORT_ABSENT || report_cpus(&r) == 0)
			fail_msg("%s: worker %llu did nothing: %s", t->name,
				 (unsigned long long)ev->index, ev->text);
		counted += r.run_delay_ns != REPORT_ABSENT;
		assert_true(r.wall_ns >= 100000000);
		assert_true(r.cpu_ns <= r.wall_ns * 2);
	}
	assert_int_equal(workers, n);
	if (!counted)
		fail_msg("%s: no worker knows its run delay", t->name);
}

/* All kinds of workers by turns in one guest, several at a time would only starve each other. */
static void every_work_type_works_reports_and_leaves_nothing_behind(void **state)
{
	static char before[8192], after[8192];
	const struct work_type *t;
	char name[32];
	size_t i;

	lab_ok(lab, "cgroup add low");
	look("before", before, sizeof(before));
	for (i = 0; (t = work_type_at(i)); i++) {
		size_t mark = lab_mark(lab);

		snprintf(name, sizeof(name), "w%zu", i);
		print_message("# %s\n", t->name);
		lab_ok(lab, "spawn %s@low %s", name, t->name);
		lab_ok(lab, "hold 300ms");
		/* on a loaded machine a worker may not have had its turn by then */
		lab_ok(lab, "hold until units(%s) > 0 timeout=60s", name);
		if (lab_find(lab, mark, EV_EXIT, name, NULL))
			fail_msg("%s: a worker ended by itself with %lld", t->name,
				 (long long)lab_find(lab, mark, EV_EXIT, name, NULL)->code);
		lab_ok(lab, "kill %s", name);
		assert_reports(t, name, group_of(t), mark);
	}
	look("after", after, sizeof(after));
	assert_string_equal(before, after);
}

static void parameters_reach_the_worker(void **state)
{
	const struct event *ev;
	struct work_report r;
	size_t mark = lab_mark(lab);

	lab_ok(lab, "spawn slow@low bursty burst=1ms sleep=100ms");
	lab_ok(lab, "hold 1s");
	lab_ok(lab, "kill slow");
	do {
		ev = lab_wait(lab, mark, EV_REPORT, "slow", NULL);
		mark = lab_place(lab, ev) + 1;
	} while (ev->flag);
	report_read(ev->text, &r);
	/* 100 ms at least for each round */
	assert_in_range(r.iterations, 1, 10);
	assert_in_range(r.wakes, 1, 10);
	assert_true(report_off_cpu_ns(&r) > r.wall_ns / 2);
}

static void a_report_comes_when_it_is_asked_for_and_is_judged(void **state)
{
	const struct event *ev;
	size_t mark = lab_mark(lab);
	uint64_t seq;

	lab_ok(lab, "spawn hogs@low spin n=2");
	lab_ok(lab, "hold until units(hogs) > 0 timeout=60s");
	seq = lab_ok(lab, "report hogs");
	ev = lab_wait(lab, mark, EV_REPORT, "hogs", NULL);
	while (ev->seq != seq)
		ev = lab_wait(lab, lab_place(lab, ev) + 1, EV_REPORT, "hogs", NULL);
	assert_true(ev->flag);
	lab_ok(lab, "expect report hogs work-units > 0");
	ev = lab_wait(lab, mark, EV_VERDICT, NULL, "holds for each of 2 workers");
	assert_int_equal(ev->code, 0);
	mark = lab_mark(lab);
	lab_ok(lab, "expect report hogs iterations == 0");
	assert_int_equal(lab_wait(lab, mark, EV_VERDICT, NULL, "reported")->code, 1);
	mark = lab_mark(lab);
	/* a time that is missed proves nothing where the guest is emulated */
	lab_ok(lab, "expect report hogs wall < 1us");
	ev = lab_wait(lab, mark, EV_VERDICT, NULL, "reported");
	assert_int_equal(ev->code, strcmp(session_model(lab_session(lab))->accel, "tcg") ? 1 : 2);
	lab_ok(lab, "kill hogs");
}

static void last_report(const char *name, uint64_t index, size_t mark, struct work_report *r)
{
	const struct event *ev;

	do {
		ev = lab_wait(lab, mark, EV_REPORT, name, NULL);
		mark = lab_place(lab, ev) + 1;
	} while (ev->flag || ev->index != index);
	report_read(ev->text, r);
}

/* The last test: a guest of another shape takes the first one's place. */
static void nodes_and_sibling_threads_are_used_as_they_are(void **state)
{
	struct work_report r;
	size_t mark;
	uint64_t i;

	lab_end(lab);
	lab = NULL;
	lab = lab_boot(&(struct lab_config){.topology = {2, 2, 1, 2}});
	mark = lab_mark(lab);
	lab_ok(lab, "spawn sweep numa-working-set-sweep period=50ms");
	lab_ok(lab, "spawn roam numa-migration-churn period=50ms");
	lab_ok(lab, "hold 2s");
	lab_ok(lab, "kill sweep");
	lab_ok(lab, "kill roam");
	last_report("sweep", 1, mark, &r);
	assert_in_range(r.numa_pages[0], 1, 1 << 20);
	assert_in_range(r.numa_pages[1], 1, 1 << 20);
	last_report("roam", 1, mark, &r);
	/* CPUs 0 and 1 are on one node, 2 and 3 on the other */
	assert_true(r.cpus[0] & 3);
	assert_true(r.cpus[0] & 12);
	lab_ok(lab, "spawn pairs smt-sibling-spin n=4");
	lab_ok(lab, "hold 500ms");
	lab_ok(lab, "kill pairs");
	for (i = 1; i <= 4; i++) {
		last_report("pairs", i, mark, &r);
		assert_int_equal(r.cpus[0], 1u << (i - 1));
	}
}

static int boot(void **state)
{
	const char *const include[] = {"sh", "ls", "cat", "sort", "uniq", "wc", NULL};
	const struct lab_config config = {.topology = {1, 1, 2, 1}, .include = include};

	lab = lab_boot(&config);
	return 0;
}

static int end(void **state)
{
	lab_end(lab);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_work_type_works_reports_and_leaves_nothing_behind),
		cmocka_unit_test(parameters_reach_the_worker),
		cmocka_unit_test(a_report_comes_when_it_is_asked_for_and_is_judged),
		cmocka_unit_test(nodes_and_sibling_threads_are_used_as_they_are),
	};

	return cmocka_run_group_tests_name("work", tests, boot, end);
}
