/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reduce - see reduce.h.
 *
 * Invariant: `now` is valid and its last op fails; it only becomes smaller.
 */
#include "ops/reduce.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <stdlib.h>
#include <string.h>

struct reduction {
	const struct reduce_ops *ops;
	struct err *err;
	unsigned cpus;
	struct scenario *now;
	char **tried; /* candidates, as text */
	size_t ntried;
	bool stopped;
};

static void add_text(struct buf *out, const struct op *op)
{
	cleanup_free char *text = op_format(op);

	buf_addf(out, "%s\n", text);
}

static bool tried_before(struct reduction *r, const struct scenario *candidate)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < scenario_len(candidate); i++)
		add_text(&text, scenario_at(candidate, i));
	for (i = 0; i < r->ntried; i++)
		if (!strcmp(r->tried[i], buf_text(&text)))
			return true;
	r->tried = xreallocarray(r->tried, r->ntried + 1, sizeof(*r->tried));
	r->tried[r->ntried++] = xstrdup(buf_text(&text));
	return false;
}

/* `now` without the ops from `begin` to `end`, and with `changed` (taken; may be NULL) in the place
 * of that at `at`. NULL = that is no valid scenario. */
static struct scenario *without(const struct reduction *r, size_t begin, size_t end, size_t at,
				struct op *changed)
{
	struct scenario *s = scenario_create(r->cpus);
	struct err why = ERR_INIT;
	size_t i, n = scenario_len(r->now);
	int e = 0;

	for (i = 0; i < n && e == 0; i++) {
		struct op *op;

		if (i >= begin && i < end)
			continue;
		op = changed && i == at ? STEAL(changed) : op_clone(scenario_at(r->now, i));
		e = scenario_add(s, op, &why);
		if (e < 0)
			op_destroy(op);
	}
	op_destroy(changed);
	if (e == 0 && !scenario_body_open(s))
		return s;
	scenario_destroy(s);
	return NULL;
}

/* Is what is left still enough? Then it is `now`. Takes the candidate, which may be NULL. */
static bool take(struct reduction *r, struct scenario *candidate)
{
	int fails = 0;

	if (candidate && !r->stopped && !tried_before(r, candidate))
		fails = r->ops->fails(r->ops->arg, candidate, r->err);
	r->stopped |= fails < 0;
	if (fails <= 0) {
		scenario_destroy(candidate);
		return false;
	}
	scenario_destroy(r->now);
	r->now = candidate;
	if (r->ops->smaller)
		r->ops->smaller(r->ops->arg, candidate);
	return true;
}

/* Where each piece begins, and at last where the last op does: a body goes as a whole, or each op
 * by itself. Returns how many pieces there are before the last op. */
static size_t cut(const struct reduction *r, bool whole, size_t *begin)
{
	size_t i, n = 0, len = scenario_len(r->now);
	bool inside = false;

	for (i = 0; i + 1 < len; i++) {
		unsigned flags = scenario_at(r->now, i)->def->flags;

		if (!whole || !inside)
			begin[n++] = i;
		inside = (inside || flags & OPF_BODY) && !(flags & OPF_BODY_END);
	}
	begin[n] = len - 1;
	return n;
}

static bool leave_out_ops(struct reduction *r, bool whole)
{
	size_t *begin = xcalloc(scenario_len(r->now) + 1, sizeof(*begin));
	size_t n = cut(r, whole, begin), size = (n + 1) / 2;
	bool any = false, again = n > 0;

	while (again && n && !r->stopped) {
		size_t at = n, from;

		again = size > 1;
		for (; at > 0 && !r->stopped; at = from) {
			from = at > size ? at - size : 0;
			if (!take(r, without(r, begin[from], begin[at], 0, NULL)))
				continue;
			any = true;
			again = true;
			n = cut(r, whole, begin);
		}
		if (size > n)
			size = n;
		size = size > 1 ? size / 2 : 1;
	}
	free(begin);
	return any;
}

/* The line without one of its words, or with that up to its "@"; NULL = that word is needed. */
static struct op *shorter(char *const *words, size_t n, size_t which)
{
	cleanup_buf struct buf line = BUF_INIT;
	const char *at = strchr(words[which], '@');
	struct op *op = NULL;
	struct err why = ERR_INIT;
	size_t i;

	for (i = 0; i < n; i++) {
		cleanup_free char *word = xstrdup(words[i]);

		if (i == which && (!at || at == words[i]))
			continue;
		if (i == which)
			word[at - words[i]] = '\0';
		if (line.len)
			buf_addc(&line, ' ');
		words_quote(&line, word);
	}
	if (op_parse(buf_text(&line), &op, &why) < 0)
		return NULL;
	return op;
}

static bool shorten(struct reduction *r, size_t which)
{
	const struct op *op = scenario_at(r->now, which);
	cleanup_free char *text = op_format(op);
	struct err why = ERR_INIT;
	size_t n = 0, i;
	char **words = words_split(text, &n, &why);
	bool any = false;

	/* what stands behind "--" is a program's affair */
	for (i = 1; words && i < n && strcmp(words[i], "--") && !any && !r->stopped; i++) {
		struct op *less = strpbrk(words[i], "=@") ? shorter(words, n, i) : NULL;
		cleanup_free char *now = less ? op_format(less) : NULL;

		if (!less || less->def != op->def || !strcmp(now, text)) {
			op_destroy(less);
			continue;
		}
		less->after_ns = op->after_ns;
		any = take(r, without(r, 0, 0, which, less));
	}
	words_free(words);
	return any;
}

static bool leave_out_words(struct reduction *r)
{
	bool any = false;
	size_t i;

	for (i = 0; i + 1 < scenario_len(r->now); i++)
		while (shorten(r, i))
			any = true;
	return any;
}

struct scenario *reduce(const struct scenario *from, unsigned cpus, const struct reduce_ops *ops,
			struct err *err)
{
	struct reduction r = {.ops = ops, .err = err, .cpus = cpus, .now = scenario_clone(from)};
	bool again = true;
	size_t i;

	while (again && !r.stopped) {
		again = leave_out_ops(&r, true);
		again |= leave_out_ops(&r, false);
		again |= leave_out_words(&r);
	}
	for (i = 0; i < r.ntried; i++)
		free(r.tried[i]);
	free(r.tried);
	return r.now;
}
