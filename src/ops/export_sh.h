/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_sh - the parts of the shell exporter that lie in two files.
 */
#ifndef OPS_EXPORT_SH_H
#define OPS_EXPORT_SH_H

/* Shell functions: start, cgroup_add, expect_exit, ... Needs $root set before. */
extern const char export_sh_prelude[], export_sh_prelude_more[];

#endif
