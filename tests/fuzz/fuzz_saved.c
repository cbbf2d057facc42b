/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_saved - what a saved checkpoint says of its session, which may be anything.
 */
#include "tests/fuzz/fuzz.h"

#include "session/saved.h"

const char *const fuzz_words[] = {"\x01", "\x7f", "\xff\xff\xff\xff\xff\xff\xff\xff", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct saved v;
	struct err err = ERR_INIT;

	if (saved_read(data, len, &v, &err) < 0) {
		fuzz_must(*err.msg);
		return 0;
	}
	fuzz_must(v.bytes && v.next_seq);
	fuzz_must(v.screen >= 0 && v.screen < 127);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	struct saved v = {.bytes = 4096, .sum = 77, .next_seq = 3, .now_ns = 5, .whole = true, .screen = '2'};
	struct buf b = BUF_INIT;

	saved_put(&v, &b);
	add(b.data, b.len);
	buf_finish(&b);
}
