/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_place - see wire_place.h.
 */
#include "guest/wire_place.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS  "0123456789"
#define ADVICE  "write for example nr_threads:int, runqueues@0.nr_running or task(hogs).pid"
#define NAMES   LETTERS DIGITS ".-" /* of groups and tasks */
#define SHOWN   40                  /* bytes of a text that is refused */
#define HEX_MAX 16

/* A name as C has them. */
static bool take_word(const char **p, char *dst, size_t size)
{
	size_t n = strspn(*p, LETTERS DIGITS);

	if (!n || n >= size || strchr(DIGITS, **p))
		return false;
	memcpy(dst, *p, n);
	dst[n] = '\0';
	*p += n;
	return true;
}

static bool take_number(const char **p, uint64_t max, uint32_t *out)
{
	char digits[24];
	size_t n = strspn(*p, DIGITS);
	uint64_t v;

	if (!n || n >= sizeof(digits))
		return false;
	memcpy(digits, *p, n);
	digits[n] = '\0';
	if (!text_u64(digits, 0, max, &v))
		return false;
	*out = (uint32_t)v;
	*p += n;
	return true;
}

static bool hex(const char *p, size_t n, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	if (!n || n > HEX_MAX)
		return false;
	for (*out = 0, i = 0; i < n; i++) {
		char c = p[i] >= 'A' && p[i] <= 'F' ? (char)(p[i] - 'A' + 'a') : p[i];
		const char *at = c ? strchr(digits, c) : NULL;

		if (!at)
			return false;
		*out = *out << 4 | (uint64_t)(at - digits);
	}
	return true;
}

static int take_task(const char **p, struct place *out, struct err *err)
{
	size_t n;

	*p += strlen("task(");
	n = strspn(*p, NAMES);
	if (!n || n >= sizeof(out->name) || (*p)[n] != ')')
		return err_set(err, EINVAL,
			       "task(...) wants the name of a task, such as hogs.2, or its number");
	out->kind = PLACE_TASK;
	memcpy(out->name, *p, n);
	out->name[n] = '\0';
	if (strspn(out->name, DIGITS) == n) {
		const char *digits = out->name;

		if (!take_number(&digits, PLACE_TID_MAX, &out->tid) || !out->tid)
			return err_set(err, EINVAL, "task(%.40s): a task has a number from 1 to %d",
				       out->name, PLACE_TID_MAX);
		out->name[0] = '\0';
	}
	*p += n + 1;
	return 0;
}

static int take_type(const char **p, struct place *out, struct err *err)
{
	++*p;
	if (!take_word(p, out->type, sizeof(out->type)))
		return err_set(err, EINVAL,
			       "after ':' stands a type: u8 to u64, s8 to s64, bool, or one of the "
			       "kernel's such as task_struct, with a '*' for a pointer");
	for (; **p == '*'; ++*p)
		if (++out->pointers > PLACE_POINTERS_MAX)
			return err_set(err, EINVAL, "type '%s': at most %d '*' are taken",
				       out->type, PLACE_POINTERS_MAX);
	return 0;
}

static int take_head(const char **p, struct place *out, struct err *err)
{
	int r;

	if (!strncmp(*p, "task(", 5))
		return take_task(p, out, err);
	if (!strncmp(*p, "0x", 2)) {
		size_t n = strcspn(*p + 2, ":");

		out->kind = PLACE_ADDRESS;
		if (!hex(*p + 2, n, &out->address))
			return err_set(
				err, EINVAL,
				"an address is 0x and at most 16 digits, then ':' and a type");
		*p += 2 + n;
		if (**p != ':')
			return err_set(err, EINVAL,
				       "an address needs a type: 0xADDRESS:u64, or a structure's "
				       "name and a field");
	} else if (!take_word(p, out->name, sizeof(out->name))) {
		return err_set(err, EINVAL, "'%.*s' names nothing in the kernel; " ADVICE, SHOWN,
			       *p);
	}
	if (**p == ':' && (r = take_type(p, out, err)) < 0)
		return r;
	if (**p == '@' && out->kind == PLACE_SYMBOL) {
		++*p;
		if (!take_number(p, PLACE_CPU_MAX, &out->cpu))
			return err_set(err, EINVAL, "after '@' stands the number of a CPU, 0 to %d",
				       PLACE_CPU_MAX);
		out->has_cpu = true;
	}
	return 0;
}

static int take_step(const char **p, struct place *out, struct err *err)
{
	struct place_step *s = &out->steps[out->nsteps];

	if (out->nsteps == PLACE_STEPS_MAX)
		return err_set(err, EINVAL, "more than %d fields after each other",
			       PLACE_STEPS_MAX);
	if (**p == '.') {
		++*p;
		if (!take_word(p, s->name, sizeof(s->name)))
			return err_set(err, EINVAL, "after '.' stands the name of a field");
	} else if (**p == '[') {
		++*p;
		if (!take_number(p, PLACE_INDEX_MAX, &s->index) || **p != ']')
			return err_set(err, EINVAL, "in [ ] stands a number, 0 to %d",
				       PLACE_INDEX_MAX);
		++*p;
	} else {
		return err_set(err, EINVAL, "'%.*s' stands where a '.' and a field may; " ADVICE,
			       SHOWN, *p);
	}
	out->nsteps++;
	return 0;
}

int place_parse(const char *text, struct place *out, struct err *err)
{
	const char *p = text;
	int r;

	*out = (struct place){.kind = PLACE_SYMBOL};
	r = take_head(&p, out, err);
	while (r == 0 && *p)
		r = take_step(&p, out, err);
	if (r == 0 && out->kind == PLACE_TASK && !out->nsteps)
		return err_set(err, EINVAL, "of a task a field is read: task(...).pid");
	return r;
}

int place_check(const char *text, struct err *err)
{
	struct place p;

	return place_parse(text, &p, err);
}

bool place_number(const char *text, uint64_t *bits, bool *negative)
{
	uint64_t v = 0;

	*negative = *text == '-';
	if (!strcmp(text, "true") || !strcmp(text, "false")) {
		*bits = *text == 't';
		return true;
	}
	text += *negative;
	if (text[0] == '0' && text[1] == 'x') {
		if (!hex(text + 2, strlen(text + 2), &v))
			return false;
	} else if (strspn(text, DIGITS) != strlen(text) || !text_u64(text, 0, UINT64_MAX, &v)) {
		return false;
	}
	if (*negative && v > UINT64_C(1) << 63)
		return false;
	*negative = *negative && v;
	*bits = *negative ? -v : v;
	return true;
}
