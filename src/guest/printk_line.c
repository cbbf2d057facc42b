/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk_line - a line of trace_pipe taken apart:
 *   "          hogs-214     [001] d..31    12.345678: bpf_trace_printk: text"
 *   "CPU:1 [LOST 27 EVENTS]"
 */
#include "guest/printk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MARK ": bpf_trace_printk: "

/* Seconds with six or nine places. */
static uint64_t time_ns(const char *s)
{
	uint64_t ns, place = 100000000;
	char *end;

	ns = strtoull(s, &end, 10);
	if (end == s || *end != '.' || ns > UINT64_MAX / 2000000000)
		return 0;
	ns *= 1000000000;
	for (end++; isdigit((unsigned char)*end) && place; end++, place /= 10)
		ns += (uint64_t)(*end - '0') * place;
	return ns;
}

void printk_parse(char *line, struct printk_line *out)
{
	char *lost = strstr(line, "[LOST "), *mark = strstr(line, MARK), *at;

	*out = (struct printk_line){.task = ""};
	if (lost && !strncmp(line, "CPU:", 4)) {
		out->lost = strtoull(lost + strlen("[LOST "), NULL, 10);
		return;
	}
	if (!mark)
		return;
	out->text = mark + strlen(MARK);
	*mark = '\0';
	for (at = mark; at > line && at[-1] != ' ';)
		at--;
	out->t_ns = time_ns(at);
	line += strspn(line, " ");
	at = strstr(line, " [");
	if (!at)
		return;
	while (at > line && at[-1] == ' ')
		at--;
	*at = '\0';
	out->task = line;
}
