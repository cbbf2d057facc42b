/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_complete - what Tab offers at the prompt.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/complete.h"

#include <sys/stat.h>
#include <unistd.h>

static struct scenario *scenario;
static struct complete c;

static int set_up(void **state)
{
	static const char text[] = "cgroup add low\ncgroup add high\ncgroup add old\nspawn "
				   "hogs@low spin\ncgroup remove old\n";

	scenario = scenario_create(4);
	return scenario_add_text(scenario, NULL, text, sizeof(text) - 1, NULL);
}

static int tear_down(void **state)
{
	scenario_destroy(scenario);
	return 0;
}

/* `want` has the words in any order, each between bars: "|low|high|". */
static void assert_offered(const char *line, const char *want)
{
	size_t i, bars = 0;
	const char *p;

	complete_line(scenario, NULL, line, strlen(line), NULL, &c);
	for (p = want; *p; p++)
		bars += *p == '|';
	for (i = 0; i < c.n; i++) {
		char word[512];

		snprintf(word, sizeof(word), "|%s|", c.words[i]);
		if (!strstr(want, word))
			fail_msg("'%s': '%s' is offered", line, c.words[i]);
	}
	assert_int_equal(c.n, bars ? bars - 1 : 0);
}

static void ops_are_completed_word_by_word(void **state)
{
	assert_offered("cg", "|cgroup|");
	assert_offered("cgroup ", "|add|set|remove|freeze|thaw|");
	assert_offered("expect o", "|output|");
	assert_offered("nonesuch ", "");
	complete_line(scenario, NULL, "th", 2, (const char *const[]){"theme", NULL}, &c);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.words[0], "theme");
}

static void numbers_that_were_printed_are_offered_by_their_names(void **state)
{
	struct model *m = model_create();
	static const char line[] = "expect metric probe l";

	model_apply(m, &(struct event){.type = EV_OP, .seq = 1, .text = "run probe -- x"});
	model_apply(m, &(struct event){.type = EV_PLACED, .seq = 1, .name = "probe", .index = 1,
				       .pid = 9, .cgroup = "/", .text = "0::/", .flag = true});
	model_apply(m, &(struct event){.type = EV_OUTPUT, .seq = 1, .name = "probe", .stream = 1,
				       .data = "lat.p50=1ms lat.p99=5ms ops=3\n", .data_len = 30});
	complete_line(scenario, m, line, strlen(line), NULL, &c);
	assert_int_equal(c.n, 2);
	assert_string_equal(c.words[0], "lat.p50");
	assert_string_equal(c.words[1], "lat.p99");
	model_destroy(m);
}

static void maps_that_were_seen_are_offered_by_their_names(void **state)
{
	struct model *m = model_create();
	static const char line[] = "sched pin c";
	static const char seen[] = "m\t1\tcgs\thash\t8\trw\t-\nm\t2\tother\thash\t8\trw\t-\np\t3\tcb\tcallback\t0\t0\n";

	model_apply(m, &(struct event){.type = EV_SCHED_PARTS, .name = "cgweight", .data = seen,
				       .data_len = sizeof(seen) - 1});
	complete_line(scenario, m, line, strlen(line), NULL, &c);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.words[0], "cgs");
	model_destroy(m);
	assert_offered("sched pin c", "");
	assert_offered("sched pin cgs ", "|as |");
}

static void things_that_live_are_offered_where_they_fit(void **state)
{
	assert_offered("cgroup set ", "|low|high|");
	assert_offered("kill ", "|hogs|@low|@high|");
	assert_offered("kill @h", "|@high|");
	assert_offered("move hogs to=", "|to=low|to=high|");
	assert_offered("spawn x@", "|x@low|x@high|");
	assert_offered("spawn x s", "|spin|smt-sibling-spin|sequence|signal-storm|schbench-like|");
	assert_offered("spawn x cu", "|custom:|");
	assert_offered("spawn x spin ", "|n=|cpus=|policy=|nice=|mem=|uid=|gid=|comm=|");
	assert_offered("spawn x bursty n=2 s", "|sleep=|");
	assert_offered("spawn x bursty b", "|burst=|");
	assert_offered("run x ", "|cpus=|policy=|nice=|mem=|uid=|gid=|comm=|-- |");
	assert_offered("cgroup add new ", "|cpuset.cpus=|cpuset.mems=|cpuset.cpus.partition=|cpuset.cpus.exclusive=|cpu.weight=|"
		       "cpu.max=|cpu.idle=|cpu.weight.nice=|cpu.max.burst=|cpu.uclamp.min=|cpu.uclamp.max=|"
		       "memory.max=|memory.high=|memory.low=|memory.min=|memory.oom.group=|memory.swap.high=|"
		       "memory.swap.max=|memory.zswap.max=|memory.zswap.writeback=|memory.reclaim=|io.weight=|pids.max=|"
		       "cgroup.max.depth=|cgroup.max.descendants=|cgroup.pressure=|cgroup.type=|");
	assert_offered("expect exit hogs ", "|== |");
}

