/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paths_inside - folders of the guest that both sides agree on, and where payloads look for
 * programs.
 */
#ifndef GUEST_PATHS_INSIDE_H
#define GUEST_PATHS_INSIDE_H

#define INCLUDE_DIR	"/include-files" /* see vmm/include.h */
#define SHELL_TOOLS_DIR "/shell-tools"	 /* see vmm/shell_tools.h */

#define PROGRAM_DIRS INCLUDE_DIR ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#endif
