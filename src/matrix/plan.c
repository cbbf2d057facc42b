/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan - see plan.h.
 */
#include "matrix/plan.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "vmm/topologies.h"
#include "ops/schedulers.h"

#include <errno.h>
#include <string.h>

#define ALL_PRESETS "presets" /* of --topology: the whole table */

bool mx_sched_is_none(const char *word)
{
	return !strcmp(word, "none") || !strcmp(word, "eevdf");
}

/* The line that loads it is checked as a whole later; here: is it a name at all? */
static int check_sched(const char *word, struct err *err)
{
	size_t n = strcspn(word, " \t");
	cleanup_free char *name = xstrndup(word, n);

	if (!strcmp(word, MX_OWN) || mx_sched_is_none(word))
		return 0;
	return scheduler_check(name, err);
}

static int check_word(enum mx_axis axis, const char *word, struct err *err)
{
	struct topology t;
	char safe[MX_WORD_MAX + 1];
	size_t n = strlen(word);

	if (!n)
		return err_set(err, EINVAL, "there is an empty word; separate words by one comma");
	if (n > MX_WORD_MAX)
		return err_set(err, EINVAL, "'%.40s...' is longer than %d bytes", word,
			       MX_WORD_MAX);
	/* a saved matrix has it as text */
	if (text_sanitise(safe, sizeof(safe), word, n) != n || strcmp(safe, word))
		return err_set(err, EINVAL, "'%s' has a byte that cannot be printed", safe);
	if (axis == MX_TOPOLOGY)
		return topology_word(word, &t, err);
	return axis == MX_SCHED ? check_sched(word, err) : 0;
}

/* The same thing under two names would be compared with itself. */
static bool same_word(enum mx_axis axis, const char *a, const char *b)
{
	struct topology s, t;

	if (axis == MX_SCHED && mx_sched_is_none(a) && mx_sched_is_none(b))
		return true;
	if (axis == MX_TOPOLOGY && topology_word(a, &s, NULL) == 0 &&
	    topology_word(b, &t, NULL) == 0)
		return !memcmp(&s, &t, sizeof(s));
	return !strcmp(a, b);
}

static int add_word(struct mx_head *head, enum mx_axis axis, const char *word, struct err *err)
{
	struct mx_words *words = &head->axis[axis];
	size_t i;

	if (check_word(axis, word, err) < 0)
		return -EINVAL;
	if (words->n == MX_WORDS_MAX)
		return err_set(err, E2BIG, "more than %d words", MX_WORDS_MAX);
	for (i = 0; i < words->n; i++)
		if (same_word(axis, words->word[i], word))
			return err_set(err, EINVAL, "'%.100s' and '%.100s' are the same",
				       words->word[i], word);
	mx_words_add(words, word);
	return 0;
}

int mx_axis_add(struct mx_head *head, enum mx_axis axis, const char *text, struct err *err)
{
	const struct topology_preset *preset;
	size_t i;

	for (;; text++) {
		size_t n = strcspn(text, ",");
		cleanup_free char *word = xstrndup(text, n);

		if (axis == MX_TOPOLOGY && !strcmp(word, ALL_PRESETS)) {
			for (i = 0; (preset = topology_preset_at(i)); i++)
				if (add_word(head, axis, preset->name, err) < 0)
					return err_wrap(err, "--%s", mx_axis_name(axis));
		} else if (add_word(head, axis, word, err) < 0) {
			return err_wrap(err, "--%s", mx_axis_name(axis));
		}
		text += n;
		if (!*text)
			return 0;
	}
}

int mx_shard_parse(const char *text, struct mx_head *head, struct err *err)
{
	const char *slash = strchr(text, '/');
	cleanup_free char *first = slash ? xstrndup(text, (size_t)(slash - text)) : NULL;
	uint64_t i, n;

	if (!slash || !text_u64(slash + 1, 1, MX_COUNT_MAX, &n) || !text_u64(first, 1, n, &i))
		return err_set(err, EINVAL, "--shard: '%.40s' is not I/N with I from 1 to N", text);
	head->shard = (unsigned)i;
	head->shards = (unsigned)n;
	return 0;
}

