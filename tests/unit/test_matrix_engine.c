/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_engine - what an engine is given for the hosts' shells, run by a real one, and which
 * shards are to be run.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/engine_command.h"
#include "matrix/plan.h"
#include "matrix/save.h"
#include "vmm/spawn.h"

#include <errno.h>
#include <sys/stat.h>

#define SHOW "/show \"it\" now" /* a program that prints its words, in the test's folder */

static char folder[64], program[96];

static int make_folder(void **state)
{
	cleanup_file FILE *f = NULL;

	strcpy(folder, "/tmp/scxplore-engine-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(program, sizeof(program), "%s" SHOW, folder);
	f = fopen(program, "we");
	assert_non_null(f);
	fputs("#!/bin/sh\nfor w in \"$@\"; do printf '<%s>' \"$w\"; done\nprintf '[%s]' "
	      "\"$SXP_ODD\"\nexit \"${SXP_STATUS:-0}\"\n",
	      f);
	return chmod(program, 0755);
}

static int remove_folder(void **state)
{
	return spawn_run(&(struct spawn){.argv = (const char *const[]){"rm", "-r", folder, NULL},
					 .out_fd = -1},
			 NULL);
}

static void say(void *arg, const char *line)
{
	buf_addf(arg, "%s\n", line);
}

static struct mx_engine_task task_of(struct mx_head *head)
{
	struct err err = ERR_INIT;

	*head = (struct mx_head){.scenario = xstrdup("it's $(rm) `a`\n{#} \\ \".scx"),
				 .sha256 = xstrdup("00"),
				 .started = xstrdup("2026-01-01T00:00:00Z"),
				 .version = xstrdup("0"),
				 .options = xstrdup("--memory 512 --include \"a b\""),
				 .repeat = 3,
				 .warmup = 1,
				 .shard = 1,
				 .shards = 1};
	assert_int_equal(mx_axis_add(head, MX_TOPOLOGY, "1n1l1c1t,1n1l2c1t", &err), 0);
	assert_int_equal(mx_axis_add(head, MX_SCHED, "none,vtime slice_us=5000", &err), 0);
	assert_int_equal(mx_axis_add(head, MX_KERNEL, "7.3", &err), 0);
	return (struct mx_engine_task){.engine = mx_engine_by_name("slurm"),
				       .head = head,
				       .shards = 2,
				       .folder = folder,
				       .args = "",
				       .program = program,
				       .dir = folder,
				       .jobs = 2,
				       .say = say};
}

#define WORDS                                                                                      \
	"<matrix><it's $(rm) `a`\n{#} \\ \".scx><--topology><1n1l1c1t><--topology><1n1l2c1t>"      \
	"<--sched><none><--sched><vtime slice_us=5000><--kernel><7.3><--repeat><3><--warmup><1>"   \
	"<--jobs><2><--memory><512><--include><a b>"

static char *const environment[] = {(char *)"HOME=/nowhere", (char *)"SXP_ODD=a 'b' $c;d", NULL};

static int shell(const char *text, struct buf *out, struct err *err)
{
	return spawn_run(&(struct spawn){.argv = (const char *const[]){"sh", "-c", text, NULL},
					 .out_fd = -1,
					 .out = out},
			 err);
}

static void any_word_is_one_word_of_the_shell(void **state)
{
	static const char *const words[] = {"",
					    "a",
					    "'",
					    "''",
					    "a'b",
					    "$HOME `id` $(id)",
					    "*?[x]{a,b}~!",
					    "\\",
					    "\\'",
					    "two\nlines\t",
					    "-n",
					    "#x",
					    "\xc3\xa9\xff",
					    "{#}{}{= x =}"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		cleanup_buf struct buf text = BUF_INIT, out = BUF_INIT;
		struct err err = ERR_INIT;

		buf_adds(&text, "printf '%s|' ");
		mx_shell_word(&text, words[i]);
		assert_int_equal(shell(buf_text(&text), &out, &err), 0);
		assert_int_equal(out.len, strlen(words[i]) + 1);
		assert_memory_equal(out.data, words[i], strlen(words[i]));
	}
}

static void a_shards_command_gives_the_question_word_for_word(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	assert_int_equal(mx_engine_command(&t, environment, 2, &text, &err), 0);
	assert_int_equal(shell(buf_text(&text), &out, &err), 0);
	assert_string_equal(buf_text(&out),
			    WORDS "<--shard><2/2><--out><-><-o></dev/null>[a 'b' $c;d]");
	mx_head_finish(&head);
}

static void options_that_were_given_go_along(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, out = BUF_INIT;
	char *const nothing[] = {NULL};
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	t.pin = true;
	t.max_cpus = 7;
	assert_int_equal(mx_engine_command(&t, nothing, 1, &text, &err), 0);
	assert_int_equal(shell(buf_text(&text), &out, &err), 0);
	assert_non_null(strstr(buf_text(&out), "<--jobs><2><--pin><--max-cpus><7><--memory>"));
	mx_head_finish(&head);
}

/* So that another host is tried only where it was the host's fault. */
static void verdicts_are_no_failure_of_a_host(void **state)
{
	static const struct {
		const char *status;
		bool host_failed;
	} rows[] = {{"SXP_STATUS=0", false},
		    {"SXP_STATUS=1", false},
		    {"SXP_STATUS=2", false},
		    {"SXP_STATUS=127", true}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		char *const env[] = {(char *)rows[i].status, NULL};
		struct err err = ERR_INIT;
		struct mx_head head;
		struct mx_engine_task t = task_of(&head);

		assert_int_equal(mx_engine_command(&t, env, 1, &text, &err), 0);
		assert_int_equal(shell(buf_text(&text), NULL, &err) < 0, rows[i].host_failed);
		mx_head_finish(&head);
	}
}

static void a_folder_that_a_host_lacks_is_its_failure(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	t.dir = "/nowhere/it's";
	assert_int_equal(mx_engine_command(&t, environment, 1, &text, &err), 0);
	assert_true(shell(buf_text(&text), NULL, &err) < 0);
	assert_non_null(strstr(err.msg, "exit 125"));
	assert_non_null(strstr(err.msg, "/nowhere/it's"));
	mx_head_finish(&head);
}

static void a_batch_script_takes_its_shard_from_slurm_and_goes_on_with_its_file(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, out = BUF_INIT, want = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);
	cleanup_free char *file = mx_engine_file(folder, 2, 2);
	cleanup_file FILE *f = NULL;

	assert_int_equal(mx_engine_script(&t, environment, folder, &text, &err), 0);
	assert_int_equal(strncmp(buf_text(&text), "#!/bin/sh\n", 10), 0);
	assert_int_equal(setenv("SLURM_ARRAY_TASK_ID", "2", 1), 0);
	assert_int_equal(shell(buf_text(&text), &out, &err), 0);
	buf_addf(&want, WORDS "<--shard><2/2><--out><%s><-o></dev/null>[a 'b' $c;d]", file);
	assert_string_equal(buf_text(&out), buf_text(&want));

	f = fopen(file, "we");
	assert_non_null(f);
	fputs("x", f);
	fflush(f);
	buf_reset(&out);
	assert_int_equal(shell(buf_text(&text), &out, &err), 0);
	assert_non_null(strstr(buf_text(&out), "<--resume>"));
	assert_null(strstr(buf_text(&out), "<--out>"));
	assert_int_equal(unlink(file), 0);
	mx_head_finish(&head);
}

