/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_event - the event table itself and the codec that loops over it.
 * Invariant: a field is known in this one place; adding one needs no other code on the wire.
 */
#include "guest/wire_event.h"

#include <errno.h>
#include <string.h>

#define FIELD(sym, js, ty, member)                                                                 \
	static const struct event_field sym = {                                                    \
		.json = js, .type = ty, .offset = offsetof(struct event, member)}

FIELD(f_name, "name", FIELD_STR, name);
FIELD(f_cgroup, "cgroup", FIELD_STR, cgroup);
FIELD(f_path, "path", FIELD_STR, path);
FIELD(f_text, "text", FIELD_STR, text);
FIELD(f_data, "data", FIELD_DATA, data);
FIELD(f_index, "index", FIELD_U64, index);
FIELD(f_pid, "pid", FIELD_I64, pid);
FIELD(f_code, "code", FIELD_I64, code);
FIELD(f_signal, "signal", FIELD_U64, signal);
FIELD(f_stream, "stream", FIELD_U64, stream);
FIELD(f_count, "count", FIELD_U64, count);
FIELD(f_id, "id", FIELD_U64, id);
FIELD(f_level, "level", FIELD_U64, level);
FIELD(f_flag, "flag", FIELD_BOOL, flag);

#define F_NONE   NULL
#define F_NAME   &f_name
#define F_CGROUP &f_cgroup
#define F_PATH   &f_path
#define F_TEXT   &f_text
#define F_DATA   &f_data
#define F_INDEX  &f_index
#define F_PID    &f_pid
#define F_CODE   &f_code
#define F_SIGNAL &f_signal
#define F_STREAM &f_stream
#define F_COUNT  &f_count
#define F_ID     &f_id
#define F_LEVEL  &f_level
#define F_FLAG   &f_flag

static const struct event_def defs[] = {
#define X(e, num, js, sum, ...)                                                                    \
	{.type = EV_##e,                                                                           \
	 .json = js,                                                                               \
	 .summary = sum,                                                                           \
	 .fields = (const struct event_field *const[]){__VA_ARGS__, NULL}},
	EVENT_LIST(X)
#undef X
};

const struct event_def *event_def_at(size_t i)
{
	return i < sizeof(defs) / sizeof(defs[0]) ? &defs[i] : NULL;
}

const struct event_def *event_def(enum event_type type)
{
	const struct event_def *d;
	size_t i;

	for (i = 0; (d = event_def_at(i)); i++)
		if (d->type == type)
			return d;
	return NULL;
}

const struct event_def *event_def_by_name(const char *json)
{
	const struct event_def *d;
	size_t i;

	for (i = 0; (d = event_def_at(i)); i++)
		if (!strcmp(d->json, json))
			return d;
	return NULL;
}

void wire_event_put(struct wire_writer *w, const struct event *ev)
{
	const struct event_def *d = event_def(ev->type);
	const struct event_field *const *f;

	if (!d) {
		w->bad = true;
		return;
	}
	wire_put_u16(w, (uint16_t)ev->type);
	for (f = d->fields; *f; f++) {
		const char *at = (const char *)ev + (*f)->offset;

		switch ((*f)->type) {
		case FIELD_STR:
			wire_put_str(w, *(const char *const *)at);
			break;
		case FIELD_DATA:
			wire_put_bytes(w, ev->data_len ? ev->data : "", ev->data_len);
			break;
		case FIELD_U64:
		case FIELD_I64:
			wire_put_u64(w, *(const uint64_t *)at);
			break;
		case FIELD_BOOL:
			wire_put_u8(w, *(const bool *)at);
			break;
		case FIELD_END:
			break;
		}
	}
}

static void event_clear(struct event *ev)
{
	*ev = (struct event){.name = "", .cgroup = "", .path = "", .text = "", .data = ""};
}

int wire_event_read(const struct wire_header *h, struct wire_reader *r, struct event *ev)
{
	const struct event_def *d;
	const struct event_field *const *f;
	uint16_t type = wire_get_u16(r);

	event_clear(ev);
	d = event_def(type);
	if (r->bad || !d || type >= EV_HOST_FIRST)
		return -EPROTO;
	ev->type = d->type;
	ev->seq = h->seq;
	ev->t_ns = h->t_ns;
	for (f = d->fields; *f; f++) {
		char *at = (char *)ev + (*f)->offset;

		switch ((*f)->type) {
		case FIELD_STR:
			*(const char **)at = wire_get_str(r);
			break;
		case FIELD_DATA:
			ev->data = wire_get_bytes(r, &ev->data_len);
			break;
		case FIELD_U64:
		case FIELD_I64:
			*(uint64_t *)at = wire_get_u64(r);
			break;
		case FIELD_BOOL:
			*(bool *)at = wire_get_u8(r) != 0;
			break;
		case FIELD_END:
			break;
		}
	}
	/* a newer agent may send more fields behind the known ones */
	return r->bad ? -EPROTO : 0;
}
