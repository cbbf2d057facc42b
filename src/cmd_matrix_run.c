/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_run - carries a matrix out: plan, file, guests, report.
 * Invariant: every cell ends as runs or as a skipped one with its reason, in the file and on
 * standard error; what was broken off says how to go on.
 */
#include "cmd_matrix_run.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "cmd_matrix_ask.h"
#include "matrix/drive.h"
#include "matrix/save.h"
#include "vmm/topologies.h"

#include <errno.h>
#include <string.h>

struct matrix {
	const struct command *cmd;
	struct matrix_ask ask;
	struct mx_plan plan;
	struct mx_save save;
	struct mx_runs runs; /* of the file, and what came since */
	size_t todo, done;   /* runs of this call */
};

static void keep(struct matrix *m, const struct mx_run *run)
{
	m->runs.run = xreallocarray(m->runs.run, m->runs.n + 1, sizeof(*m->runs.run));
	mx_run_copy(&m->runs.run[m->runs.n++], run);
}

static void name_cell(const struct mx_cell *c, struct buf *out)
{
	buf_addf(out, "%s %s %s", c->topology, c->sched, c->kernel);
}

static int on_run(void *arg, const struct mx_run *run, uint64_t took_ns, struct err *err)
{
	struct matrix *m = arg;
	cleanup_buf struct buf text = BUF_INIT;
	char took[32];
	int r = mx_save_run(&m->save, run, err); /* what is told is on the disk */

	keep(m, run);
	name_cell(&run->cell, &text);
	text_format_time(took, sizeof(took), took_ns);
	fprintf(stderr, "[%zu/%zu] %s, %s %u: %s, %s%s%s\n", ++m->done, m->todo, buf_text(&text),
		run->warmup ? "warm-up" : "run", run->repeat, verdict_name(run->verdict), took,
		*run->why ? ": " : "", run->why);
	return r;
}

static void on_say(void *arg, const struct mx_plan_cell *cell, const char *text)
{
	const struct matrix *m = arg;
	cleanup_buf struct buf name = BUF_INIT;

	name_cell(&cell->words, &name);
	fprintf(stderr, "scxplore %s: %s: %s\n", m->cmd->name, buf_text(&name), text);
}

/* One line stands for all runs of a cell that cannot be run. */
static int skip_cells(struct matrix *m, struct err *err)
{
	size_t i, j;
	int r = 0;

	for (i = 0; i < m->plan.ncells && r == 0; i++) {
		const struct mx_plan_cell *c = &m->plan.cell[i];
		struct mx_run run = {
			.cell = c->words, .repeat = 1, .verdict = VERDICT_SKIP, .why = c->skip};
		bool there = false;

		if (!c->skip)
			continue;
		for (j = 0; j < m->runs.n; j++)
			there |= mx_cell_same(&m->runs.run[j].cell, &c->words);
		fprintf(stderr, "skip %s %s %s: %s\n", c->words.topology, c->words.sched,
			c->words.kernel, c->skip);
		if (there)
			continue;
		mx_conditions_init(&run.conditions);
		keep(m, &run);
		r = mx_save_run(&m->save, &run, err);
	}
	return r;
}

static int say_plan(const struct matrix *m, const bool *todo)
{
	size_t i;

	for (i = 0; i < m->plan.ncells; i++)
		if (m->plan.cell[i].skip)
			printf("skip %s %s %s: %s\n", m->plan.cell[i].words.topology,
			       m->plan.cell[i].words.sched, m->plan.cell[i].words.kernel,
			       m->plan.cell[i].skip);
	for (i = 0; i < m->plan.nturns; i++) {
		const struct mx_turn *t = &m->plan.turn[i];
		const struct mx_plan_cell *c = &m->plan.cell[t->cell];

		if (todo[i] && !c->skip)
			printf("%s %u %s %s %s\n", t->warmup ? "warm-up" : "run", t->repeat,
			       c->words.topology, c->words.sched, c->words.kernel);
	}
	return fflush(stdout) == EOF ? EXIT_UNJUDGED : 0;
}

static int open_file(struct matrix *m, struct err *err)
{
	if (!m->ask.out || m->ask.dry_run)
		return 0;
	return mx_save_create(&m->save, m->ask.out, &m->ask.head, err);
}

