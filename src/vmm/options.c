/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options - the table of guest options and the one loop that reads it.
 * Invariant: an option that is not in the table is left alone for the command to judge.
 */
#include "vmm/options.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_fault.h"
#include "vmm/topologies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TOPOLOGY "1n1l2c1t"
#define MEMORY_MAX_MIB   (1u << 20)

int observe_parse(const char *text, enum observe_from *out, struct err *err)
{
	static const char *const words[] = {
		[OBSERVE_HOST] = "host", [OBSERVE_GUEST] = "guest", [OBSERVE_BOTH] = "both"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(text, words[i])) {
			*out = (enum observe_from)i;
			return 0;
		}
	}
	return err_set(err, EINVAL, "'%s' is none of host, guest and both", text);
}

static int take_topology(struct guest_options *o, const char *v, struct err *err)
{
	return topology_word(v, &o->config.topology, err);
}

static int take_memory(struct guest_options *o, const char *v, struct err *err)
{
	uint64_t mib;

	if (!text_u64(v, GUEST_MEMORY_MIN_MIB_PER_CPU, MEMORY_MAX_MIB, &mib))
		return err_set(err, EINVAL, "'%s' is not a number of MiB from %d to %u", v,
			       GUEST_MEMORY_MIN_MIB_PER_CPU, MEMORY_MAX_MIB);
	o->config.memory_mib = (unsigned)mib;
	return 0;
}

static int take_kernel(struct guest_options *o, const char *v, struct err *err)
{
	if (!*v)
		return err_set(err, EINVAL, "is empty; see 'scxplore kernel list'");
	o->config.kernel = v;
	return 0;
}

static int take_accel(struct guest_options *o, const char *v, struct err *err)
{
	return accel_parse(v, &o->config.accel, err);
}

static int take_observe(struct guest_options *o, const char *v, struct err *err)
{
	return observe_parse(v, &o->config.observe, err);
}

static int take_include(struct guest_options *o, const char *v, struct err *err)
{
	if (!*v)
		return err_set(err, EINVAL, "is empty");
	o->include = xreallocarray(o->include, o->ninclude + 2, sizeof(*o->include));
	o->include[o->ninclude++] = v;
	o->include[o->ninclude] = NULL;
	o->config.include = o->include;
	return 0;
}

static int take_root(struct guest_options *o, const char *v, struct err *err)
{
	size_t i, n = strlen(v);

	if (n < 2 || n > 64 || v[0] != '/' || v[1] == '.')
		return err_set(err, EINVAL, "'%s' is not of the form /NAME", v);
	for (i = 1; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-",
			    v[i]))
			return err_set(err, EINVAL,
				       "'%s': only letters, digits, '_', '.' and '-' "
				       "may follow the '/'",
				       v);
	o->config.workload_root = v;
	return 0;
}

static int take_duration_ns(uint64_t *ns, const char *v, struct err *err)
{
	if (!text_duration(v, ns) || !*ns)
		return err_set(err, EINVAL, "'%s' is not a time such as 500ms, 30s or 2m", v);
	return 0;
}

static int take_watchdog(struct guest_options *o, const char *v, struct err *err)
{
	int r = take_duration_ns(&o->config.watchdog_ns, v, err);

	/* SCX_WATCHDOG_MAX_TIMEOUT in kernel/sched/ext.c, 6.12 to 7.3 */
	if (r == 0 && o->config.watchdog_ns > UINT64_C(30000000000))
		return err_set(err, EINVAL, "'%s' is over the kernel's own limit of 30s", v);
	return r;
}

static int take_duration(struct guest_options *o, const char *v, struct err *err)
{
	return take_duration_ns(&o->config.duration_ns, v, err);
}

static int take_append(struct guest_options *o, const char *v, struct err *err)
{
	o->config.append = v;
	return 0;
}

static int take_exact(struct guest_options *o, const char *v, struct err *err)
{
	o->config.exact = true;
	return 0;
}

static int take_seed(struct guest_options *o, const char *v, struct err *err)
{
	if (!text_u64(v, 1, UINT64_MAX, &o->config.seed))
		return err_set(err, EINVAL, "'%s' is no number from 1 on", v);
	return 0;
}

static int take_warm(struct guest_options *o, const char *v, struct err *err)
{
	o->config.warm = true;
	o->no_warm = false;
	return 0;
}

static int take_no_warm(struct guest_options *o, const char *v, struct err *err)
{
	o->config.warm = false;
	o->no_warm = true;
	return 0;
}

