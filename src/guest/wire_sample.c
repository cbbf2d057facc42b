/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sample - codec of samples. Rows are written field by field, so that neither side depends
 * on the other's struct layout. Invariant: counts are checked against the caps before any row.
 */
#include "guest/wire_sample.h"

#include <errno.h>
#include <string.h>

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
enum { TAIL_SIZE = 8, SCX_HEAD = 4 + 8, SCX_ROW = 4 + SAMPLE_SCX_NAME + 8 };

void wire_sample_put(struct wire_writer *w, const struct sample *s)
{
	uint32_t ncpus = s->ncpus < SAMPLE_CPUS_MAX ? s->ncpus : SAMPLE_CPUS_MAX;
	uint32_t ncgroups = s->ncgroups < SAMPLE_CGROUPS_MAX ? s->ncgroups : SAMPLE_CGROUPS_MAX;
	uint32_t ntasks = s->ntasks < SAMPLE_TASKS_MAX ? s->ntasks : SAMPLE_TASKS_MAX;
	size_t room = w->size - w->len, used;
	uint32_t nscx = s->nscx < SAMPLE_SCX_MAX ? s->nscx : SAMPLE_SCX_MAX, fit, i;

	used = HEAD_SIZE + TAIL_SIZE + (size_t)(ncpus + ncgroups) * ROW_MAX + SCX_HEAD +
	       (size_t)nscx * SCX_ROW;
	fit = used < room ? (uint32_t)((room - used) / 96) : 0;

	if (ntasks > fit)
		ntasks = fit;
	wire_put_u64(w, s->drops);
	wire_put_u64(w, s->cost_ns);
	wire_put_u64(w,
		     s->cut + (s->ncpus - ncpus) + (s->ncgroups - ncgroups) + (s->ntasks - ntasks));
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
	s->drops = wire_get_u64(r);
	s->cost_ns = wire_get_u64(r);
	s->cut = wire_get_u64(r);
	s->ncpus = wire_get_u32(r);
	s->ntasks = wire_get_u32(r);
	s->ncgroups = wire_get_u32(r);
	if (r->bad || s->ncpus > SAMPLE_CPUS_MAX || s->ntasks > SAMPLE_TASKS_MAX ||
	    s->ncgroups > SAMPLE_CGROUPS_MAX) {
		s->ncpus = s->ntasks = s->ncgroups = 0;
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
	if (r->bad) {
		s->ncpus = s->ntasks = s->ncgroups = 0;
		return -EPROTO;
	}
	return 0;
}
