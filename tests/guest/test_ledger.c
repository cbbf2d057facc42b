/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_ledger - what groups did, as the ledger counts it, is what the kernel's own numbers of their
 * threads say, and every thread that ran where it may not is found: in one real guest.
 */
#include "lab.h"

#include "../unit/test.h"
#include "ops/model_ledger.h"

#include <inttypes.h>
#include <string.h>

#define HELD_TIMES 60         /* times that a task gets a CPU until it is let go, at most */
#define HELD_NS    1000000000 /* and what it uses, under emulation */

static struct lab *lab;

static const struct model *model(void)
{
	return session_model(lab_session(lab));
}

static const struct model_look *look(const char *name)
{
	const struct model_look *l = model_look(model(), lab_ok(lab, "look %s", name), name);

	assert_non_null(l);
	return l;
}

struct sums {
	uint64_t switches, run_ns;
	unsigned n;
};

static struct sums sums_of(const char *comm)
{
	struct sums s = {0};
	size_t i;

	for (i = 0; i < model()->ntasks; i++) {
		const struct sample_task *t = &model()->tasks[i];

		if (strncmp(t->comm, comm, strlen(comm)))
			continue;
		s.switches += t->switches;
		s.run_ns += t->run_ns;
		s.n++;
	}
	return s;
}

/* Stopped, so that nothing changes between the one look and the other. */
static void counts_are_those_of_the_kernel(void **state)
{
	const struct model_look *l;
	uint64_t switches, run_ns;
	struct sums s;

	lab_ok(lab, "cgroup add a");
	lab_ok(lab, "spawn pair@a pipe-io n=4");
	lab_ok(lab, "hold until switches(pair) >= 2000 timeout=60s");
	l = look("pair");
	assert_true(l->switches >= 2000);
	lab_ok(lab, "signal pair STOP");
	lab_ok(lab, "hold 300ms");
	lab_samples(lab, 15);
	s = sums_of("pair.");
	l = look("pair");
	switches = l->switches;
	run_ns = l->run_ns;
	print_message("# %" PRIu64 " times on a CPU of %" PRIu64 ", %" PRIu64 " ns of %" PRIu64
		      "\n",
		      switches, s.switches, run_ns, s.run_ns);
	assert_int_equal(s.n, 4);
	assert_in_range(s.switches, switches, switches + HELD_TIMES);
	assert_in_range(s.run_ns, run_ns, run_ns + HELD_NS);
	assert_int_equal(look("pair")->switches, switches);
	/* what is dead has done what it did */
	lab_ok(lab, "kill pair");
	l = look("pair");
	assert_true(l->switches >= switches && l->run_ns >= run_ns);
	assert_in_range(l->switches, switches, switches + 40);
}

/* Its affinity is torn from its cpuset in memory, of which no file and no op tells. */
static void a_thread_that_is_sent_out_of_its_cpuset_is_found(void **state)
{
	const struct model_look *l;
	size_t i;

	lab_ok(lab, "cgroup add box cpuset.cpus=0");
	lab_ok(lab, "spawn out@box bursty burst=1ms sleep=2ms");
	lab_ok(lab, "hold until switches(out) >= 20 timeout=60s");
	l = look("out");
	assert_int_equal(l->escapes, 0);
	for (i = 0; i < l->nspots; i++)
		assert_true(l->spots[i].cgroup || l->spots[i].cpu == 0);
	lab_ok(lab, "kernel write task(out).cpus_mask.bits[0] = 2");
	lab_ok(lab, "hold until switches(out) >= %" PRIu64 " timeout=60s",
	       look("out")->switches + 60);
	l = look("out");
	print_message("# %" PRIu64 " of %" PRIu64 " times outside\n", l->escapes, l->switches);
	assert_true(l->escapes > 20);
	assert_int_equal(l->escape.cpu, 1);
	assert_string_equal(l->escape_comm, "out.1");
	assert_string_equal(l->escape.cgroup, "/scxplore/box");
	lab_ok(lab, "kill out");
}

/* Moved and pulled about, but never let run there: it was not there. */
static void a_cpu_that_a_thread_has_never_had_is_none_of_its(void **state)
{
	const struct model_look *l;
	size_t i;

	lab_ok(lab, "cgroup add here cpuset.cpus=1");
	lab_ok(lab, "cgroup add there cpuset.cpus=0");
	lab_ok(lab, "spawn still@here spin");
	lab_ok(lab, "hold until switches(still) >= 3 timeout=60s");
	lab_ok(lab, "signal still STOP");
	lab_ok(lab, "hold 300ms");
	lab_ok(lab, "move still to=there");
	l = look("still");
	for (i = 0; i < l->nspots; i++) {
		if (l->spots[i].cgroup)
			assert_string_equal(l->spots[i].cgroup, "/scxplore/here");
		else
			assert_int_equal(l->spots[i].cpu, 1);
	}
	lab_ok(lab, "signal still CONT");
	lab_ok(lab, "hold until switches(still) >= %" PRIu64 " timeout=60s", l->switches + 3);
	l = look("still");
	assert_int_equal(l->nspots, 4);
	lab_ok(lab, "kill still");
}

static int boot(void **state)
{
	lab = lab_boot(&(struct lab_config){0});
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
		cmocka_unit_test(counts_are_those_of_the_kernel),
		cmocka_unit_test(a_thread_that_is_sent_out_of_its_cpuset_is_found),
		cmocka_unit_test(a_cpu_that_a_thread_has_never_had_is_none_of_its),
	};

	return cmocka_run_group_tests(tests, boot, end);
}
