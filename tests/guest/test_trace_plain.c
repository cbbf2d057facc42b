/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stream of switches of a kernel that keeps no account of pressure (PSI), where switches are
 * told by their tracepoint: what the trace holds against what the kernel counts by itself.
 */
#include "lab.h"

#include "../unit/test.h"
#include "ops/trace.h"

static struct lab *lab;

static void without_psi_switches_are_told_by_their_tracepoint(void **state)
{
	const struct trace *trace = session_model(lab_session(lab))->trace;
	static struct trace_slice slices[65536];
	const struct event *ev;
	size_t mark = lab_mark(lab), workers = 0;
	/* calls left out: an interrupt's wake-up within a task's wake-up of itself */
	uint64_t missed;

	lab_ok(lab, "run look -- sh -c 'test ! -e /proc/pressure'");
	lab_ok(lab, "wait look timeout=60s");
	missed = lab_stream(lab, true, 0);
	lab_ok(lab, "spawn pair pipe-io n=2 burst=50");
	lab_ok(lab, "hold until units(pair) > 20 timeout=60s");
	lab_ok(lab, "signal pair STOP");
	lab_ok(lab, "hold 300ms");
	lab_samples(lab, 3);
	missed += lab_stream(lab, false, 0);
	assert_int_equal(trace_account(trace).dropped, missed);
	for (; (ev = lab_find(lab, mark, EV_PLACED, "pair", NULL)); mark = lab_place(lab, ev) + 1) {
		const struct sample_task *t = lab_task(lab, ev->pid);
		size_t i, n = trace_task_slices(trace, (int32_t)ev->pid, 0, UINT64_MAX, slices,
						sizeof(slices) / sizeof(slices[0]));
		uint64_t asleep = 0;

		for (i = 0; i < n; i++) {
			assert_non_null(strchr("rSDT", slices[i].state));
			asleep += slices[i].state && slices[i].state != 'r';
		}
		print_message("# %d: slices %zu of %llu, asleep %llu of %llu\n", t->tid, n,
			      (unsigned long long)t->switches, (unsigned long long)asleep,
			      (unsigned long long)t->voluntary);
		assert_int_equal(n, t->switches);
		/* who is signalled while it is about to sleep stays, and the kernel counts it as
		 * gone */
		assert_true(asleep > 0 && asleep <= t->voluntary && t->voluntary - asleep <= 2);
		workers++;
	}
	assert_int_equal(workers, 2);
}

static int boot(void **state)
{
	static const char *const include[] = {"sh", "test", NULL};
	static struct lab_config config = {
		.include = include, .append = "psi=0", .observe = OBSERVE_GUEST};

	lab = lab_boot(&config);
	return 0;
}

static int off(void **state)
{
	lab_end(lab);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_psi_switches_are_told_by_their_tracepoint),
	};

	return cmocka_run_group_tests(tests, boot, off);
}
