/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_plan - axes, the order of runs, shards, and the scenario of a cell.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/cell.h"
#include "matrix/plan.h"
#include "vmm/topologies.h"

#include <errno.h>

static struct mx_head head_of(const char *topology, const char *sched, const char *kernel,
			      unsigned repeat, unsigned warmup)
{
	struct mx_head h = {.scenario = xstrdup("s"),
			    .sha256 = xstrdup(""),
			    .started = xstrdup(""),
			    .version = xstrdup(""),
			    .options = xstrdup(""),
			    .repeat = repeat,
			    .warmup = warmup,
			    .shard = 1,
			    .shards = 1};
	struct err err = ERR_INIT;

	assert_int_equal(mx_axis_add(&h, MX_TOPOLOGY, topology, &err), 0);
	assert_int_equal(mx_axis_add(&h, MX_SCHED, sched, &err), 0);
	assert_int_equal(mx_axis_add(&h, MX_KERNEL, kernel, &err), 0);
	return h;
}

/* "fifo none* ...": schedulers in the order of their turns, '*' for a warm-up. */
static char *order_of(const struct mx_plan *p)
{
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < p->nturns; i++)
		buf_addf(&text, "%s%s%s", i ? " " : "", p->cell[p->turn[i].cell].words.sched,
			 p->turn[i].warmup ? "*" : "");
	return buf_steal(&text);
}

static void every_preset_is_a_topology_and_is_found_by_name(void **state)
{
	const struct topology_preset *t;
	struct topology a, b;
	struct err err = ERR_INIT;
	char spec[48];
	size_t i;

	for (i = 0; (t = topology_preset_at(i)); i++) {
		assert_int_equal(topology_word(t->name, &a, &err), 0);
		topology_format(&a, spec, sizeof(spec));
		assert_string_equal(spec, t->shape);
		assert_int_equal(topology_word(t->shape, &b, &err), 0);
		assert_true(topology_cpus(&a) >= 4 && topology_cpus(&a) <= 252);
	}
	assert_int_equal(i, 24);
	assert_true(topology_word("tiny-1lc", &a, &err) < 0);
	assert_non_null(strstr(err.msg, "did you mean 'tiny-1llc'"));
	assert_true(topology_word("2x2", &a, &err) < 0);
	assert_non_null(strstr(err.msg, "NUMA nodes"));
}

static void a_layout_numbers_caches_and_nodes_as_the_guest_does(void **state)
{
	struct cpu_layout *l = xcalloc(1, sizeof(*l));
	struct topology t;

	assert_int_equal(topology_parse("2n4l3c2t", &t, NULL), 0);
	topology_layout(&t, l);
	assert_int_equal(cpu_mask_count(&l->online), 24);
	assert_int_equal(l->core[5], 2);
	assert_int_equal(l->llc[5], 0);
	assert_int_equal(l->llc[6], 1);
	assert_int_equal(l->node[11], 0);
	assert_int_equal(l->node[12], 1);
	free(l);
}

