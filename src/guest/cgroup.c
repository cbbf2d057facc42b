/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup - rows, names and the three cgroup ops, see cgroup.h.
 * Invariant: every path that reaches a hand was checked here or came from the kernel.
 */
#include "guest/cgroup.h"

#include "base/text.h"
#include "guest/line.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/shared.h"
#include "guest/start.h"
#include "guest/step.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KERNEL_ROOT_ID = 1 };

static struct cgroup rows[CGROUP_ROWS_MAX];
static char root[64] = "/scxplore";
static uint64_t root_id;

bool cgroup_name_ok(const char *path)
{
	const char *p = path;

	if (!*path || strlen(path) >= CGROUP_REL_MAX)
		return false;
	for (;;) {
		size_t n = strcspn(p, "/");

		/* ".", ".." and hidden names in one */
		if (n == 0 || p[0] == '.' || memchr(p, '\n', n) || n > 255)
			return false;
		if (!p[n])
			return true;
		p += n + 1;
	}
}

int cgroup_set_root(const char *path, struct err *err)
{
	if (path[0] != '/' || !cgroup_name_ok(path + 1) || !text_copy(root, sizeof(root), path))
		return err_set(err, EINVAL, "workload root '%.80s' is not of the form /NAME", path);
	if (shared_rows)
		text_copy(shared_rows->root, sizeof(shared_rows->root), root);
	return 0;
}

const char *cgroup_root(void)
{
	return root;
}

void cgroup_set_root_id(uint64_t id)
{
	root_id = id;
}

struct cgroup *cgroup_at(unsigned i)
{
	return rows[i].used ? &rows[i] : NULL;
}

struct cgroup *cgroup_find(const char *path)
{
	unsigned i;

	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		if (rows[i].used && !strcmp(rows[i].path, path))
			return &rows[i];
	return NULL;
}

struct cgroup *cgroup_child(const char *path)
{
	size_t len = strlen(path);
	unsigned i;

	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		if (rows[i].used && !strncmp(rows[i].path, path, len) && rows[i].path[len] == '/')
			return &rows[i];
	return NULL;
}

struct cgroup *cgroup_add(const char *path, uint64_t id, uint64_t seq, unsigned step)
{
	struct cgroup *c = NULL;
	char full[CGROUP_FULL_MAX];
	unsigned i;

	for (i = 0; i < CGROUP_ROWS_MAX && !c; i++)
		if (!rows[i].used)
			c = &rows[i];
	if (!c)
		return NULL;
	*c = (struct cgroup){.used = true, .ours = seq != 0, .id = id, .step = step};
	text_copy(c->path, sizeof(c->path), path);
	cgroup_full(path, full);
	port_event(&(struct event){.type = EV_CGROUP_ADDED,
				   .seq = seq,
				   .cgroup = full,
				   .id = id,
				   .flag = seq != 0});
	return c;
}

void cgroup_gone(struct cgroup *c, uint64_t seq, bool by_op)
{
	char full[CGROUP_FULL_MAX];

	cgroup_full(c->path, full);
	c->used = false;
	port_event(&(struct event){
		.type = EV_CGROUP_REMOVED, .seq = seq, .cgroup = full, .id = c->id, .flag = by_op});
}

void cgroup_full(const char *rel, char *dst)
{
	snprintf(dst, CGROUP_FULL_MAX, "%s/%s", root, rel);
}

const char *cgroup_rel(const char *full)
{
	size_t len = strlen(root);

	return !strncmp(full, root, len) && full[len] == '/' ? full + len + 1 : NULL;
}

bool cgroup_path_by_id(uint64_t id, char *dst)
{
	unsigned i;

	if (id == KERNEL_ROOT_ID || id == root_id) {
		text_copy(dst, CGROUP_FULL_MAX, id == root_id ? root : "/");
		return true;
	}
	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		if (rows[i].used && rows[i].id == id) {
			cgroup_full(rows[i].path, dst);
			return true;
		}
	return false;
}

int cgroup_resolve(const char *name, char *dst, struct err *err)
{
	if (!name || !strcmp(name, "/")) {
		text_copy(dst, CGROUP_FULL_MAX, "/");
		return 0;
	}
	if (!cgroup_find(name))
		return err_set(err, ENOENT, "there is no cgroup '%s': add it first", name);
	cgroup_full(name, dst);
	return 0;
}

