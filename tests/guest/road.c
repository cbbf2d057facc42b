/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * road - see road.h.
 * Invariant: no piece of the program is stood in for; what is compiled is what a person would get.
 */
#include "road.h"

#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/check.h"
#include "ops/export.h"
#include "session/headless.h"
#include "session/learn_trace.h"
#include "session/load.h"
#include "session/verify.h"

static void record(const char *path, const char *text, const struct guest_config *guest)
{
	struct session_config config = {
		.guest = *guest, .journal = path, .sample_ns = HEADLESS_SAMPLE_NS};
	struct scenario *s = scenario_create(topology_cpus(&guest->topology));
	cleanup_buf struct buf why = BUF_INIT;
	struct err err = ERR_INIT;
	struct headless run;

	if (scenario_add_text(s, NULL, text, strlen(text), &err) < 0 ||
	    headless_run(&run, &config, s, false, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	if (check_session(session_model(run.session), &why) != VERDICT_PASS)
		fail_msg("%s: %s", path, buf_text(&why));
	headless_finish(&run);
	scenario_destroy(s);
}

static void write_file(const char *path, const struct buf *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text->data, 1, text->len, f), text->len);
	assert_int_equal(fclose(f), 0);
}

static void replay_and_export(const char *session, const char *source,
			      const struct guest_config *guest)
{
	struct guest_options options = {.config = *guest};
	cleanup_buf struct buf difference = BUF_INIT, c = BUF_INIT, said = BUF_INIT;
	struct err err = ERR_INIT;
	struct export_input in;
	struct loaded l;

	if (load_file(&l, session, false, &options, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(buf_text(&l.warning), "");
	in = (struct export_input){.info = &l.info,
				   .model = l.model,
				   .scenario = l.scenario,
				   .session_name = "road.session",
				   .file_name = "road.c"};
	if (learn_trace_wanted(&in, guest) && learn_trace(&in, l.scenario, guest, &said, &err) < 0)
		fail_msg("%s: %s", session, err.msg);
	if (verify_export(&in, guest, &difference, &err))
		fail_msg("%s: %s%s", session, err.msg, buf_text(&difference));
	if (exporter_by_name("c")->write(&in, &c, &err) < 0)
		fail_msg("%s", err.msg);
	write_file(source, &c);
	load_finish(&l);
}

static char *succeed(const char *command)
{
	cleanup_free char *all = xasprintf("{ %s; } 2>&1", command);
	struct buf out = BUF_INIT;
	FILE *p = popen(all, "r");
	int c, status;

	assert_non_null(p);
	while ((c = fgetc(p)) != EOF)
		buf_addc(&out, (char)c);
	status = pclose(p);
	if (status) {
		/* whole: cmocka cuts what it is told */
		fputs(buf_text(&out), stderr);
		fail_msg("%s: status %d", command, status);
	}
	return out.len ? buf_steal(&out) : xstrdup("");
}

char *road_travel(const char *name, const char *text, const struct guest_config *guest)
{
	char dir[] = "/tmp/road.XXXXXX", *said;
	cleanup_free char *session = NULL, *source = NULL, *build = NULL, *run = NULL;

	assert_non_null(mkdtemp(dir));
	session = xasprintf("%s/%s.session", dir, name);
	source = xasprintf("%s/road.c", dir);
	build = xasprintf("cd %s && " CC_PATH " -Wall -Wextra -Werror -I%s -o road road.c -L%s "
			  "-lscxplore -lcmocka -Wl,-rpath,%s",
			  dir, INCLUDE_DIR, LIBRARY_DIR, LIBRARY_DIR);
	run = xasprintf("cd %s && XDG_STATE_HOME=$PWD ./road", dir);
	record(session, text, guest);
	replay_and_export(session, source, guest);
	free(succeed(build));
	said = succeed(run);
	free(build);
	build = xasprintf("rm -rf '%s'", dir);
	free(succeed(build));
	return said;
}
