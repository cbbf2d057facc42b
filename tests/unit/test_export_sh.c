/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_export_sh - shell script, JSON and report: words that survive, syntax, what is in them.
 * That a script really does what the session did is shown in a guest (tests/guest/test_export).
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/checks.h"
#include "ops/export.h"
#include "ops/export_sh.h"
#include "ops/export_text.h"

#include <json-c/json.h>

#define EVERY_OP                                                                                   \
	HEAD DID(1, 1, 1, "cgroup add low cpu.max=50000/100000") DID(                              \
		2, 1, 1,                                                                           \
		"spawn bg@low bursty") DID(3, 1500, 1500,                                          \
					   "step \\\"one\\\"") DID(4, 1, 1,                        \
								   "cgroup add low/sub") DID(5, 1, \
											     1,    \
											     "spa" \
											     "wn " \
											     "hog" \
											     "s@"  \
											     "low" \
											     "/su" \
											     "b "  \
											     "spi" \
											     "n "  \
											     "n="  \
											     "3")  \
		DID(6, 1, 1, "run p@low -- sh -c \\\"echo it's\\\"") PLACED(                       \
			6, "p", 1, 81, "/placement/low", "0::/placement/low",                      \
			true) EXITED(6, "p", 1, 81, 0, 0,                                          \
				     false) WROTE(6, "p", 1,                                       \
						  "it's\\n`code`\\n") DID(7, 1, 1,                 \
									  "wait p timeout=30s")    \
			DID(8, 1, 1, "move hogs to=low") DID(9, 1, 1, "move @low to=/") DID(       \
				10, 1, 1, "move 77 to=low") DID(11, 1, 1,                          \
								"cgroup set low cpu.weight=50")    \
				DID(12, 1, 1, "kill hogs") DID(13, 1, 1, "backdrop @low/sub") DID( \
					14, 1, 1,                                                  \
					"hold 250ms") DID(15, 1, 1,                                \
							  "backdrop") DID(16, 1, 1,                \
									  "cgroup add x")          \
					DID(17, 1, 1, "spawn y@x yield") DID(                      \
						18, 1, 1,                                          \
						"kill @x") DID(19, 1, 1,                           \
							       "cgroup remove x") DID(20, 1, 1,    \
										      "step two")  \
						DID(21, 1, 1, "read /proc/uptime") DID(            \
							22, 1, 1,                                  \
							"expect placed p in=low") JUDGED(22, 0,    \
											 "in low") \
							DID(23, 1, 1,                              \
							    "expect exit p == 0") JUDGED(23, 0,    \
											 "0")      \
								DID(24, 1, 1,                      \
								    "expect output p contains "    \
								    "\\\"it's\\\"") JUDGED(24, 0,  \
											   "it")   \
									DID(25, 1, 1,              \
									    "expect file /tmp/x "  \
									    "== \\\"a b\\\"")      \
										JUDGED(25, 1,      \
										       "no `x`")

static char *export_as(const char *format, const char *session)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct recorded r;
	struct export_input in = {
		.info = &r.info, .session_name = "placement.session", .file_name = "placement.sh"};

	recorded_init(&r, session);
	in.model = r.model;
	in.scenario = r.scenario;
	if (exporter_by_name(format)->write(&in, &out, &err) < 0)
		fail_msg("%s", err.msg);
	recorded_finish(&r);
	return buf_steal(&out);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected this:\n%s\nin this:\n%s", part, text);
}

/* What the shell makes of a script on its standard input. */
static char *shell(const char *options, const char *script)
{
	char path[] = "/tmp/test_export_sh.XXXXXX";
	int fd = mkstemp(path), c;
	cleanup_free char *command = xasprintf("sh %s %s 2>&1", options, path);
	struct buf said = BUF_INIT;
	FILE *p;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, script, strlen(script)), strlen(script));
	close(fd);
	p = popen(command, "r");
	assert_non_null(p);
	while ((c = fgetc(p)) != EOF)
		buf_addc(&said, (char)c);
	pclose(p);
	unlink(path);
	return buf_text(&said)[0] ? buf_steal(&said) : xstrdup("");
}

