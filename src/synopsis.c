/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * synopsis - see synopsis.h. A form begins at the start and after a "|" that stands alone; its
 * first word in small letters is to be typed as it is. Invariant: *at moves on with each call.
 */
#include "synopsis.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static size_t next_token(const char **at)
{
	*at += strspn(*at, " ");
	return strcspn(*at, " ");
}

static bool follows_form(const char *begin, const char *at)
{
	while (at > begin && at[-1] == ' ')
		at--;
	return at == begin || (at[-1] == '|' && at - 1 > begin && at[-2] == ' ');
}

static void take_value(const char **at, struct synopsis_item *item)
{
	size_t n = next_token(at);

	if (!n || strchr("[|-", **at))
		return;
	snprintf(item->value, sizeof(item->value), "%.*s", (int)strcspn(*at, " ]"), *at);
	*at += n;
}

bool synopsis_next(const char **at, struct synopsis_item *item)
{
	const char *begin = *at;
	size_t n;

	for (; (n = next_token(at)); *at += n) {
		const char *token = *at + (**at == '[');
		size_t len = strspn(token, "abcdefghijklmnopqrstuvwxyz-");

		/* "--" alone only says that something follows */
		*item = (struct synopsis_item){.option = *token == '-' && len > 1 &&
							 token[len - 1] != '-'};
		if (!len || (!item->option && (*token == '-' || !follows_form(begin, *at))))
			continue;
		snprintf(item->name, sizeof(item->name), "%.*s", (int)len, token);
		*at += n;
		if (item->option && token[len] != ']')
			take_value(at, item);
		return true;
	}
	return false;
}

enum value_kind value_kind(const char *value)
{
	static const char *const files[] = {"FILE", "PATH", "SAVED", "REPORT", "SESSION"};
	size_t i;

	if (!*value)
		return VALUE_NONE;
	if (islower((unsigned char)*value))
		return VALUE_WORDS;
	if (strstr(value, "FOLDER"))
		return VALUE_FOLDER;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strstr(value, files[i]))
			return VALUE_FILE;
	return VALUE_FREE;
}

void value_words(const char *value, struct buf *out)
{
	for (; *value; value++)
		buf_addc(out, *value == '|' ? ' ' : *value);
}
