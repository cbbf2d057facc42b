/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_value - see bpf_value.h.
 */
#include "guest/bpf_value.h"

#include "base/text.h"
#include "guest/sched_object.h"

#include <bpf/btf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 12, ITEMS_MAX = 64 };

static const struct btf_type *real(const struct btf *btf, uint32_t *id)
{
	const struct btf_type *t = btf__type_by_id(btf, *id);
	int steps = 0;

	while (t && (btf_is_typedef(t) || btf_is_mod(t) || btf_is_type_tag(t)) && steps++ < 64) {
		*id = t->type;
		t = btf__type_by_id(btf, *id);
	}
	return t;
}

/* ---- as text ---- */

struct out {
	char *dst;
	size_t len, room;
};

static void say(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct out *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (o->len + 1 >= o->room)
		return;
	va_start(ap, fmt);
	n = vsnprintf(o->dst + o->len, o->room - o->len, fmt, ap);
	va_end(ap);
	o->len += n > 0 ? (size_t)n : 0;
	if (o->len >= o->room) {
		o->len = o->room - 1;
		if (o->room > 4)
			memcpy(o->dst + o->room - 4, "...", 4);
	}
}

static uint64_t load(const uint8_t *data, size_t size, bool is_signed)
{
	uint64_t v = 0;

	memcpy(&v, data, size < sizeof(v) ? size : sizeof(v)); /* little-endian */
	if (is_signed && size < sizeof(v) && v >> (size * 8 - 1))
		v |= ~UINT64_C(0) << (size * 8);
	return v;
}

static const char *enum_name(const struct btf *btf, const struct btf_type *t, uint64_t v)
{
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		uint64_t is = btf_is_enum(t) ? (uint64_t)(int64_t)btf_enum(t)[i].val
					     : btf_enum64_value(&btf_enum64(t)[i]);

		if (is == v)
			return btf__name_by_offset(btf, btf_is_enum(t) ? btf_enum(t)[i].name_off
								       : btf_enum64(t)[i].name_off);
	}
	return NULL;
}

static void say_number(struct out *o, const struct btf *btf, const struct btf_type *t, uint64_t v)
{
	const char *name = t && btf_is_any_enum(t) ? enum_name(btf, t, v) : NULL;

	if (!t)
		say(o, "?");
	else if (name)
		say(o, "%.60s", name);
	else if (btf_is_int(t) && btf_int_encoding(t) & BTF_INT_BOOL)
		say(o, "%s", v ? "true" : "false");
	else if (btf_is_ptr(t))
		say(o, "0x%" PRIx64, v);
	else if ((btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED) ||
		 (btf_is_any_enum(t) && btf_kflag(t)))
		say(o, "%" PRId64, (int64_t)v);
	else
		say(o, "%" PRIu64, v);
}

static bool is_text(const struct btf *btf, uint32_t item)
{
	const struct btf_type *t = btf__type_by_id(btf, item);
	uint32_t id = item;
	const char *name;

	if (!t || !(t = real(btf, &id)) || !btf_is_int(t) || t->size != 1)
		return false;
	name = btf__name_by_offset(btf, t->name_off);
	return name && !strcmp(name, "char");
}

static void say_value(struct out *o, const struct btf *btf, uint32_t id, const uint8_t *data,
		      size_t size, int depth);

static void say_array(struct out *o, const struct btf *btf, const struct btf_type *t,
		      const uint8_t *data, size_t size, int depth)
{
	const struct btf_array *a = btf_array(t);
	long long item = btf__resolve_size(btf, a->type);
	char text[128];
	uint32_t i;

	if (item <= 0)
		return;
	if (is_text(btf, a->type)) {
		text_sanitise(text, sizeof(text), (const char *)data,
			      strnlen((const char *)data, size));
		say(o, "\"%s\"", text);
		return;
	}
	say(o, "[");
	for (i = 0; i < a->nelems && (i + 1) * (size_t)item <= size; i++) {
		if (i == ITEMS_MAX) {
			say(o, ", ...");
			break;
		}
		if (i)
			say(o, ", ");
		say_value(o, btf, a->type, data + i * (size_t)item, (size_t)item, depth + 1);
	}
	say(o, "]");
}

