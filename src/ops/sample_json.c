/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_json - a sample as one compact line: rows are arrays in a fixed order, null = absent.
 * Invariant: rows beyond the caps and rows of a wrong shape are refused, never cut silently.
 */
#include "base/text.h"
#include "ops/event_json.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static void add_num(struct json_object *row, uint64_t v)
{
	json_object_array_add(row, v == SAMPLE_ABSENT ? NULL : json_object_new_uint64(v));
}

static void add_int(struct json_object *row, int64_t v)
{
	json_object_array_add(row, json_object_new_int64(v));
}

static void add_text(struct json_object *row, const char *s, size_t size)
{
	char safe[SAMPLE_PATH_MAX + 1];

	text_sanitise(safe, sizeof(safe), s, strnlen(s, size));
	json_object_array_add(row, json_object_new_string(safe));
}

/* The columns of the table after those of its own: as many as are there, absent ones at the end
 * left out. */
static void add_fields(struct json_object *row, const void *from,
		       const struct sample_fields *fields)
{
	size_t i, n = fields->n;

	while (n && sample_get(from, &fields->list[n - 1]) == SAMPLE_ABSENT)
		n--;
	for (i = 0; i < n; i++)
		add_num(row, sample_get(from, &fields->list[i]));
}

static struct json_object *cpu_row(const struct sample_cpu *c)
{
	struct json_object *row = json_object_new_array_ext(11);

	add_int(row, c->cpu);
	add_int(row, c->pid);
	add_text(row, c->comm, sizeof(c->comm));
	add_num(row, c->cgroup_id);
	add_num(row, c->nr_running);
	add_num(row, c->switches);
	add_num(row, c->migrations);
	add_num(row, c->busy_ns);
	add_num(row, c->scx_running);
	add_num(row, c->local_dsq);
	add_num(row, c->clock);
	add_fields(row, c, &sample_cpu_fields);
	return row;
}

static struct json_object *task_row(const struct sample_task *t)
{
	struct json_object *row = json_object_new_array_ext(12);

	add_int(row, t->pid);
	add_int(row, t->tid);
	add_text(row, t->comm, sizeof(t->comm));
	add_num(row, t->cgroup_id);
	add_int(row, t->cpu);
	add_int(row, t->state);
	add_int(row, t->policy);
	add_int(row, t->nice);
	add_num(row, t->run_ns);
	add_num(row, t->wait_ns);
	add_num(row, t->switches);
	add_num(row, t->migrations);
	add_fields(row, t, &sample_task_fields);
	return row;
}

static struct json_object *cgroup_row(const struct sample_cgroup *g)
{
	struct json_object *row = json_object_new_array_ext(7);

	add_num(row, g->id);
	add_text(row, g->path, sizeof(g->path));
	add_num(row, g->usage_ns);
	add_num(row, g->periods);
	add_num(row, g->throttled);
	add_num(row, g->throttled_ns);
	add_num(row, g->psi_some_ns);
	add_fields(row, g, &sample_cgroup_fields);
	return row;
}

static struct json_object *scx_rows(const struct sample *s)
{
	struct json_object *rows = json_object_new_array();
	uint32_t i;

	for (i = 0; i < s->nscx; i++) {
		struct json_object *row = json_object_new_array_ext(3);

		add_text(row, s->scx[i].name, SAMPLE_SCX_NAME);
		add_num(row, s->scx[i].value);
		add_num(row, s->scx_enables);
		json_object_array_add(rows, row);
	}
	return rows;
}

static struct json_object *dsq_rows(const struct sample *s)
{
	struct json_object *rows = json_object_new_array();
	uint32_t i;

	for (i = 0; i < s->ndsqs; i++) {
		struct json_object *row = json_object_new_array();

		add_fields(row, &s->dsqs[i], &sample_dsq_fields);
		json_object_array_add(rows, row);
	}
	return rows;
}

/* Each mask: its words, the lowest first, up to the highest CPU. */
static struct json_object *mask_rows(const struct sample *s)
{
	struct json_object *rows = json_object_new_array();
	uint32_t i;
	size_t k, n;

	for (i = 0; i < s->nmasks; i++) {
		struct json_object *row = json_object_new_array();

		for (n = SAMPLE_CPUS_MAX / 64; n && !s->masks[i].bits[n - 1];)
			n--;
		for (k = 0; k < n; k++)
			json_object_array_add(row, json_object_new_uint64(s->masks[i].bits[k]));
		json_object_array_add(rows, row);
	}
	return rows;
}

