/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_tally - loads and attaches bpf/tally.bpf.c and enters all threads; lets it go again.
 *
 * The order matters: first the events, then the iterator, see there. Invariant: what could only be
 * attached in part is not attached at all.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "guest/tally.h"
#include "guest/wire_expr.h"
#include "tally.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

_Static_assert((int)TALLY_EQ == EXPR_EQ && (int)TALLY_NE == EXPR_NE && (int)TALLY_LT == EXPR_LT &&
		       (int)TALLY_LE == EXPR_LE && (int)TALLY_GT == EXPR_GT &&
		       (int)TALLY_GE == EXPR_GE,
	       "comparisons are passed on as they are");
_Static_assert(TALLY_WATCHES >= EXPR_TERMS_MAX, "each condition has its watch");

static char warning[256];

/* The verifier's complaint is the line before "processed N insns"; without one the first warning.
 */
static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	static char text[64 << 10];
	char *end, *line;

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(text, sizeof(text), fmt, args);
	end = strstr(text, "\nprocessed ");
	if (!end && *warning)
		return 0;
	if (end)
		*end = '\0';
	line = end ? strrchr(text, '\n') : NULL;
	line = line ? line + 1 : text;
	snprintf(warning, sizeof(warning), "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

static struct tally_probe *open_with(struct hand *h, const struct tally_watch *w, uint32_t n)
{
	struct tally_probe *s = tally_probe__open();
	uint32_t i;

	if (!s)
		return NULL;
	for (i = 0; i < n; i++) {
		memcpy((void *)&s->rodata->watches[i], &w[i], sizeof(*w));
		s->rodata->has_groups |= !w[i].cgroup_id;
	}
	if (bpf_map__reuse_fd(s->maps.ledger, h->fds[0]) ||
	    bpf_map__reuse_fd(s->maps.groups, h->fds[1])) {
		tally_probe__destroy(s);
		return NULL;
	}
	return s;
}

/* The iterator has nothing to say: reading it to its end is what makes it run. */
static int enter_all(int link)
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

int hand_tally_open(struct hand *h, struct job_reply *r)
{
	uint32_t n = wire_get_u32(&h->in), i;
	size_t len;
	const struct tally_watch *w = wire_get_bytes(&h->in, &len);
	struct bpf_program *p;
	struct bpf_link *fill = NULL;
	struct tally_probe *s;
	int e, fds[JOB_FDS_MAX], nfds = 0;

	r->leaving = true;
	if (h->in.bad || !n || n > TALLY_WATCHES || len != n * sizeof(*w) || h->nfds != 2)
		return hand_fail(h, EINVAL, "the order to count threads makes no sense");
	libbpf_set_print(keep);
	s = open_with(h, w, n);
	e = s ? tally_probe__load(s) : -errno;
	if (e)
		return hand_fail(h, -e, "this kernel does not let its threads be counted: %s: %s",
				 strerror(-e), warning);
	fds[nfds++] = bpf_map__fd(s->maps.moments);
	fds[nfds++] = bpf_map__fd(s->maps.tally);
	bpf_object__for_each_program(p, s->obj)
	{
		struct bpf_link *link = bpf_program__attach(p);

		if (!link)
			return hand_fail_sys(h, errno,
					     "the counting of threads cannot be attached (%s)",
					     bpf_program__name(p));
		if (p == s->progs.tally_fill)
			fill = link;
		else
			fds[nfds++] = bpf_link__fd(link);
	}
	e = fill ? enter_all(bpf_link__fd(fill)) : -ENOENT;
	if (e)
		return hand_fail_sys(h, -e, "list all threads to count them");
	for (i = 0; i < (uint32_t)nfds; i++)
		r->fds[r->nfds++] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
	return 0;
}

int hand_tally_close(struct hand *h, struct job_reply *r)
{
	int i;

	for (i = 0; i < h->nfds; i++) {
		close(h->fds[i]);
		h->fds[i] = -1;
	}
	h->nfds = 0;
	return 0;
}
