/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_exact - loads and attaches bpf/exact.bpf.c. Invariant: all of its programs are attached, or
 * none: a hash over a part of the trace is no hash of it.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "exact.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static char warning[256];

/* The first one names the cause. */
static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && !*warning)
		vsnprintf(warning, sizeof(warning), fmt, args);
	warning[strcspn(warning, "\n")] = '\0';
	return 0;
}

static void add_fd(struct job_reply *r, int fd)
{
	fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && r->nfds < JOB_FDS_MAX)
		r->fds[r->nfds++] = fd;
}

int hand_exact(struct hand *h, struct job_reply *r)
{
	struct bpf_link *links[8];
	struct exact_probe *s;
	struct bpf_program *p;
	unsigned n = 0, i;
	int e;

	r->leaving = true;
	libbpf_set_print(keep);
	s = exact_probe__open_and_load();
	if (!s)
		return hand_fail(h, errno ? errno : EIO,
				 "this kernel does not let its scheduling be traced: %s", warning);
	add_fd(r, bpf_map__fd(s->maps.lanes));
	add_fd(r, bpf_map__fd(s->maps.running));
	bpf_object__for_each_program(p, s->obj)
	{
		links[n] = bpf_program__attach(p);
		if (!links[n]) {
			e = errno;
			while (r->nfds)
				close(r->fds[--r->nfds]);
			return hand_fail_sys(h, e, "attach '%s' to trace the scheduling",
					     bpf_program__name(p));
		}
		add_fd(r, bpf_program__fd(p));
		n++;
	}
	for (i = 0; i < n; i++)
		add_fd(r, bpf_link__fd(links[i]));
	r->num = n;
	return 0;
}
