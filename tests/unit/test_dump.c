/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_dump - the kernel's debug dump taken apart. golden/dump/ holds what kernels wrote when
 * built-in schedulers died (7.3), and the older form with a scheduler's own words in it (6.16).
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "ops/dump.h"

static struct dump *parse(const char *name, char *text, size_t size)
{
	char path[300];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), GOLDEN_DIR "/dump/%s", name);
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	fclose(f);
	assert_true(n > 0 && n < size - 1);
	text[n] = '\0';
	return dump_parse(text, n);
}

static const struct dump_task *task(const struct dump *d, int32_t pid)
{
	size_t i;

	for (i = 0; i < d->ntasks; i++)
		if (d->tasks[i].pid == pid)
			return &d->tasks[i];
	fail_msg("no task %d", pid);
	return NULL;
}

static bool holds(const char *text, struct dump_range r, const char *what)
{
	return memmem(text + r.at, r.len, what, strlen(what)) != NULL;
}

static void a_stall_tells_who_waited_for_how_long_and_held_where(void **state)
{
	char text[16384];
	struct dump *d = parse("stall-7.3.txt", text, sizeof(text));
	const struct dump_task *t;

	assert_int_equal(d->kind, 1026);
	assert_int_equal(d->pid, 29);
	assert_string_equal(d->comm, "kworker/u8:1");
	assert_int_equal(d->nchain, 8);
	assert_string_equal(d->chain[0], "scx_vexit+0x6d/0xa0");
	assert_int_equal(d->ncpus, 2);
	assert_int_equal(d->cpus[0].nr_running, 3);
	assert_string_equal(d->cpus[0].comm, "kworker/u8:1");
	assert_string_equal(d->cpus[0].class, "ext_sched_class");
	assert_int_equal(d->ntasks, 6);
	assert_int_equal(d->cpus[1].task, 3);
	assert_int_equal(d->cpus[1].ntasks, 3);
	t = task(d, 113);
	assert_string_equal(t->comm, "lost.1");
	assert_int_equal(t->wait_ms, 4312);
	assert_int_equal(t->held, SAMPLE_HELD_BPF);
	assert_true(t->dsq == SAMPLE_ABSENT);
	assert_int_equal(t->weight, 100);
	assert_string_equal(t->cpus, "3");
	assert_true(holds(text, t->text, "asm_sysvec_apic_timer_interrupt"));
	assert_false(holds(text, t->text, "hogs.2"));
	t = task(d, 105);
	assert_int_equal(t->held, SAMPLE_HELD_GLOBAL);
	assert_int_equal(t->slice_ns, 20000000);
	assert_true(task(d, 104)->current);
	assert_int_equal(task(d, 104)->held, SAMPLE_HELD_RUNNING);
	assert_int_equal(d->ncounters, 21);
	assert_string_equal(d->counters[10].name, "SCX_EV_BYPASS_DURATION");
	assert_int_equal(d->counters[10].value, 129747857);
	assert_int_equal(d->cut, 0);
	dump_destroy(d);
}

static void an_error_has_the_schedulers_function_in_its_chain(void **state)
{
	char text[16384], name[64];
	struct dump *d = parse("error-7.3.txt", text, sizeof(text));
	bool bpf;

	assert_int_equal(d->kind, 1025);
	assert_true(dump_function(d->chain[2], name, sizeof(name), &bpf));
	assert_true(bpf);
	assert_string_equal(name, "error_enqueue");
	assert_true(dump_function(d->chain[4], name, sizeof(name), &bpf));
	assert_false(bpf);
	assert_string_equal(name, "scx_do_enqueue_task");
	dump_destroy(d);
}

static void the_older_form_and_a_schedulers_own_words_are_understood(void **state)
{
	char text[16384];
	struct dump *d = parse("user-6.16.txt", text, sizeof(text));
	const struct dump_task *t;

	assert_int_equal(d->kind, 1026);
	assert_int_equal(d->nchain, 3);
	assert_true(holds(text, d->own, "QMAP FIFO[0]: 801 802"));
	assert_int_equal(d->ncpus, 1);
	assert_true(holds(text, d->cpus[0].text, "avg_weight=0"));
	assert_int_equal(d->ntasks, 2);
	t = task(d, 801);
	assert_int_equal(t->held, SAMPLE_HELD_USER);
	assert_int_equal(t->dsq, 42);
	assert_int_equal(t->wait_ms, 5120);
	assert_true(t->vtime == UINT64_C(18446744073709551000));
	assert_string_equal(t->cpus, "00000000,0000000f");
	assert_true(holds(text, t->text, "core_sched_seq"));
	/* a name with brackets in it: the last one is the kernel's */
	t = task(d, 77);
	assert_string_equal(t->comm, "a[1] b[2]");
	assert_int_equal(t->wait_ms, 0);
	assert_true(t->current);
	assert_true(d->truncated);
	dump_destroy(d);
}

