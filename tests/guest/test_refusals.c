/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_refusals - what cannot be done is never passed over, in one real guest: each op fails, says
 * why in words a person can act on, and leaves everything as it was.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "base/err.h"

#define ROOT "/sys/fs/cgroup/scxplore/"

static struct lab *lab;

static int boot(void **state)
{
	static const char *const include[] = {"true", "sleep", "sh", "rmdir", "mkdir", NULL};

	lab = lab_boot(&(struct lab_config){.include = include});
	return 0;
}

static int end(void **state)
{
	lab_end(lab);
	return 0;
}

/* By the host before it is sent, or by the guest. */
static void refuse(const char *line, const char *words)
{
	const struct event *ev = NULL;
	struct err err = ERR_INIT;
	const char *text;
	size_t mark = lab_mark(lab);
	uint64_t seq;

	if (session_submit(lab_session(lab), line, &seq, &err)) {
		text = err.msg;
	} else {
		ev = lab_end_of(lab, mark, seq);
		if (ev->type != EV_FAILED)
			fail_msg("'%s' was done: %s", line, ev->text);
		assert_int_not_equal(ev->code, 0);
		text = ev->text;
	}
	if (!strstr(text, words))
		fail_msg("'%s' was refused with '%s', expected '%s' in it", line, text, words);
}

static void assert_file(const char *path, const char *want)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "read %s", path);
	ev = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_non_null(ev);
	if (strcmp(ev->data, want))
		fail_msg("%s holds '%s', expected '%s'", path, ev->data, want);
}

static void assert_no_cgroup(const char *path)
{
	const struct event *ev = lab_do(lab, "read " ROOT "%s/cgroup.type", path);

	if (!strstr(ev->text, "No such file"))
		fail_msg("%s is there: %s", path, ev->text);
}

/* Behind the agent's back, by a payload. */
static void by_hand(const char *command)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "run byhand -- %s", command);
	lab_ok(lab, "wait byhand timeout=30s");
	assert_int_equal(lab_wait(lab, mark, EV_EXIT, "byhand", NULL)->code, 0);
	lab_ok(lab, "kill byhand");
}

static void a_cgroup_that_is_not_there_is_named_by_every_op(void **state)
{
	static const char *const lines[] = {
		"cgroup remove ghost", "cgroup set ghost cpu.weight=10",
		"cgroup freeze ghost", "cgroup thaw ghost",
		"cpuset set ghost 0",  "cpuset clear ghost",
		"affinity @ghost 0",   "tasks @ghost",
		"kill @ghost",         "spawn w@ghost spin",
		"run w@ghost -- true", "cpuset set twice cross:ghost",
	};
	size_t i;

	lab_ok(lab, "cgroup add twice");
	refuse("cgroup add twice", "the cgroup exists already");
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		refuse(lines[i], "'ghost'");
	refuse("cgroup remove ghost", "no such cgroup");
	refuse("cgroup add ghost/child", "'ghost'");
	lab_ok(lab, "cgroup add was");
	lab_ok(lab, "cgroup remove was");
	refuse("cgroup remove was", "the cgroup was removed");
}

static void an_interrupt_that_cannot_be_moved_stays(void **state)
{
	refuse("irq steer nosuch cpus=0", "no interrupt 'nosuch'; there are: 0 timer, ");
	refuse("irq steer 77777 cpus=0", "no interrupt '77777'; there are: 0 timer, ");
	refuse("irq steer acp cpus=0", "no interrupt 'acp'");
	refuse("irq steer timer cpus=0", "does not let interrupt 0 (timer) be moved");
	refuse("irq steer acpi cpus=17", "outside the guest's topology");
	lab_ok(lab, "cpu offline 1");
	refuse("irq steer acpi cpus=1", "cannot go to CPUs 1: the guest has none of them, or none is online");
	lab_ok(lab, "cpu online 1");
	refuse("irq steer acpi cpus=numa:7", "numa:7");
	refuse("irq steer acpi", "cpus");
	lab_ok(lab, "irq steer acpi cpus=1");
	assert_file("/proc/irq/9/smp_affinity_list", "1\n");
	refuse("irq steer acpi cpus=cross:ghost", "'ghost'");
	assert_file("/proc/irq/9/smp_affinity_list", "1\n");
}

