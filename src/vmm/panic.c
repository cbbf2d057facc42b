/* SPDX-License-Identifier: BSD-2-Clause */
/* panic - see panic.h. Invariant: a console is the guest's, and any text. */
#include "vmm/panic.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PART 160 /* of a line, at most */

/* The last `key` before `end`, or NULL. */
static const char *last(const char *text, const char *end, const char *key)
{
	const char *found = NULL;

	while ((text = strstr(text, key)) && text < end)
		found = text++;
	return found;
}

static void rest_of_line(const char *at, size_t skip, char *dst, size_t size)
{
	*dst = '\0';
	if (at)
		text_sanitise(dst, size, at + skip, strcspn(at + skip, "\r\n"));
}

bool panic_words(const char *console, char *dst, size_t size)
{
	static const char panic[] = "Kernel panic - not syncing: ", bug[] = "BUG: ",
			  rip[] = "RIP: 0010:";
	const char *end = strstr(console, panic), *fault, *place;
	char why[PART], what[PART], where[PART], part[2 * PART + 16] = "";

	*dst = '\0';
	rest_of_line(end, sizeof(panic) - 1, why, sizeof(why));
	if (!*why)
		return false;
	/* what is said after it is of the panic itself */
	fault = last(console, end, bug);
	place = strstr(fault ? fault : console, rip);
	rest_of_line(fault, sizeof(bug) - 1, what, sizeof(what));
	rest_of_line(place && place < end ? place : NULL, sizeof(rip) - 1, where, sizeof(where));
	if (*what || *where)
		snprintf(part, sizeof(part), " (%s%s%s%s)", what, *what && *where ? ", " : "",
			 *where ? "in: " : "", where);
	snprintf(dst, size, "%s%s", why, part);
	return true;
}
