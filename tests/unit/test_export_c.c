/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_export_c - the exported C test: its text, that it compiles silently, that every byte
 * survives.
 *
 * Golden text: tests/unit/golden; UPDATE_GOLDEN=1 writes it anew (then read the difference).
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/export.h"

#include <sys/wait.h>

static char dir[] = "/tmp/test_export_c.XXXXXX";

static char *export_text(const struct recorded *r, const char *file, bool with_build)
{
	struct export_input in = {.info = &r->info,
				  .model = r->model,
				  .scenario = r->scenario,
				  .session_name = "placement.session",
				  .file_name = file,
				  .with_build = with_build};
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	if (exporter_by_name("c")->write(&in, &out, &err) < 0)
		fail_msg("%s", err.msg);
	return buf_steal(&out);
}

static char *export_session(const char *session)
{
	struct recorded r;
	char *text;

	recorded_init(&r, session);
	text = export_text(&r, "placement.c", false);
	recorded_finish(&r);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("expected this:\n%s\nin this:\n%s", part, text);
}

static void write_file(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	fclose(f);
}

static char *read_file(const char *path)
{
	cleanup_file FILE *f = fopen(path, "r");
	struct buf b = BUF_INIT;
	int c;

	while (f && (c = fgetc(f)) != EOF)
		buf_addc(&b, (char)c);
	return buf_steal(&b);
}

/* In the temporary folder; fails the test unless the command is silent and succeeds. */
static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *fmt, ...)
{
	cleanup_free char *whole = NULL, *path = xasprintf("%s/said", dir), *said = NULL;
	cleanup_buf struct buf command = BUF_INIT;
	va_list ap;
	int status;

	va_start(ap, fmt);
	buf_addv(&command, fmt, ap);
	va_end(ap);
	whole = xasprintf("cd %s && { %s; } > said 2>&1", dir, buf_text(&command));
	status = system(whole);
	said = read_file(path);
	if (status || *said)
		fail_msg("%s\nstatus %d\n%s", buf_text(&command), status, said);
}

static void compile_everywhere(const char *text)
{
	const char *const compilers[] = {CC_PATH " -std=c11", CC_PATH " -std=gnu17 -trigraphs",
					 CLANG_PATH " -std=c11", CLANG_PATH " -std=gnu17",
					 CLANG_PATH " -x c++ -std=c++20"};
	size_t i;

	write_file("t.c", text);
	for (i = 0; i < ARRAY_SIZE(compilers); i++)
		run("%s -Wall -Wextra -Werror -fsyntax-only -I%s t.c", compilers[i], HEADERS_DIR);
}

static void the_seed_reads_as_it_should(void **state)
{
	cleanup_free char *golden = read_file(GOLDEN_DIR "/placement.c"), *text = NULL;
	struct recorded r;

	recorded_init(&r, SEED);
	text = export_text(&r, "placement.c", true);
	recorded_finish(&r);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(GOLDEN_DIR "/placement.c", "w");

		fputs(text, f);
		fclose(f);
	} else if (strcmp(text, golden)) {
		fail_msg("the export differs from golden/placement.c:\n%s", text);
	}
	compile_everywhere(text);
}

static void the_same_session_gives_the_same_bytes(void **state)
{
	cleanup_free char *a = export_session(SEED), *b = export_session(SEED);

	assert_string_equal(a, b);
}

static void assert_columns(const char *text)
{
	const char *p = text;

	while (*p) {
		size_t n = strcspn(p, "\n"), i, column = 0;

		for (i = 0; i < n; i++)
			column += p[i] == '\t' ? 8 - column % 8 : (p[i] & 0xc0) != 0x80;
		if (column > 100 || (n && (p[n - 1] == ' ' || p[n - 1] == '\t')))
			fail_msg("%zu columns or a blank at the end: '%.*s'", column, (int)n, p);
		p += n + (p[n] == '\n');
	}
}

