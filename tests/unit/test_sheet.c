/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sheet - tables: every task once, in the order and outline asked for; exports say what
 * screens do.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/sample_rows.h"
#include "ops/sheet.h"

#include <json-c/json.h>

#define S UINT64_C(1000000000)

struct world {
	struct model *m;
	struct sample s;
};

static void add_cgroup(struct world *w, uint64_t id, const char *path)
{
	struct sample_cgroup *g = &w->s.cgroups[w->s.ncgroups++];

	*g = (struct sample_cgroup){.id = id, .usage_ns = id};
	sample_clear(g, &sample_cgroup_fields);
	snprintf(g->path, sizeof(g->path), "%s", path);
}

static struct sample_task *add_task(struct world *w, int32_t pid, int32_t tid, uint64_t cgroup)
{
	struct sample_task *t = &w->s.tasks[w->s.ntasks++];

	*t = (struct sample_task){.pid = pid,
				  .tid = tid,
				  .state = 'S',
				  .cgroup_id = cgroup,
				  .run_ns = (uint64_t)tid,
				  .wait_ns = SAMPLE_ABSENT,
				  .switches = 1,
				  .comm = "a,\"b"};
	sample_clear(t, &sample_task_fields);
	return t;
}

static void begin(struct world *w)
{
	*w = (struct world){.m = model_create()};
	sample_alloc(&w->s);
	w->s.t_ns = 100 * S;
	add_cgroup(w, 1, "/");
	add_cgroup(w, 5, "/a-b");
	add_cgroup(w, 3, "/a");
	add_cgroup(w, 4, "/a/c");
	add_task(w, 20, 20, 4);
	add_task(w, 20, 21, 4);
	add_task(w, 20, 23, 3); /* a thread in a cgroup of its own */
	add_task(w, 30, 30, 5);
	add_task(w, 40, 40, 99); /* nobody has named it */
	model_sample(w->m, &w->s);
}

static void end(struct world *w)
{
	sample_free(&w->s);
	model_destroy(w->m);
}

static void names(struct world *w, const struct sheet_ask *ask, struct buf *out)
{
	struct sheet_value v;
	struct sheet s;
	size_t i;

	sheet_build(&s, &sheet_tasks, w->m, ask);
	for (i = 0; i < s.n; i++) {
		sheet_value(&s, &s.rows[i], 0, &v);
		buf_addf(out, "%.*s\n", (int)strcspn(v.text, " "), v.text);
	}
	sheet_finish(&s);
}

static void assert_names(struct world *w, struct sheet_ask ask, const char *want)
{
	cleanup_buf struct buf seen = BUF_INIT;

	names(w, &ask, &seen);
	assert_string_equal(buf_text(&seen), want);
}

static void a_tree_has_all_that_is_below_a_cgroup_at_once_after_it(void **state)
{
	struct world w;

	begin(&w);
	assert_names(&w, (struct sheet_ask){0},
		     "/\n/a\na,\"b[20/23]\n/c\na,\"b[20]\na,\"b[20/21]\n/"
		     "a-b\na,\"b[30]\ncgroup\na,\"b[40]\n");
	assert_names(&w, (struct sheet_ask){.outline = OUTLINE_GROUPS},
		     "/\n/a\n/c\n/a-b\ncgroup\n");
	end(&w);
}

static void folded_threads_add_up_to_their_process(void **state)
{
	struct sheet_value v;
	struct sheet s;
	struct world w;
	int run;

	begin(&w);
	assert_names(&w, (struct sheet_ask){.outline = OUTLINE_PROCESSES},
		     "/\n/a\na,\"b[20/23]\n/c\na,\"b[20]\n/a-b\na,\"b[30]\ncgroup\na,\"b[40]\n");
	sheet_build(&s, &sheet_tasks, w.m, &(struct sheet_ask){.outline = OUTLINE_PROCESSES});
	run = sheet_column_by_name(&sheet_tasks, "run_ns");
	assert_true(run > 0);
	sheet_value(&s, &s.rows[4], (size_t)run, &v);
	assert_true(v.is == SHEET_KNOWN && v.whole == 41);
	sheet_finish(&s);
	end(&w);
}

static void numbers_go_from_the_largest_and_the_unknown_last(void **state)
{
	struct world w;
	unsigned column;

	begin(&w);
	column = (unsigned)sheet_column_by_name(&sheet_tasks, "RUN") + 1;
	assert_names(&w, (struct sheet_ask){.outline = OUTLINE_FLAT, .sort = column},
		     "a,\"b[40]\na,\"b[30]\na,\"b[20/23]\na,\"b[20/21]\na,\"b[20]\n");
	assert_names(&w,
		     (struct sheet_ask){.outline = OUTLINE_FLAT, .sort = column, .reverse = true},
		     "a,\"b[20]\na,\"b[20/21]\na,\"b[20/23]\na,\"b[30]\na,\"b[40]\n");
	w.s.tasks[4].run_ns = SAMPLE_ABSENT;
	w.s.t_ns += S;
	model_sample(w.m, &w.s);
	assert_names(&w,
		     (struct sheet_ask){.outline = OUTLINE_FLAT, .sort = column, .reverse = true},
		     "a,\"b[20]\na,\"b[20/21]\na,\"b[20/23]\na,\"b[30]\na,\"b[40]\n");
	assert_names(&w, (struct sheet_ask){.outline = OUTLINE_FLAT, .sort = column},
		     "a,\"b[30]\na,\"b[20/23]\na,\"b[20/21]\na,\"b[20]\na,\"b[40]\n");
	end(&w);
}