static uint64_t load_bits(const uint8_t *data, size_t size, uint32_t bit, uint32_t bits)
{
	uint64_t v = load(data + bit / 8, size - bit / 8 < 8 ? size - bit / 8 : 8, false);

	v >>= bit % 8;
	return bits < 64 ? v & ((UINT64_C(1) << bits) - 1) : v;
}

static void say_struct(struct out *o, const struct btf *btf, const struct btf_type *t,
		       const uint8_t *data, size_t size, int depth)
{
	int i;

	say(o, "{");
	for (i = 0; i < btf_vlen(t) && o->len + 1 < o->room; i++) {
		const struct btf_member *m = btf_members(t) + i;
		uint32_t bits = btf_member_bitfield_size(t, (uint32_t)i);
		uint32_t bit = btf_member_bit_offset(t, (uint32_t)i), id = m->type;
		const char *name = btf__name_by_offset(btf, m->name_off);
		long long len = btf__resolve_size(btf, m->type);

		if (len < 0 || bit / 8 >= size || (!bits && bit / 8 + (size_t)len > size))
			continue;
		say(o, "%s%.60s%s", i ? ", " : "", name ? name : "", name && *name ? ": " : "");
		if (bits)
			say_number(o, btf, real(btf, &id), load_bits(data, size, bit, bits));
		else
			say_value(o, btf, m->type, data + bit / 8, (size_t)len, depth + 1);
	}
	say(o, "}");
}

static void say_value(struct out *o, const struct btf *btf, uint32_t id, const uint8_t *data,
		      size_t size, int depth)
{
	const struct btf_type *t = real(btf, &id);
	long long len = t ? btf__resolve_size(btf, id) : -1;

	if (!t || len < 0 || (size_t)len > size || depth > DEPTH_MAX)
		say(o, "?");
	else if (btf_is_composite(t))
		say_struct(o, btf, t, data, (size_t)len, depth);
	else if (btf_is_array(t))
		say_array(o, btf, t, data, (size_t)len, depth);
	else if ((btf_is_int(t) || btf_is_any_enum(t) || btf_is_ptr(t)) && len <= 8)
		say_number(o, btf, t,
			   load(data, (size_t)len,
				(btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED) ||
					btf_is_enum(t)));
	else
		say(o, "?");
}

size_t bpf_value_text(const struct btf *btf, uint32_t type, const void *data, size_t size,
		      char *dst, size_t len, size_t room)
{
	struct out o = {.dst = dst, .len = len, .room = room};
	size_t i;

	if (btf && type) {
		say_value(&o, btf, type, data, size, 0);
		return o.len;
	}
	for (i = 0; i < size && i < 32; i++)
		say(&o, "%02x", ((const uint8_t *)data)[i]);
	if (i < size)
		say(&o, "...");
	return o.len;
}

/* ---- by path ---- */

/* A member by name, those of unnamed structs and unions among them. */
static bool member(const struct btf *btf, const struct btf_type *t, const char *name, size_t n,
		   struct bpf_place *p, int depth)
{
	int i;

	for (i = 0; i < btf_vlen(t) && depth < DEPTH_MAX; i++) {
		const struct btf_member *m = btf_members(t) + i;
		const char *is = btf__name_by_offset(btf, m->name_off);
		uint32_t bit = btf_member_bit_offset(t, (uint32_t)i), id = m->type;
		const struct btf_type *mt = real(btf, &id);
		struct bpf_place in = *p;

		if (!mt)
			continue;
		in.at += bit / 8;
		in.bits = btf_member_bitfield_size(t, (uint32_t)i);
		in.bit = in.bits ? bit % 8 : 0;
		in.type = id;
		if (is && strlen(is) == n && !strncmp(is, name, n)) {
			*p = in;
			return true;
		}
		if ((!is || !*is) && btf_is_composite(mt) &&
		    member(btf, mt, name, n, &in, depth + 1)) {
			*p = in;
			return true;
		}
	}
	return false;
}

