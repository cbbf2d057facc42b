/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paths - looks in the environment first, then in the installed places compiled in.
 * Invariant: a path that is returned as existing was seen to exist.
 */
#include "vmm/paths.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/folder.h"

#include <errno.h>
#include <string.h>

/* In a build tree the program stands one folder above its parts. NULL when it cannot be told. */
static char *beside_program(const char *name)
{
	char self[4096], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	return slash ? xasprintf("%.*s/%s", (int)(slash - self), self, name) : NULL;
}

char *paths_agent(struct err *err)
{
	const char *env = getenv("SXP_AGENT");
	cleanup_free char *beside = NULL;

	if (env && *env) {
		if (access(env, R_OK) < 0) {
			err_sys(err, errno, "read the agent '%s' named by SXP_AGENT", env);
			return NULL;
		}
		return xstrdup(env);
	}
	beside = beside_program("guest/scxplore-agent");
	if (beside && access(beside, R_OK) == 0)
		return STEAL(beside);
	if (access(SCXPLORE_AGENT_PATH, R_OK) < 0) {
		err_sys(err, errno,
			"find the guest agent '%s'; install scxplore, or name the agent in "
			"SXP_AGENT "
			"(a build tree sets it in 'meson devenv -C build')",
			SCXPLORE_AGENT_PATH);
		return NULL;
	}
	return xstrdup(SCXPLORE_AGENT_PATH);
}

char *paths_part(const char *folder, const char *name, const char *what, struct err *err)
{
	cleanup_free char *agent = paths_agent(err);
	size_t i;

	if (!agent)
		return NULL;
	if (!strchr(agent, '/'))
		memcpy(agent, ".", 2);
	else
		*strrchr(agent, '/') = '\0';
	for (i = 0; i < 2; i++) {
		cleanup_free char *path = i ? xasprintf("%s/../%s/%s", agent, folder, name)
					    : xasprintf("%s/%s", agent, name);
		char *real = access(path, R_OK) == 0 ? realpath(path, NULL) : NULL;

		if (real)
			return real;
	}
	err_set(err, ENOTSUP,
		"%s needs '%s' beside the agent in '%s', or in a build tree beside its folder: install "
		"scxplore whole",
		what, name, agent);
	return NULL;
}

char *paths_bpf_headers(void)
{
	cleanup_free char *beside = beside_program("../bpf/sched");

	if (beside && access(beside, R_OK) == 0)
		return STEAL(beside);
	return xstrdup(SCXPLORE_BPF_PATH);
}

char *paths_cache(const char *sub, int make, struct err *err)
{
	cleanup_free char *path = folder_path(FOLDER_CACHE, sub);

	if (make && folder_make(path, err) < 0)
		return NULL;
	return STEAL(path);
}