static const struct guest_option table[] = {
	{"topology", "NnNlNcNt|NAME",
	 "nodes, LLCs, cores per LLC, threads a core; names: 'scxplore matrix topologies' "
	 "(1n1l2c1t)",
	 take_topology},
	{"memory", "MIB", "memory of the guest (512, at least 64 per CPU)", take_memory},
	{"kernel", "VERSION|PATH", "kernel version, image or build tree (newest usable)",
	 take_kernel},
	{"accel", "auto|kvm|tcg", "accelerator (auto)", take_accel},
	{"observe", "host|guest|both",
	 "state comes from the guest's memory, from its agent, or both are compared (host)", take_observe},
	{"include", "FILE", "pack a host file, program or folder into the guest; repeatable",
	 take_include},
	{"workload-root", "/NAME", "parent of every cgroup (/scxplore)", take_root},
	{"watchdog", "DUR", "sched_ext watchdog time-out, at most 30s (the kernel's own)",
	 take_watchdog},
	{"duration", "DUR", "guest time a scenario may take (no limit)", take_duration},
	{"append", "\"ARGS\"", "more kernel arguments", take_append},
	{"exact", "",
	 "a virtual clock: the scenario runs by itself, the same to the nanosecond each time; "
	 "under TCG",
	 take_exact},
	{"seed", "N",
	 "with --exact: the scenario is disturbed by this seed, so that things come in another order; "
	 "the same each time",
	 take_seed},
	{"warm", "",
	 "begin from a copy of such a guest that stood ready, or leave one in the cache for the next "
	 "start (the screen does)",
	 take_warm},
	{"no-warm", "", "always boot, and leave nothing in the cache (all but the screen)", take_no_warm},
};

const struct guest_option *guest_option_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

static const struct guest_option *find(const char *arg, const char **value)
{
	size_t i;

	*value = NULL;
	if (strncmp(arg, "--", 2))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		size_t n = strlen(table[i].name);

		if (strncmp(arg + 2, table[i].name, n))
			continue;
		if (arg[2 + n] == '=')
			*value = arg + 2 + n + 1;
		if (arg[2 + n] == '\0' || arg[2 + n] == '=')
			return &table[i];
	}
	return NULL;
}

static int unknown_fault(const char *fault, struct err *err)
{
	const char *names[FAULTS], *near;
	size_t i;

	for (i = FAULT_NONE + 1; i < FAULTS; i++)
		names[i - 1] = fault_name_of((enum fault)i);
	near = text_nearest(fault, names, FAULTS - 1);
	return err_set(err, EINVAL, "SCXPLORE_FAULT: '%.40s' is no fault; %s '%s', or unset it",
		       fault, near ? "did you mean" : "the first is", near ? near : names[0]);
}

static int take_environment(struct guest_options *o, struct err *err)
{
	static const struct {
		const char *variable, *option;
	} rows[] = {{"SXP_KERNEL", "--kernel"},
		    {"SXP_TOPOLOGY", "--topology"},
		    {"SXP_ACCEL", "--accel"}};
	const char *fault = getenv("SCXPLORE_FAULT"), *unused;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *v = getenv(rows[i].variable);

		if (v && *v && find(rows[i].option, &unused)->take(o, v, err) < 0)
			return err_wrap(err, "%s", rows[i].variable);
	}
	if (fault && *fault && !fault_find(fault))
		return unknown_fault(fault, err);
	o->config.fault = fault && *fault ? fault : NULL;
	return 0;
}

int guest_options_take(struct guest_options *o, int *argc, char **argv, struct err *err)
{
	int in, out = 1, r;

	*o = (struct guest_options){0};
	r = take_environment(o, err);
	for (in = 1; in < *argc && r == 0; in++) {
		const char *value;
		const struct guest_option *option = find(argv[in], &value);

		if (!strcmp(argv[in], "--"))
			break;
		if (!option) {
			argv[out++] = argv[in];
			continue;
		}
		if (value && !*option->value)
			return err_set(err, EINVAL, "--%s takes no value", option->name);
		if (!value && *option->value && in + 1 >= *argc)
			return err_set(err, EINVAL, "--%s needs a value: %s", option->name,
				       option->value);
		if (!value && *option->value)
			value = argv[++in];
		r = option->take(o, value, err);
		if (r < 0)
			r = err_wrap(err, "--%s", option->name);
	}
	for (; in < *argc; in++)
		argv[out++] = argv[in];
	*argc = out;
	argv[out] = NULL;
	return r;
}

int guest_options_default(struct guest_options *o, struct err *err)
{
	if (!o->config.topology.nodes)
		return topology_parse(DEFAULT_TOPOLOGY, &o->config.topology, err);
	return 0;
}

void guest_options_finish(struct guest_options *o)
{
	free(o->include);
	*o = (struct guest_options){0};
}

void guest_options_help(struct buf *out)
{
	char head[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(head, sizeof(head), "--%s %s", table[i].name, table[i].value);
		buf_addf(out, "  %-26s %s\n", head, table[i].summary);
	}
}
