/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger - see ledger.h.
 * Invariant: what the kernel could not note is told as lost, never left out in silence.
 */
#include "guest/ledger.h"

#include "guest/cgroup.h"
#include "guest/fault_switch.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/shared.h"

#include <errno.h>
#include <stdio.h>

_Static_assert((int)GROUPS_MAX == SHARED_GROUPS, "a first run has room for every group");

void ledger_release(struct group *g)
{
	probe_ledger_clear(group_index(g));
	__atomic_store_n(&shared_rows->first_run_ns[group_index(g)], 0, __ATOMIC_SEQ_CST);
	g->released_ns = loop_now_ns();
}

void ledger_first_run(uint32_t row)
{
	uint64_t none = 0, now = loop_now_ns();

	if (row < GROUPS_MAX)
		__atomic_compare_exchange_n(&shared_rows->first_run_ns[row], &none, now, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void ledger_enter(struct group *g, int pid)
{
	if (fault_is(FAULT_LEDGER_BLIND))
		return;
	g->unentered |= !probe_ledger_enter(group_index(g), pid);
}

static struct probe_group row;

uint64_t ledger_run_ns(const struct group *g)
{
	return probe_ledger_read(group_index(g), &row) ? row.run_ns : 0;
}

uint64_t ledger_switches(const struct group *g)
{
	return probe_ledger_read(group_index(g), &row) ? row.switches : 0;
}

static void cgroup_name(uint64_t id, char *dst, size_t size)
{
	char full[CGROUP_FULL_MAX];

	if (cgroup_path_by_id(id, full))
		snprintf(dst, size, "%s", full);
	else
		snprintf(dst, size, "(cgroup %llu)", (unsigned long long)id);
}

/* The row as the kernel has it; a fault switch may add to it. */
static bool read_row(const struct group *g)
{
	if (g->unentered || !probe_ledger_read(group_index(g), &row))
		return false;
	if (fault_is(FAULT_ESCAPE_INVENTED) && !row.escapes) {
		row.escapes = 1;
		row.escape = row.seen[0];
	}
	return true;
}

/* Its threads stood there before they were let go. */
static uint64_t not_before(uint64_t t_ns, uint64_t first_run)
{
	return t_ns < first_run ? first_run : t_ns;
}

static void tell_place(const struct group *g, uint64_t seq, const struct probe_place *p,
		       uint64_t first_run)
{
	char path[CGROUP_FULL_MAX];

	cgroup_name(p->id, path, sizeof(path));
	port_event(&(struct event){.type = EV_LEDGER_CGROUP,
				   .seq = seq,
				   .name = g->name,
				   .cgroup = path,
				   .id = not_before(p->t_ns, first_run),
				   .index = p->cpu,
				   .pid = p->tid});
}

static void tell_escape(const struct group *g, uint64_t seq)
{
	char path[CGROUP_FULL_MAX];

	cgroup_name(row.escape.id, path, sizeof(path));
	row.escape_comm[PROBE_COMM - 1] = '\0';
	port_event(&(struct event){.type = EV_LEDGER_ESCAPE,
				   .seq = seq,
				   .name = g->name,
				   .count = row.escapes,
				   .id = row.escape.t_ns,
				   .index = row.escape.cpu,
				   .pid = row.escape.tid,
				   .cgroup = path,
				   .text = row.escape_comm});
}

int ledger_tell(const char *name, uint64_t seq, struct err *err)
{
	struct group *g = group_find(name);
	uint64_t first_run;
	unsigned i;

	if (!g)
		return err_set(err, ENOENT, "there is no payload or group '%s'", name);
	if (!read_row(g))
		return err_set(err, ENOTSUP,
			       "what '%s' did was not noted: the probes are absent on this kernel",
			       name);
	/* a task says when it was let go: that it has run is the kernel's word */
	first_run = row.switches || row.run_ns ? shared_rows->first_run_ns[group_index(g)] : 0;
	port_event(&(struct event){.type = EV_LEDGER,
				   .seq = seq,
				   .name = g->name,
				   .count = row.run_ns,
				   .id = first_run ? first_run - g->released_ns : UINT64_MAX,
				   .index = row.switches,
				   .code = (int64_t)(row.threads_lost + row.cgroups_lost)});
	for (i = 0; i < PROBE_LEDGER_CPUS; i++)
		if (row.cpu_ns[i])
			port_event(&(struct event){.type = EV_LEDGER_CPU,
						   .seq = seq,
						   .name = g->name,
						   .index = i,
						   .id = not_before(row.cpu_ns[i], first_run),
						   .pid = row.cpu_tid[i]});
	for (i = 0; i < PROBE_LEDGER_CGROUPS; i++)
		if (row.seen[i].id)
			tell_place(g, seq, &row.seen[i], first_run);
	if (row.escapes)
		tell_escape(g, seq);
	return 0;
}

void ledger_tell_escapes(const struct group *g)
{
	if (read_row(g) && row.escapes)
		tell_escape(g, g->seq);
}
