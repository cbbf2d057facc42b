/* SPDX-License-Identifier: BSD-2-Clause */
/* soon - see soon.h. A slice of SCHED_OTHER is sched_runtime since Linux 6.12 (kernel/sched/syscalls.c). */
#include "base/soon.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLICE_NS UINT64_C(100000) /* the least that the kernel takes */

enum { RESET_ON_FORK = 1 };

/* struct sched_attr of the kernel, its first version */
struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

bool soon_ask(void)
{
	struct attr a = {.size = sizeof(a),
			 .policy = SCHED_OTHER,
			 .flags = RESET_ON_FORK,
			 .nice = getpriority(PRIO_PROCESS, 0),
			 .runtime = SLICE_NS};

	if (sched_getscheduler(0) != SCHED_OTHER)
		return false;
	return syscall(SYS_sched_setattr, 0, &a, 0) == 0;
}
