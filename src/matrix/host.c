/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host - see host.h. Sources: proc(5), /proc/{loadavg,stat,cpuinfo,meminfo}.
 */
#include "matrix/host.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <string.h>

double mx_host_load(void)
{
	cleanup_file FILE *f = fopen("/proc/loadavg", "re");
	double load;

	return f && fscanf(f, "%lf", &load) == 1 ? load : NAN;
}

double mx_host_steal_ms(void)
{
	cleanup_file FILE *f = fopen("/proc/stat", "re");
	uint64_t steal;

	/* cpu user nice system idle iowait irq softirq steal */
	if (!f || fscanf(f, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &steal) != 1)
		return NAN;
	return (double)steal * 1000 / (double)sysconf(_SC_CLK_TCK);
}

unsigned mx_host_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return (unsigned)CPU_COUNT(&set);
	return (unsigned)sysconf(_SC_NPROCESSORS_ONLN); /* more than a set can hold */
}

char *mx_host_cpu(void)
{
	cleanup_file FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256], name[200];

	while (f && fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) || !colon)
			continue;
		colon += strspn(colon, ": \t");
		text_sanitise(name, sizeof(name), colon, strcspn(colon, "\n"));
		return xasprintf("%s, %u CPUs", name, mx_host_cpus());
	}
	return NULL;
}

uint64_t mx_host_memory_mib(void)
{
	cleanup_file FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t kib;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			return kib / 1024;
	return 0;
}
