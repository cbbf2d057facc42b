/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export - a session as something to keep: C test, JSON, POSIX shell script, Markdown report,
 * Perfetto trace.
 *
 * Reads scenario, session info and model (for what was seen: exits, kernel, scheduler) and the op
 * table; nothing else. Deterministic: the same session gives the same bytes.
 */
#ifndef OPS_EXPORT_H
#define OPS_EXPORT_H

#include "base/buf.h"
#include "ops/journal.h"

struct export_input {
	const struct session_info *info;
	const struct model *model;
	const struct scenario *scenario;
	const char *session_name; /* "placement.session": last path component only */
	const char *file_name;    /* "placement.c" or NULL */
	const char *session_path; /* its file, where samples are read again; NULL = none */
	bool with_build;          /* --with build: meson stanza and Makefile line in a comment */
};

struct exporter {
	const char *name; /* "c" */
	const char *summary;
	const char *suffix; /* ".c" */
	bool binary;        /* is no text: not for a terminal */
	bool replays;       /* is verified by a replay before saving */
	int (*write)(const struct export_input *in, struct buf *out, struct err *err);
};

const struct exporter *exporter_at(size_t i); /* NULL past the end */
const struct exporter *exporter_by_name(const char *name);

int export_c_write(const struct export_input *in, struct buf *out, struct err *err);
int export_json_write(const struct export_input *in, struct buf *out, struct err *err);
int export_sh_write(const struct export_input *in, struct buf *out, struct err *err);
int export_perfetto_write(const struct export_input *in, struct buf *out, struct err *err);
int export_md_write(const struct export_input *in, struct buf *out, struct err *err);

#endif
