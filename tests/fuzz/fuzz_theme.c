/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_theme - theme files: taken whole or not at all.
 */
#include "tests/fuzz/fuzz.h"

#include "tui/theme.h"

#include <string.h>

const char *const fuzz_words[] = {"default", "bright-red", "on", "bold", "dim", "underline", "reverse", "255", "256", "-1",
				  "=", "#", "\n", "\r", "\t", "cursor", "fail", "title", "bright-", "\xff", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct theme t, before;
	struct err err = ERR_INIT;
	size_t i;

	memset(&t, 0x5a, sizeof(t));
	before = t;
	if (theme_parse("x", (const char *)data, len, &t, &err) < 0) {
		fuzz_must(!memcmp(&t, &before, sizeof(t)) && *err.msg);
		return 0;
	}
	for (i = 0; i < ROLE_COUNT; i++)
		fuzz_must(t.styles[i].fg >= -1 && t.styles[i].fg <= 255 && t.styles[i].bg >= -1 && t.styles[i].bg <= 255);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char text[] = "# a theme\ntitle = cyan\nfocus = yellow bold\nhead = black on cyan\n"
				   "cursor = 17 on bright-white underline dim\r\n\nfail = default on default reverse\n";

	add(text, sizeof(text) - 1);
}
