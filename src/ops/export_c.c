/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_c - a session as a C test on <scxplore/scxplore.h> and <scxplore/cmocka.h>.
 *
 * The scenario becomes static data by looping over the op table (each argument knows its field in
 * struct sxp_op); each check becomes a test function. Invariant: 100 columns, and whatever a
 * session says stands inside a literal or a comment made by export_text.c.
 */
#include "ops/export.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/export_checks.h"
#include "ops/export_parts.h"
#include "ops/export_text.h"
#include "scxplore/scxplore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct names { /* identifiers given so far */
	char **v;
	size_t n;
};

static bool taken(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return true;
	return false;
}

/* A name not given before; owned by names. */
static const char *name_it(struct names *names, const char *prefix, const char *text)
{
	cleanup_buf struct buf ident = BUF_INIT;
	cleanup_free char *sentence = xasprintf("%s%s", prefix, text);
	char *name;
	unsigned n;

	export_c_ident(&ident, sentence);
	name = xstrdup(buf_text(&ident));
	for (n = 2; taken(names, name); n++) {
		free(name);
		name = xasprintf("%s_%u", buf_text(&ident), n);
	}
	names->v = xreallocarray(names->v, names->n + 1, sizeof(*names->v));
	names->v[names->n++] = name;
	return name;
}

static void names_finish(struct names *names)
{
	while (names->n)
		free(names->v[--names->n]);
	free(names->v);
}

/* ---- comments --------------------------------------------------------------------------- */

/* Words of a block comment, broken before column 100. */
static void paragraph(struct buf *out, const char *text)
{
	cleanup_buf struct buf safe = BUF_INIT;
	const char *p;

	export_c_comment(&safe, text);
	buf_adds(out, " *");
	for (p = buf_text(&safe); *p;) {
		size_t n = strcspn(p, " ");

		if (export_column(out) > 4 && export_column(out) + 1 + n > EXPORT_COLUMNS)
			buf_adds(out, "\n *");
		buf_addc(out, ' ');
		buf_add(out, p, n);
		p += n + strspn(p + n, " ");
	}
	buf_addc(out, '\n');
}

static void paragraphf(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void paragraphf(struct buf *out, const char *fmt, ...)
{
	cleanup_buf struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	paragraph(out, buf_text(&text));
}

/* "placement.c" to "placement", and only what is harmless in a shell, make and meson. */
static char *stem_of(const char *file)
{
	static const char safe[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const char *dot = file ? strrchr(file, '.') : NULL;
	size_t n = dot ? (size_t)(dot - file) : file ? strlen(file) : 0;

	if (!n || *file == '-' || strspn(file, safe) < n)
		return xstrdup("session");
	return xstrndup(file, n);
}

static void build_lines(struct buf *out, const char *stem)
{
	buf_adds(out, " *\n * meson.build:\n");
	buf_addf(out, " *   test('%s', executable('%s', '%s.c',\n", stem, stem, stem);
	buf_adds(out, " *     dependencies : [dependency('scxplore'), dependency('cmocka')]),\n"
		      " *     protocol : 'tap', timeout : 300)\n");
	buf_adds(out, " * Makefile:\n");
	buf_addf(out,
		 " *   %s: %s.c; $(CC) $< -o $@ $$(pkg-config --cflags --libs scxplore cmocka)\n",
		 stem, stem);
}

static const char *or_unknown(const char *s)
{
	return s && *s ? s : "unknown";
}

static void head(struct buf *out, const struct export_input *in, const struct export_parts *parts)
{
	cleanup_free char *stem = stem_of(in->file_name ? in->file_name : in->session_name);
	const struct session_info *info = in->info;
	size_t ops = scenario_len(in->scenario), steps = parts->n - 1;

	buf_adds(out, "/*\n");
	paragraphf(out, "%s.c - recorded with scxplore %s on %.10s", stem,
		   or_unknown(info->version), or_unknown(info->created));
	buf_adds(out, " *\n");
	paragraphf(out, "Linux %s, %s, topology %s. Session %s, %zu step%s, %zu op%s.",
		   or_unknown(info->kernel), or_unknown(info->accel), or_unknown(info->topology),
		   or_unknown(in->session_name), steps, steps == 1 ? "" : "s", ops,
		   ops == 1 ? "" : "s");
	if (in->model->shells)
		paragraphf(out,
			   "A person had a shell in the guest (%u opened); what was typed there is no op "
			   "and is not done again here.",
			   in->model->shells);
	if (in->model->fault)
		paragraphf(out, "It was recorded with the fault switch '%s' in force.",
			   in->model->fault);
	paragraph(
		out,
		"SXP_KERNEL, SXP_TOPOLOGY and SXP_ACCEL in the environment choose another guest.");
	buf_addf(out, " * Build: cc %s.c $(pkg-config --cflags --libs scxplore cmocka)\n", stem);
	if (in->with_build)
		build_lines(out, stem);
	buf_adds(out, " */\n#include <scxplore/scxplore.h>\n#include <scxplore/cmocka.h>\n\n");
}

/* ---- values ----------------------------------------------------------------------------- */

/* A list of literals inside a macro, flat; false = a literal alone is too long for one line. */
static bool flat_list(struct buf *out, const char *macro, char *const *list, size_t n, bool pairs)
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
static void long_list(struct buf *out, const char *macro, char *const *list, size_t n, bool pairs)
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
		return flat_list(out, list_macro(a->type), v->list, v->n, is_pairs(a->type));
	default:
		return !export_c_string(out, v->str, strlen(v->str), 0, 2, false);
	}
}

