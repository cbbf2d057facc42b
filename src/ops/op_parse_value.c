/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_parse_value - one word to the value of one argument: its type and range.
 *
 * Types of the wire (CPU words, policies, expressions) are checked by the code the guest uses, too.
 * Every error names the argument.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_cpus.h"
#include "guest/wire_custom.h"
#include "guest/wire_expr.h"
#include "guest/wire_place.h"
#include "guest/wire_policy.h"
#include "ops/checks.h"
#include "ops/metric.h"
#include "ops/op_parse_private.h"
#include "ops/schedulers.h"
#include "ops/work_types.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_DIGITS 16

static int bad(struct err *err, const struct arg_def *a, const char *word, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int bad(struct err *err, const struct arg_def *a, const char *word, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_set(err, EINVAL, "%s '%.80s': %s", a->key, word, why);
}

static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

static int check_name(const struct arg_def *a, const char *w, struct err *err)
{
	if (!*w)
		return bad(err, a, w, "a name is empty");
	if (strlen(w) > OP_NAME_MAX)
		return bad(err, a, w, "a name has at most %d bytes", OP_NAME_MAX);
	if (strspn(w, name_chars) != strlen(w))
		return bad(err, a, w, "a name is made of letters, digits, '_', '.' and '-'");
	if (*w == '.' || *w == '-')
		return bad(err, a, w, "a name does not begin with '%c'", *w);
	if (strspn(w, "0123456789") == strlen(w))
		return bad(err, a, w, "a name is not a number (a number is a PID)");
	return 0;
}

static int check_component(const struct arg_def *a, const char *all, const char *c, size_t len,
			   struct err *err)
{
	size_t i;

	if (!len)
		return bad(err, a, all, "a component of the path is empty");
	if (c[0] == '.')
		return bad(err, a, all, "a component does not begin with '.'");
	for (i = 0; i < len; i++)
		if (!strchr(name_chars, c[i]))
			return bad(err, a, all,
				   "a cgroup is named with letters, digits, '_', '.' and '-'");
	return 0;
}

/* The kernel refuses names that look like its own files ("cpu.max"): say so before it does. */
static int check_cgroup(const struct arg_def *a, const char *w, struct err *err)
{
	static const char *const controllers[] = {"cgroup.", "cpu.",  "cpuset.",  "memory.",
						  "io.",     "pids.", "hugetlb.", "rdma.",
						  "misc.",   "irq."};
	const char *p = w, *last;
	size_t i;

	if (!strcmp(w, "/") && a->type == ARG_CGROUP)
		return 0;
	if (!*w)
		return bad(err, a, w, "a cgroup's name is empty");
	if (*w == '/')
		return bad(err, a, w, "name it below the workload root, without the leading '/'");
	if (strlen(w) > OP_CGROUP_MAX)
		return bad(err, a, w, "a cgroup's path has at most %d bytes", OP_CGROUP_MAX);
	for (;;) {
		size_t len = strcspn(p, "/");

		if (check_component(a, w, p, len, err) < 0)
			return -EINVAL;
		if (!p[len])
			break;
		p += len + 1;
	}
	last = strrchr(w, '/') ? strrchr(w, '/') + 1 : w;
	for (i = 0; i < ARRAY_SIZE(controllers); i++)
		if (!strncmp(last, controllers[i], strlen(controllers[i])))
			return bad(err, a, w,
				   "the kernel keeps names that begin with '%s' for its own files",
				   controllers[i]);
	return 0;
}

static int check_target(const struct arg_def *a, const char *w, struct err *err)
{
	static const struct arg_def cgroup = {.key = "@CGROUP", .type = ARG_CGROUP_NEW};
	uint64_t pid;

	if (*w == '@')
		return check_cgroup(&cgroup, w + 1, err);
	if (*w >= '0' && *w <= '9' && strspn(w, "0123456789") == strlen(w)) {
		if (a->type != ARG_MOVER)
			return bad(err, a, w,
				   "a process number cannot stand here, only a name or @CGROUP");
		if (!text_u64(w, 2, 4194304, &pid))
			return bad(err, a, w, "a PID is a number from 2 to 4194304");
		return 0;
	}
	return check_name(a, w, err);
}

static int check_work(const struct arg_def *a, const char *w, struct err *err)
{
	const char *names[64], *near;
	const struct work_type *t;
	struct custom_work custom;
	size_t i;

	if (custom_is(w))
		return custom_parse(w, false, &custom, err) < 0 ? err_wrap(err, "%s", a->key) : 0;
	for (i = 0; i < ARRAY_SIZE(names) && (t = work_type_at(i)); i++) {
		if (!strcmp(t->name, w))
			return 0;
		names[i] = t->name;
	}
	near = text_nearest(w, names, i);
	if (near)
		return bad(err, a, w, "no such work type; did you mean '%s'?", near);
	return bad(err, a, w, "no such work type; the first is '%s', see 'help spawn'", names[0]);
}

static int parse_duration(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	char min[32], max[32];
	uint64_t ns;

	if (!text_duration(w, &ns) || ns > INT64_MAX)
		return bad(err, a, w, "not a time; write 10us, 250ms, 2s or 1m");
	if ((int64_t)ns < a->min || (int64_t)ns > a->max) {
		text_format_duration(min, sizeof(min), (uint64_t)a->min);
		text_format_duration(max, sizeof(max), (uint64_t)a->max);
		return bad(err, a, w, "must be from %s to %s", min, max);
	}
	v->num = (int64_t)ns;
	return 0;
}

/* A duration, or "25%" of the scenario's. */
static int parse_hold(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	size_t n = strlen(w);
	char *end;
	double percent;

	if (!n || w[n - 1] != '%')
		return parse_duration(a, w, v, err);
	percent = *w >= '0' && *w <= '9' ? strtod(w, &end) : 0;
	if (!(percent >= 0.0001 && percent <= 100) || strspn(w, "0123456789.") != n - 1 ||
	    end != w + n - 1)
		return bad(err, a, w,
			   "a part of the scenario's time is more than 0%% and at most 100%%");
	v->num = -(int64_t)(percent * 10000 + 0.5);
	return 0;
}

/* Decimals to millionths; a percentage has its sign. */
static int parse_number(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	bool percent = a->type == ARG_PERCENT;
	size_t n = strlen(w), digits = strspn(w, "0123456789.");
	double x = digits && digits <= 20 ? strtod(w, NULL) * (percent ? 1e4 : 1e6) + 0.5 : 0;

	if (digits + percent != n || (percent && w[digits] != '%') || !strpbrk(w, "0123456789") ||
	    strchr(w, '.') != strrchr(w, '.'))
		return bad(err, a, w,
			   percent ? "write a percentage such as 10%%"
				   : "write a number such as 3 or 0.5");
	if (x < (double)a->min || x > (double)a->max + 0.5)
		return bad(err, a, w, "must be from %g to %g", (double)a->min / 1e6,
			   (double)a->max / 1e6);
	v->num = (int64_t)x;
	return 0;
}

static int check_pair(const struct arg_def *a, const char *w, struct err *err)
{
	const char *slash = strchr(w, '/');
	cleanup_free char *first = slash ? xstrndup(w, (size_t)(slash - w)) : NULL;

	if (!slash && strchr(a->key, '|'))
		return check_name(a, w, err);
	if (!slash)
		return bad(err, a, w, "write two groups, such as high/low");
	return check_name(a, first, err) < 0 ? -EINVAL : check_name(a, slash + 1, err);
}

static int cpu_list_check(const char *text, struct err *err)
{
	struct cpu_mask m;

	return cpu_mask_parse(text, &m, err);
}

static int parse_checked(const struct arg_def *a, const char *w,
			 int (*check)(const char *text, struct err *err), struct err *err)
{
	return check(w, err) < 0 ? err_wrap(err, "%s", a->key) : 0;
}

int op_parse_value(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	int r = 0;

	switch (a->type) {
	case ARG_COUNT:
	case ARG_CODE:
		if (!text_i64(w, a->min, a->max, &v->num))
			return bad(err, a, w, "must be a number from %" PRId64 " to %" PRId64,
				   a->min, a->max);
		break;
	case ARG_DURATION:
		r = parse_duration(a, w, v, err);
		break;
	case ARG_HOLD:
		r = parse_hold(a, w, v, err);
		break;
	case ARG_EXPR:
		r = parse_checked(a, w, expr_check, err);
		break;
	case ARG_PAIR:
		r = check_pair(a, w, err);
		break;
	case ARG_NUMBER:
	case ARG_PERCENT:
		r = parse_number(a, w, v, err);
		break;
	case ARG_CPU_LIST:
		r = parse_checked(a, w, cpu_list_check, err);
		break;
	case ARG_CPUS:
		r = parse_checked(a, w, cpu_words_check, err);
		break;
	case ARG_POLICY:
		r = parse_checked(a, w, policy_check, err);
		break;
	case ARG_MEMPOLICY:
		r = parse_checked(a, w, mempolicy_check, err);
		break;
	case ARG_SCHED:
		r = parse_checked(a, w, scheduler_check, err);
		break;
	case ARG_SCHED_SEEN:
		r = check_name(a, w, err);
		break;
	case ARG_KIND:
		r = parse_checked(a, w, scheduler_check_kind, err);
		break;
	case ARG_SIGNAL:
		r = parse_checked(a, w, signal_check, err);
		break;
	case ARG_NAME:
	case ARG_NAME_NEW:
		r = check_name(a, w, err);
		break;
	case ARG_CGROUP:
	case ARG_CGROUP_NEW:
		r = check_cgroup(a, w, err);
		break;
	case ARG_TARGET:
	case ARG_MOVER:
		r = check_target(a, w, err);
		break;
	case ARG_WORK:
		r = check_work(a, w, err);
		break;
	case ARG_PATH:
		if (*w != '/' || strlen(w) >= 4096)
			r = bad(err, a, w, "must be an absolute path in the guest");
		break;
	case ARG_FILE:
		if (!*w || strlen(w) >= 4096)
			r = bad(err, a, w, "must be a file of this machine, or a program in $PATH");
		break;
	case ARG_WORD:
		if (!*w || strlen(w) > OP_NAME_MAX)
			r = bad(err, a, w, "must be a name of 1 to %d bytes", OP_NAME_MAX);
		break;
	case ARG_YES:
		if (strcmp(w, "yes") && strcmp(w, "no"))
			r = bad(err, a, w, "must be yes or no");
		break;
	case ARG_PLACE:
		r = parse_checked(a, w, place_check, err);
		break;
	case ARG_PUT:
		if (strlen(w) >= PLACE_VALUE_MAX)
			r = bad(err, a, w, "has at most %d bytes", PLACE_VALUE_MAX - 1);
		break;
	case ARG_HOW:
		if (strcmp(w, "hot") && strcmp(w, "cold"))
			r = bad(err, a, w, "must be hot or cold");
		break;
	case ARG_METRIC:
		r = parse_checked(a, w, metric_check_name, err);
		break;
	case ARG_MEASURE:
		if (a->wire != WARG_LIMIT || strcmp(w, CHECK_OFF))
			r = parse_checked(a, w, metric_check_value, err);
		break;
	case ARG_HASH:
		if (strlen(w) != HASH_DIGITS || strspn(w, "0123456789abcdef") != HASH_DIGITS)
			r = bad(err, a, w, "must be 16 digits of 0-9 and a-f, as a run with --exact says them");
		break;
	case ARG_MACHINE:
		if (!*w || strlen(w) >= 200 || strpbrk(w, " \t"))
			r = bad(err, a, w, "must be one word, as a run with --exact says it");
		break;
	case ARG_CHECK: /* with its group and limit: checks_op_check() */
	case ARG_FIGURE:
	case ARG_COMPARE:
	case ARG_AMOUNT: /* all three together: figures_check() */
	case ARG_TEXT:
	case ARG_ARGV:
	case ARG_PARAMS:
	case ARG_SETTINGS:
	case ARG_CONSTANTS:
		break;
	}
	if (r < 0)
		return r;
	if (a->type != ARG_COUNT && a->type != ARG_CODE && a->type != ARG_DURATION &&
	    a->type != ARG_HOLD && a->type != ARG_NUMBER && a->type != ARG_PERCENT)
		v->str = xstrdup(w);
	v->set = true;
	return 0;
}
