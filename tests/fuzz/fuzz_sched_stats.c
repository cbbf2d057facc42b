/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_sched_stats - what stands on a scheduler's statistics socket: whatever it is, it is numbers
 * with printable names, or words that can be shown.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "ops/metric.h"
#include "ops/sched_stats.h"

#include <math.h>
#include <string.h>

static const char seed[] =
	"{\"errno\":0,\"args\":{\"resp\":{\"at\":12345,\"bitmap\":[3735928559,3203391149],"
	"\"doms_dict\":{\"0\":{\"events\":1234,\"name\":\"domain 0\",\"pressure\":1.234}}}}}";
static const char refused[] = "{\"errno\":22,\"args\":{\"resp\":\"unknown stat target\"}}";

const char *const fuzz_words[] = {"{",
				  "}",
				  "[",
				  "]",
				  ":",
				  ",",
				  "\"",
				  "errno",
				  "args",
				  "resp",
				  "null",
				  "1e999",
				  "-0",
				  "NaN",
				  "\\u0000",
				  "\\n",
				  "\033[2J",
				  "\xff",
				  "18446744073709551616",
				  NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cleanup_buf struct buf json = BUF_INIT, why = BUF_INIT;
	const struct metric *m;
	struct metrics *ms;
	size_t i;

	if (!sched_stats_read((const char *)data, len, &json, &why)) {
		fuzz_must(why.len && !json.len);
		for (i = 0; i < why.len; i++)
			fuzz_must((unsigned char)why.data[i] >= ' ' && why.data[i] != 0x7f);
		return 0;
	}
	fuzz_must(json.len > 1 && !why.len);
	fuzz_must(memchr(json.data, '\n', json.len) == json.data + json.len - 1);
	ms = metrics_create(NULL);
	metrics_feed(ms, METRIC_STREAM_STATS, json.data, json.len, 1);
	for (i = 0; (m = metrics_at(ms, i)); i++) {
		fuzz_must(!strncmp(m->name, SCHED_STATS_PREFIX, strlen(SCHED_STATS_PREFIX)));
		fuzz_must(isfinite(m->value) && m->min <= m->max);
	}
	metrics_destroy(ms);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	add(seed, sizeof(seed) - 1);
	add(refused, sizeof(refused) - 1);
}