/* Reads what is to be gone on with; what was said must be what it says. */
static int resume(struct matrix *m, struct err *err)
{
	struct mx_head *head = &m->runs.head;

	if (mx_save_resume(&m->save, m->ask.resume, &m->runs, err) < 0)
		return -err->code;
	if (m->runs.cut)
		fprintf(stderr,
			"scxplore %s: the last line of '%s' was not whole and is done again\n",
			m->cmd->name, m->ask.resume);
	if (!m->ask.repeat_said)
		m->ask.head.repeat = head->repeat;
	if (!m->ask.warmup_said)
		m->ask.head.warmup = head->warmup;
	if (m->ask.shard_said &&
	    (m->ask.head.shard != head->shard || m->ask.head.shards != head->shards))
		return err_set(err, EINVAL, "'%s' is shard %u/%u", m->ask.resume, head->shard,
			       head->shards);
	m->ask.head.shard = head->shard;
	m->ask.head.shards = head->shards;
	return matrix_ask_like(&m->ask, head, err) < 0 ? err_wrap(err, "'%s'", m->ask.resume) : 0;
}

static int prepare(struct matrix *m, struct err *err)
{
	struct mx_limits limits = {.jobs = m->ask.jobs, .cpus_max = m->ask.max_cpus};
	int r = m->ask.resume ? resume(m, err) : 0;

	if (r == 0)
		r = matrix_ask_complete(&m->ask, err);
	if (r < 0)
		return r;
	if (m->ask.loaded.warning.len)
		fprintf(stderr, "scxplore %s: %s\n", m->cmd->name,
			buf_text(&m->ask.loaded.warning));
	if (m->ask.resume && mx_head_same(&m->runs.head, &m->ask.head, err) < 0)
		return err_wrap(err, "'%s' cannot be gone on with: it, and what is asked for",
				m->ask.resume);
	if (!m->ask.resume)
		mx_head_copy(&m->runs.head, &m->ask.head);
	r = mx_plan_make(&m->plan, &m->ask.head, err);
	if (r < 0)
		return r;
	limits.memory_asked_mib = m->ask.guest.config.memory_mib;
	if (m->ask.engine.engine) {
		/* what is too much for a host is its own to say */
		limits.cpus_max = m->ask.max_cpus ? m->ask.max_cpus : GUEST_CPUS_MAX;
		limits.host_cpus = GUEST_CPUS_MAX;
		return mx_plan_judge(&m->plan, m->ask.loaded.scenario, &limits, err);
	}
	mx_limits_of_host(&limits, m->ask.guest.config.accel);
	if (m->ask.pin && !limits.kvm) {
		fprintf(stderr,
			"scxplore %s: --pin: nothing is pinned: guests run under TCG here, where "
			"the "
			"emulator's own work is on the vCPUs' threads and times are no measure\n",
			m->cmd->name);
		m->ask.pin = false;
	}
	return mx_plan_judge(&m->plan, m->ask.loaded.scenario, &limits, err);
}

static int run_all(struct matrix *m, const bool *todo, struct err *err)
{
	const struct mx_drive drive = {.plan = &m->plan,
				       .loaded = &m->ask.loaded,
				       .options = &m->ask.guest,
				       .todo = todo,
				       .jobs = m->ask.jobs,
				       .pin = m->ask.pin,
				       .first_turn = 1,
				       .run = on_run,
				       .say = on_say,
				       .arg = m};
	struct mx_drive d = drive;
	size_t i;
	int r;

	for (i = 0; i < m->runs.n; i++)
		if (m->runs.run[i].turn >= d.first_turn)
			d.first_turn = m->runs.run[i].turn + 1;
	for (i = 0; i < m->plan.nturns; i++)
		m->todo += todo[i] && !m->plan.cell[m->plan.turn[i].cell].skip;
	r = open_file(m, err);
	if (r == 0)
		r = skip_cells(m, err);
	return r < 0 ? r : mx_drive(&d, err);
}

