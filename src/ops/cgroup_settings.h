/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_settings - the cgroup files that `cgroup add` and `cgroup set` may write, as one table.
 */
#ifndef OPS_CGROUP_SETTINGS_H
#define OPS_CGROUP_SETTINGS_H

#include "base/err.h"

#include <stddef.h>

struct cgroup_setting {
	const char *file;  /* as the kernel names it: "cpu.weight" */
	const char *alias; /* short form: "weight" */
	const char *value; /* "1..10000" for help */
	const char *summary;
	/* cpus = CPUs of the guest, 0 = not known. Errors do not repeat the key. */
	int (*check)(const char *value, unsigned cpus, struct err *err);
};

const struct cgroup_setting *cgroup_setting_at(size_t i); /* NULL past the end */
/* By file name or alias; NULL with an error that names the nearest. */
const struct cgroup_setting *cgroup_setting_find(const char *key, struct err *err);

#endif
