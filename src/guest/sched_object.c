/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_object - see sched_object.h. An object may be newer than the kernel: members of its
 * sched_ext_ops that the kernel lacks are cleared before loading, and named.
 */
#include "guest/sched_object.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/chain_callbacks.h"
#include "sched_objects.skel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LOG_SIZE = 512 << 10, LOG_USEFUL = 6000 };

static char said[LOG_SIZE], left_out[512];
static size_t said_len;

/* Keeps the end: what the verifier found wrong is the last that it says. */
static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	cleanup_free char *text = NULL;
	const char *from;
	size_t n;
	int len;

	if (level != LIBBPF_WARN)
		return 0;
	/* a log of the verifier comes in one piece, however long it is */
	len = vasprintf(&text, fmt, args);
	if (len < 0) {
		text = NULL;
		return 0;
	}
	n = (size_t)len;
	from = text;
	if (n > sizeof(said) / 2) {
		from += n - sizeof(said) / 2;
		n = sizeof(said) / 2;
	}
	if (said_len + n >= sizeof(said)) {
		memmove(said, said + sizeof(said) / 2, said_len - sizeof(said) / 2);
		said_len -= sizeof(said) / 2;
	}
	memcpy(said + said_len, from, n);
	said_len += n;
	said[said_len] = '\0';
	return 0;
}

static const char *useful_end(void)
{
	const char *at = said, *line;

	if (said_len > LOG_USEFUL) {
		at = said + said_len - LOG_USEFUL;
		line = strchr(at, '\n');
		at = line ? line + 1 : at;
	}
	return at;
}

/*
 * The verifier's last word stands before its statistics, or (7.3) before its explanation; else the
 * first complaint of libbpf says what is wrong.
 */
static void cause(char *dst, size_t size)
{
	const char *at = NULL, *p = said, *end;

	at = strstr(said, "\nVerification failed: ");
	while (!at && (p = strstr(p, "\nprocessed ")))
		at = p++;
	while (at && at > said && at[-1] == '\n')
		at--;
	if (!at || at == said) {
		snprintf(dst, size, "%.*s", (int)strcspn(said, "\n"), said);
		return;
	}
	end = at;
	while (at > said && at[-1] != '\n')
		at--;
	snprintf(dst, size, "%.*s", (int)(end - at), at);
}

bool sched_object_builtin(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sched_objects); i++)
		if (!strcmp(sched_objects[i].name, name))
			return true;
	return false;
}

static struct bpf_object *open_object(const char *what, struct err *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = what);
	struct bpf_object *o;
	size_t i;

	if (*what == '/') {
		o = bpf_object__open_file(what, NULL);
		if (!o && errno == ENOENT)
			err_set(err, ENOENT,
				"there is no scheduler object '%.200s', neither on the host nor in "
				"the guest",
				what);
		else if (!o)
			err_sys(err, errno, "open scheduler object '%.200s'", what);
		return o;
	}
	for (i = 0; i < ARRAY_SIZE(sched_objects); i++) {
		if (strcmp(sched_objects[i].name, what))
			continue;
		o = bpf_object__open_mem(sched_objects[i].data, sched_objects[i].size, &opts);
		if (!o)
			err_sys(err, errno, "open built-in scheduler '%s'", what);
		return o;
	}
	err_set(err, ENOENT, "there is no built-in scheduler '%.80s', and it is no path", what);
	return NULL;
}

static struct bpf_map *find_ops(struct bpf_object *o, const struct btf *btf, struct err *err)
{
	struct bpf_map *m;
	const struct btf_type *t;

	bpf_object__for_each_map(m, o)
	{
		if (bpf_map__type(m) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		t = btf__type_by_id(btf, bpf_map__btf_value_type_id(m));
		if (!t || !bpf_map__initial_value(m, NULL))
			continue;
		return m;
	}
	err_set(err, EINVAL,
		"the object has no sched_ext_ops in section '.struct_ops.link': it is no "
		"scheduler");
	return NULL;
}

/* The struct type of an ops map: the variable's own name leads to it through its section. */
static int ops_type(const struct btf *btf, const char *variable)
{
	uint32_t id, n = btf__type_cnt(btf);

	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_var(t) && !strcmp(btf__name_by_offset(btf, t->name_off), variable))
			return (int)t->type;
	}
	return -1;
}