static void a_filter_leaves_what_it_wants_and_what_that_is_in(void **state)
{
	struct world w;

	begin(&w);
	assert_names(&w, (struct sheet_ask){.filter = "run_ns>=30"},
		     "/a-b\na,\"b[30]\ncgroup\na,\"b[40]\n");
	assert_names(&w, (struct sheet_ask){.filter = "[20/21]"}, "/a\n/c\na,\"b[20/21]\n");
	assert_names(&w, (struct sheet_ask){.filter = "/C"}, "/a\n/c\na,\"b[20]\na,\"b[20/21]\n");
	end(&w);
}

static void a_column_is_found_by_its_beginning_when_there_is_one(void **state)
{
	assert_int_equal(sheet_column_by_name(&sheet_tasks, "wake_p"), -1);
	assert_true(sheet_column_by_name(&sheet_tasks, "wake_p9") > 0);
	assert_true(sheet_column_by_name(&sheet_tasks, "p99 wake") > 0);
	assert_int_equal(sheet_column_by_name(&sheet_tasks, ""), -1);
}

static void every_column_says_what_it_is_and_where_it_comes_from(void **state)
{
	const struct sheet_def *d;
	size_t i, k, o;

	for (i = 0; (d = sheet_def_at(i)); i++) {
		assert_true(d->ncolumns <= 64); /* LIST_COLUMNS of the screens */
		assert_int_equal(d->columns[0].rank, 0);
		for (k = 0; k < d->ncolumns; k++) {
			assert_non_null(d->columns[k].says);
			assert_non_null(d->columns[k].from);
			assert_non_null(d->columns[k].value);
			assert_true(strspn(d->columns[k].key,
					   "abcdefghijklmnopqrstuvwxyz0123456789_") ==
				    strlen(d->columns[k].key));
			for (o = k + 1; o < d->ncolumns; o++) {
				assert_string_not_equal(d->columns[k].key, d->columns[o].key);
				assert_string_not_equal(d->columns[k].head, d->columns[o].head);
				assert_true(d->columns[k].rank != d->columns[o].rank);
			}
		}
	}
}

static void exports_quote_and_leave_out_what_is_not_known(void **state)
{
	cleanup_buf struct buf csv = BUF_INIT, json = BUF_INIT;
	struct json_object *o, *row, *value;
	struct sheet s;
	struct world w;
	size_t i, lines = 0;

	begin(&w);
	sheet_build(&s, &sheet_tasks, w.m, &(struct sheet_ask){0});
	sheet_csv(&s, &csv);
	for (i = 0; i < csv.len; i++)
		lines += csv.data[i] == '\n';
	assert_int_equal(lines, s.n + 1);
	assert_non_null(strstr(buf_text(&csv), "\"a,\"\"b[20/21]\","));
	sheet_json(&s, &json);
	o = json_tokener_parse(buf_text(&json));
	assert_non_null(o);
	assert_int_equal(json_object_array_length(o), s.n);
	row = json_object_array_get_idx(o, 5);
	assert_true(json_object_object_get_ex(row, "run_ns", &value) &&
		    json_object_get_int64(value) == 21);
	assert_true(json_object_object_get_ex(row, "wait_ns", &value) && !value); /* absent */
	assert_false(json_object_object_get_ex(row, "throttled", &value)); /* of cgroups alone */
	json_object_put(o);
	sheet_finish(&s);
	end(&w);
}

static void cpus_stand_below_their_llc_and_node(void **state)
{
	struct event ev = {.type = EV_GUEST,
			   .name = "k",
			   .text = "2n4l2c1t",
			   .cgroup = "",
			   .path = "",
			   .data = ""};
	cleanup_buf struct buf seen = BUF_INIT;
	struct sheet_value v;
	struct sheet s;
	struct world w;
	uint32_t i;
	int nr;

	begin(&w);
	model_apply(w.m, &ev);
	w.s.ncpus = 8;
	for (i = 0; i < 8; i++) {
		w.s.cpus[i] =
			(struct sample_cpu){.cpu = i, .nr_running = i, .local_dsq = SAMPLE_ABSENT};
		sample_clear(&w.s.cpus[i], &sample_cpu_fields);
	}
	w.s.t_ns += S;
	model_sample(w.m, &w.s);
	sheet_build(&s, &sheet_cpus, w.m, &(struct sheet_ask){0});
	nr = sheet_column_by_name(&sheet_cpus, "nr");
	for (i = 0; i < s.n; i++) {
		sheet_value(&s, &s.rows[i], 0, &v);
		buf_addf(&seen, "%s", v.text);
		sheet_value(&s, &s.rows[i], (size_t)nr, &v);
		buf_addf(&seen, "=%d ", (int)v.whole);
	}
	assert_string_equal(buf_text(&seen),
			    "node 0: 0-3=6 LLC 0: 0-1=1   0=0   1=1 LLC 1: 2-3=5   2=2   3=3 "
			    "node 1: 4-7=22 LLC 2: 4-5=9   4=4   5=5 LLC 3: 6-7=13   6=6   7=7 ");
	/* absent in one is absent in all together */
	sheet_value(&s, &s.rows[0], (size_t)sheet_column_by_name(&sheet_cpus, "rt_nr"), &v);
	assert_int_equal(v.is, SHEET_ABSENT);
	sheet_finish(&s);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_has_all_that_is_below_a_cgroup_at_once_after_it),
		cmocka_unit_test(folded_threads_add_up_to_their_process),
		cmocka_unit_test(numbers_go_from_the_largest_and_the_unknown_last),
		cmocka_unit_test(a_filter_leaves_what_it_wants_and_what_that_is_in),
		cmocka_unit_test(a_column_is_found_by_its_beginning_when_there_is_one),
		cmocka_unit_test(every_column_says_what_it_is_and_where_it_comes_from),
		cmocka_unit_test(exports_quote_and_leave_out_what_is_not_known),
		cmocka_unit_test(cpus_stand_below_their_llc_and_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
