/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_json - events as the lines of a session file, both ways, by the event table; samples are
 * sample_json's.
 */
#ifndef OPS_EVENT_JSON_H
#define OPS_EVENT_JSON_H

#include "base/buf.h"
#include "guest/wire_event.h"

struct json_object;

/* Adds text under key; what is not UTF-8 text without NUL as base64 under KEY64. */
void json_add_bytes(struct json_object *o, const char *key, const char *data, size_t len);

/* Bytes as base64 and back; false: it is none, and out may have got a part of it. */
void json_base64_add(struct buf *out, const char *data, size_t len);
bool json_base64_read(const char *text, struct buf *out);

/* Append one line with '\n'. An op event becomes {"seq","t_ns","op":TEXT}. */
void event_json_line(struct buf *out, const struct event *ev);

/*
 * From a parsed line. 1 = it is one and *ev is filled (strings borrowed from o and from *scratch,
 * which the caller resets between calls), 0 = some other line (unknown events included), -EINVAL =
 * malformed.
 */
int event_json_read(struct json_object *o, struct event *ev, struct buf *scratch);

#endif
