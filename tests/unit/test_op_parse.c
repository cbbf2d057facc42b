/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_op_parse - one line to one op: what is taken, and what an error says.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/op.h"

#include <errno.h>

static struct op *parsed(const char *line)
{
	struct err err = ERR_INIT;
	struct op *op = NULL;

	if (op_parse(line, &op, &err) < 0)
		fail_msg("'%s': %s", line, err.msg);
	assert_non_null(op);
	return op;
}

static void assert_written(const char *line, const char *want)
{
	cleanup_op struct op *op = parsed(line);
	cleanup_free char *text = op_format(op);

	assert_string_equal(text, want);
}

/* Each word of `words` (split at '|') must be in the error. */
static void assert_refused(const char *line, const char *words)
{
	cleanup_free char *copy = strdup(words);
	char *rest = copy, *word;
	struct err err = ERR_INIT;
	struct op *op = NULL;

	if (op_parse(line, &op, &err) >= 0)
		fail_msg("'%s' is taken", line);
	assert_null(op);
	while ((word = strsep(&rest, "|")))
		if (!strstr(err.msg, word))
			fail_msg("'%s': expected '%s' in '%s'", line, word, err.msg);
}

static void arguments_arrive_under_their_tags(void **state)
{
	cleanup_op struct op *run = parsed("run probe@a/b -- sh -c \"echo '#' \\$1\" ''");
	cleanup_op struct op *wait = parsed("wait probe timeout=1.5s");
	const struct op_val *argv = op_arg(run, WARG_ARGV);

	assert_string_equal(op_arg(run, WARG_NAME)->str, "probe");
	assert_string_equal(op_arg(run, WARG_CGROUP)->str, "a/b");
	assert_int_equal(argv->n, 4);
	assert_string_equal(argv->list[2], "echo '#' $1");
	assert_string_equal(argv->list[3], "");
	assert_null(argv->list[4]);
	assert_int_equal(op_arg(wait, WARG_TIMEOUT)->num, 1500000000);
	assert_null(op_arg(wait, WARG_CGROUP));
}

static void empty_lines_and_comments_are_no_op(void **state)
{
	static const char *const lines[] = {"", "   ", "\t# a comment", "#", "\r"};
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		struct op *op = (struct op *)&err;

		assert_int_equal(op_parse(lines[i], &op, &err), 0);
		assert_null(op);
	}
}

static void short_forms_become_the_kernels_names(void **state)
{
	assert_written("cgroup add low cpuset=0-1 weight=50 max=5000/10000",
		       "cgroup add low cpuset.cpus=0-1 cpu.weight=50 \"cpu.max=5000 10000\"");
	assert_written("cgroup set low cpu.max=max", "cgroup set low cpu.max=max");
	assert_written("hold 1500ms", "hold 1500ms");
	assert_written("hold 0", "hold 0s");
	assert_written("step", "step");
	assert_written("step one", "step \"one\"");
}

static void a_key_may_stand_anywhere_after_the_op(void **state)
{
	assert_written("spawn n=4 hogs@low spin", "spawn hogs@low spin n=4");
	assert_written("expect placed in=low probe", "expect placed probe in=low");
}

static void two_dashes_are_a_text_where_no_program_follows(void **state)
{
	cleanup_op struct op *op = parsed("expect output probe contains \"--\"");
	cleanup_op struct op *step = parsed("step \"--\"");

	assert_string_equal(op_arg(op, WARG_TEXT)->str, "--");
	assert_string_equal(op_arg(step, WARG_LABEL)->str, "--");
	assert_written("expect output probe contains \"--\"", "expect output probe contains \"--\"");
	assert_refused("hold 1s -- 2s", "'--' is too much here");
}

static void an_unknown_op_names_the_nearest(void **state)
{
	assert_refused("spwan hogs spin", "op 'spwan' is not known|did you mean 'spawn'");
	assert_refused("cgroup ad low", "op 'cgroup ad' is not known|did you mean 'cgroup add'");
	assert_refused("expect", "needs a second word");
	assert_refused("frobnicate", "is not known|help ops");
}

static void a_missing_argument_is_named_with_an_example(void **state)
{
	assert_refused("cgroup add", "cgroup add: NAME is missing|for example: cgroup add low");
	assert_refused("cgroup set low", "KEY=VALUE is missing");
	assert_refused("spawn hogs", "spawn: WORK is missing");
	assert_refused("run probe", "run: ARGV is missing");
	assert_refused("run probe --", "ARGV is missing");
	assert_refused("move hogs", "move: to is missing");
	assert_refused("hold", "hold: DUR is missing");
	assert_refused("expect placed probe", "in is missing");
	assert_refused("expect exit probe", "CODE is missing");
	assert_refused("expect exit probe ==", "CODE is missing");
	assert_refused("expect exit probe = 0", "'=' stands where '==' must");
}

static void what_is_too_much_is_named(void **state)
{
	assert_refused("kill hogs now", "'now' is too much here|for example: kill hogs");
	assert_refused("spawn hogs spin count=4", "'count=4'");
	assert_refused("wait probe timeot=5s", "'timeot=5s'|did you mean 'timeout='");
	assert_refused("spawn hogs spin n=1 n=2", "n is given twice");
	assert_refused("cgroup add low weight=1 cpu.weight=2", "cpu.weight is given twice");
}

