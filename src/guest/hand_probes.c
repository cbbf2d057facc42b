/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_probes - loading and attaching the BPF probes, in a hand that leaves afterwards.
 *
 * libbpf allocates and parses for a while: neither belongs into the agent. What is attached lives
 * on through the descriptors that are sent; those of the programs that come and go are attached by
 * hand_watch(). Invariant: a probe that this kernel refuses is left out and named, the others work,
 * but for the ledger, which is whole or absent.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "guest/hand_cpus.h"
#include "guest/hand_load.h"
#include "guest/probe.h"
#include "probes.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROGRAMS_MAX = 32 };

static char attached[512], absent[768];

static void say(char *dst, size_t size, const char *name)
{
	size_t len = strlen(dst);

	snprintf(dst + len, size - len, "%s%s", len ? " " : "", name);
}

static uint32_t ncpus;
static bool counts_moves = true;
static const struct cpu_layout *layout;

static struct probes *open_with(const bool *wanted)
{
	struct probes *s = probes__open();
	struct bpf_program *p;
	unsigned i = 0, cpu;

	if (!s)
		return NULL;
	s->rodata->ncpus = ncpus;
	s->rodata->counts_moves = counts_moves;
	/* without a layout every migration is one within a cache */
	for (cpu = 0; layout && cpu < PROBE_CPUS_MAX; cpu++) {
		s->rodata->llc_of[cpu] = layout->llc[cpu];
		s->rodata->node_of[cpu] = layout->node[cpu];
	}
	bpf_object__for_each_program(p, s->obj) bpf_program__set_autoload(p, wanted[i++]);
	return s;
}

static bool leave_out(bool *wanted, const char *name)
{
	struct probes *s = name ? open_with(wanted) : NULL;
	struct bpf_program *p;
	unsigned i = 0;
	bool found = false;

	if (!s)
		return false;
	bpf_object__for_each_program(p, s->obj)
	{
		if (wanted[i] && !strcmp(bpf_program__name(p), name)) {
			wanted[i] = false;
			found = true;
			counts_moves &= p != s->progs.count_migration;
		}
		i++;
	}
	probes__destroy(s);
	return found;
}

/* Without those that this kernel refuses, one after the other: loading each alone takes too long.
 */
static struct probes *load(bool *wanted, int *e)
{
	unsigned tries;

	for (tries = 0; tries < PROGRAMS_MAX; tries++) {
		struct probes *s = open_with(wanted);

		*e = s ? probes__load(s) : -ENOMEM;
		if (!*e)
			return s;
		probes__destroy(s);
		if (!leave_out(wanted, hand_load_refused()))
			break;
	}
	return NULL;
}

static void add_fd(struct job_reply *r, char *kinds, enum probe_fd kind, int fd)
{
	fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0 || r->nfds == JOB_FDS_MAX)
		return;
	kinds[r->nfds] = (char)kind;
	r->fds[r->nfds++] = fd;
}

/* Without one of these the ledger would leave out what a thread did, and say nothing. */
static const char *const ledger_needs[] = {"ledger_fork",    "ledger_new",   "ledger_attach",
					   "ledger_dead",    "ledger_enter", "ledger_settle",
					   "count_migration"};

static bool needs(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ledger_needs); i++)
		if (!strcmp(ledger_needs[i], name))
			return true;
	return false;
}

/* What becomes of a program besides being attached for good, which is what a link's descriptor
 * says. */
static enum probe_fd kind_of(const struct probes *s, const struct bpf_program *p)
{
	if (p == s->progs.read_runqueues)
		return PROBE_FD_READER;
	if (p == s->progs.ledger_enter)
		return PROBE_FD_ENTER;
	if (p == s->progs.ledger_settle)
		return PROBE_FD_SETTLE;
	if (p == s->progs.list_tasks)
		return PROBE_FD_TASKS;
	return strncmp(bpf_program__name(p), "watch_", 6) ? PROBE_FD_LINK : PROBE_FD_WATCH;
}

/* Returns whether the ledger has all it needs. */
static bool attach(struct probes *s, const bool *wanted, struct job_reply *r, char *kinds)
{
	struct bpf_program *p;
	struct bpf_link *link;
	unsigned i = 0;
	bool is, whole = true;

	bpf_object__for_each_program(p, s->obj)
	{
		enum probe_fd kind = kind_of(s, p);

		is = wanted[i++];
		if (is && (kind == PROBE_FD_LINK || kind == PROBE_FD_TASKS)) {
			link = bpf_program__attach(p);
			is = link;
			if (link)
				add_fd(r, kinds, kind, bpf_link__fd(link));
		} else if (is) {
			add_fd(r, kinds, kind, bpf_program__fd(p));
		}
		whole &= is || !needs(bpf_program__name(p));
		if (is)
			say(attached, sizeof(attached), bpf_program__name(p));
		else
			say(absent, sizeof(absent), bpf_program__name(p));
	}
	if (*absent && *hand_load_why())
		say(absent, sizeof(absent), hand_load_why());
	return whole;
}

int hand_probes(struct hand *h, struct job_reply *r)
{
	static char kinds[JOB_FDS_MAX];
	bool wanted[PROGRAMS_MAX];
	struct probes *s;
	int e;

	ncpus = wire_get_u32(&h->in);
	layout = hand_cpus_layout(h);
	memset(wanted, true, sizeof(wanted));
	hand_load_listen();
	r->leaving = true;
	s = load(wanted, &e);
	if (!s)
		return hand_fail(h, -e, "this kernel takes no probe: %s: %s", strerror(-e),
				 hand_load_why());
	add_fd(r, kinds, PROBE_FD_CPUS, bpf_map__fd(s->maps.cpus));
	add_fd(r, kinds, PROBE_FD_LENGTHS, bpf_map__fd(s->maps.lengths));
	add_fd(r, kinds, PROBE_FD_DROPS, bpf_map__fd(s->maps.drops));
	add_fd(r, kinds, PROBE_FD_OBSERVERS, bpf_map__fd(s->maps.observers));
	add_fd(r, kinds, PROBE_FD_SETTLING, bpf_map__fd(s->maps.settling));
	add_fd(r, kinds, PROBE_FD_GROUPS, bpf_map__fd(s->maps.groups));
	add_fd(r, kinds, PROBE_FD_RECORDS, bpf_map__fd(s->maps.records));
	add_fd(r, kinds, PROBE_FD_SINCE, bpf_map__fd(s->maps.bss));
	if (attach(s, wanted, r, kinds))
		add_fd(r, kinds, PROBE_FD_LEDGER, bpf_map__fd(s->maps.ledger));
	r->data = kinds;
	r->data_len = (size_t)r->nfds;
	r->text = attached;
	r->path = absent;
	return 0;
}

int hand_watch(struct hand *h, struct job_reply *r)
{
	int i, e;

	for (i = 0; i < h->nfds; i++) {
		int link = bpf_raw_tracepoint_open(NULL, h->fds[i]);

		if (link < 0) {
			e = -link;
			while (r->nfds)
				close(r->fds[--r->nfds]);
			return hand_fail_sys(h, e, "attach the probes on switches");
		}
		r->fds[r->nfds++] = link;
	}
	return 0;
}
