/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reboot - a payload for tests: asks the kernel to reboot, and says with its exit code what came.
 * 0 = it was carried out (nobody will read that), 1 = not permitted, 2 = something else.
 */
#include <errno.h>
#include <sys/reboot.h>

int main(void)
{
	if (reboot(RB_AUTOBOOT) == 0)
		return 0;
	return errno == EPERM ? 1 : 2;
}
