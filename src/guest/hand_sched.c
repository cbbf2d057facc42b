/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_sched - the jobs around sched_ext that may block: loading, letting go, the dump's probe.
 *
 * The link's descriptor goes to the agent: a scheduler lives as long as that is open somewhere, and
 * no payload can kill its holder. Closing the last one waits for the scheduler's end, so a hand
 * does it. Invariant: a hand that loaded leaves, so that libbpf's memory goes with it.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "guest/chain_callbacks.h"
#include "guest/fault_switch.h"
#include "guest/sched_object.h"
#include "sched_dump.skel.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { VARIABLES_MAX = 64 };

static struct chain_callbacks chain;

/* The link is the first. */
static void answer_loaded(struct job_reply *r, int link)
{
	int i;

	r->fds[r->nfds++] = link;
	for (i = 0; i < chain.nlinks; i++) {
		if (r->nfds < JOB_FDS_MAX)
			r->fds[r->nfds++] = chain.links[i];
		else
			close(chain.links[i]);
	}
	r->data = (const char *)chain.targets;
	r->data_len = chain.n * sizeof(chain.targets[0]);
	r->path = chain.without;
}

int hand_sched_load(struct hand *h, struct job_reply *r)
{
	static char failed[16 << 10];
	struct sched_variable v[VARIABLES_MAX];
	bool attach = wire_get_u8(&h->in);
	const char *what = wire_get_str(&h->in), *log = "", *notes = "";
	uint32_t n = wire_get_u32(&h->in), i;
	struct err err = ERR_INIT;
	int fd;

	r->leaving = true;
	if (n > VARIABLES_MAX)
		return hand_fail(h, E2BIG, "more than %d constants", VARIABLES_MAX);
	for (i = 0; i < n; i++) {
		v[i].name = wire_get_str(&h->in);
		v[i].value = wire_get_str(&h->in);
	}
	chain.first = wire_get_u32(&h->in);
	if (h->in.bad)
		return hand_fail(h, EINVAL, "the order to load a scheduler makes no sense");
	memcpy(chain.maps, h->fds, sizeof(chain.maps));
	if (fault_is(FAULT_SCHED_NOT_LOADED))
		return 0;
	if (fault_is(FAULT_SCHED_OTHER))
		what = strcmp(what, "fifo") ? "fifo" : "vtime";
	fd = sched_object_load(what, v, n, attach, h->nfds == CHAIN_MAPS ? &chain : NULL, &notes,
			       &log, &err);
	if (fd < 0) {
		/* the first line is the failure, the others are its background */
		snprintf(failed, sizeof(failed), "%s\n%s", err.msg, log);
		h->text = failed;
		return err.code;
	}
	if (attach)
		answer_loaded(r, fd);
	r->text = notes;
	return 0;
}

int hand_sched_unload(struct hand *h, struct job_reply *r)
{
	int i;

	for (i = 0; i < h->nfds; i++) {
		close(h->fds[i]);
		h->fds[i] = -1;
	}
	h->nfds = 0;
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return 0;
}

int hand_sched_watch(struct hand *h, struct job_reply *r)
{
	struct sched_dump *s;
	struct bpf_link *link;
	int e, fds[3];
	size_t i;

	r->leaving = true;
	libbpf_set_print(quiet);
	s = sched_dump__open();
	e = s ? sched_dump__load(s) : -errno;
	if (e)
		return hand_fail(h, -e, "the probe of the dump cannot be loaded: %s", strerror(-e));
	link = bpf_program__attach(s->progs.dump_line);
	if (!link)
		return hand_fail_sys(h, errno, "the probe of the dump cannot be attached");
	fds[0] = bpf_map__fd(s->maps.lines);
	fds[1] = bpf_map__fd(s->maps.lost);
	fds[2] = bpf_link__fd(link);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		r->fds[r->nfds++] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
	return 0;
}
