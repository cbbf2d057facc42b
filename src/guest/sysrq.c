/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysrq - see sysrq.h.
 * Invariant: the real trigger is open here only, and written by a hand: dumping may take a while.
 */
#include "guest/sysrq.h"

#include "guest/pool.h"
#include "guest/port.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <unistd.h>

#define TRIGGER  "/proc/sysrq-trigger"
#define STAND_IN "/run/sysrq-trigger"

static int trigger_fd = -1;

/* Documentation/admin-guide/sysrq.rst: these end the guest, and with it the session. */
static const char *refusal(char key)
{
	switch (key) {
	case 'b':
		return "reboot";
	case 'o':
		return "power-off";
	default:
		return NULL;
	}
}

static void on_passed(void *arg, struct job_reply *r)
{
	if (r->code)
		port_log(4, "%s", r->text);
}

int sysrq_press(char key, pool_fn fn, void *arg, struct err *err)
{
	struct wire_writer *w = pool_job(JOB_SYSRQ);
	int fd = fcntl(trigger_fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return err_set(err, ENOENT, "this kernel has no '%s'", TRIGGER);
	wire_put_u8(w, (uint8_t)key);
	return pool_send(w, &fd, 1, POOL_DEADLINE_NS, "", fn, arg, err);
}

static void pass_on(char key)
{
	sysrq_press(key, on_passed, NULL, NULL);
}

static void on_written(void *arg, int fd, uint32_t events)
{
	char buf[4096] __attribute__((aligned(8))), key = '\0', text[128];
	const char *what;
	int file;

	while (read(fd, buf, sizeof(buf)) > 0)
		;
	file = open(STAND_IN, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, &key, 1) != 1)
		key = '\0';
	if (file >= 0)
		close(file);
	if (!isalnum((unsigned char)key))
		return;
	/* by its path, so that this is no write that closes and wakes us again */
	if (truncate(STAND_IN, 0) < 0)
		port_log(4, "cannot empty '%s': %s", STAND_IN, strerror(errno));
	what = refusal(key);
	if (!what) {
		pass_on(key);
		return;
	}
	snprintf(text, sizeof(text), "'%c' was written to %s: the %s was refused", key, TRIGGER,
		 what);
	port_event(&(struct event){.type = EV_INTRUSION, .name = "", .text = text});
}

int sysrq_init(struct loop *loop, struct err *err)
{
	int file, watch;

	trigger_fd = open(TRIGGER, O_WRONLY | O_CLOEXEC);
	if (trigger_fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "open '%s'", TRIGGER);
	file = open(STAND_IN, O_WRONLY | O_CREAT | O_CLOEXEC, 0200);
	if (file < 0)
		return err_sys(err, errno, "make '%s'", STAND_IN);
	close(file);
	if (mount(STAND_IN, TRIGGER, NULL, MS_BIND, NULL) < 0)
		return err_sys(err, errno, "stand in for '%s'", TRIGGER);
	watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch < 0 || inotify_add_watch(watch, STAND_IN, IN_CLOSE_WRITE) < 0 ||
	    loop_add_fd(loop, watch, EPOLLIN, on_written, NULL) < 0)
		return err_sys(err, errno, "watch '%s'", STAND_IN);
	return 0;
}