/* A file with a line break in its name cannot stand in a saved matrix. */
static void plain_name(struct mx_head *head)
{
	free(head->scenario);
	head->scenario = xstrdup("small.scx");
}

static void write_shard(const struct mx_head *head, unsigned shard, unsigned shards,
			size_t leave_out)
{
	cleanup_free char *file = mx_engine_file(folder, shard, shards);
	struct mx_save save = MX_SAVE_INIT;
	struct mx_head own;
	struct mx_plan plan;
	struct err err = ERR_INIT;
	size_t i;

	mx_head_copy(&own, head);
	own.shard = shard;
	own.shards = shards;
	assert_int_equal(mx_plan_make(&plan, &own, &err), 0);
	assert_int_equal(mx_save_create(&save, file, &own, &err), 0);
	for (i = leave_out; i < plan.nturns; i++) {
		struct mx_run run = {.cell = plan.cell[plan.turn[i].cell].words,
				     .turn = (unsigned)i + 1,
				     .repeat = plan.turn[i].repeat,
				     .warmup = plan.turn[i].warmup,
				     .verdict = VERDICT_PASS,
				     .why = (char *)""};

		mx_conditions_init(&run.conditions);
		assert_int_equal(mx_save_run(&save, &run, &err), 0);
	}
	mx_save_finish(&save);
	mx_plan_finish(&plan);
	mx_head_finish(&own);
}

/* A program of an engine that does what the test wants. */
static void fake(const char *name, const char *body)
{
	cleanup_free char *path = xasprintf("%s/bin", folder),
			  *file = xasprintf("%s/bin/%s", folder, name);
	cleanup_free char *search = xasprintf("%s:/usr/bin:/bin", path);
	cleanup_file FILE *f = NULL;

	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	f = fopen(file, "we");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	assert_int_equal(chmod(file, 0755), 0);
	assert_int_equal(setenv("PATH", search, 1), 0);
}

