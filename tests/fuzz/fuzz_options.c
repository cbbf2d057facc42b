/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_options - command lines: guest options picked out, the rest left in order.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/op.h"
#include "vmm/options.h"

#include <string.h>

const char *const fuzz_words[] = {
	"--topology", "--topology=", "--memory", "--kernel=", "--accel", "--include", "--workload-root=", "--watchdog",
	"--duration=", "--append=", "--", "-", "1n2l4c1t", "0n", "999999999999n1l1c1t", "1n1l256c2t", "kvm", "tcg", "auto",
	"/name", "/..", "30s", "1.5h", "64", "=", " ", "''", NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	cleanup_free char *line = xstrndup((const char *)data, len), *words = xasprintf("prog %s", line);
	struct guest_options o;
	struct err err = ERR_INIT;
	cleanup_free char **argv = NULL;
	size_t n, i;
	char **list = words_split(words, &n, &err);
	int argc = (int)n, r;

	if (!list)
		return 0;
	argv = xcalloc(n + 1, sizeof(*argv));
	memcpy(argv, list, n * sizeof(*argv));
	r = guest_options_take(&o, &argc, argv, &err);
	fuzz_must(argc >= 0 && (size_t)argc <= n);
	if (r == 0) {
		fuzz_must(!argv[argc] && guest_options_default(&o, &err) == 0);
		fuzz_must(topology_cpus(&o.config.topology) >= 1 && topology_cpus(&o.config.topology) <= GUEST_CPUS_MAX);
		for (i = 0; i < o.ninclude; i++)
			fuzz_must(*o.include[i]);
	} else {
		fuzz_must(r < 0 && *err.msg);
	}
	guest_options_finish(&o);
	words_free(list);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char *const lines[] = {
		"--topology 1n2l4c1t --memory=1024 --accel tcg rest --include sh --include=/bin/cat -- --memory x",
		"--kernel 7.3.4 --workload-root /x --watchdog 5s --duration=2m --append \"quiet loglevel=1\" file",
		"file --json --save x",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		add(lines[i], strlen(lines[i]));
}
