/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain_callbacks - see chain_callbacks.h. What a callback takes is told by the kernel's own
 * stand-in for it, sched_ext_ops__NAME (kernel/sched/ext.c, 6.16 to 7.3), for the program has but
 * one argument: the array of them. Invariant: entry and exit of a callback are probed, or neither.
 */
#include "guest/chain_callbacks.h"

#include "base/cleanup.h"
#include "chain.skel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uint8_t task_of(const struct chain_target *t)
{
	uint8_t k;

	for (k = 0; k < t->nargs && k < CHAIN_ARGS; k++)
		if (t->args[k].kind == CHAIN_TASK)
			return k;
	return CHAIN_NO_TASK;
}

static int link_of(struct bpf_program *p)
{
	struct bpf_link *link = bpf_program__attach(p);
	int fd = link ? fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 3) : -1;

	bpf_link__destroy(link);
	return fd;
}

static bool load_and_attach(struct chain_callbacks *c, struct chain_probe *s,
			    const struct bpf_program *callback, const struct chain_target *t)
{
	struct bpf_program *both[] = {s->progs.callback_enter, s->progs.callback_leave};
	uint32_t target = c->first + (uint32_t)c->n;
	int fds[2];
	size_t i;

	memset((void *)s->rodata->task_arg, CHAIN_NO_TASK, sizeof(s->rodata->task_arg));
	((uint8_t *)s->rodata->task_arg)[target] = task_of(t);
	s->rodata->callback_target = target;
	s->rodata->callback_nargs = t->nargs;
	bpf_program__set_autoload(s->progs.chain_enter, false);
	bpf_program__set_autoload(s->progs.chain_leave, false);
	for (i = 0; i < ARRAY_SIZE(both); i++) {
		bpf_program__set_autoload(both[i], true);
		if (bpf_program__set_attach_target(both[i], bpf_program__fd(callback),
						   bpf_program__name(callback)))
			return false;
	}
	if (bpf_map__reuse_fd(s->maps.records, c->maps[CHAIN_MAP_RECORDS]) ||
	    bpf_map__reuse_fd(s->maps.lost, c->maps[CHAIN_MAP_LOST]) || chain_probe__load(s))
		return false;
	fds[0] = link_of(both[0]);
	fds[1] = fds[0] < 0 ? -1 : link_of(both[1]);
	if (fds[1] < 0) {
		if (fds[0] >= 0)
			close(fds[0]);
		return false;
	}
	memcpy(c->links + c->nlinks, fds, sizeof(fds));
	c->nlinks += 2;
	return true;
}

static void probe(struct chain_callbacks *c, const struct btf *kernel,
		  const struct bpf_program *callback, const char *member)
{
	struct chain_target *t = &c->targets[c->n];
	size_t len = strlen(c->without);
	struct chain_probe *s = NULL;
	char stub[96];

	snprintf(stub, sizeof(stub), "sched_ext_ops__%s", member);
	memset(t, 0, sizeof(*t));
	snprintf(t->name, sizeof(t->name), "%s", bpf_program__name(callback));
	if (c->n < ARRAY_SIZE(c->targets) && c->first + c->n < CHAIN_TARGETS_MAX) {
		chain_describe(kernel, stub, t);
		s = chain_probe__open();
	}
	if (s && load_and_attach(c, s, callback, t))
		c->n++;
	else
		snprintf(c->without + len, sizeof(c->without) - len, "%s%s", len ? " " : "",
			 t->name);
	chain_probe__destroy(s);
}

/* Set up and torn down with it: nothing of a task is decided there, and they may sleep for long. */
static bool says_nothing(const char *member)
{
	static const char *const some[] = {"init", "exit", "dump", "dump_cpu", "dump_task"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(some); i++)
		if (!strcmp(member, some[i]))
			return true;
	return false;
}

void chain_callbacks_attach(struct chain_callbacks *c, struct bpf_object *o, struct bpf_map *ops,
			    int type)
{
	const struct btf *btf = bpf_object__btf(o);
	struct btf *kernel = btf__load_vmlinux_btf();
	const struct btf_type *t = type > 0 ? btf__type_by_id(btf, (uint32_t)type) : NULL;
	struct bpf_program *p;
	size_t size, at;
	const char *data = bpf_map__initial_value(ops, &size);
	int i;

	c->n = 0;
	c->nlinks = 0;
	c->without[0] = '\0';
	for (i = 0; t && data && btf_is_struct(t) && i < btf_vlen(t); i++) {
		const struct bpf_program *callback;
		const char *member = btf__name_by_offset(btf, btf_members(t)[i].name_off);

		at = btf_member_bit_offset(t, (uint32_t)i) / 8;
		if (at + sizeof(callback) > size || says_nothing(member))
			continue;
		/* libbpf keeps the program of a function member in the place of its pointer */
		memcpy(&callback, data + at, sizeof(callback));
		bpf_object__for_each_program(p, o) if (p == callback && bpf_program__fd(p) >= 0)
			probe(c, kernel, callback, member);
	}
	btf__free(kernel);
}
