/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bare_init - the first process of a guest that does nothing: it says BARE_UP on the console, then
 * sends back what comes over the port named BARE_PORT. What scxplore's own guest takes is held
 * against it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"

/* The only one there is; it comes after us. */
static int open_port(void)
{
	char path[300];
	struct dirent *e;
	int fd = -1;

	while (fd < 0) {
		DIR *d = opendir(PORTS);

		while (d && fd < 0 && (e = readdir(d))) {
			snprintf(path, sizeof(path), "/dev/%s", e->d_name);
			fd = e->d_name[0] == '.' ? -1 : open(path, O_RDWR);
		}
		if (d)
			closedir(d);
	}
	return fd;
}

int main(void)
{
	static char text[65536];
	int console, fd;
	ssize_t n;

	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	console = open("/dev/console", O_WRONLY);
	if (console < 0 || write(console, "bare-up\n", 8) != 8)
		return 1;
	fd = open_port();
	for (;;) {
		n = read(fd, text, sizeof(text));
		if (n > 0 && write(fd, text, (size_t)n) != n)
			return 1;
		/* without a reader at the other end */
		if (n <= 0)
			poll(NULL, 0, 1);
	}
}
