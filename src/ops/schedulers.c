/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedulers - the table, and what is asked of it. Invariant: every name is a file in bpf/sched/.
 */
#include "ops/schedulers.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_sched.h"

#include <errno.h>
#include <string.h>

#define SLICE                                                                                      \
	{                                                                                          \
		"slice_us", "how long a task runs before others have their turn (20000)"           \
	}

static const struct scheduler table[] = {
	{
		.name = "fifo",
		.summary = "one queue for the whole machine, first come, first served",
		.constants = {SLICE},
	},
	{
		.name = "vtime",
		.summary = "one queue ordered by weighted virtual time",
		.constants = {SLICE},
	},
	{
		.name = "llc",
		.summary = "one queue for each last-level cache, with stealing",
		.constants = {SLICE, {"steal", "0: never from another cache (1)"}},
	},
	{
		.name = "cgweight",
		.summary = "CPU time shared between cgroups by cpu.weight",
		.constants = {SLICE},
	},
	{
		.name = "central",
		.summary = "one CPU decides for all others",
		.constants = {SLICE, {"central_cpu", "which one (0)"}},
	},
	{
		.name = "stall",
		.summary = "forgets tasks whose name begins with \"lost\"",
		.broken = true,
		.constants = {SLICE},
	},
	{
		.name = "error",
		.summary = "gives up with an error after a number of enqueues",
		.broken = true,
		.constants = {SLICE, {"after", "enqueues (1000)"}},
	},
	{
		.name = "badcpu",
		.summary = "sends a task that is bound to some CPUs to another one",
		.broken = true,
		.constants = {SLICE},
	},
	{
		.name = "starve",
		.summary = "lets one cgroup wait, for ever or nearly so",
		.broken = true,
		.constants = {SLICE,
			      {"cgroup_id", "the cgroup, as @NAME"},
			      {"period", "it is served in every n-th dispatch; 0 is never (0)"}},
	},
	{
		.name = "leakdsq",
		.summary = "makes a queue for every task, drains none; tasks named \"leak...\" "
			   "stay in theirs",
		.broken = true,
		.constants = {SLICE},
	},
	{
		.name = "quit",
		.summary = "takes itself back after a number of enqueues",
		.broken = true,
		.constants = {SLICE, {"after", "enqueues (1000)"}},
	},
	{
		.name = "handoff",
		.summary = "hands a CPU from waker to woken; loses who is woken by a task named "
			   "\"hand...\" that is preempted before it sleeps",
		.broken = true,
		.constants = {SLICE},
	},
};

const struct scheduler *scheduler_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct scheduler *scheduler_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

bool scheduler_is_path(const char *word)
{
	return strchr(word, '/') || ends_with(word, ".bpf.o") || ends_with(word, ".bpf.c");
}

const char *scheduler_near(const char *word)
{
	const char *names[ARRAY_SIZE(table)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		names[i] = table[i].name;
	return text_nearest(word, names, ARRAY_SIZE(names));
}

int scheduler_check(const char *word, struct err *err)
{
	if (scheduler_is_path(word))
		return strlen(word) < 4096 ? 0 : err_set(err, E2BIG, "the path is too long");
	if (*word && strlen(word) <= SCHEDULER_NAME_MAX && *word != '-' &&
	    strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-") ==
		    strlen(word))
		return 0;
	return err_set(err, EINVAL,
		       "'%.60s' is neither a scheduler's name nor a path (./%.60s)", word, word);
}

int scheduler_check_kind(const char *word, struct err *err)
{
	const struct sched_exit_kind *k;
	const char *names[32], *near;
	size_t i;

	for (i = 0; (k = sched_exit_kind_at(i)) && i < ARRAY_SIZE(names); i++) {
		if (!strcmp(k->name, word))
			return 0;
		names[i] = k->name;
	}
	near = text_nearest(word, names, i);
	return err_set(err, EINVAL, "'%.60s' is no way a scheduler ends; %s'%s'", word,
		       near ? "did you mean " : "for example ", near ? near : "stall");
}

int scheduler_check_constant(const char *scheduler, const char *name, struct err *err)
{
	const struct scheduler *s = scheduler_is_path(scheduler) ? NULL : scheduler_find(scheduler);
	const char *names[SCHEDULER_CONSTANTS_MAX], *near;
	size_t i;

	if (!s)
		return 0;
	for (i = 0; i < SCHEDULER_CONSTANTS_MAX && s->constants[i].name; i++) {
		if (!strcmp(s->constants[i].name, name))
			return 0;
		names[i] = s->constants[i].name;
	}
	near = text_nearest(name, names, i);
	return err_set(err, EINVAL, "scheduler '%s' has no constant '%.60s'; %s'%s'", scheduler,
		       name, near ? "did you mean " : "there is ", near ? near : names[0]);
}

bool scheduler_same_name(const char *reported, const char *asked)
{
	size_t n = strlen(asked);

	return !strncmp(reported, asked, n) && (!reported[n] || reported[n] == '_');
}