static void only_what_is_not_whole_is_run_and_what_is_missing_after_is_named(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	cleanup_free char *one = mx_engine_file(folder, 1, 2), *two = mx_engine_file(folder, 2, 2);
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	plain_name(&head);
	t.arg = &said;
	t.args = "--exclusive '--comment=a b'";
	write_shard(&head, 1, 2, 0);
	write_shard(&head, 2, 2, 3);
	fake("sbatch",
	     "for w in \"$@\"; do printf '<%s>' \"$w\" >&2; done; echo >&2; echo 'no nodes "
	     "today' >&2; exit 1");
	assert_int_equal(mx_engine_run(&t, &err), -EIO);
	assert_non_null(strstr(buf_text(&said), "<--array=2><--exclusive><--comment=a b><job.sh>"));
	assert_non_null(strstr(buf_text(&said), "shard 2/2 is not done: no nodes today"));
	assert_null(strstr(buf_text(&said), "shard 1/2"));
	assert_non_null(strstr(err.msg, "1 of 2 shards are not done: no nodes today"));
	assert_int_equal(access(one, F_OK), 0);
	assert_int_equal(access(two, F_OK), 0);

	/* whole: nothing is asked of anybody */
	assert_int_equal(unlink(two), 0);
	write_shard(&head, 2, 2, 0);
	buf_reset(&said);
	assert_int_equal(mx_engine_run(&t, &err), 0);
	assert_string_equal(buf_text(&said), "");
	mx_head_finish(&head);
}

static void a_file_of_another_matrix_is_left_alone_and_named(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	cleanup_free char *one = mx_engine_file(folder, 1, 2);
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	plain_name(&head);
	t.arg = &said;
	fake("sbatch", "exit 1");
	head.repeat = 5; /* the files there are of 3 */
	assert_int_equal(mx_engine_run(&t, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "is of another matrix: 5 runs"));
	assert_int_equal(access(one, F_OK), 0);
	mx_head_finish(&head);
}

/* A call of a "parallel" that finds its shards' outputs ready, each under the other's number. */
static int swapped(struct mx_head *head, size_t missing_of_1, const char *more, struct buf *said,
		   struct err *err)
{
	struct mx_engine_task t = task_of(head);
	cleanup_buf struct buf body = BUF_INIT;
	cleanup_free char *one = mx_engine_file(folder, 1, 2), *two = mx_engine_file(folder, 2, 2);
	cleanup_free char *ready_1 = xasprintf("%s/ready-1", folder),
			  *ready_2 = xasprintf("%s/ready-2", folder);

	plain_name(head);
	mx_engine_clean(folder, 2);
	write_shard(head, 1, 2, missing_of_1);
	write_shard(head, 2, 2, 0);
	assert_int_equal(rename(one, ready_1), 0);
	assert_int_equal(rename(two, ready_2), 0);
	buf_adds(&body, "[ \"$1\" = --version ] && echo 'GNU parallel of a test' && exit\n"
			"for w in \"$@\"; do printf '<%s>' \"$w\" >&2; done; echo >&2\n"
			"cp ready-1 part-2; cp ready-2 part-1\n");
	buf_adds(&body, more);
	fake("parallel", buf_text(&body));
	t.engine = mx_engine_by_name("parallel");
	t.hosts = "a,b";
	t.args = "--jobs 2";
	t.arg = said;
	return mx_engine_run(&t, err);
}

static void an_output_is_the_shard_that_its_head_says(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;

	assert_int_equal(swapped(&head, 0, "", &said, &err), 0);
	assert_non_null(strstr(buf_text(&said), "<--sshlogin><a,b><--jobs><2>"));
	mx_head_finish(&head);
}

static void a_shard_that_lacks_runs_is_named_with_the_host_of_the_log(void **state)
{
	static const char log[] = "printf 'Seq\\tHost\\n2\\tb\\t0\\t0\\t0\\t0\\t2\\t0\\tx\\n"
				  "1\\ta\\t0\\t0\\t0\\t0\\t0\\t9\\tx\\n' >joblog\n"
				  "printf 'well\\n\\033[31mgone\\r\\n' >part-1.err";
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;

	assert_int_equal(swapped(&head, 1, log, &said, &err), -EIO);
	assert_non_null(
		strstr(buf_text(&said), "shard 1/2 is not done: on a (status 137): ?[31mgone\n"));
	assert_null(strstr(buf_text(&said), "shard 2/2 is not done"));
	mx_head_finish(&head);
}

static void what_came_back_of_another_matrix_is_told(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;

	assert_int_equal(swapped(&head, 0, "sed -i 's/small.scx/large.scx/' part-1", &said, &err),
			 -EIO);
	assert_non_null(strstr(buf_text(&said), "does not belong here: one is of the scenario "
						"'small.scx', the other of 'large.scx'"));
	assert_non_null(strstr(buf_text(&said), "shard 2/2 is not done"));
	mx_head_finish(&head);
}

