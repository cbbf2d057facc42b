/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_sites - the code of a tracepoint's block, and kernel images that tracepoints are looked for
 * in.
 */
#include "tests/fuzz/fuzz.h"

#include "tests/sites_made.h"

#include <errno.h>
#include <string.h>

#define ADDRESS UINT64_C(0xffffffff81000000)
#define CALL    UINT64_C(0xffffffff81800000)

const char *const fuzz_words[] = {"\xe8",
				  "\x65\x8b\x05",
				  "\x48\x89\xde",
				  "\x4c\x89\xf2",
				  "\x89\xea",
				  "\x8b\x75\xb8",
				  "\x44\x8b\x45\xa8",
				  "\x48\x8b\x74\x24\x10",
				  "\x0f\xb6\x75\xb7",
				  "\x48\x63\xd5",
				  "\x4c\x8b\x25",
				  "\x65\x48\xff\x45",
				  "\x74\x0e",
				  "\x0f\x83",
				  "\x48\x85\xc0",
				  "\x31\xd2",
				  "\x48\x89\x45\xb8",
				  "\x66\x90",
				  "\177ELF",
				  NULL};

static void sane(const struct witness_arg *args, unsigned n)
{
	for (; n; n--, args++) {
		fuzz_must(args->reg < WITNESS_REGS && args->in_memory <= 1 && !args->pad);
		fuzz_must(args->bytes == 1 || args->bytes == 4 || args->bytes == 8);
		fuzz_must(args->in_memory || !args->offset);
	}
}

static void look_at_block(const uint8_t *data, size_t len)
{
	struct witness_arg all[WITNESS_ARGS], args[WITNESS_ARGS];
	int r = sites_block(data, len, ADDRESS, CALL, WITNESS_ARGS, all, NULL);
	unsigned n;

	if (r == 0)
		sane(all, WITNESS_ARGS);
	for (n = 0; n < WITNESS_ARGS; n++) {
		struct err err = ERR_INIT;
		int few = sites_block(data, len, ADDRESS, CALL, n, args, &err);

		fuzz_must(few == 0 ||
			  ((few == -ENOENT || few == -ENOTSUP) && err.code == -few && *err.msg));
		if (few == 0)
			sane(args, n);
		if (r == 0)
			fuzz_must(few == 0 && !memcmp(args, all, n * sizeof(*args)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err err = ERR_INIT;
	struct sites s;
	unsigned i;
	uint8_t *copy = malloc(len ? len : 1);

	/* of this size, so that what is read behind it is seen; libelf may convert in place */
	fuzz_must(copy);
	if (len)
		memcpy(copy, data, len);
	look_at_block(copy, len);
	if (sites_find(copy, len, &s, &err) < 0)
		fuzz_must(*err.msg && !s.n);
	else
		fuzz_must(s.n >= MADE_POINTS);
	fuzz_must(s.n <= WITNESS_SITES);
	for (i = 0; i < s.n; i++)
		sane(s.list[i].args, s.list[i].type == TRACE_RING_SWITCH    ? 4
				     : s.list[i].type == TRACE_RING_MIGRATE ? 2
									    : 1);
	free(copy);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	uint8_t code[SITES_REACH];
	struct made m;
	size_t i;

	for (i = 0; i < SITES_REAL; i++) {
		size_t len = sites_real[i].len;
		int32_t by = (int32_t)(CALL - (ADDRESS + len));

		memcpy(code, sites_real[i].code, len);
		memcpy(code + len - 4, &by, sizeof(by));
		add(code, len);
	}
	sites_made_kernel(&m);
	add(m.data, m.len);
}
