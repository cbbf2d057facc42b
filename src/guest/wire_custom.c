/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_custom - the text of custom work, read alike by host, agent and library. See wire_custom.h.
 */
#include "guest/wire_custom.h"

#include "base/text.h"
#include "guest/wire_report.h"

#include <errno.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

bool custom_is(const char *work)
{
	return !strncmp(work, CUSTOM_PREFIX, sizeof(CUSTOM_PREFIX) - 1);
}

int custom_parse(const char *work, bool bare, struct custom_work *out, struct err *err)
{
	const char *program = work + sizeof(CUSTOM_PREFIX) - 1;
	const char *colon = custom_is(work) ? strrchr(program, ':') : NULL;
	const char *function = colon ? colon + 1 : program;
	size_t n = colon ? (size_t)(colon - program) : 0;

	*out = (struct custom_work){.program = ""};
	if (!custom_is(work) || (!colon && !bare))
		return err_set(
			err, EINVAL,
			"'%.80s': write custom:PROGRAM:FUNCTION, such as custom:/tmp/test:churn",
			work);
	if (colon && *program != '/')
		return err_set(err, EINVAL, "'%.80s': the program is named by its absolute path",
			       work);
	if (n >= sizeof(out->program))
		return err_set(err, ENAMETOOLONG, "the program's path has more than %d bytes",
			       CUSTOM_PROGRAM_MAX - 1);
	if (!*function || strlen(function) >= sizeof(out->function) ||
	    strspn(function, LETTERS) != strlen(function))
		return err_set(
			err, EINVAL,
			"'%.80s': a function is named with at most %d letters, digits and '_'",
			work, CUSTOM_FUNCTION_MAX - 1);
	memcpy(out->program, program, n);
	out->program[n] = '\0';
	text_copy(out->function, sizeof(out->function), function);
	return 0;
}

int custom_check_key(const char *key, struct err *err)
{
	if (!*key || strlen(key) >= CUSTOM_KEY_MAX || strspn(key, LETTERS "-") != strlen(key))
		return err_set(
			err, EINVAL,
			"'%.40s': a parameter is named with at most %d letters, digits, '_' and "
			"'-'",
			key, CUSTOM_KEY_MAX - 1);
	return 0;
}

uint32_t custom_version(void)
{
	/* the first version of the variables, and the layout of a report */
	return 1u << 24 | (uint32_t)sizeof(struct work_report);
}
