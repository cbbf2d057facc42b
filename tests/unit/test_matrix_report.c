/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_report - a saved matrix in every format: the text as it is kept in golden/matrix
 * (UPDATE_GOLDEN=1 writes it anew; then read the difference), and that it stays whole and narrow
 * whatever a saved file says.
 */
#include "tests/unit/matrix_made.h"

#include "base/die.h"
#include "base/text.h"
#include "lib/tap.h"
#include "matrix/report.h"

#include <json-c/json.h>
#include <unistd.h>

#define GOLDEN GOLDEN_DIR "/matrix/"

static char *read_file(const char *path)
{
	struct buf out = BUF_INIT;
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;

	if (!f)
		fail_msg("open %s", path);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&out, part, n);
	fclose(f);
	return buf_steal(&out);
}

struct reported {
	struct mx_gate gate[4];
	struct mx_comparison comparison;
	struct mx_gateds gateds;
	struct mx_report report;
	bool compared;
};

static void report_of(struct reported *r, const struct mx_table *t)
{
	static const char *const gates[] = {"lat.*:+10%", "rate:+5%", "migrations:+1", "nothing:+5us"};
	const char *baseline = mx_baseline_of(t);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gates); i++)
		assert_int_equal(mx_gate_parse(gates[i], &r->gate[i], NULL), 0);
	r->compared = baseline && mx_compare_sched(t, baseline, &r->comparison, NULL) == 0;
	mx_gates_judge(r->gate, ARRAY_SIZE(gates), &r->comparison, r->compared, &r->gateds);
	r->report = (struct mx_report){.table = t,
				       .comparison = &r->comparison,
				       .ncomparisons = r->compared,
				       .gateds = &r->gateds,
				       .histogram = "lat.*"};
}

static void reported_finish(struct reported *r)
{
	mx_gateds_finish(&r->gateds);
	if (r->compared)
		mx_comparison_finish(&r->comparison);
}

static void written(const char *format, const struct mx_table *t, struct buf *out)
{
	struct reported r = {.compared = false};

	report_of(&r, t);
	mx_report_format_by_name(format)->write(&r.report, out);
	reported_finish(&r);
}

static void saved(struct made *m)
{
	cleanup_free char *text = read_file(GOLDEN "saved.jsonl");

	*m = (struct made){.turn = 0};
	buf_adds(&m->text, text);
	made_end(m);
}

static void every_format_is_what_it_was(void **state)
{
	const struct mx_report_format *f;
	struct made m;
	size_t i;

	saved(&m);
	for (i = 0; (f = mx_report_format_at(i)); i++) {
		cleanup_free char *path = xasprintf(GOLDEN "report.%s", f->name), *golden = NULL;
		cleanup_buf struct buf out = BUF_INIT;

		written(f->name, &m.table, &out);
		if (getenv("UPDATE_GOLDEN")) {
			FILE *to = fopen(path, "we");

			assert_non_null(to);
			fputs(buf_text(&out), to);
			assert_int_equal(fclose(to), 0);
		}
		golden = read_file(path);
		if (strcmp(golden, buf_text(&out)))
			fail_msg("it differs from golden/matrix/report.%s:\n%s", f->name, buf_text(&out));
	}
	made_finish(&m);
}

static void what_is_0_everywhere_is_counted_and_not_listed_unless_it_is_asked_for(void **state)
{
	const struct mx_report_format *f;
	struct made m;
	unsigned k;
	size_t i;

	made_begin(&m, "\"eevdf\",\"v\"");
	for (k = 1; k <= 4; k++) {
		struct made_run r = {.repeat = (k + 1) / 2, .sched = k % 2 ? "eevdf" : "v"};

		r.metrics = k % 2 ? "{\"name\":\"w:late\",\"unit\":\"ns\",\"better\":\"lower\",\"virtual\":"
				    "false,\"samples\":[0]},{\"name\":\"w:work\",\"unit\":\"\",\"better\":"
				    "\"higher\",\"virtual\":false,\"samples\":[0]}"
				  : "{\"name\":\"w:late\",\"unit\":\"ns\",\"better\":\"lower\",\"virtual\":"
				    "false,\"samples\":[0]},{\"name\":\"w:work\",\"unit\":\"\",\"better\":"
				    "\"higher\",\"virtual\":false,\"samples\":[7]},{\"name\":\"sched:SCX_EV_X\","
				    "\"unit\":\"\",\"better\":\"none\",\"virtual\":false,\"samples\":[0]}";
		made_add(&m, &r);
	}
	made_end(&m);
	for (i = 0; (f = mx_report_format_at(i)); i++) {
		cleanup_buf struct buf out = BUF_INIT, all = BUF_INIT;
		struct reported r = {.compared = false};
		bool lists = !strcmp(f->name, "json");

		report_of(&r, &m.table);
		f->write(&r.report, &out);
		r.report.all = true;
		f->write(&r.report, &all);
		reported_finish(&r);
		assert_non_null(strstr(buf_text(&all), "SCX_EV_X"));
		assert_non_null(strstr(buf_text(&all), "w:late"));
		assert_int_equal(!!strstr(buf_text(&out), "SCX_EV_X"), lists);
		assert_int_equal(!!strstr(buf_text(&out), "w:late"), lists);
		/* 0 in one cell is a finding where another has more */
		assert_non_null(strstr(buf_text(&out), "w:work"));
		assert_int_equal(!!strstr(buf_text(&out), "2 metrics are 0 in every run and left out"), !lists);
		assert_null(strstr(buf_text(&all), "left out (--all"));
		assert_non_null(strstr(buf_text(&out), "v: no counterpart of 1 metric that is 0 in every run"));
	}
	made_finish(&m);
}

