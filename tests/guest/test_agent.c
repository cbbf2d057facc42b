/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_agent - what the agent does with ops, in one real guest that all tests here share.
 * Each test uses names of its own; the last ones break the world and see the agent go on.
 */
#include "lab.h"

#include "../unit/test.h"

#include <errno.h>

static struct lab *lab;

static int boot(void **state)
{
	static const char *const include[] = {"sh",    "cat",          "sleep",  "head",
					      "rmdir", "mkdir",        "mkfifo", "umount",
					      "true",  REBOOT_PROGRAM, NULL};

	lab = lab_boot(&(struct lab_config){.include = include});
	return 0;
}

static int end(void **state)
{
	lab_end(lab);
	return 0;
}

/* ---- placement ---- */

static void a_payload_is_inside_its_cgroup_before_its_first_instruction(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *placed, *exec;

	lab_ok(lab, "cgroup add dst");
	lab_ok(lab, "run probe@dst -- sh -c 'cat /proc/self/cgroup'");
	lab_ok(lab, "wait probe timeout=30s");
	placed = lab_find(lab, mark, EV_PLACED, "probe", NULL);
	exec = lab_find(lab, mark, EV_EXEC, "probe", NULL);
	assert_non_null(placed);
	assert_string_equal(placed->text, "0::/scxplore/dst");
	assert_string_equal(placed->cgroup, "/scxplore/dst");
	assert_true(placed->flag);
	assert_non_null(exec);
	assert_string_equal(exec->cgroup, "/scxplore/dst");
	assert_int_equal(exec->pid, placed->pid);
	assert_true(placed->t_ns <= exec->t_ns);
	assert_string_equal(lab_output(lab, "probe", 1, NULL), "0::/scxplore/dst\n");
}

static void every_worker_of_a_group_is_placed_before_any_of_them_is_released(void **state)
{
	size_t mark = lab_mark(lab);
	uint64_t seq;

	lab_ok(lab, "cgroup add crew");
	seq = lab_ok(lab, "spawn crew@crew bursty n=8");
	assert_int_equal(lab_count(lab, mark, EV_PLACED, "crew"), 8);
	assert_int_equal(lab_find(lab, mark, EV_PLACED, "crew", "0::/scxplore/crew")->seq, seq);
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "crew"), 0);
	lab_ok(lab, "kill crew");
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "crew"), 8);
}

static void a_program_that_is_not_there_fails_the_op_and_says_what_to_do(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev = lab_do(lab, "run ghost -- no-such-program");

	assert_int_equal(ev->type, EV_FAILED);
	assert_int_equal(ev->code, ENOENT);
	assert_non_null(strstr(ev->text, "no-such-program"));
	assert_non_null(strstr(ev->text, "install it here, or give its path"));
	assert_null(lab_find(lab, mark, EV_EXEC, "ghost", NULL));
}

static void exit_codes_and_signals_are_told_apart(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "run seven -- sh -c 'exit 7'");
	lab_ok(lab, "wait seven timeout=30s");
	lab_ok(lab, "run shot -- sh -c 'kill -TERM $$'");
	lab_ok(lab, "wait shot timeout=30s");
	ev = lab_find(lab, mark, EV_EXIT, "seven", NULL);
	assert_int_equal(ev->code, 7);
	assert_int_equal(ev->signal, 0);
	ev = lab_find(lab, mark, EV_EXIT, "shot", NULL);
	assert_int_equal(ev->signal, 15);
	assert_false(ev->flag);
}

/* ---- output ---- */