#define LONG                                                                                       \
	"aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeeeeeee fffffffff ggggggggg hhhhhhhhh "         \
	"iiiiiiiii jjjjjjjjj "
#define NAME64 "a123456789b123456789c123456789d123456789e123456789f123456789abcd"

static void long_values_stay_within_100_columns(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "cgroup add " NAME64) DID(2, 2, 2,
							    "cgroup add " NAME64 "/" NAME64)
			DID(3, 3, 3,
			    "run " NAME64 "@" NAME64 "/" NAME64 " -- sh -c \\\"" LONG LONG
			    "\\\" x '" LONG
			    "' y") PLACED(3, NAME64, 1, 81, "/placement/x", "0::/placement/x",
					  true) EXITED(3, NAME64, 1, 81, 0, 0, false)
				DID(4, 4, 4,
				    "expect output " NAME64 " contains \\\"" LONG LONG
				    "\\\"") DID(5, 5, 5,
						"expect file /tmp/" NAME64 NAME64 " == \\\"" LONG
						"\\\"") DID(6, 6, 6, "step \\\"" LONG LONG "\\\"")
					DID(7, 7, 7,
					    "cgroup add low cpuset.cpus=0-1 cpu.weight=100 "
					    "cpu.max=50000/100000")
						DID(8, 9999, 9999, "move " NAME64 " to=low")
							DID(9, 19999, 19999, "hold 86399999999us"));

	assert_columns(text);
	compile_everywhere(text);
}

static void expectations_leave_no_op_and_their_time_goes_on(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1000, 1000, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true)
			DID(2, 3000, 3000, "expect placed a in=/") DID(3, 4500, 4500, "hold 1ms")
				DID(4, 5000, 5000, "step one") DID(5, 5500, 5500, "hold 2s")
					DID(6, 8500, 8500, "step two") DID(7, 9000, 9000, "hold 3s")
						DID(8, 9000, 9000, "step three"));

	assert_has(text, "{ .type = SXP_HOLD, .duration = SXP_MS(1), .after = SXP_MS(3500) },");
	assert_has(text, ".ops = step_one, .hold = SXP_S(3) }");
	assert_has(text, ".ops = step_two, .hold = 0 }");
	assert_null(strstr(text, "EXPECT"));
}

static void a_hold_at_the_end_of_a_step_is_the_steps_own(void **state)
{
	cleanup_free char *text = export_session(HEAD DID(1, 1, 1, "step \\\"a b\\\"") DID(
		2, 1, 1, "cgroup add x") DID(3, 1, 1, "hold 250ms"));

	assert_has(text, "{ .label = \"a b\", .ops = step_a_b, .hold = SXP_MS(250) },");
	assert_null(strstr(text, "SXP_HOLD"));
}

static void checks_are_pinned_first_then_added_and_never_twice(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "cgroup add low") DID(2, 1, 1, "spawn hogs@low spin n=2")
			DID(3, 1, 1, "run a@low -- x") PLACED(3, "a", 1, 81, "/placement/low",
							      "0::/placement/low", true)
				EXITED(3, "a", 1, 81, 0, 11, false) DID(4, 1, 1, "run killed -- x")
					PLACED(4, "killed", 1, 82, "/", "0::/",
					       true) EXITED(4, "killed", 1, 82, 0, 9,
							    true) DID(5, 1, 1, "run still -- x")
						PLACED(5, "still", 1, 83, "/", "0::/",
						       true) DID(6, 1, 1, "expect placed a in=low")
							DID(7, 1, 1, "expect placed a in=low"));
	const char *pinned = strstr(text, "/* pinned: expect placed a in=low */");
	const char *added = strstr(text, "/* added by scxplore for: spawn hogs@low spin n=2 */");

	assert_non_null(pinned);
	assert_non_null(added);
	assert_true(pinned < added);
	assert_null(strstr(pinned + 10, "pinned:"));
	assert_null(strstr(text, "a_is_in_low_before_its_first_instruction_2"));
	assert_has(text, "sxp_assert_exit(*state, \"a\", 139);");
	assert_null(strstr(text, "sxp_assert_exit(*state, \"killed\""));
	assert_null(strstr(text, "sxp_assert_exit(*state, \"still\""));
	assert_has(text, "sxp_assert_placed_before_exec(*state, \"killed\", \"/\");");
	assert_has(text, "sxp_assert_ops(*state);");
	compile_everywhere(text);
}

