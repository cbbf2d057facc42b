/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_vocabulary - ops that act on what runs, in one real guest of two nodes, four LLCs and four
 * CPUs; each is held against what the guest's own files say afterwards.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"

#include <inttypes.h>

static struct lab *lab;

static int boot(void **state)
{
	static const char *const include[] = {"sh", "cat", "sleep", "id", "grep", "true", NULL};

	lab = lab_boot(&(struct lab_config){
		.topology = {.nodes = 2, .llcs = 2, .cores = 2, .threads = 1}, .include = include});
	return 0;
}

static int end(void **state)
{
	lab_end(lab);
	return 0;
}

/* What a file in the guest holds now. */
static void assert_file(const char *path, const char *want)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "read %s", path);
	ev = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_non_null(ev);
	if (!strstr(ev->data, want))
		fail_msg("%s holds '%s', expected '%s'", path, ev->data, want);
}

static void assert_all_of_file(const char *path, const char *want)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "read %s", path);
	ev = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_non_null(ev);
	if (strcmp(ev->data, want) != 0)
		fail_msg("%s holds '%s', expected '%s'", path, ev->data, want);
}

static int64_t pid_of(size_t mark, const char *name)
{
	return lab_wait(lab, mark, EV_PLACED, name, NULL)->pid;
}

/* What a worker sets itself is there when it has first run. */
static void await_status(int64_t pid, const char *want)
{
	char path[64];
	unsigned n;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/status", pid);
	for (n = 0; n < 100; n++) {
		size_t mark = lab_mark(lab);

		lab_ok(lab, "read %s", path);
		if (strstr(lab_find(lab, mark, EV_FILE, NULL, NULL)->data, want))
			return;
		lab_samples(lab, 1);
	}
	fail_msg("%s never held '%s'", path, want);
}

static void assert_status(int64_t pid, const char *want)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/status", pid);
	assert_file(path, want);
}

/* A signal takes effect when its task runs next, which the read may come before. */
static void until_status(int64_t pid, const char *want)
{
	char path[64];
	unsigned i;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/status", pid);
	for (i = 0; i < 100; i++) {
		size_t mark = lab_mark(lab);

		lab_ok(lab, "read %s", path);
		if (strstr(lab_wait(lab, mark, EV_FILE, NULL, NULL)->data, want))
			return;
	}
	assert_file(path, want);
}

static void cpu_words_mean_the_guests_own_topology(void **state)
{
	static const struct {
		const char *word, *want;
	} rows[] = {
		{"llc:1", "2-3\n"},   {"numa:0", "0-1\n"},	  {"part:1/4", "1\n"},
		{"range:0-0.5", "0-1\n"}, {"overlap:0/2:0.5", "0-2\n"}, {"single:3", "3\n"},
		{"cross:words", "3\n"},
	};
	size_t i;

	lab_ok(lab, "cgroup add words");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		lab_ok(lab, "cpuset set words %s", rows[i].word);
		assert_file("/sys/fs/cgroup/scxplore/words/cpuset.cpus", rows[i].want);
	}
	lab_ok(lab, "cpuset clear words");
	assert_file("/sys/fs/cgroup/scxplore/words/cpuset.cpus.effective", "0-3\n");
	assert_non_null(strstr(lab_do(lab, "cpuset set words smt-pair")->text, "one thread"));
	assert_non_null(strstr(lab_do(lab, "cpuset set words llc:2")->text, "the guest has 2"));
	lab_ok(lab, "cgroup add words2 cpuset=llc:0");
	assert_file("/sys/fs/cgroup/scxplore/words2/cpuset.cpus", "0-1\n");
}

static void cpusets_are_swapped_or_it_is_said_why_not(void **state)
{
	lab_ok(lab, "cgroup add sa cpuset=0");
	lab_ok(lab, "cgroup add sb cpuset=1-2");
	lab_ok(lab, "cgroup add sc");
	lab_ok(lab, "cpuset swap sa sb");
	assert_file("/sys/fs/cgroup/scxplore/sa/cpuset.cpus", "1-2\n");
	assert_file("/sys/fs/cgroup/scxplore/sb/cpuset.cpus", "0\n");
	assert_non_null(strstr(lab_do(lab, "cpuset swap sa sc")->text, "has none of its own"));
}