static void output_beyond_16_mib_is_drained_and_counted(void **state)
{
	const size_t kept = 16u << 20, written = 18000000;
	size_t mark = lab_mark(lab), len, i = mark;
	uint64_t lost = 0;
	const struct event *ev;

	lab_ok(lab, "run flood -- sh -c 'head -c %zu /dev/zero; echo end >&2'", written);
	lab_ok(lab, "wait flood timeout=60s");
	lab_output(lab, "flood", 1, &len);
	assert_int_equal(len, kept);
	for (; (ev = lab_find(lab, i, EV_OUTPUT, "flood", NULL)); i++)
		if (ev->stream == 1 && ev->count > lost)
			lost = ev->count;
	assert_int_equal(lost, written - kept);
	assert_string_equal(lab_output(lab, "flood", 2, NULL), "end\n");
	assert_int_equal(lab_find(lab, mark, EV_EXIT, "flood", NULL)->code, 0);
}

/* ---- the main line ---- */

static void a_wait_that_times_out_fails_and_leaves_the_payload_alone(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "run sleeper -- sleep 1000");
	ev = lab_do(lab, "wait sleeper timeout=100ms");
	assert_int_equal(ev->type, EV_FAILED);
	assert_int_equal(ev->code, ETIMEDOUT);
	assert_null(lab_find(lab, mark, EV_EXIT, "sleeper", NULL));
	lab_ok(lab, "kill sleeper");
	ev = lab_find(lab, mark, EV_EXIT, "sleeper", NULL);
	assert_int_equal(ev->signal, 9);
	assert_true(ev->flag);
}

static void a_hold_and_a_wait_can_be_cut_short(void **state)
{
	size_t mark = lab_mark(lab);
	uint64_t hold = lab_send(lab, "hold 1h"), wait;

	while (!lab_find(lab, mark, EV_BEGIN, NULL, NULL))
		lab_samples(lab, 1);
	session_cancel(lab_session(lab));
	assert_int_equal(lab_wait(lab, mark, EV_DONE, NULL, "cut short")->seq, hold);
	lab_ok(lab, "run longer -- sleep 1000");
	mark = lab_mark(lab);
	wait = lab_send(lab, "wait longer");
	while (!lab_find(lab, mark, EV_BEGIN, NULL, NULL))
		lab_samples(lab, 1);
	session_cancel(lab_session(lab));
	assert_int_equal(lab_wait(lab, mark, EV_FAILED, NULL, "cut short")->seq, wait);
	lab_ok(lab, "kill longer");
}

static void moved_tasks_are_counted_and_found_in_their_new_cgroup(void **state)
{
	size_t mark = lab_mark(lab);
	uint64_t seq;

	lab_ok(lab, "cgroup add left");
	lab_ok(lab, "cgroup add right");
	lab_ok(lab, "spawn movers@left spin n=3");
	seq = lab_ok(lab, "move movers to=right");
	assert_int_equal(lab_find(lab, mark, EV_MOVED, NULL, NULL)->count, 3);
	assert_int_equal(lab_find(lab, mark, EV_MOVED, NULL, NULL)->seq, seq);
	lab_ok(lab, "read /sys/fs/cgroup/scxplore/left/cgroup.procs");
	assert_int_equal(lab_find(lab, mark, EV_FILE, NULL, NULL)->data_len, 0);
	lab_ok(lab, "move @right to=left");
	lab_ok(lab, "read /sys/fs/cgroup/scxplore/right/cgroup.procs");
	lab_ok(lab, "kill @left");
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "movers"), 3);
	assert_true(lab_find(lab, mark, EV_EXIT, "movers", NULL)->flag);
	/* nothing of this was an intrusion */
	assert_null(lab_find(lab, mark, EV_INTRUSION, NULL, NULL));
}

