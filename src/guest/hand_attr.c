/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_attr - see hand_attr.h.
 * Source of struct sched_attr: include/uapi/linux/sched/types.h, named apart because glibc may
 * bring its own.
 */
#include "guest/hand_attr.h"

#include "guest/fault_switch.h"
#include "guest/hand_cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct kernel_sched_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/* Nodes of a memory policy have to lie inside those the cgroup may use. */
static int check_nodes(struct hand *h, const struct attr *a, const char *cgroup)
{
	struct cpu_mask allowed;
	char file[512], text[512];
	ssize_t n;

	if (!a->mem.nodes)
		return 0;
	snprintf(file, sizeof(file), "%s%scpuset.mems.effective", cgroup + 1, cgroup[1] ? "/" : "");
	n = hand_read_at(shared_cgroup_fd, file, text, sizeof(text));
	if (n <= 0)
		n = hand_read_at(AT_FDCWD, "/sys/devices/system/node/online", text, sizeof(text));
	if (n <= 0 || cpu_mask_parse(text, &allowed, NULL))
		return hand_fail(h, ENOTSUP, "this guest does not tell its NUMA nodes");
	if (a->mem.nodes & ~allowed.bits[0])
		return hand_fail(h, EINVAL,
				 "mem= names a NUMA node that cgroup '%s' may not use: it has %s",
				 cgroup, text);
	return 0;
}

int hand_attr_read(struct hand *h, struct attr *a, const char *cgroup)
{
	const char *cpus = wire_get_str(&h->in), *policy, *mem;
	uint64_t seed = wire_get_u64(&h->in);
	struct err err = ERR_INIT;
	int code = 0;

	memset(a, 0, sizeof(*a));
	policy = wire_get_str(&h->in);
	a->has_nice = wire_get_u8(&h->in);
	a->nice = (int)(int64_t)wire_get_u64(&h->in);
	mem = wire_get_str(&h->in);
	a->has_uid = wire_get_u8(&h->in);
	a->uid = (uint32_t)wire_get_u64(&h->in);
	a->has_gid = wire_get_u8(&h->in);
	a->gid = (uint32_t)wire_get_u64(&h->in);
	a->comm = wire_get_str(&h->in);
	if (h->in.bad)
		return hand_fail(h, EINVAL, "the order to create tasks makes no sense");
	a->has_cpus = *cpus != '\0';
	a->has_policy = *policy != '\0';
	a->has_mem = *mem != '\0';
	if (a->has_cpus)
		code = hand_cpus_resolve(h, cpus, seed, &a->cpus);
	if (!code && a->has_policy && policy_parse(policy, &a->policy, &err))
		code = hand_fail(h, EINVAL, "%s", err.msg);
	if (!code && a->has_mem && mempolicy_parse(mem, &a->mem, &err))
		code = hand_fail(h, EINVAL, "%s", err.msg);
	return code ? code : check_nodes(h, a, cgroup);
}

static int explain_policy(struct hand *h, const struct attr *a, int code)
{
	if (code == EBUSY && a->policy.number == 6)
		return hand_fail(h, code,
				 "cannot give it the deadline policy: the CPUs have no run time left "
				 "for it (RUNTIME / PERIOD of all such tasks is limited)");
	if (code == EPERM && a->policy.number == 6)
		return hand_fail(h, code,
				 "cannot give it the deadline policy: its CPUs must be all those of "
				 "its scheduling domain (no cpus=, no cpuset that is no partition)");
	if (code == EINVAL && a->policy.number == 7)
		return hand_fail(h, code, "cannot give it the ext policy: this kernel has no sched_ext");
	return hand_fail_sys(h, code, "cannot set its scheduling policy");
}

