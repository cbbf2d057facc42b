/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_death - what is kept of a scheduler that ended, and its counters by seconds and by steps.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/dump.h"
#include "ops/export_md_private.h"
#include "ops/model.h"

#define MS UINT64_C(1000000)

static void apply(struct model *m, enum event_type type, uint64_t seq, uint64_t ms, const char *name,
		  const char *text, int64_t code)
{
	struct event ev = {.type = type, .seq = seq, .t_ns = ms * MS, .name = name, .cgroup = "",
			   .path = "", .text = text, .data = "", .code = code};

	model_apply(m, &ev);
}

static void op(struct model *m, uint64_t seq, uint64_t ms, const char *line)
{
	apply(m, EV_OP, seq, ms, "", line, 0);
	apply(m, EV_BEGIN, seq, ms, "", "", 0);
	apply(m, EV_DONE, seq, ms, "", "", 0);
}

struct seen {
	uint64_t ms, enables, keep_last, bypass_ns;
	uint64_t state, waiting_ms[3]; /* since when tasks 101, 102, ... wait; 0 = it runs */
	bool no_counters;
};

static void see(struct model *m, struct seen is)
{
	struct sample_task tasks[3];
	struct sample s = {.t_ns = is.ms * MS, .tasks = tasks, .ntasks = 3, .scx_enables = is.enables};
	int i;

	sample_clear(&s.sched, &sample_sched_fields);
	s.sched.state = is.state;
	for (i = 0; i < 3; i++) {
		tasks[i] = (struct sample_task){.tid = 101 + i, .pid = 101 + i,
						.state = is.waiting_ms[i] ? 'r' : 'R'};
		sample_clear(&tasks[i], &sample_task_fields);
		if (is.waiting_ms[i])
			tasks[i].since_ns = is.waiting_ms[i] * MS;
	}
	s.nscx = is.no_counters ? 0 : 2;
	snprintf(s.scx[0].name, SAMPLE_SCX_NAME, "SCX_EV_DISPATCH_KEEP_LAST");
	s.scx[0].value = is.keep_last;
	snprintf(s.scx[1].name, SAMPLE_SCX_NAME, "SCX_EV_BYPASS_DURATION");
	s.scx[1].value = is.bypass_ns;
	model_sample(m, &s);
}

static void the_last_that_was_seen_of_it_in_force_is_kept(void **state)
{
	struct model *m = model_create();
	const struct model_sched *s;
	size_t n;

	assert_null(model_sched_ended(m, &n));
	apply(m, EV_SCHED, 0, 1000, "stall", "enabled", 0);
	see(m, (struct seen){.ms = 2000, .enables = 1, .keep_last = 7, .state = 1,
			     .waiting_ms = {1900, 1500, 1700}});
	/* it is on its way out: who waits now waits for another reason */
	see(m, (struct seen){.ms = 3000, .enables = 1, .keep_last = 9, .state = 2,
			     .waiting_ms = {2900, 0, 0}});
	see(m, (struct seen){.ms = 3100, .enables = 1, .no_counters = true, .state = SAMPLE_ABSENT});
	apply(m, EV_SCHED_EXIT, 0, 3200, "stall", "runnable task stall", 1026);
	s = model_sched_ended(m, &n);
	assert_int_equal(n, 1);
	assert_int_equal(s->seen_ns, 2000 * MS);
	assert_int_equal(s->nwaiters, 3);
	assert_int_equal(s->waiters[0].tid, 102);
	assert_int_equal(s->waiters[1].tid, 103);
	assert_int_equal(s->waiters[2].tid, 101);
	assert_int_equal(s->ncounters, 2);
	assert_int_equal(s->counters[0].value, 7);
	/* another one changes nothing of that */
	apply(m, EV_SCHED, 0, 4000, "fifo", "enabled", 0);
	see(m, (struct seen){.ms = 5000, .enables = 2, .keep_last = 1, .state = 1,
			     .waiting_ms = {4900, 0, 0}});
	assert_string_equal(model_sched_ended(m, &n)->name, "stall");
	assert_int_equal(model_sched_ended(m, &n)->nwaiters, 3);
	model_destroy(m);
}

