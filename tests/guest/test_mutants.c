/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_mutants - each promise of the agent is broken once, by its fault switch, and the check that
 * is there for it must say so: the right line fails, with the right words, and no line before it.
 *
 * All scenarios are first carried out in a sound guest, where every line passes; then in another
 * one, each in a step of its own with its fault in force. A fault of the table without a row here
 * is a failure.
 */
#include "lab.h"

#include "../unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_fault.h"

struct mutant {
	enum fault fault;
	const char *before; /* lines that hold also with the fault in force */
	const char *caught; /* the line that must fail, or be judged other than passed */
	const char *words;  /* in what is said of it */
	const char *after;  /* puts things right again, where a new step does not; NULL = nothing */
};

/* Names are unique over all rows: these share a guest. */
static const struct mutant mutants[] = {
	{FAULT_PLACE_AFTER_EXEC,
	 "cgroup add p1\nrun pr1@p1 -- sh -c \"exit 0\"\nwait pr1 timeout=60s\n",
	 "expect placed pr1 in=p1", "expected '0::/scxplore/p1'", NULL},
	{FAULT_PLACE_NEVER, "cgroup add p2\nrun pr2@p2 -- sh -c \"exit 0\"\nwait pr2 timeout=60s\n",
	 "expect placed pr2 in=p2", "expected '0::/scxplore/p2'", NULL},
	{FAULT_PLACE_NEVER,
	 "cgroup add st\nspawn sy@st spin\nhold until ran(sy) > 50ms timeout=60s\n",
	 "expect stayed sy in=st", "sy", NULL},
	{FAULT_PLACE_NEVER,
	 "cgroup add cp cpuset.cpus=1\nspawn cy@cp spin n=2\n"
	 "hold until ran(cy) > 300ms timeout=60s\n",
	 "expect cpus cy in=1", "cy", NULL},
	{FAULT_SPAWN_ONE_LESS, "", "spawn less bursty n=3", "only 2 of 3 tasks", NULL},
	{FAULT_RELEASE_ONE_LESS,
	 "spawn rel spin n=2\nhold until ran(rel) > 100ms timeout=60s\nhold 500ms\n",
	 "expect report rel work-units > 0", "expected work-units > 0", NULL},
	{FAULT_AFFINITY_NOT_SET, "", "spawn aff bursty cpus=1", "bound to CPUs 1, but reads", NULL},
	{FAULT_REBIND_NOT_SET, "spawn reb bursty\n", "affinity reb 1", "was bound to 1, but reads",
	 NULL},
	{FAULT_POLICY_NOT_SET, "", "spawn pol bursty policy=batch",
	 "its policy was set to 3, but reads 0", NULL},
	{FAULT_NICE_NOT_SET, "", "spawn nic bursty nice=7",
	 "its nice value was set to 7, but reads 0", NULL},
	{FAULT_MEMPOLICY_NOT_SET, "", "run mem mem=bind:0 -- sh -c \"exit 0\"", "its memory policy",
	 NULL},
	{FAULT_COMM_NOT_SET, "", "spawn com bursty comm=other", "its comm", NULL},
	{FAULT_USER_NOT_SET, "", "run usr uid=1000 gid=1000 -- sh -c \"exit 0\"", "its group",
	 NULL},
	{FAULT_SETTING_DROPPED, "cgroup add set cpu.weight=55\n",
	 "expect file /sys/fs/cgroup/scxplore/set/cpu.weight == \"55\"",
	 "expected '55', read '100'", NULL},
	{FAULT_SETTING_DROPPED,
	 "cgroup add s1 cpu.weight=100 cpuset.cpus=0\ncgroup add s4 cpu.weight=400 cpuset.cpus=0\n"
	 "spawn w1@s1 spin\nspawn w4@s4 spin\nhold until ran(w1) > 500ms timeout=120s\n",
	 "expect share w4/w1 == 4 tol=40%", "w4", NULL},
	{FAULT_CPUSET_DROPPED, "cgroup add cps\n", "cpuset set cps 1",
	 "was set to '1', but reads ''", NULL},
	{FAULT_FREEZE_DROPPED, "cgroup add frz\nspawn fr@frz bursty\n", "cgroup freeze frz",
	 "was asked to freeze, but does not say so", "cgroup thaw frz\n"},
	{FAULT_THAW_DROPPED, "cgroup add thw\nspawn th@thw bursty\ncgroup freeze thw\n",
	 "cgroup thaw thw", "was asked to thaw, but does not say so", NULL},
	{FAULT_HOTPLUG_DROPPED, "", "cpu offline 1", "does not say that it is offline",
	 "cpu online 1\n"},
	{FAULT_STEER_DROPPED, "", "irq steer acpi cpus=1", "was sent to CPUs 1, but reads", NULL},
	{FAULT_MOVE_LEAVES_ONE,
	 "cgroup add mva\ncgroup add mvb\nspawn mv@mva bursty n=3\nmove mv to=mvb\n",
	 "hold until tasks(mvb) == 3 timeout=5s", "timed out", NULL},
	{FAULT_KILL_LEAVES_ONE, "spawn kil bursty n=3\nkill kil\n", "wait kil timeout=5s",
	 "1 of 3 tasks of 'kil' still live", NULL},
	{FAULT_SIGNAL_LOST, "run sig -- sh -c \"while :; do :; done\"\nsignal sig TERM\n",
	 "wait sig timeout=5s", "1 of 1 tasks of 'sig' still live", NULL},
	{FAULT_STEP_LEAVES_TASKS, "step \"leaves\"\nspawn lv bursty n=2\nstep \"next\"\n",
	 "wait lv timeout=5s", "2 of 2 tasks of 'lv' still live", NULL},
	{FAULT_STEP_LEAVES_CGROUP, "step \"stays\"\ncgroup add stay\nstep \"again\"\n",
	 "cgroup add stay", "File exists", NULL},
	{FAULT_BACKDROP_IGNORED,
	 "step \"promotes\"\nspawn bd bursty\nbackdrop bd\nstep \"goes on\"\n",
	 "hold until live(bd) == 1 timeout=5s", "timed out", "kill bd\n"},
	{FAULT_EVERY_STOPS_EARLY,
	 "cgroup add ev\nevery 20ms as churn\ncgroup set ev cpu.weight=20\nend\n",
	 "hold until rounds(churn) > 5 timeout=10s", "timed out", "kill churn\n"},
	{FAULT_HOLD_CUT_SHORT, "", "hold 400ms", "shorter than it was asked to be", NULL},
	{FAULT_WAIT_TOO_EARLY,
	 "run wai -- sh -c \"i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 4\"\n"
	 "wait wai timeout=120s\n",
	 "expect exit wai == 4", "is still running", NULL},
	{FAULT_UNTIL_TOO_EARLY,
	 "run unt -- sh -c \"i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 4\"\n"
	 "hold until exited(unt) timeout=120s\n",
	 "expect exit unt == 4", "is still running", NULL},
	{FAULT_REPORT_ZERO, "spawn rep spin\nhold until ran(rep) > 50ms timeout=60s\n",
	 "expect report rep work-units > 0", "reported 0", NULL},
	{FAULT_REPORT_ZERO, "spawn rez spin\nhold until ran(rez) > 50ms timeout=60s\n",
	 "expect check starvation rez", "rez", NULL},
	{FAULT_OUTPUT_LOST, "run out -- sh -c \"echo hello\"\nwait out timeout=60s\n",
	 "expect output out contains \"hello\"", "expected 'hello'", NULL},
	{FAULT_EXIT_ALTERED, "run ext -- sh -c \"exit 3\"\nwait ext timeout=60s\n",
	 "expect exit ext == 3", "exited with 2", NULL},
	{FAULT_FILE_ALTERED, "", "expect file /sys/fs/cgroup/cgroup.max.depth == \"max\"",
	 "expected 'max', read 'lax'", NULL},
	{FAULT_CLOCK_STUCK, "spawn clk spin n=3\nhold 1s\n", "expect check stuck-clock", "clock",
	 NULL},
	{FAULT_QUEUE_SKEWED, "spawn que spin n=4\nhold 1s\n", "expect check imbalance limit=20",
	 "runqueue", NULL},
	{FAULT_DEPTH_SKEWED, "sched load fifo\nspawn dsq spin n=3\nhold 2s\n",
	 "expect check dsq-depth", "longest local DSQ", "sched unload\n"},
	{FAULT_EVENTS_RUSH, "sched load fifo\nspawn fal spin n=3\nhold 2s\n",
	 "expect check fallback limit=10000000/s", "select_cpu fallbacks", "sched unload\n"},
	{FAULT_EVENTS_RUSH, "sched load fifo\nspawn kee spin n=3\nhold 2s\n",
	 "expect check keep-last limit=10000000/s", "kept the last task", "sched unload\n"},
	{FAULT_GAP_STRETCHED, "spawn gap spin\nhold until ran(gap) > 50ms timeout=60s\n",
	 "expect check gap gap limit=500s", "longest gap is", NULL},
	{FAULT_ESCAPE_INVENTED,
	 "cgroup add cofc cpuset.cpus=0\nspawn cof@cofc spin\n"
	 "hold until ran(cof) > 50ms timeout=60s\n",
	 "expect confined cof", "ran outside its cpuset 1 times", NULL},
	{FAULT_ESCAPE_INVENTED,
	 "cgroup add escc cpuset.cpus=0\nspawn esc@escc spin\n"
	 "hold until ran(esc) > 50ms timeout=60s\n",
	 "expect check escape esc", "at most 0 is allowed; first thread", NULL},
	{FAULT_LEDGER_BLIND, "spawn led spin\nhold 300ms\n", "expect ran led within=60s", "'led'",
	 NULL},
	{FAULT_PIN_DROPPED, "sched load cgweight\n", "sched pin cgs as weights",
	 "was pinned, but '/sys/fs/bpf/weights' does not hold it", "sched unload\n"},
	{FAULT_SCHED_NOT_LOADED, "", "sched load fifo timeout=5s", "fifo", "sched unload\n"},
	{FAULT_SCHED_OTHER, "sched load fifo\n", "expect sched == fifo", "vtime", "sched unload\n"},
	/* the last one: the whole session is doubted then */
	{FAULT_SAMPLE_STUCK, "", "hold 1s", "stood still", NULL},
};

