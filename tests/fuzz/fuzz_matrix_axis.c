/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_matrix_axis - words of the axes and of --shard: what is accepted makes a plan whose shards
 * are a partition of it.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/plan.h"

#include <string.h>

const char *const fuzz_words[] = {
	"tiny-1llc",
	"presets",
	"1n2l4c1t",
	"4n12l8c2t",
	"0n",
	"999999999999n1l1c1t",
	",",
	",,",
	"none",
	"eevdf",
	"own",
	"fifo",
	"vtime slice_us=5",
	"./x.bpf.o",
	"7.3.4",
	"/",
	"1/2",
	"2/0",
	"99999999999/1",
	"\n",
	"\x1b",
	"\xff",
	" ",
	NULL,
};

/* Lines: topology, sched, kernel, shard. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cleanup_free char *text = xstrndup((const char *)data, len);
	struct mx_head h = {
		.scenario = xstrdup("s"), .repeat = 2, .warmup = 1, .shard = 1, .shards = 1};
	struct mx_plan part, whole;
	struct err err = ERR_INIT;
	char *save = text, *line;
	int a, r = 0;
	unsigned i;
	size_t cells = 0;

	for (a = 0; a < MX_AXES && r == 0; a++) {
		line = strsep(&save, "\n");
		r = mx_axis_add(&h, (enum mx_axis)a, line ? line : "none", &err);
	}
	line = r == 0 ? strsep(&save, "\n") : NULL;
	if (line)
		r = mx_shard_parse(line, &h, &err);
	fuzz_must(r == 0 || *err.msg);
	if (r == 0 && h.shards <= 16) {
		unsigned n = h.shards;

		h.shard = h.shards = 1;
		r = mx_plan_make(&whole, &h, &err);
		fuzz_must(r == 0 || *err.msg);
		for (i = 1; r == 0 && i <= n; i++) {
			h.shard = i;
			h.shards = n;
			fuzz_must(mx_plan_make(&part, &h, &err) == 0);
			fuzz_must(part.nturns == part.ncells * 3);
			cells += part.ncells;
			mx_plan_finish(&part);
		}
		fuzz_must(r < 0 || cells == whole.ncells);
		mx_plan_finish(&whole);
	}
	mx_head_finish(&h);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char *const lines[] = {
		"tiny-1llc,1n2l4c1t\nnone,fifo,vtime slice_us=5\n7.3.4,6.16\n2/3",
		"presets\n./a.bpf.o,/b/c\n/boot/vmlinuz\n1/1",
		"1n1l2c1t",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		add(lines[i], strlen(lines[i]));
}