static void what_is_expected_is_said_where_nothing_can_be_offered(void **state)
{
	assert_offered("hold ", "|loop|until|");
	assert_non_null(strstr(c.hint, "DUR: how long"));
	assert_offered("run 'open quo", "");
	assert_string_equal(c.hint, "");
}

static void only_what_is_before_the_cursor_counts(void **state)
{
	complete_line(scenario, NULL, "cgroup set low", 11, NULL, &c);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.start, 11);
}

static void the_common_beginning_is_found(void **state)
{
	char common[64];

	complete_line(scenario, NULL, "s", 1, NULL, &c);
	assert_int_equal(complete_common(&c, common, sizeof(common)), 1);
	assert_string_equal(common, "s");
	complete_line(scenario, NULL, "back", 4, NULL, &c);
	assert_int_equal(complete_common(&c, common, sizeof(common)), 8);
	assert_string_equal(common, "backdrop");
	assert_int_equal(complete_common(&c, common, 4), 3);
	assert_string_equal(common, "bac");
}

static void a_name_too_long_is_offered_nothing(void **state)
{
	char line[300];

	memset(line, 'x', sizeof(line));
	memcpy(line, "spawn ", 6);
	strcpy(line + 200, "@");
	assert_offered(line, "");
}

static void files_are_offered_where_a_path_is_expected(void **state)
{
	char folder[] = "/tmp/test_complete.XXXXXX", line[200], want[400];
	static const char *const names[] = {"one.bpf.c", "one.bpf.o", "two", ".hidden", "with blank"};
	static const char *const ops[] = {"push ", "pull /tmp/x to=", "sched load ", "sched replace ", "run x -- ",
					  "spawn w custom:"};
	size_t i;

	assert_non_null(mkdtemp(folder));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(line, sizeof(line), "%s/%s", folder, names[i]);
		assert_int_equal(i == 2 ? mkdir(line, 0755) : mknod(line, S_IFREG | 0644, 0), 0);
	}
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		const char *last = strrchr(ops[i], ' ') + 1;

		/* to= and custom: stay before what is offered; */
		snprintf(line, sizeof(line), "%s%s/", ops[i], folder);
		snprintf(want, sizeof(want), "|%s%s/one.bpf.c|%s%s/one.bpf.o|%s%s/two/|", last, folder, last, folder,
			 last, folder);
		assert_offered(line, want);
	}
	snprintf(line, sizeof(line), "push %s/.", folder);
	snprintf(want, sizeof(want), "|%s/.hidden|", folder);
	assert_offered(line, want);
	assert_offered("push /nonesuch/", "");
	assert_offered("cgroup add /tmp/", "");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(line, sizeof(line), "%s/%s", folder, names[i]);
		remove(line);
	}
	assert_int_equal(rmdir(folder), 0);
}

/* A folder deep enough is no longer a word that fits. */
static void a_path_that_does_not_fit_is_not_offered_cut(void **state)
{
	char folder[300] = "/tmp/test_complete.XXXXXX", deep[300], line[320];

	assert_non_null(mkdtemp(folder));
	snprintf(deep, sizeof(deep), "%s/%0240d", folder, 0);
	assert_int_equal(mkdir(deep, 0755), 0);
	snprintf(line, sizeof(line), "push %s/0", folder);
	assert_offered(line, "");
	assert_int_equal(rmdir(deep), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ops_are_completed_word_by_word),
		cmocka_unit_test(numbers_that_were_printed_are_offered_by_their_names),
		cmocka_unit_test(maps_that_were_seen_are_offered_by_their_names),
		cmocka_unit_test(things_that_live_are_offered_where_they_fit),
		cmocka_unit_test(what_is_expected_is_said_where_nothing_can_be_offered),
		cmocka_unit_test(only_what_is_before_the_cursor_counts),
		cmocka_unit_test(the_common_beginning_is_found),
		cmocka_unit_test(a_name_too_long_is_offered_nothing),
		cmocka_unit_test(files_are_offered_where_a_path_is_expected),
		cmocka_unit_test(a_path_that_does_not_fit_is_not_offered_cut),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
