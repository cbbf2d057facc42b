/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stop_agent - a payload for tests: stops the guest's first process, which no signal does, and
 * keeps it so. 1 = that is not permitted.
 */
#include <sys/ptrace.h>
#include <unistd.h>

int main(void)
{
	if (ptrace(PTRACE_SEIZE, 1, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, 1, 0, 0) < 0)
		return 1;
	for (;;)
		pause();
}