static void long_field(struct buf *out, const struct arg_def *a, const struct op_val *v)
{
	buf_addf(out, ".%s = ", a->api);
	if (a->type == ARG_ARGV || is_pairs(a->type))
		long_list(out, list_macro(a->type), v->list, v->n, is_pairs(a->type));
	else
		export_c_string(out, v->str, strlen(v->str), export_column(out), 2, false);
}

/* Put a finished piece behind what is there, on a new line when it would pass column 100. */
static bool place(struct buf *out, const struct buf *piece, bool whole)
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
		if (!place(out, &piece, whole))
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
		 it->promote        ? "SXP_BACKDROP"
		 : it->op->def->api ? it->op->def->api
		 : it->op->def->flags & OPF_LOOKS ? "SXP_LOOK"
						  : "SXP_READ_FILE");
	if (it->promote)
		promote_fields(out, it->op);
	else
		op_fields(out, it->op);
	if (it->after_ns) {
		buf_adds(&after, ".after = ");
		export_c_duration(&after, it->after_ns);
		place(out, &after, true);
	}
	buf_adds(out, " },\n");
}

static void ops_array(struct buf *out, const char *name, const struct export_part *p)
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

/* ---- the parts of the file ---------------------------------------------------------------- */

static void guest_topology(struct buf *out, const char *topology)
{
	unsigned n, l, c, t;

	if (!topology || sscanf(topology, "%un%ul%uc%ut", &n, &l, &c, &t) != 4)
		return;
	buf_addf(out, "\t.topology = { .nodes = %u, .llcs = %u, .cores = %u, .threads = %u },\n", n,
		 l, c, t);
}

static void guest_string(struct buf *out, const char *field, const char *s)
{
	if (!s || !*s)
		return;
	buf_addf(out, "\t.%s = ", field);
	export_c_string(out, s, strlen(s), export_column(out), 2, false);
	buf_adds(out, ",\n");
}

static void guest_include(struct buf *out, char *const *include)
{
	cleanup_buf struct buf flat = BUF_INIT;
	size_t n = 0;

	while (include && include[n])
		n++;
	if (!n)
		return;
	buf_adds(out, "\t.include = ");
	if (flat_list(&flat, "SXP_LIST", include, n, false) &&
	    export_column(out) + export_column(&flat) + 1 <= EXPORT_COLUMNS)
		buf_add(out, flat.data, flat.len);
	else
		long_list(out, "SXP_LIST", include, n, false);
	buf_adds(out, ",\n");
}

static void guest_duration(struct buf *out, const char *field, uint64_t ns)
{
	if (!ns)
		return;
	buf_addf(out, "\t.%s = ", field);
	export_c_duration(out, ns);
	buf_adds(out, ",\n");
}

