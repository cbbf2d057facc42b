/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire - the frame codec. Shared by the host and the agent; neither side trusts the other.
 * Invariant: no read beyond `len`, no write beyond `size`; both sticky-fail instead.
 */
#include "guest/wire.h"

#include <errno.h>
#include <string.h>

static void put_le(struct wire_writer *w, uint64_t v, size_t n)
{
	size_t i;

	if (w->bad || w->size - w->len < n) {
		w->bad = true;
		return;
	}
	for (i = 0; i < n; i++)
		w->data[w->len++] = (uint8_t)(v >> (8 * i));
}

static uint64_t le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

static uint64_t get_le(struct wire_reader *r, size_t n)
{
	uint64_t v;

	if (r->bad || r->len - r->pos < n) {
		r->bad = true;
		return 0;
	}
	v = le(r->data + r->pos, n);
	r->pos += n;
	return v;
}

void wire_begin(struct wire_writer *w, void *data, size_t size)
{
	*w = (struct wire_writer){.data = data, .size = size};
	if (size < WIRE_HEADER_SIZE)
		w->bad = true;
	else
		w->len = WIRE_HEADER_SIZE;
}

bool wire_end(struct wire_writer *w, enum wire_type type, uint64_t seq, uint64_t t_ns)
{
	struct wire_writer head = {.data = w->data, .size = WIRE_HEADER_SIZE};

	if (w->bad || w->len - WIRE_HEADER_SIZE > WIRE_PAYLOAD_MAX)
		return false;
	put_le(&head, w->len - WIRE_HEADER_SIZE, 4);
	put_le(&head, type, 2);
	put_le(&head, 0, 2);
	put_le(&head, seq, 8);
	put_le(&head, t_ns, 8);
	return true;
}

void wire_put_u8(struct wire_writer *w, uint8_t v)
{
	put_le(w, v, 1);
}

void wire_put_u16(struct wire_writer *w, uint16_t v)
{
	put_le(w, v, 2);
}

void wire_put_u32(struct wire_writer *w, uint32_t v)
{
	put_le(w, v, 4);
}

void wire_put_u64(struct wire_writer *w, uint64_t v)
{
	put_le(w, v, 8);
}

void wire_put_bytes(struct wire_writer *w, const void *data, size_t len)
{
	if (len > WIRE_PAYLOAD_MAX || w->bad || w->size - w->len < len + 5) {
		w->bad = true;
		return;
	}
	put_le(w, len, 4);
	if (len)
		memcpy(w->data + w->len, data, len);
	w->len += len;
	w->data[w->len++] = 0;
}

void wire_put_str(struct wire_writer *w, const char *s)
{
	wire_put_bytes(w, s ? s : "", s ? strlen(s) : 0);
}

uint8_t wire_get_u8(struct wire_reader *r)
{
	return (uint8_t)get_le(r, 1);
}

uint16_t wire_get_u16(struct wire_reader *r)
{
	return (uint16_t)get_le(r, 2);
}

uint32_t wire_get_u32(struct wire_reader *r)
{
	return (uint32_t)get_le(r, 4);
}

uint64_t wire_get_u64(struct wire_reader *r)
{
	return get_le(r, 8);
}

const void *wire_get_bytes(struct wire_reader *r, size_t *len)
{
	size_t n = wire_get_u32(r);
	const uint8_t *p = r->data + r->pos;

	if (r->bad || r->len - r->pos < n + 1 || p[n] != 0) {
		r->bad = true;
		*len = 0;
		return "";
	}
	r->pos += n + 1;
	*len = n;
	return p;
}

const char *wire_get_str(struct wire_reader *r)
{
	size_t len;
	const char *s = wire_get_bytes(r, &len);

	if (strlen(s) != len) {
		r->bad = true;
		return "";
	}
	return s;
}

bool wire_reader_done(const struct wire_reader *r)
{
	return !r->bad && r->pos == r->len;
}

ssize_t wire_frame(const void *data, size_t len, struct wire_header *h, struct wire_reader *payload)
{
	const uint8_t *p = data;

	if (len < WIRE_HEADER_SIZE)
		return 0;
	*h = (struct wire_header){.len = (uint32_t)le(p, 4),
				  .type = (uint16_t)le(p + 4, 2),
				  .seq = le(p + 8, 8),
				  .t_ns = le(p + 16, 8)};
	if (h->len > WIRE_PAYLOAD_MAX || le(p + 6, 2) != 0)
		return -EPROTO;
	if (len - WIRE_HEADER_SIZE < h->len)
		return 0;
	*payload = (struct wire_reader){.data = p + WIRE_HEADER_SIZE, .len = h->len};
	return (ssize_t)(WIRE_HEADER_SIZE + h->len);
}
