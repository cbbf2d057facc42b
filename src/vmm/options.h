/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options - the guest options, the same for every command that boots, as one table.
 *
 * guest_options_take() picks them out of argv and leaves the command's own words in order, so that
 * a command parses only what is its own. SXP_KERNEL, SXP_TOPOLOGY, SXP_ACCEL and SCXPLORE_FAULT
 * give values where no option does.
 */
#ifndef VMM_OPTIONS_H
#define VMM_OPTIONS_H

#include "base/buf.h"
#include "vmm/guest.h"

struct guest_options {
	struct guest_config config; /* topology.nodes == 0: none was asked for */
	const char **include;       /* NULL-terminated; owned list of borrowed strings */
	size_t ninclude;
	bool no_warm; /* asked for */
};

struct guest_option {
	const char *name;  /* "topology" for --topology */
	const char *value; /* "NnNlNcNt"; "" = it takes none */
	const char *summary;
	int (*take)(struct guest_options *o, const char *value, struct err *err); /* value: NULL
										     when it takes
										     none */
};
const struct guest_option *guest_option_at(size_t i); /* NULL past the end */

/*
 * Takes "--name value" and "--name=value" out of argv[1..argc) up to a "--"; argc and argv are
 * changed in place. Strings are borrowed from argv and the environment. Errors name the option.
 */
int guest_options_take(struct guest_options *o, int *argc, char **argv, struct err *err);
/* Defaults for what is still unset: topology 1n1l2c1t, auto. After a session file had its say. */
int guest_options_default(struct guest_options *o, struct err *err);
void guest_options_finish(struct guest_options *o);

/* One line an option, for usage texts and the man page. */
void guest_options_help(struct buf *out);

#endif