static void names_are_unique_and_legal_whatever_the_label(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "step while") DID(2, 1, 1, "step while") DID(3, 1, 1, "step")
			DID(4, 1, 1, "step \\\"\\u00e9\\\"") DID(5, 1, 1, "step \\\"9 lives\\\"")
				DID(6, 1, 1, "step \\\"guest\\\"") DID(7, 1, 1, "run 9p -- x")
					DID(8, 1, 1, "run 9.p -- x")
						DID(9, 1, 1, "run sxp_assert_exit -- x")
							DID(10, 1, 1, "run main -- x"));

	assert_has(text, " step_while[] =");
	assert_has(text, " step_while_2[] =");
	assert_has(text, " step_3[] =");
	compile_everywhere(text);
}

static void a_file_read_often_is_asserted_by_its_reading(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "read /tmp/a") DID(2, 1, 1, "expect file /tmp/a == \\\"1\\\"")
			DID(3, 1, 1, "expect file /tmp/b == \\\"2\\\"")
				DID(4, 1, 1, "expect file /tmp/a == \\\"3\\\""));

	assert_has(text, "sxp_assert_file_nth(*state, \"/tmp/a\", 1, \"1\");");
	assert_has(text, "sxp_assert_file_nth(*state, \"/tmp/a\", 2, \"3\");");
	assert_has(text, "sxp_assert_file(*state, \"/tmp/b\", \"2\");");
	compile_everywhere(text);
}

static void work_its_parameters_and_its_reports_are_exported(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "spawn a wake-chain n=8 wake=futex work=50us") PLACED(1, "a", 1, 81, "/", "0::/", true)
			DID(2, 2, 2, "report a") DID(3, 3, 3, "expect report a wake-p99 <= 20ms"));

	assert_has(text, ".work = \"wake-chain\", .count = 8,");
	assert_has(text, ".params = SXP_SET({\"wake\", \"futex\"}, {\"work\", \"50us\"})");
	assert_has(text, "{ .type = SXP_REPORT, .name = \"a\"");
	/* the report it judges is the one that was asked for in its place: the second */
	assert_has(text, "sxp_assert_report_nth(*state, \"a\", 1, \"wake-p99\", \"<=\", \"20ms\");");
	assert_has(text, "wake_p99_of_a_is_at_most_20ms(void **state)");
}

static void numbers_of_programs_are_exported_with_their_moment_and_tolerance(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "run a -- bench") PLACED(1, "a", 1, 81, "/", "0::/", true)
			DID(2, 2, 2, "expect metric a lat.wakeup.p99 < 5ms")
				DID(3, 3, 3, "expect metric a lat.wakeup.p99 < 5ms tol=2.5%"));

	assert_has(text, "{ .type = SXP_REPORT, .name = \"a\"");
	assert_has(text, "sxp_assert_metric(*state, \"a\", 0, \"lat.wakeup.p99\", \"<\", \"5ms\", 0);");
	assert_has(text, "sxp_assert_metric(*state, \"a\", 1, \"lat.wakeup.p99\", \"<\", \"5ms\", 2.5);");
	assert_has(text, "lat_wakeup_p99_of_a_is_below_5ms(void **state)");
	compile_everywhere(text);
}

