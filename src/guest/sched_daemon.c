/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_daemon - see sched_daemon.h. What ends it is the session's deed, whatever signal does it.
 */
#include "guest/sched_daemon.h"

#include <signal.h>
#include <stdio.h>

static char latest[GROUP_NAME_MAX];

struct group *sched_daemon_group(void)
{
	struct group *g = *latest ? group_find(latest) : NULL;

	return g && g->live ? g : NULL;
}

/* SIGINT asks it to take its scheduler back, SIGKILL does not ask. */
void sched_daemon_signal(int sig)
{
	struct group *g = sched_daemon_group();
	struct task *t = NULL;

	while (g && (t = group_task_next(g, t))) {
		t->killed = true;
		kill(t->pid, sig);
	}
}

/* "sched", or with a number behind when a payload has that name. */
const char *sched_daemon_new_name(void)
{
	unsigned i;

	snprintf(latest, sizeof(latest), "sched");
	for (i = 2; group_find(latest); i++)
		snprintf(latest, sizeof(latest), "sched.%u", i);
	return latest;
}

const char *sched_daemon_name(void)
{
	return latest;
}
