/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_info - between what a person asked of a guest (guest_config) and what a session file
 * says of it (session_info), both ways, and where session files go by themselves.
 */
#ifndef SESSION_SESSION_INFO_H
#define SESSION_SESSION_INFO_H

#include "ops/journal.h"
#include "vmm/guest.h"

/* Fills every field of info from the configuration, defaults applied, `created` now. */
void session_info_fill(struct session_info *info, const struct guest_config *config);

/*
 * The configuration that boots the same guest again: fields of `config` that are unset are taken
 * from info. Strings are borrowed from info.
 */
int session_info_config(const struct session_info *info, struct guest_config *config,
			struct err *err);

/*
 * A fresh path $XDG_STATE_HOME/scxplore/sessions/STEM-YYYYMMDD-HHMMSS[-n].session, directories
 * made (0700). Caller frees; NULL with err.
 */
char *session_new_path(const char *stem, struct err *err);

#endif
