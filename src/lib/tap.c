/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap - makes cmocka's report of skipped tests one that test runners understand.
 *
 * cmocka 1.1.5 writes "not ok 3 # SKIP NAME", which meson and prove count as a failure: a machine
 * that cannot boot a guest would look like a broken scheduler. So standard output is held back
 * while the tests run (their guest has long ended) and told again in TAP's own words.
 */
#include "lib/tap.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "scxplore/scxplore.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

static int held = -1, real = -1; /* memory that stands in for standard output; the real one */

static const char skipped[] = "# skipped: ";

/* "not ok 3 # SKIP NAME" to "ok 3 - NAME # SKIP REASON"; false when the line is no such thing. */
static bool retell_skip(const char *line, const char *reason, FILE *to)
{
	unsigned n;
	int at = 0;

	if (sscanf(line, "not ok %u # SKIP %n", &n, &at) != 1 || !at)
		return false;
	fprintf(to, "ok %u - %s # SKIP %s\n", n, line + at, reason ? reason : "");
	return true;
}

void tap_retell(FILE *from, FILE *to)
{
	cleanup_free char *line = NULL, *reason = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, from)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (!strncmp(line, skipped, sizeof(skipped) - 1)) {
			free(reason);
			reason = xstrdup(line + sizeof(skipped) - 1);
			continue;
		}
		if (!retell_skip(line, reason, to))
			fprintf(to, "%s\n", line);
		if (*line != '#') {
			free(reason);
			reason = NULL;
		}
	}
}

void sxp_tap_begin(void)
{
	const char *format = getenv("CMOCKA_MESSAGE_OUTPUT");

	if (held >= 0 || (format && strcasecmp(format, "TAP")))
		return;
	fflush(stdout);
	held = memfd_create("tap", MFD_CLOEXEC);
	real = dup(STDOUT_FILENO);
	if (held >= 0 && real >= 0 && dup2(held, STDOUT_FILENO) >= 0)
		return;
	/* held back or not, the tests run */
	cleanup_fd_p(&held);
	cleanup_fd_p(&real);
	held = real = -1;
}

void sxp_tap_end(void)
{
	FILE *from;

	if (held < 0)
		return;
	fflush(stdout);
	dup2(real, STDOUT_FILENO);
	close(real);
	lseek(held, 0, SEEK_SET);
	from = fdopen(held, "r");
	if (from) {
		tap_retell(from, stdout);
		fclose(from);
	} else {
		close(held);
	}
	fflush(stdout);
	held = real = -1;
}