static void every_word_survives_the_shell(void **state)
{
	char every[256], hex[2 * 255 + 1] = "";
	cleanup_buf struct buf script = BUF_INIT;
	cleanup_free char *said = NULL;
	size_t i;

	for (i = 1; i < 256; i++) {
		every[i - 1] = (char)i;
		snprintf(hex + 2 * (i - 1), 3, "%02zx", i);
	}
	every[255] = '\0';
	buf_adds(&script, "printf %s ");
	export_sh_word(&script, every);
	buf_adds(&script, " | od -An -v -tx1 | tr -d ' \\n'");
	said = shell("", buf_text(&script));
	assert_string_equal(said, hex);
}

static void no_word_can_become_a_command(void **state)
{
	static const char *const words[] = {"",   "'",   "''", "$(id)", "`id`", "a;id", "-n",
					    "\\", "a\\", "\n", "!x",    "~",    "*",    "#x"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		cleanup_buf struct buf script = BUF_INIT;
		cleanup_free char *said = NULL, *want = xasprintf("<%s>", words[i]);

		buf_adds(&script, "printf '<%s>' ");
		export_sh_word(&script, words[i]);
		said = shell("", buf_text(&script));
		assert_string_equal(said, want);
	}
}

static void every_op_has_a_shell_form_with_good_syntax(void **state)
{
	cleanup_free char *text = export_as("sh", EVERY_OP), *said = shell("-n", text);

	assert_string_equal(said, "");
	assert_has(text, "root=/placement\n");
	assert_has(text, "cgroup_set low cpu.max '50000 100000'\n");
	assert_has(text, "start p 1 low sh -c 'echo it'\\''s'\n");
	assert_has(text,
		   "expect_placed 'p is in low before its first instruction' p \"$root\"/low\n");
	assert_has(text, "expect_file 'file /tmp/x holds a b' /tmp/x 'a b'\n");
	assert_has(text, "wait_group p 601\n");
	assert_has(text, "move_cgroup low /\n");
}

static void what_a_shell_cannot_set_is_said(void **state)
{
	cleanup_free char *text = export_as(
		"sh", HEAD DID(1, 1, 1, "run b comm=one -- x") DID(2, 1, 1, "spawn w spin comm=two")
			      DID(3, 1, 1, "def v@d spin comm=three"));

	assert_has(text, "note 'left out: comm=one of b: a shell cannot set it'\nstart b 1 ");
	assert_has(text, "note 'left out: comm=two of w: a shell cannot set it'\n");
	assert_has(text, "note 'left out: comm=three of v: a shell cannot set it'\n");
}

/* Whether each unit really is one is seen in a guest; here that it can be done at all. */
static void simple_work_is_done_by_the_shell_itself(void **state)
{
	static const char *const works[] = {"spin",   "yield",      "mixed",         "alu-hot",
					    "bursty", "idle-churn", "timer-latency", "fork-exit"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(works); i++) {
		cleanup_free char *session = xasprintf(HEAD DID(1, 1, 1, "spawn w %s"), works[i]);
		cleanup_free char *text = export_as("sh", session), *said = shell("-n", text);

		assert_string_equal(said, "");
		assert_has(text, " sh -c 'while :; do ");
	}
}

static void a_step_tears_down_what_it_made_and_nobody_promoted(void **state)
{
	cleanup_free char *text = export_as("sh", EVERY_OP);

	assert_has(text, "# backdrop\nkill_group hogs\nkill_group p\n\n");
	assert_null(strstr(text, "remove_cgroup \"$top\"/low/sub"));
}

static void a_script_refuses_where_it_cannot_work(void **state)
{
	cleanup_free char *text = export_as("sh", SEED), *said = NULL;

	assert_int_equal(setenv("CGROUP2", "/nonexistent", 1), 0);
	said = shell("", text);
	assert_true(strstr(said, "Bail out! no cgroup v2 at '/nonexistent'") ||
		    strstr(said, "Bail out! this needs root"));
}