static void add_sched(struct json_object *body, const struct sample *s)
{
	struct json_object *row = json_object_new_array();

	add_fields(row, &s->sched, &sample_sched_fields);
	if (json_object_array_length(row))
		json_object_object_add(body, "sched", row);
	else
		json_object_put(row);
}

void sample_json_line(struct buf *out, const struct sample *s)
{
	struct json_object *o = json_object_new_object(), *body = json_object_new_object();
	struct json_object *cpus = json_object_new_array(), *tasks = json_object_new_array();
	struct json_object *cgroups = json_object_new_array();
	uint32_t i;

	for (i = 0; i < s->ncpus; i++)
		json_object_array_add(cpus, cpu_row(&s->cpus[i]));
	for (i = 0; i < s->ntasks; i++)
		json_object_array_add(tasks, task_row(&s->tasks[i]));
	for (i = 0; i < s->ncgroups; i++)
		json_object_array_add(cgroups, cgroup_row(&s->cgroups[i]));
	json_object_object_add(o, "t_ns", json_object_new_uint64(s->t_ns));
	json_object_object_add(body, "drops",
			       s->drops == SAMPLE_ABSENT ? NULL : json_object_new_uint64(s->drops));
	json_object_object_add(body, "cost_ns",
			       s->cost_ns == SAMPLE_ABSENT ? NULL
							   : json_object_new_uint64(s->cost_ns));
	json_object_object_add(body, "cut", json_object_new_uint64(s->cut));
	if (s->steal_ns != SAMPLE_ABSENT)
		json_object_object_add(body, "steal_ns", json_object_new_uint64(s->steal_ns));
	json_object_object_add(body, "cpus", cpus);
	json_object_object_add(body, "tasks", tasks);
	json_object_object_add(body, "cgroups", cgroups);
	if (s->nscx)
		json_object_object_add(body, "scx", scx_rows(s));
	if (s->ndsqs)
		json_object_object_add(body, "dsqs", dsq_rows(s));
	if (s->nmasks)
		json_object_object_add(body, "masks", mask_rows(s));
	add_sched(body, s);
	json_object_object_add(o, "sample", body);
	buf_adds(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
	json_object_put(o);
}

/* ---- reading -------------------------------------------------------------------------- */

static struct json_object *at(struct json_object *row, size_t i)
{
	return json_object_array_get_idx(row, i);
}

static uint64_t num(struct json_object *row, size_t i)
{
	struct json_object *v = at(row, i);

	return v ? json_object_get_uint64(v) : SAMPLE_ABSENT;
}

static int32_t int32(struct json_object *row, size_t i)
{
	return json_object_get_int(at(row, i));
}

static void text(struct json_object *row, size_t i, char *dst, size_t size)
{
	struct json_object *v = at(row, i);
	const char *s = v ? json_object_get_string(v) : "";

	text_sanitise(dst, size, s, strlen(s));
}

static void read_fields(struct json_object *row, size_t from, void *to,
			const struct sample_fields *fields)
{
	size_t i;

	/* columns that an older file does not have are absent */
	for (i = 0; i < fields->n; i++)
		*sample_value(to, &fields->list[i]) = num(row, from + i);
}

static void read_cpu(struct json_object *row, struct sample *s, uint32_t i)
{
	struct sample_cpu *c = &s->cpus[i];

	*c = (struct sample_cpu){.cpu = (uint32_t)int32(row, 0),
				 .pid = int32(row, 1),
				 .cgroup_id = num(row, 3),
				 .nr_running = num(row, 4),
				 .switches = num(row, 5),
				 .migrations = num(row, 6),
				 .busy_ns = num(row, 7),
				 .scx_running = num(row, 8),
				 .local_dsq = num(row, 9),
				 .clock = num(row, 10)};
	read_fields(row, 11, c, &sample_cpu_fields);
	text(row, 2, c->comm, sizeof(c->comm));
}

static void read_task(struct json_object *row, struct sample *s, uint32_t i)
{
	struct sample_task *t = &s->tasks[i];

	*t = (struct sample_task){.pid = int32(row, 0),
				  .tid = int32(row, 1),
				  .cgroup_id = num(row, 3),
				  .cpu = int32(row, 4),
				  .state = (char)int32(row, 5),
				  .policy = (uint8_t)int32(row, 6),
				  .nice = (int8_t)int32(row, 7),
				  .run_ns = num(row, 8),
				  .wait_ns = num(row, 9),
				  .switches = num(row, 10),
				  .migrations = num(row, 11)};
	read_fields(row, 12, t, &sample_task_fields);
	text(row, 2, t->comm, sizeof(t->comm));
}

static void read_cgroup(struct json_object *row, struct sample *s, uint32_t i)
{
	struct sample_cgroup *g = &s->cgroups[i];

	*g = (struct sample_cgroup){.id = num(row, 0),
				    .usage_ns = num(row, 2),
				    .periods = num(row, 3),
				    .throttled = num(row, 4),
				    .throttled_ns = num(row, 5),
				    .psi_some_ns = num(row, 6)};
	read_fields(row, 7, g, &sample_cgroup_fields);
	text(row, 1, g->path, sizeof(g->path));
}

static void read_dsq(struct json_object *row, struct sample *s, uint32_t i)
{
	read_fields(row, 0, &s->dsqs[i], &sample_dsq_fields);
}

static void read_mask(struct json_object *row, struct sample *s, uint32_t i)
{
	size_t k, n = json_object_array_length(row);

	s->masks[i] = (struct sample_mask){0};
	for (k = 0; k < n && k < SAMPLE_CPUS_MAX / 64; k++)
		s->masks[i].bits[k] = json_object_get_uint64(at(row, k));
}

static void read_scx(struct json_object *row, struct sample *s, uint32_t i)
{
	s->scx[i].value = num(row, 1);
	s->scx_enables = num(row, 2);
	text(row, 0, s->scx[i].name, SAMPLE_SCX_NAME);
}

static int read_rows(struct json_object *body, const char *key, size_t max, size_t columns,
		     struct sample *s,
		     void (*read)(struct json_object *, struct sample *, uint32_t), uint32_t *count)
{
	struct json_object *rows;
	size_t i, n;

	*count = 0;
	if (!json_object_object_get_ex(body, key, &rows))
		return 0;
	if (!json_object_is_type(rows, json_type_array) ||
	    (n = json_object_array_length(rows)) > max)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		struct json_object *row = at(rows, i);

		if (!json_object_is_type(row, json_type_array) ||
		    json_object_array_length(row) < columns)
			return -EINVAL;
		read(row, s, (uint32_t)i);
	}
	*count = (uint32_t)n;
	return 0;
}

