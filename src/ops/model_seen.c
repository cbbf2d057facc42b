/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_seen - each task of a sample beside its row of the one before, and since when it is as it
 * is.
 *
 * Part of the model's only writer. Invariant: both lists are sorted by tid, so that this is one
 * walk.
 */
#include "ops/model_private.h"

/* A task that has neither run nor changed its state since: what it did then it does still. */
static bool goes_on(const struct sample_task *now, const struct sample_task *old)
{
	return now->state == old->state && now->start_ns == old->start_ns &&
	       (now->state == 'R' || now->run_ns == old->run_ns) && now->switches == old->switches;
}

void model_seen_sample(struct model *m, uint64_t t_ns)
{
	size_t i, k = 0;

	for (i = 0; i < m->ntasks; i++) {
		const struct sample_task *now = &m->tasks[i];
		struct model_seen *seen = &m->seen[i];

		while (k < m->ntasks_before && m->tasks_before[k].tid < now->tid)
			k++;
		*seen = (struct model_seen){.before = MODEL_NONE, .since_ns = t_ns};
		if (k < m->ntasks_before && m->tasks_before[k].tid == now->tid) {
			seen->before = (uint32_t)k;
			if (goes_on(now, &m->tasks_before[k]))
				seen->since_ns = m->seen_before[k].since_ns;
		}
		if (now->since_ns && now->since_ns != SAMPLE_ABSENT) {
			seen->since_ns = now->since_ns;
			seen->exact = true;
		}
	}
}
