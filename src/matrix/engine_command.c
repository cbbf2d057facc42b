/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine_command - see the header.
 */
#include "matrix/engine_command.h"
#include "ops/op.h"

#include <string.h>

void mx_shell_word(struct buf *out, const char *word)
{
	buf_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *word);
	}
	buf_addc(out, '\'');
}

static void option(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s ", name);
	mx_shell_word(out, value);
}

void mx_engine_place(const struct mx_engine_task *t, struct buf *out)
{
	buf_adds(out, "cd ");
	mx_shell_word(out, t->dir);
	buf_adds(out, " || exit 125\necho \"on $(uname -n)\" >&2\n");
}

/* What a tree that is not installed is found by, and faults that were asked for. */
static void variables(char *const *environment, struct buf *out)
{
	size_t i;

	for (i = 0; environment[i]; i++) {
		if (strncmp(environment[i], "SXP_", 4) && strncmp(environment[i], "SCXPLORE_", 9))
			continue;
		buf_adds(out, i && out->len ? " " : "");
		mx_shell_word(out, environment[i]);
	}
}

int mx_engine_question(const struct mx_engine_task *t, char *const *environment, struct buf *out,
		       struct err *err)
{
	const struct mx_head *h = t->head;
	char **words;
	size_t n, i;
	int a;

	buf_adds(out, "env ");
	variables(environment, out);
	buf_addc(out, ' ');
	mx_shell_word(out, t->program);
	buf_adds(out, " matrix ");
	mx_shell_word(out, h->scenario);
	for (a = 0; a < MX_AXES; a++) {
		/* the axes in full: a host's own defaults are others */
		cleanup_buf struct buf name = BUF_INIT;

		buf_addf(&name, "--%s", mx_axis_name((enum mx_axis)a));
		for (i = 0; i < h->axis[a].n; i++)
			option(out, buf_text(&name), h->axis[a].word[i]);
	}
	buf_addf(out, " --repeat %u --warmup %u --jobs %u%s", h->repeat, h->warmup, t->jobs,
		 t->pin ? " --pin" : "");
	if (t->max_cpus)
		buf_addf(out, " --max-cpus %u", t->max_cpus);
	words = words_split(h->options, &n, err);
	if (!words && err->code)
		return err_wrap(err, "the guest options");
	for (i = 0; i < n; i++) {
		buf_addc(out, ' ');
		mx_shell_word(out, words[i]);
	}
	words_free(words);
	return 0;
}

int mx_engine_command(const struct mx_engine_task *t, char *const *environment, unsigned shard,
		      struct buf *out, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	mx_engine_place(t, &text);
	if (mx_engine_question(t, environment, &text, err) < 0)
		return -err->code;
	/* 0 to 2 are verdicts, and are judged here; anything else is the host's fault: another may
	 * have it */
	buf_addf(&text,
		 " --shard %u/%u --out - -o /dev/null\n"
		 "s=$?; [ $s -le 2 ] || exit $s",
		 shard, t->shards);
	/* the login shell there may be any */
	buf_adds(out, "exec sh -c ");
	mx_shell_word(out, buf_text(&text));
	return 0;
}

int mx_engine_script(const struct mx_engine_task *t, char *const *environment, const char *folder,
		     struct buf *out, struct err *err)
{
	buf_adds(out, "#!/bin/sh\n# One shard of a matrix: a task of a job array.\n");
	mx_engine_place(t, out);
	buf_adds(out, "file=");
	mx_shell_word(out, folder);
	buf_addf(out, "/shard-$SLURM_ARRAY_TASK_ID-of-%u.jsonl\n", t->shards);
	/* one that was broken off is gone on with */
	buf_adds(out, "if [ -s \"$file\" ]; then as=--resume; else as=--out; fi\nexec ");
	if (mx_engine_question(t, environment, out, err) < 0)
		return -err->code;
	buf_addf(out, " --shard \"$SLURM_ARRAY_TASK_ID/%u\" \"$as\" \"$file\" -o /dev/null\n",
		 t->shards);
	return 0;
}
