/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kaslr - a guest whose kernel puts itself where it likes (qemu_kaslr.sh): the host finds
 * where, and what it reads there is what the agent says. Run with that as SXP_QEMU. The packed
 * kernel is kept beside the unpacked one when a kernel is added; without it there is nothing to
 * start.
 */
#include "eyes.h"

#include "../unit/test.h"

#include "ops/trace.h"
#include "vmm/kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint64_t linked_at = 0xffffffff81000000; /* __START_KERNEL_map and 16 MiB */

static struct lab *lab;

/* Beside the image that is booted otherwise; of a kernel that was fetched before it was kept there
 * is none. */
static bool there_is_a_packed_kernel(void)
{
	struct err err = ERR_INIT;
	struct kernel k;
	char packed[4096];

	if (kernel_resolve(getenv("SXP_KERNEL"), &k, &err) < 0) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	snprintf(packed, sizeof(packed), "%.*sz", (int)strlen(k.image) - 1, k.image);
	kernel_finish(&k);
	if (access(packed, R_OK) == 0)
		return true;
	printf("1..0 # SKIP there is no '%s': fetch this kernel again\n", packed);
	return false;
}

static int boot(void **state)
{
	static const char *const include[] = {"sh", "grep", NULL};
	static struct lab_config config = {
		.include = include, .topology = {1, 2, 1, 1}, .observe = OBSERVE_BOTH};

	lab = lab_boot(&config);
	return 0;
}

static int end(void **state)
{
	lab_end(lab);
	return 0;
}

static void agent_and_memory_tell_the_same_story(void **state)
{
	lab_ok(lab, "cgroup add low cpu.weight=50");
	lab_ok(lab, "spawn fs@low spin n=3");
	lab_ok(lab, "spawn bu bursty n=2");
	lab_samples(lab, 10);
	lab_ok(lab, "sched load vtime");
	lab_samples(lab, 10);
	eyes_agreed(lab, 100);
}

/* Of the image (a variable), and beyond it. */
static void places_in_it_are_found(void **state)
{
	struct eyes e;

	e = eyes_open(lab);
	eyes_look(&e);
	assert_string_equal(sight_scheduler(e.sight), "vtime");
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/low")->weight, 50);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/low")->procs, 3);
	assert_int_equal(eyes_must(&e.now, "fs.1")->sclass, SAMPLE_CLASS_EXT);
	eyes_close(&e);
}

/* QEMU is a script here, which has nobody to see tracepoints: the guest's own programs tell. */
static void switches_are_told_where_the_emulator_is_no_witness(void **state)
{
	const struct trace *trace = session_model(lab_session(lab))->trace;

	assert_int_equal(lab_stream(lab, true, 0), 0);
	assert_null(lab_find(lab, 0, EV_HOST_LOG, NULL, "the emulator sees each switch"));
	lab_samples(lab, 10);
	assert_int_equal(lab_stream(lab, false, 0), 0);
	assert_true(trace_account(trace).taken > 10);
	assert_int_equal(trace_account(trace).dropped, 0);
}

/* Else the tests above have shown nothing. */
static void the_kernel_ran_where_its_image_does_not_say(void **state)
{
	uint64_t at;

	lab_ok(lab, "run where -- grep -m1 -E ' _text$' /proc/kallsyms");
	lab_ok(lab, "wait where timeout=60s");
	at = strtoull(lab_output(lab, "where", 1, NULL), NULL, 16);
	print_message("# _text is at %" PRIx64 "\n", at);
	assert_true(at >= linked_at);
	if (at == linked_at)
		print_message("# one boot in some 500 chooses that: this one has shown nothing\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agent_and_memory_tell_the_same_story),
		cmocka_unit_test(places_in_it_are_found),
		cmocka_unit_test(switches_are_told_where_the_emulator_is_no_witness),
		cmocka_unit_test(the_kernel_ran_where_its_image_does_not_say),
	};

	if (!there_is_a_packed_kernel())
		return 0;
	return cmocka_run_group_tests(tests, boot, end);
}
