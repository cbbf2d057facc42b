/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place_spot - fields, elements and values at an address of the guest's kernel, see place.h.
 * Invariant: memory is touched through space_at_aligned() only, a scalar with one load or store.
 */
#include "sight/place_private.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define DEPTH_MAX  16
#define FIELDS_MAX 512

const struct btf_type *spot_plain(const struct btf *btf, uint32_t id, uint32_t *plain)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int depth;

	for (depth = 0; t && depth < DEPTH_MAX; depth++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t)) {
			if (plain)
				*plain = id;
			return t;
		}
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	return NULL;
}

static const char *type_name(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);

	return name && *name ? name : "without a name";
}

/* ---- memory ----------------------------------------------------------------------------- */

static bool load(struct places *p, uint64_t va, unsigned size, uint64_t *out)
{
	const void *at = space_at_aligned(&p->sight->space, va, size, 1);
	const struct field whole = {0, (uint8_t)size, 0, 0, false};

	*out = 0;
	if (!at)
		return false;
	if ((uintptr_t)at % size)
		memcpy(out, at, size); /* packed: no other load is promised there */
	else
		*out = field_get(at, &whole);
	return true;
}

static bool is_scalar_size(int64_t size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* ---- steps ------------------------------------------------------------------------------ */

/* Names of a structure's fields, those of nameless ones within it, too. */
static size_t list_fields(const struct btf *btf, const struct btf_type *t, const char **names,
			  size_t n, int depth)
{
	const struct btf_member *m = btf_members(t);
	uint16_t i;

	for (i = 0; depth < DEPTH_MAX && i < btf_vlen(t) && n < FIELDS_MAX; i++) {
		const char *name = btf__name_by_offset(btf, m[i].name_off);
		const struct btf_type *inner = spot_plain(btf, m[i].type, NULL);

		if (name && *name)
			names[n++] = name;
		else if (inner && btf_is_composite(inner))
			n = list_fields(btf, inner, names, n, depth + 1);
	}
	return n;
}

static int no_field(const struct btf *btf, const struct btf_type *t, const char *name,
		    struct err *err)
{
	const char *names[FIELDS_MAX], *near;
	size_t n = list_fields(btf, t, names, 0, 0);

	near = text_nearest(name, names, n);
	return err_set(err, ENOENT, "'%s' has no field '%s'%s%s%s%s", type_name(btf, t), name,
		       near ? "; did you mean '"
		       : n  ? "; its first is '"
			    : "",
		       near ? near
		       : n  ? names[0]
			    : "",
		       near || n ? "'" : "", near ? "?" : "");
}

static bool find_field(const struct btf *btf, const struct btf_type *t, const char *name,
		       uint64_t bit, int depth, struct spot *at)
{
	const struct btf_member *m = btf_members(t);
	uint16_t i;

	for (i = 0; depth < DEPTH_MAX && i < btf_vlen(t); i++) {
		const char *its = btf__name_by_offset(btf, m[i].name_off);
		uint64_t place = bit + btf_member_bit_offset(t, i);
		const struct btf_type *inner = spot_plain(btf, m[i].type, NULL);

		if (its && *its && strcmp(its, name))
			continue;
		if (!its || !*its) {
			if (inner && btf_is_composite(inner) &&
			    find_field(btf, inner, name, place, depth + 1, at))
				return true;
			continue;
		}
		at->type = m[i].type;
		at->bits = btf_member_bitfield_size(t, i);
		at->shift = 0;
		if (at->bits) { /* the unit of its type that it is in */
			int64_t size = btf__resolve_size(btf, m[i].type);
			uint64_t unit = is_scalar_size(size) ? 8 * (uint64_t)size : 8;

			at->shift = (unsigned)(place % unit);
			place -= at->shift;
		}
		at->va += place / 8;
		return true;
	}
	return false;
}

/* Where a pointer stands, what it points to. */
static int follow(struct places *p, struct spot *at, struct err *err)
{
	const struct btf_type *t = spot_plain(p->btf, at->type, NULL);
	uint64_t to;

	if (!t || !btf_is_ptr(t))
		return 0;
	if (!load(p, at->va, 8, &to))
		return err_set(err, EFAULT, "there is no memory at 0x%016" PRIx64, at->va);
	if (!to)
		return err_set(err, EFAULT, "the pointer there is NULL now, it leads nowhere");
	*at = (struct spot){.va = to, .type = t->type};
	return 0;
}

static int step_index(struct places *p, struct spot *at, uint32_t index, struct err *err)
{
	const struct btf_type *t = spot_plain(p->btf, at->type, NULL);
	const struct btf_array *a;
	int64_t size;

	if (!t || !btf_is_array(t))
		return err_set(err, EINVAL, "[%u] stands behind what is no array", index);
	a = btf_array(t);
	if (a->nelems && index >= a->nelems)
		return err_set(err, EINVAL, "[%u]: the array has elements 0 to %u", index,
			       a->nelems - 1);
	size = btf__resolve_size(p->btf, a->type);
	if (size <= 0)
		return err_set(err, ENOTSUP, "[%u]: the size of its elements is not known", index);
	*at = (struct spot){.va = at->va + index * (uint64_t)size, .type = a->type};
	return 0;
}

int spot_step(struct places *p, struct spot *at, const struct place_step *step, struct err *err)
{
	const struct btf_type *t;
	int r;

	if (!*step->name)
		return step_index(p, at, step->index, err);
	r = follow(p, at, err);
	if (r < 0)
		return err_wrap(err, "before '.%s'", step->name);
	t = spot_plain(p->btf, at->type, NULL);
	if (!t || !btf_is_composite(t))
		return err_set(err, EINVAL, "'.%s' stands behind what has no fields", step->name);
	return find_field(p->btf, t, step->name, 0, 0, at) ? 0
							   : no_field(p->btf, t, step->name, err);
}

/* ---- values ----------------------------------------------------------------------------- */

struct scalar {
	enum place_value_kind kind;
	unsigned size, bits; /* bytes of its unit; bits of the value */
	const struct btf_type *type;
};

static bool is_char_array(const struct btf *btf, const struct btf_type *t)
{
	const struct btf_type *e =
		btf_is_array(t) ? spot_plain(btf, btf_array(t)->type, NULL) : NULL;

	return e && btf_is_int(e) && e->size == 1 && !(btf_int_encoding(e) & BTF_INT_BOOL);
}

static int no_value(const struct btf *btf, const struct btf_type *t, struct err *err)
{
	const char *names[FIELDS_MAX];

	if (t && btf_is_composite(t) && list_fields(btf, t, names, 0, 0))
		return err_set(err, EINVAL,
			       "that is a whole '%s': name a field of it, for example '.%s'",
			       type_name(btf, t), names[0]);
	if (t && btf_is_array(t))
		return err_set(err, EINVAL, "that is an array: name an element of it, '[0]'");
	return err_set(err, EINVAL, "what stands there has no value: give another type or field");
}

static int scalar_of(const struct btf *btf, const struct spot *at, struct scalar *out,
		     struct err *err)
{
	const struct btf_type *t = spot_plain(btf, at->type, NULL);
	int64_t size = t ? btf__resolve_size(btf, at->type) : 0;

	*out = (struct scalar){.type = t};
	if (!t || !is_scalar_size(size))
		return no_value(btf, t, err);
	if (btf_is_ptr(t))
		out->kind = PLACE_POINTER;
	else if (btf_is_any_enum(t))
		out->kind = PLACE_ENUM;
	else if (btf_is_int(t) && btf_int_encoding(t) & BTF_INT_BOOL)
		out->kind = PLACE_BOOL;
	else if (btf_is_int(t))
		out->kind = btf_int_encoding(t) & BTF_INT_SIGNED ? PLACE_SIGNED : PLACE_UNSIGNED;
	else
		return no_value(btf, t, err);
	out->size = (unsigned)size;
	out->bits = at->bits ? at->bits : 8 * out->size;
	if (out->bits + at->shift > 8 * out->size)
		return err_set(err, ENOTSUP, "a bit field that lies in two units is not read");
	return 0;
}

static bool is_signed(const struct scalar *s)
{
	return s->kind == PLACE_SIGNED || (s->kind == PLACE_ENUM && btf_kflag(s->type));
}

static uint64_t mask_of(const struct scalar *s)
{
	return s->bits >= 64 ? UINT64_MAX : (UINT64_C(1) << s->bits) - 1;
}

static uint64_t extend(const struct scalar *s, uint64_t v)
{
	v &= mask_of(s);
	return is_signed(s) && s->bits < 64 && v >> (s->bits - 1) ? v | ~mask_of(s) : v;
}

/* The nth enumerator; false past the end. */
static bool enumerator(const struct btf *btf, const struct scalar *s, uint16_t n, const char **name,
		       uint64_t *value)
{
	if (n >= btf_vlen(s->type))
		return false;
	if (btf_is_enum64(s->type)) {
		*name = btf__name_by_offset(btf, btf_enum64(s->type)[n].name_off);
		*value = btf_enum64_value(&btf_enum64(s->type)[n]);
	} else {
		*name = btf__name_by_offset(btf, btf_enum(s->type)[n].name_off);
		*value = (uint64_t)(int64_t)btf_enum(s->type)[n].val;
	}
	return *name != NULL;
}

static void show(const struct btf *btf, const struct scalar *s, struct place_value *v)
{
	const char *name;
	uint64_t value;
	uint16_t i;

	if (s->kind == PLACE_BOOL)
		snprintf(v->text, sizeof(v->text), "%s", v->bits ? "true" : "false");
	else if (s->kind == PLACE_POINTER)
		snprintf(v->text, sizeof(v->text), "0x%016" PRIx64, v->bits);
	else if (is_signed(s))
		snprintf(v->text, sizeof(v->text), "%" PRId64, (int64_t)v->bits);
	else
		snprintf(v->text, sizeof(v->text), "%" PRIu64, v->bits);
	for (i = 0; s->kind == PLACE_ENUM && enumerator(btf, s, i, &name, &value); i++)
		if ((value & mask_of(s)) == (v->bits & mask_of(s))) {
			text_sanitise(v->text, sizeof(v->text), name, strlen(name));
			return;
		}
}

static int read_text(struct places *p, const struct spot *at, uint32_t room,
		     struct place_value *out, struct err *err)
{
	char raw[PLACE_VALUE_MAX];
	size_t n = room + 1 < sizeof(raw) ? room + 1 : sizeof(raw);

	if (!space_at_aligned(&p->sight->space, at->va, 1, 1))
		return err_set(err, EFAULT, "there is no memory at 0x%016" PRIx64, at->va);
	space_text(&p->sight->space, at->va, raw, n);
	*out = (struct place_value){.kind = PLACE_TEXT};
	text_sanitise(out->text, sizeof(out->text), raw, strlen(raw));
	return 0;
}

int spot_read(struct places *p, const struct spot *at, struct place_value *out, struct err *err)
{
	const struct btf_type *t = spot_plain(p->btf, at->type, NULL);
	struct scalar s;
	uint64_t unit;
	int r;

	if (t && is_char_array(p->btf, t) && btf_array(t)->nelems)
		return read_text(p, at, btf_array(t)->nelems, out, err);
	r = scalar_of(p->btf, at, &s, err);
	if (r < 0)
		return r;
	if (!load(p, at->va, s.size, &unit))
		return err_set(err, EFAULT, "there is no memory at 0x%016" PRIx64, at->va);
	*out = (struct place_value){.kind = s.kind, .bits = extend(&s, unit >> at->shift)};
	show(p->btf, &s, out);
	return 0;
}

int spot_size(struct places *p, const struct spot *at, unsigned *size, struct err *err)
{
	const struct btf_type *t = spot_plain(p->btf, at->type, NULL);
	struct scalar s;
	int r;

	if (t && is_char_array(p->btf, t))
		return err_set(err, EINVAL, "that is a text of %u bytes: name one of them, '[0]'",
			       btf_array(t)->nelems);
	if (at->bits)
		return err_set(err, EINVAL, "that is a bit field of %u bits, not whole bytes", at->bits);
	r = scalar_of(p->btf, at, &s, err);
	if (r == 0)
		*size = s.size;
	return r;
}

/* ---- writing ---------------------------------------------------------------------------- */

static bool value_named(const struct btf *btf, const struct scalar *s, const char *word,
			uint64_t *bits)
{
	const char *name;
	uint16_t i;

	for (i = 0; s->kind == PLACE_ENUM && enumerator(btf, s, i, &name, bits); i++)
		if (!strcmp(name, word))
			return true;
	return false;
}

static int value_of(const struct btf *btf, const struct scalar *s, const char *word, uint64_t *bits,
		    struct err *err)
{
	uint64_t max = is_signed(s) ? mask_of(s) >> 1 : mask_of(s);
	bool negative;

	if (s->kind == PLACE_POINTER)
		return err_set(err, EINVAL,
			       "a pointer is not written, only numbers, bools and enums");
	if (value_named(btf, s, word, bits))
		return 0;
	if (!place_number(word, bits, &negative))
		return err_set(err, EINVAL, "'%.60s' is no value of '%s': write a number%s", word,
			       type_name(btf, s->type),
			       s->kind == PLACE_ENUM ? ", or the name of one" : "");
	if (s->kind == PLACE_BOOL)
		max = 1;
	if (negative ? !is_signed(s) || -*bits > max + 1 : *bits > max)
		return err_set(err, ERANGE, "%s does not fit '%s' of %u bits: at most %" PRIu64,
			       word, type_name(btf, s->type), s->bits, max);
	return 0;
}

static void store(void *at, unsigned size, uint64_t v)
{
	if (size == 1)
		__atomic_store_n((uint8_t *)at, (uint8_t)v, __ATOMIC_SEQ_CST);
	else if (size == 2)
		__atomic_store_n((uint16_t *)at, (uint16_t)v, __ATOMIC_SEQ_CST);
	else if (size == 4)
		__atomic_store_n((uint32_t *)at, (uint32_t)v, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n((uint64_t *)at, v, __ATOMIC_SEQ_CST);
}

/* Of the bytes that hold a bit field, each is exchanged until nobody wrote to it meanwhile. */
static void store_bits(uint8_t *at, unsigned shift, unsigned bits, uint64_t v)
{
	unsigned byte;

	for (byte = shift / 8; byte <= (shift + bits - 1) / 8; byte++) {
		unsigned from = byte * 8 > shift ? 0 : shift - byte * 8;
		unsigned end = shift + bits - byte * 8 < 8 ? shift + bits - byte * 8 : 8;
		uint8_t mask = (uint8_t)(((1u << end) - 1) & ~((1u << from) - 1));
		uint8_t part =
			(uint8_t)((byte * 8 > shift ? v >> (byte * 8 - shift) : v << from) & mask);
		uint8_t old = __atomic_load_n(at + byte, __ATOMIC_RELAXED);

		while (!__atomic_compare_exchange_n(at + byte, &old,
						    (uint8_t)((old & ~mask) | part), false,
						    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			;
	}
}

int spot_write(struct places *p, const struct spot *at, const char *value, struct err *err)
{
	struct scalar s;
	const void *there;
	uint64_t bits = 0;
	int r = scalar_of(p->btf, at, &s, err);

	if (r == 0)
		r = value_of(p->btf, &s, value, &bits, err);
	if (r < 0)
		return r;
	there = space_at_aligned(&p->sight->space, at->va, s.size, s.size);
	if (!there)
		return err_set(err, EFAULT, "there is no aligned memory at 0x%016" PRIx64, at->va);
	if (at->bits)
		store_bits((uint8_t *)(uintptr_t)there, at->shift, s.bits, bits & mask_of(&s));
	else
		store((void *)(uintptr_t)there, s.size, bits);
	return 0;
}
