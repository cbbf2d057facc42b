/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_bench - `scxplore bench`: the measurements of bench/bench.c, or those that are named, as one
 * JSON object on standard output; how far it is on standard error.
 */
#include "base/cleanup.h"
#include "bench/bench.h"
#include "base/text.h"
#include "cmd_loaded.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static int unknown(const char *name)
{
	cleanup_buf struct buf names = BUF_INIT;
	const struct bench *b;
	size_t i;

	for (i = 0; (b = bench_at(i)); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", b->name);
	return command_usage(&cmd_bench, "'%s' is none of %s", name, buf_text(&names));
}

static void list(void)
{
	const struct bench *b;
	size_t i;

	for (i = 0; (b = bench_at(i)); i++)
		printf("%-8s %s\n", b->name, b->summary);
}

static int measure(const struct bench *b, const struct bench_options *o, struct json_object *all,
		   int status)
{
	struct json_object *to = json_object_new_object();
	struct err err = ERR_INIT;

	fprintf(stderr, "scxplore bench: %s: %s\n", b->name, b->summary);
	if (b->run(o, to, &err) < 0) {
		json_object_object_add(to, "error", json_object_new_string(err.msg));
		err_wrap(&err, "%s", b->name);
		status = command_error(&cmd_bench, &err);
	}
	json_object_object_add(all, b->name, to);
	return status;
}

/* 0, or the exit status of a wrong use. What is left of the words are names. */
static int words(int argc, char **argv, struct bench_options *o, bool *help)
{
	const char *v;
	uint64_t n;
	int i;

	for (i = 1; i < argc; i++) {
		if ((v = command_value("--rounds", argc, argv, &i))) {
			if (!text_u64(v, 1, 1000, &n))
				return command_usage(&cmd_bench,
						     "--rounds: '%s' is no number from 1 to 1000",
						     v);
			o->rounds = (unsigned)n;
		} else if ((v = command_value("--scenario", argc, argv, &i))) {
			o->scenario = v;
		} else if (!strcmp(argv[i], "--brief")) {
			o->brief = true;
		} else if (!strcmp(argv[i], "--list") || !strcmp(argv[i], "--help")) {
			*help = true;
		} else if (argv[i][0] == '-') {
			return command_usage(&cmd_bench, "'%s' is not understood here", argv[i]);
		} else if (!bench_find(argv[i])) {
			return unknown(argv[i]);
		}
	}
	return 0;
}

static int measure_all(int argc, char **argv, const struct bench_options *o)
{
	/* words() has seen that there is nothing else but options and names */
	struct json_object *all = json_object_new_object();
	int status = EXIT_HELD, i;
	bool named = false;
	const struct bench *b;
	size_t k;

	json_object_object_add(all, "scxplore", json_object_new_string(SCXPLORE_VERSION));
	json_object_object_add(all, "brief", json_object_new_boolean(o->brief));
	for (i = 1; i < argc; i++) {
		if (command_value("--rounds", argc, argv, &i) ||
		    command_value("--scenario", argc, argv, &i) || argv[i][0] == '-')
			continue;
		named = true;
		status = measure(bench_find(argv[i]), o, all, status);
	}
	for (k = 0; !named && (b = bench_at(k)); k++)
		status = measure(b, o, all, status);
	puts(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY));
	json_object_put(all);
	return status;
}

static int run_bench(int argc, char **argv)
{
	struct bench_options o = {.brief = false};
	struct err err = ERR_INIT;
	bool help = false;
	int status;

	if (guest_options_take(&o.guest, &argc, argv, &err) < 0) {
		status = command_error(&cmd_bench, &err);
	} else {
		status = words(argc, argv, &o, &help);
		if (status == 0 && help)
			list();
		else if (status == 0 && guest_options_default(&o.guest, &err) < 0)
			status = command_error(&cmd_bench, &err);
		else if (status == 0)
			status = measure_all(argc, argv, &o);
	}
	guest_options_finish(&o.guest);
	return status;
}

const struct command cmd_bench = {
	.name = "bench",
	.synopsis =
		"bench [NAME]... [--brief] [--rounds N] [--scenario NAME] [--list] [GUEST OPTIONS]",
	.summary = "measure what the program costs guest and host; JSON on standard output",
	.boots = true,
	.run = run_bench,
};