static void a_frozen_cgroup_stands_still_until_it_is_thawed(void **state)
{
	lab_ok(lab, "cgroup add ice");
	lab_ok(lab, "spawn ice@ice spin n=2");
	lab_ok(lab, "cgroup freeze ice");
	assert_file("/sys/fs/cgroup/scxplore/ice/cgroup.events", "frozen 1");
	lab_ok(lab, "cgroup freeze ice");
	lab_ok(lab, "cgroup thaw ice");
	assert_file("/sys/fs/cgroup/scxplore/ice/cgroup.events", "frozen 0");
	lab_ok(lab, "kill ice");
}

static void tasks_have_what_was_asked_for_before_they_begin(void **state)
{
	size_t mark = lab_mark(lab);
	const char *text;

	lab_ok(lab, "cgroup add attr");
	lab_ok(lab, "run who@attr cpus=llc:1 nice=7 policy=batch uid=1000 gid=1001 -- "
		    "sh -c 'id; cat /proc/self/stat; grep Cpus_allowed_list /proc/self/status'");
	lab_ok(lab, "wait who timeout=30s");
	text = lab_output(lab, "who", 1, NULL);
	assert_non_null(strstr(text, "uid=1000 gid=1001 groups=1001"));
	assert_non_null(strstr(text, "Cpus_allowed_list:\t2-3"));
	assert_non_null(strstr(text, " 27 7 ")); /* priority and nice in /proc/PID/stat */
	lab_ok(lab, "spawn rt@attr bursty policy=rr:20 comm=\"player one\"");
	await_status(pid_of(mark, "rt"), "Name:\tplayer one");
	assert_non_null(strstr(lab_do(lab, "spawn dl@attr bursty policy=deadline:1ms/10ms/10ms cpus=0")
				       ->text,
			       "deadline policy"));
	assert_non_null(strstr(lab_do(lab, "spawn far@attr spin mem=bind:5")->text, "NUMA node"));
	lab_ok(lab, "spawn near@attr spin mem=bind:1");
	lab_ok(lab, "kill near");
	lab_ok(lab, "kill rt");
}

static void affinity_reaches_every_thread_of_whom_is_named(void **state)
{
	size_t mark = lab_mark(lab);
	int64_t pid;

	lab_ok(lab, "cgroup add bind");
	lab_ok(lab, "spawn bound@bind spin n=2");
	pid = pid_of(mark, "bound");
	lab_ok(lab, "affinity bound numa:1");
	assert_status(pid, "Cpus_allowed_list:\t2-3");
	lab_ok(lab, "affinity bound.1 0");
	assert_status(pid, "Cpus_allowed_list:\t0\n");
	lab_ok(lab, "affinity @bind 0-3");
	assert_status(pid, "Cpus_allowed_list:\t0-3");
	lab_ok(lab, "cpuset set bind 0");
	assert_non_null(strstr(lab_do(lab, "affinity bound 3")->text, "its cpuset must have one"));
	lab_ok(lab, "kill bound");
}

static void signals_reach_a_group(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "run told -- sleep 1000");
	lab_ok(lab, "signal told STOP");
	until_status(pid_of(mark, "told"), "State:\tT");
	lab_ok(lab, "signal told CONT");
	lab_ok(lab, "signal told TERM");
	lab_ok(lab, "wait told timeout=30s");
	assert_int_equal(lab_wait(lab, mark, EV_EXIT, "told", NULL)->signal, 15);
}

static void a_cpu_goes_and_comes_back(void **state)
{
	lab_ok(lab, "cpu offline 3");
	assert_file("/sys/devices/system/cpu/online", "0-2\n");
	assert_non_null(strstr(lab_do(lab, "cpuset set words llc:9")->text, "is not there"));
	lab_ok(lab, "cpu online 3");
	assert_file("/sys/devices/system/cpu/online", "0-3\n");
}

