/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cgroup_settings - what may be written into a cgroup's files, at the edges of each range.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/cgroup_settings.h"

static int check(const char *key, const char *value)
{
	struct err err = ERR_INIT;
	const struct cgroup_setting *s = cgroup_setting_find(key, &err);

	assert_non_null(s);
	return s->check(value, 4, &err);
}

static void values_within_the_kernels_ranges_pass_and_no_others(void **state)
{
	static const struct {
		const char *key, *good[4], *bad[6];
	} rows[] = {
		{"cpuset", {"0-3", "llc:0"}, {"4", "x"}},
		{"mems", {"0", "0-1"}, {"x", ""}},
		{"partition", {"member", "root", "isolated"}, {"Root"}},
		{"cpuset.cpus.exclusive", {"0-3,6"}, {"llc:0", "x"}},
		{"weight", {"1", "10000"}, {"0", "10001", "-1"}},
		{"max", {"max", "1000", "5000 10000", "max 1000000"}, {"999", "max 999", "50%"}},
		{"idle", {"0", "1"}, {"2", ""}},
		{"cpu.weight.nice", {"-20", "0", "19"}, {"-21", "20", "-", "", "1.5", "--1"}},
		{"cpu.max.burst", {"0", "5000"}, {"-1", "max", ""}},
		{"cpu.uclamp.min",
		 {"0", "10.5", "100", "max"},
		 {"100.01", "5.", "10.555", "-1", "", "x"}},
		{"cpu.uclamp.max", {"0.25", "100.0"}, {"101", ".5"}},
		{"memory", {"max", "64M", "0"}, {"64X", "-1"}},
		{"memory.min", {"max", "64M"}, {"x"}},
		{"memory.swap.high", {"max", "1g"}, {"x"}},
		{"memory.oom.group", {"0", "1"}, {"2"}},
		{"memory.zswap.max", {"max", "0"}, {"x"}},
		{"memory.zswap.writeback", {"0", "1"}, {"max"}},
		{"memory.reclaim", {"0", "4M"}, {"max", "x"}},
		{"cgroup.pressure", {"0", "1"}, {"2"}},
		{"io", {"1", "10000"}, {"0"}},
		{"pids", {"max", "1"}, {"4194305", "-1"}},
		{"cgroup.max.depth", {"max", "0", "2147483647"}, {"2147483648", "-1"}},
		{"cgroup.max.descendants", {"3"}, {"x"}},
		{"type", {"threaded"}, {"domain"}},
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(rows[i].good) && rows[i].good[k]; k++)
			if (check(rows[i].key, rows[i].good[k]))
				fail_msg("%s=%s is refused", rows[i].key, rows[i].good[k]);
		for (k = 0; k < ARRAY_SIZE(rows[i].bad) && rows[i].bad[k]; k++)
			if (!check(rows[i].key, rows[i].bad[k]))
				fail_msg("%s=%s passes", rows[i].key, rows[i].bad[k]);
	}
}

static void a_file_that_is_none_of_them_is_refused_with_the_nearest(void **state)
{
	struct err err = ERR_INIT;

	assert_null(cgroup_setting_find("cpu.wieght", &err));
	assert_non_null(strstr(err.msg, "did you mean 'cpu.weight'"));
	assert_null(cgroup_setting_find("../cpu.max", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_within_the_kernels_ranges_pass_and_no_others),
		cmocka_unit_test(a_file_that_is_none_of_them_is_refused_with_the_nearest),
	};

	return cmocka_run_group_tests_name("cgroup_settings", tests, NULL, NULL);
}