static void a_parallel_of_another_kind_is_refused(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	plain_name(&head);
	mx_engine_clean(folder, 2);
	fake("parallel", "echo parallel from moreutils");
	t.engine = mx_engine_by_name("parallel");
	t.hosts = "a";
	t.arg = &said;
	assert_int_equal(mx_engine_run(&t, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "is not GNU parallel"));
	mx_head_finish(&head);
}

static void what_a_shard_has_already_is_not_given_for_less(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	cleanup_free char *one = mx_engine_file(folder, 1, 2), *kept = xasprintf("%s/kept", folder);
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_runs runs;

	/* shard 1 lacks one run here; what comes back lacks two */
	task_of(&head);
	plain_name(&head);
	mx_engine_clean(folder, 2);
	write_shard(&head, 1, 2, 1);
	assert_int_equal(rename(one, kept), 0);
	mx_head_finish(&head);
	assert_int_equal(swapped(&head, 2, "cp kept shard-1-of-2.jsonl", &said, &err), -EIO);
	assert_int_equal(mx_load(one, &runs, &err), 0);
	assert_int_equal(runs.n, 7); /* of 8: two schedulers, three runs and a warm-up of each */
	mx_runs_finish(&runs);
	mx_head_finish(&head);
}

static void a_shard_under_anothers_name_is_no_shard(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	cleanup_free char *one = mx_engine_file(folder, 1, 2), *two = mx_engine_file(folder, 2, 2);
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	plain_name(&head);
	mx_engine_clean(folder, 2);
	t.arg = &said;
	write_shard(&head, 2, 2, 0);
	assert_int_equal(rename(two, one), 0);
	assert_int_equal(mx_engine_run(&t, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "it is shard 2"));
	mx_engine_clean(folder, 2);
	mx_head_finish(&head);
}

static void tasks_are_the_numbers_of_what_is_missing(void **state)
{
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_head head;
	struct mx_engine_task t = task_of(&head);

	plain_name(&head);
	assert_int_equal(
		mx_axis_add(&head, MX_TOPOLOGY, "1n1l3c1t,1n1l4c1t,1n1l5c1t,1n1l6c1t", &err), 0);
	t.shards = 6;
	t.arg = &said;
	write_shard(&head, 2, 6, 0);
	write_shard(&head, 6, 6, 0);
	fake("sbatch", "for w in \"$@\"; do printf '<%s>' \"$w\" >&2; done; exit 1");
	assert_int_equal(mx_engine_run(&t, &err), -EIO);
	assert_non_null(strstr(buf_text(&said), "<--array=1,3-5>"));
	mx_engine_clean(folder, 6);
	mx_head_finish(&head);
}

static void cleaning_takes_only_its_own_files(void **state)
{
	cleanup_free char *one = mx_engine_file(folder, 1, 2);
	struct mx_head head;

	task_of(&head);
	plain_name(&head);
	write_shard(&head, 1, 2, 0);
	mx_head_finish(&head);
	mx_engine_clean(folder, 2);
	assert_int_equal(access(one, F_OK), -1);
	assert_int_equal(access(program, F_OK), 0);
}

static void so_many_shards_as_topologies_times_kernels(void **state)
{
	struct mx_head head;
	struct err err = ERR_INIT;

	task_of(&head);
	assert_int_equal(mx_engine_shards_max(&head), 2);
	assert_int_equal(mx_axis_add(&head, MX_KERNEL, "6.16", &err), 0);
	assert_int_equal(mx_engine_shards_max(&head), 4);
	mx_head_finish(&head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_word_is_one_word_of_the_shell),
		cmocka_unit_test(a_shards_command_gives_the_question_word_for_word),
		cmocka_unit_test(options_that_were_given_go_along),
		cmocka_unit_test(verdicts_are_no_failure_of_a_host),
		cmocka_unit_test(a_folder_that_a_host_lacks_is_its_failure),
		cmocka_unit_test(
			a_batch_script_takes_its_shard_from_slurm_and_goes_on_with_its_file),
		cmocka_unit_test(only_what_is_not_whole_is_run_and_what_is_missing_after_is_named),
		cmocka_unit_test(a_file_of_another_matrix_is_left_alone_and_named),
		cmocka_unit_test(an_output_is_the_shard_that_its_head_says),
		cmocka_unit_test(a_shard_that_lacks_runs_is_named_with_the_host_of_the_log),
		cmocka_unit_test(what_came_back_of_another_matrix_is_told),
		cmocka_unit_test(a_parallel_of_another_kind_is_refused),
		cmocka_unit_test(what_a_shard_has_already_is_not_given_for_less),
		cmocka_unit_test(a_shard_under_anothers_name_is_no_shard),
		cmocka_unit_test(tasks_are_the_numbers_of_what_is_missing),
		cmocka_unit_test(cleaning_takes_only_its_own_files),
		cmocka_unit_test(so_many_shards_as_topologies_times_kernels),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
