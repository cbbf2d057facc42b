/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_work_export - every work type the long way: typed, recorded, replayed from its session,
 * exported as C, compiled, and passed in a guest of its own. A type without such a run fails.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_work.h"
#include "ops/check.h"
#include "ops/export.h"
#include "ops/report.h"
#include "session/headless.h"
#include "session/load.h"
#include "session/verify.h"

#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_work_export.XXXXXX";

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static struct guest_config guest_of(void)
{
	return (struct guest_config){.topology = {1, 1, 2, 1}, .kernel = getenv("SXP_KERNEL")};
}

/* Each type with all its parameters written out, twice its smallest group where that is small. */
static void add_type(struct buf *out, size_t i, const struct work_type *t)
{
	char value[WORK_TEXT_MAX];
	struct work_values v;
	uint32_t n;
	size_t j;

	work_defaults(t, &v);
	n = work_group_size(t, &v);
	buf_addf(out, "spawn w%zu@low %s n=%u", i, t->name, n < 3 ? 2 * n : n);
	for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++) {
		work_value_text(t, &v, j, value, sizeof(value));
		buf_addf(out, " %s=%s", t->params[j].key, value);
	}
	buf_addf(out,
		 "\nhold 250ms\nreport w%zu\nexpect report w%zu work-units > 0\n"
		 "expect report w%zu cpus >= 1\nkill w%zu\n",
		 i, i, i, i);
}

static int record(void **state)
{
	struct session_config config = {.guest = guest_of()};
	struct scenario *s = scenario_create(2);
	cleanup_buf struct buf text = BUF_INIT, why = BUF_INIT;
	cleanup_free char *session = NULL;
	const struct work_type *t;
	struct err err = ERR_INIT;
	struct headless run;
	size_t i;

	if (!mkdtemp(dir))
		return -1;
	session = path_of("work.session");
	config.journal = session;
	buf_adds(&text, "cgroup add low\n");
	for (i = 0; (t = work_type_at(i)); i++)
		add_type(&text, i, t);
	if (scenario_add_text(s, NULL, buf_text(&text), text.len, &err) < 0 ||
	    headless_run(&run, &config, s, false, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	if (check_session(session_model(run.session), &why) != VERDICT_PASS)
		fail_msg("%s", buf_text(&why));
	headless_finish(&run);
	scenario_destroy(s);
	return 0;
}

static void load(struct loaded *l, struct export_input *in)
{
	cleanup_free char *session = path_of("work.session");
	struct guest_options options = {.config = guest_of()};
	struct err err = ERR_INIT;

	if (load_file(l, session, false, &options, &err) < 0)
		fail_msg("%s", err.msg);
	*in = (struct export_input){.info = &l->info,
				    .model = l->model,
				    .scenario = l->scenario,
				    .session_name = "work.session",
				    .file_name = "work.c"};
}

static void every_work_type_is_replayed_from_its_session(void **state)
{
	cleanup_buf struct buf difference = BUF_INIT;
	struct guest_config guest = guest_of();
	struct err err = ERR_INIT;
	struct export_input in;
	struct loaded l;
	int r;

	load(&l, &in);
	r = verify_export(&in, &guest, &difference, &err);
	if (r)
		fail_msg("%d: %s%s", r, err.msg, buf_text(&difference));
	load_finish(&l);
}

static char *output_of(const char *command, int *status)
{
	cleanup_free char *whole = xasprintf("cd %s && { %s; } 2>&1", dir, command);
	struct buf out = BUF_INIT;
	FILE *p = popen(whole, "r");
	int c;

	assert_non_null(p);
	while ((c = fgetc(p)) != EOF)
		buf_addc(&out, (char)c);
	*status = pclose(p);
	return out.len ? buf_steal(&out) : xstrdup("");
}

static char *succeed(const char *command)
{
	int status;
	char *said = output_of(command, &status);

	if (status)
		fail_msg("%s: status %d:\n%s", command, status, said);
	return said;
}

static void export_c(void)
{
	cleanup_free char *path = path_of("work.c");
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct export_input in;
	struct loaded l;
	FILE *f;

	load(&l, &in);
	if (exporter_by_name("c")->write(&in, &text, &err) < 0)
		fail_msg("%s", err.msg);
	load_finish(&l);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(buf_text(&text), f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void every_work_type_passes_as_an_exported_test(void **state)
{
	cleanup_free char *build =
		xasprintf(CC_PATH " -Wall -Wextra -Werror -I%s -o work work.c -L%s "
				  "-lscxplore -lcmocka -Wl,-rpath,%s",
			  INCLUDE_DIR, LIBRARY_DIR, LIBRARY_DIR);
	cleanup_free char *built = NULL, *said = NULL;
	const struct work_type *t;
	size_t i;

	export_c();
	built = succeed(build);
	said = succeed("XDG_STATE_HOME=$PWD ./work");
	for (i = 0; (t = work_type_at(i)); i++) {
		cleanup_free char *name = xasprintf("work_units_of_w%zu_is_more_than_0\n", i);
		const char *line = strstr(said, name);

		if (!line)
			fail_msg("%s: no test '%s' passed:\n%s", t->name, name, said);
		while (line > said && line[-1] != '\n')
			line--;
		if (strncmp(line, "ok ", 3))
			fail_msg("%s:\n%s", t->name, said);
	}
}

static int clean(void **state)
{
	int status;

	free(output_of("rm -rf \"$PWD\"", &status));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_work_type_is_replayed_from_its_session),
		cmocka_unit_test(every_work_type_passes_as_an_exported_test),
	};

	return cmocka_run_group_tests_name("work_export", tests, record, clean);
}
