/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline - where one looks: the edges, the cursor, names and letters of what is seen.
 */
#include "tui/timeline.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEP_FIRST UINT64_C(1000000) /* of a cell, before the person says something else */

unsigned timeline_cpus(const struct model *m)
{
	unsigned n = trace_cpus(m->trace);

	if (m->cpus_online > n)
		n = m->cpus_online;
	return m->ncpus > n ? (unsigned)m->ncpus : n;
}

uint64_t timeline_end(const struct model *m)
{
	uint64_t last = trace_last_ns(m->trace);

	if (m->still_ns && (!last || m->still_ns < last))
		return m->still_ns;
	return last ? last : m->now_ns;
}

void timeline_fit(struct timeline *v, const struct model *m, int cols)
{
	uint64_t end = timeline_end(m), last = end ? end - 1 : 0, width;
	unsigned n = timeline_cpus(m);

	if (!v->step_ns)
		v->step_ns = STEP_FIRST;
	v->cols = cols > 0 ? cols : 1;
	width = (uint64_t)v->cols * v->step_ns;
	if (!v->held) {
		uint64_t cell = last / v->step_ns * v->step_ns;

		v->from_ns = cell + v->step_ns > width ? cell + v->step_ns - width : 0;
		v->at_ns = cell;
	}
	v->from_ns = v->from_ns / v->step_ns * v->step_ns;
	v->at_ns = v->at_ns / v->step_ns * v->step_ns;
	if (v->at_ns < v->from_ns)
		v->from_ns = v->at_ns;
	if (v->at_ns - v->from_ns >= width)
		v->from_ns = v->at_ns - width + v->step_ns;
	if (v->row >= n)
		v->row = n ? n - 1 : 0;
}

struct timeline_place timeline_place(const struct model *m, unsigned cpu)
{
	struct timeline_place p = {0};

	p.known = model_cpu_place(m, cpu, &p.node, &p.llc);
	return p;
}

void timeline_name(const struct model *m, int32_t tid, uint64_t t_ns, char *dst, size_t size)
{
	struct trace_task n;

	if (tid == TRACE_IDLE)
		snprintf(dst, size, "idle");
	else if (tid < 0)
		snprintf(dst, size, "not known");
	else if (!trace_name_at(m->trace, tid, t_ns, &n))
		snprintf(dst, size, "[%" PRId32 "]", tid);
	else
		model_task_name(m, n.pid, n.comm, dst, size);
}

uint64_t timeline_cgroup_id(const struct model *m, int32_t tid, uint64_t t_ns)
{
	struct trace_task n;

	return trace_name_at(m->trace, tid, t_ns, &n) ? n.cgroup_id : 0;
}

void timeline_cgroup(const struct model *m, int32_t tid, uint64_t t_ns, char *dst, size_t size)
{
	uint64_t id = timeline_cgroup_id(m, tid, t_ns);
	const struct model_cgroup *g = id ? model_cgroup_by_id(m, id) : NULL;

	if (g)
		snprintf(dst, size, "%s", model_below_root(m, g->path));
	else
		snprintf(dst, size, id == 1 ? "/" : "-");
}

int timeline_symbol(struct timeline *v, uint64_t key)
{
	int i, oldest = -1;

	for (i = 0; i < TIMELINE_SYMBOLS; i++) {
		if (v->symbols[i].key == key + 1) {
			v->symbols[i].drawn = v->draws;
			return i;
		}
		if (v->symbols[i].drawn < v->draws &&
		    (oldest < 0 || v->symbols[i].drawn < v->symbols[oldest].drawn))
			oldest = i;
	}
	if (oldest < 0)
		return -1;
	v->symbols[oldest].key = key + 1;
	v->symbols[oldest].drawn = v->draws;
	return oldest;
}

void timeline_time(char *dst, size_t size, uint64_t t_ns, uint64_t step_ns)
{
	int digits = 0;
	uint64_t unit = UINT64_C(1000000000);

	while (digits < 9 && step_ns % unit) {
		digits++;
		unit /= 10;
	}
	snprintf(dst, size, "%" PRIu64 "%s%0*" PRIu64 "s", t_ns / UINT64_C(1000000000),
		 digits ? "." : "", digits ? digits : 0,
		 digits ? t_ns % UINT64_C(1000000000) / unit : 0);
	if (!digits)
		snprintf(dst, size, "%" PRIu64 "s", t_ns / UINT64_C(1000000000));
}

void timeline_show(struct timeline *v, const struct model *m, uint64_t t_ns)
{
	uint64_t half;

	if (!v->step_ns)
		v->step_ns = STEP_FIRST;
	half = (uint64_t)(v->cols > 1 ? v->cols / 2 : 1) * v->step_ns;
	v->held = true;
	v->at_ns = t_ns;
	v->from_ns = t_ns > half ? t_ns - half : 0;
	timeline_fit(v, m, v->cols);
}

static bool matches(const struct model *m, int32_t tid, uint64_t t_ns, const char *text)
{
	char name[160];

	timeline_name(m, tid, t_ns, name, sizeof(name));
	return strstr(name, text);
}

bool timeline_find(struct timeline *v, const struct model *m, const char *text)
{
	uint64_t after = v->at_ns + (v->step_ns ? v->step_ns - 1 : 0);
	struct trace_slice s, best = {0}, round = {0};
	int32_t tid = 0;

	/* the first one after the cursor; else, round the end, the first of all */
	while ((tid = trace_next_tid(m->trace, tid))) {
		if (!matches(m, tid, after, text))
			continue;
		if (trace_task_slice_at(m->trace, tid, after, 1, &s) &&
		    (!best.tid || s.begin_ns < best.begin_ns))
			best = s;
		if (trace_task_slice_at(m->trace, tid, 0, 1, &s) &&
		    (!round.tid || s.begin_ns < round.begin_ns))
			round = s;
	}
	if (!best.tid)
		best = round;
	if (!best.tid)
		return false;
	v->tid = best.tid;
	v->row = best.cpu;
	timeline_show(v, m, best.begin_ns);
	return true;
}