static void bad_words_of_an_axis_are_refused_by_its_name(void **state)
{
	static const struct {
		enum mx_axis axis;
		const char *text, *words;
	} rows[] = {
		{MX_TOPOLOGY, "tiny-1llc,", "--topology: there is an empty word"},
		{MX_TOPOLOGY, "tiny-1llc,1n1l4c1t", "are the same"},
		{MX_TOPOLOGY, "0n", "--topology:"},
		{MX_SCHED, "none,eevdf", "are the same"},
		{MX_SCHED, "fifo,fifo", "are the same"},
		{MX_SCHED, "no!", "--sched:"},
		{MX_SCHED, "", "empty word"},
		{MX_KERNEL, "7.3\x1b", "cannot be printed"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct mx_head h = {0};
		struct err err = ERR_INIT;

		assert_true(mx_axis_add(&h, rows[i].axis, rows[i].text, &err) < 0);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("'%s': %s", rows[i].text, err.msg);
		mx_head_finish(&h);
	}
}

static void presets_stands_for_the_whole_table(void **state)
{
	struct mx_head h = head_of("presets", "none", "7", 1, 0);

	assert_int_equal(h.axis[MX_TOPOLOGY].n, 24);
	mx_head_finish(&h);
}

static void schedulers_take_turns_and_every_second_round_goes_backwards(void **state)
{
	struct mx_head h = head_of("1n1l2c1t", "none,fifo,vtime slice_us=5", "7", 3, 1);
	struct mx_plan p;
	struct err err = ERR_INIT;
	cleanup_free char *order = NULL;

	assert_int_equal(mx_plan_make(&p, &h, &err), 0);
	order = order_of(&p);
	assert_string_equal(
		order,
		"none* fifo* vtime slice_us=5* none fifo vtime slice_us=5 vtime slice_us=5 fifo "
		"none none fifo vtime slice_us=5");
	assert_int_equal(p.turn[11].repeat, 3);
	assert_int_equal(p.turn[0].repeat, 1);
	mx_plan_finish(&p);
	mx_head_finish(&h);
}

static void every_combination_is_a_cell_once(void **state)
{
	struct mx_head h = head_of("1n1l2c1t,1n2l2c1t", "none,fifo", "6,7", 2, 1);
	struct mx_plan p;
	struct err err = ERR_INIT;
	size_t i, j;

	assert_int_equal(mx_plan_make(&p, &h, &err), 0);
	assert_int_equal(p.ncells, 8);
	assert_int_equal(p.nturns, 8 * 3);
	for (i = 0; i < p.ncells; i++)
		for (j = 0; j < i; j++)
			assert_false(mx_cell_same(&p.cell[i].words, &p.cell[j].words));
	mx_plan_finish(&p);
	mx_head_finish(&h);
}

static void shards_are_a_partition_that_keeps_what_is_compared_together(void **state)
{
	struct mx_head h = head_of("1n1l2c1t,1n2l2c1t,1n1l3c1t", "none,fifo", "6,7", 2, 0);
	struct mx_plan whole, part;
	struct err err = ERR_INIT;
	size_t i, j, seen[12] = {0};
	unsigned n;

	assert_int_equal(mx_plan_make(&whole, &h, &err), 0);
	for (n = 1; n <= 5; n++) {
		cleanup_free char *text = xasprintf("%u/5", n);

		assert_int_equal(mx_shard_parse(text, &h, &err), 0);
		assert_int_equal(mx_plan_make(&part, &h, &err), 0);
		assert_true(part.ncells % 2 == 0);
		for (i = 0; i < part.ncells; i++) {
			assert_int_equal(part.cell[i].block, part.cell[i / 2 * 2].block);
			for (j = 0; j < whole.ncells; j++)
				seen[j] += mx_cell_same(&part.cell[i].words, &whole.cell[j].words);
		}
		mx_plan_finish(&part);
	}
	for (j = 0; j < whole.ncells; j++)
		assert_int_equal(seen[j], 1);
	assert_true(mx_shard_parse("0/2", &h, &err) < 0);
	assert_true(mx_shard_parse("3/2", &h, &err) < 0);
	assert_true(mx_shard_parse("1", &h, &err) < 0);
	mx_plan_finish(&whole);
	mx_head_finish(&h);
}

static struct mx_run run_of(const struct mx_plan *p, size_t turn)
{
	const struct mx_turn *t = &p->turn[turn];

	return (struct mx_run){.cell = p->cell[t->cell].words,
			       .turn = 1,
			       .repeat = t->repeat,
			       .warmup = t->warmup};
}

static void what_is_missing_is_what_has_no_run_and_was_not_skipped(void **state)
{
	struct mx_head h = head_of("1n1l2c1t", "none,fifo", "7", 2, 1);
	struct mx_plan p;
	struct mx_run runs[3];
	struct err err = ERR_INIT;
	bool missing[6];

	assert_int_equal(mx_plan_make(&p, &h, &err), 0);
	runs[0] = run_of(&p, 0);
	runs[1] = run_of(&p, 2);
	assert_int_equal(mx_plan_missing(&p, runs, 2, missing), 4);
	assert_false(missing[0]);
	assert_true(missing[1]);
	assert_false(missing[2]);
	runs[2] = run_of(&p, 1);
	runs[2].turn = 0; /* its cell was skipped: one line for all of them */
	assert_int_equal(mx_plan_missing(&p, runs, 3, NULL), 1);
	mx_plan_finish(&p);
	mx_head_finish(&h);
}

/* ---- the scenario of a cell ---- */

static char *text_of(const struct scenario *s)
{
	struct buf text = BUF_INIT;
	const struct op *op;
	size_t i;

	for (i = 0; (op = scenario_at(s, i)); i++) {
		cleanup_free char *line = op_format(op);

		if (!strncmp(line, "read /sys/", 10) || !strcmp(line, "read " MX_STAT_FILE))
			continue;
		buf_addf(&text, "%s\n", line);
	}
	return buf_steal(&text);
}

static struct scenario *scenario_of(const char *text)
{
	struct scenario *s = scenario_create(0);
	struct err err = ERR_INIT;

	if (scenario_add_text(s, "s", text, strlen(text), &err) < 0)
		fail_msg("%s", err.msg);
	return s;
}

static void assert_cell(const char *base, const char *topology, const char *sched, const char *want)
{
	struct scenario *s = scenario_of(base), *out;
	struct err err = ERR_INIT;
	struct topology t;
	cleanup_free char *text = NULL;

	assert_int_equal(topology_parse(topology, &t, &err), 0);
	if (mx_cell_scenario(s, &t, sched, &out, &err) < 0)
		fail_msg("%s", err.msg);
	text = text_of(out);
	assert_string_equal(text, want);
	scenario_destroy(out);
	scenario_destroy(s);
}

static void a_scenario_with_no_scheduler_gets_it_first(void **state)
{
	assert_cell("cgroup add a\nhold 1s\n", "1n1l2c1t", "fifo",
		    "sched load fifo\ncgroup add a\nhold 1s\n");
	assert_cell("cgroup add a\nhold 1s\n", "1n1l2c1t", "eevdf", "cgroup add a\nhold 1s\n");
	assert_cell("cgroup add a\nhold 1s\n", "1n1l2c1t", "own", "cgroup add a\nhold 1s\n");
}

static void conditions_are_read_first_and_the_counters_before_they_are_lost(void **state)
{
#define FLAW "read /sys/devices/system/cpu/vulnerabilities/"
	static const char *const want[] = {
		"read " MX_CLOCK_FILE, FLAW "meltdown", FLAW "spectre_v2", FLAW "mds",
		FLAW "retbleed", "read " MX_STAT_FILE, "sched load fifo", "read " MX_SCHED_FILE,
		"sched unload", "read " MX_SCHED_FILE, "read " MX_STAT_FILE};
	struct scenario *s = scenario_of("sched load vtime\nsched unload\n"), *out;
	struct topology t = {1, 1, 2, 1};
	struct err err = ERR_INIT;
	size_t i;

	assert_int_equal(mx_cell_scenario(s, &t, "fifo", &out, &err), 0);
	assert_int_equal(scenario_len(out), ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		cleanup_free char *line = op_format(scenario_at(out, i));

		assert_string_equal(line, want[i]);
	}
	scenario_destroy(out);
	scenario_destroy(s);
}

static void constants_that_name_a_cgroup_wait_for_it(void **state)
{
	assert_cell("cgroup add b\ncgroup add a\nhold 1s\n", "1n1l2c1t", "starve cgroup_id=@a",
		    "cgroup add b\ncgroup add a\nsched load starve cgroup_id=@a\nhold 1s\n");
}

static void a_scenario_that_loads_one_gets_another_in_its_place(void **state)
{
	static const char base[] =
		"cgroup add a\nsched load vtime slice_us=5\nexpect sched == vtime\nsched unload\n"
		"expect sched == none\n";

	assert_cell(base, "1n1l2c1t", "fifo",
		    "cgroup add a\nsched load fifo\nexpect sched == fifo\nsched unload\n"
		    "expect sched == none\n");
	assert_cell(base, "1n1l2c1t", "none",
		    "cgroup add a\nexpect sched == none\nexpect sched == none\n");
	assert_cell(base, "1n1l2c1t", "own", base);
}

static void assert_no_cell(const char *base, const char *topology, const char *sched, int code,
			   const char *words)
{
	struct scenario *s = scenario_of(base), *out;
	struct err err = ERR_INIT;
	struct topology t;

	assert_int_equal(topology_parse(topology, &t, &err), 0);
	assert_int_equal(mx_cell_scenario(s, &t, sched, &out, &err), -code);
	assert_null(out);
	if (!strstr(err.msg, words))
		fail_msg("%s", err.msg);
	scenario_destroy(s);
}

static void a_topology_that_lacks_what_is_named_is_out_of_range_and_says_what(void **state)
{
	assert_no_cell("spawn w spin cpus=3\n", "1n1l2c1t", "none", ERANGE, "cpus=3");
	assert_no_cell("cgroup add a cpuset.cpus=llc:1\n", "1n1l2c1t", "none", ERANGE, "llc:1");
	assert_no_cell("cgroup add a cpuset.mems=1\n", "1n1l2c1t", "none", ERANGE, "node 1");
	assert_no_cell("cgroup add a\nspawn w@a spin cpus=numa:1\n", "1n2l2c1t", "none", ERANGE,
		       "numa:1");
	assert_no_cell("cpu offline 5\n", "1n1l4c1t", "none", ERANGE, "cpu offline 5");
	assert_cell("cgroup add a cpuset.cpus=llc:1\n", "1n2l2c1t", "none",
		    "cgroup add a cpuset.cpus=llc:1\n");
}

static void a_scheduler_that_cannot_be_is_an_error_of_its_own(void **state)
{
	assert_no_cell("hold 1s\n", "1n1l2c1t", "./no-such.bpf.o", ENOENT, "no such file");
	assert_no_cell("hold 1s\n", "1n1l2c1t", "/no/such.bpf.o", ENOENT, "No such file");
	assert_no_cell("hold 1s\n", "1n1l2c1t", "vtine", ENOENT, "did you mean 'vtime'");
	assert_no_cell("hold 1s\n", "1n1l2c1t", "vtime slice=5", EINVAL, "no constant");
	assert_no_cell("hold 1s\n", "1n1l2c1t", "starve cgroup_id=@a", EINVAL, "'a'");
}

static void a_scenario_about_schedulers_takes_no_other(void **state)
{
	static const char *const own[] = {
		"sched load fifo\nsched replace vtime\n",
		"sched load fifo\nsched unload\nsched load vtime\n",
		"sched load stall\nexpect sched exit == stall within=5s\n",
		"sched load fifo\nevery 5ms as x\nsched unload\nend\n"};
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		struct scenario *s = scenario_of(own[i]);

		assert_true(mx_scenario_takes(s, &err) < 0);
		assert_non_null(strstr(err.msg, "line"));
		scenario_destroy(s);
	}
	{
		struct scenario *s = scenario_of("sched load fifo\nsched unload\nhold 1s\n");

		assert_int_equal(mx_scenario_takes(s, &err), 0);
		scenario_destroy(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_preset_is_a_topology_and_is_found_by_name),
		cmocka_unit_test(a_layout_numbers_caches_and_nodes_as_the_guest_does),
		cmocka_unit_test(bad_words_of_an_axis_are_refused_by_its_name),
		cmocka_unit_test(presets_stands_for_the_whole_table),
		cmocka_unit_test(schedulers_take_turns_and_every_second_round_goes_backwards),
		cmocka_unit_test(every_combination_is_a_cell_once),
		cmocka_unit_test(shards_are_a_partition_that_keeps_what_is_compared_together),
		cmocka_unit_test(what_is_missing_is_what_has_no_run_and_was_not_skipped),
		cmocka_unit_test(a_scenario_with_no_scheduler_gets_it_first),
		cmocka_unit_test(conditions_are_read_first_and_the_counters_before_they_are_lost),
		cmocka_unit_test(constants_that_name_a_cgroup_wait_for_it),
		cmocka_unit_test(a_scenario_that_loads_one_gets_another_in_its_place),
		cmocka_unit_test(a_topology_that_lacks_what_is_named_is_out_of_range_and_says_what),
		cmocka_unit_test(a_scheduler_that_cannot_be_is_an_error_of_its_own),
		cmocka_unit_test(a_scenario_about_schedulers_takes_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
