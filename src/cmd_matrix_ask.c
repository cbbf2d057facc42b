/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_ask - see the header. Words of a matrix are taken out first, then the guest options;
 * what is left is the scenario.
 */
#include "cmd_matrix_ask.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/sha256.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "matrix/cell.h"
#include "vmm/kernel.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define LARGEST_TOPOLOGY "1n1l256c1t" /* a scenario is checked against each cell's own later */

/* ---- words ---- */

static int count(const struct command *cmd, const char *name, const char *text, unsigned min,
		 unsigned max, unsigned *out)
{
	uint64_t v;

	if (!text_u64(text, min, max, &v))
		return command_usage(cmd, "%s: '%s' is not a number from %u to %u", name, text, min,
				     max);
	*out = (unsigned)v;
	return 0;
}

static int take_axis(struct matrix_ask *a, const struct command *cmd, int argc, char **argv, int *i,
		     bool *taken)
{
	struct err err = ERR_INIT;
	int axis;

	for (axis = 0; axis < MX_AXES; axis++) {
		cleanup_free char *name = xasprintf("--%s", mx_axis_name((enum mx_axis)axis));
		const char *v = command_value(name, argc, argv, i);

		if (!v)
			continue;
		*taken = true;
		if (mx_axis_add(&a->head, (enum mx_axis)axis, v, &err) < 0)
			return command_usage(cmd, "%s", err.msg);
		return 0;
	}
	return 0;
}

static int take_count(struct matrix_ask *a, const struct command *cmd, int argc, char **argv,
		      int *i, bool *taken)
{
	const struct {
		const char *name;
		unsigned min, max, *out;
		bool *said;
	} rows[] = {
		{"--repeat", 1, MX_COUNT_MAX, &a->head.repeat, &a->repeat_said},
		{"--warmup", 0, MX_COUNT_MAX, &a->head.warmup, &a->warmup_said},
		{"--jobs", 1, MATRIX_JOBS_MAX, &a->jobs, NULL},
		{"--max-cpus", 1, GUEST_CPUS_MAX, &a->max_cpus, NULL},
	};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		const char *v = command_value(rows[k].name, argc, argv, i);

		if (!v)
			continue;
		*taken = true;
		if (rows[k].said)
			*rows[k].said = true;
		return count(cmd, rows[k].name, v, rows[k].min, rows[k].max, rows[k].out);
	}
	return 0;
}

/* 0 with *taken, or not; else the exit status. */
static int take(struct matrix_ask *a, const struct command *cmd, int argc, char **argv, int *i,
		bool *taken)
{
	struct err err = ERR_INIT;
	const char *v;
	int r;

	*taken = true;
	if (!strcmp(argv[*i], "--pin")) {
		a->pin = true;
		return 0;
	}
	if (!strcmp(argv[*i], "--dry-run")) {
		a->dry_run = true;
		return 0;
	}
	if ((v = command_value("--out", argc, argv, i))) {
		a->out = v;
		return 0;
	}
	if ((v = command_value("--resume", argc, argv, i))) {
		a->resume = v;
		return 0;
	}
	if ((v = command_value("--shard", argc, argv, i))) {
		a->shard_said = true;
		return mx_shard_parse(v, &a->head, &err) < 0 ? command_usage(cmd, "%s", err.msg)
							     : 0;
	}
	*taken = false;
	r = take_axis(a, cmd, argc, argv, i, taken);
	if (r == 0 && !*taken)
		r = take_count(a, cmd, argc, argv, i, taken);
	if (r || *taken)
		return r;
	r = matrix_engine_option(cmd, &a->engine, argc, argv, i);
	*taken = r > 0;
	if (r)
		return r < 0 ? EXIT_UNJUDGED : 0;
	r = matrix_report_option(cmd, &a->report, argc, argv, i);
	*taken = r > 0;
	return r < 0 ? EXIT_UNJUDGED : 0;
}

static bool is_among(const char *word, char *const *list, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (list[i] == word)
			return true;
	return false;
}

/* Guest options out of the rest; how they were written is part of the question. */
static int take_guest(struct matrix_ask *a, const struct command *cmd, int argc, char **argv)
{
	cleanup_free char **before = xcalloc((size_t)argc + 1, sizeof(*before));
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int n = argc, i;

	memcpy(before, argv, (size_t)argc * sizeof(*before));
	if (guest_options_take(&a->guest, &argc, argv, &err) < 0)
		return command_error(cmd, &err);
	for (i = 1; i < n; i++) {
		if (is_among(before[i], argv, argc))
			continue;
		if (text.len)
			buf_addc(&text, ' ');
		words_quote(&text, before[i]);
	}
	if (text.len > MX_TEXT_MAX)
		return command_usage(cmd, "the guest options are longer than %d bytes",
				     MX_TEXT_MAX);
	a->head.options = xstrdup(buf_text(&text));
	for (i = 1; i < argc; i++) {
		if ((argv[i][0] == '-' && argv[i][1]) || a->head.scenario)
			return command_usage(cmd, "'%s' is not understood here", argv[i]);
		a->head.scenario = xstrdup(argv[i]);
	}
	return 0;
}

