/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_soon - short slices for the thread that asks, and for no child of it.
 */
#include "tests/unit/test.h"

#include "base/soon.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHORT_NS UINT64_C(100000)

/* What the kernel has as this thread's slice; 0 = it says nothing of it. */
static uint64_t slice(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} a = {.size = sizeof(a)};

	return syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0) == 0 ? a.runtime : 0;
}

static void the_thread_that_asks_gets_short_slices_and_no_child_has_them(void **state)
{
	int nice = getpriority(PRIO_PROCESS, 0), status = 0;
	uint64_t before = slice();
	pid_t pid;

	assert_true(soon_ask());
	assert_int_equal(getpriority(PRIO_PROCESS, 0), nice);
	assert_int_equal(sched_getscheduler(0) & ~SCHED_RESET_ON_FORK, SCHED_OTHER);
	if (!before)
		skip(); /* a kernel that has no slices of a thread's own */
	assert_int_equal(slice(), SHORT_NS);
	pid = fork();
	if (!pid)
		_exit(slice() == SHORT_NS);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_thread_that_asks_gets_short_slices_and_no_child_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
