/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmsg - reads /dev/kmsg record by record, see Documentation/ABI/testing/dev-kmsg.
 * Invariant: at most BURST events within a second.
 */
#include "guest/kmsg.h"

#include "guest/port.h"
#include "guest/sched_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BURST = 100, LEVEL_MAX = 4, TURN_MAX = 256 };

/* What printk's clock is behind CLOCK_MONOTONIC, from a line of our own. */
#define CLOCK_LINE "scxplore: clock"
static uint64_t asked_ns;
static int64_t behind_ns;
static bool behind_known;

static uint64_t window_ns;
static unsigned in_window, left_out;

static bool allowed(void)
{
	uint64_t now = loop_now_ns();

	if (now - window_ns > 1000000000ull) {
		if (left_out)
			port_log(4, "%u kernel messages were left out: too many at once", left_out);
		window_ns = now;
		in_window = left_out = 0;
	}
	if (in_window < BURST) {
		in_window++;
		return true;
	}
	left_out++;
	return false;
}

/* On printk's clock; 0 = it does not say. */
static uint64_t printk_ns(const char *record)
{
	const char *comma = strchr(record, ',');

	comma = comma ? strchr(comma + 1, ',') : NULL;
	return comma ? strtoull(comma + 1, NULL, 10) * 1000 : 0;
}

/* When it was said, on the clock of all events; 0 = not known. */
static uint64_t said_ns(const char *record)
{
	uint64_t now = loop_now_ns(), t = printk_ns(record);

	if (!t || !behind_known)
		return 0;
	t += (uint64_t)behind_ns;
	return t < now ? t : now;
}

/* Is it the line that was written to find out? */
static bool clock_line(const char *record, const char *text)
{
	if (behind_known || !asked_ns || strcmp(text, CLOCK_LINE))
		return false;
	behind_known = true;
	behind_ns = (int64_t)(asked_ns - printk_ns(record));
	return true;
}

static void ask_clock(void)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	uint64_t before = loop_now_ns();
	static const char line[] = "<15>" CLOCK_LINE; /* user, debug: on no console */

	if (fd >= 0 && write(fd, line, sizeof(line) - 1) > 0)
		asked_ns = before + (loop_now_ns() - before) / 2;
	if (fd >= 0)
		close(fd);
}

/* "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT\n KEY=VALUE..." */
static void take(char *record)
{
	unsigned priority = (unsigned)strtoul(record, NULL, 10), level = priority & 7;
	char *text = strchr(record, ';');

	if (!text)
		return;
	text++;
	text[strcspn(text, "\n")] = '\0';
	if (clock_line(record, text))
		return;
	/* facility 0 is the kernel itself: /dev/kmsg gives it to nobody else */
	if (!(priority >> 3))
		sched_watch_kmsg(text);
	if (level > LEVEL_MAX || !allowed())
		return;
	port_event(&(struct event){.type = EV_KMSG, .t_ns = said_ns(record), .level = level, .text = text});
}

static int kmsg_fd = -1;

void kmsg_drain(void)
{
	char record[8192];
	unsigned i;
	ssize_t n;

	for (i = 0; kmsg_fd >= 0 && i < TURN_MAX; i++) {
		n = read(kmsg_fd, record, sizeof(record) - 1);
		/* EPIPE: records were overwritten before we came; the next read goes on */
		if (n < 0 && errno != EPIPE)
			return;
		record[n > 0 ? n : 0] = '\0';
		if (n > 0)
			take(record);
	}
}

static void on_kmsg(void *arg, int fd, uint32_t events)
{
	kmsg_drain();
}

int kmsg_init(struct loop *loop, struct err *err)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, errno, "open '/dev/kmsg'");
	lseek(fd, 0, SEEK_END);
	if (loop_add_fd(loop, fd, EPOLLIN, on_kmsg, NULL) < 0)
		return err_set(err, ENOSPC, "cannot watch '/dev/kmsg'");
	kmsg_fd = fd;
	ask_clock();
	return 0;
}