static void every_format_tells_all_conditions(void **state)
{
	static const char *const names[] = {"accelerator", "exact", "kernel", "mitigations", "CPU flaws", "clock",
					    "host CPU",	   "pinned", "host load", "steal", "guest steal"};
	const struct mx_report_format *f;
	struct made m;
	size_t i, k;

	saved(&m);
	for (i = 0; (f = mx_report_format_at(i)); i++) {
		cleanup_buf struct buf out = BUF_INIT;

		written(f->name, &m.table, &out);
		for (k = 0; k < ARRAY_SIZE(names); k++)
			if (!strstr(buf_text(&out), names[k]))
				fail_msg("%s does not tell the %s", f->name, names[k]);
		assert_non_null(strstr(buf_text(&out), "EPYC"));
		assert_non_null(strstr(buf_text(&out), "16 CPUs are more"));
	}
	made_finish(&m);
}

/* Words as long and as foreign as a saved file may have them. */
static void hostile(struct made *m)
{
	static const char *const words[] = {
		"one-word-that-is-a-good-deal-longer-than-eighty-columns-and-then-some-more-of-it-and-more",
		"\\u00e9\\u4e2d\\u6587 <&> \\\"quoted\\\" # 'x' \\u001b[2J \\\\ ]]> ok 1 - forged \\n not ok 2",
		"x",
	};
	size_t i, k;

	made_begin(m, "\"eevdf\",\"v\"");
	for (i = 0; i < ARRAY_SIZE(words); i++)
		for (k = 1; k <= 6; k++) {
			struct made_run r = {.topology = words[i], .kernel = words[(i + 1) % 3],
					     .sched = i % 2 ? "eevdf" : words[i], .repeat = (unsigned)k,
					     .why = words[1], .verdict = k % 2 ? "fail" : "inconclusive",
					     .accel = words[1], .clock = words[0], .unknown = k == 3};

			made_number(m, r, words[i], words[0], "lower", 1e60 / (double)k);
		}
	made_end(m);
}

static void text_fits_eighty_columns(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	char *line, *rest;
	struct made m;

	saved(&m);
	written("text", &m.table, &out);
	made_finish(&m);
	hostile(&m);
	written("text", &m.table, &out);
	made_finish(&m);
	for (rest = out.data; (line = strsep(&rest, "\n"));) {
		size_t n = 0, i, len = strlen(line);
		uint32_t cp;

		for (i = 0; i < len; n++)
			i += text_utf8(line + i, len - i, &cp);
		if (n > 80)
			fail_msg("%zu columns: %s", n, line);
	}
}

static void ktap_has_a_line_for_each_point_and_the_plan_counts_them(void **state)
{
	cleanup_free char *again = NULL;
	cleanup_buf struct buf out = BUF_INIT;
	size_t size, plan = 0, points = 0, number;
	char *line, *rest, *hash;
	size_t hashes = 0;
	FILE *from, *to;
	struct made m;

	hostile(&m);
	written("ktap", &m.table, &out);
	assert_true(m.table.n == 3);
	made_finish(&m);
	/* the program's own reader of TAP has nothing to say otherwise */
	from = fmemopen(out.data, out.len, "r");
	to = open_memstream(&again, &size);
	tap_retell(from, to);
	fclose(from);
	fclose(to);
	assert_string_equal(again, buf_text(&out));
	assert_int_equal(strncmp(buf_text(&out), "KTAP version 1\n", 15), 0);
	for (rest = out.data; (line = strsep(&rest, "\n")) && *line;) {
		if (*line == '#' || !strncmp(line, "KTAP ", 5))
			continue;
		if (sscanf(line, "1..%zu", &number) == 1) {
			assert_int_equal(plan, 0);
			plan = number;
			continue;
		}
		if (sscanf(line, "ok %zu ", &number) != 1 && sscanf(line, "not ok %zu ", &number) != 1)
			fail_msg("neither a point nor a diagnostic: %s", line);
		assert_int_equal(number, ++points);
		/* a '#' of a name begins no directive */
		for (hash = strchr(line, '#'); hash; hash = strchr(hash + 1, '#')) {
			assert_true(hash[-1] == '\\');
			hashes++;
		}
	}
	assert_true(plan > 3);
	assert_int_equal(points, plan);
	assert_true(hashes > 0);
}

