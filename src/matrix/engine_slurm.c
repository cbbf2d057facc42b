/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine_slurm - Slurm: a job array with a task a shard. The folder is one that the nodes share; a
 * shard's file grows there, and one that was broken off is gone on with.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/engine_command.h"
#include "matrix/engine_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define SCRIPT "job.sh"
#define LOG    "slurm-"
#define LOG_OF LOG "%u.log" /* also in the words of sbatch: %a */

/* Kept, so that a person sees what ran. */
static int write_script(struct mx_call *c, struct err *err)
{
	cleanup_free char *path = xasprintf("%s/" SCRIPT, c->folder);
	cleanup_file FILE *f = NULL;
	int r;

	r = mx_engine_script(c->task, environ, c->folder, &c->script, err);
	if (r < 0)
		return r;
	f = fopen(path, "we");
	if (!f || fwrite(c->script.data, 1, c->script.len, f) != c->script.len || fflush(f) == EOF)
		return err_sys(err, errno, "write '%s'", path);
	return 0;
}

/* "1,3,7-9" */
static void write_array(const struct mx_call *c, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < c->n; i = k) {
		for (k = i + 1; k < c->n && c->shard[k] == c->shard[k - 1] + 1; k++)
			;
		buf_addf(out, "%s%u", i ? "," : "", c->shard[i]);
		if (k - i > 1)
			buf_addf(out, "-%u", c->shard[k - 1]);
	}
}

static void forget_logs(struct mx_call *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		cleanup_free char *path = xasprintf("%s/" LOG_OF, c->folder, c->shard[i]);

		unlink(path); /* one that is not there is none */
	}
}

static int prepare(struct mx_call *c, struct err *err)
{
	/* sbatch would keep the job's number until its end: it thinks a person reads no pipe */
	static const char *const words[] = {"stdbuf",
					    "-oL",
					    "sbatch",
					    "--parsable",
					    "--wait",
					    "--job-name=scxplore",
					    "--output=slurm-%a.log"};
	size_t i;
	int r;

	if (c->task->hosts)
		return err_set(err, EINVAL,
			       "--hosts is for --engine parallel; Slurm chooses nodes itself, or "
			       "as --engine-args '--nodelist=...' says");
	r = write_script(c, err);
	if (r < 0)
		return r;
	forget_logs(c);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		mx_call_add(c, words[i]);
	buf_reset(&c->script);
	buf_adds(&c->script, "--array=");
	write_array(c, &c->script);
	mx_call_add(c, buf_text(&c->script));
	for (i = 0; c->args && c->args[i]; i++)
		mx_call_add(c, c->args[i]);
	mx_call_add(c, SCRIPT);
	return 0;
}

static void on_cancel_line(void *arg, bool is_error, const char *text, size_t len)
{
	if (len)
		mx_call_say(arg, "scancel: %s", text);
}

static void on_cancelled(void *arg, int status)
{
	struct mx_call *c = arg;

	child_destroy(STEAL(c->canceller));
	if (status == 0)
		return;
	mx_call_say(c, "the job %s could not be cancelled and may go on", c->job);
	child_signal(c->child, 0);
}

static void scancel(struct mx_call *c)
{
	struct err err = ERR_INIT;
	const char *const argv[] = {"scancel", c->job, *c->cluster ? "-M" : NULL, c->cluster, NULL};
	const struct child_spec spec = {.argv = argv,
					.stop_signal = SIGTERM,
					.line = on_cancel_line,
					.ended = on_cancelled,
					.arg = c};

	mx_call_say(c, "job %s is being cancelled; once more leaves at once", c->job);
	c->canceller = child_start(&c->loop, &spec, &err);
	if (!c->canceller)
		mx_call_say(c, "%s", err.msg);
}

/* "JOB" or "JOB;CLUSTER" */
static void line(struct mx_call *c, const char *text)
{
	size_t n = strspn(text, "0123456789");

	if (*c->job || !n || n >= sizeof(c->job) || (text[n] && text[n] != ';'))
		return;
	memcpy(c->job, text, n);
	c->job[n] = '\0';
	if (text[n])
		text_sanitise(c->cluster, sizeof(c->cluster), text + n + 1, strlen(text + n + 1));
	mx_call_say(c, "%zu shards are the tasks of job %s", c->n, c->job);
	if (c->cancelled)
		scancel(c);
}

/* sbatch waits on until the job is gone from the nodes. Before its number is known there is nothing
 * that could be cancelled; line() does it then. */
static void cancel(struct mx_call *c)
{
	if (c->signals > 1) {
		child_signal(c->child, SIGKILL);
		if (c->canceller)
			child_signal(c->canceller, SIGKILL);
	} else if (*c->job) {
		scancel(c);
	}
}

/* The tasks have written the shards' files themselves. */
static int collect(struct mx_call *c, struct err *err)
{
	return 0;
}

static bool is_own(const char *name)
{
	return !strcmp(name, SCRIPT) || !strncmp(name, LOG, strlen(LOG));
}

static void reason(struct mx_call *c, size_t which, struct buf *out)
{
	cleanup_free char *log = xasprintf(LOG_OF, c->shard[which]);
	char last[300];

	mx_call_last_line(c, log, last, sizeof(last));
	if (*last)
		buf_addf(out, "task %s_%u: %s (its output is '%s/%s')", c->job, c->shard[which],
			 last, c->task->folder, log);
	else if (*c->job)
		buf_addf(out, "task %s_%u wrote nothing; 'scontrol show job %s_%u' may know why",
			 c->job, c->shard[which], c->job, c->shard[which]);
	else
		buf_adds(out, *c->last ? c->last : "sbatch took no job");
}

const struct mx_engine mx_engine_slurm = {.name = "slurm",
					  .tool = "sbatch",
					  .package = "Slurm, package slurm-client",
					  .stop_signal = SIGTERM,
					  .prepare = prepare,
					  .line = line,
					  .cancel = cancel,
					  .collect = collect,
					  .is_own = is_own,
					  .reason = reason};
