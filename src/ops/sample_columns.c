/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_columns - the tables. Invariant: see sample_columns.h.
 */
#include "ops/sample_columns.h"

#define COLUMN(row, type, name, unit)                                                              \
	{                                                                                          \
#name, COLUMN_##type, offsetof(struct row, name), sizeof(((struct row *)0)->name), \
			SAMPLE_##unit                                                              \
	}

static const struct sample_column cpu_columns[] = {
	COLUMN(sample_cpu, U32, cpu, NUMBER),         COLUMN(sample_cpu, I32, pid, NUMBER),
	COLUMN(sample_cpu, TEXT, comm, NUMBER),       COLUMN(sample_cpu, U64, cgroup_id, NUMBER),
	COLUMN(sample_cpu, U64, nr_running, NUMBER),  COLUMN(sample_cpu, U64, switches, COUNT),
	COLUMN(sample_cpu, U64, migrations, COUNT),   COLUMN(sample_cpu, U64, busy_ns, NS),
	COLUMN(sample_cpu, U64, scx_running, NUMBER), COLUMN(sample_cpu, U64, local_dsq, NUMBER),
	COLUMN(sample_cpu, U64, clock, NS),
};

static const struct sample_column task_columns[] = {
	COLUMN(sample_task, I32, pid, NUMBER),     COLUMN(sample_task, I32, tid, NUMBER),
	COLUMN(sample_task, TEXT, comm, NUMBER),   COLUMN(sample_task, U64, cgroup_id, NUMBER),
	COLUMN(sample_task, I32, cpu, NUMBER),     COLUMN(sample_task, I8, state, NUMBER),
	COLUMN(sample_task, U8, policy, NUMBER),   COLUMN(sample_task, I8, nice, NUMBER),
	COLUMN(sample_task, U64, run_ns, NS),      COLUMN(sample_task, U64, wait_ns, NS),
	COLUMN(sample_task, U64, switches, COUNT), COLUMN(sample_task, U64, migrations, COUNT),
};

static const struct sample_column cgroup_columns[] = {
	COLUMN(sample_cgroup, U64, id, NUMBER),       COLUMN(sample_cgroup, TEXT, path, NUMBER),
	COLUMN(sample_cgroup, U64, usage_ns, NS),     COLUMN(sample_cgroup, U64, periods, COUNT),
	COLUMN(sample_cgroup, U64, throttled, COUNT), COLUMN(sample_cgroup, U64, throttled_ns, NS),
	COLUMN(sample_cgroup, U64, psi_some_ns, NS),
};

static const struct sample_column scx_columns[] = {
	COLUMN(sample_scx, TEXT, name, NUMBER),
	COLUMN(sample_scx, U64, value, COUNT),
};

#define WORD(i)                                                                                    \
	{                                                                                          \
		"bits" #i, COLUMN_U64, offsetof(struct sample_mask, bits) + (i)*8, 8,              \
			SAMPLE_NUMBER                                                              \
	}
static const struct sample_column mask_columns[] = {
	WORD(0), WORD(1), WORD(2),  WORD(3),  WORD(4),  WORD(5),  WORD(6),  WORD(7),
	WORD(8), WORD(9), WORD(10), WORD(11), WORD(12), WORD(13), WORD(14), WORD(15),
};
_Static_assert(sizeof(mask_columns) / sizeof(*mask_columns) == SAMPLE_CPUS_MAX / 64,
	       "a column for each word");

static const struct sample_column sub_columns[] = {
	COLUMN(sample_sub, U64, cgroup_id, NUMBER),
	COLUMN(sample_sub, TEXT, name, NUMBER),
};

static const struct sample_column head_columns[] = {
	COLUMN(sample, U64, drops, COUNT),       COLUMN(sample, U64, cost_ns, NS),
	COLUMN(sample, U64, cut, COUNT),         COLUMN(sample, U64, steal_ns, NS),
	COLUMN(sample, U64, scx_enables, COUNT),
};

#define OWN(columns) .own = columns, .nown = sizeof(columns) / sizeof(*columns)