static void all_limits_reach_the_kernel(void **state)
{
	lab_ok(lab, "cgroup add lim cpu.max=50000/100000 cpu.weight=300 memory.max=64M "
		    "memory.high=32M memory.low=1M memory.swap.max=8M io.weight=222 pids.max=50 "
		    "cpuset.cpus=0-1 cpuset.mems=0");
	assert_file("/sys/fs/cgroup/scxplore/lim/cpu.max", "50000 100000\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/memory.max", "67108864\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/memory.high", "33554432\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/pids.max", "50\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/cpu.weight", "300\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/memory.low", "1048576\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/memory.swap.max", "8388608\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/io.weight", "default 222\n");
	assert_file("/sys/fs/cgroup/scxplore/lim/cpuset.mems", "0\n");
	lab_ok(lab, "cgroup add idle cpu.idle=1");
	assert_file("/sys/fs/cgroup/scxplore/idle/cpu.idle", "1\n");
	lab_ok(lab, "cgroup remove lim");
}

/* The kernel takes the word and says in the same file what became of it: all of that is compared. */
static void a_partition_has_its_cpus_to_itself(void **state)
{
	static const char root[] = "/sys/fs/cgroup/scxplore/cpuset.cpus.effective";

	lab_ok(lab, "cgroup add wall cpuset.cpus=2-3");
	lab_ok(lab, "cgroup set wall partition=root");
	assert_all_of_file("/sys/fs/cgroup/scxplore/wall/cpuset.cpus.partition", "root\n");
	assert_all_of_file(root, "0-1\n");
	/* one of its own below it, and one below a cgroup that is none */
	lab_ok(lab, "cgroup add wall/in cpuset.cpus=3 partition=isolated");
	assert_all_of_file("/sys/fs/cgroup/scxplore/wall/in/cpuset.cpus.partition", "isolated\n");
	assert_all_of_file("/sys/fs/cgroup/scxplore/wall/cpuset.cpus.effective", "2\n");
	lab_ok(lab, "cgroup add plain");
	lab_ok(lab, "cgroup add plain/deep cpuset.cpus=1");
	lab_ok(lab, "cgroup set plain/deep partition=isolated");
	assert_all_of_file("/sys/fs/cgroup/scxplore/plain/deep/cpuset.cpus.partition", "isolated\n");
	assert_all_of_file(root, "0\n");
	lab_ok(lab, "cgroup set plain/deep partition=member");
	assert_all_of_file(root, "0-1\n");
	/* what the kernel does not make one is a failure with its words, and a member */
	lab_ok(lab, "cgroup add rival cpuset.cpus=2");
	assert_non_null(strstr(lab_do(lab, "cgroup set rival partition=root")->text,
			       "cannot be a partition"));
	assert_all_of_file("/sys/fs/cgroup/scxplore/rival/cpuset.cpus.partition", "member\n");
	lab_ok(lab, "cgroup add bare");
	assert_non_null(strstr(lab_do(lab, "cgroup set bare partition=root")->text,
			       "has no CPUs of its own"));
	lab_ok(lab, "cgroup remove wall/in");
	lab_ok(lab, "cgroup remove wall");
	assert_all_of_file(root, "0-3\n");
}

static void a_body_swaps_and_restarts_beside_the_main_line(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "cgroup add free");
	lab_ok(lab, "cgroup add tight cpu.max=10000/100000");
	lab_ok(lab, "spawn one@free spin");
	lab_ok(lab, "run third@free -- sleep 1000");
	lab_ok(lab, "every 5ms as race");
	lab_send(lab, "move one to=tight");
	lab_send(lab, "move one to=free");
	lab_send(lab, "kill third");
	lab_send(lab, "run third@tight -- sleep 1000");
	lab_ok(lab, "end");
	lab_ok(lab, "hold until rounds(race) > 2 timeout=60s");
	lab_ok(lab, "kill race");
	ev = lab_wait(lab, mark, EV_ROUNDS, "race", "over");
	assert_true(ev->count >= 2);
	assert_int_equal(ev->id, 0);
	/* every start of every round was proven to be in its cgroup */
	assert_true(lab_count(lab, mark, EV_PLACED, "third") > 2);
	assert_int_equal(lab_count(lab, mark, EV_FAILED, NULL), 0);
	lab_ok(lab, "kill third");
	lab_ok(lab, "kill one");
}

