/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_checkpoint - how long a guest with a sched_ext scheduler and six busy workers stands still
 * while a checkpoint is taken, what it costs in memory, and how long it takes to be back at one.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "bench/subject.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LIMIT_MS   60000.0
#define GOAL_MS    60.0
#define BETWEEN_MS 200.0

enum { COPIES = 30, BACKS = 5, COPIES_BRIEF = 3, BACKS_BRIEF = 1 };

static int one_copy(struct subject *s, unsigned n, struct readings *still, struct readings *changed,
		    struct checkpoint_figures *f, struct err *err)
{
	double end = wall_ms() + LIMIT_MS;
	char name[16];
	unsigned had;
	int r;

	session_checkpoint_figures(s->session, f);
	had = f->made;
	snprintf(name, sizeof(name), "c%u", n);
	r = session_checkpoint(s->session, name, err);
	while (r == 0 && f->made == had) {
		r = wall_ms() > end ? err_set(err, ETIMEDOUT, "no checkpoint was made")
				    : subject_wait(s, 1, err);
		session_checkpoint_figures(s->session, f);
	}
	if (r < 0)
		return r;
	/* the first is the whole guest */
	if (had)
		readings_add(changed, (double)f->changed / 1024);
	readings_add(still, (double)f->still_ns / 1e6);
	return subject_wait(s, BETWEEN_MS, err);
}

/* Until the session goes on, with its op answered. */
static int one_back(struct subject *s, struct readings *ms, struct err *err)
{
	double began = wall_ms();
	struct checkpoint_figures f;
	unsigned had;
	int r;

	session_checkpoint_figures(s->session, &f);
	had = f.gone_back;
	r = session_rewind(s->session, "c0", err);
	while (r == 0 && f.gone_back == had) {
		if (wall_ms() > began + LIMIT_MS)
			return err_set(err, ETIMEDOUT, "the guest did not go back");
		r = subject_wait(s, 1, err);
		session_checkpoint_figures(s->session, &f);
	}
	if (r == 0)
		r = subject_do(s, err, "cgroup add later");
	if (r == 0)
		readings_add(ms, wall_ms() - began);
	return r;
}

static int measure(struct subject *s, const struct bench_options *o, struct json_object *to,
		   struct err *err)
{
	unsigned n = o->rounds ? o->rounds : o->brief ? COPIES_BRIEF : COPIES, i;
	unsigned backs = o->brief ? BACKS_BRIEF : BACKS;
	struct readings still = {0}, changed = {0}, back = {0};
	struct checkpoint_figures f = {0};
	int r = subject_do(s, err, "sched load vtime");

	if (r == 0)
		r = subject_do(s, err, "spawn hogs spin n=6");
	for (i = 0; r == 0 && i < n; i++)
		r = one_copy(s, i, &still, &changed, &f, err);
	for (i = 0; r == 0 && i < backs; i++)
		r = one_back(s, &back, err);
	figure_readings(to, "stands_still_ms", &still);
	figure(to, "stands_still_goal_p50_ms", GOAL_MS);
	figure_readings(to, "new_kib", &changed);
	figure(to, "all_take_mib", (double)f.kept / 1048576);
	figure_readings(to, "back_ms", &back);
	readings_finish(&still);
	readings_finish(&changed);
	readings_finish(&back);
	return r;
}

int bench_checkpoint(const struct bench_options *o, struct json_object *to, struct err *err)
{
	char folder[] = "/tmp/scxplore-bench-XXXXXX";
	cleanup_free char *journal = NULL, *clean = NULL;
	struct bench_options own = *o;
	struct subject s;
	int r;

	if (!mkdtemp(folder))
		return err_sys(err, errno, "make a folder in /tmp");
	journal = xasprintf("%s/a.session", folder);
	clean = xasprintf("rm -rf '%s'", folder);
	own.journal = journal;
	r = subject_boot(&s, &own, NULL, false, err);
	if (r == 0)
		r = measure(&s, &own, to, err);
	subject_end(&s);
	if (system(clean) != 0)
		fprintf(stderr, "scxplore bench: '%s' stays behind\n", folder);
	return r;
}
