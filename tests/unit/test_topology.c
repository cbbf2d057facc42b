/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_topology - NnNlNcNt texts.
 */
#include "tests/unit/test.h"

#include "vmm/guest.h"

#include <errno.h>

static void assert_refused(const char *text, const char *words)
{
	struct topology t = {.nodes = 77};
	struct err err = ERR_INIT;

	assert_int_equal(topology_parse(text, &t, &err), -EINVAL);
	assert_int_equal(t.nodes, 77);
	if (!strstr(err.msg, words))
		fail_msg("'%s': expected '%s' in '%s'", text, words, err.msg);
}

static void a_text_is_read_and_written_alike(void **state)
{
	struct err err = ERR_INIT;
	struct topology t;
	char text[48];

	assert_int_equal(topology_parse("2n4l3c2t", &t, &err), 0);
	assert_int_equal(t.nodes, 2);
	assert_int_equal(t.llcs, 4);
	assert_int_equal(t.cores, 3);
	assert_int_equal(t.threads, 2);
	assert_int_equal(topology_cpus(&t), 24);
	topology_format(&t, text, sizeof(text));
	assert_string_equal(text, "2n4l3c2t");
	assert_int_equal(topology_parse("1n1l256c1t", &t, &err), 0);
}

static void an_error_names_the_part_that_is_wrong(void **state)
{
	assert_refused("", "number of NUMA nodes");
	assert_refused("0n1l1c1t", "number of NUMA nodes");
	assert_refused("1n4c1t", "number of LLCs");
	assert_refused("1n1l1t", "number of cores per LLC");
	assert_refused("1n1l1c", "number of threads per core");
	assert_refused("1n1l1c1t!", "'!' is too much");
	assert_refused("2n3l1c1t", "3 LLCs do not divide over 2 NUMA nodes");
	assert_refused("2n1l1c1t", "1 LLCs do not divide");
	assert_refused("1n1l1c3t", "3 threads per core");
	assert_refused("1n1l256c2t", "512 CPUs, at most 256");
	assert_refused("1n1l99999999999999999999c1t", "cores per LLC");
	assert_refused("-1n1l1c1t", "NUMA nodes");
	assert_refused(" 1n1l1c1t", "NUMA nodes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_read_and_written_alike),
		cmocka_unit_test(an_error_names_the_part_that_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
