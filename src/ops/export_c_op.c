/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_c_op - ops as static data: arrays of struct sxp_op with designated initialisers.
 *
 * Loops over the op table: each argument knows its field. Invariant: 100 columns, and designators
 * in the order of the struct, as C++ wants them.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/export_c_private.h"
#include "ops/export_text.h"
#include "scxplore/scxplore.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A list of literals inside a macro, flat; false = a literal alone is too long for one line. */
bool export_c_flat_list(struct buf *out, const char *macro, char *const *list, size_t n, bool pairs)
{
	bool broken = false;
	size_t i;

	buf_addf(out, "%s(", macro);
	for (i = 0; i < n; i++) {
		buf_adds(out, !i ? "" : ", ");
		buf_adds(out, pairs && i % 2 == 0 ? "{" : "");
		broken |= export_c_string(out, list[i], strlen(list[i]), 0, 2, true);
		buf_adds(out, pairs && i % 2 ? "}" : "");
	}
	buf_addc(out, ')');
	return !broken;
}

/* The same over several lines: as many literals on each as fit. */
void export_c_long_list(struct buf *out, const char *macro, char *const *list, size_t n, bool pairs)
{
	size_t i;

	buf_addf(out, "%s(", macro);
	for (i = 0; i < n; i++) {
		cleanup_buf struct buf one = BUF_INIT;
		bool broken = export_c_string(&one, list[i], strlen(list[i]), 0, 2, true);
		bool key = pairs && i % 2 == 0;

		buf_adds(out, i ? "," : "");
		if (broken || export_column(out) + export_column(&one) + 8 > EXPORT_COLUMNS) {
			buf_addf(out, "\n\t\t%s", key ? "{" : "");
			export_c_string(out, list[i], strlen(list[i]), export_column(out), 2, true);
		} else {
			buf_addf(out, "%s%s", i ? " " : "", key ? "{" : "");
			buf_add(out, one.data, one.len);
		}
		buf_adds(out, pairs && !key ? "}" : "");
	}
	buf_addc(out, ')');
}

static bool is_pairs(enum arg_type type)
{
	return type == ARG_SETTINGS || type == ARG_PARAMS || type == ARG_CONSTANTS;
}

static const char *list_macro(enum arg_type type)
{
	return is_pairs(type) ? "SXP_SET" : "SXP_LIST";
}