/* Every check has a form or a reason of its own, and neither is a pass for nothing. */
static void each_check_is_judged_or_skipped_with_the_reason(void **state)
{
	static const struct {
		const char *line, *written;
	} rows[] = {
		{"starvation w", "expect_worked 'expect check starvation w' w\n"},
		{"starvation w limit=off", " 'it is not to be judged here'\n"},
		{"starvation w limit=5", " 'workers of a shell count one unit of work only'\n"},
		{"starvation p", " 'only workers tell what they have done'\n"},
		{"gap w", "skip 'expect check gap w' 'workers of a shell do not measure it'\n"},
		{"escape w", " 'a shell does not see every switch'\n"},
		{"stuck-clock", " 'a shell cannot read runqueues'\n"},
		{"fallback",
		 "expect_events 'expect check fallback' SCX_EV_SELECT_CPU_FALLBACK 200 5\n"},
		{"keep-last limit=30/s samples=2",
		 "expect_events 'expect check keep-last limit=30/s samples=2' "
		 "SCX_EV_DISPATCH_KEEP_LAST 30 2\n"},
	};
	const struct check_def *def;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_free char *session = xasprintf(
			HEAD DID(1, 1, 1, "spawn w spin n=2") DID(2, 1, 1, "run p -- true")
				DID(3, 1, 1, "expect check %s"),
			rows[i].line);
		cleanup_free char *text = export_as("sh", session), *said = shell("-n", text);

		assert_string_equal(said, "");
		assert_has(text, rows[i].written);
		/* only who is asked tells */
		assert_true(!strstr(text, "worked $0") ==
			    !!strncmp(rows[i].line, "starvation w", 12));
	}
	for (i = 0; (def = check_def_at(i)); i++) {
		cleanup_free char *session = NULL, *text = NULL;
		char limit[32];

		metric_write(def->unit, 1, limit, sizeof(limit));
		session = xasprintf(HEAD DID(1, 1, 1, "spawn w spin n=2")
					    DID(2, 1, 1, "expect check %s%s limit=%s"),
				    def->name, def->of_group ? " w" : "", limit);
		text = export_as("sh", session);
		assert_has(text, def->counter || !strcmp(def->name, "starvation") ? "\nexpect_"
										  : "\nskip ");
		assert_null(strstr(text, "has no form in a shell"));
	}
}

/* The functions of a script, on files and counters made up here. */
static char *called(const char *before, const char *call)
{
	cleanup_buf struct buf script = BUF_INIT;

	buf_adds(&script, export_sh_prelude_more);
	buf_adds(&script, "tests=0 tmp=$(mktemp -d)\n"
			  "report() { echo \"report $1 $3\"; }\n"
			  "pause() { :; }\n");
	buf_adds(&script, before);
	buf_adds(&script, call);
	buf_adds(&script, "\nrm -rf \"$tmp\"\n");
	return shell("", buf_text(&script));
}

static void a_worker_that_has_told_nothing_is_named(void **state)
{
#define TWO "mkdir \"$tmp/w\"; echo 5 > \"$tmp/w/1.pid\"; echo 6 > \"$tmp/w/10.pid\"\n"
	cleanup_free char *good = called(TWO "printf 'worked 1\\nworked 10\\n' > \"$tmp/w/out\"\n",
					 "expect_worked s w"),
			  *bad = called(TWO "printf 'x\\nworked 1\\n' > \"$tmp/w/out\"\n",
					"expect_worked s w");

	assert_string_equal(good, "report 0 \n");
	assert_string_equal(bad, "report 1 worker 10 of 'w' has done nothing\n");
}

static void events_are_judged_by_their_rate_and_only_where_they_are_counted(void **state)
{
#define COUNTS(step)                                                                               \
	"echo 7 > \"$tmp/n\"\nsched_file() { c=$(cat \"$tmp/n\"); echo \"C $c\"; echo \"D 1\"; "   \
	"echo $((c + " step ")) > \"$tmp/n\"; }\n"
	cleanup_free char *good = called(COUNTS("100"), "expect_events s C 200 3"),
			  *bad = called(COUNTS("101"), "expect_events s C 200 3"),
			  *back = called(COUNTS("-1"), "expect_events s C 200 3"),
			  *none = called("sched_file() { :; }\n", "expect_events s C 200 3");

	assert_string_equal(good, "report 0 \n");
	assert_string_equal(bad, "report 1 seen 202\n");
	assert_has(back, "# SKIP no scheduler that is counted");
	assert_has(none, "# SKIP no scheduler that is counted");
}

