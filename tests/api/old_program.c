/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * old_program - what somebody compiled with the first header of 0.1 (old/) and has run ever since:
 * its structs may be smaller than the library's. Boots a guest; TAP.
 */
#include <scxplore/scxplore.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int n, failed;

static void check(int good, const char *what, const char *why)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++n, what);
	if (!good)
		printf("# %s\n", why);
	failed |= !good;
}

static const struct sxp_guest guest = {.include = SXP_LIST("/bin/sh", "/bin/cat")};
static const struct sxp_op backdrop[] = {
	{.type = SXP_CGROUP_ADD, .cgroup = "low", .set = SXP_SET({"cpu.weight", "50"})},
	{.type = SXP_SPAWN, .name = "hogs", .cgroup = "low", .work = "spin", .count = 2},
	{.type = SXP_END},
};
static const struct sxp_op ask[] = {
	{.type = SXP_RUN, .name = "probe", .cgroup = "low", .argv = SXP_LIST("cat", "/proc/self/cgroup")},
	{.type = SXP_WAIT, .name = "probe", .timeout = SXP_S(60)},
	{.type = SXP_LOOK, .name = "probe", .after = SXP_MS(10)},
	{.type = SXP_END},
};
static const struct sxp_step steps[] = {{.label = "ask", .ops = ask}, {SXP_LAST_STEP}};

int main(void)
{
	struct sxp_error err = {0, ""};
	struct sxp_result *r = sxp_run(&guest, backdrop, steps, &err);
	char why[1024] = "";

	printf("1..4\n");
	if (!r && err.code == ENOTSUP) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	check(r != NULL, "the library takes lists of the structs it had then", err.msg);
	if (!r)
		return 1;
	check(sxp_check_ops(r, why, sizeof(why)) == SXP_PASS, "every op is carried out", why);
	check(sxp_check_placed(r, "probe", "low", why, sizeof(why)) == SXP_PASS,
	      "strings stand where they were", why);
	check(sxp_check_stayed(r, "probe", 0, "low", why, sizeof(why)) == SXP_PASS,
	      "each element of a list is found at its own place", why);
	sxp_result_free(r);
	return failed;
}