static void a_dump_is_taken_apart_once_it_is_whole(void **state)
{
	static const char text[] = "a[7] triggered exit kind 1024 on CPU 0:\nCPU states\n"
				   "CPU 0   : nr_run=1 flags=0x0\n  R b[8] -5ms\n";
	struct event part = {.type = EV_SCHED_DUMP, .name = "", .cgroup = "", .path = "", .text = "",
			     .index = 1, .data = text, .data_len = 40};
	struct model *m = model_create();

	apply(m, EV_SCHED, 0, 1000, "x", "enabled", 0);
	model_apply(m, &part);
	assert_null(m->scheds[0].parsed);
	part.index = 2;
	part.data = text + 40;
	part.data_len = sizeof(text) - 1 - 40;
	part.flag = true;
	model_apply(m, &part);
	assert_int_equal(m->scheds[0].parsed->kind, 1024);
	assert_int_equal(m->scheds[0].parsed->ntasks, 1);
	/* a second one takes its place */
	part.index = 1;
	model_apply(m, &part);
	assert_int_equal(m->scheds[0].parsed->kind, 0);
	model_destroy(m);
}

static void counters_grow_by_the_second_and_by_the_step(void **state)
{
	struct model *m = model_create();
	uint64_t grown;
	double rate;

	apply(m, EV_SCHED, 0, 100, "x", "enabled", 0);
	see(m, (struct seen){.ms = 1000, .enables = 1, .keep_last = 10, .bypass_ns = 5, .state = 1});
	assert_false(model_scx_rate(m, 0, &rate));
	assert_true(model_scx_step(m, 0, 0, &grown));
	assert_int_equal(grown, 10); /* it came into force in the backdrop */
	op(m, 1, 1500, "step one");
	see(m, (struct seen){.ms = 2000, .enables = 1, .keep_last = 30, .bypass_ns = 5, .state = 1});
	assert_true(model_scx_rate(m, 0, &rate));
	assert_true(rate > 19.99 && rate < 20.01);
	assert_true(model_scx_rate(m, 1, &rate));
	assert_true(rate < 0.01);
	assert_true(model_scx_step(m, 1, 0, &grown));
	assert_int_equal(grown, 20);
	op(m, 2, 2500, "step two");
	see(m, (struct seen){.ms = 3000, .enables = 1, .keep_last = 31, .bypass_ns = 5, .state = 1});
	assert_true(model_scx_step(m, 0, 0, &grown));
	assert_int_equal(grown, 10);
	assert_true(model_scx_step(m, 1, 0, &grown));
	assert_int_equal(grown, 20);
	assert_true(model_scx_step(m, 2, 0, &grown));
	assert_int_equal(grown, 1);
	/* another scheduler begins at 0, and has nothing to do with what was before */
	see(m, (struct seen){.ms = 4000, .enables = 2, .keep_last = 3, .bypass_ns = 0, .state = 1});
	assert_false(model_scx_rate(m, 0, &rate));
	assert_true(model_scx_step(m, 2, 0, &grown));
	assert_int_equal(grown, 3);
	/* none is in force: not known, not 0 */
	see(m, (struct seen){.ms = 5000, .enables = 2, .no_counters = true, .state = 3});
	assert_false(model_scx_step(m, 2, 0, &grown));
	assert_true(model_scx_is_time("SCX_EV_BYPASS_DURATION"));
	assert_false(model_scx_is_time("SCX_EV_BYPASS_DISPATCH"));
	model_destroy(m);
}

