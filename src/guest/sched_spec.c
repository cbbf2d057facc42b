/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_spec - see sched_spec.h. Where a file of the host's is in the guest is known here.
 */
#include "guest/sched_spec.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INCLUDE_DIR "/include-files" /* see vmm/include.h */

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

/*
 * Where a path of the host's is in the guest: files are packed under their own real path, and by
 * their name in one folder. A source was compiled before it came.
 */
static bool place(struct sched_spec *s, const char *what)
{
	const char *base = strrchr(what, '/') ? strrchr(what, '/') + 1 : what;
	size_t n = strlen(base);
	bool source = n > 6 && !strcmp(base + n - 6, ".bpf.c"), path = strchr(what, '/') || source;

	path |= n > 6 && !strcmp(base + n - 6, ".bpf.o");
	if (!path || (*what == '/' && !source && !access(what, F_OK)))
		return text_copy(s->what, sizeof(s->what), what);
	snprintf(s->what, sizeof(s->what), "%s/%.*s%s", INCLUDE_DIR, (int)(source ? n - 1 : n),
		 base, source ? "o" : "");
	return n < 256;
}

int sched_spec_take(struct sched_spec *s, const struct wire_op *op, struct err *err)
{
	const char *what = wire_op_str(op, WARG_SCHED), *words[2 * SCHED_WORDS_MAX + 2];
	size_t at = 0, len = what ? strlen(what) : 0;
	uint32_t i, n;

	memset(s, 0, sizeof(*s));
	if (!len || !place(s, what))
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
	len = strlen(what);
	s->object = *what != '/' || (len > 6 && !strcmp(what + len - 6, ".bpf.o"));
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
