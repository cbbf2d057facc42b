/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_watchdog - loads and attaches bpf/watchdog.bpf.c, in a hand; the one before goes with it.
 * Invariant: when it has answered, the next scheduler gets the new time-out.
 */
#include "guest/hand.h"

#include "watchdog.skel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char warning[256];

static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN && !*warning)
		vsnprintf(warning, sizeof(warning), fmt, args);
	warning[strcspn(warning, "\n")] = '\0';
	return 0;
}

/* Where a scheduler's timeout_ms is on this kernel; without sched_ext there is nothing to set. */
static void find(struct watchdog *s)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *value, *ops;
	const struct btf_member *m;
	int id = btf ? btf__find_by_name_kind(btf, "bpf_struct_ops_sched_ext_ops", BTF_KIND_STRUCT)
		     : -1,
	    i;

	for (i = 0; id > 0 && i < btf_vlen(value = btf__type_by_id(btf, (uint32_t)id)); i++) {
		m = btf_members(value) + i;
		if (strcmp(btf__name_by_offset(btf, m->name_off), "data"))
			continue;
		s->rodata->watchdog_offset = btf_member_bit_offset(value, (uint32_t)i) / 8;
		ops = btf__type_by_id(btf, m->type);
		for (i = 0; i < btf_vlen(ops); i++) {
			m = btf_members(ops) + i;
			if (strcmp(btf__name_by_offset(btf, m->name_off), "timeout_ms"))
				continue;
			s->rodata->watchdog_offset += btf_member_bit_offset(ops, (uint32_t)i) / 8;
			s->rodata->watchdog_type = (uint32_t)id;
		}
		break;
	}
	btf__free(btf);
}

int hand_sched_watchdog(struct hand *h, struct job_reply *r)
{
	uint32_t ms = wire_get_u32(&h->in);
	struct bpf_link *link;
	struct watchdog *s;
	int e, i;

	r->leaving = true;
	for (i = 0; i < h->nfds; i++)
		close(h->fds[i]);
	h->nfds = 0;
	if (!ms)
		return 0;
	libbpf_set_print(keep);
	s = watchdog__open();
	if (!s)
		return hand_fail(h, ENOMEM, "cannot open the watchdog's probe: %s", warning);
	find(s);
	if (!s->rodata->watchdog_type)
		return hand_fail(h, ENOTSUP,
				 "this kernel has no sched_ext: there is no watchdog to set");
	s->rodata->watchdog_ms = ms;
	e = watchdog__load(s);
	link = e ? NULL : bpf_program__attach(s->progs.set_watchdog);
	if (!link)
		return hand_fail(h, e ? -e : errno,
				 "this kernel does not let the watchdog be set: %s: %s",
				 strerror(e ? -e : errno), warning);
	r->fds[0] = fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 3);
	r->nfds = r->fds[0] >= 0;
	return r->nfds ? 0 : hand_fail_sys(h, errno, "cannot keep the watchdog's probe");
}