static void validate(const struct buf *xml)
{
	char path[] = "/tmp/scxplore-junit.XXXXXX";
	int fd = mkstemp(path);
	cleanup_free char *command =
		xasprintf("xmllint --noout --nonet --schema '%s' '%s' 2>&1 | grep -v validates",
			  GOLDEN "junit.xsd", path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, xml->data, xml->len), xml->len);
	close(fd);
	/* grep finds a line: it is one of an error, or xmllint (libxml2-utils) is not there */
	if (system(command) == 0)
		fail_msg("see above; %s is what was checked", path);
	unlink(path);
}

static void junit_is_valid_whatever_a_name_holds(void **state)
{
	struct made m;
	int i;

	for (i = 0; i < 2; i++) {
		cleanup_buf struct buf out = BUF_INIT;

		if (i)
			hostile(&m);
		else
			saved(&m);
		written("junit", &m.table, &out);
		made_finish(&m);
		validate(&out);
	}
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_object_get_ex(o, key, &v))
		fail_msg("no '%s' in %s", key, json_object_to_json_string(o));
	return v;
}

static void json_has_the_raw_values_and_null_for_what_is_not_known(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct json_object *root, *metric;
	struct made m;

	saved(&m);
	written("json", &m.table, &out);
	made_finish(&m);
	root = json_tokener_parse(buf_text(&out));
	metric = json_object_array_get_idx(
		member(json_object_array_get_idx(member(root, "cells"), 0), "metrics"), 0);
	assert_int_equal(json_object_array_length(member(metric, "values")), 6);
	assert_int_equal(json_object_get_int(member(metric, "samples")), 30);
	assert_int_equal(json_object_array_length(member(metric, "interval")), 2);
	/* two runs only */
	metric = json_object_array_get_idx(
		member(json_object_array_get_idx(member(root, "cells"), 2), "metrics"), 0);
	assert_null(member(metric, "interval"));
	assert_non_null(strstr(json_object_get_string(member(metric, "why")), "at least 6"));
	json_object_put(root);
}

static void the_verdict_is_that_of_cells_and_gates(void **state)
{
	struct reported r = {.compared = false};
	struct made m;

	made_begin(&m, "\"eevdf\"");
	made_add(&m, &(struct made_run){.sched = "eevdf"});
	made_end(&m);
	report_of(&r, &m.table);
	assert_int_equal(mx_table_verdict(&m.table), VERDICT_PASS);
	assert_int_equal(mx_report_verdict(&r.report), VERDICT_INCONCLUSIVE);
	reported_finish(&r);
	made_finish(&m);
}

static void a_matrix_without_any_run_is_inconclusive(void **state)
{
	const struct mx_report_format *f;
	struct made m;
	size_t i;

	made_begin(&m, "\"eevdf\"");
	made_end(&m);
	assert_int_equal(mx_table_verdict(&m.table), VERDICT_INCONCLUSIVE);
	for (i = 0; (f = mx_report_format_at(i)); i++) {
		cleanup_buf struct buf out = BUF_INIT;

		written(f->name, &m.table, &out);
		assert_true(out.len > 0);
	}
	made_finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_is_what_it_was),
		cmocka_unit_test(what_is_0_everywhere_is_counted_and_not_listed_unless_it_is_asked_for),
		cmocka_unit_test(every_format_tells_all_conditions),
		cmocka_unit_test(text_fits_eighty_columns),
		cmocka_unit_test(ktap_has_a_line_for_each_point_and_the_plan_counts_them),
		cmocka_unit_test(junit_is_valid_whatever_a_name_holds),
		cmocka_unit_test(json_has_the_raw_values_and_null_for_what_is_not_known),
		cmocka_unit_test(the_verdict_is_that_of_cells_and_gates),
		cmocka_unit_test(a_matrix_without_any_run_is_inconclusive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
