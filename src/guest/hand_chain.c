/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_chain - the job that attaches probes to named functions of the kernel and says what their
 * arguments are. Functions that this kernel does not have, or lets nobody probe, are left out and
 * named. The hand leaves.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "chain.skel.h"
#include "guest/chain.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static struct chain_target targets[CHAIN_TARGETS_MAX];
static size_t n;
static char attached[1024];

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return 0;
}

static struct bpf_link *attach(struct bpf_program *p, bool returns, size_t first, size_t count)
{
	const char *names[CHAIN_TARGETS_MAX];
	__u64 cookies[CHAIN_TARGETS_MAX];
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = names, .cookies = cookies, .cnt = count,
		    .retprobe = returns);
	size_t i;

	for (i = 0; i < count; i++) {
		names[i] = targets[first + i].name;
		cookies[i] = first + i;
	}
	return bpf_program__attach_kprobe_multi_opts(p, NULL, &opts);
}

/* One that cannot be probed would keep out all others. */
static void keep_what_can_be_probed(struct bpf_program *p)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		struct bpf_link *link = attach(p, false, i, 1);

		if (!link)
			continue;
		bpf_link__destroy(link);
		targets[kept++] = targets[i];
	}
	n = kept;
}

/* What every task passes all the time would push out what the chain is about. */
static bool says_nothing(const char *name)
{
	static const char *const common[] = {
		"schedule",         "__schedule", "schedule_idle",
		"preempt_schedule", "rcu_core",   "preempt_schedule_irq",
		"do_idle",          "kthread",    "preempt_schedule_common",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(common); i++)
		if (!strcmp(name, common[i]))
			return true;
	return false;
}

static void take_names(const char *names)
{
	n = 0;
	while (*names && n < CHAIN_TARGETS_MAX) {
		size_t len = strcspn(names, " "), i;

		if (len && len < sizeof(targets[0].name)) {
			memset(&targets[n], 0, sizeof(targets[0]));
			memcpy(targets[n].name, names, len);
			for (i = 0; i < n && strcmp(targets[i].name, targets[n].name); i++)
				;
			n += i == n && !says_nothing(targets[n].name);
		}
		names += len + (names[len] == ' ');
	}
}

/* The table of task arguments is a constant: programs are opened anew once it is known. */
static struct chain_probe *load(bool with_tasks)
{
	struct chain_probe *s = chain_probe__open();
	size_t i, k;

	if (!s)
		return NULL;
	memset((void *)s->rodata->task_arg, CHAIN_NO_TASK, sizeof(s->rodata->task_arg));
	for (i = 0; with_tasks && i < n; i++)
		for (k = 0; k < targets[i].nargs && k < 4; k++)
			if (targets[i].args[k].kind == CHAIN_TASK) {
				((uint8_t *)s->rodata->task_arg)[i] = (uint8_t)k;
				break;
			}
	/* what attaches with a session of its own needs to be said before loading */
	bpf_program__set_expected_attach_type(s->progs.chain_enter, BPF_TRACE_KPROBE_MULTI);
	bpf_program__set_expected_attach_type(s->progs.chain_leave, BPF_TRACE_KPROBE_MULTI);
	if (chain_probe__load(s)) {
		chain_probe__destroy(s);
		return NULL;
	}
	return s;
}

int hand_chain(struct hand *h, struct job_reply *r)
{
	const char *names = wire_get_str(&h->in);
	struct chain_probe *s;
	struct bpf_link *enter, *leave;
	struct btf *btf;
	size_t i, at = 0;
	int fds[4];

	r->leaving = true;
	libbpf_set_print(quiet);
	take_names(names);
	s = load(false);
	if (!s)
		return hand_fail(h, errno ? errno : EINVAL,
				 "this kernel does not take the probes: %s", strerror(errno));
	keep_what_can_be_probed(s->progs.chain_enter);
	chain_probe__destroy(s);
	if (!n)
		return hand_fail(h, ENOENT, "none of these functions can be probed: %.300s", names);
	btf = btf__load_vmlinux_btf();
	for (i = 0; i < n; i++) {
		chain_describe(btf, targets[i].name, &targets[i]);
		at += (size_t)snprintf(attached + at, sizeof(attached) - at, "%s%s", at ? " " : "",
				       targets[i].name);
		at = at < sizeof(attached) ? at : sizeof(attached) - 1;
	}
	s = load(true);
	enter = s ? attach(s->progs.chain_enter, false, 0, n) : NULL;
	leave = enter ? attach(s->progs.chain_leave, true, 0, n) : NULL;
	if (!leave)
		return hand_fail_sys(h, errno, "the probes cannot be attached");
	fds[0] = bpf_map__fd(s->maps.records);
	fds[1] = bpf_map__fd(s->maps.lost);
	fds[2] = bpf_link__fd(enter);
	fds[3] = bpf_link__fd(leave);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		r->fds[r->nfds++] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
	r->text = attached;
	r->data = (const char *)targets;
	r->data_len = n * sizeof(targets[0]);
	return 0;
}
