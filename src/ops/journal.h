/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal - the session file: append-only JSON lines, written before an op is sent.
 *
 * First line: {"scxplore":1,"created":"2026-11-23T14:02:11Z","guest":{...}}. Then one object a
 * line: {"seq","t_ns","op":"TEXT"}, {"seq","t_ns","event":"placed",...fields by the event table},
 * and {"t_ns","sample":{...}} or {"t_ns","change":{...}} (sample_json.h) once a second and after
 * each op; while the stream of switches is on {"t_ns","trace":...} and {"t_ns","names":...}
 * (trace_json.h). Unknown fields and events are kept by readers; an unknown version is refused with
 * its number; a cut last line is left out and said.
 * Bytes that are not valid UTF-8 are written as data with "data64" (base64).
 */
#ifndef OPS_JOURNAL_H
#define OPS_JOURNAL_H

#include "base/err.h"
#include "ops/model.h"
#include "ops/scenario.h"
#include "ops/trace_json.h"

#define JOURNAL_VERSION  1
#define JOURNAL_LINE_MAX (32u << 20) /* all columns of as many tasks as a sample has */

/* What a session was recorded with; strings owned by the struct (session_info_finish). */
struct session_info {
	char *created; /* UTC, ISO 8601 */
	char *topology;
	unsigned memory_mib;
	char *kernel; /* release; "" before the boot */
	char *accel;  /* in use when recorded */
	char *workload_root;
	char **include; /* NULL-terminated, as typed */
	uint64_t watchdog_ns, duration_ns;
	bool exact; /* a virtual clock, the scenario by itself */
	uint64_t seed; /* what an exact run was disturbed by; 0 = nothing */
	char *append;
	char *version; /* of scxplore */
};
void session_info_finish(struct session_info *info);

struct journal;

/* Creates PATH (0600, O_APPEND); an existing file is an error (-EEXIST) unless resume is wanted
 * later. */
struct journal *journal_create(const char *path, const struct session_info *info, struct err *err);
void journal_destroy(struct journal *j); /* flushes and closes */

/* Each is one write(2) of whole lines: what returned 0 survives a kill of the program. */
int journal_event(struct journal *j, const struct event *ev, struct err *err);
int journal_sample(struct journal *j, const struct sample *s, struct err *err);
/* As they come from trace_json.h; they may be lost by as much as who calls this collects. */
int journal_trace(struct journal *j, const struct trace_json *t, struct err *err);
/* Bytes written so far. */
uint64_t journal_size(const struct journal *j);
/*
 * A new session file `to` (-EEXIST when there is one) that begins with the first `bytes` of `from`, whole
 * lines, but for ops numbered seq and above: they had not been begun then. NULL with err.
 */
struct journal *journal_branch(const char *from, uint64_t bytes, uint64_t seq, const char *to,
			       struct err *err);
/* Goes on writing a session file that has `bytes`, neither more nor less, and that nobody else writes. NULL
 * with err; the file is as it was. */
struct journal *journal_resume(const char *path, uint64_t bytes, struct err *err);
const char *journal_path(const struct journal *j);

/*
 * Read a whole session: info, model (all events applied) and scenario (ops with tempo: after_ns =
 * begin - end of the op before, rounded to ms, 0 with asap). `warning` gets what was recovered
 * (cut last line, ops unknown here), "" when nothing. Any of the outs may be NULL.
 */
int journal_read(const char *path, bool asap, struct session_info *info, struct model *model,
		 struct scenario **scenario, struct buf *warning, struct err *err);
/* The same from memory, for fuzzing and tests. */
int journal_read_memory(const char *name, const char *text, size_t len, bool asap,
			struct session_info *info, struct model *model, struct scenario **scenario,
			struct buf *warning, struct err *err);
/*
 * A session that is gone on with: the model, and in `scenario` (made for its CPUs, empty) all ops that were
 * accepted and have not failed, numbered as they were, with the picture of what exists now.
 */
int journal_follow(const char *path, struct model *model, struct scenario *scenario, struct err *err);
/* Does the file begin like a session (else it is a scenario of op lines)? */
bool journal_is_session(const char *path);

#endif
