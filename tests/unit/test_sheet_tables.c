/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sheet_tables - all tables over a recorded session and a made trace: CSV read back as RFC 4180
 * has it and JSON read back say the same; what is not known is nothing, never 0.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/journal.h"
#include "ops/sheet.h"
#include "ops/trace.h"

#include <json-c/json.h>

#define MS UINT64_C(1000000)

struct world {
	struct model *m;
};

static void switched(struct world *w, uint64_t ms, uint16_t cpu, int32_t from, char state, int32_t to)
{
	assert_true(trace_add(w->m->trace, &(struct trace_record){.t_ns = ms * MS,
								  .type = TRACE_SWITCH,
								  .state = state,
								  .cpu = cpu,
								  .other = from,
								  .tid = to}));
}

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	cleanup_buf struct buf warning = BUF_INIT;
	struct session_info info = {0};
	struct scenario *scenario = NULL;
	struct err err = ERR_INIT;

	w->m = model_create();
	if (journal_read(SESSION, false, &info, w->m, &scenario, &warning, &err) < 0)
		fail_msg("%s", err.msg);
	session_info_finish(&info);
	scenario_destroy(scenario);
	trace_name(w->m->trace, &(struct trace_task){.t_ns = 1, .tid = 104, .pid = 104, .cgroup_id = 1, .comm = "a,\"b"});
	switched(w, 10, 0, 0, 'R', 104);
	switched(w, 12, 0, 104, 'r', 105);
	switched(w, 11, 1, 0, 'R', 7);
	assert_true(trace_add(w->m->trace, &(struct trace_record){.t_ns = 12 * MS, .type = TRACE_WAKE, .cpu = 1,
								  .other = 7, .tid = 104, .to = 0}));
	switched(w, 13, 1, 7, 'S', 0);
	switched(w, 15, 0, 105, 'S', 104);
	trace_seen(w->m->trace, 20 * MS);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	model_destroy(w->m);
	free(w);
	return 0;
}

/* One field of CSV as RFC 4180 has it; *at moves behind it and its separator, which is returned. */
static char field(const char **at, struct buf *out)
{
	const char *p = *at;
	bool quoted = *p == '"';
	char sep;

	buf_reset(out);
	for (p += quoted; quoted ? *p != '"' || p[1] == '"' : !strchr(",\n", *p); p++) {
		assert_int_not_equal(*p, '\0');
		if (!quoted)
			assert_int_not_equal(*p, '"');
		p += quoted && *p == '"';
		buf_addc(out, *p);
	}
	p += quoted;
	sep = *p++;
	assert_true(sep == ',' || sep == '\n');
	*at = p;
	return sep;
}

static void same(const struct sheet_column *c, const char *text, struct json_object *row)
{
	struct json_object *v;
	bool there = json_object_object_get_ex(row, c->key, &v);

	if (!there || !v) {
		assert_string_equal(text, "");
		return;
	}
	switch (c->unit) {
	case SHEET_TEXT:
		assert_string_equal(text, json_object_get_string(v));
		break;
	case SHEET_COUNT:
	case SHEET_NS:
	case SHEET_MOMENT:
		assert_true(*text);
		assert_int_equal(strtoull(text, NULL, 10), json_object_get_uint64(v));
		break;
	case SHEET_SIGNED_NS:
		assert_int_equal(strtoll(text, NULL, 10), json_object_get_int64(v));
		break;
	default:
		assert_true(*text);
		assert_float_equal(strtod(text, NULL), json_object_get_double(v), 0.001);
		break;
	}
}

static void check_table(struct world *w, const struct sheet_def *def, size_t *rows)
{
	cleanup_buf struct buf csv = BUF_INIT, json = BUF_INIT, one = BUF_INIT;
	struct json_object *o;
	unsigned columns[64];
	const char *at;
	struct sheet s;
	size_t i, k;

	sheet_build(&s, def, w->m, &(struct sheet_ask){0});
	for (k = 0; k < def->ncolumns; k++)
		columns[k] = (unsigned)k;
	s.shown = columns;
	s.nshown = def->ncolumns;
	sheet_csv(&s, &csv);
	sheet_json(&s, &json);
	o = json_tokener_parse(buf_text(&json));
	assert_non_null(o);
	assert_int_equal(json_object_array_length(o), s.n);
	at = buf_text(&csv);
	for (k = 0; k < def->ncolumns; k++) {
		assert_int_equal(field(&at, &one), k + 1 == def->ncolumns ? '\n' : ',');
		assert_string_equal(buf_text(&one), def->columns[k].key);
	}
	for (i = 0; i < s.n; i++)
		for (k = 0; k < def->ncolumns; k++) {
			assert_int_equal(field(&at, &one), k + 1 == def->ncolumns ? '\n' : ',');
			same(&def->columns[k], buf_text(&one), json_object_array_get_idx(o, i));
		}
	assert_int_equal(*at, '\0');
	*rows = s.n;
	json_object_put(o);
	sheet_finish(&s);
}

