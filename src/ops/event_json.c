/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_json - loops over the event table; no event is named here but EV_OP, whose line is the
 * session file's most read one and therefore short.
 *
 * Bytes that are not UTF-8 text are kept in base64 under NAME64. Invariant: reading a written line
 * gives the same event.
 */
#include "ops/event_json.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void json_base64_add(struct buf *out, const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	size_t i;

	for (i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;

		v |= i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < len ? p[i + 2] : 0;
		buf_addc(out, digits64[v >> 18]);
		buf_addc(out, digits64[v >> 12 & 63]);
		buf_addc(out, i + 1 < len ? digits64[v >> 6 & 63] : '=');
		buf_addc(out, i + 2 < len ? digits64[v & 63] : '=');
	}
}

/* The value of a digit; 64 = it is none. */
static unsigned digit64(char c)
{
	static unsigned char values[256];
	size_t i;

	if (!values['B']) {
		memset(values, 64, sizeof(values));
		for (i = 0; i < 64; i++)
			values[(unsigned char)digits64[i]] = (unsigned char)i;
	}
	return values[(unsigned char)c];
}

bool json_base64_read(const char *text, struct buf *out)
{
	size_t n = strlen(text), i, j;

	if (n % 4)
		return false;
	for (i = 0; i < n; i += 4) {
		uint32_t v = 0;
		size_t pad = 0;

		for (j = 0; j < 4; j++) {
			unsigned d = digit64(text[i + j]);

			if (text[i + j] == '=' && i + 4 == n && j >= 2)
				pad++;
			else if (d == 64 || pad)
				return false;
			v = v << 6 | (d & 63);
		}
		buf_addc(out, (char)(v >> 16));
		if (pad < 2)
			buf_addc(out, (char)(v >> 8));
		if (pad < 1)
			buf_addc(out, (char)v);
	}
	return true;
}

static bool is_text(const char *data, size_t len)
{
	size_t i = 0;
	uint32_t cp;

	while (i < len) {
		size_t n = text_utf8(data + i, len - i, &cp);

		if (cp == 0 || (cp == 0xfffd && n == 1))
			return false;
		i += n;
	}
	return true;
}

void json_add_bytes(struct json_object *o, const char *key, const char *data, size_t len)
{
	cleanup_buf struct buf encoded = BUF_INIT;
	char key64[32];

	if (is_text(data, len)) {
		json_object_object_add(o, key, json_object_new_string_len(data, (int)len));
		return;
	}
	snprintf(key64, sizeof(key64), "%s64", key);
	json_base64_add(&encoded, data, len);
	json_object_object_add(o, key64, json_object_new_string(buf_text(&encoded)));
}

static void add_fields(struct json_object *o, const struct event_def *d, const struct event *ev)
{
	const struct event_field *const *f;

	for (f = d->fields; *f; f++) {
		const char *at = (const char *)ev + (*f)->offset, *s;

		switch ((*f)->type) {
		case FIELD_STR:
			s = *(const char *const *)at;
			json_add_bytes(o, (*f)->json, s ? s : "", s ? strlen(s) : 0);
			break;
		case FIELD_DATA:
			json_add_bytes(o, (*f)->json, ev->data ? ev->data : "", ev->data_len);
			break;
		case FIELD_U64:
			json_object_object_add(o, (*f)->json,
					       json_object_new_uint64(*(const uint64_t *)at));
			break;
		case FIELD_I64:
			json_object_object_add(o, (*f)->json,
					       json_object_new_int64(*(const int64_t *)at));
			break;
		case FIELD_BOOL:
			json_object_object_add(o, (*f)->json,
					       json_object_new_boolean(*(const bool *)at));
			break;
		case FIELD_END:
			break;
		}
	}
}

