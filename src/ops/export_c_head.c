/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_c_head - the head comment and the guest of an exported C test.
 *
 * Invariant: whatever a session says stands inside a literal or a comment made by export_text.c.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/export_c_private.h"
#include "ops/export_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

void export_c_head(struct buf *out, const struct export_input *in, const struct export_parts *parts)
{
	cleanup_free char *stem = stem_of(in->file_name ? in->file_name : in->session_name);
	const struct session_info *info = in->info;
	size_t ops = scenario_len(in->scenario), steps = parts->n - 1;

	buf_adds(out, "/*\n");
	paragraphf(out, "%s.c - recorded with scxplore %s on %.10s", stem,
		   export_c_or_unknown(info->version), export_c_or_unknown(info->created));
	buf_adds(out, " *\n");
	paragraphf(out, "Linux %s, %s, topology %s. Session %s, %zu step%s, %zu op%s.",
		   export_c_or_unknown(info->kernel), export_c_or_unknown(info->accel),
		   export_c_or_unknown(info->topology), export_c_or_unknown(in->session_name),
		   steps, steps == 1 ? "" : "s", ops, ops == 1 ? "" : "s");
	if (in->model->shells)
		paragraphf(out,
			   "A person had a shell in the guest (%u opened); what was typed there is "
			   "no op "
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

/* ---- the guest ---- */

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
	if (export_c_flat_list(&flat, "SXP_LIST", include, n, false) &&
	    export_column(out) + export_column(&flat) + 1 <= EXPORT_COLUMNS)
		buf_add(out, flat.data, flat.len);
	else
		export_c_long_list(out, "SXP_LIST", include, n, false);
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

void export_c_guest(struct buf *out, const struct session_info *info)
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
	if (info->exact)
		buf_adds(out, "\t.exact = 1,\n");
	if (info->seed)
		buf_addf(out, "\t.seed = %" PRIu64 "u,\n", info->seed);
	buf_adds(out, "};\n\n");
}
