/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_settings - values are checked here as far as the host can know; the kernel has the last
 * word. Source of formats and ranges: Linux Documentation/admin-guide/cgroup-v2.rst.
 */
#include "ops/cgroup_settings.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_cpus.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static int check_cpus(const char *value, unsigned cpus, struct err *err)
{
	int highest;

	if (cpu_words_check(value, err) < 0)
		return -EINVAL;
	highest = cpu_words_highest(value);
	if (highest >= (int)(cpus ? cpus : CPU_MASK_BITS))
		return err_set(err, EINVAL, "'%s': CPU %d is outside the guest's topology (0-%u)",
			       value, highest, cpus - 1);
	return 0;
}

static int check_weight(const char *value, unsigned cpus, struct err *err)
{
	uint64_t v;

	if (!text_u64(value, 1, 10000, &v))
		return err_set(err, EINVAL, "'%s' is not a number from 1 to 10000", value);
	return 0;
}

/* "max", "QUOTA", "QUOTA PERIOD" in microseconds; the period is 1 ms to 1 s */
static int check_max(const char *value, unsigned cpus, struct err *err)
{
	char quota[32], period[32];
	size_t n = strcspn(value, " ");
	uint64_t v;

	if (n >= sizeof(quota) || strlen(value) >= n + sizeof(period))
		return err_set(err, EINVAL, "'%.40s' is too long", value);
	memcpy(quota, value, n);
	quota[n] = '\0';
	text_copy(period, sizeof(period), value[n] ? value + n + 1 : "100000");
	if (strcmp(quota, "max") && !text_u64(quota, 1000, UINT64_C(1000000000000), &v))
		return err_set(err, EINVAL,
			       "'%s': the quota is 'max' or at least 1000 (microseconds)", value);
	if (!text_u64(period, 1000, 1000000, &v))
		return err_set(err, EINVAL, "'%s': the period is 1000 to 1000000 (microseconds)",
			       value);
	return 0;
}

/* "max", or bytes with K, M, G */
static int check_bytes(const char *value, unsigned cpus, struct err *err)
{
	size_t n = strlen(value);
	char number[32];
	uint64_t v;

	if (!strcmp(value, "max"))
		return 0;
	if (n && n < sizeof(number)) {
		memcpy(number, value, n + 1);
		if (strchr("KMGkmg", number[n - 1]))
			number[n - 1] = '\0';
		if (text_u64(number, 0, INT64_MAX, &v))
			return 0;
	}
	return err_set(err, EINVAL, "'%.40s' is not 'max' or bytes like 64M", value);
}

static int check_pids(const char *value, unsigned cpus, struct err *err)
{
	uint64_t v;

	if (strcmp(value, "max") && !text_u64(value, 0, 4194304, &v))
		return err_set(err, EINVAL, "'%.40s' is not 'max' or a number up to 4194304", value);
	return 0;
}

static int check_nice(const char *value, unsigned cpus, struct err *err)
{
	const char *digits = *value == '-' ? value + 1 : value;
	uint64_t v;

	if (!text_u64(digits, 0, *value == '-' ? 20 : 19, &v))
		return err_set(err, EINVAL, "'%.40s' is not a number from -20 to 19", value);
	return 0;
}

static int check_burst(const char *value, unsigned cpus, struct err *err)
{
	uint64_t v;

	if (!text_u64(value, 0, UINT64_C(1000000000000), &v))
		return err_set(err, EINVAL, "'%.40s' is not a number of microseconds", value);
	return 0;
}

/* "max", or percent with at most two decimals: that much the kernel takes */
static int check_clamp(const char *value, unsigned cpus, struct err *err)
{
	char whole[32];
	size_t n = strcspn(value, ".");
	uint64_t v, part = 0;

	if (!strcmp(value, "max"))
		return 0;
	if (n < sizeof(whole)) {
		memcpy(whole, value, n);
		whole[n] = '\0';
		if (text_u64(whole, 0, 100, &v) &&
		    (!value[n] || (strlen(value + n + 1) <= 2 && text_u64(value + n + 1, 0, 99, &part))) &&
		    (v < 100 || !part))
			return 0;
	}
	return err_set(err, EINVAL, "'%.40s' is not 'max' or percent from 0 to 100", value);
}

static int check_count(const char *value, unsigned cpus, struct err *err)
{
	uint64_t v;

	if (strcmp(value, "max") && !text_u64(value, 0, INT32_MAX, &v))
		return err_set(err, EINVAL, "'%.40s' is not 'max' or a number", value);
	return 0;
}

static int check_list(const char *value, unsigned cpus, struct err *err)
{
	struct cpu_mask mask;

	return cpu_mask_parse(value, &mask, NULL) < 0
		       ? err_set(err, EINVAL, "'%.40s' is not a list of CPUs like 0-3,6", value)
		       : 0;
}

static int check_idle(const char *value, unsigned cpus, struct err *err)
{
	if (strcmp(value, "0") && strcmp(value, "1"))
		return err_set(err, EINVAL, "'%.40s' is not 0 or 1", value);
	return 0;
}