static void finish_line(struct buf *out, struct json_object *o)
{
	buf_adds(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
	json_object_put(o);
}

void event_json_line(struct buf *out, const struct event *ev)
{
	const struct event_def *d = event_def(ev->type);
	struct json_object *o = json_object_new_object();

	if (ev->seq)
		json_object_object_add(o, "seq", json_object_new_uint64(ev->seq));
	json_object_object_add(o, "t_ns", json_object_new_uint64(ev->t_ns));
	if (ev->type == EV_OP) {
		json_add_bytes(o, "op", ev->text, strlen(ev->text));
	} else {
		json_object_object_add(o, "event", json_object_new_string(d->json));
		add_fields(o, d, ev);
	}
	finish_line(out, o);
}

/* ---- reading -------------------------------------------------------------------------- */

static bool get_u64(struct json_object *o, const char *key, uint64_t *v)
{
	struct json_object *m;

	if (!json_object_object_get_ex(o, key, &m) || !json_object_is_type(m, json_type_int))
		return false;
	*v = json_object_get_uint64(m);
	return true;
}

/* Text or base64 text, put at the end of scratch; its offset and length. */
static bool get_bytes(struct json_object *o, const char *key, struct buf *scratch, size_t *at,
		      size_t *len)
{
	struct json_object *m;
	char key64[32];

	*at = scratch->len;
	snprintf(key64, sizeof(key64), "%s64", key);
	if (json_object_object_get_ex(o, key, &m) && json_object_is_type(m, json_type_string)) {
		buf_add(scratch, json_object_get_string(m), (size_t)json_object_get_string_len(m));
	} else if (json_object_object_get_ex(o, key64, &m) &&
		   json_object_is_type(m, json_type_string)) {
		if (!json_base64_read(json_object_get_string(m), scratch))
			return false;
	}
	*len = scratch->len - *at;
	buf_addc(scratch, '\0');
	return true;
}

/* Offsets first: scratch may move while it grows. */
struct borrowed {
	const struct event_field *field;
	size_t at, len;
};

static int read_fields(struct json_object *o, const struct event_def *d, struct event *ev,
		       struct buf *scratch)
{
	struct borrowed strings[16];
	const struct event_field *const *f;
	struct json_object *m;
	size_t n = 0, i;

	for (f = d->fields; *f; f++) {
		char *at = (char *)ev + (*f)->offset;

		switch ((*f)->type) {
		case FIELD_STR:
		case FIELD_DATA:
			if (n == ARRAY_SIZE(strings) ||
			    !get_bytes(o, (*f)->json, scratch, &strings[n].at, &strings[n].len))
				return -EINVAL;
			strings[n++].field = *f;
			break;
		case FIELD_U64:
			get_u64(o, (*f)->json, (uint64_t *)at);
			break;
		case FIELD_I64:
			if (json_object_object_get_ex(o, (*f)->json, &m))
				*(int64_t *)at = json_object_get_int64(m);
			break;
		case FIELD_BOOL:
			if (json_object_object_get_ex(o, (*f)->json, &m))
				*(bool *)at = json_object_get_boolean(m);
			break;
		case FIELD_END:
			break;
		}
	}
	for (i = 0; i < n; i++) {
		*(const char **)((char *)ev + strings[i].field->offset) =
			scratch->data + strings[i].at;
		if (strings[i].field->type == FIELD_DATA)
			ev->data_len = strings[i].len;
	}
	return 1;
}

int event_json_read(struct json_object *o, struct event *ev, struct buf *scratch)
{
	const struct event_def *d;
	struct json_object *m;
	size_t at, len;

	*ev = (struct event){.name = "", .cgroup = "", .path = "", .text = "", .data = ""};
	buf_reset(scratch);
	if (!json_object_is_type(o, json_type_object))
		return -EINVAL;
	get_u64(o, "seq", &ev->seq);
	get_u64(o, "t_ns", &ev->t_ns);
	if (json_object_object_get_ex(o, "op", &m) || json_object_object_get_ex(o, "op64", &m)) {
		ev->type = EV_OP;
		if (!get_bytes(o, "op", scratch, &at, &len) || !len)
			return -EINVAL;
		ev->text = scratch->data + at;
		return 1;
	}
	if (!json_object_object_get_ex(o, "event", &m) || !json_object_is_type(m, json_type_string))
		return 0;
	d = event_def_by_name(json_object_get_string(m));
	if (!d)
		return 0;
	ev->type = d->type;
	return read_fields(o, d, ev, scratch);
}
