/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * branches - see branches.h. The files are untrusted: only short lines are looked at, names are
 * sanitised.
 */
#include "ops/branches.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/event_json.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_ 4096 /* no line of a branch is longer */

/* A path taken apart: "FOLDER/STEM.N.EXT". */
struct parts {
	const char *base; /* file name */
	size_t folder;    /* bytes before it, with the slash */
	size_t stem;      /* bytes of the name before the number, or before the ending */
	const char *end;  /* ".session", or "" */
	unsigned number;
};

static void take_apart(const char *path, struct parts *p)
{
	const char *slash = strrchr(path, '/'), *dot;
	size_t at;

	p->base = slash ? slash + 1 : path;
	p->folder = (size_t)(p->base - path);
	dot = strrchr(p->base, '.');
	p->end = dot && dot > p->base ? dot : p->base + strlen(p->base);
	p->stem = (size_t)(p->end - p->base);
	p->number = 1;
	for (at = p->stem; at && isdigit((unsigned char)p->base[at - 1]); at--)
		;
	if (at > 1 && at < p->stem && p->stem - at <= 4 && p->base[at - 1] == '.' &&
	    p->base[at] != '0') {
		p->number = (unsigned)strtoul(p->base + at, NULL, 10);
		p->stem = at - 1;
	}
}

static char *path_of(const char *session, unsigned number)
{
	struct parts p;

	take_apart(session, &p);
	if (number == 1)
		return xasprintf("%.*s%.*s%s", (int)p.folder, session, (int)p.stem, p.base, p.end);
	return xasprintf("%.*s%.*s.%u%s", (int)p.folder, session, (int)p.stem, p.base, number, p.end);
}

unsigned branches_number(const char *session)
{
	struct parts p;

	take_apart(session, &p);
	return p.number;
}

char *branches_new_path(const char *session)
{
	unsigned i;

	for (i = 2; i < BRANCHES_MAX; i++) {
		char *path = path_of(session, i);

		if (access(path, F_OK) < 0)
			return path;
		free(path);
	}
	return NULL;
}

int branches_check_name(const char *name, struct err *err)
{
	size_t len = strlen(name), i;

	for (i = 0; i < len && (unsigned char)name[i] >= ' ' && name[i] != '"' && name[i] != '\\' &&
		    name[i] != 0x7f;
	     i++)
		;
	if (!len || len >= BRANCH_NAME_MAX || i < len)
		return err_set(err, EINVAL, "a branch's name is 1 to %d letters without quotes",
			       BRANCH_NAME_MAX - 1);
	if (strspn(name, "0123456789") == len)
		return err_set(err, EINVAL, "a branch's name is no number: each has one already");
	return 0;
}

static char *first_line(FILE *f)
{
	char *line = NULL;
	size_t room = 0;

	if (getline(&line, &room, f) > 0)
		return line;
	free(line);
	return NULL;
}

static void read_branch(struct branch *b, const char *line)
{
	struct json_object *o = json_tokener_parse(line);
	cleanup_buf struct buf scratch = BUF_INIT;
	struct event ev;

	if (o && event_json_read(o, &ev, &scratch) == 1 && ev.type == EV_BRANCH && *ev.name) {
		text_sanitise(b->name, sizeof(b->name), ev.name, strlen(ev.name));
		if (*ev.path)
			text_sanitise(b->from, sizeof(b->from), ev.text, strlen(ev.text));
	}
	json_object_put(o);
}

/* false = it does not begin with that line. */
static bool look(struct branch *b, const char *head)
{
	cleanup_file FILE *f = fopen(b->path, "re");
	cleanup_free char *line = f ? first_line(f) : NULL;
	size_t room = 0;
	ssize_t n;

	if (!line || strcmp(line, head))
		return false;
	free(line);
	line = NULL;
	while ((n = getline(&line, &room, f)) > 0)
		if (n < LINE_MAX_ && strstr(line, "\"event\":\"branch\""))
			read_branch(b, line);
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct branch *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static bool is_of(const struct parts *p, const char *file)
{
	struct parts q;

	take_apart(file, &q);
	return q.stem == p->stem && !strncmp(q.base, p->base, p->stem) && !strcmp(q.end, p->end);
}

int branches_list(const char *session, struct branch **list, struct err *err)
{
	cleanup_file FILE *f = fopen(session, "re");
	cleanup_free char *head = f ? first_line(f) : NULL, *folder = NULL;
	struct dirent *e;
	struct parts p;
	DIR *d;
	int n = 0;

	*list = NULL;
	if (!head)
		return err_sys(err, f ? ENODATA : errno, "read session file '%s'", session);
	take_apart(session, &p);
	folder = p.folder ? xstrndup(session, p.folder) : xstrdup(".");
	d = opendir(folder);
	if (!d)
		return err_sys(err, errno, "look for branches in '%s'", folder);
	while (n < BRANCHES_MAX && (e = readdir(d))) {
		struct branch b = {.number = branches_number(e->d_name)};

		if (!is_of(&p, e->d_name))
			continue;
		b.path = xasprintf("%.*s%s", (int)p.folder, session, e->d_name);
		snprintf(b.name, sizeof(b.name), "%u", b.number);
		if (!look(&b, head)) {
			free(b.path);
			continue;
		}
		*list = xreallocarray(*list, (size_t)n + 1, sizeof(**list));
		(*list)[n++] = b;
	}
	closedir(d);
	if (n)
		qsort(*list, (size_t)n, sizeof(**list), by_number);
	return n;
}

void branches_free(struct branch *list, int n)
{
	int i;

	for (i = 0; i < n; i++)
		free(list[i].path);
	free(list);
}

static int named(const struct branch *list, int n, const char *name)
{
	uint64_t number;
	int i;

	for (i = 0; i < n; i++)
		if (!strcmp(list[i].name, name))
			return i;
	for (i = 0; text_u64(name, 1, BRANCHES_MAX, &number) && i < n; i++)
		if (list[i].number == number)
			return i;
	return -1;
}

char *branches_find(const char *session, const char *name, struct err *err)
{
	cleanup_buf struct buf names = BUF_INIT;
	struct branch *list;
	int n = branches_list(session, &list, err), i = named(list, n, name);
	char *path = i >= 0 ? xstrdup(list[i].path) : NULL;

	for (i = 0; i < n; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", list[i].name);
	if (n >= 0 && !path)
		err_set(err, ENOENT, "session '%s' has no branch '%.64s'; there are: %.300s", session,
			name, buf_text(&names));
	branches_free(list, n);
	return path;
}
