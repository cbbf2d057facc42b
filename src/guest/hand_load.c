/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_load - see hand_load.h. The words are libbpf's (1.4 to 1.6): "prog 'NAME': failed to ...".
 */
#include "guest/hand_load.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static char why[256], refused[64];
static bool told;

static void note_refused(const char *text)
{
	const char *at = strstr(text, "prog '"), *end = at ? strchr(at + 6, '\'') : NULL;

	if (!end || !strstr(end, "failed to") || told)
		return;
	snprintf(refused, sizeof(refused), "%.*s", (int)(end - at - 6), at + 6);
	told = true;
}

/* The verifier's complaint is the line before "processed N insns"; later warnings only repeat. */
static void note_why(char *text)
{
	char *end = strstr(text, "\nprocessed "), *line;

	if (!end && *why)
		return;
	if (end)
		*end = '\0';
	line = end ? strrchr(text, '\n') : NULL;
	line = line ? line + 1 : text;
	snprintf(why, sizeof(why), "%.*s", (int)strcspn(line, "\n"), line);
}

static int listen(enum libbpf_print_level level, const char *fmt, va_list args)
{
	static char text[64 << 10];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(text, sizeof(text), fmt, args);
	note_refused(text);
	note_why(text);
	return 0;
}

void hand_load_listen(void)
{
	libbpf_set_print(listen);
}

const char *hand_load_why(void)
{
	return why;
}

const char *hand_load_refused(void)
{
	bool was = told;

	told = false;
	return was ? refused : NULL;
}
