/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_warm - the head of a saved guest that may be anything.
 */
#include "tests/fuzz/fuzz.h"

#include "vmm/warm_file.h"

#include <string.h>

const char *const fuzz_words[] = {"\x40", "0123456789abcdef", "QEVM", "\xff\xff\xff\xff", "\x1b[2J", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct warm_head h;
	struct err err = ERR_INIT;

	if (warm_head_read(data, len, &h, &err) < 0) {
		fuzz_must(*err.msg);
		return 0;
	}
	fuzz_must(strlen(h.key) == WARM_KEY_MAX - 1);
	fuzz_must(!strpbrk(h.release, "\x1b\n") && !strpbrk(h.topology, "\x1b\n"));
	fuzz_must((const uint8_t *)h.state >= data && (const uint8_t *)h.state + h.state_len <= data + len);
	fuzz_must((const uint8_t *)h.more >= data && (const uint8_t *)h.more + h.more_len <= data + len);
	fuzz_must((const uint8_t *)h.console >= data && (const uint8_t *)h.console + h.console_len <= data + len);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	struct warm_head h = {.release = "7.3.4+deb13-cloud-amd64", .topology = "2n4l1c2t", .created_s = 1,
			      .memory = 512 << 20, .state = "QEVM", .state_len = 4, .console = "x", .console_len = 1, .more = "s",
			      .more_len = 1};
	struct buf b = BUF_INIT;

	memset(h.key, '0', WARM_KEY_MAX - 1);
	warm_head_put(&h, &b);
	add(b.data, b.len);
	buf_finish(&b);
}
