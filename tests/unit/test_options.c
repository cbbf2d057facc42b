/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_options - guest options picked out of a command line and the environment.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "vmm/options.h"

#include <errno.h>

static char *argv_copy[16];
static int argc_left;

static int take(struct guest_options *o, struct err *err, const char *const *words)
{
	argc_left = 0;
	argv_copy[argc_left++] = "prog";
	while (*words)
		argv_copy[argc_left++] = (char *)*words++;
	argv_copy[argc_left] = NULL;
	return guest_options_take(o, &argc_left, argv_copy, err);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static int clear_environment(void **state)
{
	unsetenv("SXP_KERNEL");
	unsetenv("SXP_TOPOLOGY");
	unsetenv("SXP_ACCEL");
	unsetenv("SCXPLORE_FAULT");
	return 0;
}

static void options_are_taken_and_the_rest_stays_in_order(void **state)
{
	struct guest_options o;
	struct err err = ERR_INIT;

	assert_int_equal(take(&o, &err, WORDS("a", "--topology", "1n2l2c1t", "--json", "--memory=900", "--include", "sh", "b",
					      "--include=/bin/cat", "--", "--memory", "x")), 0);
	assert_int_equal(argc_left, 7);
	assert_string_equal(argv_copy[1], "a");
	assert_string_equal(argv_copy[2], "--json");
	assert_string_equal(argv_copy[3], "b");
	assert_string_equal(argv_copy[4], "--");
	assert_string_equal(argv_copy[5], "--memory");
	assert_null(argv_copy[7]);
	assert_int_equal(topology_cpus(&o.config.topology), 4);
	assert_int_equal(o.config.memory_mib, 900);
	assert_string_equal(o.config.include[0], "sh");
	assert_string_equal(o.config.include[1], "/bin/cat");
	assert_null(o.config.include[2]);
	guest_options_finish(&o);
}

static void every_option_of_the_table_is_taken(void **state)
{
	static const char *const values[] = {"1n1l1c1t", "128", "7.3", "tcg", "both", "sh", "/x", "5s", "2m", "quiet", "", "7", "", ""};
	const struct guest_option *option;
	size_t i;

	for (i = 0; (option = guest_option_at(i)); i++) {
		struct guest_options o;
		struct err err = ERR_INIT;
		char word[64], bare[64];

		assert_true(i < ARRAY_SIZE(values));
		snprintf(word, sizeof(word), "--%s%s%s", option->name, *option->value ? "=" : "", values[i]);
		assert_int_equal(take(&o, &err, WORDS(word)), 0);
		assert_int_equal(argc_left, 1);
		guest_options_finish(&o);
		if (!*option->value)
			continue;
		snprintf(bare, sizeof(bare), "--%s", option->name);
		assert_int_equal(take(&o, &err, WORDS(bare)), -EINVAL);
		assert_non_null(strstr(err.msg, bare));
		assert_non_null(strstr(err.msg, "needs a value"));
		guest_options_finish(&o);
	}
	assert_int_equal(i, ARRAY_SIZE(values));
}

static void the_later_of_warm_and_no_warm_counts(void **state)
{
	struct guest_options o;
	struct err err = ERR_INIT;

	assert_int_equal(take(&o, &err, WORDS("--no-warm", "--warm")), 0);
	assert_true(o.config.warm && !o.no_warm);
	guest_options_finish(&o);
	assert_int_equal(take(&o, &err, WORDS("--warm", "--no-warm")), 0);
	assert_true(!o.config.warm && o.no_warm);
	guest_options_finish(&o);
}

static void an_option_without_a_value_takes_none(void **state)
{
	struct guest_options o;
	struct err err = ERR_INIT;

	assert_int_equal(take(&o, &err, WORDS("--exact", "file")), 0);
	assert_true(o.config.exact);
	assert_int_equal(argc_left, 2); /* the word after it is the command's own */
	guest_options_finish(&o);
	assert_int_equal(take(&o, &err, WORDS("file")), 0);
	assert_false(o.config.exact);
	guest_options_finish(&o);
	assert_int_equal(take(&o, &err, WORDS("--exact=yes")), -EINVAL);
	assert_non_null(strstr(err.msg, "--exact takes no value"));
	guest_options_finish(&o);
}

static void errors_name_the_option(void **state)
{
	static const struct {
		const char *word, *words;
	} bad[] = {
		{"--topology=4", "--topology: topology '4'"}, {"--memory=63", "--memory: '63' is not a number of MiB from 64"},
		{"--topology=tiny-2lc", "did you mean 'tiny-2llc'"}, {"--memory=1e3", "--memory"}, {"--accel=kmv", "did you mean 'kvm'"}, {"--kernel=", "--kernel: is empty"},
		{"--observe=me", "none of host, guest and both"},
		{"--include=", "--include: is empty"}, {"--workload-root=x", "of the form /NAME"},
		{"--workload-root=/a/b", "only letters"}, {"--workload-root=/..", "/NAME"},
		{"--watchdog=5", "--watchdog: '5' is not a time"}, {"--watchdog=31s", "limit of 30s"},
		{"--duration=0", "--duration: '0' is not a time"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct guest_options o;
		struct err err = ERR_INIT;

		assert_int_equal(take(&o, &err, WORDS(bad[i].word)), -EINVAL);
		if (!strstr(err.msg, bad[i].words))
			fail_msg("'%s': expected '%s' in '%s'", bad[i].word, bad[i].words, err.msg);
		guest_options_finish(&o);
	}
}

static void the_environment_gives_what_no_option_does(void **state)
{
	struct guest_options o;
	struct err err = ERR_INIT;

	setenv("SXP_TOPOLOGY", "1n1l8c1t", 1);
	setenv("SXP_KERNEL", "6.12", 1);
	setenv("SCXPLORE_FAULT", "place-never", 1);
	assert_int_equal(take(&o, &err, WORDS("--kernel", "7.3")), 0);
	assert_int_equal(topology_cpus(&o.config.topology), 8);
	assert_string_equal(o.config.kernel, "7.3");
	assert_string_equal(o.config.fault, "place-never");
	guest_options_finish(&o);
	setenv("SXP_TOPOLOGY", "numa2-4llc", 1);
	assert_int_equal(take(&o, &err, WORDS("x")), 0);
	assert_int_equal(o.config.topology.nodes, 2);
	assert_int_equal(topology_cpus(&o.config.topology), 16);
	guest_options_finish(&o);
	setenv("SXP_TOPOLOGY", "8", 1);
	assert_int_equal(take(&o, &err, WORDS("x")), -EINVAL);
	assert_non_null(strstr(err.msg, "SXP_TOPOLOGY"));
	guest_options_finish(&o);
	unsetenv("SXP_TOPOLOGY");
	setenv("SCXPLORE_FAULT", "place-sometimes", 1);
	assert_int_equal(take(&o, &err, WORDS("x")), -EINVAL);
	assert_non_null(strstr(err.msg, "SCXPLORE_FAULT: 'place-sometimes'"));
	guest_options_finish(&o);
	clear_environment(NULL);
}

static void defaults_fill_only_what_is_unset(void **state)
{
	struct guest_options o;
	struct err err = ERR_INIT;

	assert_int_equal(take(&o, &err, WORDS("x")), 0);
	assert_int_equal(o.config.topology.nodes, 0);
	assert_int_equal(guest_options_default(&o, &err), 0);
	assert_int_equal(topology_cpus(&o.config.topology), 2);
	guest_options_finish(&o);
	assert_int_equal(take(&o, &err, WORDS("--topology=1n1l4c1t")), 0);
	assert_int_equal(guest_options_default(&o, &err), 0);
	assert_int_equal(topology_cpus(&o.config.topology), 4);
	guest_options_finish(&o);
}

static void help_has_a_line_for_each(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	const struct guest_option *option;
	char word[64];
	size_t i;

	guest_options_help(&out);
	for (i = 0; (option = guest_option_at(i)); i++) {
		snprintf(word, sizeof(word), "  --%s %s ", option->name, option->value);
		assert_non_null(strstr(buf_text(&out), word));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken_and_the_rest_stays_in_order),
		cmocka_unit_test(every_option_of_the_table_is_taken),
		cmocka_unit_test(the_later_of_warm_and_no_warm_counts),
		cmocka_unit_test(an_option_without_a_value_takes_none),
		cmocka_unit_test(errors_name_the_option),
		cmocka_unit_test(the_environment_gives_what_no_option_does),
		cmocka_unit_test(defaults_fill_only_what_is_unset),
		cmocka_unit_test(help_has_a_line_for_each),
	};

	return cmocka_run_group_tests(tests, clear_environment, NULL);
}