uint64_t cgroup_next_seed(void)
{
	static uint64_t drawn;

	return ++drawn * 0x9e3779b97f4a7c15ull;
}

static void put_settings(struct wire_writer *w, const struct wire_op *op)
{
	const char *v[WIRE_LIST_MAX + 1];
	uint32_t n = wire_op_list(op, WARG_SETTINGS, v, WIRE_LIST_MAX + 1), i;

	wire_put_u64(w, cgroup_next_seed());
	wire_put_u32(w, n / 2);
	for (i = 0; i + 1 < n; i += 2) {
		wire_put_str(w, v[i]);
		wire_put_str(w, v[i + 1]);
	}
}

/* The path is asked of the op again: its state may be another handler's. */
static void send_job(struct line *l, struct wire_writer *w, const char *path, const struct wire_op *op, pool_fn fn)
{
	char full[CGROUP_FULL_MAX];
	struct err err = ERR_INIT;

	cgroup_full(path, full);
	wire_put_str(w, full);
	put_settings(w, op);
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, full, fn, l, &err))
		line_failed_err(l, &err);
}

static const char *path_of(const struct line *l)
{
	return wire_op_str(line_op(l), WARG_CGROUP);
}

/* false = the op has failed. */
static bool enter_added(struct line *l, const struct job_reply *r)
{
	struct cgroup *c;

	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return false;
	}
	c = cgroup_find(path_of(l));
	/* the scan of all cgroups may have seen it first */
	if (!c)
		c = cgroup_add(path_of(l), r->id, line_seq(l), step_current());
	if (!c)
		line_failed(l, ENOSPC, "the agent keeps %d cgroups at most", CGROUP_ROWS_MAX);
	return c != NULL;
}

static void on_added(void *arg, struct job_reply *r)
{
	struct line *l = arg;

	if (enter_added(l, r))
		line_done(l, "added %s/%s", root, path_of(l));
}

static void on_defined(void *arg, struct job_reply *r)
{
	struct line *l = arg;

	if (enter_added(l, r))
		start_op_spawn(l, line_op(l));
}

static void add_with(struct line *l, const struct wire_op *op, pool_fn then)
{
	const char *path = wire_op_str(op, WARG_CGROUP), *slash;
	char parent[CGROUP_REL_MAX];

	if (!path || !cgroup_name_ok(path)) {
		line_failed(l, EINVAL,
			    "bad cgroup name '%.80s': no empty, absolute, '.'-led component",
			    path ? path : "");
		return;
	}
	if (cgroup_find(path)) {
		line_failed(l, EEXIST, "cgroup '%s' exists already", path);
		return;
	}
	slash = strrchr(path, '/');
	if (slash) {
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
		if (!cgroup_find(parent)) {
			line_failed(l, ENOENT, "cgroup '%s' needs its parent '%s': add that first",
				    path, parent);
			return;
		}
	}
	send_job(l, pool_job(JOB_CGROUP_ADD), path, op, then);
}

void cgroup_op_add(struct line *l, const struct wire_op *op)
{
	add_with(l, op, on_added);
}

void cgroup_op_def(struct line *l, const struct wire_op *op)
{
	add_with(l, op, on_defined);
}

static void on_set(void *arg, struct job_reply *r)
{
	struct line *l = arg;

	if (r->code)
		line_failed(l, r->code, "%s", r->text);
	else
		line_done(l, "set %s of %s/%s", r->text, root, path_of(l));
}

void cgroup_op_set(struct line *l, const struct wire_op *op)
{
	const char *path = wire_op_str(op, WARG_CGROUP);

	if (!path || !cgroup_find(path))
		line_failed(l, ENOENT, "there is no cgroup '%s': add it first", path ? path : "");
	else
		send_job(l, pool_job(JOB_CGROUP_SET), path, op, on_set);
}

void cgroup_op_remove(struct line *l, const struct wire_op *op)
{
	const char *path = wire_op_str(op, WARG_CGROUP);
	struct cgroup *c = path ? cgroup_find(path) : NULL, *child;

	if (!c) {
		line_failed(l, ENOENT, "there is no cgroup '%s' to remove", path ? path : "");
		return;
	}
	child = cgroup_child(path);
	if (child) {
		line_failed(l, EBUSY, "cgroup '%s' has a child '%s': remove that first", path,
			    child->path);
		return;
	}
	step_remove_cgroup(l, c);
}
