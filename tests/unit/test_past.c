/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_past - what was known at a moment is what a reader of the file knows when it ends there.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/buf.h"
#include "ops/journal.h"
#include "ops/past.h"
#include "ops/trace.h"

#include <inttypes.h>
#include <unistd.h>

#define SECOND  UINT64_C(1000000000)
#define SAMPLES 400

static char path[] = "/tmp/scxplore-past-XXXXXX";

static void add(struct sample_task *task, struct journal *j, uint64_t t_ns)
{
	struct sample_cpu cpus[2] = {{.cpu = 0}, {.cpu = 1}};
	struct sample s = {.t_ns = t_ns, .ncpus = 2, .ntasks = 1, .cpus = cpus, .tasks = task};
	struct err err = ERR_INIT;

	sample_clear(&cpus[0], &sample_cpu_fields);
	sample_clear(&cpus[1], &sample_cpu_fields);
	sample_clear(&s.sched, &sample_sched_fields);
	cpus[0].switches = t_ns / 1000;
	assert_int_equal(journal_sample(j, &s, &err), 0);
}

/* An op every ten seconds, a sample a second, in which a task runs one second more. */
static int set_up(void **state)
{
	struct session_info info = {.created = "",
				    .topology = "1n1l2c1t",
				    .kernel = "",
				    .accel = "",
				    .workload_root = "/scxplore",
				    .append = "",
				    .version = ""};
	struct sample_task task = {.tid = 7, .pid = 7, .comm = "hog"};
	struct err err = ERR_INIT;
	struct journal *j;
	uint64_t i;

	close(mkstemp(path));
	unlink(path);
	sample_clear(&task, &sample_task_fields);
	j = journal_create(path, &info, &err);
	if (!j)
		return -1;
	for (i = 1; i <= SAMPLES; i++) {
		if (i % 10 == 0) {
			char text[64];

			snprintf(text, sizeof(text), "cgroup add g%" PRIu64, i);
			journal_event(
				j,
				&(struct event){
					.type = EV_OP, .seq = i, .t_ns = i * SECOND, .text = text},
				&err);
			journal_event(
				j,
				&(struct event){.type = EV_BEGIN, .seq = i, .t_ns = i * SECOND + 1},
				&err);
			journal_event(j,
				      &(struct event){.type = EV_DONE,
						      .seq = i,
						      .text = "",
						      .t_ns = i * SECOND + 2},
				      &err);
		}
		task.run_ns = i * SECOND;
		add(&task, j, i * SECOND + 3);
	}
	journal_destroy(j);
	return 0;
}

static int tear_down(void **state)
{
	unlink(path);
	return 0;
}

static void assert_moment(const struct model *m, uint64_t t_ns)
{
	uint64_t samples = t_ns < 3 ? 0 : (t_ns - 3) / SECOND;

	samples = samples < SAMPLES ? samples : SAMPLES;
	assert_int_equal(m->nops, t_ns / SECOND / 10 < 40 ? t_ns / SECOND / 10 : 40);
	assert_int_equal(m->sample_ns, samples ? samples * SECOND + 3 : 0);
	assert_int_equal(m->ntasks, samples ? 1 : 0);
	if (samples > 1) {
		assert_int_equal(m->tasks[0].run_ns, samples * SECOND);
		assert_int_equal(m->tasks_before[0].run_ns, (samples - 1) * SECOND);
	}
	if (m->nops)
		assert_int_equal(m->ops[m->nops - 1].state,
				 t_ns >= m->nops * 10 * SECOND + 2 ? OPS_DONE : OPS_QUEUED);
}

static void each_moment_is_what_was_known_then(void **state)
{
	static const uint64_t at[] = {399, 0, 5, 6, 7, 100, 101, 250, 249, 10, 20, 1000, 330, 331};
	struct trace *t = trace_create(0);
	struct err err = ERR_INIT;
	struct past *p = past_open(path, t, &err);
	size_t i;

	assert_non_null(p);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		assert_moment(past_at(p, at[i] * SECOND + SECOND / 2), at[i] * SECOND + SECOND / 2);
	assert_moment(past_at(p, 100 * SECOND), 100 * SECOND);
	past_close(p);
	trace_destroy(t);
}

