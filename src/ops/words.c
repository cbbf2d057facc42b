/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words - quoting as in a POSIX shell, in both directions, with no expansion of any kind.
 * Invariant: words_split(words_quote(w)) is w for every w without NUL.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/op.h"

#include <errno.h>
#include <string.h>

struct splitter {
	const char *p;
	struct buf word;
	bool in_word;
	char **words;
	size_t n;
};

static void end_word(struct splitter *s)
{
	if (!s->in_word)
		return;
	s->words = xreallocarray(s->words, s->n + 2, sizeof(*s->words));
	s->words[s->n++] = xstrdup(buf_text(&s->word));
	s->words[s->n] = NULL;
	buf_reset(&s->word);
	s->in_word = false;
}

static bool single_quotes(struct splitter *s)
{
	const char *end = strchr(s->p, '\'');

	if (!end)
		return false;
	buf_add(&s->word, s->p, (size_t)(end - s->p));
	s->p = end + 1;
	return true;
}

static bool double_quotes(struct splitter *s)
{
	for (; *s->p && *s->p != '"'; s->p++) {
		/* inside "..." a backslash quotes only these */
		if (*s->p == '\\' && s->p[1] && strchr("\"\\$`", s->p[1]))
			s->p++;
		buf_addc(&s->word, *s->p);
	}
	if (!*s->p)
		return false;
	s->p++;
	return true;
}

static int split(struct splitter *s, struct err *err)
{
	while (*s->p) {
		char c = *s->p++;

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			end_word(s);
			continue;
		}
		if (c == '#' && !s->in_word)
			break;
		s->in_word = true;
		if (c == '\'') {
			if (!single_quotes(s))
				return err_set(err, EINVAL, "a ' is opened and never closed");
		} else if (c == '"') {
			if (!double_quotes(s))
				return err_set(err, EINVAL, "a \" is opened and never closed");
		} else if (c == '\\') {
			if (!*s->p)
				return err_set(err, EINVAL, "a \\ stands at the end of the line");
			buf_addc(&s->word, *s->p++);
		} else {
			buf_addc(&s->word, c);
		}
	}
	end_word(s);
	return 0;
}

char **words_split(const char *line, size_t *n, struct err *err)
{
	struct splitter s = {.p = line, .words = xcalloc(1, sizeof(char *))};
	int r = split(&s, err);

	buf_finish(&s.word);
	*n = s.n;
	if (r < 0) {
		words_free(s.words);
		*n = 0;
		return NULL;
	}
	return s.words;
}

void words_free(char **words)
{
	size_t i;

	for (i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

static bool plain(const char *w)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_@%+=:,./-^!~*?[]{}";

	return *w && strspn(w, safe) == strlen(w);
}

void words_quote(struct buf *out, const char *word)
{
	if (plain(word)) {
		buf_adds(out, word);
		return;
	}
	buf_addc(out, '"');
	for (; *word; word++) {
		if (strchr("\"\\$`", *word))
			buf_addc(out, '\\');
		buf_addc(out, *word);
	}
	buf_addc(out, '"');
}
