/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - see report.h. Figures that only grow with time (wall clock, the gap that is still
 * open) are completed here at the moment they are sent. Invariant: nothing here writes to a
 * report after the workers were let go.
 */
#include "guest/report.h"

#include "guest/fault_switch.h"
#include "guest/port.h"
#include "guest/wire_report.h"
#include "guest/work_crew.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIVE_NS 500000000ull

enum { LIVE_MAX = 64 };

static struct loop *loop;
static loop_id timer;

int report_open(struct group *g, uint32_t count, uint32_t group_size, struct err *err)
{
	size_t size = crew_size(count, group_size);
	int fd = memfd_create("scx-reports", MFD_CLOEXEC | MFD_ALLOW_SEALING), r;
	void *p;

	if (fd < 0)
		return err_sys(err, errno, "make memory for reports");
	if (ftruncate(fd, (off_t)size) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		r = err_sys(err, errno, "get memory for reports");
		close(fd);
		return r;
	}
	p = mmap(NULL, crew_reports_size(count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		r = err_sys(err, errno, "map memory for reports");
		close(fd);
		return r;
	}
	g->reports = p;
	g->reports_count = count;
	return fd;
}

void report_close(struct group *g)
{
	if (g->reports)
		munmap(g->reports, crew_reports_size(g->reports_count));
	g->reports = NULL;
}

void report_released(struct group *g)
{
	uint64_t now = loop_now_ns();
	uint32_t i;

	for (i = 0; g->reports && i < g->reports_count; i++)
		g->reports[i].begun_ns = g->reports[i].last_ns = now;
}

static void complete(struct work_report *r, uint64_t now)
{
	r->wall_ns = now > r->begun_ns ? now - r->begun_ns : 0;
	if (now <= r->last_ns || now - r->last_ns <= r->gap_ns)
		return;
	r->gap_ns = now - r->last_ns;
	r->gap_at_ns = now;
	r->gap_cpu = REPORT_ABSENT;
}

void report_send(const struct group *g, const struct task *t, uint64_t seq, bool ended)
{
	static char text[REPORT_TEXT_MAX];
	static struct work_report r;

	if (!g->reports || !t->index || t->index > g->reports_count)
		return;
	r = g->reports[t->index - 1];
	if (!r.begun_ns)
		return;
	complete(&r, loop_now_ns());
	if (fault_is(FAULT_REPORT_ZERO))
		r.units = r.iterations = 0;
	if (fault_is(FAULT_GAP_STRETCHED))
		r.gap_ns = 600000000000;
	report_write(&r, text, sizeof(text));
	port_event(&(struct event){.type = EV_REPORT,
				   .seq = seq,
				   .name = g->name,
				   .index = t->index,
				   .pid = t->pid,
				   .flag = !ended,
				   .text = text});
}

void report_group(const struct group *g, uint64_t seq)
{
	struct task *t = NULL;

	while ((t = group_task_next(g, t)))
		report_send(g, t, seq, false);
}

uint64_t report_least_units(const struct group *g)
{
	uint64_t least = UINT64_MAX;
	uint32_t i;

	for (i = 0; g && g->reports && i < g->reports_count; i++) {
		/* its worker writes it while it is read here */
		uint64_t units = __atomic_load_n(&g->reports[i].units, __ATOMIC_RELAXED);

		if (units == REPORT_ABSENT)
			units = 0;
		least = units < least ? units : least;
	}
	return least == UINT64_MAX ? 0 : least;
}

static void on_timer(void *arg)
{
	unsigned i, left = LIVE_MAX;
	struct task *t = NULL;

	for (i = 0; i < GROUPS_MAX && left; i++) {
		const struct group *g = group_at(i);

		if (!g || !g->reports)
			continue;
		for (t = group_task_next(g, NULL); t && left; t = group_task_next(g, t), left--)
			report_send(g, t, 0, false);
	}
}

void report_set_rate(uint64_t ns)
{
	uint64_t live = ns && ns < LIVE_NS ? LIVE_NS : ns;

	loop_arm(loop, timer, live, live);
}

int report_init(struct loop *l, struct err *err)
{
	loop = l;
	timer = loop_add_timer(loop, on_timer, NULL);
	return timer < 0 ? err_sys(err, -timer, "make the timer of reports") : 0;
}
