/* SPDX-License-Identifier: BSD-2-Clause */
/* sample_rows - memory for samples. Pages that no row needs are never touched. */
#include "ops/sample_rows.h"

#include "base/die.h"

#include <stdlib.h>

void sample_free(struct sample *s)
{
	free(s->cpus);
	free(s->tasks);
	free(s->cgroups);
	free(s->dsqs);
	free(s->masks);
	*s = (struct sample){0};
}

void sample_alloc(struct sample *s)
{
	*s = (struct sample){.cpus = xcalloc(SAMPLE_CPUS_MAX, sizeof(*s->cpus)),
			     .tasks = xcalloc(SAMPLE_TASKS_MAX, sizeof(*s->tasks)),
			     .cgroups = xcalloc(SAMPLE_CGROUPS_MAX, sizeof(*s->cgroups)),
			     .dsqs = xcalloc(SAMPLE_DSQS_MAX, sizeof(*s->dsqs)),
			     .masks = xcalloc(SAMPLE_MASKS_MAX, sizeof(*s->masks))};
	sample_clear(&s->sched, &sample_sched_fields);
}