static void going_back_to_the_backdrop_becomes_a_step_of_promotions(void **state)
{
	cleanup_free char *text = export_session(
		HEAD DID(1, 1, 1, "step one") DID(2, 1, 1, "cgroup add a") DID(3, 1, 1, "backdrop")
			DID(4, 1, 1, "cgroup add b") DID(5, 1, 1, "spawn hogs@b spin")
				DID(6, 1, 1, "step two") DID(7, 1, 1, "move hogs to=/")
					DID(8, 1, 1, "move @b to=/") DID(9, 1, 1, "move 77 to=b")
						DID(10, 1, 1, "backdrop @b"));

	assert_has(text, "{ .type = SXP_CGROUP_ADD, .cgroup = \"b\" },\n\t{ .type = SXP_BACKDROP, "
			 ".cgroup = \"b\" },");
	assert_has(text, "{ .type = SXP_BACKDROP, .name = \"hogs\" },");
	assert_has(text, "{ .type = SXP_MOVE, .name = \"hogs\", .to = \"/\" },");
	assert_has(text, "{ .type = SXP_MOVE, .cgroup = \"b\", .to = \"/\" },");
	assert_has(text, "{ .type = SXP_MOVE, .to = \"b\", .pid = 77 },");
	compile_everywhere(text);
}

static void a_test_of_a_session_with_a_shell_says_so(void **state)
{
	static const char *const formats[] = {"c", "md"};
	struct err err = ERR_INIT;
	struct recorded r;
	struct export_input in = {.info = &r.info};
	size_t i;

	recorded_init(&r, SEED "{\"t_ns\":1,\"event\":\"shell\",\"index\":1,\"pid\":90,\"cgroup\":\"/\",\"text\":"
			       "\"sh\",\"flag\":true}\n");
	in.model = r.model;
	in.scenario = r.scenario;
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		cleanup_buf struct buf out = BUF_INIT;

		assert_int_equal(exporter_by_name(formats[i])->write(&in, &out, &err), 0);
		assert_non_null(strstr(buf_text(&out), i ? "shells that a person had in it (not replayed)"
							 : "had a shell in the guest (1 opened)"));
	}
	recorded_finish(&r);
}

static void a_session_without_ops_is_refused(void **state)
{
	struct err err = ERR_INIT;
	cleanup_buf struct buf out = BUF_INIT;
	struct recorded r;
	struct export_input in = {.info = &r.info};

	recorded_init(&r, HEAD);
	in.model = r.model;
	in.scenario = r.scenario;
	assert_true(exporter_by_name("c")->write(&in, &out, &err) < 0);
	assert_non_null(strstr(err.msg, "nothing to test"));
	recorded_finish(&r);
}

/* ---- hostile bytes -------------------------------------------------------------------------- */

static const char hostile[] =
	"*/ /* ?\?/ ?\?= %s%n \"q\" \\ \\x \x01\x1b[2J\x7f\xff\xc3\x28 \xc3\xa9 \xe2\x80\xae"
	"\nint main(void){return 7;}\n#error x\n'; rm -rf / ; ` $(id) ${IFS} \r\t? ?\?\? 1";

static void dump_line(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addf(out, "%02x", (unsigned)(unsigned char)*s);
	buf_addc(out, '\n');
}

/* A session made through the same structs, as hostile bytes would not survive a heredoc here. */
static void hostile_session(struct recorded *r)
{
	static const char *const lines[] = {"step %s", "run p -- sh -c %s %s", "read %s",
					    "expect output p contains %s", "expect file %s == %s"};
	cleanup_buf struct buf path = BUF_INIT, word = BUF_INIT, path_word = BUF_INIT;
	struct err err = ERR_INIT;
	size_t i;

	*r = (struct recorded){.model = model_create(), .scenario = scenario_create(2)};
	buf_addf(&path, "/tmp/%s", hostile);
	words_quote(&word, hostile);
	words_quote(&path_word, buf_text(&path));
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		bool file = strstr(lines[i], "read") || strstr(lines[i], "file");
		const char *first = buf_text(file ? &path_word : &word);
		cleanup_buf struct buf line = BUF_INIT;
		const char *p = lines[i];
		struct op *op = NULL;
		int n = 0;

		for (; *p; p++) {
			if (p[0] == '%' && p[1] == 's') {
				buf_adds(&line, n++ ? buf_text(&word) : first);
				p++;
			} else {
				buf_addc(&line, *p);
			}
		}
		assert_int_equal(op_parse(buf_text(&line), &op, &err), 0);
		assert_int_equal(scenario_add(r->scenario, op, &err), 0);
	}
	r->info.created = xstrdup(hostile);
	r->info.topology = xstrdup("1n1l2c1t");
	r->info.kernel = xstrdup(hostile);
	r->info.accel = xstrdup(hostile);
	r->info.append = xstrdup(hostile);
	r->info.version = xstrdup(hostile);
	r->info.workload_root = xstrdup(hostile);
	r->info.include = xcalloc(2, sizeof(char *));
	r->info.include[0] = xstrdup(hostile);
}