static int set_policy(struct hand *h, const struct attr *a, int pid)
{
	struct kernel_sched_attr s = {.size = sizeof(s),
				      .policy = a->policy.number,
				      .nice = a->has_nice ? a->nice : 0,
				      .priority = a->policy.priority,
				      .runtime = a->policy.runtime,
				      .deadline = a->policy.deadline,
				      .period = a->policy.period};
	struct kernel_sched_attr got = {.size = sizeof(got)};

	if (!fault_is(FAULT_POLICY_NOT_SET) && syscall(SYS_sched_setattr, pid, &s, 0) < 0)
		return explain_policy(h, a, errno);
	if (syscall(SYS_sched_getattr, pid, &got, sizeof(got), 0) < 0 || got.policy != s.policy ||
	    got.priority != s.priority)
		return hand_fail(h, EIO, "its policy was set to %u, but reads %u", s.policy,
				 got.policy);
	return 0;
}

static int set_cpus(struct hand *h, const struct attr *a, int pid)
{
	struct cpu_mask got = {.bits = {0}};
	char wanted[256], seen[256];
	unsigned i;

	cpu_mask_format(&a->cpus, wanted, sizeof(wanted));
	if (!fault_is(FAULT_AFFINITY_NOT_SET) &&
	    sched_setaffinity(pid, sizeof(a->cpus), (const cpu_set_t *)&a->cpus) < 0)
		return hand_fail_sys(h, errno,
				     "cannot bind it to CPUs %s (its cpuset must have one of them)",
				     wanted);
	if (syscall(SYS_sched_getaffinity, pid, sizeof(got), &got) < 0)
		return hand_fail_sys(h, errno, "cannot read its CPUs back");
	for (i = 0; i < CPU_MASK_WORDS; i++)
		if (got.bits[i] & ~a->cpus.bits[i]) {
			cpu_mask_format(&got, seen, sizeof(seen));
			return hand_fail(h, EIO, "it was bound to CPUs %s, but reads %s", wanted,
					 seen);
		}
	return 0;
}

static int set_nice(struct hand *h, const struct attr *a, int pid)
{
	int got;

	if (!fault_is(FAULT_NICE_NOT_SET) && setpriority(PRIO_PROCESS, (id_t)pid, a->nice) < 0)
		return hand_fail_sys(h, errno, "cannot set its nice value");
	errno = 0;
	got = getpriority(PRIO_PROCESS, (id_t)pid);
	if (errno || got != a->nice)
		return hand_fail(h, EIO, "its nice value was set to %d, but reads %d", a->nice,
				 got);
	return 0;
}

int hand_attr_set(struct hand *h, const struct attr *a, int pid)
{
	int code = 0;

	if (a->has_cpus)
		code = set_cpus(h, a, pid);
	if (!code && a->has_nice)
		code = set_nice(h, a, pid);
	if (!code && a->has_policy)
		code = set_policy(h, a, pid);
	return code;
}

int hand_attr_become(const struct attr *a, const char **about)
{
	unsigned long nodes = (unsigned long)a->mem.nodes;
	int mode = -1;

	*about = "its memory policy";
	if (a->has_mem && !fault_is(FAULT_MEMPOLICY_NOT_SET) &&
	    syscall(SYS_set_mempolicy, a->mem.mode, nodes ? &nodes : NULL,
		    nodes ? sizeof(nodes) * 8 + 1 : 0) < 0)
		return errno;
	/* modes read back as they were set; what else the kernel keeps is its own affair */
	if (a->has_mem &&
	    (syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) < 0 || mode != a->mem.mode))
		return EIO;
	*about = "its group";
	if (!fault_is(FAULT_USER_NOT_SET) && (a->has_uid || a->has_gid) && setgroups(0, NULL) < 0)
		return errno;
	if (a->has_gid && !fault_is(FAULT_USER_NOT_SET) && setresgid(a->gid, a->gid, a->gid) < 0)
		return errno;
	if (a->has_gid && getegid() != a->gid)
		return EIO;
	*about = "its user";
	if (a->has_uid && !fault_is(FAULT_USER_NOT_SET) && setresuid(a->uid, a->uid, a->uid) < 0)
		return errno;
	if (a->has_uid && geteuid() != a->uid)
		return EIO;
	return 0;
}
