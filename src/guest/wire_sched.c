/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sched - the table of exit kinds, 6.12 to 7.3. Invariant: numbers and names are unique.
 */
#include "guest/wire_sched.h"

#include <string.h>

static const struct sched_exit_kind kinds[] = {
	{.number = 1, .name = "done"},
	{.number = 64, .name = "unreg", .reason = "unregistered from user space"},
	{.number = 65, .name = "unreg-bpf", .reason = "unregistered from BPF"},
	{.number = 66, .name = "unreg-kernel", .reason = "unregistered from the main kernel"},
	{.number = 67, .name = "sysrq", .reason = "disabled by sysrq-S"},
	{.number = 68, .name = "parent", .reason = "parent exiting"},
	{.number = 69, .name = "parent-kill", .reason = "killed by parent scheduler"},
	{.number = 1024, .name = "error", .reason = "runtime error"},
	{.number = 1025, .name = "error-bpf", .reason = "scx_bpf_error"},
	{.number = 1026, .name = "stall", .reason = "runnable task stall"},
	{.number = 1027, .name = "error-reenq", .reason = "reenqueue limit"},
	{.number = 1028, .name = "error-rescue", .reason = "rescue bandwidth overload"},
};

const struct sched_exit_kind *sched_exit_kind_at(size_t i)
{
	return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

const struct sched_exit_kind *sched_exit_kind_by_name(const char *name)
{
	const struct sched_exit_kind *k;
	size_t i;

	for (i = 0; (k = sched_exit_kind_at(i)); i++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

const struct sched_exit_kind *sched_exit_kind_by_reason(const char *reason)
{
	const struct sched_exit_kind *k;
	size_t i;

	for (i = 0; (k = sched_exit_kind_at(i)); i++)
		if (k->reason && !strcmp(k->reason, reason))
			return k;
	return NULL;
}

const char *sched_exit_kind_name(int64_t number)
{
	const struct sched_exit_kind *k;
	size_t i;

	for (i = 0; (k = sched_exit_kind_at(i)); i++)
		if (k->number == number)
			return k->name;
	return "unknown";
}
