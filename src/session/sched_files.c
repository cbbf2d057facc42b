/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_files - see sched_files.h. Compiling happens before the guest is started: here it may wait.
 */
#include "session/sched_files.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_custom.h"
#include "vmm/paths.h"
#include "vmm/spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct list {
	char **v;
	size_t n;
};

static void add(struct list *l, const char *path)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->v[i], path))
			return;
	l->v = xreallocarray(l->v, l->n + 2, sizeof(*l->v));
	l->v[l->n++] = xstrdup(path);
	l->v[l->n] = NULL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

/* The object's name is the source's: the guest's agent looks for it under that. */
static char *compile(const char *source, struct err *err)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	cleanup_free char *headers = paths_bpf_headers(), *cache = paths_cache("sched", 1, err);
	cleanup_free char *include = NULL, *own = NULL, *object = NULL;
	struct spawn run = {.out_fd = -1};

	if (!cache)
		return NULL;
	object = xasprintf("%s/%.*s.o", cache, (int)(strlen(base) - 2), base);
	include = xasprintf("-I%s", headers);
	own = xasprintf("-I%.*s", base > source ? (int)(base - source) : 1,
			base > source ? source : ".");
	run.argv = (const char *const[]){"clang",
					 "-target",
					 "bpf",
					 "-g",
					 "-O2",
					 "-Wall",
					 "-D__TARGET_ARCH_x86",
					 "-fno-caret-diagnostics",
					 "-fno-color-diagnostics",
					 "-ferror-limit=3",
					 own,
					 include,
					 "-c",
					 source,
					 "-o",
					 object,
					 NULL};
	if (spawn_run(&run, err) < 0) {
		err_wrap(err, "compile scheduler '%.120s'", source);
		return NULL;
	}
	return STEAL(object);
}

static int take(struct list *l, const char *path, struct err *err)
{
	cleanup_free char *object = NULL;

	if (access(path, R_OK) < 0)
		return 0;
	if (!ends_with(path, ".bpf.c")) {
		add(l, path);
		return 0;
	}
	object = compile(path, err);
	if (!object)
		return -err->code;
	add(l, object);
	return 0;
}

char **sched_files_collect(const struct scenario *s, const char *const *include, struct err *err)
{
	struct list l = {.v = xcalloc(1, sizeof(*l.v))};
	const struct op *op;
	size_t i;

	for (i = 0; include && include[i]; i++)
		add(&l, include[i]);
	for (i = 0; (op = scenario_at(s, i)); i++) {
		const struct op_val *what = op_arg(op, WARG_SCHED), *work = op_arg(op, WARG_WORK);
		struct custom_work custom;

		/* a function of a program: the program goes along */
		if (work && custom_is(work->str) && !custom_parse(work->str, false, &custom, NULL) &&
		    access(custom.program, R_OK) == 0)
			add(&l, custom.program);
		/* a name without a '/' or an ending is a built-in one */
		if (!what || (!strchr(what->str, '/') && !ends_with(what->str, ".bpf.o") &&
			      !ends_with(what->str, ".bpf.c")))
			continue;
		if (take(&l, what->str, err) < 0) {
			sched_files_free(l.v);
			return NULL;
		}
	}
	return l.v;
}

void sched_files_free(char **files)
{
	size_t i;

	for (i = 0; files && files[i]; i++)
		free(files[i]);
	free(files);
}
