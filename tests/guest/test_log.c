/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_log - what the kernel and BPF programs say stands in the log, at the time it was said.
 */
#include "../unit/test.h"

#include "base/cleanup.h"
#include "lab.h"
#include "ops/model.h"

#include <unistd.h>

static struct lab *lab;

static int set_up(void **state)
{
	static const char *const include[] = {"sh", "cat", NULL};

	lab = lab_boot(&(struct lab_config){.include = include});
	return 0;
}

static int tear_down(void **state)
{
	lab_end(lab);
	return 0;
}

static void a_kernel_message_has_the_time_it_was_said_at(void **state)
{
	size_t mark = lab_mark(lab);
	uint64_t seq, placed, exited;
	const struct event *said;

	seq = lab_ok(lab, "run talker -- sh -c 'echo \"<3>something is wrong\" > /dev/kmsg'");
	lab_ok(lab, "wait talker timeout=30s");
	placed = lab_wait(lab, mark, EV_PLACED, "talker", NULL)->t_ns;
	exited = lab_wait(lab, mark, EV_EXIT, "talker", NULL)->t_ns;
	said = lab_wait(lab, mark, EV_KMSG, NULL, "something is wrong");
	assert_int_equal(said->level, 3);
	assert_true(seq > 0);
	/* printk tells microseconds, and its clock is read with a line of ours */
	assert_in_range(said->t_ns, placed - 2000000, exited + 2000000);
}

/* A source whose enqueue says a word; the file's path is static. */
static const char *talking_scheduler(void)
{
	static char path[64];
	cleanup_free char *command = NULL;

	snprintf(path, sizeof(path), "/tmp/test_log.%d.bpf.c", (int)getpid());
	assert_true(asprintf(&command,
			     "sed -e 's/scx_insert(p, SHARED, enq_flags);/bpf_printk(\"heard %%d\", "
			     "p->pid); &/' -e 's|\"scx.h\"|\"%s/scx.h\"|' '%s/fifo.bpf.c' > %s",
			     SCHED_SOURCES, SCHED_SOURCES, path) > 0);
	assert_int_equal(system(command), 0);
	return path;
}

static void what_a_scheduler_prints_is_an_event_at_its_time(void **state)
{
	const char *path = talking_scheduler();
	size_t mark = lab_mark(lab);
	const struct event *said;
	uint64_t loaded;

	lab_ok(lab, "sched load %s", path);
	loaded = lab_wait(lab, mark, EV_SCHED, NULL, "enabled")->t_ns;
	lab_ok(lab, "spawn w spin n=4");
	said = lab_wait(lab, mark, EV_PRINTK, NULL, "heard ");
	assert_true(said->t_ns + 2000000000 > loaded);
	assert_true(*said->name);
	lab_ok(lab, "kill w");
	lab_ok(lab, "sched unload");
	unlink(path);
}

/* Each sleep is an enqueue and a line: some thousand a second. */
static void a_flood_is_bounded_and_what_is_missing_counted(void **state)
{
	const char *path = talking_scheduler();
	size_t mark;
	const struct event *end;
	unsigned lines;

	lab_ok(lab, "sched load %s", path);
	mark = lab_mark(lab);
	lab_ok(lab, "spawn flood yield n=8");
	lab_ok(lab, "hold 3s");
	lab_ok(lab, "kill flood");
	lab_ok(lab, "sched unload");
	end = NULL;
	for (lines = 0; (end = lab_find(lab, mark, EV_PRINTK, NULL, NULL)); lines++) {
		mark = lab_place(lab, end) + 1;
		if (end->count)
			break;
	}
	assert_non_null(end);
	assert_true(end->count > 0);
	assert_in_range(lines, 1, 2000);
	unlink(path);
}

/* His own trace_pipe shows what he has asked for, and ours is none of it. */
static void the_main_instance_of_tracefs_is_a_persons(void **state)
{
	const struct event *file;
	size_t mark = lab_mark(lab);

	lab_ok(lab, "read /sys/kernel/tracing/events/bpf_trace/bpf_trace_printk/enable");
	file = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_int_equal(file->data[0], '0');
	mark = lab_mark(lab);
	lab_ok(lab, "read /sys/kernel/tracing/instances/scxplore/trace_clock");
	file = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_non_null(strstr(file->data, "[mono]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_message_has_the_time_it_was_said_at),
		cmocka_unit_test(the_main_instance_of_tracefs_is_a_persons),
		cmocka_unit_test(what_a_scheduler_prints_is_an_event_at_its_time),
		cmocka_unit_test(a_flood_is_bounded_and_what_is_missing_counted),
	};

	return cmocka_run_group_tests_name("log", tests, set_up, tear_down);
}
