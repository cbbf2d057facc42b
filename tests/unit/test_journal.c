/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_journal - session files: what is written is read back, what is broken is said.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/event_json.h"
#include "ops/sample_json.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <sys/stat.h>

static char *temp_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/test_journal.%d", (int)getpid());
	unlink(path);
	return path;
}

static struct session_info an_info(void)
{
	static char *include[] = {"/bin/sh", NULL};

	return (struct session_info){.created = "2026-11-23T14:02:11Z",
				     .topology = "1n2l4c1t",
				     .memory_mib = 600,
				     .kernel = "7.3.4",
				     .accel = "tcg",
				     .workload_root = "/x",
				     .include = include,
				     .watchdog_ns = 30000000000,
				     .exact = true,
				     .seed = UINT64_MAX - 7,
				     .append = "quiet",
				     .version = "0.1.0"};
}

static void assert_same_event(const struct event *a, const struct event *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->t_ns, b->t_ns);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->cgroup, b->cgroup);
	assert_string_equal(a->path, b->path);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->data_len, b->data_len);
	assert_memory_equal(a->data, b->data, a->data_len);
	assert_int_equal(a->index, b->index);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->signal, b->signal);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->level, b->level);
	assert_int_equal(a->flag, b->flag);
}

/* Only the fields the table names for this type are set. */
static struct event full_event(const struct event_def *d, const char *text, const char *data,
			       size_t len)
{
	struct event ev = {.type = d->type,
			   .seq = 7,
			   .t_ns = UINT64_MAX,
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .text = "",
			   .data = ""};
	const struct event_field *const *f;

	for (f = d->fields; *f; f++) {
		char *at = (char *)&ev + (*f)->offset;

		if ((*f)->type == FIELD_STR)
			*(const char **)at = text;
		else if ((*f)->type == FIELD_U64)
			*(uint64_t *)at = UINT64_MAX - 1;
		else if ((*f)->type == FIELD_I64)
			*(int64_t *)at = INT64_MIN;
		else if ((*f)->type == FIELD_BOOL)
			*(bool *)at = true;
		else if ((*f)->type == FIELD_DATA) {
			ev.data = data;
			ev.data_len = len;
		}
	}
	return ev;
}

static void round_trip(const struct event *ev)
{
	cleanup_buf struct buf line = BUF_INIT, scratch = BUF_INIT;
	struct json_object *o;
	struct event back;

	event_json_line(&line, ev);
	assert_int_equal(line.data[line.len - 1], '\n');
	assert_ptr_equal(strchr(line.data, '\n'), line.data + line.len - 1);
	o = json_tokener_parse(buf_text(&line));
	assert_non_null(o);
	assert_int_equal(event_json_read(o, &back, &scratch), 1);
	assert_same_event(ev, &back);
	json_object_put(o);
}

static void every_event_survives_with_every_kind_of_bytes(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} datas[] = {{"plain", 5},      {"a\0b", 3},     {"\xff\xfe", 2},
		     {"\n\"\\\x01", 4}, {"\xc3\xa9", 2}, {"x", 0}};
	const struct event_def *d;
	size_t i, j;

	for (i = 0; (d = event_def_at(i)); i++) {
		for (j = 0; j < ARRAY_SIZE(datas); j++) {
			struct event plain = full_event(d, "text", datas[j].data, datas[j].len);
			struct event odd =
				full_event(d, "bad \xff\n\t\"\\ text", datas[j].data, datas[j].len);

			round_trip(&plain);
			round_trip(&odd);
		}
	}
}