static void guest(struct buf *out, const struct session_info *info)
{
	buf_adds(out, "static const struct sxp_guest guest = {\n");
	guest_topology(out, info->topology);
	if (info->memory_mib)
		buf_addf(out, "\t.memory_mib = %u,\n", info->memory_mib);
	guest_string(out, "workload_root", info->workload_root);
	guest_include(out, info->include);
	guest_duration(out, "watchdog", info->watchdog_ns);
	guest_duration(out, "duration", info->duration_ns);
	guest_string(out, "append", info->append);
	buf_adds(out, "};\n\n");
}

static void step_row(struct buf *out, const struct export_part *p, const char *name)
{
	cleanup_buf struct buf piece = BUF_INIT;

	buf_adds(out, "\t{ .label = ");
	export_c_string(out, p->label, strlen(p->label), export_column(out), 2, false);
	buf_addf(&piece, ".ops = %s", name);
	place(out, &piece, true);
	buf_reset(&piece);
	buf_adds(&piece, ".hold = ");
	if (p->hold_ns)
		export_c_duration(&piece, p->hold_ns);
	else
		buf_addc(&piece, '0');
	place(out, &piece, true);
	buf_adds(out, " },\n");
}

static void scenario(struct buf *out, const struct export_parts *parts, struct names *names)
{
	const char **steps = xcalloc(parts->n, sizeof(*steps));
	cleanup_free char *number = NULL;
	size_t i;

	if (parts->v[0].n)
		ops_array(out, "backdrop", &parts->v[0]);
	for (i = 1; i < parts->n; i++) {
		free(number);
		number = xasprintf("%zu", i);
		steps[i] = name_it(names, "step_", *parts->v[i].label ? parts->v[i].label : number);
		ops_array(out, steps[i], &parts->v[i]);
	}
	if (parts->n > 1) {
		buf_adds(out, "static const struct sxp_step steps[] = {\n");
		for (i = 1; i < parts->n; i++)
			step_row(out, &parts->v[i], steps[i]);
		buf_adds(out, "\t{ SXP_LAST_STEP },\n};\n\n");
	}
	free(steps);
}

/* ---- tests -------------------- */

static void argument(struct buf *out, const char *s)
{
	cleanup_buf struct buf flat = BUF_INIT;

	buf_addc(out, ',');
	if (export_c_string(&flat, s, strlen(s), 0, 2, false) ||
	    export_column(out) + export_column(&flat) + 10 > EXPORT_COLUMNS) {
		buf_adds(out, "\n\t\t");
		export_c_string(out, s, strlen(s), 16, 2, false);
	} else {
		buf_addc(out, ' ');
		buf_add(out, flat.data, flat.len);
	}
}

static void assertion(struct buf *out, const struct export_check *c)
{
	static const char *const calls[] = {
		[CHECK_PLACED] = "sxp_assert_placed_before_exec",
		[CHECK_EXIT] = "sxp_assert_exit",
		[CHECK_OUTPUT] = "sxp_assert_output",
		[CHECK_FILE] = "sxp_assert_file",
		[CHECK_REPORT] = "sxp_assert_report",
		[CHECK_STAYED] = "sxp_assert_stayed",
		[CHECK_RAN] = "sxp_assert_ran",
		[CHECK_SHARE] = "sxp_assert_share",
		[CHECK_CPUS] = "sxp_assert_cpus",
		[CHECK_CONFINED] = "sxp_assert_confined",
	};

	buf_addf(out, "\t%s%s(*state", calls[c->kind],
		 c->kind == CHECK_FILE && !c->only ? "_nth" : "");
	argument(out, c->kind == CHECK_FILE ? c->path : c->name);
	if (c->kind >= CHECK_STAYED)
		buf_addf(out, ", %zu", c->nth);
	switch (c->kind) {
	case CHECK_RAN:
		buf_adds(out, ", ");
		export_c_duration(out, (uint64_t)c->code);
		break;
	case CHECK_SHARE:
		buf_addf(out, ", %.9g, %.9g", (double)c->code / 1e6, (double)c->tolerance / 1e4);
		break;
	case CHECK_CPUS:
		argument(out, c->text);
		break;
	case CHECK_CONFINED:
		break;
	case CHECK_STAYED:
	case CHECK_PLACED:
		argument(out, c->cgroup);
		break;
	case CHECK_EXIT:
		buf_addf(out, ", %" PRId64, c->code);
		break;
	case CHECK_OUTPUT:
		argument(out, c->text);
		break;
	case CHECK_REPORT:
		argument(out, c->figure);
		argument(out, c->compare);
		argument(out, c->value);
		break;
	case CHECK_FILE:
		if (!c->only)
			buf_addf(out, ", %zu", c->nth);
		argument(out, c->text);
		break;
	}
	buf_adds(out, ");\n");
}

