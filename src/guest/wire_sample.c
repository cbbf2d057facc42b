/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sample - codec of samples. Rows are written field by field, so that neither side depends
 * on the other's struct layout. Invariant: counts are checked against the caps before any row.
 */
#include "guest/wire_sample.h"

#include <errno.h>
#include <string.h>

uint64_t sample_mask_index(struct sample *s, const struct sample_mask *mask)
{
	uint32_t i;

	for (i = 0; i < s->nmasks; i++)
		if (!memcmp(&s->masks[i], mask, sizeof(*mask)))
			return i;
	if (!s->masks || s->nmasks >= SAMPLE_MASKS_MAX)
		return SAMPLE_ABSENT;
	s->masks[s->nmasks] = *mask;
	return s->nmasks++;
}

static void put_comm(struct wire_writer *w, const char *comm)
{
	wire_put_bytes(w, comm, strnlen(comm, SAMPLE_COMM - 1));
}

static void get_fixed(struct wire_reader *r, char *dst, size_t size)
{
	size_t len;
	const char *s = wire_get_bytes(r, &len);

	if (len >= size) {
		r->bad = true;
		len = 0;
	}
	memcpy(dst, s, len);
	dst[len] = '\0';
}

static void put_cpu(struct wire_writer *w, const struct sample_cpu *c)
{
	wire_put_u32(w, c->cpu);
	wire_put_u32(w, (uint32_t)c->pid);
	wire_put_u64(w, c->cgroup_id);
	wire_put_u64(w, c->nr_running);
	wire_put_u64(w, c->switches);
	wire_put_u64(w, c->migrations);
	wire_put_u64(w, c->busy_ns);
	put_comm(w, c->comm);
}

static void get_cpu(struct wire_reader *r, struct sample_cpu *c)
{
	c->cpu = wire_get_u32(r);
	c->pid = (int32_t)wire_get_u32(r);
	c->cgroup_id = wire_get_u64(r);
	c->nr_running = wire_get_u64(r);
	c->switches = wire_get_u64(r);
	c->migrations = wire_get_u64(r);
	c->busy_ns = wire_get_u64(r);
	get_fixed(r, c->comm, sizeof(c->comm));
}

static void put_task(struct wire_writer *w, const struct sample_task *t)
{
	wire_put_u32(w, (uint32_t)t->pid);
	wire_put_u32(w, (uint32_t)t->tid);
	wire_put_u32(w, (uint32_t)t->cpu);
	wire_put_u8(w, (uint8_t)t->state);
	wire_put_u8(w, t->policy);
	wire_put_u8(w, (uint8_t)t->nice);
	wire_put_u64(w, t->cgroup_id);
	wire_put_u64(w, t->run_ns);
	wire_put_u64(w, t->wait_ns);
	wire_put_u64(w, t->switches);
	wire_put_u64(w, t->migrations);
	put_comm(w, t->comm);
}

static void get_task(struct wire_reader *r, struct sample_task *t)
{
	t->pid = (int32_t)wire_get_u32(r);
	t->tid = (int32_t)wire_get_u32(r);
	t->cpu = (int32_t)wire_get_u32(r);
	t->state = (char)wire_get_u8(r);
	t->policy = wire_get_u8(r);
	t->nice = (int8_t)wire_get_u8(r);
	t->cgroup_id = wire_get_u64(r);
	t->run_ns = wire_get_u64(r);
	t->wait_ns = wire_get_u64(r);
	t->switches = wire_get_u64(r);
	t->migrations = wire_get_u64(r);
	get_fixed(r, t->comm, sizeof(t->comm));
}

static void put_cgroup(struct wire_writer *w, const struct sample_cgroup *g)
{
	wire_put_u64(w, g->id);
	wire_put_u64(w, g->usage_ns);
	wire_put_u64(w, g->periods);
	wire_put_u64(w, g->throttled);
	wire_put_u64(w, g->throttled_ns);
	wire_put_u64(w, g->psi_some_ns);
	wire_put_bytes(w, g->path, strnlen(g->path, SAMPLE_PATH_MAX - 1));
}

static void get_cgroup(struct wire_reader *r, struct sample_cgroup *g)
{
	g->id = wire_get_u64(r);
	g->usage_ns = wire_get_u64(r);
	g->periods = wire_get_u64(r);
	g->throttled = wire_get_u64(r);
	g->throttled_ns = wire_get_u64(r);
	g->psi_some_ns = wire_get_u64(r);
	get_fixed(r, g->path, sizeof(g->path));
}

/* largest encoded row: a cgroup with a full path; tasks and CPUs are smaller */
enum { ROW_MAX = 48 + SAMPLE_PATH_MAX + 8, HEAD_SIZE = 3 * 8 + 3 * 4 };
enum { TAIL_SIZE = 8 + 3 * 4, SCX_HEAD = 4 + 8, SCX_ROW = 4 + SAMPLE_SCX_NAME + 8 };
enum { TASK_MAX = 80, MASK_MAX = 1 + SAMPLE_CPUS_MAX / 8, CPU_MORE = 3 * 8 };

