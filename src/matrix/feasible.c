/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feasible - see feasible.h. Invariant: what is skipped says why and what would change it.
 */
#include "matrix/feasible.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/cell.h"
#include "matrix/host.h"
#include "ops/schedulers.h"
#include "vmm/accel.h"
#include "vmm/kernel.h"

#include <errno.h>
#include <string.h>

/* Guest CPUs for each of the host's: a boot takes 10 s at 8 under TCG, 90 s at 32 */
#define PER_CPU_TCG 8
#define PER_CPU_KVM 16

struct kernel_word { /* what a word of --kernel leads to */
	char *why;   /* it cannot be booted; NULL = it can */
	char *release;
	bool sched_ext_absent;
};

void mx_limits_of_host(struct mx_limits *l, enum accel asked)
{
	enum accel accel;
	char reason[300];

	l->kvm = accel_choose(asked, &accel, reason, sizeof(reason), NULL) == 0 &&
		 accel == ACCEL_KVM;
	l->host_cpus = mx_host_cpus();
	l->host_memory_mib = mx_host_memory_mib();
}

static void look_at_kernel(const char *word, struct kernel_word *out)
{
	struct kernel kernel;
	struct kernel_facts facts = {.sched_ext = FEATURE_UNKNOWN};
	struct err err = ERR_INIT;
	int r = kernel_resolve(word, &kernel, &err);

	if (r == 0) {
		out->release = xstrdup(kernel.release);
		r = kernel_check(kernel.image, &facts, &err);
	}
	if (r < 0)
		out->why = xasprintf("kernel '%s': %s", word, err.msg);
	out->sched_ext_absent = facts.sched_ext == FEATURE_ABSENT;
	kernel_finish(&kernel);
}

/* A scheduler that is missing: a path is skipped, a name that leads nowhere is an error. */
static int look_at_sched(const char *word, char **why, struct err *err)
{
	cleanup_free char *name = xstrndup(word, strcspn(word, " \t"));
	struct err op_err = ERR_INIT;
	struct op *op;

	if (!strcmp(word, MX_OWN) || mx_sched_is_none(word))
		return 0;
	if (mx_sched_op(word, &op, &op_err) == 0) {
		op_destroy(op);
		return 0;
	}
	if (!scheduler_is_path(name) || (op_err.code != ENOENT && op_err.code != EACCES))
		return err_set(err, op_err.code, "--sched: %s", op_err.msg);
	*why = xstrdup(op_err.msg);
	return 0;
}

static unsigned memory_of(const struct mx_limits *l, unsigned cpus)
{
	unsigned least = cpus * GUEST_MEMORY_MIN_MIB_PER_CPU;

	if (l->memory_asked_mib)
		return l->memory_asked_mib;
	return least > GUEST_MEMORY_DEFAULT_MIB ? least : GUEST_MEMORY_DEFAULT_MIB;
}

static char *too_large(const struct mx_limits *l, unsigned cpus)
{
	unsigned per_cpu = l->kvm ? PER_CPU_KVM : PER_CPU_TCG, memory = memory_of(l, cpus);
	unsigned max = l->cpus_max ? l->cpus_max : l->host_cpus * per_cpu;

	if (cpus > max)
		return xasprintf("%u CPUs are more than this host's %u sensibly run under %s (%u); "
				 "--max-cpus %u tries it",
				 cpus, l->host_cpus, l->kvm ? "KVM" : "TCG", max, cpus);
	if (memory < cpus * GUEST_MEMORY_MIN_MIB_PER_CPU)
		return xasprintf("--memory %u is too little for %u CPUs, which need %u", memory,
				 cpus, cpus * GUEST_MEMORY_MIN_MIB_PER_CPU);
	if (l->host_memory_mib && (uint64_t)memory * l->jobs > l->host_memory_mib)
		return xasprintf(
			"%u MiB for each of %u guests at a time are more than the %llu MiB "
			"this host has available; fewer --jobs or less --memory need less",
			memory, l->jobs, (unsigned long long)l->host_memory_mib);
	return NULL;
}

static bool loads_one(const struct scenario *base, const char *sched)
{
	const struct op *op;
	size_t i;

	if (strcmp(sched, MX_OWN))
		return !mx_sched_is_none(sched);
	for (i = 0; (op = scenario_at(base, i)); i++)
		if ((op->def->flags & OPF_TAKES) && op_arg(op, WARG_SCHED))
			return true;
	return false;
}

static int judge(struct mx_plan_cell *c, const struct scenario *base,
		 const struct mx_limits *limits, const struct kernel_word *kernel,
		 const char *sched_why, struct err *err)
{
	struct err cell_err = ERR_INIT;
	struct scenario *s;
	int r;

	c->skip = sched_why ? xstrdup(sched_why) : too_large(limits, topology_cpus(&c->topology));
	if (!c->skip && kernel->why)
		c->skip = xstrdup(kernel->why);
	if (!c->skip && kernel->sched_ext_absent && loads_one(base, c->words.sched))
		c->skip = xasprintf("kernel %s has no sched_ext", kernel->release);
	if (c->skip)
		return 0;
	r = mx_cell_scenario(base, &c->topology, c->words.sched, &s, &cell_err);
	scenario_destroy(s);
	if (r == 0)
		return 0;
	if (cell_err.code != ERANGE)
		return err_set(err, cell_err.code, "--sched '%.100s': %s", c->words.sched,
			       cell_err.msg);
	c->skip = xasprintf("topology %s: %s", c->words.topology, cell_err.msg);
	return 0;
}

int mx_plan_judge(struct mx_plan *p, const struct scenario *base, const struct mx_limits *limits,
		  struct err *err)
{
	const struct mx_words *scheds = &p->head->axis[MX_SCHED],
			      *kernels = &p->head->axis[MX_KERNEL];
	cleanup_free char **sched_why = xcalloc(scheds->n, sizeof(*sched_why));
	cleanup_free struct kernel_word *kernel = xcalloc(kernels->n, sizeof(*kernel));
	size_t i;
	int r = 0;

	for (i = 0; i < scheds->n && r == 0; i++) {
		if (strcmp(scheds->word[i], MX_OWN))
			r = mx_scenario_takes(base, err);
		if (r == 0)
			r = look_at_sched(scheds->word[i], &sched_why[i], err);
	}
	for (i = 0; i < kernels->n && r == 0; i++)
		look_at_kernel(kernels->word[i], &kernel[i]);
	for (i = 0; i < p->ncells && r == 0; i++)
		r = judge(&p->cell[i], base, limits, &kernel[p->cell[i].at[MX_KERNEL]],
			  sched_why[p->cell[i].at[MX_SCHED]], err);
	for (i = 0; i < scheds->n; i++)
		free(sched_why[i]);
	for (i = 0; i < kernels->n; i++) {
		free(kernel[i].why);
		free(kernel[i].release);
	}
	return r;
}