static void what_began_between_the_end_and_the_word_of_it_did_not_lead_to_it(void **state)
{
	static const char text[] = "a[7] triggered exit kind 1024 on CPU 0:\n";
	struct event part = {.type = EV_SCHED_DUMP, .name = "", .cgroup = "", .path = "", .text = "",
			     .index = 1, .data = text, .data_len = sizeof(text) - 1, .flag = true,
			     .id = 2000 * MS};
	struct model *m = model_create();

	apply(m, EV_SCHED, 0, 1000, "x", "enabled", 0);
	op(m, 1, 1500, "cgroup add a");
	see(m, (struct seen){.ms = 1900, .enables = 1, .keep_last = 4, .state = SAMPLE_ABSENT,
			     .waiting_ms = {1800, 0, 0}});
	op(m, 2, 2100, "cgroup add b");
	see(m, (struct seen){.ms = 2200, .enables = 1, .keep_last = 9, .state = SAMPLE_ABSENT});
	model_apply(m, &part);
	apply(m, EV_SCHED_EXIT, 0, 2500, "x", "runtime error", 1024);
	/* nor was what was seen then its doing */
	assert_int_equal(m->scheds[0].seen_ns, 1900 * MS);
	assert_int_equal(m->scheds[0].nwaiters, 1);
	assert_int_equal(m->scheds[0].counters[0].value, 4);
	assert_int_equal(m->scheds[0].before_seq, 1);
	assert_int_equal(m->scheds[0].died_ns, 2000 * MS);
	assert_int_equal(m->scheds[0].ended_ns, 2500 * MS);
	model_destroy(m);
}

static void a_bug_report_has_the_post_mortem_and_nothing_in_it_escapes(void **state)
{
	static const char text[] =
		"a`[7] triggered exit kind 1026 on CPU 0:\n\nBacktrace:\n  f`g+0x1/0x2\n\nCPU states\n"
		"CPU 0   : nr_run=1 flags=0x0\n"
		"  R young[8] *root -5ms\n      scx_state/flags=4/0x3 dsq_flags=0x0 ops_state/qseq=2/2\n"
		"  R old[9] *root -4312ms\n      sticky/holding_cpu=-1/-1 dsq_id=0x2a\n"
		"# no title\n\033[2J\nEvent counters\n  SCX_EV_BYPASS_DURATION: 5000000\n  SCX_EV_NONE: 0\n";
	struct event part = {.type = EV_SCHED_DUMP, .name = "", .cgroup = "", .path = "", .text = "",
			     .index = 1, .data = text, .data_len = sizeof(text) - 1, .flag = true};
	struct model *m = model_create();
	cleanup_buf struct buf out = BUF_INIT;
	const char *old, *young;

	export_md_post(m, &out);
	assert_int_equal(out.len, 0);
	apply(m, EV_SCHED, 0, 1000, "x", "enabled", 0);
	op(m, 1, 1500, "spawn young spin");
	model_apply(m, &part);
	apply(m, EV_SCHED_EXIT, 0, 2500, "x", "runnable task stall", 1026);
	export_md_post(m, &out);
	assert_non_null(strstr(buf_text(&out), "- why: stall `runnable task stall`\n"));
	assert_non_null(strstr(buf_text(&out), "- the op before: `spawn young spin`\n"));
	old = strstr(buf_text(&out), "`old[9]` had waited 4.3s, on DSQ 0x2a\n");
	young = strstr(buf_text(&out), "`young[8]` had waited 5.0ms, on no DSQ: the scheduler kept it");
	assert_true(old && young && old < young);
	assert_non_null(strstr(buf_text(&out), "- `` f`g+0x1/0x2 ``\n"));
	assert_non_null(strstr(buf_text(&out), "- `SCX_EV_BYPASS_DURATION` 5.0ms\n"));
	assert_null(strstr(buf_text(&out), "`SCX_EV_NONE`"));
	assert_non_null(strstr(buf_text(&out), "\n    # no title\n"));
	assert_null(strchr(buf_text(&out), '\033'));
	model_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_that_was_seen_of_it_in_force_is_kept),
		cmocka_unit_test(a_dump_is_taken_apart_once_it_is_whole),
		cmocka_unit_test(what_began_between_the_end_and_the_word_of_it_did_not_lead_to_it),
		cmocka_unit_test(a_bug_report_has_the_post_mortem_and_nothing_in_it_escapes),
		cmocka_unit_test(counters_grow_by_the_second_and_by_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
