/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advance - reads what a person asks of a guest's time, see advance.h.
 */
#include "ops/advance.h"
#include "base/text.h"
#include "guest/wire_place.h"

#include <errno.h>
#include <string.h>

static int parse_switch(char *const *words, size_t n, struct advance *out, struct err *err)
{
	uint64_t cpu;

	out->to = ADVANCE_SWITCH;
	if (n == 2)
		return 0;
	if (n > 3 || !text_u64(words[2], 0, PLACE_CPU_MAX, &cpu))
		return err_set(
			err, EINVAL,
			"advance switch [CPU]: to the next switch of any CPU, or of this one");
	out->cpu = (int)cpu;
	return 0;
}

static int parse_span(char *const *words, size_t n, struct advance *out, struct err *err)
{
	uint64_t us;
	bool good = false;

	out->to = ADVANCE_SPAN;
	if (n == 3 && !strcmp(words[1], "us")) {
		good = text_u64(words[2], 1, ADVANCE_SPAN_MAX_NS / 1000, &us);
		out->span_ns = good ? us * 1000 : 0;
	} else if (n == 2) {
		good = text_duration(words[1], &out->span_ns);
	}
	if (!good || out->span_ns < ADVANCE_SPAN_MIN_NS || out->span_ns > ADVANCE_SPAN_MAX_NS)
		return err_set(
			err, EINVAL,
			"advance switch [CPU] | tick | us N: on to the next switch, the next "
			"tick, or by about N microseconds (1us to 10s, also written 250us, 2ms)");
	return 0;
}

int advance_parse(char *const *words, size_t n, struct advance *out, struct err *err)
{
	*out = (struct advance){.cpu = -1};
	if (n > 1 && !strcmp(words[1], "switch"))
		return parse_switch(words, n, out, err);
	if (n == 2 && !strcmp(words[1], "tick")) {
		out->to = ADVANCE_TICK;
		return 0;
	}
	return parse_span(words, n, out, err);
}

int advance_parse_slow(char *const *words, size_t n, unsigned *part, struct err *err)
{
	const char *word = n == 2 ? words[1] : "";
	uint64_t v;

	if (!strncmp(word, "1/", 2))
		word += 2;
	if (!text_u64(word, 1, ADVANCE_SLOWEST, &v))
		return err_set(
			err, EINVAL,
			"slow N: the guest's time goes on at 1/N of full speed, N from 1 (full) to "
			"%d; for example: slow 10",
			ADVANCE_SLOWEST);
	*part = (unsigned)v;
	return 0;
}
