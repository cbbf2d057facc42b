/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cpus - words that name CPUs, resolved against a made-up machine: 2 nodes, 4 LLCs, 16 CPUs,
 * two threads a core; and the texts for policies and signals.
 */
#include "test.h"

#include "base/cleanup.h"
#include "guest/wire_cpus.h"
#include "guest/wire_policy.h"

#include <signal.h>

static struct cpu_layout layout;

static int build(void **state)
{
	unsigned cpu;

	for (cpu = 0; cpu < 16; cpu++) {
		cpu_mask_add(&layout.online, cpu);
		layout.llc[cpu] = (uint16_t)(cpu / 4);
		layout.node[cpu] = (uint16_t)(cpu / 8);
		layout.core[cpu] = (uint16_t)(cpu / 2);
	}
	layout.llcs = 4;
	layout.nodes = 2;
	layout.cores = 8;
	return 0;
}

static void assert_resolves(const char *text, const char *want)
{
	struct cpu_mask cross = {.bits = {0}}, m;
	struct err err = ERR_INIT;
	struct cpu_words w;
	uint64_t seed = 7;
	char got[128];

	cpu_mask_add(&cross, 9);
	if (cpu_words_parse(text, &w, &err) ||
	    cpu_words_resolve(&w, &layout, &cross, &seed, &m, &err))
		fail_msg("'%s': %s", text, err.msg);
	cpu_mask_format(&m, got, sizeof(got));
	assert_string_equal(got, want);
}

static void words_mean_what_the_machine_has(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"0-3,6", "0-3,6"},	    {"15", "15"},	     {"llc:0", "0-3"},
		{"llc:3", "12-15"},	    {"numa:1", "8-15"},	     {"part:0/2", "0-7"},
		{"part:2/3", "10-15"},	    {"overlap:0/2:0.5", "0-11"}, {"overlap:1/2:0.25", "0-1,8-15"},
		{"range:0-0.5", "0-7"},	    {"range:0.25-0.75", "4-11"}, {"smt-pair", "0-1"},
		{"smt-pair:7", "14-15"},    {"single", "0"},	     {"single:5", "5"},
		{"cross:a/b", "9"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_resolves(rows[i].text, rows[i].want);
}

static void random_draws_so_many_and_the_same_again(void **state)
{
	struct cpu_words w;
	struct cpu_mask one, two;
	uint64_t seed = 42, again = 42;

	assert_int_equal(cpu_words_parse("random:5", &w, NULL), 0);
	assert_int_equal(cpu_words_resolve(&w, &layout, &one, &seed, &one, NULL), 0);
	assert_int_equal(cpu_words_resolve(&w, &layout, &two, &again, &two, NULL), 0);
	assert_int_equal(cpu_mask_count(&one), 5);
	assert_memory_equal(&one, &two, sizeof(one));
	assert_int_equal(cpu_words_resolve(&w, &layout, &two, &seed, &two, NULL), 0);
	assert_memory_not_equal(&one, &two, sizeof(one));
}

static void what_is_no_word_is_refused_with_what_to_write(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "names no CPUs"},	    {"lcl:0", "such as llc"},	  {"llc", "llc:I"},
		{"llc:x", "llc:I"},	    {"part:3/3", "part:I/N"},	  {"part:0/0", "part:I/N"},
		{"overlap:0/2:1.5", "overlap:I/N:F"}, {"range:0.5-0.5", "range:A-B"},
		{"range:0-2", "range:A-B"}, {"random:0", "random:N"},	  {"3-1", "runs backwards"},
		{"0-", "not a CPU list"},   {"0,,1", "not a CPU list"},	  {"4096", "not a CPU list"},
		{"99999999999999999999", "not a CPU list"}, {"single:99999", "single:I"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		if (!cpu_words_check(rows[i].text, &err))
			fail_msg("'%s' is taken", rows[i].text);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("'%s': expected '%s' in '%s'", rows[i].text, rows[i].words, err.msg);
	}
}

static void what_the_guest_lacks_is_said(void **state)
{
	static const char *const rows[] = {"llc:4", "numa:2", "smt-pair:8", "single:16", "random:17",
					   "part:0/17"};
	struct cpu_mask m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;
		struct cpu_words w;
		uint64_t seed = 1;

		assert_int_equal(cpu_words_parse(rows[i], &w, &err), 0);
		if (!cpu_words_resolve(&w, &layout, &m, &seed, &m, &err))
			fail_msg("'%s' is resolved", rows[i]);
		assert_non_null(strstr(err.msg, "the guest has"));
	}
}

static void masks_are_written_as_the_kernel_reads_them(void **state)
{
	static const char *const rows[] = {"0", "0-1", "0,2,4", "63-64", "4095", "0-4095"};
	struct cpu_mask m;
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(cpu_mask_parse(rows[i], &m, NULL), 0);
		cpu_mask_format(&m, text, sizeof(text));
		assert_string_equal(text, rows[i]);
	}
	assert_int_equal(cpu_mask_count(&m), 4096);
	cpu_mask_format(&m, text, 4);
	assert_true(strlen(text) < 4);
}

static void policies_have_their_ranges(void **state)
{
	struct policy p;
	struct mempolicy m;
	int sig;

	assert_int_equal(policy_parse("fifo:99", &p, NULL), 0);
	assert_int_equal(p.number, 1);
	assert_int_equal(p.priority, 99);
	assert_int_equal(policy_parse("deadline:2ms/10ms/20ms", &p, NULL), 0);
	assert_int_equal(p.runtime, 2000000);
	assert_int_equal(p.period, 20000000);
	assert_int_equal(policy_parse("ext", &p, NULL), 0);
	assert_true(policy_check("fifo", NULL) < 0);
	assert_true(policy_check("fifo:0", NULL) < 0);
	assert_true(policy_check("rr:100", NULL) < 0);
	assert_true(policy_check("batch:1", NULL) < 0);
	assert_true(policy_check("deadline:20ms/10ms/10ms", NULL) < 0);
	assert_true(policy_check("deadline:1ms/10ms", NULL) < 0);
	assert_true(policy_check("deadline:1ms/10ms/10ms/10ms", NULL) < 0);
	assert_true(policy_check("", NULL) < 0);
	assert_int_equal(mempolicy_parse("interleave:0-1,3", &m, NULL), 0);
	assert_int_equal(m.nodes, 11);
	assert_true(mempolicy_check("preferred:0-1", NULL) < 0);
	assert_true(mempolicy_check("bind", NULL) < 0);
	assert_true(mempolicy_check("bind:64", NULL) < 0);
	assert_true(mempolicy_check("local:0", NULL) < 0);
	assert_int_equal(signal_parse("SIGUSR1", &sig, NULL), 0);
	assert_int_equal(sig, SIGUSR1);
	assert_int_equal(signal_parse("15", &sig, NULL), 0);
	assert_int_equal(sig, SIGTERM);
	assert_true(signal_check("0", NULL) < 0);
	assert_true(signal_check("TREM", NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_mean_what_the_machine_has),
		cmocka_unit_test(random_draws_so_many_and_the_same_again),
		cmocka_unit_test(what_is_no_word_is_refused_with_what_to_write),
		cmocka_unit_test(what_the_guest_lacks_is_said),
		cmocka_unit_test(masks_are_written_as_the_kernel_reads_them),
		cmocka_unit_test(policies_have_their_ranges),
	};

	return cmocka_run_group_tests_name("cpus", tests, build, NULL);
}
