/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_api_scenario - a scenario written as C data is the one that is typed.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "lib/api_scenario.h"

#include <errno.h>

static const struct sxp_op backdrop[] = {
	{.type = SXP_CGROUP_ADD, .cgroup = "low", .set = SXP_SET({"cpu.weight", "50"}, {"cpu.max", "5000 10000"})},
	{.type = SXP_SPAWN, .name = "hogs", .cgroup = "low", .work = "spin", .count = 4},
	{.type = SXP_END},
};

static const struct sxp_op work[] = {
	{.type = SXP_RUN, .name = "probe", .cgroup = "low", .argv = SXP_LIST("sh", "-c", "echo 'a b' #\n\t\"$1\""),
	 .after = SXP_MS(250)},
	{.type = SXP_WAIT, .name = "probe", .timeout = SXP_S(5)},
	{.type = SXP_MOVE, .pid = 77, .to = "low"},
	{.type = SXP_KILL, .cgroup = "low"},
	{.type = SXP_READ_FILE, .path = "/tmp/where"},
	{.type = SXP_CGROUP_SET, .cgroup = "low", .set = SXP_SET({"cpu.weight", "9"})},
	{.type = SXP_HOLD},
	{.type = SXP_END},
};

static void c_data_becomes_the_ops_that_are_typed(void **state)
{
	static const struct sxp_step steps[] = {
		{.label = "leave while throttled", .ops = work, .hold = SXP_MS(500)},
		{SXP_LAST_STEP},
	};
	static const char *const want[] = {
		"cgroup add low cpu.weight=50 \"cpu.max=5000 10000\"",
		"spawn hogs@low spin n=4",
		"step \"leave while throttled\"",
		NULL, /* looked at below */
		"wait probe timeout=5s",
		"move 77 to=low",
		"kill @low",
		"read /tmp/where",
		"cgroup set low cpu.weight=9",
		"hold 0s",
		"hold 500ms",
	};
	struct scenario *s = scenario_create(2);
	struct err err = ERR_INIT;
	size_t i;

	if (api_scenario(s, &api_sizes_here, NULL, backdrop, steps, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(scenario_len(s), ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		cleanup_free char *text = op_format(scenario_at(s, i));

		if (want[i])
			assert_string_equal(text, want[i]);
	}
	assert_string_equal(op_arg(scenario_at(s, 3), WARG_ARGV)->list[2], "echo 'a b' #\n\t\"$1\"");
	assert_int_equal(scenario_at(s, 3)->after_ns, 250000000);
	scenario_destroy(s);
}

static void assert_refused(const struct sxp_op *ops, bool in_step, const char *words)
{
	const struct sxp_step steps[] = {{.ops = in_step ? ops : NULL}, {SXP_LAST_STEP}};
	struct scenario *s = scenario_create(2);
	struct err err = ERR_INIT;

	if (api_scenario(s, &api_sizes_here, NULL, in_step ? NULL : ops, steps, &err) >= 0)
		fail_msg("taken; expected '%s'", words);
	if (!strstr(err.msg, words))
		fail_msg("expected '%s' in '%s'", words, err.msg);
	scenario_destroy(s);
}

#define OPS(...) ((const struct sxp_op[]){__VA_ARGS__, {.type = SXP_END}})

static void errors_say_where_and_what(void **state)
{
	assert_refused(OPS({.type = SXP_HOLD}, {.type = SXP_RUN, .name = "x"}), true, "step 1, op 2: SXP_RUN needs .argv");
	assert_refused(OPS({.type = SXP_SPAWN, .name = "x", .work = "spim"}), false, "backdrop, op 1: WORK 'spim'");
	assert_refused(OPS({.type = SXP_KILL}), false, "SXP_KILL needs .name");
	assert_refused(OPS({.type = 99}), false, "op type 99 is not known");
	assert_refused(OPS({.type = SXP_CGROUP_ADD, .cgroup = "low", .set = SXP_SET({"cpu.weigth", "5"})}), false,
		       "did you mean 'cpu.weight'");
	assert_refused(OPS({.type = SXP_WAIT, .name = "x"}), true, "step 1, op 1: NAME 'x': no such group");
	assert_refused(OPS({.type = SXP_HOLD, .duration = UINT64_MAX}), true, "DUR");
	assert_refused(OPS({.type = SXP_SPAWN, .name = "x", .work = "spin", .count = 5000}), true, "n '5000'");
}

static void no_string_can_become_an_argument_of_another_kind(void **state)
{
	assert_refused(OPS({.type = SXP_CGROUP_ADD, .cgroup = "low"}, {.type = SXP_SPAWN, .name = "x@low", .work = "spin"}),
		       false, "op 2: ");
	assert_refused(OPS({.type = SXP_SPAWN, .name = "x", .work = "n=4"}), false, "op 1: ");
	assert_refused(OPS({.type = SXP_CGROUP_ADD, .cgroup = "a cpu.weight=5"}), false, "NAME 'a cpu.weight=5'");
}

static void the_environment_overrides_the_guest(void **state)
{
	const struct sxp_guest guest = {.topology = {1, 2, 2, 1}, .kernel = "6.12", .accel = "tcg", .memory_mib = 700};
	struct guest_config config;
	struct err err = ERR_INIT;

	unsetenv("SXP_TOPOLOGY");
	unsetenv("SXP_KERNEL");
	unsetenv("SXP_ACCEL");
	assert_int_equal(api_guest_config(&guest, &config, &err), 0);
	assert_int_equal(topology_cpus(&config.topology), 4);
	assert_string_equal(config.kernel, "6.12");
	assert_int_equal(config.accel, ACCEL_TCG);
	setenv("SXP_TOPOLOGY", "1n1l8c1t", 1);
	setenv("SXP_KERNEL", "7.3", 1);
	setenv("SXP_ACCEL", "auto", 1);
	assert_int_equal(api_guest_config(&guest, &config, &err), 0);
	assert_int_equal(topology_cpus(&config.topology), 8);
	assert_string_equal(config.kernel, "7.3");
	assert_int_equal(config.accel, ACCEL_AUTO);
	assert_int_equal(config.memory_mib, 700);
	setenv("SXP_TOPOLOGY", "8", 1);
	assert_int_equal(api_guest_config(&guest, &config, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "SXP_TOPOLOGY"));
	unsetenv("SXP_TOPOLOGY");
	unsetenv("SXP_KERNEL");
	unsetenv("SXP_ACCEL");
	assert_int_equal(api_guest_config(&(const struct sxp_guest){0}, &config, &err), 0);
	assert_int_equal(topology_cpus(&config.topology), 2);
}

/* What a program has that was compiled with another header: the same fields, then fewer or more. */
struct old_op {
	char fields[offsetof(struct sxp_op, after) + sizeof(uint64_t)];
};
struct new_op {
	struct sxp_op op;
	uint64_t unheard_of;
};

static int add_strange(const void *ops, size_t op_size, struct err *err)
{
	const struct api_sizes sizes = {api_sizes_here.guest, op_size, api_sizes_here.step};
	struct scenario *s = scenario_create(2);
	int r = api_sizes_check(&sizes, err);

	if (r == 0)
		r = api_scenario(s, &sizes, NULL, ops, NULL, err);
	if (r == 0)
		r = (int)scenario_len(s);
	scenario_destroy(s);
	return r;
}

static void a_program_compiled_with_an_older_header_goes_on_working(void **state)
{
	const struct sxp_op ops[] = {
		{.type = SXP_CGROUP_ADD, .cgroup = "low"},
		{.type = SXP_SPAWN, .name = "x", .cgroup = "low", .work = "spin", .after = 5},
		{.type = SXP_END},
	};
	_Alignas(struct sxp_op) struct old_op old[ARRAY_SIZE(ops)];
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		memcpy(&old[i], &ops[i], sizeof(old[i]));
	assert_int_equal(add_strange(old, sizeof(old[0]), &err), 2);
}

static void a_field_that_only_a_newer_library_knows_is_refused_when_it_is_set(void **state)
{
	struct new_op ops[] = {{.op = {.type = SXP_CGROUP_ADD, .cgroup = "low"}}, {.op = {.type = SXP_END}}};
	struct err err = ERR_INIT;

	assert_int_equal(add_strange(ops, sizeof(ops[0]), &err), 1);
	ops[0].unheard_of = 1;
	assert_int_equal(add_strange(ops, sizeof(ops[0]), &err), -EINVAL);
	assert_non_null(strstr(err.msg, "backdrop, op 1: a field at byte"));
	assert_non_null(strstr(err.msg, "newer header"));
}

static void a_function_of_the_program_is_named_with_its_path(void **state)
{
	static const struct sxp_work works[] = {{"churn", NULL}, {NULL, NULL}};
	const struct sxp_op ops[] = {{.type = SXP_SPAWN, .name = "w", .work = "custom:churn"},
				     {.type = SXP_SPAWN, .name = "v", .work = "custom:/tmp/x:other"},
				     {.type = SXP_END}};
	const struct sxp_op unknown[] = {{.type = SXP_SPAWN, .name = "w", .work = "custom:chrun"}, {.type = SXP_END}};
	cleanup_free char *self = realpath("/proc/self/exe", NULL), *want = NULL, *text = NULL, *other = NULL;
	struct scenario *s = scenario_create(2);
	struct err err = ERR_INIT;

	if (api_scenario(s, &api_sizes_here, works, ops, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	want = xasprintf("spawn w custom:%s:churn", self);
	text = op_format(scenario_at(s, 0));
	other = op_format(scenario_at(s, 1));
	assert_string_equal(text, want);
	assert_string_equal(other, "spawn v custom:/tmp/x:other");
	scenario_destroy(s);
	s = scenario_create(2);
	assert_int_equal(api_scenario(s, &api_sizes_here, works, unknown, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "backdrop, op 1: work 'custom:chrun'"));
	scenario_destroy(s);
}

static void sizes_that_no_header_had_are_refused(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(add_strange(NULL, sizeof(struct old_op) - 8, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "struct sxp_op"));
	assert_int_equal(add_strange(NULL, sizeof(struct old_op) + 1, &err), -EINVAL);
	assert_int_equal(add_strange(NULL, (size_t)1 << 40, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c_data_becomes_the_ops_that_are_typed),
		cmocka_unit_test(errors_say_where_and_what),
		cmocka_unit_test(no_string_can_become_an_argument_of_another_kind),
		cmocka_unit_test(the_environment_overrides_the_guest),
		cmocka_unit_test(a_program_compiled_with_an_older_header_goes_on_working),
		cmocka_unit_test(a_field_that_only_a_newer_library_knows_is_refused_when_it_is_set),
		cmocka_unit_test(a_function_of_the_program_is_named_with_its_path),
		cmocka_unit_test(sizes_that_no_header_had_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
