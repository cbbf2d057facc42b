/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supply - see supply.h. Invariant: nothing here asks the guest; what it has is its own to say.
 */
#include "session/supply.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_custom.h"
#include "guest/wire_files.h"
#include "ops/schedulers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void variable_of(const char *name, char *dst, size_t size)
{
	size_t n = (size_t)snprintf(dst, size, "SXP_SCHED_");

	for (; *name && n + 1 < size; name++)
		dst[n++] = isalnum((unsigned char)*name) ? (char)toupper((unsigned char)*name) : '_';
	dst[n] = '\0';
}

char *supply_scheduler(const char *name, struct err *err)
{
	static const char *const folders[] = {"target/release", "target/debug"};
	const char *path;
	char variable[80], *found;
	const char *near;
	size_t i;

	variable_of(name, variable, sizeof(variable));
	path = getenv(variable);
	if (path && *path) {
		if (is_file(path))
			return xstrdup(path);
		err_set(err, ENOENT, "scheduler '%.80s': $%s says '%.200s', which is no file", name,
			variable, path);
		return NULL;
	}
	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		found = xasprintf("%s/%s", folders[i], name);
		if (is_file(found))
			return found;
		free(found);
	}
	found = include_find(name);
	near = scheduler_near(name);
	if (!found)
		err_set(err, ENOENT,
			"there is no scheduler '%.80s': it is none of the built-in ones%s%s%s, and no "
			"program of that name is in $%s (not set), target/release, target/debug or $PATH; "
			"another is named by its path",
			name, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "",
			variable);
	return found;
}

static int find_scheduler(struct supply *s, const char *what, struct err *err)
{
	cleanup_free char *path = NULL, *why = xasprintf("scheduler '%s'", what);
	int r;

	if (scheduler_find(what))
		return 0;
	path = scheduler_is_path(what) ? xstrdup(what) : supply_scheduler(what, err);
	if (!path)
		return -err->code;
	if (!is_file(path)) {
		if (*path == '/')
			return 0;
		return err_set(err, ENOENT, "scheduler '%.200s': there is no such file here", what);
	}
	if (ends_with(path, ".bpf.c")) {
		s->source = STEAL(path);
		return 0;
	}
	r = include_add_path(&s->set, path, NULL, why, err);
	if (r == 0)
		s->program = include_link(path);
	return r;
}

/* Only when the guest has said that it lacks it. */
static int find_program(struct supply *s, const char *name, struct err *err)
{
	cleanup_free char *path = strchr(name, '/') ? xstrdup(name) : include_find(name);
	cleanup_free char *why = xasprintf("run '%s'", name);
	int r;

	if (!path || !is_file(path))
		return err_set(err, ENOENT,
			       "'%.200s' is neither in the guest nor on this machine (%s): install it "
			       "here, or give its path",
			       name, strchr(name, '/') ? "no such file" : "looked in $PATH");
	if (access(path, X_OK) < 0)
		return err_set(err, EACCES,
			       "'%.200s' is not in the guest, and here it cannot be executed: chmod +x it",
			       path);
	r = include_add_path(&s->set, path, NULL, why, err);
	if (r == 0)
		s->program = include_link(path);
	return r;
}

/* Custom work: the program it is a function of. */
static int find_worker(struct supply *s, const char *work, struct err *err)
{
	cleanup_free char *why = xasprintf("spawn '%s'", work);
	struct custom_work custom;

	if (!custom_is(work) || custom_parse(work, false, &custom, NULL) || !is_file(custom.program))
		return 0;
	return include_add_path(&s->set, custom.program, NULL, why, err);
}

static int find_named(struct supply *s, const char *name, const char *to, struct err *err)
{
	cleanup_free char *found = NULL, *there = NULL, *link = NULL;
	cleanup_free char *why = xasprintf("push '%s'", name);
	const char *path = name;
	struct stat st;
	int r;

	/* as --include does it: a program before a file of that name in the current folder */
	if (!strchr(name, '/')) {
		found = include_find(name);
		if (!found && access(name, F_OK) < 0)
			return err_set(err, ENOENT,
				       "push '%.200s': there is neither such a file here nor a program in "
				       "$PATH; give its path",
				       name);
		path = found ? found : name;
	}
	link = include_link(path);
	/* into a folder, as cp does */
	if (to && ends_with(to, "/") && stat(path, &st) == 0) {
		there = xasprintf("%s%s", to, link + strlen(INCLUDE_DIR "/"));
		to = there;
	}
	r = include_add_path(&s->set, path, to, why, err);
	if (r == 0)
		s->program = to ? xstrdup(to) : STEAL(link);
	return r;
}

/* The guest takes nothing else; a person hears it before anything is sent. */
static int check_places(const struct supply *s, struct err *err)
{
	size_t i;

	for (i = 0; i < s->set.n; i++)
		if (!files_path_fits(s->set.entries[i].guest))
			return err_set(err, EINVAL,
				       "'%.200s' is no place in the guest: it is an absolute path "
				       "without '.', '..' and '//', below %d bytes",
				       s->set.entries[i].guest, FILES_PATH_MAX);
	return 0;
}

int supply_find(struct supply *s, const struct op *op, struct err *err)
{
	const struct op_val *sched = op_arg(op, WARG_SCHED), *argv = op_arg(op, WARG_ARGV);
	const struct op_val *work = op_arg(op, WARG_WORK);
	const struct op_val *path = op_arg(op, WARG_HOST_PATH), *to = op_arg(op, WARG_GUEST_PATH);
	int r;

	*s = (struct supply){.set = {0}};
	if (!(op->def->flags & OPF_TAKES))
		return err_set(err, EINVAL, "this op takes no files along");
	if (sched)
		r = find_scheduler(s, sched->str, err);
	else if (work)
		r = find_worker(s, work->str, err);
	else if (argv && argv->n)
		r = find_program(s, argv->list[0], err);
	else
		r = find_named(s, path ? path->str : "", to ? to->str : NULL, err);
	if (r == 0)
		r = check_places(s, err);
	if (r < 0)
		supply_finish(s);
	return r;
}

int supply_object(struct supply *s, const char *object, struct err *err)
{
	cleanup_free char *why = xasprintf("scheduler '%s'", s->source);
	int r;

	free(s->program);
	s->program = include_link(object);
	r = include_add_path(&s->set, object, s->program, why, err);
	return r;
}

void supply_finish(struct supply *s)
{
	include_finish(&s->set);
	free(s->program);
	free(s->source);
	*s = (struct supply){.set = {0}};
}

int supply_check(const struct op *op, struct err *err)
{
	struct supply s;
	int r;

	/* what a program's name leads to is the guest's to say first */
	if (!(op->def->flags & OPF_TAKES) || (op_arg(op, WARG_ARGV) && !op_arg(op, WARG_SCHED)))
		return 0;
	r = supply_find(&s, op, err);
	if (r < 0)
		return r;
	if (op_arg(op, WARG_WATCH) && !s.set.n && !s.source)
		r = err_set(err, EINVAL, "watch=: '%.200s' is no file of this machine that could be saved",
			    op_arg(op, WARG_SCHED)->str);
	supply_finish(&s);
	return r;
}
