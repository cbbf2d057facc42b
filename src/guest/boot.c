/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot - set-up of the bare machine, see boot.h.
 * Invariant: after boot_mounts() descriptors 0 to 2 are open, whatever the kernel gave us.
 */
#include "guest/boot.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

static const struct {
	const char *type, *dir, *options;
	bool optional; /* the kernel may lack it */
} mounts[] = {
	{.type = "devtmpfs", .dir = "/dev"},
	{.type = "proc", .dir = "/proc"},
	{.type = "sysfs", .dir = "/sys"},
	/* /tmp stays on the root file system: files that were included from there lie in it */
	{.type = "tmpfs", .dir = "/run", .options = "mode=0755"},
	{.type = "tmpfs", .dir = "/dev/shm", .options = "mode=1777"},
	{.type = "devpts", .dir = "/dev/pts", .optional = true},
	{.type = "cgroup2", .dir = "/sys/fs/cgroup"},
	{.type = "bpf", .dir = "/sys/fs/bpf", .optional = true},
	{.type = "tracefs", .dir = "/sys/kernel/tracing", .optional = true},
	{.type = "debugfs", .dir = "/sys/kernel/debug", .optional = true},
};

static void open_standard(void)
{
	int fd = open("/dev/console", O_RDWR);

	if (fd < 0)
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 3)
		fd = dup(fd);
	if (fd > 2)
		close(fd);
}

int boot_mounts(struct err *err)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mounts); i++) {
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, mounts[i].options) ==
			    0 ||
		    errno == EBUSY || mounts[i].optional)
			continue;
		return err_sys(err, errno, "mount %s at '%s'", mounts[i].type, mounts[i].dir);
	}
	open_standard();
	mkdir("/root", 0700);
	if (symlink("/proc/self/fd", "/dev/fd") < 0 && errno != EEXIST)
		return err_sys(err, errno, "make '/dev/fd'");
	return 0;
}

static int load_module(const char *path, struct err *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, errno, "open module '%s'", path);
	if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
		return err_sys(err, errno, "load module '%s'", path);
	return 0;
}

int boot_modules(struct err *err)
{
	cleanup_file FILE *f = fopen(BOOT_MODULES_LIST, "re");
	char line[4096];
	int r = 0;

	while (f && !r && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			r = load_module(line, err);
	}
	return r;
}

static void write_file(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* a kernel without the knob needs no turning of it */
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		return;
}

int boot_priority(struct err *err)
{
	struct sched_param param = {.sched_priority = BOOT_PRIORITY};

	write_file("/proc/self/oom_score_adj", "-1000");
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) < 0)
		return err_sys(err, errno, "take a real-time priority");
	return 0;
}

void boot_power_off(void)
{
	reboot(RB_POWER_OFF);
	/* no power to cut: a triple fault ends the machine as well */
	reboot(RB_AUTOBOOT);
	_exit(1);
}
