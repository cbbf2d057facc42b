/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain - see chain.h. What is told are the calls around the scheduler's exit: it takes the kernel
 * many more to put every task back, and those say nothing, so nothing more is kept then, however
 * long it is until the end is heard of. Invariant: what is kept is bounded, the newest up to the
 * exit stay; what found no room is counted.
 */
#include "guest/chain.h"

#include "base/text.h"
#include "guest/pool.h"
#include "guest/port.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEPT = 4096, BEFORE = 260, AFTER = 40, TEXT_MAX = 96 << 10, CHUNK = 32 << 10 };
#define ATTACH_DEADLINE_NS 60000000000ull

static struct loop *loop;
static void (*settled)(void);
static struct ring_buffer *ring;
static const volatile uint64_t *lost;
static struct chain_target targets[CHAIN_TARGETS_MAX];
static size_t ntargets, nfunctions;            /* callbacks come after the kernel's functions */
static int maps[2] = {-1, -1};                 /* records, lost */
static int callbacks[JOB_FDS_MAX], ncallbacks; /* links of the scheduler that is in force */
static struct chain_record kept[KEPT];         /* a ring: the newest stay */
static uint64_t nkept, seen;
static uint64_t exit_at =
	UINT64_MAX; /* of nkept: where the exit was; UINT64_MAX = there was none yet */
static char text[TEXT_MAX];
static size_t len;

/* The call of a function by which the kernel takes note of an exit: scx_vexit, scx_exit,
 * scx_exit_bstr (kernel/sched/ext.c, 6.16 to 7.3); not scx_exit_task. */
static bool is_exit(const struct chain_record *r)
{
	const char *name = r->target < nfunctions ? targets[r->target].name : "";

	return !r->returned && !strncmp(name, "scx_", 4) && strstr(name, "exit") &&
	       !strstr(name, "task");
}

static int on_record(void *arg, void *data, size_t size)
{
	struct chain_record *r;

	if (size < sizeof(*r))
		return 0;
	seen++;
	if (exit_at != UINT64_MAX && nkept >= exit_at + AFTER)
		return 0;
	r = &kept[nkept % KEPT];
	memcpy(r, data, sizeof(*r));
	if (exit_at == UINT64_MAX && is_exit(r))
		exit_at = nkept;
	nkept++;
	return 0;
}

static void on_ring(void *arg, int fd, uint32_t events)
{
	ring_buffer__consume(ring);
}

static void add(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text + len, sizeof(text) - len, fmt, ap);
	va_end(ap);
	if (n > 0)
		len += (size_t)n < sizeof(text) - len ? (size_t)n : sizeof(text) - len - 1;
}

static void add_task(const struct chain_task *t)
{
	char comm[20];

	text_sanitise(comm, sizeof(comm), t->comm, strnlen(t->comm, sizeof(t->comm)));
	add("%s[%d]{cpu %u, ", comm, (int)t->pid, t->cpu);
	if (t->queued)
		add("dsq 0x%" PRIx64, (uint64_t)t->dsq);
	else
		add("no dsq");
	add(", slice %" PRIu64 ", vtime %" PRIu64 ", weight %u}", (uint64_t)t->slice,
	    (uint64_t)t->vtime, t->weight);
}

static void add_number(uint64_t v, unsigned size, bool is_signed)
{
	/* the upper half of a register is not the argument's */
	if (size < 8)
		v &= (UINT64_C(1) << size * 8) - 1;
	if (is_signed && size < 8 && v >> (size * 8 - 1))
		v |= ~UINT64_C(0) << size * 8;
	if (is_signed)
		add("%" PRId64, (int64_t)v);
	else if (v > 9)
		add("0x%" PRIx64, v);
	else
		add("%" PRIu64, v);
}

static void add_record(const struct chain_record *r)
{
	const struct chain_target *t = r->target < ntargets ? &targets[r->target] : NULL;
	char comm[20];
	int i;

	if (!t)
		return;
	text_sanitise(comm, sizeof(comm), r->comm, strnlen(r->comm, sizeof(r->comm)));
	add("%.6f cpu%u %s[%d] %s %s", (double)r->t_ns / 1e9, r->cpu, comm, (int)r->pid,
	    r->returned ? "<" : ">", t->name);
	if (r->returned) {
		if (t->value) {
			add(" = ");
			add_number(r->args[0], t->value_size, t->value_signed);
		}
		if (r->has_task) {
			add("  ");
			add_task(&r->task);
		}
		add("\n");
		return;
	}
	add("(");
	for (i = 0; i < t->nargs; i++) {
		add("%s%s=", i ? ", " : "", t->args[i].name);
		if (t->args[i].kind == CHAIN_TASK && r->has_task)
			add_task(&r->task);
		else if (t->args[i].kind == CHAIN_TASK || t->args[i].kind == CHAIN_POINTER)
			add(r->args[i] ? "ptr" : "NULL");
		else
			add_number(r->args[i], t->args[i].size, t->args[i].kind == CHAIN_SIGNED);
	}
	add(")\n");
}