/* "pinned: expect exit probe == 0", one line of at most 100 columns. */
static void origin(struct buf *out, const struct export_check *c)
{
	cleanup_free char *text = op_format(c->op);
	cleanup_buf struct buf safe = BUF_INIT;
	char cut[EXPORT_COLUMNS - 36];

	export_c_comment(&safe, text);
	text_sanitise(cut, sizeof(cut), buf_text(&safe), safe.len);
	buf_addf(out, "/* %s %s%s */\n", c->pinned ? "pinned:" : "added by scxplore for:", cut,
		 strlen(cut) < safe.len ? "..." : "");
}

static const char *test_function(struct buf *out, const struct export_check *c, struct names *names)
{
	cleanup_buf struct buf sentence = BUF_INIT;
	const char *name;

	export_check_sentence(c, &sentence);
	name = name_it(names, "", buf_text(&sentence));
	origin(out, c);
	buf_addf(out, "static void %s(void **state)\n{\n", name);
	assertion(out, c);
	buf_adds(out, "}\n\n");
	return name;
}

static void tests(struct buf *out, const struct export_parts *parts,
		  const struct export_checks *checks, struct names *names)
{
	const char **rows = xcalloc(checks->n + 1, sizeof(*rows));
	size_t i;

	for (i = 0; i < checks->n; i++)
		rows[i] = test_function(out, &checks->v[i], names);
	rows[i] = name_it(names, "", "every op was carried out");
	buf_adds(out,
		 "/* added by scxplore: a scenario that broke down half-way proves nothing */\n");
	buf_addf(out, "static void %s(void **state)\n{\n\tsxp_assert_ops(*state);\n}\n\n", rows[i]);
	buf_addf(out, "SXP_TEST_MAIN(&guest, %s, %s", parts->v[0].n ? "backdrop" : "NULL",
		 parts->n > 1 ? "steps" : "NULL");
	for (i = 0; i <= checks->n; i++)
		buf_addf(out, ",\n\t      cmocka_unit_test(%s)", rows[i]);
	buf_adds(out, ")\n");
	free(rows);
}

/* Without steps the time after the last op has no step to be held by. */
static void backdrop_hold(struct export_parts *parts, struct op **hold)
{
	struct export_part *p = &parts->v[0];

	*hold = NULL;
	if (parts->n > 1 || !p->hold_ns)
		return;
	*hold = op_create(op_def_by_id(OP_HOLD));
	op_set_num(*hold, WARG_DURATION, (int64_t)p->hold_ns);
	p->items = xreallocarray(p->items, p->n + 1, sizeof(*p->items));
	p->items[p->n++] = (struct export_item){.op = *hold};
}

int export_c_write(const struct export_input *in, struct buf *out, struct err *err)
{
	struct export_checks checks;
	struct export_parts parts;
	struct names names = {.v = NULL};
	struct op *hold;

	if (!scenario_len(in->scenario))
		return err_set(err, ENODATA,
			       "export '%s': no op of it was carried out, there is nothing to test",
			       or_unknown(in->session_name));
	name_it(&names, "", "guest");
	name_it(&names, "", "backdrop");
	name_it(&names, "", "steps");
	export_parts_build(&parts, in->scenario);
	backdrop_hold(&parts, &hold);
	export_checks_build(&checks, in->scenario, in->model);
	head(out, in, &parts);
	guest(out, in->info);
	scenario(out, &parts, &names);
	tests(out, &parts, &checks, &names);
	export_checks_finish(&checks);
	export_parts_finish(&parts);
	op_destroy(hold);
	names_finish(&names);
	return 0;
}
