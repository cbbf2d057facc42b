/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_json - see trace_json.h. Lines are untrusted: the store looks at every value.
 */
#include "ops/trace_json.h"

#include "base/text.h"
#include "ops/event_json.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

static void names_line(struct buf *out, const struct trace_json *t)
{
	struct json_object *o = json_object_new_object(), *rows = json_object_new_array();
	size_t i;

	for (i = 0; i < t->nnames; i++) {
		const struct trace_task *n = &t->names[i];
		struct json_object *row = json_object_new_array();
		char comm[SAMPLE_COMM * 4];

		text_sanitise(comm, sizeof(comm), n->comm, strnlen(n->comm, SAMPLE_COMM));
		json_object_array_add(row, json_object_new_uint64(n->t_ns));
		json_object_array_add(row, json_object_new_int(n->tid));
		json_object_array_add(row, json_object_new_int(n->pid));
		json_object_array_add(row, json_object_new_uint64(n->cgroup_id));
		json_object_array_add(row, json_object_new_string(comm));
		json_object_array_add(rows, row);
	}
	json_object_object_add(o, "t_ns", json_object_new_uint64(t->t_ns));
	json_object_object_add(o, "names", rows);
	buf_adds(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
	json_object_put(o);
}

void trace_json_lines(struct buf *out, const struct trace_json *t)
{
	if (t->nnames)
		names_line(out, t);
	if (!t->pack->n && !t->ends)
		return;
	buf_addf(out,
		 "{\"t_ns\":%" PRIu64 ",\"records\":%" PRIu64 ",\"account\":[%" PRIu64 ",%" PRIu64
		 ",%" PRIu64 "],\"trace\":\"",
		 t->t_ns, t->pack->n, t->account.produced, t->account.delivered,
		 t->account.dropped);
	json_base64_add(out, t->pack->bytes.data, t->pack->bytes.len);
	buf_adds(out, "\"}\n");
}

/* ---- reading ---- */

static uint64_t num(struct json_object *row, size_t i)
{
	return json_object_get_uint64(json_object_array_get_idx(row, i));
}

static bool is_row(struct json_object *o, size_t n)
{
	return json_object_is_type(o, json_type_array) && json_object_array_length(o) >= n;
}

static int read_names(struct json_object *rows, struct trace *t)
{
	size_t i, n = is_row(rows, 0) ? json_object_array_length(rows) : SIZE_MAX;

	if (n > TRACE_JSON_NAMES)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		struct trace_task name = {0};
		const char *comm;

		if (!is_row(row, 5))
			return -EINVAL;
		name.t_ns = num(row, 0);
		name.tid = json_object_get_int(json_object_array_get_idx(row, 1));
		name.pid = json_object_get_int(json_object_array_get_idx(row, 2));
		name.cgroup_id = num(row, 3);
		comm = json_object_get_string(json_object_array_get_idx(row, 4));
		text_sanitise(name.comm, sizeof(name.comm), comm ? comm : "",
			      comm ? strlen(comm) : 0);
		trace_name(t, &name);
	}
	return 1;
}

static void on_record(void *arg, const struct trace_record *r)
{
	trace_add(arg, r);
}

static int read_trace(struct json_object *o, struct json_object *bytes, struct trace *t,
		      struct buf *scratch)
{
	struct json_object *of, *at;
	bool whole;

	buf_reset(scratch);
	if (!json_object_is_type(bytes, json_type_string) ||
	    !json_base64_read(json_object_get_string(bytes), scratch))
		return -EINVAL;
	whole = trace_pack_read(scratch->data, scratch->len, on_record, t);
	if (json_object_object_get_ex(o, "account", &of) && is_row(of, 3))
		trace_accounted(t, &(struct trace_account){.produced = num(of, 0),
							   .delivered = num(of, 1),
							   .dropped = num(of, 2)});
	if (whole && json_object_object_get_ex(o, "t_ns", &at))
		trace_seen(t, json_object_get_uint64(at));
	return whole ? 1 : -EINVAL;
}

int trace_json_read(struct json_object *o, struct trace *t, struct buf *scratch)
{
	struct json_object *v;

	if (!json_object_is_type(o, json_type_object))
		return 0;
	if (json_object_object_get_ex(o, "names", &v))
		return read_names(v, t);
	return json_object_object_get_ex(o, "trace", &v) ? read_trace(o, v, t, scratch) : 0;
}
