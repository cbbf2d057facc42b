/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pin - threads onto host CPUs, with processes of the test's own in the place of vCPUs.
 */
#include "tests/unit/test.h"

#include "vmm/pin.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	assert_true(pid > 0);
	return pid;
}

static void end(int pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void each_thread_gets_a_cpu_of_its_own(void **state)
{
	cpu_set_t allowed, set[2], both;
	struct err err = ERR_INIT;
	int pid[2], n, i;

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	n = CPU_COUNT(&allowed) < 2 ? 1 : 2;
	for (i = 0; i < n; i++)
		pid[i] = sleeper();
	assert_int_equal(pin_threads(pid, (size_t)n, 1, &err), 0);
	CPU_ZERO(&both);
	for (i = 0; i < n; i++) {
		assert_int_equal(sched_getaffinity(pid[i], sizeof(set[i]), &set[i]), 0);
		assert_int_equal(CPU_COUNT(&set[i]), 1);
		CPU_OR(&both, &both, &set[i]);
	}
	assert_int_equal(CPU_COUNT(&both), n);
	CPU_AND(&set[0], &both, &allowed);
	assert_true(CPU_EQUAL(&set[0], &both));
	for (i = 0; i < n; i++)
		end(pid[i]);
}

static void too_few_cpus_are_an_error_and_nothing_is_pinned(void **state)
{
	cpu_set_t allowed, set;
	struct err err = ERR_INIT;
	int pid[1] = {sleeper()};

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	assert_int_equal(pin_threads(pid, 1, (unsigned)CPU_COUNT(&allowed) + 1, &err), -ERANGE);
	assert_non_null(strstr(err.msg, "and there are"));
	assert_int_equal(sched_getaffinity(pid[0], sizeof(set), &set), 0);
	assert_true(CPU_EQUAL(&set, &allowed));
	end(pid[0]);
}

static void a_thread_that_is_gone_leaves_the_others_as_they_were(void **state)
{
	cpu_set_t allowed, set;
	struct err err = ERR_INIT;
	int pid[2] = {sleeper(), -1};

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	if (CPU_COUNT(&allowed) > 1)
		assert_int_equal(pin_threads(pid, 2, 1, &err), -ESRCH);
	else
		assert_int_equal(pin_threads(pid + 1, 1, 1, &err), -ESRCH);
	assert_int_equal(sched_getaffinity(pid[0], sizeof(set), &set), 0);
	assert_true(CPU_EQUAL(&set, &allowed));
	end(pid[0]);
}

static void one_thread_for_two_vcpus_cannot_be_pinned(void **state)
{
	cpu_set_t allowed, set;
	struct err err = ERR_INIT;
	int pid = sleeper(), both[2] = {pid, pid};

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	if (CPU_COUNT(&allowed) > 1) {
		assert_int_equal(pin_threads(both, 2, 1, &err), -EINVAL);
		assert_non_null(strstr(err.msg, "one thread of QEMU"));
	}
	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	assert_true(CPU_EQUAL(&set, &allowed));
	end(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thread_gets_a_cpu_of_its_own),
		cmocka_unit_test(too_few_cpus_are_an_error_and_nothing_is_pinned),
		cmocka_unit_test(one_thread_for_two_vcpus_cannot_be_pinned),
		cmocka_unit_test(a_thread_that_is_gone_leaves_the_others_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
