/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_c_test - one check as a test function: its origin, its name as a sentence, its assertion.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/export_c_private.h"
#include "ops/export_text.h"

#include <inttypes.h>
#include <string.h>

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
		[CHECK_REPORT] = "sxp_assert_report_nth",
		[CHECK_STAYED] = "sxp_assert_stayed",
		[CHECK_RAN] = "sxp_assert_ran",
		[CHECK_SHARE] = "sxp_assert_share",
		[CHECK_CPUS] = "sxp_assert_cpus",
		[CHECK_CONFINED] = "sxp_assert_confined",
		[CHECK_METRIC] = "sxp_assert_metric",
	};

	buf_addf(out, "\t%s%s(*state", calls[c->kind],
		 c->kind == CHECK_FILE && !c->only ? "_nth" : "");
	argument(out, c->kind == CHECK_FILE ? c->path : c->name);
	if (c->kind >= CHECK_STAYED || c->kind == CHECK_REPORT)
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
	case CHECK_METRIC:
		argument(out, c->figure);
		argument(out, c->compare);
		argument(out, c->value);
		if (c->kind == CHECK_METRIC)
			buf_addf(out, ", %.9g", (double)c->tolerance / 1e4);
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
	if (op_arg(c->op, WARG_REPLAYS))
		buf_addf(out, "/* its tolerance is from %" PRId64 " replays */\n",
			 op_arg(c->op, WARG_REPLAYS)->num);
	buf_addf(out, "/* %s %s%s */\n", c->pinned ? "pinned:" : "added by scxplore for:", cut,
		 strlen(cut) < safe.len ? "..." : "");
}

const char *export_c_test(struct buf *out, const struct export_check *c,
			  struct export_c_names *names)
{
	cleanup_buf struct buf sentence = BUF_INIT;
	const char *name;

	export_check_sentence(c, &sentence);
	name = export_c_name(names, "", buf_text(&sentence));
	origin(out, c);
	buf_addf(out, "static void %s(void **state)\n{\n", name);
	assertion(out, c);
	buf_adds(out, "}\n\n");
	return name;
}