static bool is_number(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

/* The field a textual target goes to: "@x" is a cgroup, digits are a process, else a group. */
static void target(struct buf *out, const char *s)
{
	if (is_number(s)) {
		buf_addf(out, ".pid = %s", s);
		return;
	}
	buf_adds(out, *s == '@' ? ".cgroup = " : ".name = ");
	s += *s == '@';
	export_c_string(out, s, strlen(s), 0, 2, false);
}

/* ".field = value" on one line; false = too long for any line. */
static bool flat_field(struct buf *out, const struct arg_def *a, const struct op_val *v)
{
	if (a->type == ARG_TARGET || a->type == ARG_MOVER) {
		target(out, v->str);
		return true;
	}
	if (a->type == ARG_HOLD && v->num < 0) {
		buf_addf(out, ".percent = %.6g", (double)-v->num / 10000);
		return true;
	}
	buf_addf(out, ".%s = ", a->api);
	switch (a->type) {
	case ARG_COUNT:
	case ARG_CODE:
		buf_addf(out, "%" PRId64, v->num);
		return true;
	case ARG_DURATION:
	case ARG_HOLD:
		export_c_duration(out, (uint64_t)v->num);
		return true;
	case ARG_ARGV:
	case ARG_PARAMS:
	case ARG_SETTINGS:
	case ARG_CONSTANTS:
		return export_c_flat_list(out, list_macro(a->type), v->list, v->n,
					  is_pairs(a->type));
	default:
		return !export_c_string(out, v->str, strlen(v->str), 0, 2, false);
	}
}

static void long_field(struct buf *out, const struct arg_def *a, const struct op_val *v)
{
	buf_addf(out, ".%s = ", a->api);
	if (a->type == ARG_ARGV || is_pairs(a->type))
		export_c_long_list(out, list_macro(a->type), v->list, v->n, is_pairs(a->type));
	else
		export_c_string(out, v->str, strlen(v->str), export_column(out), 2, false);
}

/* Put a finished piece behind what is there, on a new line when it would pass column 100. */
bool export_c_place(struct buf *out, const struct buf *piece, bool whole)
{
	unsigned width = whole ? export_column(piece) : EXPORT_COLUMNS;

	if (export_column(out) + width + 6 <= EXPORT_COLUMNS) {
		buf_adds(out, ", ");
	} else {
		buf_adds(out, ",\n\t  ");
		if (export_column(out) + width + 4 > EXPORT_COLUMNS)
			return false;
	}
	buf_add(out, piece->data, piece->len);
	return true;
}

/* Where the field of an argument lies: C++ wants designators in the order of the struct. */
static size_t field_offset(const struct arg_def *a, const struct op_val *v)
{
	if (a->type == ARG_HOLD && v->num < 0)
		return offsetof(struct sxp_op, percent);
	if (a->type != ARG_TARGET && a->type != ARG_MOVER)
		return a->api_offset;
	return *v->str == '@'      ? offsetof(struct sxp_op, cgroup)
	       : is_number(v->str) ? offsetof(struct sxp_op, pid)
				   : offsetof(struct sxp_op, name);
}

static void op_fields(struct buf *out, const struct op *op)
{
	size_t order[OP_ARGS_MAX], at[OP_ARGS_MAX], n = 0, i, j;

	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key; i++) {
		if (!op->val[i].set || !(op->def->args[i].api || op->def->args[i].type == ARG_PATH))
			continue;
		at[i] = field_offset(&op->def->args[i], &op->val[i]);
		for (j = n++; j && at[order[j - 1]] > at[i]; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	for (i = 0; i < n; i++) {
		struct arg_def a = op->def->args[order[i]];
		cleanup_buf struct buf piece = BUF_INIT;
		bool whole;

		if (!a.api)
			a.api = "path"; /* an expectation of a file: read at this place */
		whole = flat_field(&piece, &a, &op->val[order[i]]);
		if (!export_c_place(out, &piece, whole))
			long_field(out, &a, &op->val[order[i]]);
	}
}

/* What `op` has made, as the target of a promotion. */
static void promote_fields(struct buf *out, const struct op *op)
{
	const struct op_val *name = op_arg(op, WARG_NAME),
			    *v = name ? name : op_arg(op, WARG_CGROUP);

	buf_addf(out, ", .%s = ", name ? "name" : "cgroup");
	export_c_string(out, v->str, strlen(v->str), export_column(out), 2, false);
}

static void item(struct buf *out, const struct export_item *it)
{
	cleanup_buf struct buf after = BUF_INIT;

	buf_addf(out, "\t{ .type = %s",
		 it->promote                      ? "SXP_BACKDROP"
		 : it->op->def->api               ? it->op->def->api
		 : it->op->def->flags & OPF_LOOKS ? "SXP_LOOK"
		 : it->op->def->flags & OPF_NOTES ? "SXP_REPORT"
						  : "SXP_READ_FILE");
	if (it->promote)
		promote_fields(out, it->op);
	else
		op_fields(out, it->op);
	if (it->after_ns) {
		buf_adds(&after, ".after = ");
		export_c_duration(&after, it->after_ns);
		export_c_place(out, &after, true);
	}
	buf_adds(out, " },\n");
}

void export_c_ops(struct buf *out, const char *name, const struct export_part *p)
{
	size_t i;

	if (p->resumed)
		buf_adds(out, "/* here the session went back to the backdrop: what is made lives "
			      "to the end */\n");
	buf_addf(out, "static const struct sxp_op %s[] = {\n", name);
	for (i = 0; i < p->n; i++)
		item(out, &p->items[i]);
	buf_adds(out, "\t{ .type = SXP_END },\n};\n\n");
}
