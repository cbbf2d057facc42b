/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_metric - what a payload may print: whatever it is, names can be typed, values are finite,
 * what is written is read again, and how the bytes are cut changes nothing.
 */
#include "tests/fuzz/fuzz.h"

#include "ops/metric.h"

#include <math.h>
#include <string.h>

const char *const fuzz_words[] = {"{\"a\":",
				  "[1,",
				  "]}",
				  "\\u0041",
				  "1e308",
				  "-0.5",
				  "nan",
				  "=5ms",
				  " = 3 MB/s",
				  "\033[4A",
				  "\r\n",
				  "\n",
				  "Latency percentiles (usec)\n",
				  "\t* 99.0th: 15\n",
				  "min=1, max=2\n",
				  "# Running 'sched/pipe' benchmark:\n",
				  " 5.1 usecs/op\n",
				  "Total time: 1 [sec]\n",
				  "T: 0 (1) P: 0 I:1 C: 5 Min: 1 Act: 2 Avg: 3 Max: 4\n",
				  "# Avg Latencies: 1 2 3\n",
				  "stress-ng: metrc: [1] stressor \n",
				  "stress-ng: metrc: [1] cpu 1 2 3 4 5 6\n",
				  "    - stressor: x\n",
				  "      bogo-ops: 7\n",
				  "Running in process mode with\nTime: 0.1\n",
				  "999999999999",
				  NULL};

static void look(const struct metrics *ms)
{
	size_t i;

	fuzz_must(metrics_count(ms) <= METRICS_MAX);
	for (i = 0; i < metrics_count(ms); i++) {
		const struct metric *m = metrics_at(ms, i);
		enum metric_unit unit;
		char text[48];
		double again;

		fuzz_must(metric_check_name(m->name, NULL) == 0);
		fuzz_must(metrics_find(ms, m->name) == m);
		fuzz_must(m->samples && isfinite(m->value) && isfinite(m->mean));
		fuzz_must(m->min <= m->value && m->value <= m->max);
		fuzz_must(m->min <= m->mean && m->mean <= m->max);
		metric_format(m->unit, m->value, text, sizeof(text));
		fuzz_must(*text && strlen(text) < 32);
		metric_write(m->unit, m->value, text, sizeof(text));
		fuzz_must(metric_value(text, &again, &unit));
		fuzz_must(again == m->value && unit == m->unit);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct metrics *whole = metrics_create(NULL), *pieces = metrics_create(NULL);
	const char *text = (const char *)data;
	size_t i, n;

	metrics_feed(whole, 0, text, len, 1);
	metrics_flush(whole, 2);
	look(whole);
	for (i = 0; i < len; i += n) {
		n = 1 + data[i] % 7;
		n = n < len - i ? n : len - i;
		metrics_feed(pieces, 0, text + i, n, 1);
	}
	metrics_flush(pieces, 2);
	fuzz_must(metrics_count(whole) == metrics_count(pieces));
	fuzz_must(metrics_lost(whole) == metrics_lost(pieces));
	for (i = 0; i < metrics_count(whole); i++) {
		const struct metric *a = metrics_at(whole, i), *b = metrics_at(pieces, i);

		fuzz_must(!strcmp(a->name, b->name) && a->samples == b->samples);
		fuzz_must(a->value == b->value && a->mean == b->mean);
	}
	metrics_feed(pieces, 1, text, len / 2, 3);
	metrics_gap(pieces, 1);
	metrics_feed(pieces, 1, text + len / 2, len - len / 2, 3);
	look(pieces);
	metrics_destroy(whole);
	metrics_destroy(pieces);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char *const seeds[] = {
		"ops=1200 lat_us=31.5, p99=4ms rate = 3.5 MB/s (loss=2%)\n",
		"{\"lat\": {\"p99_ns\": 1500, \"ok\": true}, \"runs\": [10, 20, {\"x\": [1]}], "
		"\"s\": \"a\\\"b\"}\n",
		"Wakeup Latencies percentiles (usec) runtime 10 (s) (3 total samples)\n"
		"\t  50.0th: 7          (1 samples)\n\t* 99.0th: 44         (3 samples)\n"
		"\t  min=1, max=3011\ncurrent rps: 3640.20\nsched delay: message 12 (usec) worker "
		"340 (usec)\n",
		"# Running sched/messaging benchmark...\n\n     Total time: 1.390 [sec]\n"
		"# Running sched/pipe benchmark...\n       5.105534 usecs/op\n         195865 "
		"ops/sec\n",
		"T: 0 (13386) P: 0 I:1000 C:    977 Min:     30 Act:   80 Avg:  111 Max:    4259\n"
		"T: 1 (13387) P: 0 I:1500 C:    632 Min:     11 Act:   81 Avg:  164 Max:   "
		"47666\n\033[2A",
		"# Total: 000000994 000000981\n# Min Latencies: 00034 00017\n# Avg Latencies: "
		"00087 00096\n",
		"{\"file_version\": 1, \"resolution_in_ns\": 0, \"thread\": {\"0\": {\"cycles\": "
		"730, "
		"\"min\": 14, \"max\": 183192, \"avg\": 458.98}}}\n",
		"stress-ng: metrc: [1] stressor       bogo ops real time\n"
		"stress-ng: metrc: [1] cpu 1863 2.01 1.05 0.01 927.43 1760.61 26.34 6576\n"
		"stress-ng: metrc: [1] pipe 102.36 MB per sec pipe write rate (geometic mean of 1 "
		"instances)\n",
		"metrics:\n    - stressor: pipe\n      bogo-ops: 278296\n      "
		"mb-per-sec-pipe-write-rate: 135.8\n",
		"Running in process mode with 2 groups\nTime: 0.196\n",
	};
	size_t i;

	for (i = 0; i < sizeof(seeds) / sizeof(*seeds); i++)
		add(seeds[i], strlen(seeds[i]));
}