static bool kernel_has(const struct btf *kernel, int ops, const char *member)
{
	const struct btf_type *t = btf__type_by_id(kernel, (uint32_t)ops);
	int i;

	for (i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(kernel, btf_members(t)[i].name_off), member))
			return true;
	return false;
}

static bool is_zero(const char *data, size_t size)
{
	return !size || (!data[0] && !memcmp(data, data + 1, size - 1));
}

static void clear_member(struct bpf_object *o, char *data, size_t size, bool function,
			 const char *name)
{
	struct bpf_program *program = NULL, *p;
	size_t len = strlen(left_out);

	if (is_zero(data, size))
		return;
	/* libbpf keeps the program of a function member in the place of its pointer */
	if (function)
		memcpy(&program, data, sizeof(program));
	bpf_object__for_each_program(p, o) if (p == program) bpf_program__set_autoload(p, false);
	memset(data, 0, size);
	snprintf(left_out + len, sizeof(left_out) - len, "%s%s", len ? " " : "", name);
}

static void clear_unknown(struct bpf_object *o, struct bpf_map *m)
{
	const struct btf *btf = bpf_object__btf(o);
	struct btf *kernel = btf__load_vmlinux_btf();
	int ours = ops_type(btf, bpf_map__name(m)), i;
	int theirs = kernel ? btf__find_by_name_kind(kernel, "sched_ext_ops", BTF_KIND_STRUCT) : -1;
	const struct btf_type *t = ours > 0 ? btf__type_by_id(btf, (uint32_t)ours) : NULL;
	size_t size;
	char *data = bpf_map__initial_value(m, &size);

	for (i = 0; t && data && theirs > 0 && btf_is_struct(t) && i < btf_vlen(t); i++) {
		const struct btf_member *member = btf_members(t) + i;
		const char *name = btf__name_by_offset(btf, member->name_off);
		int type = (int)member->type;
		const struct btf_type *mt = btf__type_by_id(btf, member->type);
		long long len = btf__resolve_size(btf, member->type);
		uint32_t at = btf_member_bit_offset(t, (uint32_t)i) / 8;

		while (btf_is_typedef(mt) || btf_is_mod(mt)) {
			type = (int)mt->type;
			mt = btf__type_by_id(btf, (uint32_t)type);
		}
		if (len <= 0 || at + (size_t)len > size || kernel_has(kernel, theirs, name))
			continue;
		clear_member(o, data + at, (size_t)len, btf_is_ptr(mt), name);
	}
	btf__free(kernel);
}

static int load(struct bpf_object *o, const char *what, const struct sched_variable *v, uint32_t n,
		bool attach, struct chain_callbacks *chain, struct err *err)
{
	struct bpf_map *m = find_ops(o, bpf_object__btf(o), err);
	struct bpf_link *link;
	char why[300];
	uint32_t i;
	int e;

	if (!m)
		return -EINVAL;
	sched_variable_fill(o);
	for (i = 0; i < n; i++)
		if ((e = sched_variable_set(o, v[i].name, v[i].value, err)) < 0)
			return e;
	clear_unknown(o, m);
	e = bpf_object__load(o);
	if (e) {
		cause(why, sizeof(why));
		return err_set(err, -e, "this kernel does not take scheduler '%.120s': %s%s%s",
			       what, strerror(-e), *why ? ": " : "", why);
	}
	if (!attach)
		return 0;
	if (chain)
		chain_callbacks_attach(chain, o, m, ops_type(bpf_object__btf(o), bpf_map__name(m)));
	link = bpf_map__attach_struct_ops(m);
	if (!link)
		return err_sys(err, errno, "put scheduler '%.120s' in force", what);
	e = fcntl(bpf_link__fd(link), F_DUPFD_CLOEXEC, 3);
	e = e < 0 ? err_sys(err, errno, "keep the link of scheduler '%.120s'", what) : e;
	bpf_link__destroy(link);
	return e;
}

int sched_object_load(const char *what, const struct sched_variable *v, uint32_t n, bool attach,
		      struct chain_callbacks *chain, const char **notes, const char **log,
		      struct err *err)
{
	struct bpf_object *o;
	int r = -EINVAL;

	said_len = 0;
	said[0] = left_out[0] = '\0';
	libbpf_set_print(keep);
	o = open_object(what, err);
	if (o) {
		r = load(o, what, v, n, attach, chain, err);
		bpf_object__close(o);
	} else {
		r = -err->code;
	}
	*notes = left_out;
	*log = useful_end();
	return r;
}