static void json_holds_the_ops_with_their_arguments(void **state)
{
	cleanup_free char *text = export_as("json", EVERY_OP);
	struct json_object *o = json_tokener_parse(text), *ops, *op, *v;

	assert_non_null(o);
	assert_true(json_object_object_get_ex(o, "ops", &ops));
	assert_int_equal(json_object_array_length(ops), 25);
	op = json_object_array_get_idx(ops, 2);
	assert_true(json_object_object_get_ex(op, "after_ns", &v));
	assert_int_equal(json_object_get_int64(v), 1499000000);
	op = json_object_array_get_idx(ops, 4);
	assert_true(json_object_object_get_ex(op, "line", &v));
	assert_string_equal(json_object_get_string(v), "spawn hogs@low/sub spin n=3");
	assert_true(json_object_object_get_ex(op, "args", &v));
	assert_true(json_object_object_get_ex(v, "n", &v));
	assert_int_equal(json_object_get_int(v), 3);
	json_object_put(o);
}

static void the_report_lists_numbers(void **state)
{
	cleanup_free char *text = export_as(
		"md", HEAD DID(1, 1, 1, "run b -- x") PLACED(1, "b", 1, 81, "/", "0::/", true)
			      WROTE(1, "b", 1, "lat=1ms ops=3\\nlat=5ms\\n"));

	assert_has(text, "### Numbers\n\n| group | name | last |");
	assert_has(text, "| `b` | `lat` | 5.0ms | 1.0ms | 3.0ms | 5.0ms | 2 |  |\n");
	assert_has(text, "| `b` | `ops` | 3 |  |  |  | 1 |  |\n");
}

static void the_report_says_environment_ops_sights_and_replay(void **state)
{
	cleanup_free char *text = export_as("md", EVERY_OP);

	assert_has(text, "Verdict: **fail**");
	assert_has(text, "- kernel: `7.3.4`");
	assert_has(text, "- pass: `expect exit p == 0`: `0`");
	assert_has(text, "- fail: ");
	assert_has(text, "`` no `x` ``");
	assert_has(text, "- p.1 (pid 81) was in `/placement/low` before its first instruction, "
			 "exited with 0");
	assert_has(text, "    it's\n    `code`\n");
	assert_has(text,
		   "    scxplore do --topology 1n1l2c1t --memory 512 --workload-root /placement "
		   "--include /bin/sh --include /bin/cat\n");
	assert_has(text, "    expect file /tmp/x == \"a b\"\n");
}

static void all_exports_are_deterministic(void **state)
{
	const struct exporter *e;
	size_t i;

	for (i = 0; (e = exporter_at(i)); i++) {
		cleanup_free char *a = export_as(e->name, EVERY_OP),
				  *b = export_as(e->name, EVERY_OP);

		assert_string_equal(a, b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_survives_the_shell),
		cmocka_unit_test(no_word_can_become_a_command),
		cmocka_unit_test(every_op_has_a_shell_form_with_good_syntax),
		cmocka_unit_test(what_a_shell_cannot_set_is_said),
		cmocka_unit_test(simple_work_is_done_by_the_shell_itself),
		cmocka_unit_test(a_step_tears_down_what_it_made_and_nobody_promoted),
		cmocka_unit_test(a_script_refuses_where_it_cannot_work),
		cmocka_unit_test(each_check_is_judged_or_skipped_with_the_reason),
		cmocka_unit_test(a_worker_that_has_told_nothing_is_named),
		cmocka_unit_test(events_are_judged_by_their_rate_and_only_where_they_are_counted),
		cmocka_unit_test(json_holds_the_ops_with_their_arguments),
		cmocka_unit_test(the_report_lists_numbers),
		cmocka_unit_test(the_report_says_environment_ops_sights_and_replay),
		cmocka_unit_test(all_exports_are_deterministic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
