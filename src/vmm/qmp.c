/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qmp - one line to one message, with json-c. Anything unexpected is QMP_OTHER or QMP_MALFORMED.
 */
#include "vmm/qmp.h"
#include "base/text.h"

#include <json-c/json.h>
#include <stdint.h>
#include <string.h>

static void copy(struct json_object *o, const char *key, char *dst, size_t size)
{
	struct json_object *v;

	if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) &&
	    json_object_is_type(v, json_type_string))
		text_sanitise(dst, size, json_object_get_string(v),
			      (size_t)json_object_get_string_len(v));
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, key, &v);
	return v;
}

/* "return":[{"cpu-index":0,"thread-id":123,...},...]: every index once, or nothing. */
static void threads(struct json_object *list, struct qmp_message *out)
{
	size_t i, n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	if (n > QMP_CPUS_MAX)
		return;
	for (i = 0; i < n; i++) {
		struct json_object *cpu = json_object_array_get_idx(list, i);
		struct json_object *index = member(cpu, "cpu-index"), *id = member(cpu, "thread-id");
		int64_t at = json_object_get_int64(index), tid = json_object_get_int64(id);

		if (!json_object_is_type(index, json_type_int) || !json_object_is_type(id, json_type_int) ||
		    at < 0 || at >= (int64_t)n || tid < 1 || tid > INT32_MAX || out->thread[at]) {
			memset(out->thread, 0, sizeof(out->thread));
			return;
		}
		out->thread[at] = (int)tid;
	}
	out->nthreads = n;
}

static void classify(struct json_object *o, struct qmp_message *out)
{
	struct json_object *v;

	copy(o, "id", out->id, sizeof(out->id));
	if ((v = member(o, "QMP"))) {
		out->kind = QMP_GREETING;
		v = member(member(member(v, "version"), "qemu"), "major");
		out->major = v ? json_object_get_int(v) : 0;
	} else if (member(o, "event")) {
		out->kind = QMP_EVENT;
		copy(o, "event", out->event, sizeof(out->event));
		copy(member(o, "data"), "reason", out->reason, sizeof(out->reason));
		copy(member(o, "data"), "status", out->status, sizeof(out->status));
	} else if ((v = member(o, "error"))) {
		out->kind = QMP_ERROR;
		copy(v, "desc", out->error, sizeof(out->error));
	} else if ((v = member(o, "return"))) {
		out->kind = QMP_RETURN;
		copy(v, "status", out->status, sizeof(out->status));
		copy(o, "return", out->text, sizeof(out->text));
		threads(v, out);
	}
}

void qmp_parse(const char *line, size_t len, struct qmp_message *out)
{
	struct json_tokener *tok;
	struct json_object *o;

	*out = (struct qmp_message){.kind = QMP_MALFORMED};
	if (len > QMP_LINE_MAX)
		return;
	tok = json_tokener_new_ex(16);
	if (!tok)
		return;
	o = json_tokener_parse_ex(tok, line, (int)len);
	if (json_object_is_type(o, json_type_object)) {
		out->kind = QMP_OTHER;
		classify(o, out);
	}
	json_object_put(o);
	json_tokener_free(tok);
}
