/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_key - how soon a key is on the screen: the program in a terminal of its own, a key written,
 * until its effect stands there, with a guest that does nothing and with one whose workers want
 * twice the CPUs it has. In each round each kind of key, and beside it a byte to a process that
 * does nothing but give it back: what this machine needs for that, loaded as it is.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "bench/terminal.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/accel.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TARGET_MS 20.0
#define BOOT_MS   180000.0
#define LIMIT_MS  30000.0

enum { ROWS = 30, COLS = 100, KEYS = 300, KEYS_BRIEF = 10, PAUSE_MS = 40 };

/* ---- a process that only echoes ---------------------------------------------------------- */

struct echo {
	pid_t pid;
	int fd;
};

static int echo_start(struct echo *e, struct err *err)
{
	int p[2];
	char c;

	*e = (struct echo){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) < 0)
		return err_sys(err, errno, "make a socket pair");
	e->pid = fork();
	if (e->pid == 0) {
		close(p[0]);
		while (read(p[1], &c, 1) == 1 && write(p[1], &c, 1) == 1)
			;
		_exit(0);
	}
	close(p[1]);
	e->fd = p[0];
	if (e->pid < 0)
		return err_sys(err, errno, "start a process that echoes");
	return 0;
}

static void echo_finish(struct echo *e)
{
	if (e->fd >= 0)
		close(e->fd);
	if (e->pid > 0)
		waitpid(e->pid, NULL, 0);
}

static int echo_once(struct echo *e, struct readings *to, struct err *err)
{
	double began = wall_ms();
	char c = 'x';

	if (write(e->fd, &c, 1) != 1 || read(e->fd, &c, 1) != 1)
		return err_sys(err, errno, "echo a byte");
	readings_add(to, wall_ms() - began);
	return 0;
}

/* ---- keys ---------------------------------------------------------------------------------- */

/* A letter at the prompt, and a screen instead of another. */
static int one_round(struct terminal *t, unsigned n, struct readings *letter,
		     struct readings *screen, struct err *err)
{
	double began;
	int r;

	/* not in step with the frames, which come every 100 ms */
	r = terminal_idle(t, PAUSE_MS + rand() % 60, err);
	began = wall_ms();
	if (r == 0)
		r = terminal_write(t, n % 2 ? "6" : "5", err);
	/* the Log's title names its sources */
	if (r == 0)
		r = terminal_wait(t, "O +op", n % 2, LIMIT_MS, err);
	readings_add(screen, wall_ms() - began);
	if (r == 0)
		r = terminal_write(t, ":", err);
	if (r == 0)
		r = terminal_wait(t, "\n:", false, LIMIT_MS, err);
	if (r == 0)
		r = terminal_idle(t, PAUSE_MS + rand() % 60, err);
	began = wall_ms();
	if (r == 0)
		r = terminal_write(t, "q", err);
	if (r == 0)
		r = terminal_wait(t, "\n:q", false, LIMIT_MS, err);
	readings_add(letter, wall_ms() - began);
	if (r == 0)
		r = terminal_write(t, "\033", err);
	return r == 0 ? terminal_wait(t, "\n:", true, LIMIT_MS, err) : r;
}

static int keys(struct terminal *t, struct echo *e, unsigned n, struct json_object *to, double *p99,
		struct err *err)
{
	struct readings letter = {0}, screen = {0}, echo = {0};
	unsigned i;
	int r = 0;

	for (i = 0; i < n && r == 0; i++) {
		r = one_round(t, i, &letter, &screen, err);
		if (r == 0)
			r = terminal_idle(t, PAUSE_MS + rand() % 60, err);
		if (r == 0)
			r = echo_once(e, &echo, err);
	}
	if (r == 0) {
		figure_readings(to, "letter_ms", &letter);
		figure_readings(to, "screen_ms", &screen);
		figure_readings(to, "echo_ms", &echo);
		figure(to, "screen_over_echo_p99",
		       readings_percentile(&screen, 99) / readings_percentile(&echo, 99));
		*p99 = readings_percentile(&screen, 99);
	}
	readings_finish(&letter);
	readings_finish(&screen);
	readings_finish(&echo);
	return r;
}

static int start(struct terminal *t, const struct guest_config *config, struct err *err)
{
	char topology[80] = "SXP_TOPOLOGY=", accel[40];
	cleanup_free char *kernel =
		xasprintf("SXP_KERNEL=%s", config->kernel ? config->kernel : "");
	char *argv[] = {"scxplore", NULL};
	char *settings[] = {"TERM=xterm-256color",
			    "LC_ALL=C.UTF-8",
			    topology,
			    accel,
			    config->kernel ? kernel : NULL,
			    NULL};
	int r;

	topology_format(&config->topology, topology + 13, sizeof(topology) - 13);
	snprintf(accel, sizeof(accel), "SXP_ACCEL=%s", accel_name(config->accel));
	r = terminal_start(t, argv, settings, ROWS, COLS, err);
	/* the guest's own scheduler stands in the head line when it is up */
	return r == 0 ? terminal_wait(t, "EEVDF", false, BOOT_MS, err) : r;
}

int bench_key(const struct bench_options *o, struct json_object *to, struct err *err)
{
	unsigned cpus = topology_cpus(&o->guest.config.topology), n = o->brief ? KEYS_BRIEF : KEYS;
	double idle = 0, busy = 0;
	struct terminal t = {.fd = -1};
	struct echo e;
	char line[80];
	int r;

	if (o->rounds)
		n = o->rounds;
	figure(to, "target_p99_ms", TARGET_MS);
	figure(to, "busy_workers", cpus * 2);
	r = echo_start(&e, err);
	if (r == 0)
		r = start(&t, &o->guest.config, err);
	if (r == 0)
		r = keys(&t, &e, n, figure_object(to, "idle"), &idle, err);
	snprintf(line, sizeof(line), "1:spawn hogs spin n=%u\r", cpus * 2);
	if (r == 0)
		r = terminal_write(&t, line, err);
	if (r == 0)
		r = terminal_wait(&t, "hogs.2", false, LIMIT_MS, err);
	if (r == 0)
		r = keys(&t, &e, n, figure_object(to, "busy"), &busy, err);
	if (r == 0)
		figure(to, "busy_over_idle_p99", busy / idle);
	terminal_finish(&t);
	echo_finish(&e);
	return r;
}