static void a_setting_that_the_kernel_refuses_is_explained_and_no_cgroup_is_left(void **state)
{
	static const char *const set[] = {"cpu.weight", "300", "cpu.weight", "70000"};
	size_t mark = lab_mark(lab);
	uint8_t frame[512];
	struct wire_writer w;
	const struct event *ev;

	/* the host would not let this pass: sent past it */
	wire_op_begin(&w, frame, sizeof(frame), OP_CGROUP_ADD, 2);
	wire_op_put_str(&w, WARG_CGROUP, "heavy");
	wire_op_put_list(&w, WARG_SETTINGS, set, 4);
	assert_true(wire_end(&w, WIRE_OP, 1000000, 0));
	assert_int_equal(guest_send(session_guest(lab_session(lab)), frame, w.len), 0);
	ev = lab_wait(lab, mark, EV_FAILED, NULL, NULL);
	assert_int_equal(ev->code, ERANGE);
	assert_non_null(strstr(ev->text, "'/scxplore/heavy' to '70000'"));
	assert_non_null(strstr(ev->text, "1 to 10000"));
	assert_null(lab_find(lab, mark, EV_CGROUP_ADDED, NULL, NULL));
	lab_ok(lab, "cgroup add heavy cpu.weight=300");
	lab_ok(lab, "read /sys/fs/cgroup/scxplore/heavy/cpu.weight");
	assert_string_equal(lab_find(lab, mark, EV_FILE, NULL, NULL)->data, "300\n");
}

static void a_cgroup_below_one_with_processes_is_explained(void **state)
{
	const struct event *ev;

	lab_ok(lab, "cgroup add mid");
	lab_ok(lab, "run above@mid -- sleep 1000");
	lab_ok(lab, "cgroup add mid/leaf cpu.weight=50");
	ev = lab_do(lab, "run inner@mid/leaf -- true");
	assert_int_equal(ev->type, EV_FAILED);
	assert_int_equal(ev->code, EOPNOTSUPP);
	assert_non_null(strstr(ev->text, "its parent has processes"));
	lab_ok(lab, "kill above");
}

static void removing_a_cgroup_kills_what_runs_in_it_and_says_so(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "cgroup add doomed");
	lab_ok(lab, "spawn victims@doomed spin n=2");
	ev = lab_do(lab, "cgroup remove doomed");
	assert_int_equal(ev->type, EV_DONE);
	assert_non_null(strstr(ev->text, "2 tasks killed"));
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "victims"), 2);
	assert_true(lab_find(lab, mark, EV_CGROUP_REMOVED, NULL, NULL)->flag);
}

static void the_end_of_a_step_takes_all_that_it_made_and_left_overs_too(void **state)
{
	size_t mark;
	const struct event *ev;

	lab_ok(lab, "step \"one\"");
	lab_ok(lab, "cgroup add mine");
	lab_ok(lab, "spawn stay@mine spin n=2");
	lab_ok(lab, "spawn go@mine spin");
	lab_ok(lab, "run parent@mine -- sh -c 'sleep 1000 & :'");
	lab_ok(lab, "wait parent timeout=30s");
	mark = lab_mark(lab);
	lab_ok(lab, "step \"two\"");
	ev = lab_find(lab, mark, EV_TEARDOWN, NULL, "removes cgroup mine");
	assert_non_null(ev);
	assert_non_null(strstr(ev->text, "stay (2 tasks)"));
	assert_non_null(lab_find(lab, mark, EV_TEARDOWN, NULL, "left in /scxplore/mine"));
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "stay"), 2);
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "go"), 1);
	assert_non_null(lab_find(lab, mark, EV_CGROUP_REMOVED, NULL, NULL));
}

static void what_is_promoted_outlives_its_step_with_its_cgroup(void **state)
{
	size_t mark;

	lab_ok(lab, "cgroup add kept");
	lab_ok(lab, "spawn keepers@kept bursty n=2");
	lab_ok(lab, "backdrop keepers");
	mark = lab_mark(lab);
	lab_ok(lab, "step \"three\"");
	assert_int_equal(lab_count(lab, mark, EV_EXIT, "keepers"), 0);
	assert_null(lab_find(lab, mark, EV_CGROUP_REMOVED, NULL, NULL));
	lab_ok(lab, "backdrop");
	lab_ok(lab, "kill keepers");
}

/* ---- samples ---- */