static void a_swap_of_cpusets_that_cannot_be_read_changes_neither(void **state)
{
	size_t mark;

	lab_ok(lab, "cgroup add left cpuset=0");
	lab_ok(lab, "cgroup add right");
	refuse("cpuset swap left ghost", "'ghost': no such cgroup");
	refuse("cpuset swap ghost left", "'ghost': no such cgroup");
	refuse("cpuset swap left right", "'/scxplore/right' has none of its own");
	refuse("cpuset swap right left", "'/scxplore/right' has none of its own");
	assert_file(ROOT "left/cpuset.cpus", "0\n");
	assert_file(ROOT "right/cpuset.cpus", "\n");
	/* no controller to read through, as there are processes above */
	lab_ok(lab, "cgroup add full");
	lab_ok(lab, "cgroup add full/leaf");
	lab_ok(lab, "spawn below@full/leaf spin");
	lab_ok(lab, "spawn sitter@full spin");
	refuse("cpuset swap left full/leaf",
	       "'cpuset.cpus' needs the cpuset controller in '/scxplore/full', but there are "
	       "processes there");
	lab_ok(lab, "kill sitter");
	lab_ok(lab, "kill below");
	assert_file(ROOT "left/cpuset.cpus", "0\n");
	/* taken away by somebody else: it is out of the book, whichever comes first */
	lab_ok(lab, "cgroup add lost cpuset=1");
	mark = lab_mark(lab);
	by_hand("rmdir " ROOT "lost");
	lab_wait(lab, mark, EV_CGROUP_REMOVED, NULL, NULL);
	refuse("cpuset swap left lost", "there is no cgroup 'lost'");
	assert_file(ROOT "left/cpuset.cpus", "0\n");
}

static void an_affinity_that_matches_nobody_is_no_success(void **state)
{
	lab_ok(lab, "cgroup add empty");
	refuse("affinity @empty 0", "nobody was bound: there is no task in /scxplore/empty");
	refuse("affinity ghost 0", "'ghost': no such group");
	refuse("affinity ghost.1 0", "'ghost.1'");
	lab_ok(lab, "run brief -- true");
	lab_ok(lab, "wait brief timeout=30s");
	refuse("affinity brief 0", "'brief' has ended: there is nothing left of it");
	refuse("signal brief TERM", "'brief' has no task to be told");
	refuse("move brief to=empty", "'brief' has ended: there is nothing left of it");
	lab_ok(lab, "spawn pair@empty spin n=2");
	refuse("affinity pair.3 0", "'pair.3'");
	lab_ok(lab, "kill pair");
}

static void processes_above_controllers_are_explained_and_the_way_out_works(void **state)
{
	lab_ok(lab, "cgroup add inner");
	lab_ok(lab, "spawn w@inner spin");
	refuse("cgroup add inner/leaf memory.max=64M",
	       "'memory.max' needs the memory controller in '/scxplore/inner', but there are "
	       "processes there: with controllers the kernel allows processes only in the leaves; "
	       "move them to a child first");
	/* nothing half made is left */
	assert_no_cgroup("inner/leaf");
	lab_ok(lab, "cgroup add inner/leaf");
	refuse("cgroup set inner/leaf memory.max=64M", "move them to a child first");
	lab_ok(lab, "move w to=inner/leaf");
	lab_ok(lab, "cgroup set inner/leaf cpu.weight=200 memory.max=64M");
	assert_file(ROOT "inner/leaf/cpu.weight", "200\n");
	/* and from the other side: controllers are there, no process may come */
	refuse("spawn late@inner spin",
	       "cannot create a task in cgroup '/scxplore/inner': it has children with controllers "
	       "enabled");
	refuse("move w to=inner", "allows processes only in the leaves then");
	refuse("cgroup remove inner", "'inner/leaf'");
	assert_file(ROOT "inner/cgroup.procs", "");
	lab_ok(lab, "kill w");
}