static void what_is_written_meanwhile_is_seen_and_a_cut_line_is_not(void **state)
{
	static const char line[] = "{\"seq\":900,\"t_ns\":500000000000,\"op\":\"cgroup add z\"}\n";
	struct trace *t = trace_create(0);
	struct err err = ERR_INIT;
	struct past *p = past_open(path, t, &err);
	cleanup_file FILE *f = fopen(path, "ae");

	assert_non_null(p);
	assert_int_equal(past_at(p, 600 * SECOND)->nops, 40);
	fwrite(line, 1, 20, f);
	fflush(f);
	assert_int_equal(past_at(p, 600 * SECOND)->nops, 40);
	fwrite(line + 20, 1, sizeof(line) - 21, f);
	fwrite("no json\n\n{\"t_ns\":99999999999999999999,\"x\":1}\n", 1, 46, f);
	fflush(f);
	assert_int_equal(past_at(p, 600 * SECOND)->nops, 41);
	assert_int_equal(past_at(p, 499 * SECOND)->nops, 40);
	past_close(p);
	trace_destroy(t);
	assert_null(past_open("/nowhere/at/all", NULL, &err));
	assert_non_null(strstr(err.msg, "/nowhere/at/all"));
}

/* A switch a millisecond, an hour long in all; a line a second. */
static void what_the_store_has_no_room_for_is_read_again(void **state)
{
	struct session_info info = {.created = "",
				    .topology = "1n1l2c1t",
				    .kernel = "",
				    .accel = "",
				    .workload_root = "/scxplore",
				    .append = "",
				    .version = ""};
	char file[] = "/tmp/scxplore-past-XXXXXX";
	struct trace_pack *pack = trace_pack_create();
	struct trace *t = trace_create(1u << 20);
	struct trace_task name = {.tid = 7, .pid = 7, .t_ns = 1, .comm = "hog"};
	struct err err = ERR_INIT;
	const struct trace *w;
	struct trace_slice s[2100];
	struct journal *j;
	struct past *p;
	uint64_t i;

	close(mkstemp(file));
	unlink(file);
	j = journal_create(file, &info, &err);
	assert_non_null(j);
	for (i = 1; i <= 200000; i++) {
		struct trace_record r = {.t_ns = i * SECOND / 1000,
					 .type = TRACE_SWITCH,
					 .tid = i % 2 ? 7 : 0,
					 .other = i % 2 ? 0 : 7,
					 .state = 'S'};

		assert_true(trace_add(t, &r) && trace_pack_add(pack, &r));
		if (i % 1000 && i < 200000)
			continue;
		journal_trace(j,
			      &(struct trace_json){.t_ns = r.t_ns + 1,
						   .pack = pack,
						   .names = &name,
						   .nnames = i == 1000},
			      &err);
		trace_pack_reset(pack);
	}
	journal_destroy(j);
	assert_true(trace_first_ns(t) > 100 * SECOND);
	p = past_open(file, t, &err);
	assert_non_null(p);
	w = past_trace(p, 50 * SECOND, 52 * SECOND);
	assert_non_null(w);
	/* 2000 in these seconds, and the one that ran already */
	assert_int_equal(trace_slices(w, 0, 50 * SECOND + 1, 52 * SECOND + 1, s, 2100), 2001);
	assert_int_equal(s[0].begin_ns, 50 * SECOND);
	assert_true(trace_name_at(w, 7, 50 * SECOND, &name));
	assert_int_equal(trace_last_ns(w), trace_last_ns(t));
	/* nearby it is the same one, far away another */
	assert_ptr_equal(past_trace(p, 51 * SECOND, 53 * SECOND), w);
	w = past_trace(p, 1 * SECOND, 2 * SECOND);
	assert_int_equal(trace_slices(w, 0, 1 * SECOND, 2 * SECOND, s, 2100), 1000);
	past_close(p);
	trace_destroy(t);
	trace_pack_destroy(pack);
	unlink(file);
}

static void moments_are_ends_of_ops(void **state)
{
	struct model *m = model_create();
	struct err err = ERR_INIT;
	uint64_t seq = 0;

	assert_int_equal(journal_read(path, false, NULL, m, NULL, NULL, &err), 0);
	assert_int_equal(past_moment(m, 55 * SECOND, -1, false, &seq), 50 * SECOND + 2);
	assert_int_equal(seq, 50);
	assert_int_equal(past_moment(m, 50 * SECOND + 2, -1, false, &seq), 40 * SECOND + 2);
	assert_int_equal(past_moment(m, 55 * SECOND, 1, false, &seq), 60 * SECOND + 2);
	assert_int_equal(past_moment(m, UINT64_MAX, 1, false, &seq), 0);
	assert_int_equal(past_moment(m, 1, -1, false, &seq), 0);
	assert_int_equal(past_moment(m, 55 * SECOND, -1, true, &seq), 0);
	model_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_moment_is_what_was_known_then),
		cmocka_unit_test(moments_are_ends_of_ops),
		cmocka_unit_test(what_the_store_has_no_room_for_is_read_again),
		cmocka_unit_test(what_is_written_meanwhile_is_seen_and_a_cut_line_is_not),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
