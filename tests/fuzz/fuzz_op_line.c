/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_op_line - text as a person types or pastes it: parser, quoting, encoder, scenario, completion.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/complete.h"
#include "ops/op.h"
#include "ops/scenario.h"

#include <errno.h>
#include <string.h>

const char *const fuzz_words[] = {
	"cgroup", "add", "set", "remove", "spawn", "run", "wait", "kill", "move", "hold", "step", "backdrop", "expect",
	"placed", "exit", "output", "contains", "file", "read", "low", "probe", "hogs", "@low", "@", "a/b", "/", "..",
	"in=low", "to=low", "to=/", "n=4", "timeout=5s", "cpuset=0-1", "cpu.max=\"50000 100000\"", "max=1/2", "weight=",
	"==", "--", "250ms", "0", "1.5s", "spin", "custom:/p:f", "custom:", "'", "\"", "\\", "#", "\n", " ", "\t", "\r", "=", "-1",
	"18446744073709551616", "\xff", "\xc3\xa9", NULL,
};

static bool same_list(const struct op_val *a, const struct op_val *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->list[i], b->list[i]))
			return false;
	return true;
}

static void same(const struct op *a, const struct op *b)
{
	size_t i;

	fuzz_must(b && a->def == b->def);
	for (i = 0; i < OP_ARGS_MAX; i++) {
		const struct op_val *x = &a->val[i], *y = &b->val[i];

		fuzz_must(x->set == y->set && x->num == y->num && same_list(x, y));
		fuzz_must(!x->str == !y->str && (!x->str || !strcmp(x->str, y->str)));
	}
}

static void encoded(const struct op *op)
{
	static uint8_t frame[WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX];
	long n = op_encode(op, frame, sizeof(frame), NULL);
	struct wire_reader payload;
	struct wire_header h;
	struct wire_op out;

	if (n == -EMSGSIZE)
		return;
	fuzz_must(n > 0 && wire_frame(frame, (size_t)n, &h, &payload) == n);
	fuzz_must(h.type == WIRE_OP && wire_op_read(&payload, &out) == 0 && out.id == op->def->id);
}

static void one_line(const char *line)
{
	cleanup_op struct op *op = NULL, *back = NULL;
	cleanup_free char *text = NULL;
	struct err err = ERR_INIT;
	int r = op_parse(line, &op, &err);

	fuzz_must(r == 0 || (r < 0 && !op && err.code == -r && *err.msg));
	if (!op)
		return;
	text = op_format(op);
	fuzz_must(strlen(text) > OP_LINE_MAX || op_parse(text, &back, &err) == 0);
	if (back)
		same(op, back);
	encoded(op);
}

static void completed(const struct scenario *s, const char *line)
{
	static struct complete c;
	size_t len = strlen(line), cursor[] = {0, len / 2, len}, i, j;
	char common[64];

	for (i = 0; i < ARRAY_SIZE(cursor); i++) {
		complete_line(s, NULL, line, cursor[i], (const char *const[]){"quit", "theme", NULL}, &c);
		fuzz_must(c.n <= COMPLETE_MAX && c.start <= cursor[i]);
		for (j = 0; j < c.n; j++)
			fuzz_must(!strncmp(c.words[j], line + c.start, cursor[i] - c.start));
		complete_common(&c, common, sizeof(common));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char before[] = "cgroup add low\nspawn hogs@low spin n=4\nstep one\nrun probe@low -- true\n";
	struct scenario *s = scenario_create(4), *copy;
	cleanup_free char *line = xstrndup((const char *)data, len);
	cleanup_buf struct buf words = BUF_INIT;
	struct err err = ERR_INIT;
	size_t had;

	one_line(line);
	fuzz_must(scenario_add_text(s, "before", before, sizeof(before) - 1, &err) == 0);
	had = scenario_len(s);
	completed(s, line);
	if (scenario_add_text(s, NULL, (const char *)data, len, &err) < 0)
		fuzz_must(scenario_len(s) == had && !strncmp(err.msg, "line ", 5));
	scenario_teardown_text(s, &words);
	copy = scenario_clone(s);
	fuzz_must(scenario_len(copy) == scenario_len(s) && scenario_things(copy) == scenario_things(s));
	scenario_destroy(copy);
	scenario_destroy(s);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char *const more[] = {
		"cgroup add a\ncgroup add a/b cpuset=0 weight=1 max=5000/10000\nrun x@a/b -- sh -c 'echo \"$1\"' \\# a\n"
		"wait x timeout=1.5s\nexpect exit x == 0\nexpect placed x in=a/b\nstep\nmove x to=/\nbackdrop\n",
		"step \"two words\"\nspawn y yield\nbackdrop y\nkill y\nkill @low\nmove @low to=/ # why not\nhold 0\n",
		"expect output probe contains \"--\"\nexpect file /etc/hostname == 'it'\\''s'\n",
		"def d@low/d spin n=2 cpu.weight=20\nmove d thread=2 to=/\ntasks d\ntasks @low\nexpect tasks @low == 4\n",
		"expect check starvation hogs\nexpect check gap hogs limit=250ms replays=3\nexpect check escape hogs\n"
		"expect check imbalance limit=4 samples=7\nexpect check fallback limit=200/s\nexpect check keep-last limit=off\n",
	};
	const struct op_def *d;
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++)
		add(d->example, strlen(d->example));
	for (i = 0; i < ARRAY_SIZE(more); i++)
		add(more[i], strlen(more[i]));
}
