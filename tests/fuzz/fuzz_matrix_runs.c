/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_matrix_runs - a saved matrix somebody sent: what is accepted, written and read again, is the
 * same text.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "matrix/runs.h"

#include <math.h>
#include <string.h>

const char *const fuzz_words[] = {
	"{\"scxplore-matrix\":1",
	"\"plan\":{",
	"\"shard\":[1,1]",
	"\"cell\":{",
	"\"turn\":",
	"\"verdict\":\"pass\"",
	"\"skip\"",
	"\"samples\":[",
	"\"value\":",
	"1e999",
	"NaN",
	"-Infinity",
	"null",
	"18446744073709551616",
	"-1",
	"0.1",
	"\\u0000",
	"\\ud800",
	"\xff",
	"\x1b[2J",
	"[[[[[[[[[[",
	"}\n",
	"\n",
	"\"better\":\"lower\"",
	"true",
	NULL,
};

static const char example[] = "{\"scxplore-matrix\":1,\"version\":\"0.1.0\",\"scenario\":\"basic\","
			      "\"sha256\":\"ab\",\"started\":\"2026\",\"plan\":{"
			      "\"topology\":[\"tiny-1llc\"],\"sched\":[\"none\",\"fifo\"],"
			      "\"kernel\":[\"7.3.4\"],\"options\":\"\",\"repeat\":2,"
			      "\"warmup\":1,\"shard\":[1,2]}}\n"
			      "{\"cell\":{\"scenario\":\"basic\",\"topology\":\"tiny-1llc\","
			      "\"sched\":\"fifo\",\"kernel\":\"7.3.4\"},\"turn\":1,"
			      "\"repeat\":1,\"warmup\":true,\"verdict\":\"pass\",\"why\":\"\","
			      "\"exit\":0,\"conditions\":{\"accel\":\"kvm\","
			      "\"exact\":false,\"kernel\":null,\"mitigations\":null,\"clock\":"
			      "\"tsc\",\"host_cpu\":\"x\",\"host_load\":[0.5,null],"
			      "\"steal_ms\":3,\"guest_steal_ms\":7,\"vulnerabilities\":"
			      "\"mds: Not affected\",\"pinned\":true},\"metrics\":[{\"name\":\"a:p99\","
			      "\"unit\":\"ns\",\"better\":\"lower\","
			      "\"virtual\":false,\"value\":2.5,\"samples\":[1,2.5,-3e10]}]}\n";

static void write_all(const struct mx_runs *runs, struct buf *out)
{
	size_t i;

	mx_head_write(&runs->head, out);
	for (i = 0; i < runs->n; i++)
		mx_run_write(&runs->run[i], out);
}

static int read_from(const void *data, size_t len, struct mx_runs *runs, struct err *err)
{
	FILE *f = len ? fmemopen((void *)data, len, "r") : fopen("/dev/null", "r");
	int r;

	fuzz_must(f);
	r = mx_runs_read(f, runs, err);
	fclose(f);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cleanup_buf struct buf first = BUF_INIT, second = BUF_INIT;
	struct mx_runs runs, again;
	struct err err = ERR_INIT;
	size_t i, j;

	if (read_from(data, len, &runs, &err) < 0) {
		fuzz_must(*err.msg);
		mx_runs_finish(&runs);
		return 0;
	}
	fuzz_must(runs.good <= len);
	for (i = 0; i < runs.n; i++)
		for (j = 0; j < runs.run[i].nmetrics; j++)
			fuzz_must(runs.run[i].metrics[j].nsamples &&
				  isfinite(runs.run[i].metrics[j].samples[0]) &&
				  !isinf(runs.run[i].metrics[j].value));
	write_all(&runs, &first);
	fuzz_must(read_from(first.data, first.len, &again, &err) == 0);
	write_all(&again, &second);
	fuzz_must(!again.cut && !strcmp(buf_text(&first), buf_text(&second)));
	mx_runs_finish(&again);
	mx_runs_finish(&runs);
	return 0;
}

/* found by libFuzzer: it was written as -0 and read back as 0 */
static const char minus[] = "{\"scxplore-matrix\":1,\"version\":\"0.1.0\",\"scenario\":\"basic\","
			    "\"sha256\":\"ab\",\"started\":\"2026\",\"plan\":{"
			    "\"topology\":[\"t\"],\"sched\":[\"none\"],\"kernel\":[\"7\"],"
			    "\"options\":\"\",\"repeat\":2,\"warmup\":1,\"shard\":[1,2]}}\n"
			    "{\"cell\":{\"scenario\":\"basic\",\"topology\":\"t\","
			    "\"sched\":\"none\",\"kernel\":\"7\"},\"turn\":1,\"repeat\":1,"
			    "\"warmup\":true,\"verdict\":\"pass\",\"why\":\"\",\"exit\":0,"
			    "\"conditions\":{\"accel\":\"kvm\",\"exact\":false,\"kernel\":null,"
			    "\"mitigations\":null,\"clock\":\"tsc\",\"host_cpu\":\"x\","
			    "\"host_load\":[0.5,null],\"steal_ms\":3,\"pinned\":true},"
			    "\"metrics\":[{\"name\":\"a:p99\",\"unit\":\"ns\",\"better\":\"lower\","
			    "\"virtual\":false,\"samples\":[-0e10]}]}\n";

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	add(example, sizeof(example) - 1);
	add(example, sizeof(example) - 10);
	add(minus, sizeof(minus) - 1);
	add(example, strcspn(example, "\n") + 1);
}