/* How many of `n` rows of columns fit into what is left of `room`, and it is less by them. */
static uint32_t fit_rows(const void *rows, size_t size, uint32_t n, size_t base,
			 const struct sample_fields *fields, size_t *room)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		size_t row = base + sample_fields_size((const char *)rows + i * size, fields);

		if (row > *room)
			break;
		*room -= row;
	}
	return i;
}

/* The words up to the highest CPU of it. */
static void put_mask(struct wire_writer *w, const struct sample_mask *mask)
{
	uint8_t i, n = SAMPLE_CPUS_MAX / 64;

	while (n && !mask->bits[n - 1])
		n--;
	wire_put_u8(w, n);
	for (i = 0; i < n; i++)
		wire_put_u64(w, mask->bits[i]);
}

static void get_mask(struct wire_reader *r, struct sample_mask *mask)
{
	uint8_t i, n = wire_get_u8(r);

	memset(mask, 0, sizeof(*mask));
	if (n > SAMPLE_CPUS_MAX / 64)
		r->bad = true;
	for (i = 0; i < n && !r->bad; i++)
		mask->bits[i] = wire_get_u64(r);
}

/* What came after the first version, so that an older reader is done before. */
static void put_more(struct wire_writer *w, const struct sample *s, uint32_t ncpus, uint32_t ntasks,
		     uint32_t ncgroups, uint32_t ndsqs)
{
	uint32_t i;

	wire_put_u32(w, s->nmasks);
	for (i = 0; i < s->nmasks; i++)
		put_mask(w, &s->masks[i]);
	for (i = 0; i < ncpus; i++)
		sample_fields_put(w, &s->cpus[i], &sample_cpu_fields);
	for (i = 0; i < ncgroups; i++)
		sample_fields_put(w, &s->cgroups[i], &sample_cgroup_fields);
	for (i = 0; i < ntasks; i++)
		sample_fields_put(w, &s->tasks[i], &sample_task_fields);
	wire_put_u32(w, ndsqs);
	for (i = 0; i < ndsqs; i++)
		sample_fields_put(w, &s->dsqs[i], &sample_dsq_fields);
	sample_fields_put(w, &s->sched, &sample_sched_fields);
}

static void get_dsqs(struct wire_reader *r, struct sample *s)
{
	uint32_t i, n = wire_get_u32(r);
	struct sample_dsq over;

	if (n > SAMPLE_DSQS_MAX)
		r->bad = true;
	for (i = 0; i < n && !r->bad; i++)
		sample_fields_read(r, s->dsqs ? &s->dsqs[i] : &over, &sample_dsq_fields);
	s->ndsqs = s->dsqs ? n : 0;
}

/* An older agent sends none: all is absent then. */
static void get_more(struct wire_reader *r, struct sample *s)
{
	bool there = !r->bad && r->pos < r->len;
	struct sample_mask over;
	uint32_t i, n;

	s->nmasks = s->ndsqs = 0;
	n = there ? wire_get_u32(r) : 0;
	if (n > SAMPLE_MASKS_MAX)
		r->bad = true;
	for (i = 0; i < n && !r->bad; i++)
		get_mask(r, s->masks ? &s->masks[i] : &over);
	s->nmasks = s->masks ? n : 0;
	for (i = 0; i < s->ncpus; i++) {
		sample_clear(&s->cpus[i], &sample_cpu_fields);
		if (there && !r->bad)
			sample_fields_read(r, &s->cpus[i], &sample_cpu_fields);
	}
	for (i = 0; i < s->ncgroups; i++) {
		sample_clear(&s->cgroups[i], &sample_cgroup_fields);
		if (there && !r->bad)
			sample_fields_read(r, &s->cgroups[i], &sample_cgroup_fields);
	}
	for (i = 0; i < s->ntasks; i++) {
		sample_clear(&s->tasks[i], &sample_task_fields);
		if (there && !r->bad)
			sample_fields_read(r, &s->tasks[i], &sample_task_fields);
	}
	sample_clear(&s->sched, &sample_sched_fields);
	if (there) {
		get_dsqs(r, s);
		sample_fields_read(r, &s->sched, &sample_sched_fields);
	}
}