static void what_a_hostile_scheduler_writes_is_bounded_and_made_safe(void **state)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct dump *d;
	int i;

	buf_adds(&b, "x\033[2J[5] triggered exit kind 1024 on CPU 0:\nBacktrace:\n");
	for (i = 0; i < 100; i++)
		buf_adds(&b, "  \033]0;evil\007f+0x1/0x2\n");
	buf_adds(&b, "\nCPU states\n----------\n\n  R early[1] +0ms\n");
	for (i = 0; i < 2000; i++)
		buf_addf(&b, "CPU %d   : nr_run=1 flags=0x0\n          curr=a\033b[%d] class=\033c\n"
			     "  R t\033t[%d] *root -%dms\n", i, i, i + 1, i);
	buf_adds(&b, "Event counters\n--------------\n");
	for (i = 0; i < 100; i++)
		buf_addf(&b, "SCX_EV_%d: 1\n", i);
	d = dump_parse(buf_text(&b), b.len);
	assert_int_equal(d->nchain, DUMP_CHAIN_MAX);
	assert_int_equal(d->ncpus, DUMP_CPUS_MAX);
	assert_int_equal(d->ntasks, DUMP_CPUS_MAX);
	assert_int_equal(d->ncounters, SAMPLE_SCX_MAX);
	assert_int_equal(d->cut, 100 - 64 + 2 * (2000 - 1024) + 100 - 48);
	assert_null(strchr(d->comm, '\033'));
	assert_null(strchr(d->chain[3], '\033'));
	assert_null(strchr(d->cpus[3].comm, '\033'));
	assert_null(strchr(d->cpus[3].class, '\033'));
	assert_null(strchr(d->tasks[3].comm, '\033'));
	dump_destroy(d);
}

static void only_names_are_functions(void **state)
{
	char name[32];
	bool bpf;

	assert_true(dump_function("do_idle.constprop.0+0x1/0x2", name, sizeof(name), &bpf));
	assert_string_equal(name, "do_idle.constprop.0");
	assert_false(dump_function("0xffffffff81000000", name, sizeof(name), &bpf));
	assert_false(dump_function("", name, sizeof(name), &bpf));
	assert_false(dump_function("a;rm+0x1", name, sizeof(name), &bpf));
	assert_false(dump_function("a_name_that_is_longer_than_there_is_room+0x1", name,
				   sizeof(name), &bpf));
	assert_string_equal(name, "");
}

static void a_probed_run_looks_at_what_the_chain_says_of_scheduling(void **state)
{
	char text[16384];
	struct dump *d = parse("error-7.3.txt", text, sizeof(text));
	cleanup_buf struct buf names = BUF_INIT;

	dump_probe_names(d, &names);
	assert_non_null(strstr(buf_text(&names), "scx_exit_bstr scx_bpf_error_bstr scx_do_enqueue_task "
						 "enqueue_task_scx "));
	assert_null(strstr(buf_text(&names), "bpf_prog_"));
	assert_null(strstr(buf_text(&names), "asm_sysvec"));
	/* by which its callbacks act, whatever the chain was */
	assert_non_null(strstr(buf_text(&names), " scx_bpf_dsq_insert "));
	assert_true(names.len < 2000);
	dump_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stall_tells_who_waited_for_how_long_and_held_where),
		cmocka_unit_test(an_error_has_the_schedulers_function_in_its_chain),
		cmocka_unit_test(the_older_form_and_a_schedulers_own_words_are_understood),
		cmocka_unit_test(what_a_hostile_scheduler_writes_is_bounded_and_made_safe),
		cmocka_unit_test(a_probed_run_looks_at_what_the_chain_says_of_scheduling),
		cmocka_unit_test(only_names_are_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
