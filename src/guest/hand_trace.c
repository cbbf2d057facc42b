/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_trace - loads and attaches bpf/trace.bpf.c, and lets it go again.
 *
 * First the names, then the events: whoever has an event has a name. Invariant: the stream is there
 * with switches or not at all; another program that this kernel does not take is named.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "guest/hand_load.h"
#include "guest/wire_trace.h"
#include "trace.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROGRAMS_MAX = 16 };

static char absent[512];

/* A number that stands for another one in the program: each switch pays for what it has to read. */
static void put_number(const struct bpf_program *p, int32_t stands_for, uint32_t is)
{
	struct bpf_insn *insn = (struct bpf_insn *)bpf_program__insns(p);
	size_t n = bpf_program__insn_cnt(p), i;

	for (i = 0; i < n; i++)
		if (BPF_CLASS(insn[i].code) == BPF_ALU64 && BPF_SRC(insn[i].code) == BPF_K &&
		    insn[i].imm == stands_for)
			insn[i].imm = (int32_t)is;
}

/* What is asked for, as all of it is opened and loaded. */
struct stream {
	uint32_t ncpus, slots;
	bool only_names;
	bool take[PROGRAMS_MAX];
};

static bool is_wanted(const struct stream *w, const struct bpf_program *p, unsigned i)
{
	return w->take[i] && (!w->only_names || !strncmp(bpf_program__name(p), "name_", 5));
}

static struct trace_probe *open_with(const struct stream *w)
{
	struct trace_probe *s = trace_probe__open();
	uint32_t bytes = (uint32_t)TRACE_RING(w->slots), cpus = 1;
	struct bpf_program *p;
	unsigned i = 0;

	if (!s)
		return NULL;
	while (cpus < w->ncpus)
		cpus *= 2;
	if (bpf_map__set_value_size(s->maps.data_rings, cpus * bytes)) {
		trace_probe__destroy(s);
		return NULL;
	}
	bpf_object__for_each_program(p, s->obj)
	{
		put_number(p, TRACE_CPUS_MASK, cpus - 1);
		put_number(p, TRACE_SLOTS_MASK,
			   (w->slots - 1) * (uint32_t)sizeof(struct trace_slot));
		put_number(p, TRACE_RING_BYTES, bytes);
		bpf_program__set_autoload(p, is_wanted(w, p, i++));
	}
	return s;
}

static bool leave_out(struct stream *w, const char *name)
{
	struct trace_probe *s = name ? open_with(w) : NULL;
	struct bpf_program *p;
	unsigned i = 0;
	bool found = false;

	if (!s)
		return false;
	bpf_object__for_each_program(p, s->obj)
	{
		if (w->take[i] && !strcmp(bpf_program__name(p), name)) {
			w->take[i] = false;
			found = true;
		}
		i++;
	}
	trace_probe__destroy(s);
	return found;
}

/* Where it is off, its function is never called. */
static bool psi_is_on(void)
{
	cleanup_fd int fd = open("/proc/pressure/cpu", O_RDONLY | O_CLOEXEC);
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 1;
}

/* Without those that this kernel refuses. */
static struct trace_probe *load(struct stream *w)
{
	unsigned tries;

	memset(w->take, true, sizeof(w->take));
	if (!w->only_names && !psi_is_on())
		leave_out(w, "trace_switch_psi");
	for (tries = 0; tries < PROGRAMS_MAX; tries++) {
		struct trace_probe *s = open_with(w);

		if (s && !trace_probe__load(s))
			return s;
		trace_probe__destroy(s);
		if (!leave_out(w, hand_load_refused()))
			break;
	}
	return NULL;
}

/* Reading the iterator to its end is what makes it run. */
static int name_all(int link)
{
	cleanup_fd int fd = bpf_iter_create(link);
	char byte;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, &byte, 1)) != 0)
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
	return 0;
}

static void add_fd(struct job_reply *r, int fd)
{
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && r->nfds < JOB_FDS_MAX)
		r->fds[r->nfds++] = fd;
}

static bool attach(struct trace_probe *s, struct bpf_program *p, struct job_reply *r)
{
	struct bpf_link *link = bpf_program__fd(p) < 0 ? NULL : bpf_program__attach(p);
	size_t len = strlen(absent);

	if (!link) {
		snprintf(absent + len, sizeof(absent) - len, "%s%s", len ? " " : "",
			 bpf_program__name(p));
		return false;
	}
	if (p == s->progs.name_all)
		name_all(bpf_link__fd(link));
	else
		add_fd(r, bpf_link__fd(link));
	return true;
}

int hand_trace_open(struct hand *h, struct job_reply *r)
{
	struct stream w = {.ncpus = wire_get_u32(&h->in)};
	bool switches = false;
	struct bpf_program *p;
	struct trace_probe *s;
	size_t len;

	w.slots = wire_get_u32(&h->in);
	w.only_names = wire_get_u8(&h->in);
	r->leaving = true;
	if (h->in.bad || !w.ncpus || w.ncpus > WIRE_TRACE_CPUS || w.slots < TRACE_SLOTS_MIN ||
	    w.slots > TRACE_SLOTS_MAX || w.slots & (w.slots - 1))
		return hand_fail(h, EINVAL, "the order to stream switches makes no sense");
	hand_load_listen();
	s = load(&w);
	if (!s)
		return hand_fail(h, ENOTSUP,
				 "this kernel does not let its switches be streamed: %s",
				 hand_load_why());
	add_fd(r, bpf_map__fd(s->maps.data_heads));
	add_fd(r, bpf_map__fd(s->maps.data_rings));
	add_fd(r, bpf_map__fd(s->maps.names));
	/* in the file's order the names come last: they are attached first */
	for (p = bpf_object__prev_program(s->obj, NULL); p;
	     p = bpf_object__prev_program(s->obj, p)) {
		bool psi = p == s->progs.trace_switch_psi, plain = p == s->progs.trace_switch;

		if (w.only_names && bpf_program__fd(p) < 0)
			continue;
		/* one of the two is enough: PSI's comes first, and is not missed where it is not there */
		if ((psi && bpf_program__fd(p) < 0) || (plain && switches))
			continue;
		if (attach(s, p, r))
			switches |= psi || plain;
		else if (plain)
			return hand_fail(h, ENOTSUP, "switches cannot be streamed here: %s",
					 hand_load_why());
	}
	len = strlen(absent);
	if (len && *hand_load_why())
		snprintf(absent + len, sizeof(absent) - len, ": %s", hand_load_why());
	r->path = absent;
	return 0;
}

/* A program that was called while it ran is left out by the kernel, and counted. */
static uint64_t missed_by(int fd)
{
	struct bpf_link_info link = {0};
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(link);
	cleanup_fd int prog = -1;

	if (bpf_obj_get_info_by_fd(fd, &link, &len))
		return 0;
	prog = bpf_prog_get_fd_by_id(link.prog_id);
	len = sizeof(info);
	if (prog < 0 || bpf_obj_get_info_by_fd(prog, &info, &len))
		return 0;
	return info.recursion_misses;
}

int hand_trace_close(struct hand *h, struct job_reply *r)
{
	int i;

	/* the maps come first */
	for (i = 3; i < h->nfds; i++)
		r->num += missed_by(h->fds[i]);
	/* the last one attached first: who still switches is still named */
	for (i = h->nfds - 1; i >= 0; i--) {
		close(h->fds[i]);
		h->fds[i] = -1;
	}
	h->nfds = 0;
	/* each CPU has been through a quiet moment after it: nothing is being written any more */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0)
		return hand_fail_sys(h, errno, "wait for the last switch of the stream");
	return 0;
}
