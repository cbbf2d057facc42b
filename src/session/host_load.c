/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_load - see host_load.h. Sources: proc_stat(5), proc_loadavg(5),
 * Documentation/accounting/psi.rst.
 */
#include "session/host_load.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_MIN_NS UINT64_C(100000000) /* less is a moment */
#define BUSY_MIN      50                  /* USER_HZ: half a second's work, or a tick is too much */
#define NEWS          10                  /* permille */

static bool read_text(const char *path, char *dst, size_t size)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, dst, size - 1);

	dst[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static uint64_t waited(const struct host_load *h)
{
	char text[256];
	const char *total = NULL;
	uint64_t us;

	if (read_text(h->pressure_path ? h->pressure_path : "/proc/pressure/cpu", text,
		      sizeof(text)) &&
	    !strncmp(text, "some ", 5))
		total = strstr(text, "total=");
	return total && sscanf(total, "total=%" SCNu64, &us) == 1 ? us : HOST_UNKNOWN;
}

/* In USER_HZ, of all CPUs together. */
static void worked(const struct host_load *h, uint64_t *stolen, uint64_t *busy)
{
	uint64_t user, nice, system, irq, softirq;
	char text[256];

	*stolen = *busy = HOST_UNKNOWN;
	if (!read_text(h->stat_path ? h->stat_path : "/proc/stat", text, sizeof(text)) ||
	    sscanf(text,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %*u %*u %" SCNu64 " %" SCNu64
		   " %" SCNu64,
		   &user, &nice, &system, &irq, &softirq, stolen) != 6)
		*stolen = HOST_UNKNOWN;
	else
		*busy = user + nice + system + irq + softirq + *stolen;
}

static uint64_t load(const struct host_load *h)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	char text[128];
	double tasks;

	if (cpus < 1 ||
	    !read_text(h->load_path ? h->load_path : "/proc/loadavg", text, sizeof(text)) ||
	    sscanf(text, "%lf", &tasks) != 1 || !(tasks >= 0 && tasks < 1e9))
		return HOST_UNKNOWN;
	return (uint64_t)(tasks * 1000 / (double)cpus);
}

/* Permille that `part` of `whole` grew by. */
static uint64_t share(uint64_t part, uint64_t part_before, uint64_t whole, uint64_t min)
{
	double permille;

	if (part == HOST_UNKNOWN || part_before == HOST_UNKNOWN || part < part_before || !whole ||
	    whole < min)
		return HOST_UNKNOWN;
	permille = (double)(part - part_before) * 1000 / (double)whole;
	return permille > 1000 ? 1000 : (uint64_t)permille;
}

void host_load_begin(struct host_load *h, uint64_t now_ns)
{
	h->begun_ns = now_ns;
	h->waited_us = waited(h);
	worked(h, &h->stolen, &h->busy);
}

void host_load_leave(struct host_load *h, uint64_t now_ns)
{
	if (!h->begun_ns || h->left.since_ns)
		return;
	h->left.since_ns = now_ns;
	h->left.waited_us = waited(h);
	worked(h, &h->left.stolen, &h->left.busy);
}

/* What was counted since goes to before the beginning. */
static void skip(uint64_t *from, uint64_t left, uint64_t now)
{
	if (*from != HOST_UNKNOWN && left != HOST_UNKNOWN && now != HOST_UNKNOWN && now > left)
		*from += now - left;
}

void host_load_return(struct host_load *h, uint64_t now_ns)
{
	uint64_t stolen, busy;

	if (!h->left.since_ns)
		return;
	worked(h, &stolen, &busy);
	skip(&h->begun_ns, h->left.since_ns, now_ns);
	skip(&h->waited_us, h->left.waited_us, waited(h));
	skip(&h->stolen, h->left.stolen, stolen);
	skip(&h->busy, h->left.busy, busy);
	h->left.since_ns = 0;
}

static bool is_news(uint64_t now, uint64_t *told)
{
	if (now == HOST_UNKNOWN || (*told != HOST_UNKNOWN && now < *told + NEWS))
		return false;
	*told = now;
	return true;
}

bool host_load_look(struct host_load *h, uint64_t now_ns, struct host_told *told)
{
	uint64_t stolen, busy;
	bool news;

	if (!h->begun_ns || h->left.since_ns || now_ns < h->begun_ns + WINDOW_MIN_NS)
		return false;
	if (!h->any)
		h->told = (struct host_told){HOST_UNKNOWN, HOST_UNKNOWN, HOST_UNKNOWN};
	worked(h, &stolen, &busy);
	told->wait = share(waited(h), h->waited_us, (now_ns - h->begun_ns) / 1000, 1);
	told->steal = share(stolen, h->stolen, busy > h->busy ? busy - h->busy : 0, BUSY_MIN);
	told->load = told->wait == HOST_UNKNOWN ? load(h) : HOST_UNKNOWN;
	/* each is asked */
	news = is_news(told->wait, &h->told.wait);
	news |= is_news(told->steal, &h->told.steal);
	news |= is_news(told->load, &h->told.load);
	h->any |= news;
	return news;
}
