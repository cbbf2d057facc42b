/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine - a question as the command lines of its shards, see engine.h.
 */
#include "matrix/engine.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/op.h"

static void word(struct mx_words *argv, const char *text)
{
	mx_words_add(argv, text);
}

static void number(struct mx_words *argv, const char *option, unsigned v)
{
	cleanup_free char *text = xasprintf("%u", v);

	word(argv, option);
	word(argv, text);
}

static void axis(struct mx_words *argv, const struct mx_head *head, enum mx_axis a)
{
	cleanup_free char *option = xasprintf("--%s", mx_axis_name(a));
	cleanup_buf struct buf list = BUF_INIT;
	size_t i;

	for (i = 0; i < head->axis[a].n; i++)
		buf_addf(&list, "%s%s", i ? "," : "", head->axis[a].word[i]);
	word(argv, option);
	word(argv, buf_text(&list));
}

static void options(struct mx_words *argv, const char *text)
{
	size_t n, i;
	char **list = words_split(text, &n, NULL);

	for (i = 0; list && i < n; i++)
		word(argv, list[i]);
	if (list)
		words_free(list);
}

static char **steal(struct mx_words *argv, const char *const *extra)
{
	char **list;

	for (; extra && *extra; extra++)
		word(argv, *extra);
	argv->word = xreallocarray(argv->word, argv->n + 1, sizeof(*argv->word));
	argv->word[argv->n] = NULL;
	list = argv->word;
	*argv = (struct mx_words){0};
	return list;
}

void mx_shards_make(struct mx_shards *s, const struct mx_head *head, unsigned n,
		    const char *program, const char *folder, const char *const *extra)
{
	unsigned i;
	int a;

	*s = (struct mx_shards){.v = xcalloc(n ? n : 1, sizeof(*s->v)), .n = n};
	for (i = 0; i < n; i++) {
		cleanup_free char *shard = xasprintf("%u/%u", i + 1, n);
		struct mx_words argv = {0};

		s->v[i] = (struct mx_shard){.number = i + 1,
					    .status = -1,
					    .out = xasprintf("%s/shard-%u.jsonl", folder, i + 1)};
		word(&argv, program);
		word(&argv, "matrix");
		word(&argv, head->scenario);
		for (a = 0; a < MX_AXES; a++)
			axis(&argv, head, (enum mx_axis)a);
		options(&argv, head->options);
		number(&argv, "--repeat", head->repeat);
		number(&argv, "--warmup", head->warmup);
		word(&argv, "--shard");
		word(&argv, shard);
		word(&argv, "--out");
		word(&argv, s->v[i].out);
		s->v[i].argv = steal(&argv, extra);
	}
}

static void free_argv(char **argv)
{
	size_t i;

	for (i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

void mx_shard_resume(struct mx_shard *shard, const char *const *extra)
{
	struct mx_words argv = {0};

	word(&argv, shard->argv[0]);
	word(&argv, "matrix");
	word(&argv, "--resume");
	word(&argv, shard->out);
	free_argv(shard->argv);
	shard->argv = steal(&argv, extra);
	shard->status = -1;
}

void mx_shards_finish(struct mx_shards *s)
{
	while (s->n) {
		s->n--;
		free_argv(s->v[s->n].argv);
		free(s->v[s->n].out);
	}
	free(s->v);
	*s = (struct mx_shards){0};
}
