/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_settings - values are checked here as far as the host can know; the kernel has the last
 * word. Source of formats and ranges: Linux Documentation/admin-guide/cgroup-v2.rst.
 */
#include "ops/cgroup_settings.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define CPU_LIST_MAX 4096

static int check_cpus(const char *value, unsigned cpus, struct err *err)
{
	unsigned limit = cpus ? cpus : CPU_LIST_MAX;
	const char *p = value;

	if (!*p)
		return err_set(err, EINVAL, "no CPU is named; write a list like 0-3,6");
	while (*p) {
		unsigned long first, last;
		char *end;

		if (*p < '0' || *p > '9')
			return err_set(err, EINVAL, "'%s' is not a CPU list like 0-3,6", value);
		first = last = strtoul(p, &end, 10);
		if (*end == '-' && end[1] >= '0' && end[1] <= '9')
			last = strtoul(end + 1, &end, 10);
		if (last < first)
			return err_set(err, EINVAL, "'%s': %lu-%lu runs backwards", value, first,
				       last);
		if (last >= limit)
			return err_set(err, EINVAL,
				       "'%s': CPU %lu is outside the guest's topology (0-%u)",
				       value, last, limit - 1);
		if (*end == ',' && end[1])
			end++;
		else if (*end)
			return err_set(err, EINVAL, "'%s' is not a CPU list like 0-3,6", value);
		p = end;
	}
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

static const struct cgroup_setting settings[] = {
	{"cpuset.cpus", "cpuset", "LIST", "CPUs its tasks may use, 0-3,6", check_cpus},
	{"cpu.weight", "weight", "1..10000", "share against its siblings, 100 by default",
	 check_weight},
	{"cpu.max", "max", "max|QUOTA[/PERIOD]", "bandwidth limit in microseconds per period",
	 check_max},
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
	near = text_nearest(key, words, ARRAY_SIZE(words));
	err_set(err, EINVAL, "KEY '%.60s' is not a cgroup setting%s%s%s", key,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : " known here");
	return NULL;
}
