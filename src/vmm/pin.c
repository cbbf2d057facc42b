/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pin - see pin.h.
 */
#include "vmm/pin.h"
#include "base/cleanup.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>

/* The nth CPU of the set, from 1; -1 = there are fewer. */
static int nth_cpu(const cpu_set_t *set, unsigned n)
{
	int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set) && !--n)
			return cpu;
	return -1;
}

/* Of an emulator that runs all vCPUs in turns. */
static bool is_shared(const int *thread, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (thread[k] == thread[i])
				return true;
	return false;
}

static void put_back(const int *thread, size_t n, const cpu_set_t *allowed)
{
	size_t i;

	for (i = 0; i < n; i++)
		sched_setaffinity(thread[i], sizeof(*allowed), allowed);
}

int pin_threads(const int *thread, size_t n, unsigned from, struct err *err)
{
	cpu_set_t allowed, one;
	size_t i;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return err_sys(err, errno, "read which CPUs may be used");
	if (!n || !from || from - 1 + n > (size_t)CPU_COUNT(&allowed))
		return err_set(err, ERANGE,
			       "%zu vCPUs need a CPU of this host each, from number %u on, and "
			       "there are %d",
			       n, from, CPU_COUNT(&allowed));
	if (is_shared(thread, n))
		return err_set(err, EINVAL, "several vCPUs are one thread of QEMU");
	for (i = 0; i < n; i++) {
		CPU_ZERO(&one);
		CPU_SET(nth_cpu(&allowed, from + (unsigned)i), &one);
		if (thread[i] <= 0 || sched_setaffinity(thread[i], sizeof(one), &one) < 0) {
			int code = thread[i] <= 0 ? ESRCH : errno;

			put_back(thread, i, &allowed);
			return err_sys(err, code, "pin the thread %d of vCPU %zu", thread[i], i);
		}
	}
	return 0;
}
