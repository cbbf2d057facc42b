/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_json - the trace as lines of a session file, both ways.
 *
 * {"t_ns":T,"names":[[t_ns,tid,pid,cgroup,comm],...]} and {"t_ns":T,"trace":BASE64 of a
 * trace_pack,"records":N,"account":[produced,delivered,dropped]}: all records before T have been
 * told by then. Invariant: reading the lines gives a store the records it was given before.
 */
#ifndef OPS_TRACE_JSON_H
#define OPS_TRACE_JSON_H

#include "base/buf.h"
#include "ops/trace_pack.h"

#define TRACE_JSON_NAMES 4096 /* in one line */

struct json_object;

struct trace_json {
	uint64_t t_ns; /* everything before it is told */
	bool ends;     /* the stream: that is told also where no record came since the last line */
	const struct trace_pack *pack;
	const struct trace_task *names;
	size_t nnames; /* at most TRACE_JSON_NAMES */
	struct trace_account account;
};

/* Appends what there is: the names first. */
void trace_json_lines(struct buf *out, const struct trace_json *t);
/* 1 = it was one and is in the store, 0 = some other line, -EINVAL = malformed. scratch: bytes. */
int trace_json_read(struct json_object *o, struct trace *t, struct buf *scratch);

#endif