static uint64_t member(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && v ? json_object_get_uint64(v)
							  : SAMPLE_ABSENT;
}

int sample_json_read(struct json_object *o, struct sample *s)
{
	struct json_object *body, *sched;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, "sample", &body))
		return 0;
	if (!json_object_is_type(body, json_type_object))
		return -EINVAL;
	s->t_ns = member(o, "t_ns");
	s->drops = member(body, "drops");
	s->cost_ns = member(body, "cost_ns");
	s->cut = member(body, "cut");
	s->steal_ns = member(body, "steal_ns");
	if (read_rows(body, "cpus", SAMPLE_CPUS_MAX, 8, s, read_cpu, &s->ncpus) < 0 ||
	    read_rows(body, "tasks", SAMPLE_TASKS_MAX, 12, s, read_task, &s->ntasks) < 0 ||
	    read_rows(body, "cgroups", SAMPLE_CGROUPS_MAX, 7, s, read_cgroup, &s->ncgroups) < 0 ||
	    read_rows(body, "scx", SAMPLE_SCX_MAX, 3, s, read_scx, &s->nscx) < 0 ||
	    read_rows(body, "dsqs", SAMPLE_DSQS_MAX, 1, s, read_dsq, &s->ndsqs) < 0 ||
	    read_rows(body, "masks", SAMPLE_MASKS_MAX, 0, s, read_mask, &s->nmasks) < 0)
		return -EINVAL;
	if (json_object_object_get_ex(body, "sched", &sched) &&
	    json_object_is_type(sched, json_type_array))
		read_fields(sched, 0, &s->sched, &sample_sched_fields);
	else
		sample_clear(&s->sched, &sample_sched_fields);
	return 1;
}