static void expected_dump(struct buf *out)
{
	cleanup_free char *path = xasprintf("/tmp/%s", hostile);

	dump_line(out, hostile); /* workload root, include, append */
	dump_line(out, hostile);
	dump_line(out, hostile);
	dump_line(out, hostile); /* label */
	dump_line(out, "p");
	dump_line(out, "sh");
	dump_line(out, "-c");
	dump_line(out, hostile);
	dump_line(out, hostile);
	dump_line(out, path);
	dump_line(out, path);
	dump_line(out, "p"); /* the checks, as they are run */
	dump_line(out, hostile);
	dump_line(out, path);
	buf_adds(out, "1\n");
	dump_line(out, hostile);
	dump_line(out, "p");
	dump_line(out, "/");
}

static void every_byte_survives_into_the_running_test(void **state)
{
	cleanup_free char *text = NULL, *dump = NULL, *path = xasprintf("%s/dump", dir);
	cleanup_buf struct buf want = BUF_INIT;
	struct recorded r;

	hostile_session(&r);
	text = export_text(&r, "*/;$(id).c", true);
	recorded_finish(&r);
	assert_columns(text);
	compile_everywhere(text);
	expected_dump(&want);
	run(CC_PATH " -std=c11 -Wall -Wextra -Werror -I%s -o t t.c %s -lcmocka", HEADERS_DIR,
	    STUB_FILE);
	run("EXPORT_DUMP=dump ./t > out 2>&1");
	dump = read_file(path);
	assert_string_equal(dump, buf_text(&want));
	run(CLANG_PATH " -std=gnu17 -Wall -Wextra -Werror -I%s -o t t.c %s -lcmocka", HEADERS_DIR,
	    STUB_FILE);
	run("EXPORT_DUMP=dump ./t > out 2>&1");
	free(dump);
	dump = read_file(path);
	assert_string_equal(dump, buf_text(&want));
}

static int make_dir(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	cleanup_free char *command = xasprintf("rm -rf %s", dir);

	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_seed_reads_as_it_should),
		cmocka_unit_test(the_same_session_gives_the_same_bytes),
		cmocka_unit_test(long_values_stay_within_100_columns),
		cmocka_unit_test(expectations_leave_no_op_and_their_time_goes_on),
		cmocka_unit_test(a_hold_at_the_end_of_a_step_is_the_steps_own),
		cmocka_unit_test(checks_are_pinned_first_then_added_and_never_twice),
		cmocka_unit_test(names_are_unique_and_legal_whatever_the_label),
		cmocka_unit_test(a_file_read_often_is_asserted_by_its_reading),
		cmocka_unit_test(work_its_parameters_and_its_reports_are_exported),
		cmocka_unit_test(numbers_of_programs_are_exported_with_their_moment_and_tolerance),
		cmocka_unit_test(going_back_to_the_backdrop_becomes_a_step_of_promotions),
		cmocka_unit_test(a_test_of_a_session_with_a_shell_says_so),
		cmocka_unit_test(a_session_without_ops_is_refused),
		cmocka_unit_test(every_byte_survives_into_the_running_test),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
