/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_stub - stands in for libscxplore when test_export_c runs an exported file: writes every
 * string that reaches the library to $EXPORT_DUMP, one in hexadecimal a line, and lets all pass.
 */
#include <scxplore/scxplore.h>

#include <stdio.h>
#include <stdlib.h>

static FILE *dump;

static void put(const char *s)
{
	if (!s)
		return;
	for (; *s; s++)
		fprintf(dump, "%02x", (unsigned)(unsigned char)*s);
	fputc('\n', dump);
}

static void put_ops(const struct sxp_op *op)
{
	size_t i;

	for (; op && op->type != SXP_END; op++) {
		put(op->name);
		put(op->cgroup);
		put(op->path);
		for (i = 0; op->argv && op->argv[i]; i++)
			put(op->argv[i]);
		for (i = 0; op->set && op->set[i].key; i++) {
			put(op->set[i].key);
			put(op->set[i].value);
		}
	}
}

struct sxp_result *sxp_run_sized(const struct sxp_guest *guest, size_t guest_size,
				 const struct sxp_op *backdrop, const struct sxp_step *steps,
				 size_t op_size, size_t step_size, struct sxp_error *err)
{
	size_t i;

	(void)err;
	if (guest_size != sizeof(*guest) || op_size != sizeof(*backdrop) ||
	    step_size != sizeof(*steps))
		exit(98);
	dump = fopen(getenv("EXPORT_DUMP"), "w");
	if (!dump)
		exit(99);
	put(guest->workload_root);
	for (i = 0; guest->include && guest->include[i]; i++)
		put(guest->include[i]);
	put(guest->append);
	put_ops(backdrop);
	for (; steps && steps->ops; steps++) {
		put(steps->label);
		put_ops(steps->ops);
	}
	return (struct sxp_result *)dump;
}

void sxp_result_free(struct sxp_result *result)
{
	(void)result;
	fclose(dump);
}

const char *sxp_session_path(const struct sxp_result *result)
{
	(void)result;
	return "";
}

const char *sxp_kernel(const struct sxp_result *r)
{
	(void)r;
	return "";
}

const char *sxp_accel(const struct sxp_result *r)
{
	(void)r;
	return "";
}

void sxp_tap_begin(void)
{
}

void sxp_tap_end(void)
{
}

enum sxp_verdict sxp_check_ops(const struct sxp_result *r, char *why, size_t size)
{
	(void)r;
	(void)why;
	(void)size;
	return SXP_PASS;
}

enum sxp_verdict sxp_check_placed(const struct sxp_result *r, const char *name, const char *cgroup, char *why, size_t size)
{
	put(name);
	put(cgroup);
	return sxp_check_ops(r, why, size);
}

enum sxp_verdict sxp_check_exit(const struct sxp_result *r, const char *name, int code, char *why, size_t size)
{
	put(name);
	fprintf(dump, "%d\n", code);
	return sxp_check_ops(r, why, size);
}

enum sxp_verdict sxp_check_output(const struct sxp_result *r, const char *name, const char *text, char *why, size_t size)
{
	put(name);
	put(text);
	return sxp_check_ops(r, why, size);
}

enum sxp_verdict sxp_check_report(const struct sxp_result *r, const char *name, const char *figure, const char *op,
				  const char *value, char *why, size_t size)
{
	put(name);
	put(figure);
	put(op);
	put(value);
	return sxp_check_ops(r, why, size);
}

enum sxp_verdict sxp_check_report_nth(const struct sxp_result *r, const char *name, unsigned nth, const char *figure,
				      const char *op, const char *value, char *why, size_t size)
{
	fprintf(dump, "%u\n", nth);
	return sxp_check_report(r, name, figure, op, value, why, size);
}

enum sxp_verdict sxp_check_metric(const struct sxp_result *r, const char *name, unsigned nth, const char *key,
				  const char *op, const char *value, double percent, char *why, size_t size)
{
	fprintf(dump, "%g\n", percent);
	return sxp_check_report_nth(r, name, nth, key, op, value, why, size);
}

enum sxp_verdict sxp_check_file(const struct sxp_result *r, const char *path, unsigned nth, const char *text, char *why,
				size_t size)
{
	put(path);
	fprintf(dump, "%u\n", nth);
	put(text);
	return sxp_check_ops(r, why, size);
}
