/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_load - see host_load.h.
 */
#include "session/host_load.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_MIN_NS UINT64_C(100000000) /* less is a moment */
#define NEWS	      10		  /* permille */

static bool waited(const struct host_load *h, uint64_t *us)
{
	cleanup_fd int fd = open(h->path ? h->path : "/proc/pressure/cpu", O_RDONLY | O_CLOEXEC);
	char text[256];
	const char *total;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	total = strncmp(text, "some ", 5) ? NULL : strstr(text, "total=");
	return total && sscanf(total, "total=%" SCNu64, us) == 1;
}

void host_load_begin(struct host_load *h, uint64_t now_ns)
{
	h->begun_ns = waited(h, &h->waited_us) ? now_ns : 0;
}

bool host_load_look(struct host_load *h, uint64_t now_ns, uint64_t *permille)
{
	uint64_t us;

	if (!h->begun_ns || now_ns < h->begun_ns + WINDOW_MIN_NS || !waited(h, &us) ||
	    us < h->waited_us)
		return false;
	*permille = (uint64_t)((double)(us - h->waited_us) * 1e6 / (double)(now_ns - h->begun_ns));
	*permille = *permille > 1000 ? 1000 : *permille;
	if (h->any && *permille < h->told + NEWS)
		return false;
	h->any = true;
	h->told = *permille;
	return true;
}