static int step(struct bpf_place *p, const char **path, struct err *err)
{
	const struct btf_type *t = btf__type_by_id(p->btf, p->type);
	const char *at = *path + 1;
	size_t n = strcspn(at, ".[]");
	unsigned long long index;
	long long item;
	char *end;

	if (**path == '.') {
		if (!t || !btf_is_composite(t))
			return err_set(err, EINVAL, "what stands before '.%.40s' has no fields",
				       at);
		if (!n || !member(p->btf, t, at, n, p, 0))
			return err_set(err, ENOENT, "there is no field '%.*s'",
				       (int)(n < 60 ? n : 60), at);
		*path = at + n;
		return 0;
	}
	if (**path != '[')
		return err_set(err, EINVAL, "'%.40s' is neither .FIELD nor [NUMBER]", *path);
	index = strtoull(at, &end, 0);
	if (end == at || *end != ']')
		return err_set(err, EINVAL, "'%.40s' is no [NUMBER]", *path);
	if (!t || !btf_is_array(t))
		return err_set(err, EINVAL, "what stands before '%.40s' is no array", *path);
	item = btf__resolve_size(p->btf, btf_array(t)->type);
	if (index >= btf_array(t)->nelems || item <= 0)
		return err_set(err, ERANGE, "[%llu] is outside: there are %u", index,
			       btf_array(t)->nelems);
	p->at += (size_t)index * (size_t)item;
	p->type = btf_array(t)->type;
	real(p->btf, &p->type);
	*path = end + 1;
	return 0;
}

int bpf_value_find(const struct btf *btf, uint32_t type, size_t size, const char *path,
		   struct bpf_place *p, struct err *err)
{
	long long len;
	int r;

	*p = (struct bpf_place){.btf = btf, .type = type};
	if (!btf || !type || !real(btf, &p->type))
		return err_set(err, ENOTSUP, "there is no BTF that tells what is in it");
	while (*path)
		if ((r = step(p, &path, err)) < 0)
			return r;
	len = btf__resolve_size(btf, p->type);
	p->size = len > 0 ? (size_t)len : 0;
	if (p->bits) /* the bytes that hold it */
		p->size = (p->bit + p->bits + 7) / 8;
	if (!p->size || p->at + p->size > size || (p->bits && p->size > 8))
		return err_set(err, EINVAL, "its BTF and its size do not agree");
	return 0;
}

static int write_bits(const struct bpf_place *p, uint8_t *data, const char *name, const char *value,
		      struct err *err)
{
	uint64_t v, word = 0, mask;
	char *end;

	errno = 0;
	v = strtoull(value, &end, 0);
	if (!*value || *end || errno || *value == '-' || (p->bits < 64 && v >> p->bits))
		return err_set(err, ERANGE, "%.60s='%.60s' is no number of %u bits", name, value,
			       p->bits);
	mask = p->bits < 64 ? ((UINT64_C(1) << p->bits) - 1) << p->bit : ~UINT64_C(0);
	memcpy(&word, data + p->at, p->size);
	word = (word & ~mask) | (v << p->bit);
	memcpy(data + p->at, &word, p->size);
	return 0;
}

int bpf_value_write(const struct bpf_place *p, void *data, const char *name, const char *value,
		    struct err *err)
{
	const struct btf_type *t = btf__type_by_id(p->btf, p->type);

	if (p->bits)
		return write_bits(p, data, name, value, err);
	if (btf_is_ptr(t))
		return err_set(err, EINVAL,
			       "%.60s is a pointer: the kernel takes none from outside", name);
	if (btf_is_composite(t))
		return err_set(err, EINVAL, "%.60s has fields: name one, %.60s.FIELD", name, name);
	return sched_value_write(p->btf, (int)p->type, (uint8_t *)data + p->at, p->size, name,
				 value, err);
}
