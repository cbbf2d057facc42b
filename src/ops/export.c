/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export - the table of exporters. Adding one: a write function and a row here.
 */
#include "ops/export.h"
#include "base/cleanup.h"

#include <string.h>

static const struct exporter exporters[] = {
	{.name = "c",
	 .summary = "C test with cmocka that boots its own guest",
	 .suffix = ".c",
	 .replays = true,
	 .write = export_c_write},
	{.name = "json",
	 .summary = "the scenario alone",
	 .suffix = ".json",
	 .write = export_json_write},
	{.name = "sh",
	 .summary = "POSIX shell script for any machine with cgroup v2",
	 .suffix = ".sh",
	 .write = export_sh_write},
	{.name = "md",
	 .summary = "bug report: environment, ops, what was seen, how to replay",
	 .suffix = ".md",
	 .write = export_md_write},
	{.name = "perfetto",
	 .summary = "trace for ui.perfetto.dev: CPUs, threads, steps, ops, lengths of queues",
	 .suffix = ".pftrace",
	 .binary = true,
	 .write = export_perfetto_write},
};

const struct exporter *exporter_at(size_t i)
{
	return i < ARRAY_SIZE(exporters) ? &exporters[i] : NULL;
}

const struct exporter *exporter_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exporters); i++)
		if (!strcmp(exporters[i].name, name))
			return &exporters[i];
	return NULL;
}
