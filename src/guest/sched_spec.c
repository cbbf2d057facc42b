/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_spec - see sched_spec.h.
 */
#include "guest/sched_spec.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/sched_object.h"

#include <errno.h>
#include <string.h>

static const char *save(struct sched_spec *s, size_t *at, const char *word)
{
	char *dst = s->words + *at;
	size_t n = strlen(word) + 1;

	if (n > sizeof(s->words) - *at)
		return NULL;
	memcpy(dst, word, n);
	*at += n;
	return dst;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

int sched_spec_place(struct sched_spec *s, const char *path, struct err *err)
{
	if (*path && !text_copy(s->what, sizeof(s->what), path))
		return err_set(err, ENAMETOOLONG, "the scheduler's path in the guest is too long");
	if (!*path && *s->what != '/')
		return err_set(err, ENOENT, "there is no scheduler '%.200s' on the host", s->what);
	return 0;
}

int sched_spec_take(struct sched_spec *s, const struct wire_op *op, uint64_t seq, struct err *err)
{
	const char *what = wire_op_str(op, WARG_SCHED), *words[2 * SCHED_WORDS_MAX + 2];
	size_t at = 0;
	uint32_t i, n;

	memset(s, 0, sizeof(*s));
	if (!what || !*what || !text_copy(s->what, sizeof(s->what), what))
		return err_set(err, EINVAL, "which scheduler? a name or a path is needed");
	n = wire_op_list(op, WARG_SCHED_SET, words, ARRAY_SIZE(words));
	for (i = 0; i < n && i < 2 * SCHED_WORDS_MAX; i++)
		if (!(s->set[s->nset++] = save(s, &at, words[i])))
			return err_set(err, E2BIG, "the constants are too long");
	s->argv[s->argc++] = s->what;
	n = wire_op_list(op, WARG_ARGV, words, SCHED_WORDS_MAX + 1);
	for (i = 0; i < n; i++)
		if (!(s->argv[s->argc++] = save(s, &at, words[i])))
			return err_set(err, E2BIG, "the arguments are too long");
	s->timeout_ns = wire_op_u64(op, WARG_TIMEOUT, SCHED_ENABLE_NS);
	what = s->what;
	s->origin = seq;
	s->builtin = sched_object_builtin(what);
	s->object = s->builtin || ends_with(what, ".bpf.o") || ends_with(what, ".bpf.c");
	if (s->object && s->argc > 1)
		return err_set(
			err, EINVAL,
			"'%.80s' is an object: it takes NAME=VALUE, arguments after -- are for "
			"programs",
			what);
	if (!s->object && s->nset)
		return err_set(
			err, EINVAL,
			"'%.80s' is a program: it takes arguments after --, NAME=VALUE is for "
			"objects (.bpf.o)",
			what);
	s->known = true;
	return 0;
}