void chain_send(void)
{
	uint64_t first, i, index = 1;
	size_t at, part;

	if (!ring)
		return;
	ring_buffer__consume(ring);
	first = nkept > BEFORE + AFTER ? nkept - BEFORE - AFTER : 0;
	len = 0;
	for (i = first; i < nkept; i++)
		add_record(&kept[i % KEPT]);
	for (at = 0; at < len; at += part, index++) {
		part = len - at < CHUNK ? len - at : CHUNK;
		port_event(&(struct event){.type = EV_SCHED_CALLS,
					   .index = index,
					   .data = text + at,
					   .data_len = part,
					   .flag = at + part == len,
					   .count = seen,
					   .id = lost ? *lost : 0});
	}
	seen = nkept = 0;
	exit_at = UINT64_MAX;
}

int chain_lend(int *fds, uint32_t *first)
{
	int i;

	if (!ring || ntargets >= CHAIN_TARGETS_MAX)
		return 0;
	for (i = 0; i < 2; i++) {
		fds[i] = fcntl(maps[i], F_DUPFD_CLOEXEC, 3);
		if (fds[i] < 0) {
			while (i--)
				close(fds[i]);
			return 0;
		}
	}
	*first = (uint32_t)ntargets;
	return 2;
}

void chain_take(const void *data, size_t size, const int *links, int nlinks)
{
	size_t n = size / sizeof(targets[0]);

	if (nlinks <= 0)
		return;
	chain_let_go();
	ncallbacks = nlinks;
	memcpy(callbacks, links, (size_t)nlinks * sizeof(*links));
	if (n > CHAIN_TARGETS_MAX - ntargets)
		n = CHAIN_TARGETS_MAX - ntargets;
	memcpy(&targets[ntargets], data, n * sizeof(targets[0]));
	ntargets += n;
}

static void on_let_go(void *arg, struct job_reply *r)
{
}

/* A hand, for that changes the kernel's code. */
void chain_let_go(void)
{
	struct err err = ERR_INIT;
	int n = ncallbacks;

	ncallbacks = 0;
	if (n && pool_send(pool_job(JOB_SCHED_UNLOAD), callbacks, n, POOL_DEADLINE_NS,
			   "the probes on a scheduler's callbacks", on_let_go, NULL, &err))
		port_log(4, "the probes on a scheduler's callbacks: %s", err.msg);
}

static void on_attached(void *arg, struct job_reply *r)
{
	size_t n = r->data_len / sizeof(targets[0]);
	void *p;
	int i;

	if (!r->code && r->nfds == 4 && n <= CHAIN_TARGETS_MAX) {
		memcpy(targets, r->data, n * sizeof(targets[0]));
		ntargets = nfunctions = n;
		p = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, r->fds[1], 0);
		lost = p == MAP_FAILED ? NULL : p;
		ring = ring_buffer__new(r->fds[0], on_record, NULL, NULL);
		maps[0] = r->fds[0];
		maps[1] = r->fds[1];
	}
	if (ring && loop_add_fd(loop, ring_buffer__epoll_fd(ring), EPOLLIN, on_ring, NULL) >= 0) {
		/* they stay open: that keeps the probes attached */
		r->nfds = 0;
		port_log(5, "probes on the call chain: %s", r->text);
	} else {
		for (i = 0; i < r->nfds; i++)
			close(r->fds[i]);
		r->nfds = 0;
		port_log(4, "no probes on the call chain: %s",
			 r->code ? r->text : "their records cannot be read");
	}
	settled();
}

void chain_start(struct loop *l, const char *names, void (*then)(void))
{
	struct err err = ERR_INIT;
	struct wire_writer *w;

	loop = l;
	settled = then;
	if (!*names) {
		then();
		return;
	}
	w = pool_job(JOB_CHAIN);
	wire_put_str(w, names);
	if (!pool_send(w, NULL, 0, ATTACH_DEADLINE_NS, "", on_attached, NULL, &err))
		return;
	port_log(4, "no probes on the call chain: %s", err.msg);
	then();
}
