/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_c - a session as a C test on <scxplore/scxplore.h> and <scxplore/cmocka.h>.
 *
 * The scenario becomes static data (export_c_op.c), each check a test function (export_c_test.c);
 * here is the order of the file and the names in it. Invariant: 100 columns, and whatever a session
 * says stands inside a literal or a comment made by export_text.c.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/export_c_private.h"
#include "ops/export_text.h"

#include <errno.h>
#include <string.h>

static bool taken(const struct export_c_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return true;
	return false;
}

/* A name not given before; owned by names. */
const char *export_c_name(struct export_c_names *names, const char *prefix, const char *text)
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

static void names_finish(struct export_c_names *names)
{
	while (names->n)
		free(names->v[--names->n]);
	free(names->v);
}

static void step_row(struct buf *out, const struct export_part *p, const char *name)
{
	cleanup_buf struct buf piece = BUF_INIT;

	buf_adds(out, "\t{ .label = ");
	export_c_string(out, p->label, strlen(p->label), export_column(out), 2, false);
	buf_addf(&piece, ".ops = %s", name);
	export_c_place(out, &piece, true);
	buf_reset(&piece);
	buf_adds(&piece, ".hold = ");
	if (p->hold_ns)
		export_c_duration(&piece, p->hold_ns);
	else
		buf_addc(&piece, '0');
	export_c_place(out, &piece, true);
	buf_adds(out, " },\n");
}

static void scenario(struct buf *out, const struct export_parts *parts,
		     struct export_c_names *names)
{
	const char **steps = xcalloc(parts->n, sizeof(*steps));
	cleanup_free char *number = NULL;
	size_t i;

	if (parts->v[0].n)
		export_c_ops(out, "backdrop", &parts->v[0]);
	for (i = 1; i < parts->n; i++) {
		free(number);
		number = xasprintf("%zu", i);
		steps[i] = export_c_name(names, "step_",
					 *parts->v[i].label ? parts->v[i].label : number);
		export_c_ops(out, steps[i], &parts->v[i]);
	}
	if (parts->n > 1) {
		buf_adds(out, "static const struct sxp_step steps[] = {\n");
		for (i = 1; i < parts->n; i++)
			step_row(out, &parts->v[i], steps[i]);
		buf_adds(out, "\t{ SXP_LAST_STEP },\n};\n\n");
	}
	free(steps);
}

/* ---- tests ---- */

static void tests(struct buf *out, const struct export_parts *parts,
		  const struct export_checks *checks, struct export_c_names *names)
{
	const char **rows = xcalloc(checks->n + 1, sizeof(*rows));
	size_t i;

	for (i = 0; i < checks->n; i++)
		rows[i] = export_c_test(out, &checks->v[i], names);
	rows[i] = export_c_name(names, "", "every op was carried out");
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
	struct export_c_names names = {.v = NULL};
	struct op *hold;

	if (!scenario_len(in->scenario))
		return err_set(err, ENODATA,
			       "export '%s': no op of it was carried out, there is nothing to test",
			       export_c_or_unknown(in->session_name));
	export_c_name(&names, "", "guest");
	export_c_name(&names, "", "backdrop");
	export_c_name(&names, "", "steps");
	export_parts_build(&parts, in->scenario);
	backdrop_hold(&parts, &hold);
	export_checks_build(&checks, in->scenario, in->model);
	export_c_head(out, in, &parts);
	export_c_guest(out, in->info);
	scenario(out, &parts, &names);
	tests(out, &parts, &checks, &names);
	export_checks_finish(&checks);
	export_parts_finish(&parts);
	op_destroy(hold);
	names_finish(&names);
	return 0;
}
