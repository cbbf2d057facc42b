/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_parts - see sched_parts.h.
 */
#include "ops/sched_parts.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 8, TEXT_MAX = 1024 };

static char *clean(const char *s)
{
	char safe[TEXT_MAX];

	text_sanitise(safe, sizeof(safe), s, strlen(s));
	return xstrdup(safe);
}

/* The map of this id among the rows so far. */
static bool map_of(const struct sched_parts *p, uint32_t id, size_t *at)
{
	size_t i = p->n;

	while (i--) {
		if (p->rows[i].kind == PART_MAP && p->rows[i].id == id) {
			*at = i;
			return true;
		}
	}
	return false;
}

static bool program(struct sched_part *r, char **f, size_t n)
{
	r->kind = PART_PROGRAM;
	if (n != 6 || !text_u64(f[4], 0, UINT64_MAX - 1, &r->runs) ||
	    !text_u64(f[5], 0, UINT64_MAX - 1, &r->run_ns))
		return false;
	r->callback = !strcmp(f[3], "callback");
	r->name = clean(f[2]);
	return true;
}

static bool map(struct sched_part *r, char **f, size_t n)
{
	r->kind = PART_MAP;
	if (n != 7 || !text_u64(f[4], 0, UINT32_MAX, &r->max))
		return false;
	r->writable = !strcmp(f[5], "rw");
	r->name = clean(f[2]);
	r->type = clean(f[3]);
	r->value = clean(strcmp(f[6], "-") ? f[6] : "");
	return true;
}

static bool value(const struct sched_parts *p, struct sched_part *r, char **f, size_t n)
{
	r->kind = *f[0] == 'v' ? PART_VARIABLE : PART_ENTRY;
	if (n != 4 || !map_of(p, r->id, &r->map))
		return false;
	r->writable = p->rows[r->map].writable;
	r->name = clean(f[2]);
	r->value = clean(f[3]);
	return true;
}

static void line(struct sched_parts *p, char *text)
{
	struct sched_part r = {0};
	char *f[FIELDS_MAX], *rest = text;
	uint64_t id;
	size_t n = 0;
	bool ok = false;

	while (n < FIELDS_MAX && rest)
		f[n++] = strsep(&rest, "\t");
	if (rest || n < 4 || strlen(f[0]) != 1 || !text_u64(f[1], 0, UINT32_MAX, &id) ||
	    p->n == SCHED_PARTS_MAX)
		return;
	r.id = (uint32_t)id;
	if (*f[0] == 'p')
		ok = program(&r, f, n);
	else if (*f[0] == 'm')
		ok = map(&r, f, n);
	else if (*f[0] == 'v' || *f[0] == 'e')
		ok = value(p, &r, f, n);
	if (!ok)
		return;
	if (!(p->n & (p->n - 1)))
		p->rows = xreallocarray(p->rows, p->n ? p->n * 2 : 1, sizeof(*p->rows));
	p->rows[p->n++] = r;
}

struct sched_parts *sched_parts_read(const char *name, const char *data, size_t len)
{
	struct sched_parts *p = xcalloc(1, sizeof(*p));
	/* a NUL ends it: the agent writes none */
	cleanup_free char *copy = xstrndup(data, len);
	char *rest = copy, *one;

	p->name = clean(name);
	while ((one = strsep(&rest, "\n")))
		line(p, one);
	return p;
}

void sched_parts_free(struct sched_parts *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < p->n; i++) {
		free(p->rows[i].name);
		free(p->rows[i].value);
		free(p->rows[i].type);
	}
	free(p->rows);
	free(p->name);
	free(p);
}

const struct sched_part *sched_parts_same(const struct sched_parts *p, const struct sched_part *row)
{
	size_t i;

	for (i = 0; p && i < p->n; i++)
		if (p->rows[i].kind == row->kind && p->rows[i].id == row->id &&
		    !strcmp(p->rows[i].name, row->name))
			return &p->rows[i];
	return NULL;
}