/* The kernel lets these controllers be enabled above processes, and means threads by it. */
static void a_child_that_its_parents_processes_make_invalid_is_explained(void **state)
{
	lab_ok(lab, "cgroup add busy");
	lab_ok(lab, "spawn early@busy spin");
	lab_ok(lab, "cgroup add busy/leaf cpu.weight=200");
	refuse("spawn next@busy/leaf spin",
	       "makes this cgroup invalid for processes; move those out");
	refuse("move early to=busy/leaf",
	       "makes this cgroup invalid for processes; move those out");
	lab_ok(lab, "cgroup add aside");
	lab_ok(lab, "move early to=aside");
	lab_ok(lab, "move early to=busy/leaf");
	lab_ok(lab, "spawn next@busy/leaf spin");
	lab_ok(lab, "kill @busy/leaf");
}

static void names_of_the_kernels_own_files_are_refused(void **state)
{
	static const char *const lines[] = {
		"cgroup add cpu.max",
		"cgroup add cgroup.procs",
		"cgroup add memory.max",
		"cgroup add twice/cpuset.cpus",
		"cgroup add pids.of.mine",
		"def w@io.weight spin",
		"cgroup add twice/cpu.anything",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		refuse(lines[i], "for its own files");
	refuse("cgroup add .hidden", "does not begin with '.'");
	refuse("cgroup add twice/../up", "does not begin with '.'");
	refuse("cgroup add twice//up", "a component of the path is empty");
	refuse("cgroup add /twice", "without the leading '/'");
	/* what only looks alike is a name as any other */
	lab_ok(lab, "cgroup add cpu");
	lab_ok(lab, "cgroup add cpumax");
	lab_ok(lab, "cgroup add my.cpu.max");
}

static void limits_of_whole_processes_are_refused_among_threads(void **state)
{
	lab_ok(lab, "cgroup add domain");
	lab_ok(lab, "cgroup add domain/t cgroup.type=threaded");
	refuse("cgroup set domain/t memory.max=64M",
	       "'memory.max' needs the memory controller, which counts whole processes");
	refuse("cgroup add domain/u cgroup.type=threaded memory.high=64M",
	       "'memory.high' needs the memory controller, which counts whole processes");
	assert_no_cgroup("domain/u");
	lab_ok(lab, "cgroup set domain/t cpu.weight=50 cpuset=0");
	lab_ok(lab, "cgroup set domain memory.max=64M");
	lab_ok(lab, "spawn threads@domain spin");
	refuse("move threads to=left thread=1", "which is not threaded");
	refuse("move threads to=domain/t thread=2", "there is no thread 2");
	lab_ok(lab, "spawn far@left spin");
	refuse("move far to=domain/t thread=1", "move the process there first");
	refuse("cgroup set left cgroup.type=threaded", "cannot make '/scxplore/left' threaded");
	lab_ok(lab, "kill far");
	lab_ok(lab, "kill threads");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cgroup_that_is_not_there_is_named_by_every_op),
		cmocka_unit_test(an_interrupt_that_cannot_be_moved_stays),
		cmocka_unit_test(a_swap_of_cpusets_that_cannot_be_read_changes_neither),
		cmocka_unit_test(an_affinity_that_matches_nobody_is_no_success),
		cmocka_unit_test(processes_above_controllers_are_explained_and_the_way_out_works),
		cmocka_unit_test(a_child_that_its_parents_processes_make_invalid_is_explained),
		cmocka_unit_test(names_of_the_kernels_own_files_are_refused),
		cmocka_unit_test(limits_of_whole_processes_are_refused_among_threads),
	};

	return cmocka_run_group_tests_name("refusals", tests, boot, end);
}
