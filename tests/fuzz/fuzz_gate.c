/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_gate - a gate that is accepted is finite, and written and read again the same; matching it
 * ends whatever stars are in it.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/gate.h"

#include <math.h>
#include <string.h>

static const char *const gates[] = {
	"lat.p99:+10%", "bench:lat.wakeup.p99:+5us", "rate:100/s:higher", "a*b*:-5%:lower",
	"share:+2pp",	"mem:+10MB",		     "*:+1e-3%",	  "x:3",
};

const char *const fuzz_words[] = {
	"%", "pp", "us", "ms", "s", "B", "/s", "MB/s", ":", "+", "-", "*", "**", ":lower", ":higher", "lat",
	"1e308", "1e-308", "nan", "inf", "0.1", "-0", ".", " ", "\t", "\xff", "\x1b[2J", NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"lat.p99", "bench:lat.wakeup.p99", "aaaaaaaaaaaaaaaaaaaaaaab", ""};
	cleanup_free char *word = xstrndup((const char *)data, len);
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct mx_gate g, again;
	size_t i;
	int r = mx_gate_parse(word, &g, &err);

	if (r < 0) {
		fuzz_must(err.code == -r && *err.msg);
		return 0;
	}
	fuzz_must(isfinite(g.limit) && *g.metric && !strcmp(g.word, word));
	fuzz_must(!(g.share && g.points) && (!g.points || g.unit == UNIT_PERCENT));
	mx_gate_write(&g, &text);
	if (text.len < MX_GATE_WORD_MAX) { /* exact decimals may be longer than what was typed */
		fuzz_must(mx_gate_parse(buf_text(&text), &again, &err) == 0);
		fuzz_must(again.limit == g.limit && again.unit == g.unit && again.better == g.better);
		fuzz_must(again.share == g.share && again.points == g.points);
		fuzz_must(!strcmp(again.metric, g.metric));
	}
	for (i = 0; i < ARRAY_SIZE(names); i++)
		mx_gate_matches(&g, names[i]);
	if (!strchr(g.metric, '*'))
		fuzz_must(mx_gate_matches(&g, g.metric));
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gates); i++)
		add(gates[i], strlen(gates[i]));
}
