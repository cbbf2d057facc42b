/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_work_set - reads and writes the parameters of work types by their table (wire_work.c).
 * Invariant: a value that was set lies within its row's limits, in both programs.
 */
#include "guest/wire_work.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const phase_names[] = {"spin", "sleep", "yield", "io"};

const struct work_type *work_type_find(const char *name)
{
	const struct work_type *t;
	size_t i;

	for (i = 0; (t = work_type_at(i)); i++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

void work_defaults(const struct work_type *t, struct work_values *v)
{
	size_t i;

	*v = (struct work_values){.text = ""};
	for (i = 0; i < WORK_PARAMS_MAX && t->params[i].key; i++) {
		v->v[i] = t->params[i].def;
		if (t->params[i].text)
			text_copy(v->text, sizeof(v->text), t->params[i].text);
	}
}

size_t work_param_index(const struct work_type *t, const char *key)
{
	size_t i;

	for (i = 0; i < WORK_PARAMS_MAX && t->params[i].key; i++)
		if (!strcmp(t->params[i].key, key))
			return i;
	return (size_t)-1;
}

static int unknown_key(const struct work_type *t, const char *key, struct err *err)
{
	const char *keys[WORK_PARAMS_MAX + 1] = {NULL}, *near;
	size_t i;

	for (i = 0; i < WORK_PARAMS_MAX && t->params[i].key; i++)
		keys[i] = t->params[i].key;
	if (!i)
		return err_set(err, EINVAL, "'%s' has no parameter '%.40s': it has none at all",
			       t->name, key);
	near = text_nearest(key, keys, i);
	return err_set(err, EINVAL, "'%s' has no parameter '%.40s'; %s '%s='", t->name, key,
		       near ? "did you mean" : "its first is", near ? near : keys[0]);
}

static bool read_bytes(const char *text, uint64_t *out)
{
	static const char units[] = "KMG";
	size_t n = strlen(text);
	const char *unit;
	char digits[24];
	uint64_t v;
	unsigned shift;

	if (n > 3 && !strcmp(text + n - 2, "iB"))
		n -= 2;
	unit = n ? strchr(units, text[n - 1]) : NULL;
	shift = unit && *unit ? 10 * (unsigned)(unit - units + 1) : 0;
	n -= shift != 0;
	if (n >= sizeof(digits))
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (!text_u64(digits, 0, UINT64_MAX >> 31, &v))
		return false;
	*out = v << shift;
	return true;
}

static bool read_word(const struct work_param *p, const char *text, uint64_t *out)
{
	uint64_t i;

	for (i = 0; p->words[i]; i++)
		if (!strcmp(p->words[i], text))
			break;
	if (!p->words[i] && !text_u64(text, 0, i - 1, &i))
		return false;
	*out = i;
	return true;
}

static void write_value(const struct work_param *p, uint64_t v, char *dst, size_t size)
{
	static const char *const units[] = {"", "K", "M", "G"};
	unsigned u = 0;

	switch (p->unit) {
	case WORK_TIME:
		text_format_duration(dst, size, v);
		break;
	case WORK_BYTES:
		for (; v && !(v & 1023) && u < 3; u++)
			v >>= 10;
		snprintf(dst, size, "%" PRIu64 "%s", v, units[u]);
		break;
	case WORK_WORD:
		text_copy(dst, size, p->words[v]);
		break;
	default:
		snprintf(dst, size, "%" PRIu64, v);
	}
}

static int bad_value(const struct work_param *p, const char *text, struct err *err)
{
	char min[32], max[32], words[64] = "";
	size_t i, n = 0;

	if (p->unit == WORK_WORD) {
		for (i = 0; p->words[i] && n < sizeof(words); i++)
			n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s", i ? " or " : "",
					      p->words[i]);
		return err_set(err, EINVAL, "%s '%.40s': must be %s", p->key, text, words);
	}
	write_value(p, p->min, min, sizeof(min));
	write_value(p, p->max, max, sizeof(max));
	return err_set(err, EINVAL, "%s '%.40s': must be %s from %s to %s", p->key, text,
		       p->unit == WORK_TIME    ? "a time"
		       : p->unit == WORK_BYTES ? "bytes"
					       : "a number",
		       min, max);
}

int work_phases(const char *text, struct work_phase *out, struct err *err)
{
	char one[64];
	int n = 0;

	while (*text) {
		size_t len = strcspn(text, ","), k;
		char *colon;

		if (n == WORK_PHASES_MAX)
			return err_set(err, E2BIG, "phases: at most %d", WORK_PHASES_MAX);
		snprintf(one, sizeof(one), "%.*s", (int)(len < 63 ? len : 63), text);
		colon = strchr(one, ':');
		if (colon)
			*colon = '\0';
		for (k = 0; k < ARRAY_SIZE(phase_names) && strcmp(phase_names[k], one); k++)
			;
		if (!colon || k == ARRAY_SIZE(phase_names) ||
		    !text_duration(colon + 1, &out[n].ns) || out[n].ns < 1000 ||
		    out[n].ns > 60000000000ull)
			return err_set(err, EINVAL,
				       "phases: '%.*s' is not KIND:TIME with a kind of spin, "
				       "sleep, yield, io and a time from 1us to 60s",
				       (int)(len < 60 ? len : 60), text);
		out[n++].kind = (int)k;
		text += len + (text[len] == ',');
	}
	return n ? n : err_set(err, EINVAL, "phases: there are none");
}

int work_set(const struct work_type *t, struct work_values *v, const char *key, const char *text,
	     struct err *err)
{
	struct work_phase phases[WORK_PHASES_MAX];
	size_t i = work_param_index(t, key);
	const struct work_param *p;
	uint64_t value;
	bool good;
	int r;

	if (i == (size_t)-1)
		return unknown_key(t, key, err);
	p = &t->params[i];
	switch (p->unit) {
	case WORK_PHASES:
		r = work_phases(text, phases, err);
		if (r < 0)
			return r;
		if (!text_copy(v->text, sizeof(v->text), text))
			return err_set(err, E2BIG, "%s: longer than %d bytes", key,
				       WORK_TEXT_MAX - 1);
		return 0;
	case WORK_WORD:
		good = read_word(p, text, &value);
		break;
	case WORK_TIME:
		/* digits alone are ns: the form on the wire */
		good = text_u64(text, 0, INT64_MAX, &value) || text_duration(text, &value);
		break;
	case WORK_BYTES:
		good = read_bytes(text, &value);
		break;
	default:
		good = text_u64(text, 0, INT64_MAX, &value);
	}
	if (!good || (p->unit != WORK_WORD && (value < p->min || value > p->max)))
		return bad_value(p, text, err);
	v->v[i] = value;
	return 0;
}

void work_value_text(const struct work_type *t, const struct work_values *v, size_t param,
		     char *dst, size_t size)
{
	if (t->params[param].unit == WORK_PHASES)
		text_copy(dst, size, v->text);
	else
		write_value(&t->params[param], v->v[param], dst, size);
}

void work_value_wire(const struct work_type *t, const struct work_values *v, size_t param,
		     char *dst, size_t size)
{
	if (t->params[param].unit == WORK_PHASES)
		text_copy(dst, size, v->text);
	else
		snprintf(dst, size, "%" PRIu64, v->v[param]);
}

uint32_t work_group_size(const struct work_type *t, const struct work_values *v)
{
	uint32_t n = t->group;
	size_t i;

	for (i = 0; i < WORK_PARAMS_MAX && t->params[i].key; i++)
		if (t->params[i].members)
			n += (uint32_t)v->v[i];
	return n ? n : 1;
}

int work_check_count(const struct work_type *t, const struct work_values *v, uint64_t count,
		     struct err *err)
{
	uint32_t size = work_group_size(t, v);
	uint64_t down = count / size * size;

	if (count && count % size == 0)
		return 0;
	if (!down)
		return err_set(err, EINVAL, "n=%" PRIu64 ": '%s' works in groups of %u; write n=%u",
			       count, t->name, size, size);
	return err_set(err, EINVAL,
		       "n=%" PRIu64 ": '%s' works in groups of %u; write n=%" PRIu64
		       " or n=%" PRIu64,
		       count, t->name, size, down, down + size);
}
