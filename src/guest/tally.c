/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally - see tally.h.
 * Invariant: a row that was closed while a hand opens it is let go as soon as that answers.
 */
#include "guest/tally.h"

#include "base/cleanup.h"
#include "guest/line.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_DEADLINE_NS 30000000000ull

enum { COUNTS_MAX = LINE_SIDES_MAX + 1, FD_RING = 0, FD_MAP = 1 };

struct tally_count {
	bool used, opening, closed;
	const struct tally_user *user;
	void *arg;
	struct ring ring;
	loop_id source;
	int fds[JOB_FDS_MAX];
	int nfds;
};

static struct tally_count counts[COUNTS_MAX];
static struct loop *loop;

void tally_init(struct loop *l)
{
	loop = l;
}

static void on_closed(void *arg, struct job_reply *r)
{
	if (r->code)
		port_log(4, "the counting of threads was not let go: %s", r->text);
}

static void let_go(struct tally_count *c)
{
	struct err err = ERR_INIT;

	loop_remove(loop, c->source);
	ring_unmap(&c->ring);
	c->used = false;
	if (c->nfds && pool_send(pool_job(JOB_TALLY_CLOSE), c->fds, c->nfds, POOL_DEADLINE_NS,
				 "the counting of threads", on_closed, NULL, &err))
		port_log(4, "the counting of threads was not let go: %s", err.msg);
	c->nfds = 0;
}

static void on_record(void *arg, const void *record)
{
	struct tally_count *c = arg;
	/* the waiter may close, and the ring is gone then */
	struct tally_record r = *(const struct tally_record *)record;

	if (!c->closed)
		c->user->moment(c->arg, &r);
}

static void on_ring(void *arg, int fd, uint32_t events)
{
	struct tally_count *c = arg;

	ring_drain(&c->ring, sizeof(struct tally_record), on_record, c);
}

static int take(struct tally_count *c, struct job_reply *r, struct err *err)
{
	int e;

	memcpy(c->fds, r->fds, sizeof(c->fds));
	c->nfds = r->nfds;
	r->nfds = 0;
	if (c->nfds <= FD_MAP)
		return err_set(err, EPROTO, "the counting of threads came without its maps");
	e = ring_map(&c->ring, c->fds[FD_RING], TALLY_RING_SIZE);
	if (!e)
		e = c->source = loop_add_fd(loop, c->fds[FD_RING], EPOLLIN, on_ring, c);
	return e < 0 ? err_sys(err, -e, "read the counts of threads") : 0;
}

static void on_opened(void *arg, struct job_reply *r)
{
	struct tally_count *c = arg;
	struct err err = ERR_INIT;

	c->opening = false;
	if (r->code)
		err_set(&err, r->code, "%s", r->text);
	else
		take(c, r, &err);
	if (c->closed)
		let_go(c);
	else
		c->user->ready(c->arg, &err);
}

struct tally_count *tally_open(const struct tally_watch *w, unsigned n,
			       const struct tally_user *user, void *arg, struct err *err)
{
	struct tally_count *c = NULL;
	struct wire_writer *out;
	int fds[2], rows, i;

	for (i = 0; i < COUNTS_MAX && !c; i++)
		if (!counts[i].used)
			c = &counts[i];
	if (!c || !probe_ledger_fds(&fds[0], &rows)) {
		err_set(err, c ? ENOTSUP : EBUSY, "threads cannot be counted: %s",
			c ? "this kernel took no probes" : "too many ops wait for such");
		return NULL;
	}
	fds[0] = fcntl(fds[0], F_DUPFD_CLOEXEC, 3);
	fds[1] = fcntl(rows, F_DUPFD_CLOEXEC, 3);
	*c = (struct tally_count){
		.used = true, .opening = true, .user = user, .arg = arg, .source = -1};
	out = pool_job(JOB_TALLY_OPEN);
	wire_put_u32(out, n);
	wire_put_bytes(out, w, n * sizeof(*w));
	if (!pool_send(out, fds, 2, OPEN_DEADLINE_NS, "hold until", on_opened, c, err))
		return c;
	c->used = false;
	return NULL;
}

void tally_close(struct tally_count *c)
{
	if (!c || c->closed)
		return;
	c->closed = true;
	if (!c->opening)
		let_go(c);
}

bool tally_now(const struct tally_count *c, struct tally *out)
{
	union bpf_attr attr;
	uint32_t zero = 0;

	if (!c || c->opening || c->nfds <= FD_MAP)
		return false;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)c->fds[FD_MAP];
	attr.key = (uint64_t)(uintptr_t)&zero;
	attr.value = (uint64_t)(uintptr_t)out;
	attr.flags = BPF_F_LOCK;
	return syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr)) == 0;
}
