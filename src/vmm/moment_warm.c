/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moment_warm - which copy a guest begins from, and which one it leaves for the next start.
 *
 * Invariant: a warm start is never worse than a cold one by more than its deadline: a copy that is
 * not whole, does not fit, or whose agent does not answer is removed, and the guest boots.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/guest_private.h"
#include "vmm/keeper.h"
#include "vmm/warm.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define TSC_PER_MILLE 2 /* two measurements of one counter differ by less */
#define CONSOLE_KEPT  (64u << 10)

static void forget(struct guest *g, const char *why)
{
	guest_say(g, 4, "no warm start, the saved guest is removed and this one boots: %s", why);
	unlink(g->moment.path);
	warm_file_close(&g->moment.file);
}

/* Its clock counts as fast as it was told then. */
bool moment_counter_fits(struct guest *g, const struct warm_head *h)
{
	unsigned khz = h->tsc_khz ? tsc_khz_since(&g->tsc) : 0;
	unsigned off = khz > h->tsc_khz ? khz - h->tsc_khz : h->tsc_khz - khz;

	return !h->tsc_khz || (uint64_t)off * 1000 <= (uint64_t)h->tsc_khz * TSC_PER_MILLE;
}

static int name(struct guest *g, const char *agent, struct err *err)
{
	struct memory memory = {.nodes = g->config.topology.nodes};
	struct qemu_spec spec = guest_spec(g);
	struct warm_of of = {.spec = &spec,
			     .kernel = &g->kernel,
			     .include = &g->include,
			     .agent = agent,
			     .root = g->config.workload_root,
			     .watchdog_ns = g->config.watchdog_ns};

	/* only what it will be counts here */
	memory_plan(&memory, g->config.memory_mib);
	spec.memory = &memory;
	return warm_key(&of, g->moment.key, err);
}

/* Of an earlier look, with another accelerator. */
static void moment_warm_leave(struct guest *g)
{
	warm_file_close(&g->moment.file);
	free(g->moment.path);
	g->moment.path = NULL;
}

void moment_warm_find(struct guest *g, const char *agent)
{
	struct moment *m = &g->moment;
	struct err err = ERR_INIT;

	moment_warm_leave(g);
	if (!g->config.warm || g->config.exact || g->config.counted || g->config.counted ||
	    (g->config.fault && *g->config.fault))
		return;
	if (name(g, agent, &err) < 0 || !(m->path = warm_path(m->key, &err))) {
		guest_say(g, 4, "no warm start: %s", err.msg);
		return;
	}
	if (access(m->path, F_OK) < 0)
		return;
	if (warm_file_open(&m->file, m->path, &err) < 0)
		forget(g, err.msg);
	else if (strcmp(m->file.head.key, m->key) ||
		 m->file.head.memory != (uint64_t)g->config.memory_mib << 20)
		forget(g, "it is another guest than its name says");
	else if (!moment_counter_fits(g, &m->file.head))
		forget(g, "this machine's time stamp counter runs at another rate now");
	else
		warm_touch(m->path);
}

void moment_warm_failed(struct guest *g, const char *why)
{
	moment_reap(g);
	forget(g, why);
}

void moment_warm_done(struct guest *g)
{
	char day[32];
	time_t t = (time_t)g->moment.file.head.created_s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	guest_say(g, 6,
		  "warm start: the guest goes on from where one like it stood ready at %s UTC "
		  "(--no-warm boots)",
		  day);
	warm_file_close(&g->moment.file);
}

void moment_head(struct guest *g, struct warm_head *h)
{
	size_t cut = g->console.text.len > CONSOLE_KEPT ? g->console.text.len - CONSOLE_KEPT : 0;

	*h = (struct warm_head){.created_s = (uint64_t)time(NULL),
				.memory = g->memory.view.size,
				.qemu_major = (uint32_t)g->qemu_major,
				.tsc_khz = g->tsc_khz,
				.console = g->console.text.data + cut,
				.console_len = g->console.text.len - cut};
	snprintf(h->release, sizeof(h->release), "%s", guest_kernel_release(g));
	topology_format(&g->config.topology, h->topology, sizeof(h->topology));
}

void moment_warm_save(struct guest *g)
{
	struct moment *m = &g->moment;
	cleanup_buf struct buf head = BUF_INIT;
	struct warm_head h;
	int r;

	m->saved = true;
	moment_head(g, &h);
	h.state = m->devices.data;
	h.state_len = m->devices.len;
	memcpy(h.key, m->key, sizeof(h.key));
	warm_head_put(&h, &head);
	r = keeper_ask(m->keeper, KEEPER_SAVE, m->number, m->path, head.data, head.len);
	if (r < 0)
		guest_say(g, 4, "the next start will not be a warm one: %s", strerror(-r));
	buf_finish(&m->devices);
}

bool guest_leaves_copy(const struct guest *g)
{
	const struct moment *m = &g->moment;

	return m->path && !m->saved && m->step == MOMENT_NONE && !moment_enters(g);
}
