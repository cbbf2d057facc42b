/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * freeze - see freeze.h. Invariant: a copy has new random numbers before it says its first word.
 * The kernel's own boot id needs nothing: it is drawn when it is first read.
 */
#include "guest/freeze.h"

#include "base/cleanup.h"
#include "guest/port.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

static bool wanted, may;

static void begin(void)
{
	if (!wanted || !may)
		return;
	wanted = false;
	if (!port_freeze())
		port_log(3, "no copy of the guest now: the host does not read");
}

void freeze_frame(void)
{
	wanted = true;
	begin();
}

void freeze_may(void)
{
	may = true;
	begin();
}

static void take_chance(const void *bytes, size_t len)
{
	struct {
		int bits, size;
		uint8_t bytes[WIRE_CHANCE_BYTES];
	} pool = {.bits = (int)len * 8, .size = (int)len};
	cleanup_fd int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	memcpy(pool.bytes, bytes, len);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) < 0 || ioctl(fd, RNDRESEEDCRNG) < 0)
		port_log(3, "a copy of a guest goes on with the random numbers of its original: %s",
			 strerror(errno));
}

static void step_clock(uint64_t ns)
{
	struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000u),
			      .tv_nsec = (long)(ns % 1000000000u)};

	if (clock_settime(CLOCK_REALTIME, &ts) < 0)
		port_log(3, "a copy of a guest goes on with the time of day of its original: %s",
			 strerror(errno));
}

enum wire_thaw freeze_thaw(struct wire_reader *p)
{
	enum wire_thaw now = wire_get_u8(p);
	uint64_t ns = wire_get_u64(p);
	size_t len = 0;
	const void *chance = wire_get_bytes(p, &len);

	if (p->bad || now > THAW_REWOUND || len > WIRE_CHANCE_BYTES)
		now = THAW_ON;
	wanted = false;
	port_thaw(now != THAW_ON);
	if (now == THAW_ON)
		return now;
	take_chance(chance, len);
	step_clock(ns);
	return now;
}
