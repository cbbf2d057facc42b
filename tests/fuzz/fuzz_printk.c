/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_printk - a line of the guest's trace_pipe: whoever prints there may print anything.
 */
#include "tests/fuzz/fuzz.h"

#include "guest/printk.h"

#include <stdlib.h>
#include <string.h>

const char *const fuzz_words[] = {": bpf_trace_printk: ", "[LOST ", "CPU:", " [000]", "18446744073709551615", "1.5", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *line = malloc(len + 1);
	struct printk_line l;

	memcpy(line, data, len);
	line[len] = '\0';
	printk_parse(line, &l);
	fuzz_must(l.task && strlen(l.task) <= len);
	fuzz_must(!l.text || (l.text >= line && l.text <= line + len));
	free(line);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	static const char one[] = "          hogs-214     [001] d..31    12.345678: bpf_trace_printk: enqueue 5: x";
	static const char lost[] = "CPU:1 [LOST 27 EVENTS]";

	add(one, sizeof(one) - 1);
	add(lost, sizeof(lost) - 1);
}