static const char *const include[] = {"sh", NULL};
static struct lab *sound, *broken;

static bool expects(struct lab *lab, uint64_t seq)
{
	const struct model_op *op = model_op(session_model(lab_session(lab)), seq);

	return op && op->op && (op->op->def->flags & OPF_EXPECT);
}

/* What the program as a whole makes of a line; NULL = it holds. Freed by the caller. */
static char *trouble(struct lab *lab, const char *line)
{
	const struct model *m = session_model(lab_session(lab));
	size_t mark = lab_mark(lab);
	const struct event *ev = lab_do(lab, "%s", line);
	const struct model_op *op;

	if (expects(lab, ev->seq))
		lab_wait(lab, mark, EV_VERDICT, NULL, NULL);
	op = model_op(m, ev->seq);
	assert_non_null(op);
	if (op->state == OPS_FAILED)
		return xstrdup(op->note ? op->note : "failed");
	if (op->verdict != VERDICT_NONE && op->verdict != VERDICT_PASS)
		return xstrdup(op->verdict_text ? op->verdict_text : "not passed");
	return m->stood_still ? xstrdup("the counters of switches stood still") : NULL;
}

/* Each of the lines must hold. */
static void must_hold(struct lab *lab, const char *lines, const char *fault)
{
	cleanup_free char *copy = xstrdup(lines ? lines : "");
	char *rest = copy, *line;
	bool body = false;

	while ((line = strsep(&rest, "\n"))) {
		cleanup_free char *said = NULL;

		if (!*line)
			continue;
		/* ops of a body end with it */
		body = (body && strcmp(line, "end")) || !strncmp(line, "every ", 6);
		if (body)
			lab_send(lab, "%s", line);
		else
			said = trouble(lab, line);
		if (said)
			fail_msg("%s: '%s' does not hold: %s", fault, line, said);
	}
}

