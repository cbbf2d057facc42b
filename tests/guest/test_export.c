/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_export - exports of a session of a real guest: verified by a replay, compiled and run as a
 * test of its own, and as a shell script that does the same.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/export.h"
#include "ops/report.h"
#include "session/headless.h"
#include "session/learn.h"
#include "session/load.h"
#include "session/verify.h"

#include <sys/stat.h>

static char dir[] = "/tmp/test_export.XXXXXX";

static const char seed[] =
	"cgroup add cg_dst cpu.weight=200\n"
	"step \"the probe records where it is\"\n"
	"run probe@cg_dst -- sh -c \"cat /proc/self/cgroup > /tmp/where; echo 'it is 100% "
	"\\\"done\\\"'\"\n"
	"wait probe timeout=60s\n"
	"expect placed probe in=cg_dst\n"
	"expect file /tmp/where == \"0::/placement/cg_dst\"\n"
	"expect output probe contains '100% \"done\"'\n"
	"cgroup add low\ncgroup add low/sub\nspawn hogs@low/sub spin n=2\nspawn idle@low bursty\n"
	"move idle to=cg_dst\nbackdrop hogs\n"
	"step\n"
	"run late@low -- cat /proc/self/cgroup\nwait late timeout=60s\n"
	"expect output late contains '0::/placement/low'\n"
	"kill hogs\nhold 10ms\n";

static const char *const tools[] = {"sh",     "cat", "sleep", "mkdir", "rmdir",
				    "mktemp", "rm",  "id",    NULL};

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static struct guest_config guest_of(const char *root, const char *const *include)
{
	return (struct guest_config){.topology = {1, 1, 2, 1},
				     .kernel = getenv("SXP_KERNEL"),
				     .workload_root = root,
				     .include = include};
}

