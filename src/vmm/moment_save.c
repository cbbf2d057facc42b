/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moment_save - a copy of a guest as a file beside a session, and a guest begun from it by another
 * program.
 *
 * Invariants: such a file is never removed here, whatever is wrong with it; a guest that cannot
 * begin from it is none, it does not boot instead. What was included is in the guest already, so
 * that a file of it that has changed since is no other guest.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/guest_private.h"
#include "vmm/keeper.h"
#include "vmm/warm.h"

#include <errno.h>
#include <string.h>

/* Of what decides how a saved guest goes on. */
static int name(struct guest *g, char key[WARM_KEY_MAX], struct err *err)
{
	static const struct include_set nothing;
	struct memory memory = {.nodes = g->config.topology.nodes};
	struct qemu_spec spec = guest_spec(g);
	struct warm_of of = {.spec = &spec,
			     .kernel = &g->kernel,
			     .include = &nothing,
			     .agent = g->agent,
			     .root = g->config.workload_root,
			     .watchdog_ns = g->config.watchdog_ns};

	/* however this one was begun */
	memory_plan(&memory, g->config.memory_mib);
	spec.memory = &memory;
	spec.incoming = false;
	spec.initramfs_fd = -1;
	return warm_key(&of, key, err);
}

int guest_save(struct guest *g, const struct guest_moment *c, const char *path, const void *more,
	       size_t len, struct err *err)
{
	struct moment *m = &g->moment;
	cleanup_buf struct buf head = BUF_INIT;
	struct warm_head h;
	int r;

	if (!m->keeper || !keeper_lives(m->keeper))
		return err_set(err, ENOENT, "save the guest: no copy of it is kept");
	moment_head(g, &h);
	r = name(g, h.key, err);
	if (r < 0)
		return err_wrap(err, "save the guest");
	h.state = c->devices;
	h.state_len = c->devices_len;
	h.more = more;
	h.more_len = len;
	warm_head_put(&h, &head);
	r = keeper_ask(m->keeper, KEEPER_SAVE_BESIDE, c->number, path, head.data, head.len);
	return r < 0 ? err_sys(err, -r, "ask the process that keeps copies of the guest") : 0;
}

int moment_resume_find(struct guest *g, struct err *err)
{
	struct moment *m = &g->moment;
	char key[WARM_KEY_MAX];
	int r = warm_file_open(&m->file, g->config.resume, err);

	if (r == 0)
		r = name(g, key, err);
	if (r == 0 && (strcmp(m->file.head.key, key) ||
		       m->file.head.memory != (uint64_t)g->config.memory_mib << 20))
		r = err_set(err, ESTALE,
			    "it was a guest of Linux %s, %s, %llu MiB, and QEMU, kernel, agent, "
			    "machine or guest options are others now",
			    m->file.head.release, m->file.head.topology,
			    (unsigned long long)(m->file.head.memory >> 20));
	if (r == 0 && !moment_counter_fits(g, &m->file.head))
		r = err_set(err, ESTALE,
			    "this machine's time stamp counter runs at another rate now");
	if (r < 0) {
		warm_file_close(&m->file);
		return r;
	}
	m->resume = true;
	m->path = xstrdup(g->config.resume);
	g->qemu_major = (int)m->file.head.qemu_major;
	return 0;
}

void moment_resume_done(struct guest *g)
{
	struct moment *m = &g->moment;

	m->resume = false;
	warm_file_close(&m->file);
	free(m->path);
	m->path = NULL;
	if (g->ops->rewound)
		g->ops->rewound(g->arg);
}