static void a_step_stops_its_bodies(void **state)
{
	size_t mark;

	lab_ok(lab, "step \"with a body\"");
	lab_ok(lab, "cgroup add st cpuset=0");
	mark = lab_mark(lab);
	lab_ok(lab, "every 1ms as spinner");
	lab_send(lab, "cpuset set st 0");
	lab_send(lab, "cpuset set st 1");
	lab_ok(lab, "end");
	lab_ok(lab, "step \"after it\"");
	assert_non_null(lab_find(lab, mark, EV_ROUNDS, "spinner", "over"));
}

static void a_loop_does_the_steps_changes_again(void **state)
{
	struct err err = ERR_INIT;
	size_t mark;

	lab_ok(lab, "step \"loop\"");
	lab_ok(lab, "cgroup add lo cpuset=0");
	lab_ok(lab, "cpuset set lo 1");
	lab_ok(lab, "cpuset set lo 2");
	mark = lab_mark(lab);
	lab_ok(lab, "hold loop every=20ms until=300ms");
	assert_non_null(lab_wait(lab, mark, EV_ROUNDS, NULL, "over"));
	assert_file("/sys/fs/cgroup/scxplore/lo/cpuset.cpus", "2\n");
	assert_true(session_submit(lab_session(lab), "hold 25%", NULL, &err) < 0);
	assert_non_null(strstr(err.msg, "give it with --duration"));
}

/* ---- what was noted at every switch ---- */

static enum verdict verdict_of(uint64_t seq, const char *words)
{
	const struct model_op *op = model_op(session_model(lab_session(lab)), seq);

	assert_non_null(op);
	assert_non_null(op->verdict_text);
	if (!strstr(op->verdict_text, words))
		fail_msg("'%s': expected '%s' in '%s'", op->text, words, op->verdict_text);
	return op->verdict;
}

static void every_switch_of_every_thread_is_noted(void **state)
{
	char words[160];
	bool emulated;
	int64_t pid;
	size_t mark = lab_mark(lab);

	lab_ok(lab, "cgroup add noted cpuset=1-2");
	lab_ok(lab, "cgroup add elsewhere cpuset=1-2");
	/* the shell's children are its own */
	lab_ok(lab, "run shell@noted -- sh -c 'cat /proc/self/stat; sleep 1000'");
	pid = pid_of(mark, "shell");
	lab_wait(lab, mark, EV_OUTPUT, "shell", NULL);
	assert_int_equal(verdict_of(lab_ok(lab, "expect stayed shell in=noted"), "always in"),
			 VERDICT_PASS);
	assert_int_equal(verdict_of(lab_ok(lab, "expect cpus shell in=1-2"), "always one of 1-2"),
			 VERDICT_PASS);
	assert_int_equal(verdict_of(lab_ok(lab, "expect confined shell"), "one of its cpuset"),
			 VERDICT_PASS);
	assert_int_equal(verdict_of(lab_ok(lab, "expect ran shell within=100s"), "first ran"),
			 VERDICT_PASS);
	/* too late is a failure only where the time is the guest's own */
	emulated = !strcmp(session_model(lab_session(lab))->accel, "tcg");
	assert_int_equal(verdict_of(lab_ok(lab, "expect ran shell within=1ns"),
				    emulated ? "the guest is emulated" : "expected within 1ns"),
			 emulated ? VERDICT_INCONCLUSIVE : VERDICT_FAIL);
	assert_int_equal(verdict_of(lab_ok(lab, "expect cpus shell in=0,3"), "ran on CPU"),
			 VERDICT_FAIL);
	lab_ok(lab, "spawn mover@noted spin");
	lab_ok(lab, "move mover to=elsewhere");
	lab_ok(lab, "hold until ran(mover) > 20ms and switches(mover) > 1 timeout=60s");
	snprintf(words, sizeof(words), "ran in '/scxplore/elsewhere' at");
	assert_int_equal(verdict_of(lab_ok(lab, "expect stayed mover in=noted"), words),
			 VERDICT_FAIL);
	assert_true(pid > 1);
	lab_ok(lab, "kill shell");
	lab_ok(lab, "kill mover");
}