int matrix_ask_parse(struct matrix_ask *a, const struct command *cmd, int argc, char **argv)
{
	int i, n = 1, r = 0;
	bool taken;

	*a = (struct matrix_ask){.jobs = 1, .head = {.repeat = 1, .shard = 1, .shards = 1}};
	a->rest = xcalloc((size_t)argc + 1, sizeof(*a->rest));
	a->rest[0] = argv[0];
	for (i = 1; i < argc && r == 0; i++) {
		int at = i;

		r = take(a, cmd, argc, argv, &i, &taken);
		if (r == 0 && !taken)
			a->rest[n++] = argv[at];
	}
	if (r == 0)
		r = take_guest(a, cmd, n, a->rest);
	if (r == 0)
		r = matrix_report_check(cmd, &a->report);
	if (r)
		return r;
	if (!a->head.scenario && !a->resume)
		return command_usage(cmd, "name a scenario");
	if (a->head.scenario && !strcmp(a->head.scenario, "-"))
		return command_usage(cmd,
				     "a matrix reads its scenario again and again: name a file");
	if (a->head.scenario && strlen(a->head.scenario) > MX_WORD_MAX)
		return command_usage(cmd, "the scenario's name is longer than %d bytes",
				     MX_WORD_MAX);
	if (a->out && a->resume)
		return command_usage(cmd, "--resume goes on in its own file; leave --out away");
	r = matrix_report_beside(cmd, &a->report, a->out);
	if (r == 0)
		r = matrix_engine_check(cmd, a);
	if (r)
		return r;
	/* the first guest of a row finds cold caches: with several it does not count */
	if (!a->warmup_said)
		a->head.warmup = a->head.repeat > 1 ? 1 : 0;
	return 0;
}

/* ---- a file that is gone on with ---- */

static int like_options(struct matrix_ask *a, const char *options, struct err *err)
{
	size_t n, i;
	int argc;

	a->option_words = words_split(options, &n, err);
	if (!a->option_words)
		return -err->code;
	free(a->rest);
	a->rest = xcalloc(n + 2, sizeof(*a->rest));
	a->rest[0] = "matrix";
	for (i = 0; i < n; i++)
		a->rest[i + 1] = a->option_words[i];
	argc = (int)n + 1;
	guest_options_finish(&a->guest);
	if (guest_options_take(&a->guest, &argc, a->rest, err) < 0)
		return -err->code;
	if (argc > 1)
		return err_set(err, EINVAL, "'%.100s' is no guest option", a->rest[1]);
	free(a->head.options);
	a->head.options = xstrdup(options);
	return 0;
}

int matrix_ask_like(struct matrix_ask *a, const struct mx_head *head, struct err *err)
{
	size_t i;
	int axis;

	if (!a->head.scenario)
		a->head.scenario = xstrdup(head->scenario);
	for (axis = 0; axis < MX_AXES; axis++) {
		const struct mx_words *words = &head->axis[axis];

		if (a->head.axis[axis].n)
			continue;
		for (i = 0; i < words->n; i++)
			if (mx_axis_add(&a->head, (enum mx_axis)axis, words->word[i], err) < 0)
				return err_wrap(err, "what it asks for");
	}
	return *a->head.options ? 0 : like_options(a, head->options, err);
}

/* ---- what was left open ---- */

static void digest(const struct scenario *s, char hex[2 * SHA256_SIZE + 1])
{
	uint8_t hash[SHA256_SIZE];
	struct sha256 sum;
	const struct op *op;
	size_t i;

	sha256_init(&sum);
	for (i = 0; (op = scenario_at(s, i)); i++) {
		cleanup_free char *text = op_format(op);

		sha256_add(&sum, text, strlen(text) + 1);
		sha256_add(&sum, &op->after_ns, sizeof(op->after_ns));
	}
	sha256_end(&sum, hash);
	sha256_hex(hash, hex);
}

static int fill_kernel(struct matrix_ask *a, struct err *err)
{
	struct kernel kernel;
	int r = kernel_resolve(a->guest.config.kernel, &kernel, err);

	if (r == 0)
		r = mx_axis_add(&a->head, MX_KERNEL, kernel.release, err);
	kernel_finish(&kernel);
	return r;
}

int matrix_ask_complete(struct matrix_ask *a, struct err *err)
{
	struct mx_words *axis = a->head.axis;
	time_t now = time(NULL);
	char text[2 * SHA256_SIZE + 1];
	struct tm tm;
	int r = 0;

	if (axis[MX_TOPOLOGY].n)
		r = topology_parse(LARGEST_TOPOLOGY, &a->guest.config.topology, err);
	if (r == 0)
		r = load_file(&a->loaded, a->head.scenario, false, &a->guest, err);
	if (r < 0)
		return r;
	if (!axis[MX_TOPOLOGY].n) {
		topology_format(&a->guest.config.topology, text, sizeof(text));
		r = mx_axis_add(&a->head, MX_TOPOLOGY, text, err);
	}
	if (r == 0 && !axis[MX_SCHED].n)
		r = mx_axis_add(&a->head, MX_SCHED, MX_OWN, err);
	if (r == 0 && !axis[MX_KERNEL].n)
		r = fill_kernel(a, err);
	if (r < 0)
		return r;
	digest(a->loaded.scenario, text);
	a->head.sha256 = xstrdup(text);
	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	a->head.started = xstrdup(text);
	a->head.version = xstrdup(SCXPLORE_VERSION);
	return 0;
}

void matrix_ask_finish(struct matrix_ask *a)
{
	load_finish(&a->loaded);
	guest_options_finish(&a->guest);
	mx_head_finish(&a->head);
	if (a->option_words)
		words_free(a->option_words);
	free(a->rest);
}
