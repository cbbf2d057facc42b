/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load - reads a session or a scenario file and settles the guest it will run in.
 * Invariant: the scenario was checked whole, against the CPUs of that very guest.
 */
#include "session/load.h"
#include "base/cleanup.h"
#include "session/canned.h"
#include "session/session_info.h"
#include "vmm/topologies.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int load_session(struct loaded *l, const char *path, bool asap,
			struct guest_options *options, struct err *err)
{
	int r;

	l->is_session = true;
	l->model = model_create();
	r = journal_read(path, asap, &l->info, l->model, &l->scenario, &l->warning, err);
	if (r == 0)
		r = session_info_config(&l->info, &options->config, err);
	return r;
}

/* What a scenario asks for in its head, where the caller asks for nothing. */
static int take_topology(const char *path, struct guest_options *options, struct err *err)
{
	cleanup_free char *text = NULL;

	if (options->config.topology.nodes || !strcmp(path, "-"))
		return 0;
	text = canned_topology(path);
	if (!text)
		return 0;
	return topology_word(text, &options->config.topology, err) < 0 ? err_wrap(err, "%s", path)
									: 0;
}

int load_file(struct loaded *l, const char *path, bool asap, struct guest_options *options,
	      struct err *err)
{
	char *found = strcmp(path, "-") && access(path, F_OK) < 0 ? canned_path(path) : NULL;
	bool session = strcmp(path, "-") && !found && journal_is_session(path);
	int r;

	*l = (struct loaded){.path = found ? found : path, .found = found};
	path = l->path;
	if (session) {
		r = load_session(l, path, asap, options, err);
		return r < 0 ? r : guest_options_default(options, err);
	}
	r = take_topology(path, options, err);
	if (r == 0)
		r = guest_options_default(options, err);
	if (r < 0)
		return r;
	l->scenario = scenario_create(topology_cpus(&options->config.topology));
	return scenario_add_file(l->scenario, path, err);
}

void load_finish(struct loaded *l)
{
	session_info_finish(&l->info);
	scenario_destroy(l->scenario);
	model_destroy(l->model);
	buf_finish(&l->warning);
	free(l->found);
}
