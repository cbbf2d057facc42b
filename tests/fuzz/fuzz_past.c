/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_past - a session file somebody sent is looked back into, to and fro.
 */
#include "tests/fuzz/fuzz.h"

#include "ops/past.h"
#include "ops/trace.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *const fuzz_words[] = {
	"{\"seq\":1,\"t_ns\":5,\"event\":\"",
	"\"t_ns\":",
	"\"t_ns\":18446744073709551616,",
	",\"sample\":{\"n\":1}}\n",
	",\"change\":{\"n\":2}}\n",
	",\"trace\":\"",
	",\"names\":[",
	"\n",
	"-1",
	"begin",
	"\"op\":\"step x\"",
	NULL,
};

static const char session[] =
	"{\"scxplore\":1,\"guest\":{\"topology\":\"1n1l2c1t\"}}\n"
	"{\"t_ns\":0,\"event\":\"ready\",\"count\":2,\"cgroup\":\"/placement\"}\n"
	"{\"seq\":1,\"t_ns\":0,\"op\":\"cgroup add low\"}\n"
	"{\"seq\":1,\"t_ns\":1000000,\"event\":\"begin\"}\n"
	"{\"t_ns\":1100000,\"sample\":{\"n\":1,\"cpus\":[[0,91,\"w.1\",3,2,9,1,5]],"
	"\"tasks\":[[91,91,\"w.1\",3,0,82,0,0,77,8,9,1,4]]}}\n"
	"{\"t_ns\":1200000,\"change\":{\"n\":2,\"tasks\":[[2,\"v\",8,-5]]}}\n"
	"{\"seq\":1,\"t_ns\":2000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":2,\"t_ns\":2000000,\"op\":\"step two\"}\n"
	"{\"seq\":2,\"t_ns\":3000000,\"event\":\"begin\"}\n";

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	add(session, sizeof(session) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint64_t at[] = {UINT64_MAX, 1500000, 0, 2500000, 1150000, 1150001};
	int fd = memfd_create("session", MFD_CLOEXEC);
	struct trace *t = trace_create(0);
	uint64_t seq, nops[2] = {0, 0};
	struct past *p;
	char path[64];
	size_t i, j;

	if (write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	p = past_open(path, t, NULL);
	for (i = 0; p && i < 2; i++)
		for (j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
			const struct model *m = past_at(p, at[j]);

			past_moment(m, at[j], -1, false, &seq);
			nops[i] = nops[i] * 31 + m->nops;
		}
	/* the same moments give the same, whatever was looked at before */
	fuzz_must(nops[0] == nops[1]);
	past_close(p);
	trace_destroy(t);
	close(fd);
	return 0;
}