static void csv_and_json_of_every_table_say_the_same(void **state)
{
	const struct sheet_def *d;
	size_t i, rows;

	for (i = 0; (d = sheet_def_at(i)); i++) {
		check_table(*state, d, &rows);
		if (d != &sheet_parts && d != &sheet_numbers)
			assert_true(rows > 0);
	}
}

static void plain(struct world *w, const struct sheet_def *def, struct sheet_ask ask, const char *columns,
		  struct buf *out)
{
	struct err err = ERR_INIT;
	unsigned list[64];
	struct sheet s;

	buf_reset(out);
	sheet_build(&s, def, w->m, &ask);
	assert_int_equal(sheet_columns(def, columns, list, &s.nshown, &err), 0);
	s.shown = list;
	sheet_csv(&s, out);
	sheet_finish(&s);
}

static void switches_are_in_order_of_time_with_what_is_not_known_empty(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;

	plain(*state, &sheet_switches, (struct sheet_ask){0}, "at,cpu,tid,length_ns,state,wait_ns,since,end_at", &out);
	assert_string_equal(buf_text(&out), "at,cpu,tid,length_ns,state,wait_ns,since,end_at\n"
					    "10000000,0,104,2000000,r,,,12000000\n"
					    "11000000,1,7,2000000,S,,,13000000\n"
					    "12000000,0,105,3000000,S,,,15000000\n"
					    "13000000,1,0,7000000,,,,\n"
					    "15000000,0,104,5000000,,3000000,put off,\n");
	/* a stretch: what reaches into it */
	plain(*state, &sheet_switches, (struct sheet_ask){.from_ns = 11 * MS, .to_ns = 12 * MS}, "at,cpu", &out);
	assert_string_equal(buf_text(&out), "at,cpu\n10000000,0\n11000000,1\n");
	plain(*state, &sheet_marks, (struct sheet_ask){0}, "at,cpu,what,tid,by,to,count", &out);
	assert_string_equal(buf_text(&out),
			    "at,cpu,what,tid,by,to,count\n12000000,1,wake,104,[7],0,\n");
	plain(*state, &sheet_waits, (struct sheet_ask){.filter = "all>0"}, "from_ns,below_ns,woken,put_off,all", &out);
	assert_string_equal(buf_text(&out), "from_ns,below_ns,woken,put_off,all\n2048000,4096000,0,1,1\n");
}

static void columns_are_named_once_and_by_a_beginning_that_is_one(void **state)
{
	struct err err = ERR_INIT;
	unsigned list[64];
	size_t n;

	assert_int_equal(sheet_columns(&sheet_tasks, "tid,wake_p9", list, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_true(sheet_columns(&sheet_tasks, "tid,tid", list, &n, &err) < 0);
	assert_true(sheet_columns(&sheet_tasks, "tid,,pid", list, &n, &err) < 0);
	assert_true(sheet_columns(&sheet_tasks, "wake_p", list, &n, &err) < 0);
	assert_non_null(strstr(err.msg, "wake_p"));
}

static void a_text_that_has_no_room_in_a_cell_is_whole_in_a_file(void **state)
{
	struct world *w = *state;
	cleanup_buf struct buf out = BUF_INIT;
	char text[400];
	struct event ev = {.type = EV_LOG, .t_ns = MS, .text = text, .name = "", .cgroup = "", .path = "", .data = ""};

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	model_apply(w->m, &ev);
	plain(w, &sheet_log, (struct sheet_ask){.filter = "xxxx"}, "text", &out);
	assert_non_null(strstr(buf_text(&out), text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(csv_and_json_of_every_table_say_the_same, begin, end),
		cmocka_unit_test_setup_teardown(switches_are_in_order_of_time_with_what_is_not_known_empty, begin, end),
		cmocka_unit_test(columns_are_named_once_and_by_a_beginning_that_is_one),
		cmocka_unit_test_setup_teardown(a_text_that_has_no_room_in_a_cell_is_whole_in_a_file, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