static const struct sample_task *task_in_model(const char *comm)
{
	const struct model *m = session_model(lab_session(lab));
	size_t i;

	for (i = 0; i < m->ntasks; i++)
		if (!strcmp(m->tasks[i].comm, comm))
			return &m->tasks[i];
	return NULL;
}

static void counters_of_tasks_and_cpus_advance_while_nothing_switches(void **state)
{
	const struct model *m = session_model(lab_session(lab));
	const struct sample_task *t;
	uint64_t run, busy[2];

	lab_ok(lab, "cgroup add one cpuset.cpus=1");
	lab_ok(lab, "spawn alone@one spin");
	lab_samples(lab, 3);
	t = task_in_model("alone.1");
	assert_non_null(t);
	assert_int_equal(t->cpu, 1);
	run = t->run_ns;
	busy[1] = m->cpus[1].now.busy_ns;
	lab_samples(lab, 6);
	t = task_in_model("alone.1");
	assert_true(t->run_ns > run);
	assert_true(m->cpus[1].now.busy_ns > busy[1]);
	assert_string_equal(m->cpus[1].now.comm, "alone.1");
	assert_true(m->cpus[1].now.nr_running != SAMPLE_ABSENT);
	/* the observer is not among what it observes */
	assert_null(task_in_model("scx-hand"));
	assert_null(task_in_model("init"));
	lab_ok(lab, "kill alone");
}

/* ---- what no op did ---- */

static void a_payload_that_leaves_its_cgroup_is_reported(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "cgroup add home");
	lab_ok(lab, "run leaver@home -- sh -c 'echo $$ > /sys/fs/cgroup/cgroup.procs'");
	lab_ok(lab, "wait leaver timeout=30s");
	ev = lab_wait(lab, mark, EV_INTRUSION, NULL, "moved itself");
	assert_string_equal(ev->name, "leaver");
	assert_int_equal(ev->seq, 0);
}

static void a_payload_that_removes_a_cgroup_is_reported(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "cgroup add prey");
	lab_ok(lab, "run thief -- rmdir /sys/fs/cgroup/scxplore/prey");
	lab_ok(lab, "wait thief timeout=30s");
	lab_wait(lab, mark, EV_INTRUSION, NULL, "removed cgroup '/scxplore/prey'");
	assert_false(lab_wait(lab, mark, EV_CGROUP_REMOVED, NULL, NULL)->flag);
}

static void a_payload_cannot_reboot_the_guest_and_its_try_is_reported(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "run rebooter -- guest_reboot");
	lab_ok(lab, "wait rebooter timeout=30s");
	assert_int_equal(lab_find(lab, mark, EV_EXIT, "rebooter", NULL)->code, 1);
	assert_string_equal(lab_wait(lab, mark, EV_INTRUSION, NULL, "reboot")->name, "rebooter");
}

static void a_reboot_through_sysrq_is_refused_and_other_keys_pass(void **state)
{
	uint64_t end = loop_now_ns() + 30000000000ull;
	size_t mark = lab_mark(lab);
	const struct event *file;

	lab_ok(lab, "run boss -- sh -c 'echo b > /proc/sysrq-trigger'");
	lab_ok(lab, "wait boss timeout=30s");
	lab_wait(lab, mark, EV_INTRUSION, NULL, "reboot was refused");
	/* a digit sets the console's log level, a little after the write */
	lab_ok(lab, "run nosy -- sh -c 'echo 4 > /proc/sysrq-trigger'");
	lab_ok(lab, "wait nosy timeout=30s");
	do {
		mark = lab_mark(lab);
		lab_ok(lab, "read /proc/sys/kernel/printk");
		file = lab_find(lab, mark, EV_FILE, NULL, NULL);
		assert_true(loop_now_ns() < end);
	} while (strncmp(file->data, "4\t", 2) != 0);
}