static void a_written_session_is_read_back(void **state)
{
	struct session_info info = an_info(), back = {0};
	struct event op = {.type = EV_OP,
			   .seq = 1,
			   .text = "cgroup add low",
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};
	struct event begin = {.type = EV_BEGIN,
			      .seq = 1,
			      .t_ns = 5,
			      .name = "",
			      .cgroup = "",
			      .path = "",
			      .text = "",
			      .data = ""};
	struct event done = {.type = EV_DONE,
			     .seq = 1,
			     .t_ns = 6,
			     .text = "ok",
			     .name = "",
			     .cgroup = "",
			     .path = "",
			     .data = ""};
	struct model *model = model_create();
	struct scenario *scenario = NULL;
	const char *path = temp_path();
	struct err err = ERR_INIT;
	struct journal *j = journal_create(path, &info, &err);
	struct stat st;

	assert_non_null(j);
	assert_int_equal(journal_event(j, &op, &err), 0);
	assert_int_equal(journal_event(j, &begin, &err), 0);
	assert_int_equal(journal_event(j, &done, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(journal_is_session(path));
	/* read while it is still open: nothing waits in a buffer */
	assert_int_equal(journal_read(path, false, &back, model, &scenario, NULL, &err), 0);
	assert_string_equal(back.topology, "1n2l4c1t");
	assert_int_equal(back.memory_mib, 600);
	assert_string_equal(back.include[0], "/bin/sh");
	assert_null(back.include[1]);
	assert_int_equal(back.watchdog_ns, 30000000000);
	assert_string_equal(back.append, "quiet");
	assert_true(back.exact);
	assert_int_equal(back.seed, UINT64_MAX - 7);
	assert_int_equal(model->nops, 1);
	assert_int_equal(scenario_len(scenario), 1);
	assert_null(journal_create(path, &info, &err));
	assert_int_equal(err.code, EEXIST);
	journal_destroy(j);
	model_destroy(model);
	scenario_destroy(scenario);
	session_info_finish(&back);
	unlink(path);
}

static void a_sample_is_read_back(void **state)
{
	struct sample_cpu cpu = {
		.cpu = 1, .pid = 9, .nr_running = SAMPLE_ABSENT, .switches = 4, .comm = "spin"};
	struct sample_task task = {
		.pid = 9, .tid = 10, .cpu = 1, .state = 'R', .run_ns = 77, .comm = "a\x1b"};
	struct sample_cgroup cgroup = {.id = 5, .usage_ns = 3, .path = "/placement/low"};
	struct sample_dsq dsq = {.id = UINT64_C(1) << 63, .nr = 3};
	struct sample_mask mask = {{5, [3] = 1}};
	struct sample s = {.t_ns = 1000,
			   .drops = 1,
			   .cost_ns = 2,
			   .steal_ns = 12,
			   .ncpus = 1,
			   .ntasks = 1,
			   .ncgroups = 1,
			   .dsqs = &dsq,
			   .ndsqs = 1,
			   .masks = &mask,
			   .nmasks = 1,
			   .sched = {.state = 1, .bypass = SAMPLE_ABSENT},
			   .cpus = &cpu,
			   .tasks = &task,
			   .cgroups = &cgroup,
			   .nsubs = 1,
			   .subs = {{.cgroup_id = 5, .name = "chi\x1bld", .parent = SAMPLE_ABSENT}}};
	cleanup_buf struct buf text = BUF_INIT;
	struct recorded r;
	int i;

	for (i = 0; i < SAMPLE_SCX_MAX; i++)
		s.subs[0].events[i] = i < 3 ? (uint64_t)i * 7 : SAMPLE_ABSENT;
	sample_clear(&task, &sample_task_fields);
	task.held = SAMPLE_HELD_BPF;
	buf_adds(&text, HEAD);
	sample_json_line(&text, &s);
	recorded_init(&r, buf_text(&text));
	assert_int_equal(r.model->samples, 1);
	assert_int_equal(r.model->ndsqs, 1);
	assert_true(r.model->dsqs[0].id == dsq.id && r.model->dsqs[0].nr == 3);
	assert_memory_equal(model_mask(r.model, 0), &mask, sizeof(mask));
	assert_null(model_mask(r.model, 1));
	assert_true(r.model->sched_now.state == 1 && r.model->sched_now.bypass == SAMPLE_ABSENT);
	assert_true(r.model->tasks[0].held == SAMPLE_HELD_BPF && r.model->tasks[0].vtime == SAMPLE_ABSENT);
	assert_int_equal(r.model->nsubs, 1);
	assert_string_equal(model_sub(r.model, 5)->name, "chi?ld");
	assert_true(r.model->subs[0].parent == SAMPLE_ABSENT && r.model->subs[0].level == 0);
	assert_true(r.model->subs[0].events[2] == 14 && r.model->subs[0].events[3] == SAMPLE_ABSENT);
	assert_null(model_sub(r.model, 6));
	assert_non_null(strstr(buf_text(&text), "\"steal_ns\":12"));
	assert_int_equal(r.model->ncpus, 1);
	assert_int_equal(r.model->cpus[0].now.switches, 4);
	assert_true(r.model->cpus[0].now.nr_running == SAMPLE_ABSENT);
	assert_int_equal(r.model->tasks[0].tid, 10);
	assert_string_equal(r.model->tasks[0].comm, "a?");
	assert_string_equal(r.model->cgroups[0].path, "/placement/low");
	recorded_finish(&r);
}

static void a_cut_last_line_is_left_out_and_said(void **state)
{
	struct recorded r;

	recorded_init(&r, SEED "{\"seq\":7,\"t_ns\":0,\"op\":\"hold 1");
	assert_non_null(strstr(buf_text(&r.warning), "the last line was cut"));
	assert_int_equal(r.model->nops, 6);
	recorded_finish(&r);
}

static void a_session_cut_anywhere_is_never_refused(void **state)
{
	size_t head = strlen(HEAD), len = strlen(SEED), cut;
	struct err err = ERR_INIT;

	for (cut = head; cut < len; cut++) {
		struct scenario *scenario = NULL;

		assert_int_equal(journal_read_memory("x", SEED, cut, false, NULL, NULL, &scenario,
						     NULL, &err),
				 0);
		scenario_destroy(scenario);
	}
}

static void an_unknown_version_is_refused_by_its_number(void **state)
{
	struct err err = ERR_INIT;
	struct recorded r;

	assert_int_equal(recorded_read(&r, "{\"scxplore\":23}\n", &err), -EPROTONOSUPPORT);
	assert_non_null(strstr(err.msg, "version 23"));
	recorded_finish(&r);
	assert_int_equal(recorded_read(&r, "cgroup add low\n", &err), -EPROTO);
	recorded_finish(&r);
	assert_int_equal(recorded_read(&r, "", &err), -EPROTO);
	recorded_finish(&r);
}

static void unknown_lines_and_fields_are_tolerated_and_counted(void **state)
{
	struct recorded r;

	recorded_init(&r, SEED "{\"t_ns\":1,\"event\":\"from-the-future\",\"x\":1}\n{\"seq\":1,\"t_"
			       "ns\":1,\"note\":\"?\"}\n"
			       "{\"seq\":4,\"t_ns\":1,\"event\":\"begin\",\"more\":[1,2]}\nnot "
			       "json\n{\"t_ns\":2,\"event\":\"end\"}\n");
	assert_non_null(strstr(buf_text(&r.warning), "2 lines of a kind unknown"));
	assert_non_null(strstr(buf_text(&r.warning), "1 malformed line"));
	assert_true(r.model->ended);
	recorded_finish(&r);
}

static void tempo_is_the_time_between_the_end_of_an_op_and_the_next(void **state)
{
	struct scenario *asap = NULL;
	struct err err = ERR_INIT;
	struct recorded r;
#define TEXT                                                                                       \
	HEAD DID(1, 100, 150, "cgroup add a") DID(2, 1400, 1401, "cgroup add b")                   \
		DID(3, 1401, 1402, "hold 0") DID(4, 1402, 1402, "cgroup add c")

	recorded_init(&r, TEXT);
	assert_int_equal(scenario_at(r.scenario, 0)->after_ns, 0);
	assert_int_equal(scenario_at(r.scenario, 1)->after_ns, 1250000000);
	assert_int_equal(scenario_at(r.scenario, 2)->after_ns, 0);
	recorded_finish(&r);
	assert_int_equal(
		journal_read_memory("x", TEXT, strlen(TEXT), true, NULL, NULL, &asap, NULL, &err),
		0);
	assert_int_equal(scenario_at(asap, 1)->after_ns, 0);
	scenario_destroy(asap);
}

static void ops_that_failed_or_never_ended_are_left_out_of_a_replay(void **state)
{
	struct recorded r;

	recorded_init(
		&r,
		HEAD DID(1, 1, 1,
			 "cgroup add a") "{\"seq\":2,\"t_ns\":2,\"op\":\"run p@a -- "
					 "nonesuch\"}\n{\"seq\":2,\"t_ns\":2,\"event\":\"begin\"}\n"
					 "{\"seq\":2,\"t_ns\":3,\"event\":\"failed\",\"code\":2,"
					 "\"text\":\"no such file\"}\n" DID(3, 4, 4,
									    "expect exit p == 0")
						 JUDGED(3, 1, "x") "{\"seq\":4,\"t_ns\":5,\"op\":"
								   "\"hold 3s\"}\n");
	assert_int_equal(r.model->nops, 4);
	assert_int_equal(scenario_len(r.scenario), 1);
	assert_non_null(
		strstr(buf_text(&r.warning), "op 2 'run p@a -- nonesuch' failed and is left out"));
	assert_non_null(
		strstr(buf_text(&r.warning), "op 3 'expect exit p == 0' cannot be repeated"));
	assert_non_null(strstr(buf_text(&r.warning), "op 4 'hold 3s' was never finished"));
	recorded_finish(&r);
}

/* what happened in it is repeated, and that an op failed has happened */
static void ops_that_failed_in_an_exact_run_are_repeated(void **state)
{
	struct recorded r;

	recorded_init(&r, HEAD "{\"t_ns\":0,\"event\":\"accel\",\"name\":\"tcg-exact\"}\n" DID(
				  1, 1, 1, "cgroup add a")
				  "{\"seq\":2,\"t_ns\":2,\"op\":\"run p@a -- nonesuch\"}\n"
				  "{\"seq\":2,\"t_ns\":2,\"event\":\"begin\"}\n"
				  "{\"seq\":2,\"t_ns\":3,\"event\":\"failed\",\"code\":2}\n"
				  "{\"seq\":3,\"t_ns\":5,\"op\":\"hold 3s\"}\n");
	assert_int_equal(scenario_len(r.scenario), 2);
	assert_null(strstr(buf_text(&r.warning), "nonesuch"));
	assert_non_null(strstr(buf_text(&r.warning), "op 3 'hold 3s' was never finished"));
	recorded_finish(&r);
}

static void an_expectation_stays_whatever_its_verdict_was(void **state)
{
	struct recorded r;

	recorded_init(&r, SEED DID(7, 200, 201, "expect exit probe == 9") JUDGED(7, 1, "no"));
	assert_int_equal(scenario_len(r.scenario), 7);
	assert_string_equal(buf_text(&r.warning), "");
	recorded_finish(&r);
}

static void put_op(struct journal *j, uint64_t seq, const char *text)
{
	struct event ev = {.type = EV_OP, .seq = seq, .t_ns = seq * 1000, .name = "", .cgroup = "", .path = "",
			   .text = text, .data = ""};
	struct err err = ERR_INIT;

	assert_int_equal(journal_event(j, &ev, &err), 0);
}

static void a_branch_begins_with_what_the_file_held_then(void **state)
{
	const char *path = temp_path();
	cleanup_free char *to = xasprintf("%s.branch", path);
	struct session_info info = an_info();
	struct model *m = model_create();
	struct err err = ERR_INIT;
	struct journal *j = journal_create(path, &info, &err), *b;
	uint64_t bytes;

	unlink(to);
	put_op(j, 1, "cgroup add low");
	/* accepted, and not yet begun at that moment */
	put_op(j, 2, "cgroup add \"op\"");
	bytes = journal_size(j);
	put_op(j, 3, "cgroup add later");
	b = journal_branch(path, bytes, 2, to, &err);
	assert_non_null(b);
	assert_null(journal_branch(path, bytes, 2, to, &err)); /* nothing is overwritten */
	assert_int_equal(err.code, EEXIST);
	assert_string_equal(journal_path(b), to);
	put_op(b, 2, "cgroup add other");
	assert_int_equal(journal_read(to, true, NULL, m, NULL, NULL, &err), 0);
	assert_int_equal(m->nops, 2);
	assert_string_equal(m->ops[0].text, "cgroup add low");
	assert_string_equal(m->ops[1].text, "cgroup add other");
	journal_destroy(b);
	unlink(to);
	/* one that was cut meanwhile gives none */
	assert_null(journal_branch(path, journal_size(j) + 1, 9, to, &err));
	assert_int_equal(access(to, F_OK), -1);
	journal_destroy(j);
	model_destroy(m);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_survives_with_every_kind_of_bytes),
		cmocka_unit_test(a_written_session_is_read_back),
		cmocka_unit_test(a_branch_begins_with_what_the_file_held_then),
		cmocka_unit_test(a_sample_is_read_back),
		cmocka_unit_test(a_cut_last_line_is_left_out_and_said),
		cmocka_unit_test(a_session_cut_anywhere_is_never_refused),
		cmocka_unit_test(an_unknown_version_is_refused_by_its_number),
		cmocka_unit_test(unknown_lines_and_fields_are_tolerated_and_counted),
		cmocka_unit_test(tempo_is_the_time_between_the_end_of_an_op_and_the_next),
		cmocka_unit_test(ops_that_failed_or_never_ended_are_left_out_of_a_replay),
		cmocka_unit_test(ops_that_failed_in_an_exact_run_are_repeated),
		cmocka_unit_test(an_expectation_stays_whatever_its_verdict_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