static int carry_out(struct matrix *m)
{
	struct err err = ERR_INIT;
	cleanup_free bool *todo = NULL;
	int status, r = prepare(m, &err);

	if (r < 0)
		return command_error(m->cmd, &err);
	todo = xcalloc(m->plan.nturns + 1, sizeof(*todo));
	mx_plan_missing(&m->plan, m->runs.run, m->runs.n, todo);
	if (m->ask.dry_run)
		return say_plan(m, todo);
	if (m->ask.engine.engine)
		return matrix_engine_main(m->cmd, &m->ask);
	r = run_all(m, todo, &err);
	if (r < 0) {
		command_error(m->cmd, &err);
		if (m->save.fd >= 0 && strcmp(m->save.path, MX_SAVE_STDOUT))
			fprintf(stderr,
				"scxplore %s: %zu of %zu runs were made; go on with 'scxplore "
				"matrix --resume %s'\n",
				m->cmd->name, m->done, m->todo, m->save.path);
	}
	if (!m->runs.n)
		return r < 0 ? EXIT_UNJUDGED : command_usage(m->cmd, "this shard has no cell");
	status = matrix_report_write(m->cmd, &m->ask.report, &m->runs);
	return r < 0 && status == EXIT_HELD ? EXIT_UNJUDGED : status;
}

int matrix_run_main(const struct command *cmd, int argc, char **argv)
{
	struct matrix *m = xcalloc(1, sizeof(*m));
	int status;

	m->cmd = cmd;
	m->save = MX_SAVE_INIT;
	status = matrix_ask_parse(&m->ask, cmd, argc, argv);
	if (status == 0)
		status = carry_out(m);
	mx_save_finish(&m->save);
	mx_plan_finish(&m->plan);
	mx_runs_finish(&m->runs);
	matrix_ask_finish(&m->ask);
	free(m);
	return status;
}

/* ---- merge ---- */

static int write_merged(const char *path, const struct mx_runs *runs, struct err *err)
{
	struct mx_save save = MX_SAVE_INIT;
	size_t i;
	int r = mx_save_create(&save, path, &runs->head, err);

	for (i = 0; i < runs->n && r == 0; i++)
		r = mx_save_run(&save, &runs->run[i], err);
	mx_save_finish(&save);
	return r;
}

int matrix_merge_files(const struct command *cmd, const char *const *paths, size_t n,
		       const char *out, const struct matrix_report_options *report)
{
	struct err err = ERR_INIT;
	struct mx_runs runs;
	size_t missing = 0;
	int status, r = mx_merge(paths, n, &runs, &missing, &err);

	if (r == 0 && out)
		r = write_merged(out, &runs, &err);
	if (r < 0) {
		status = command_error(cmd, &err);
	} else {
		status = matrix_report_write(cmd, report, &runs);
		if (missing)
			fprintf(stderr,
				"scxplore %s: %zu runs of the plan are in none of these files; "
				"'matrix --resume' makes them in the merged one\n",
				cmd->name, missing);
		if (missing && status == EXIT_HELD)
			status = EXIT_UNJUDGED;
	}
	mx_runs_finish(&runs);
	return status;
}

int matrix_merge_main(const struct command *cmd, int argc, char **argv)
{
	cleanup_free struct matrix_report_options *report = xcalloc(1, sizeof(*report));
	cleanup_free const char **paths = xcalloc((size_t)argc + 1, sizeof(*paths));
	const char *out = NULL, *v;
	size_t n = 0;
	int i, r;

	for (i = 1; i < argc; i++) {
		if ((v = command_value("--out", argc, argv, &i))) {
			out = v;
			continue;
		}
		r = matrix_report_option(cmd, report, argc, argv, &i);
		if (r < 0)
			return EXIT_UNJUDGED;
		if (r > 0)
			continue;
		if (argv[i][0] == '-' && argv[i][1])
			return command_usage(cmd, "'%s' is not understood here", argv[i]);
		paths[n++] = argv[i];
	}
	if (!n)
		return command_usage(cmd, "merge: name saved matrices");
	r = matrix_report_check(cmd, report);
	if (r == 0)
		r = matrix_report_beside(cmd, report, out);
	return r ? r : matrix_merge_files(cmd, paths, n, out, report);
}

int matrix_topologies_main(const struct command *cmd, int argc, char **argv)
{
	const struct topology_preset *t;
	struct topology shape;
	size_t i;

	if (argc > 1)
		return command_usage(cmd, "'%s' is not understood here", argv[1]);
	for (i = 0; (t = topology_preset_at(i)); i++) {
		topology_parse(t->shape, &shape, NULL);
		printf("%-20s %-12s %4u CPUs  %s\n", t->name, t->shape, topology_cpus(&shape),
		       t->summary);
	}
	return fflush(stdout) == EOF ? EXIT_UNJUDGED : 0;
}