static void add_cell(struct mx_plan *p, const size_t at[MX_AXES], size_t block)
{
	const struct mx_head *h = p->head;
	struct mx_plan_cell *c;

	p->cell = xreallocarray(p->cell, p->ncells + 1, sizeof(*p->cell));
	c = &p->cell[p->ncells++];
	*c = (struct mx_plan_cell){.words = {h->scenario,
					     h->axis[MX_TOPOLOGY].word[at[MX_TOPOLOGY]],
					     h->axis[MX_SCHED].word[at[MX_SCHED]],
					     h->axis[MX_KERNEL].word[at[MX_KERNEL]]},
				   .block = block};
	memcpy(c->at, at, sizeof(c->at));
}

/* first to first + n of one block, there and back */
static void add_turns(struct mx_plan *p, size_t first, size_t n)
{
	unsigned rounds = p->head->warmup + p->head->repeat, round;
	size_t i;

	for (round = 0; round < rounds; round++) {
		bool warmup = round < p->head->warmup;
		unsigned r = warmup ? round : round - p->head->warmup;

		for (i = 0; i < n; i++)
			p->turn[p->nturns++] =
				(struct mx_turn){.cell = first + (r % 2 ? n - 1 - i : i),
						 .repeat = r + 1,
						 .warmup = warmup};
	}
}

int mx_plan_make(struct mx_plan *p, const struct mx_head *h, struct err *err)
{
	size_t at[MX_AXES], block = 0, first = 0, i, scheds = h->axis[MX_SCHED].n;
	uint64_t all = (uint64_t)h->axis[MX_TOPOLOGY].n * scheds * h->axis[MX_KERNEL].n *
		       ((uint64_t)h->repeat + h->warmup);

	*p = (struct mx_plan){.head = h};
	if (all > MX_RUNS_MAX)
		return err_set(err, E2BIG, "that is %llu runs; at most %d can be kept",
			       (unsigned long long)all, MX_RUNS_MAX);
	for (at[MX_KERNEL] = 0; at[MX_KERNEL] < h->axis[MX_KERNEL].n; at[MX_KERNEL]++)
		for (at[MX_TOPOLOGY] = 0; at[MX_TOPOLOGY] < h->axis[MX_TOPOLOGY].n;
		     at[MX_TOPOLOGY]++, block++)
			for (at[MX_SCHED] = 0; at[MX_SCHED] < scheds; at[MX_SCHED]++)
				if (block % h->shards + 1 == h->shard)
					add_cell(p, at, block);
	p->turn = xcalloc(all ? all : 1, sizeof(*p->turn));
	for (first = 0; first < p->ncells; first += scheds)
		add_turns(p, first, scheds);
	for (i = 0; i < p->ncells; i++)
		if (topology_word(p->cell[i].words.topology, &p->cell[i].topology, err) < 0)
			return -EINVAL;
	return 0;
}

void mx_plan_finish(struct mx_plan *p)
{
	size_t i;

	for (i = 0; i < p->ncells; i++)
		free(p->cell[i].skip);
	free(p->cell);
	free(p->turn);
	*p = (struct mx_plan){0};
}

bool mx_turn_is(const struct mx_plan *p, size_t turn, const struct mx_run *run)
{
	const struct mx_turn *t = &p->turn[turn];

	if (!mx_cell_same(&p->cell[t->cell].words, &run->cell))
		return false;
	return !run->turn || (run->repeat == t->repeat && run->warmup == t->warmup);
}

size_t mx_plan_missing(const struct mx_plan *p, const struct mx_run *runs, size_t n, bool *missing)
{
	size_t i, j, count = 0;

	for (i = 0; i < p->nturns; i++) {
		for (j = 0; j < n && !mx_turn_is(p, i, &runs[j]); j++)
			;
		count += j == n;
		if (missing)
			missing[i] = j == n;
	}
	return count;
}