static void bad_values_say_what_would_be_good(void **state)
{
	assert_refused("spawn hogs spim", "WORK 'spim'|did you mean 'spin'");
	assert_refused("spawn hogs spin n=0", "n '0': must be a number from 1 to 1024");
	assert_refused("spawn hogs spin n=1025", "n '1025'");
	assert_refused("spawn hogs spin n=-1", "n '-1'");
	assert_refused("spawn hogs spin n=", "n ''");
	assert_refused("spawn hogs spin n=18446744073709551617", "n '18446744073709551617'");
	assert_refused("hold 5", "DUR '5': not a time; write 10us, 250ms");
	assert_refused("hold -1s", "DUR '-1s'");
	assert_refused("hold 90000s", "must be from 0s to 86400s");
	assert_refused("wait probe timeout=0", "timeout '0': must be from");
	assert_refused("expect exit probe == 256", "CODE '256': must be a number from 0 to 255");
	assert_refused("expect file tmp == x", "PATH 'tmp': must be an absolute path");
	assert_refused("cgroup add low wieght=5", "KEY 'wieght'|did you mean 'weight'");
	assert_refused("cgroup add low weight=0", "cpu.weight|1 to 10000");
	assert_refused("cgroup add low cpuset=3-1", "cpuset.cpus|runs backwards");
	assert_refused("cgroup add low cpuset=0,,1", "is not a CPU list");
	assert_refused("cgroup add low max=5", "cpu.max|the quota");
	assert_refused("cgroup add low weight", "'weight' is not of the form KEY=VALUE");
}

static void names_of_cgroups_are_what_the_kernel_takes(void **state)
{
	cleanup_free char *longest = malloc(OP_CGROUP_MAX + 32), *line = malloc(OP_CGROUP_MAX + 64);

	assert_refused("cgroup add ''", "NAME ''|empty");
	assert_refused("cgroup add /low", "without the leading '/'");
	assert_refused("cgroup add .", "does not begin with '.'");
	assert_refused("cgroup add ..", "does not begin with '.'");
	assert_refused("cgroup add a/../b", "does not begin with '.'");
	assert_refused("cgroup add .hidden", "does not begin with '.'");
	assert_refused("cgroup add a//b", "a component of the path is empty");
	assert_refused("cgroup add a/", "a component of the path is empty");
	assert_refused("cgroup add 'a b'", "letters, digits");
	assert_refused("cgroup add \xc3\xa9", "letters, digits");
	assert_refused("cgroup add cpu.max", "the kernel keeps names that begin with 'cpu.'");
	memset(longest, 'a', OP_CGROUP_MAX + 1);
	longest[OP_CGROUP_MAX + 1] = '\0';
	sprintf(line, "cgroup add %s", longest);
	assert_refused(line, "at most 200 bytes");
	longest[OP_CGROUP_MAX] = '\0';
	sprintf(line, "cgroup add %s", longest);
	assert_written(line, line);
}

static void names_of_groups_are_plain_words(void **state)
{
	assert_refused("spawn '' spin", "a name is empty");
	assert_refused("spawn 12 spin", "a name is not a number");
	assert_refused("spawn -x spin", "does not begin with '-'");
	assert_refused("spawn .x spin", "does not begin with '.'");
	assert_refused("spawn a,b spin", "letters, digits");
	assert_refused("spawn hogs@ spin", "CGROUP ''");
	assert_refused("kill 77", "a process number cannot stand here");
	assert_refused("move 1 to=low", "a PID is a number from 2");
	assert_written("move 77 to=low", "move 77 to=low");
	assert_written("kill @a/b", "kill @a/b");
	assert_refused("kill @", "empty");
}

static void a_line_beyond_the_limit_is_refused(void **state)
{
	cleanup_free char *line = malloc(OP_LINE_MAX + 2);
	struct err err = ERR_INIT;
	struct op *op;

	memset(line, ' ', OP_LINE_MAX + 1);
	line[OP_LINE_MAX + 1] = '\0';
	assert_int_equal(op_parse(line, &op, &err), -E2BIG);
	line[OP_LINE_MAX] = '\0';
	assert_int_equal(op_parse(line, &op, &err), 0);
}

static void a_clone_is_equal_and_its_own(void **state)
{
	struct op *op = parsed("cgroup add low cpuset=0-1 weight=50");
	cleanup_free char *before = op_format(op), *after = NULL;
	cleanup_op struct op *copy = op_clone(op);

	op_destroy(op);
	after = op_format(copy);
	assert_string_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_arrive_under_their_tags),
		cmocka_unit_test(empty_lines_and_comments_are_no_op),
		cmocka_unit_test(short_forms_become_the_kernels_names),
		cmocka_unit_test(a_key_may_stand_anywhere_after_the_op),
		cmocka_unit_test(two_dashes_are_a_text_where_no_program_follows),
		cmocka_unit_test(an_unknown_op_names_the_nearest),
		cmocka_unit_test(a_missing_argument_is_named_with_an_example),
		cmocka_unit_test(what_is_too_much_is_named),
		cmocka_unit_test(bad_values_say_what_would_be_good),
		cmocka_unit_test(names_of_cgroups_are_what_the_kernel_takes),
		cmocka_unit_test(names_of_groups_are_plain_words),
		cmocka_unit_test(a_line_beyond_the_limit_is_refused),
		cmocka_unit_test(a_clone_is_equal_and_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
