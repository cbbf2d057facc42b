/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_parse - one line of text to one op: its first words matched against the op table.
 *
 * What is judged here is the line alone; whether its names exist is scenario_check()'s question.
 * The other words are op_parse_args.c's, their values op_parse_value.c's. Every error names the
 * argument and, where there is one, the nearest valid word.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/op_parse_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int unknown_op(const char *first, const char *second, struct err *err)
{
	const char *words[64], *near;
	const struct op_def *d;
	bool known = false;
	size_t i, n = 0;

	for (i = 0; (d = op_def_at(i)) && n < ARRAY_SIZE(words); i++) {
		bool same = !strcmp(d->words[0], first);

		if (same && !known) {
			known = true;
			n = 0;
		}
		if (known && same)
			words[n++] = d->words[1];
		else if (!known)
			words[n++] = d->words[0];
	}
	if (known && !second)
		return err_set(err, EINVAL, "op '%s' needs a second word, such as '%s %s'", first,
			       first, words[0]);
	near = text_nearest(known ? second : first, words, n);
	return err_set(err, EINVAL,
		       "op '%.40s%s%.40s' is not known%s%s%s%s%s; 'help ops' lists all", first,
		       known ? " " : "", known ? second : "", near ? "; did you mean '" : "",
		       near && known ? first : "", near && known ? " " : "", near ? near : "",
		       near ? "'" : "");
}

const struct op_def *op_def_of_words(char *const *words, size_t n, size_t *taken)
{
	const struct op_def *d, *found = NULL;
	size_t i, k;

	/* "hold loop" is meant before "hold" */
	*taken = 0;
	for (i = 0; n && (d = op_def_at(i)); i++) {
		const char *second = d->words[1], *space = second ? strchr(second, ' ') : NULL;
		size_t len = space ? (size_t)(space - second) : second ? strlen(second) : 0;

		k = space ? 3 : second ? 2 : 1;
		if (k <= *taken || k > n || strcmp(d->words[0], words[0]))
			continue;
		if (second && (strncmp(second, words[1], len) || words[1][len]))
			continue;
		if (space && strcmp(space + 1, words[2]))
			continue;
		found = d;
		*taken = k;
	}
	return found;
}

static bool takes_rest(const struct op_def *d)
{
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++)
		if (d->args[i].form == FORM_REST)
			return true;
	return false;
}

int op_parse(const char *line, struct op **out, struct err *err)
{
	struct op_parser p = {.words = NULL};
	const struct op_def *def;
	size_t taken = 0;
	int r;

	*out = NULL;
	if (strlen(line) > OP_LINE_MAX)
		return err_set(err, E2BIG, "the line is longer than %d bytes", OP_LINE_MAX);
	p.words = words_split(line, &p.n, err);
	if (!p.words)
		return -EINVAL;
	if (!p.n) {
		words_free(p.words);
		return 0;
	}
	def = op_def_of_words(p.words, p.n, &taken);
	if (!def) {
		r = unknown_op(p.words[0], p.words[1], err);
		words_free(p.words);
		return r;
	}
	p.used = xcalloc(p.n, sizeof(*p.used));
	memset(p.used, true, taken * sizeof(*p.used));
	/* elsewhere "--" is a text like any other: expect output probe contains "--" */
	for (p.rest = taken; p.rest < p.n && !(takes_rest(def) && !strcmp(p.words[p.rest], "--"));
	     p.rest++)
		;
	p.op = op_create(def);
	r = op_parse_args(&p, err);
	words_free(p.words);
	free(p.used);
	if (r < 0)
		op_destroy(p.op);
	else
		*out = p.op;
	return r;
}
