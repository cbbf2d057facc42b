/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_info - turns guest configurations into the head line of a session file and back.
 * Invariant: session_info_config(session_info_fill(c)) boots the same guest as c.
 */
#include "session/session_info.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/folder.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define DEFAULT_ROOT "/scxplore"

static char **copy_list(const char *const *list)
{
	size_t n = 0, i;
	char **copy;

	while (list && list[n])
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (i = 0; i < n; i++)
		copy[i] = xstrdup(list[i]);
	return copy;
}

void session_info_fill(struct session_info *info, const struct guest_config *config)
{
	char text[64];
	time_t now = time(NULL);
	struct tm tm;

	*info = (struct session_info){0};
	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	info->created = xstrdup(text);
	topology_format(&config->topology, text, sizeof(text));
	info->topology = xstrdup(text);
	info->memory_mib = config->memory_mib ? config->memory_mib
					      : topology_memory_default(&config->topology);
	info->kernel = xstrdup(config->kernel ? config->kernel : "");
	info->accel = xstrdup(accel_name(config->accel));
	info->workload_root = xstrdup(config->workload_root ? config->workload_root : DEFAULT_ROOT);
	info->include = copy_list(config->include);
	info->watchdog_ns = config->watchdog_ns;
	info->duration_ns = config->duration_ns;
	info->exact = config->exact;
	info->seed = config->seed;
	info->append = xstrdup(config->append ? config->append : "");
	info->version = xstrdup(SCXPLORE_VERSION);
}

int session_info_config(const struct session_info *info, struct guest_config *config,
			struct err *err)
{
	if (!config->topology.nodes && info->topology && *info->topology) {
		int r = topology_parse(info->topology, &config->topology, err);

		if (r < 0)
			return err_wrap(err, "topology of the session");
	}
	/* recorded with fewer CPUs than it is replayed with: what was enough there would not boot */
	if (!config->memory_mib && info->memory_mib)
		config->memory_mib = info->memory_mib < topology_memory_least(&config->topology)
					     ? topology_memory_least(&config->topology)
					     : info->memory_mib;
	if (!config->workload_root && info->workload_root && *info->workload_root)
		config->workload_root = info->workload_root;
	if (!config->include)
		config->include = (const char *const *)info->include;
	if (!config->watchdog_ns)
		config->watchdog_ns = info->watchdog_ns;
	if (!config->duration_ns)
		config->duration_ns = info->duration_ns;
	config->exact |= info->exact;
	if (!config->seed)
		config->seed = info->seed;
	if (!config->append && info->append && *info->append)
		config->append = info->append;
	return 0;
}

char *session_new_path(const char *stem, struct err *err)
{
	cleanup_free char *dir = folder_path(FOLDER_STATE, "sessions");
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	unsigned n;

	if (folder_make(dir, err) < 0)
		return NULL;
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	for (n = 0; n < 1000; n++) {
		char *path = n ? xasprintf("%s/%s-%s-%u.session", dir, stem, stamp, n)
			       : xasprintf("%s/%s-%s.session", dir, stem, stamp);

		if (access(path, F_OK) < 0)
			return path;
		free(path);
	}
	err_set(err, EEXIST, "find a free name for a session in '%s'", dir);
	return NULL;
}