const struct sample_table sample_tables[ROWS_KINDS] = {
	[ROWS_CPUS] = {.name = "cpus",
		       OWN(cpu_columns),
		       .required = 8,
		       .fields = &sample_cpu_fields,
		       .row_size = sizeof(struct sample_cpu),
		       .max = SAMPLE_CPUS_MAX,
		       .id = 0},
	[ROWS_TASKS] = {.name = "tasks",
			OWN(task_columns),
			.required = 12,
			.fields = &sample_task_fields,
			.row_size = sizeof(struct sample_task),
			.max = SAMPLE_TASKS_MAX,
			.id = 1},
	[ROWS_CGROUPS] = {.name = "cgroups",
			  OWN(cgroup_columns),
			  .required = 7,
			  .fields = &sample_cgroup_fields,
			  .row_size = sizeof(struct sample_cgroup),
			  .max = SAMPLE_CGROUPS_MAX,
			  .id = 0},
	[ROWS_SCX] = {.name = "scx",
		      OWN(scx_columns),
		      .required = 2,
		      .row_size = sizeof(struct sample_scx),
		      .max = SAMPLE_SCX_MAX,
		      .id = COLUMNS_NO_ID},
	[ROWS_DSQS] = {.name = "dsqs",
		       .required = 1,
		       .fields = &sample_dsq_fields,
		       .row_size = sizeof(struct sample_dsq),
		       .max = SAMPLE_DSQS_MAX,
		       .id = 0},
	[ROWS_MASKS] = {.name = "masks",
			OWN(mask_columns),
			.row_size = sizeof(struct sample_mask),
			.max = SAMPLE_MASKS_MAX,
			.id = COLUMNS_NO_ID},
	[ROWS_SUBS] = {.name = "subs",
		       OWN(sub_columns),
		       .required = 2,
		       .fields = &sample_sub_fields,
		       .row_size = sizeof(struct sample_sub),
		       .max = SAMPLE_SUBS_MAX,
		       .id = 0},
	[ROWS_HEAD] = {.name = "head",
		       OWN(head_columns),
		       .fields = &sample_sched_fields,
		       .fields_offset = offsetof(struct sample, sched),
		       .row_size = sizeof(struct sample),
		       .max = 1,
		       .id = COLUMNS_NO_ID},
};

size_t sample_table_columns(const struct sample_table *t, struct sample_column *dst)
{
	size_t i;

	_Static_assert(sizeof(task_columns) / sizeof(*task_columns) + 64 <= SAMPLE_COLUMNS_MAX,
		       "room for the columns of a table");
	for (i = 0; i < t->nown; i++)
		dst[i] = t->own[i];
	for (i = 0; t->fields && i < t->fields->n; i++) {
		const struct sample_field *f = &t->fields->list[i];

		dst[t->nown + i] = (struct sample_column){.name = f->name,
							  .type = COLUMN_U64,
							  .offset = t->fields_offset + f->offset,
							  .size = 8,
							  .unit = f->unit};
	}
	return t->nown + i;
}

const void *sample_table_rows_const(const struct sample *s, enum sample_rows_of which)
{
	const void *const rows[ROWS_KINDS] = {s->cpus, s->tasks, s->cgroups, s->scx,
					      s->dsqs, s->masks, s->subs, s};

	return rows[which];
}

void *sample_table_rows(struct sample *s, enum sample_rows_of which)
{
	return (void *)sample_table_rows_const(s, which);
}

static uint32_t *count_of(struct sample *s, enum sample_rows_of which)
{
	uint32_t *const counts[ROWS_KINDS] = {&s->ncpus, &s->ntasks, &s->ncgroups,
					      &s->nscx,  &s->ndsqs,  &s->nmasks, &s->nsubs};

	return counts[which];
}

uint32_t sample_table_count(const struct sample *s, enum sample_rows_of which)
{
	const uint32_t *n = count_of((struct sample *)s, which);

	return n ? *n : 1;
}

void sample_table_set_count(struct sample *s, enum sample_rows_of which, uint32_t n)
{
	uint32_t *count = count_of(s, which);

	if (count)
		*count = n;
}

uint64_t sample_column_get(const void *row, const struct sample_column *c)
{
	const void *at = (const char *)row + c->offset;

	switch (c->type) {
	case COLUMN_U64:
		return *(const uint64_t *)at;
	case COLUMN_U32:
		return *(const uint32_t *)at;
	case COLUMN_I32:
		return (uint64_t)(int64_t) * (const int32_t *)at;
	case COLUMN_U8:
		return *(const uint8_t *)at;
	case COLUMN_I8:
		return (uint64_t)(int64_t) * (const int8_t *)at;
	case COLUMN_TEXT:
		break;
	}
	return 0;
}

void sample_column_set(void *row, const struct sample_column *c, uint64_t v)
{
	void *at = (char *)row + c->offset;

	switch (c->type) {
	case COLUMN_U64:
		*(uint64_t *)at = v;
		break;
	case COLUMN_U32:
	case COLUMN_I32:
		*(uint32_t *)at = (uint32_t)v;
		break;
	case COLUMN_U8:
	case COLUMN_I8:
		*(uint8_t *)at = (uint8_t)v;
		break;
	case COLUMN_TEXT:
		break;
	}
}