static void shares_follow_the_weights(void **state)
{
	uint64_t seq;

	lab_ok(lab, "cgroup add wa cpu.weight=100 cpuset=1");
	lab_ok(lab, "cgroup add wb cpu.weight=300 cpuset=1");
	lab_ok(lab, "spawn a3@wa spin");
	lab_ok(lab, "spawn b3@wb spin");
	lab_ok(lab, "hold 3s");
	seq = lab_ok(lab, "expect share b3/a3 == 3 tol=25%%");
	assert_int_equal(verdict_of(seq, "ratio"), VERDICT_PASS);
	assert_int_equal(verdict_of(lab_ok(lab, "expect share b3/a3 == 1"), "expected 1 within 10%"),
			 VERDICT_FAIL);
	lab_ok(lab, "look b3/a3");
	lab_ok(lab, "kill a3");
	lab_ok(lab, "kill b3");
}

static void a_hold_ends_when_what_is_seen_becomes_true(void **state)
{
	const struct event *ev;

	lab_ok(lab, "cgroup add un");
	lab_ok(lab, "spawn crowd@un spin n=6");
	lab_ok(lab, "hold until nr_running(un) >= 6 and live(crowd) == 6 timeout=20s");
	lab_ok(lab, "hold until running(un) > 0 timeout=20s");
	lab_ok(lab, "hold until ran(crowd) > 50ms and switches(crowd) > 2 timeout=20s");
	lab_ok(lab, "hold until sched.state == disabled timeout=20s");
	ev = lab_do(lab, "hold until tasks(un) > 6 timeout=100ms");
	assert_int_equal(ev->type, EV_FAILED);
	assert_non_null(strstr(ev->text, "last seen 6"));
	lab_ok(lab, "run brief -- true");
	lab_ok(lab, "hold until exited(brief) timeout=20s");
	lab_ok(lab, "kill crowd");
	lab_ok(lab, "hold until running(un) == 0 and tasks(un) == 0 timeout=20s");
	lab_ok(lab, "every 5ms as ticker");
	lab_send(lab, "cpuset set un 0");
	lab_ok(lab, "end");
	lab_ok(lab, "hold until rounds(ticker) > 3 timeout=20s");
	lab_ok(lab, "kill ticker");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_words_mean_the_guests_own_topology),
		cmocka_unit_test(cpusets_are_swapped_or_it_is_said_why_not),
		cmocka_unit_test(a_frozen_cgroup_stands_still_until_it_is_thawed),
		cmocka_unit_test(tasks_have_what_was_asked_for_before_they_begin),
		cmocka_unit_test(affinity_reaches_every_thread_of_whom_is_named),
		cmocka_unit_test(signals_reach_a_group),
		cmocka_unit_test(a_cpu_goes_and_comes_back),
		cmocka_unit_test(all_limits_reach_the_kernel),
		cmocka_unit_test(a_partition_has_its_cpus_to_itself),
		cmocka_unit_test(every_switch_of_every_thread_is_noted),
		cmocka_unit_test(shares_follow_the_weights),
		cmocka_unit_test(a_hold_ends_when_what_is_seen_becomes_true),
		cmocka_unit_test(a_body_swaps_and_restarts_beside_the_main_line),
		cmocka_unit_test(a_step_stops_its_bodies),
		cmocka_unit_test(a_loop_does_the_steps_changes_again),
	};

	return cmocka_run_group_tests_name("vocabulary", tests, boot, end);
}
