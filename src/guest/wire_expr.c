/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_expr - see wire_expr.h.
 */
#include "guest/wire_expr.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

static const struct {
	const char *name;
	enum expr_about about;
	enum expr_value kind;
} terms[] = {
#define X(e, name, about, value, meaning) {name, about, value},
	EXPR_LIST(X)
#undef X
};

/* Longer ones first: "<=" before "<". */
static const struct {
	const char *sign;
	enum expr_compare compare;
} signs[] = {
	{"==", EXPR_EQ}, {"!=", EXPR_NE}, {"<=", EXPR_LE},
	{">=", EXPR_GE}, {"<", EXPR_LT},  {">", EXPR_GT},
};

static const char *skip(const char *p)
{
	return p + strspn(p, " \t");
}

static int unknown_term(const char *p, size_t n, struct err *err)
{
	const char *names[ARRAY_SIZE(terms)], *near;
	char word[64];
	size_t i;

	if (n >= sizeof(word))
		n = sizeof(word) - 1;
	memcpy(word, p, n);
	word[n] = '\0';
	for (i = 0; i < ARRAY_SIZE(terms); i++)
		names[i] = terms[i].name;
	near = text_nearest(word, names, ARRAY_SIZE(names));
	return err_set(err, EINVAL, "'%s' cannot be waited for%s%s%s", word,
		       near ? "; did you mean '" : "; write for example nr_running(low) > 4",
		       near ? near : "", near ? "'?" : "");
}

/* "(NAME)" */
static int take_name(const char **p, struct expr_condition *c, const char *term, struct err *err)
{
	size_t n;

	if (**p != '(')
		return err_set(err, EINVAL, "'%s' needs a name: %s(NAME)", term, term);
	++*p;
	n = strcspn(*p, ")");
	if (!n || (*p)[n] != ')' || n >= sizeof(c->name) || strcspn(*p, "( \t") < n)
		return err_set(err, EINVAL, "'%s' needs a name: %s(NAME)", term, term);
	memcpy(c->name, *p, n);
	c->name[n] = '\0';
	*p += n + 1;
	return 0;
}

static bool set_value(struct expr_condition *c, const char *word)
{
	switch (c->kind) {
	case EXPR_NUMBER:
		return text_u64(word, 0, UINT64_MAX, &c->number);
	case EXPR_TIME:
		return text_duration(word, &c->number);
	case EXPR_WORD:
		return (c->compare == EXPR_EQ || c->compare == EXPR_NE) &&
		       text_copy(c->word, sizeof(c->word), word);
	case EXPR_TRUTH:
		break;
	}
	return false;
}

static int take_comparison(const char **p, struct expr_condition *c, const char *term,
			   struct err *err)
{
	static const char *const wanted[] = {
		[EXPR_NUMBER] = "a number, as in '> 4'",
		[EXPR_TIME] = "a time, as in '> 500ms'",
		[EXPR_WORD] = "a word, as in '== disabled'",
		[EXPR_TRUTH] = "nothing",
	};
	char word[EXPR_WORD_MAX];
	size_t i, n;

	*p = skip(*p);
	for (i = 0; i < ARRAY_SIZE(signs); i++)
		if (!strncmp(*p, signs[i].sign, strlen(signs[i].sign)))
			break;
	if (i == ARRAY_SIZE(signs))
		return err_set(err, EINVAL, "'%s' is to be compared with %s", term, wanted[c->kind]);
	c->compare = signs[i].compare;
	*p = skip(*p + strlen(signs[i].sign));
	n = strcspn(*p, " \t");
	if (n && n < sizeof(word)) {
		memcpy(word, *p, n);
		word[n] = '\0';
		*p += n;
		if (set_value(c, word))
			return 0;
	}
	return err_set(err, EINVAL, "'%s' is to be compared with %s", term, wanted[c->kind]);
}

static int take_condition(const char **p, struct expr_condition *c, struct err *err)
{
	size_t n = strcspn(*p, "( \t=!<>"), i;

	for (i = 0; i < ARRAY_SIZE(terms); i++)
		if (strlen(terms[i].name) == n && !strncmp(terms[i].name, *p, n))
			break;
	if (i == ARRAY_SIZE(terms))
		return unknown_term(*p, n, err);
	c->term = (enum expr_term)i;
	c->about = terms[i].about;
	c->kind = terms[i].kind;
	c->compare = EXPR_EQ;
	c->number = 1;
	*p += n;
	if (c->about != EXPR_NOTHING && take_name(p, c, terms[i].name, err))
		return -EINVAL;
	return c->kind == EXPR_TRUTH ? 0 : take_comparison(p, c, terms[i].name, err);
}

int expr_parse(const char *text, struct expr *out, struct err *err)
{
	const char *p = skip(text);

	memset(out, 0, sizeof(*out));
	do {
		if (out->n == EXPR_TERMS_MAX)
			return err_set(err, E2BIG, "more than %d conditions", EXPR_TERMS_MAX);
		if (take_condition(&p, &out->v[out->n++], err))
			return -EINVAL;
		p = skip(p);
		if (!*p)
			return 0;
		if (strncmp(p, "and", 3) || (p[3] != ' ' && p[3] != '\t'))
			return err_set(err, EINVAL, "'%.40s' stands where 'and' or the end must", p);
		p = skip(p + 3);
	} while (*p);
	return err_set(err, EINVAL, "a condition must follow 'and'");
}

int expr_check(const char *text, struct err *err)
{
	struct expr e;

	return expr_parse(text, &e, err);
}

bool expr_holds(const struct expr_condition *c, uint64_t number, const char *word)
{
	if (c->kind == EXPR_WORD)
		return (strcmp(c->word, word) == 0) == (c->compare == EXPR_EQ);
	switch (c->compare) {
	case EXPR_EQ:
		return number == c->number;
	case EXPR_NE:
		return number != c->number;
	case EXPR_LT:
		return number < c->number;
	case EXPR_LE:
		return number <= c->number;
	case EXPR_GT:
		return number > c->number;
	case EXPR_GE:
		return number >= c->number;
	}
	return false;
}