static void a_payload_that_kills_everything_does_not_kill_the_agent(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "run killer -- sh -c 'kill -TERM 1; kill -9 -1'");
	lab_ok(lab, "wait killer timeout=30s");
	lab_wait(lab, mark, EV_INTRUSION, "killer", "signal 15");
	lab_wait(lab, mark, EV_INTRUSION, NULL, "helper process");
	lab_ok(lab, "run survivor -- sh -c 'echo alive'");
	lab_ok(lab, "wait survivor timeout=30s");
	assert_string_equal(lab_output(lab, "survivor", 1, NULL), "alive\n");
}

static void a_helper_that_hangs_is_reported_and_not_joined(void **state)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "run maker -- mkfifo /tmp/fifo");
	lab_ok(lab, "wait maker timeout=30s");
	/* nobody writes to it: the read hangs in the kernel */
	ev = lab_do(lab, "read /tmp/fifo");
	assert_int_equal(ev->type, EV_FAILED);
	assert_int_equal(ev->code, ETIMEDOUT);
	assert_non_null(lab_find(lab, mark, EV_STUCK, NULL, "/tmp/fifo"));
	lab_ok(lab, "cgroup add afterwards");
	lab_ok(lab, "run works@afterwards -- true");
	lab_ok(lab, "wait works timeout=30s");
}

static void an_unmounted_cgroup_file_system_is_reported_and_ops_go_on(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "run unmounter -- umount -l /sys/fs/cgroup");
	lab_ok(lab, "wait unmounter timeout=30s");
	lab_wait(lab, mark, EV_INTRUSION, NULL, "unmounted");
	lab_ok(lab, "cgroup add still");
	lab_ok(lab, "run there@still -- cat /proc/self/cgroup");
	lab_ok(lab, "wait there timeout=30s");
	assert_string_equal(lab_output(lab, "there", 1, NULL), "0::/scxplore/still\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_is_inside_its_cgroup_before_its_first_instruction),
		cmocka_unit_test(every_worker_of_a_group_is_placed_before_any_of_them_is_released),
		cmocka_unit_test(a_program_that_is_not_there_fails_the_op_and_says_what_to_do),
		cmocka_unit_test(exit_codes_and_signals_are_told_apart),
		cmocka_unit_test(output_beyond_16_mib_is_drained_and_counted),
		cmocka_unit_test(a_wait_that_times_out_fails_and_leaves_the_payload_alone),
		cmocka_unit_test(a_hold_and_a_wait_can_be_cut_short),
		cmocka_unit_test(moved_tasks_are_counted_and_found_in_their_new_cgroup),
		cmocka_unit_test(
			a_setting_that_the_kernel_refuses_is_explained_and_no_cgroup_is_left),
		cmocka_unit_test(a_cgroup_below_one_with_processes_is_explained),
		cmocka_unit_test(removing_a_cgroup_kills_what_runs_in_it_and_says_so),
		cmocka_unit_test(the_end_of_a_step_takes_all_that_it_made_and_left_overs_too),
		cmocka_unit_test(what_is_promoted_outlives_its_step_with_its_cgroup),
		cmocka_unit_test(counters_of_tasks_and_cpus_advance_while_nothing_switches),
		cmocka_unit_test(a_payload_that_leaves_its_cgroup_is_reported),
		cmocka_unit_test(a_payload_that_removes_a_cgroup_is_reported),
		cmocka_unit_test(a_payload_cannot_reboot_the_guest_and_its_try_is_reported),
		cmocka_unit_test(a_reboot_through_sysrq_is_refused_and_other_keys_pass),
		cmocka_unit_test(a_payload_that_kills_everything_does_not_kill_the_agent),
		cmocka_unit_test(a_helper_that_hangs_is_reported_and_not_joined),
		cmocka_unit_test(an_unmounted_cgroup_file_system_is_reported_and_ops_go_on),
	};

	return cmocka_run_group_tests_name("agent", tests, boot, end);
}