/* What puts things right may find them right already. */
static void put_right(struct lab *lab, const char *line)
{
	if (line)
		lab_do(lab, "%.*s", (int)strcspn(line, "\n"), line);
}

static void break_promise(struct lab *lab, enum fault fault)
{
	struct err err = ERR_INIT;

	if (session_break(lab_session(lab), fault_name_of(fault), &err) < 0)
		fail_msg("%s", err.msg);
}

static void in_a_sound_guest_every_line_holds(void **state)
{
	size_t i;

	sound = lab_boot(&(struct lab_config){.include = include, .observe = OBSERVE_GUEST});
	for (i = 0; i < ARRAY_SIZE(mutants); i++) {
		lab_ok(sound, "step \"%s\"", fault_name_of(mutants[i].fault));
		must_hold(sound, mutants[i].before, "sound");
		must_hold(sound, mutants[i].caught, "sound");
		put_right(sound, mutants[i].after);
	}
}

static void is_caught(const struct mutant *m)
{
	const char *name = fault_name_of(m->fault);
	cleanup_free char *said = NULL;
	size_t mark;

	if (!broken)
		broken = lab_boot(&(struct lab_config){.include = include, .observe = OBSERVE_GUEST});
	/* the row before may have ended anyhow */
	break_promise(broken, FAULT_NONE);
	lab_ok(broken, "step \"%s\"", name);
	mark = lab_mark(broken);
	break_promise(broken, m->fault);
	/* it is said that something is broken */
	assert_non_null(lab_find(broken, mark, EV_FAULT, name, NULL));
	must_hold(broken, m->before, name);
	said = trouble(broken, m->caught);
	break_promise(broken, FAULT_NONE);
	put_right(broken, m->after);
	if (!said)
		fail_msg("%s (%s): nothing noticed it, not even '%s'", name,
			 fault_meaning(m->fault), m->caught);
	if (!strstr(said, m->words))
		fail_msg("%s: '%s' says '%s' instead of '%s'", name, m->caught, said, m->words);
	print_message("# %s: %s\n", name, said);
}

static void mutant_is_caught(void **state)
{
	is_caught(*state);
}

static void no_fault_of_the_table_is_left_out(void **state)
{
	size_t i, k;

	for (i = FAULT_NONE + 1; i < FAULTS; i++) {
		for (k = 0; k < ARRAY_SIZE(mutants) && mutants[k].fault != i; k++)
			;
		if (k == ARRAY_SIZE(mutants))
			fail_msg("nothing is there to notice '%s'", fault_name_of((enum fault)i));
	}
}

static int end_guests(void **state)
{
	lab_end(sound);
	lab_end(broken);
	return 0;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[ARRAY_SIZE(mutants) + 2] = {
		cmocka_unit_test(no_fault_of_the_table_is_left_out),
		cmocka_unit_test(in_a_sound_guest_every_line_holds),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mutants); i++)
		tests[i + 2] = (struct CMUnitTest){.name = fault_name_of(mutants[i].fault),
						   .test_func = mutant_is_caught,
						   .initial_state = (void *)&mutants[i]};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("mutants", tests, NULL, end_guests);
}