static int check_mems(const char *value, unsigned cpus, struct err *err)
{
	struct cpu_mask nodes;

	return cpu_mask_parse(value, &nodes, NULL) < 0
		       ? err_set(err, EINVAL, "'%.40s' is not a list of NUMA nodes like 0-1", value)
		       : 0;
}

static int check_partition(const char *value, unsigned cpus, struct err *err)
{
	if (strcmp(value, "member") && strcmp(value, "root") && strcmp(value, "isolated"))
		return err_set(err, EINVAL, "'%.40s' is not member, root or isolated", value);
	return 0;
}

static int check_reclaim(const char *value, unsigned cpus, struct err *err)
{
	return strcmp(value, "max") ? check_bytes(value, cpus, err)
				    : err_set(err, EINVAL, "'max' is no number of bytes to reclaim");
}

/* the kernel knows no way back */
static int check_type(const char *value, unsigned cpus, struct err *err)
{
	return strcmp(value, "threaded")
		       ? err_set(err, EINVAL, "'%.40s' is not threaded, all that can be asked for", value)
		       : 0;
}

static const struct cgroup_setting settings[] = {
	{"cpuset.cpus", "cpuset", "LIST|WORD", "CPUs its tasks may use: 0-3,6, or as for 'cpuset set'",
	 check_cpus},
	{"cpuset.mems", "mems", "NODES", "NUMA nodes its tasks may use, 0-1", check_mems},
	{"cpuset.cpus.partition", "partition", "member|root|isolated",
	 "scheduling domain of its own", check_partition},
	{"cpuset.cpus.exclusive", "cpuset.cpus.exclusive", "LIST",
	 "CPUs for partitions below, which its siblings may not have", check_list},
	{"cpu.weight", "weight", "1..10000", "share against its siblings, 100 by default",
	 check_weight},
	{"cpu.max", "max", "max|QUOTA[/PERIOD]", "bandwidth limit in microseconds per period",
	 check_max},
	{"cpu.idle", "idle", "0|1", "1 = runs only when nothing else wants the CPU", check_idle},
	{"cpu.weight.nice", "cpu.weight.nice", "-20..19", "cpu.weight as a nice value", check_nice},
	{"cpu.max.burst", "cpu.max.burst", "US", "what may be saved up of cpu.max, in microseconds",
	 check_burst},
	{"cpu.uclamp.min", "cpu.uclamp.min", "max|PERCENT", "its tasks seem to need at least this much",
	 check_clamp},
	{"cpu.uclamp.max", "cpu.uclamp.max", "max|PERCENT", "its tasks seem to need at most this much",
	 check_clamp},
	{"memory.max", "memory", "max|BYTES", "more is met with the OOM killer", check_bytes},
	{"memory.high", "memory.high", "max|BYTES", "more is throttled", check_bytes},
	{"memory.low", "memory.low", "max|BYTES", "protected from reclaim", check_bytes},
	{"memory.min", "memory.min", "max|BYTES", "never reclaimed", check_bytes},
	{"memory.oom.group", "memory.oom.group", "0|1", "1 = the OOM killer takes all of it or none",
	 check_idle},
	{"memory.swap.high", "memory.swap.high", "max|BYTES", "more swap is throttled", check_bytes},
	{"memory.swap.max", "swap", "max|BYTES", "limit of swap", check_bytes},
	{"memory.zswap.max", "memory.zswap.max", "max|BYTES", "limit of compressed swap", check_bytes},
	{"memory.zswap.writeback", "memory.zswap.writeback", "0|1",
	 "0 = compressed swap is never written to a disk", check_idle},
	{"memory.reclaim", "memory.reclaim", "BYTES", "so much is reclaimed now", check_reclaim},
	{"io.weight", "io", "1..10000", "share of I/O, 100 by default", check_weight},
	{"pids.max", "pids", "max|N", "limit of tasks", check_pids},
	{"cgroup.max.depth", "cgroup.max.depth", "max|N", "levels below it", check_count},
	{"cgroup.max.descendants", "cgroup.max.descendants", "max|N", "cgroups below it", check_count},
	{"cgroup.pressure", "cgroup.pressure", "0|1", "0 = its pressure (PSI) is not measured",
	 check_idle},
	{"cgroup.type", "type", "threaded", "threads of one process may be in different cgroups of it",
	 check_type},
};

const struct cgroup_setting *cgroup_setting_at(size_t i)
{
	return i < ARRAY_SIZE(settings) ? &settings[i] : NULL;
}

const struct cgroup_setting *cgroup_setting_find(const char *key, struct err *err)
{
	const char *words[2 * ARRAY_SIZE(settings)], *near;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!strcmp(key, settings[i].file) || !strcmp(key, settings[i].alias))
			return &settings[i];
		words[2 * i] = settings[i].file;
		words[2 * i + 1] = settings[i].alias;
	}
	if (!strcmp(key, "io.max")) {
		err_set(err, ENODEV,
			"KEY 'io.max' limits a block device, and a guest has none; io.weight can be set");
		return NULL;
	}
	near = text_nearest(key, words, ARRAY_SIZE(words));
	err_set(err, EINVAL, "KEY '%.60s' is not a cgroup setting%s%s%s", key,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : " known here");
	return NULL;
}
