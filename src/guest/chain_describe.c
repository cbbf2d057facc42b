/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain_describe - what a function of the kernel takes and returns, as its BTF tells it.
 */
#include "guest/chain.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

static const struct btf_type *real(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_typedef(t) || btf_is_mod(t) || btf_is_type_tag(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* "prev__nullable": what follows is for the kernel's verifier. */
static size_t name_length(const char *name)
{
	const char *end = strstr(name, "__");

	return end && end > name ? (size_t)(end - name) : strlen(name);
}

static void describe_arg(const struct btf *btf, const struct btf_param *p, struct chain_target *t)
{
	const struct btf_type *type = real(btf, p->type), *to;
	const char *name = btf__name_by_offset(btf, p->name_off);
	uint8_t kind = CHAIN_NUMBER;

	if (type && btf_is_ptr(type)) {
		to = real(btf, type->type);
		kind = to && btf_is_struct(to) &&
				       !strcmp(btf__name_by_offset(btf, to->name_off),
					       "task_struct")
			       ? CHAIN_TASK
			       : CHAIN_POINTER;
	} else if (type && btf_is_int(type) && btf_int_encoding(type) & BTF_INT_SIGNED) {
		kind = CHAIN_SIGNED;
	}
	t->args[t->nargs].kind = kind;
	t->args[t->nargs].size =
		type && !btf_is_ptr(type) && type->size <= 8 ? (uint8_t)type->size : 8;
	if (!name || !*name)
		name = "?";
	snprintf(t->args[t->nargs].name, sizeof(t->args[0].name), "%.*s", (int)name_length(name),
		 name);
	t->nargs++;
}

/* Without a type in BTF a function is probed all the same: its name and its return are something.
 */
void chain_describe(const struct btf *btf, const char *function, struct chain_target *t)
{
	int id = btf ? btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) : -1, i;
	const struct btf_type *func = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL, *proto,
			      *ret;

	proto = func ? btf__type_by_id(btf, func->type) : NULL;
	for (i = 0; proto && i < btf_vlen(proto) && i < CHAIN_ARGS; i++)
		describe_arg(btf, btf_params(proto) + i, t);
	ret = proto && proto->type ? real(btf, proto->type) : NULL;
	t->value = ret != NULL;
	t->value_signed = ret && btf_is_int(ret) && btf_int_encoding(ret) & BTF_INT_SIGNED;
	t->value_size = ret && !btf_is_ptr(ret) && ret->size <= 8 ? (uint8_t)ret->size : 8;
}