/* Carries ops out in a guest; the run stays for looking at until headless_finish(). */
static void carry_out(struct headless *run, const struct guest_config *guest, const char *text,
		      const char *journal)
{
	struct session_config config = {.guest = *guest, .journal = journal};
	struct scenario *s = scenario_create(2);
	struct err err = ERR_INIT;

	if (scenario_add_text(s, NULL, text, strlen(text), &err) < 0 ||
	    headless_run(run, &config, s, false, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	scenario_destroy(s);
}

static int record(void **state)
{
	cleanup_free char *session = NULL;
	struct guest_config guest =
		guest_of("/placement", (const char *const[]){"sh", "cat", NULL});
	cleanup_buf struct buf why = BUF_INIT;
	struct headless run;

	if (!mkdtemp(dir))
		return -1;
	session = path_of("placement.session");
	carry_out(&run, &guest, seed, session);
	if (check_session(session_model(run.session), &why) != VERDICT_PASS)
		fail_msg("%s", buf_text(&why));
	headless_finish(&run);
	return 0;
}

static void load_from(const char *file, struct loaded *l, struct export_input *in)
{
	cleanup_free char *session = path_of(file);
	struct guest_options options = {.config = guest_of(NULL, NULL)};
	struct err err = ERR_INIT;

	if (load_file(l, session, false, &options, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(buf_text(&l->warning), "");
	*in = (struct export_input){.info = &l->info,
				    .model = l->model,
				    .scenario = l->scenario,
				    .session_name = "placement.session",
				    .file_name = "placement.c"};
}

static void load(struct loaded *l, struct export_input *in)
{
	load_from("placement.session", l, in);
}

static void what_is_exported_holds_in_a_replay(void **state)
{
	cleanup_buf struct buf difference = BUF_INIT;
	struct guest_config guest =
		guest_of("/placement", (const char *const[]){"sh", "cat", NULL});
	struct export_input in;
	struct err err = ERR_INIT;
	struct loaded l;
	int r;

	load(&l, &in);
	r = verify_export(&in, &guest, &difference, &err);
	if (r)
		fail_msg("%d: %s%s", r, err.msg, buf_text(&difference));
	load_finish(&l);
}

static void a_broken_invariant_is_a_difference_with_both_lines(void **state)
{
	cleanup_buf struct buf difference = BUF_INIT;
	struct guest_config guest =
		guest_of("/placement", (const char *const[]){"sh", "cat", NULL});
	struct export_input in;
	struct err err = ERR_INIT;
	struct loaded l;

	guest.fault = "place-never";
	load(&l, &in);
	assert_int_equal(verify_export(&in, &guest, &difference, &err), 1);
	if (!strstr(buf_text(&difference), "expected '0::/placement/cg_dst', read '0::/'"))
		fail_msg("%s", buf_text(&difference));
	load_finish(&l);
}

static void export_to(const char *format, const char *file)
{
	cleanup_free char *path = path_of(file);
	cleanup_buf struct buf text = BUF_INIT;
	struct export_input in;
	struct err err = ERR_INIT;
	struct loaded l;

	load(&l, &in);
	if (exporter_by_name(format)->write(&in, &text, &err) < 0)
		fail_msg("%s", err.msg);
	write_file(path, buf_text(&text));
	load_finish(&l);
}

/* Output of a command run in the folder of the test; *status as of wait(2). */
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

static void assert_says(const char *command, bool success, const char *part)
{
	int status;
	cleanup_free char *said = output_of(command, &status);

	if ((status == 0) != success || !strstr(said, part))
		fail_msg("%s: expected %s and '%s'; status %d:\n%s", command,
			 success ? "success" : "failure", part, status, said);
}

static void the_c_test_passes_and_fails_with_the_invariant(void **state)
{
	cleanup_free char *build = xasprintf(
		CC_PATH " -Wall -Wextra -Werror -I%s -o placement placement.c -L%s -lscxplore "
			"-lcmocka -Wl,-rpath,%s && echo built",
		INCLUDE_DIR, LIBRARY_DIR, LIBRARY_DIR);

	export_to("c", "placement.c");
	assert_says(build, true, "built");
	assert_says("XDG_STATE_HOME=$PWD ./placement", true,
		    "ok 1 - probe_is_in_cg_dst_before_its_first_instruction");
	assert_says("XDG_STATE_HOME=$PWD SCXPLORE_FAULT=place-after-exec ./placement", false,
		    "expected '0::/placement/cg_dst', read '0::/'");
	/* what cannot run here is skipped with the reason */
	assert_says("XDG_STATE_HOME=$PWD SXP_KERNEL= XDG_CACHE_HOME=$PWD ./placement", true,
		    "ok 2 - file_tmp_where_holds_0_placement_cg_dst # SKIP boot the guest: no "
		    "guest kernel");
	/* what makes no sense is a failure with the reason */
	assert_says("XDG_STATE_HOME=$PWD SXP_TOPOLOGY=1n1l300c1t ./placement", false, "300");
}

static void the_shell_script_does_the_same_in_a_guest(void **state)
{
	cleanup_free char *script = path_of("placement.sh");
	const char *include[ARRAY_SIZE(tools) + 1] = {script};
	struct guest_config guest;
	struct headless run;
	const struct model_group *g;

	memcpy(include + 1, tools, sizeof(tools));
	guest = guest_of("/outer", include);
	export_to("sh", "placement.sh");
	carry_out(&run, &guest,
		  "run script -- placement.sh\nwait script timeout=200s\nexpect exit script == 0\n"
		  "run after -- sh -c 'for d in /sys/fs/cgroup/*/; do echo \"<$d>\"; done'\nwait "
		  "after timeout=60s\n",
		  NULL);
	g = model_group(session_model(run.session), "script");
	if (!g || !g->ntasks || g->tasks[0].code != 0 ||
	    !strstr(buf_text(&g->output[0]), "\n1..9\n"))
		fail_msg("%s%s", g ? buf_text(&g->output[0]) : "",
			 g ? buf_text(&g->output[1]) : "not started");
	g = model_group(session_model(run.session), "after");
	assert_non_null(strstr(buf_text(&g->output[0]), "<"));
	assert_null(strstr(buf_text(&g->output[0]), "placement"));
	headless_finish(&run);
}

static const char limited[] =
	"cgroup add a cpuset.cpus=0\ncgroup add b cpuset.cpus=0 cpu.weight=300\n"
	"spawn wa@a spin\nspawn wb@b spin\n"
	"hold until ran(wa) > 200ms timeout=120s\n"
	"expect share wb/wa == 3 tol=95%\n"
	"expect check gap wa limit=600s\n";

static void assert_has(const struct buf *text, const char *part)
{
	if (!strstr(buf_text(text), part))
		fail_msg("'%s' is not in:\n%s", part, buf_text(text));
}

static void what_is_learnt_says_from_how_many_replays(void **state)
{
	cleanup_free char *session = path_of("limited.session");
	cleanup_buf struct buf said = BUF_INIT, text = BUF_INIT;
	struct guest_config guest = guest_of("/placement", NULL);
	struct export_input in;
	struct err err = ERR_INIT;
	struct headless run;
	struct loaded l;

	carry_out(&run, &guest, limited, session);
	headless_finish(&run);
	load_from("limited.session", &l, &in);
	if (learn_limits(&in, l.scenario, &guest, 2, &said, &err) < 0)
		fail_msg("%s", err.msg);
	assert_has(&said, "expect share wb/wa == 3 tol=95%: ");
	assert_has(&said, " in 2 replays, so: expect share wb/wa == 3 tol=");
	assert_has(&said, "expect check gap wa limit=600s: ");
	assert_has(&said, " in 2 replays, so: expect check gap wa limit=");
	if (exporter_by_name("c")->write(&in, &text, &err) < 0)
		fail_msg("%s", err.msg);
	assert_has(&text, "/* its tolerance is from 2 replays */");
	assert_has(&text, ".replays = 2");
	assert_null(strstr(buf_text(&text), "600s"));
	load_finish(&l);
}

static int clean_up(void **state)
{
	cleanup_free char *command = xasprintf("rm -rf %s", dir);

	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_exported_holds_in_a_replay),
		cmocka_unit_test(a_broken_invariant_is_a_difference_with_both_lines),
		cmocka_unit_test(the_c_test_passes_and_fails_with_the_invariant),
		cmocka_unit_test(the_shell_script_does_the_same_in_a_guest),
		cmocka_unit_test(what_is_learnt_says_from_how_many_replays),
	};

	return cmocka_run_group_tests(tests, record, clean_up);
}
