/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault_switch - see fault_switch.h. The word lies in memory shared with the hands, for the host
 * names the fault after they were forked.
 */
#include "guest/fault_switch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

static enum fault none;
static enum fault *now = &none;

int fault_switch_init(struct err *err)
{
	void *p =
		mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return err_sys(err, errno, "map memory for the fault switch");
	now = p;
	return 0;
}

int fault_set(const char *name, struct err *err)
{
	enum fault fault = fault_find(name);

	if (!fault && *name)
		return err_set(err, EINVAL,
			       "unknown fault switch '%.40s': this agent is of another version",
			       name);
	*now = fault;
	return 0;
}

enum fault fault_now(void)
{
	return *now;
}