void wire_sample_put(struct wire_writer *w, const struct sample *s)
{
	uint32_t ncpus = s->ncpus < SAMPLE_CPUS_MAX ? s->ncpus : SAMPLE_CPUS_MAX;
	uint32_t ncgroups = s->ncgroups < SAMPLE_CGROUPS_MAX ? s->ncgroups : SAMPLE_CGROUPS_MAX;
	uint32_t ntasks = s->ntasks < SAMPLE_TASKS_MAX ? s->ntasks : SAMPLE_TASKS_MAX;
	uint32_t ndsqs = s->ndsqs < SAMPLE_DSQS_MAX ? s->ndsqs : SAMPLE_DSQS_MAX;
	size_t room = w->size - w->len, used;
	uint32_t nscx = s->nscx < SAMPLE_SCX_MAX ? s->nscx : SAMPLE_SCX_MAX, i;

	used = HEAD_SIZE + TAIL_SIZE + (size_t)(ncpus + ncgroups) * ROW_MAX + SCX_HEAD +
	       (size_t)nscx * SCX_ROW + (size_t)s->nmasks * MASK_MAX +
	       sample_fields_size(&s->sched, &sample_sched_fields);
	room = used < room ? room - used : 0;
	ncpus = fit_rows(s->cpus, sizeof(*s->cpus), ncpus, CPU_MORE, &sample_cpu_fields, &room);
	ncgroups = fit_rows(s->cgroups, sizeof(*s->cgroups), ncgroups, 0, &sample_cgroup_fields,
			    &room);
	ndsqs = fit_rows(s->dsqs, sizeof(*s->dsqs), ndsqs, 0, &sample_dsq_fields, &room);
	ntasks =
		fit_rows(s->tasks, sizeof(*s->tasks), ntasks, TASK_MAX, &sample_task_fields, &room);
	wire_put_u64(w, s->drops);
	wire_put_u64(w, s->cost_ns);
	wire_put_u64(w, s->cut + (s->ncpus - ncpus) + (s->ncgroups - ncgroups) +
				(s->ntasks - ntasks) + (s->ndsqs - ndsqs));
	wire_put_u32(w, ncpus);
	wire_put_u32(w, ntasks);
	wire_put_u32(w, ncgroups);
	for (i = 0; i < ncpus; i++)
		put_cpu(w, &s->cpus[i]);
	for (i = 0; i < ntasks; i++)
		put_task(w, &s->tasks[i]);
	for (i = 0; i < ncgroups; i++)
		put_cgroup(w, &s->cgroups[i]);
	wire_put_u32(w, nscx);
	wire_put_u64(w, s->scx_enables);
	for (i = 0; i < nscx; i++) {
		wire_put_bytes(w, s->scx[i].name, strnlen(s->scx[i].name, SAMPLE_SCX_NAME - 1));
		wire_put_u64(w, s->scx[i].value);
	}
	for (i = 0; i < ncpus; i++) {
		wire_put_u64(w, s->cpus[i].scx_running);
		wire_put_u64(w, s->cpus[i].local_dsq);
		wire_put_u64(w, s->cpus[i].clock);
	}
	wire_put_u64(w, s->steal_ns);
	put_more(w, s, ncpus, ntasks, ncgroups, ndsqs);
}

/* An older agent sends none. */
static void get_scx(struct wire_reader *r, struct sample *s)
{
	uint32_t i;

	s->nscx = 0;
	s->scx_enables = 0;
	if (r->bad || r->pos == r->len)
		return;
	s->nscx = wire_get_u32(r);
	s->scx_enables = wire_get_u64(r);
	if (s->nscx > SAMPLE_SCX_MAX) {
		s->nscx = 0;
		r->bad = true;
	}
	for (i = 0; i < s->nscx && !r->bad; i++) {
		get_fixed(r, s->scx[i].name, SAMPLE_SCX_NAME);
		s->scx[i].value = wire_get_u64(r);
	}
}

/* An older agent sends none. */
static void get_runqueues(struct wire_reader *r, struct sample *s)
{
	bool there = !r->bad && r->pos < r->len;
	uint32_t i;

	for (i = 0; i < s->ncpus; i++) {
		s->cpus[i].scx_running = there ? wire_get_u64(r) : SAMPLE_ABSENT;
		s->cpus[i].local_dsq = there ? wire_get_u64(r) : SAMPLE_ABSENT;
		s->cpus[i].clock = there ? wire_get_u64(r) : SAMPLE_ABSENT;
	}
}

int wire_sample_read(const struct wire_header *h, struct wire_reader *r, struct sample *s)
{
	uint32_t i;

	s->t_ns = h->t_ns;
	s->nsubs = 0;
	s->drops = wire_get_u64(r);
	s->cost_ns = wire_get_u64(r);
	s->cut = wire_get_u64(r);
	s->ncpus = wire_get_u32(r);
	s->ntasks = wire_get_u32(r);
	s->ncgroups = wire_get_u32(r);
	if (r->bad || s->ncpus > SAMPLE_CPUS_MAX || s->ntasks > SAMPLE_TASKS_MAX ||
	    s->ncgroups > SAMPLE_CGROUPS_MAX) {
		s->ncpus = s->ntasks = s->ncgroups = s->ndsqs = s->nmasks = 0;
		return -EPROTO;
	}
	for (i = 0; i < s->ncpus && !r->bad; i++)
		get_cpu(r, &s->cpus[i]);
	for (i = 0; i < s->ntasks && !r->bad; i++)
		get_task(r, &s->tasks[i]);
	for (i = 0; i < s->ncgroups && !r->bad; i++)
		get_cgroup(r, &s->cgroups[i]);
	get_scx(r, s);
	get_runqueues(r, s);
	/* an older agent sends none */
	s->steal_ns = !r->bad && r->pos < r->len ? wire_get_u64(r) : SAMPLE_ABSENT;
	get_more(r, s);
	if (r->bad) {
		s->ncpus = s->ntasks = s->ncgroups = s->ndsqs = s->nmasks = 0;
		return -EPROTO;
	}
	return 0;
}
