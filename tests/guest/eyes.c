/* SPDX-License-Identifier: BSD-2-Clause */
/* eyes - see eyes.h. */
#include "eyes.h"

#include "../unit/test.h"

#include "ops/sample_rows.h"

#include <inttypes.h>
#include <string.h>

struct eyes eyes_open(struct lab *lab)
{
	const struct guest *g = session_guest(lab_session(lab));
	struct err err = ERR_INIT;
	struct eyes e = {
		.guest = g,
		.sight = sight_create(guest_kernel_image(g), guest_memory(g), guest_cpus(g), &err)};

	if (!e.sight)
		fail_msg("%s", err.msg);
	sample_alloc(&e.now);
	return e;
}

void eyes_close(struct eyes *e)
{
	sight_destroy(e->sight);
	sample_free(&e->now);
}

void eyes_look(struct eyes *e)
{
	struct err err = ERR_INIT;

	if (sight_sample(e->sight, &e->now, guest_keeps_time(e->guest) ? loop_now_ns() : 0, &err) <
	    0)
		fail_msg("%s", err.msg);
}

const struct sample_task *eyes_task(const struct sample *s, const char *comm)
{
	uint32_t i;

	for (i = 0; i < s->ntasks; i++)
		if (!strcmp(s->tasks[i].comm, comm))
			return &s->tasks[i];
	return NULL;
}

const struct sample_task *eyes_must(const struct sample *s, const char *comm)
{
	const struct sample_task *t = eyes_task(s, comm);
	uint32_t i;

	for (i = 0; !t && i < s->ntasks; i++)
		print_error("%d/%d %s\n", s->tasks[i].pid, s->tasks[i].tid, s->tasks[i].comm);
	if (!t)
		fail_msg("no task '%s' in memory", comm);
	return t;
}

const struct sample_cgroup *eyes_cgroup(const struct sample *s, const char *path)
{
	uint32_t i;

	for (i = 0; i < s->ncgroups; i++)
		if (!strcmp(s->cgroups[i].path, path))
			return &s->cgroups[i];
	fail_msg("no cgroup '%s' in memory", path);
	return NULL;
}

const struct sample_dsq *eyes_dsq(const struct sample *s, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < s->ndsqs; i++)
		if (s->dsqs[i].id == id)
			return &s->dsqs[i];
	return NULL;
}

struct lab *eyes_guest(enum observe_from observe, const char *append)
{
	static const char *const include[] = {"sh", "cat", "sleep", STOP_AGENT, NULL};

	return lab_boot(&(struct lab_config){.topology = {1, 2, 2, 1},
					     .include = include,
					     .observe = observe,
					     .append = append});
}

void eyes_agreed(struct lab *lab, uint64_t comparisons)
{
	const struct event *ev = lab_find(lab, 0, EV_HOST_LOG, NULL, "differ");
	uint64_t made, wrong;

	session_compared(lab_session(lab), &made, &wrong);
	print_message("# %" PRIu64 " comparisons\n", made);
	if (ev)
		fail_msg("%s", ev->text);
	assert_int_equal(wrong, 0);
	assert_true(made > comparisons);
}
