/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_watch - see sched_watch.h. The kernel says `BPF scheduler "x" disabled (reason)` and then
 * `x: message` in its log on every version; state and log are put together when the state has
 * become "disabled". Invariant: an exit is sent once, after its dump.
 */
#include "guest/sched_watch.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/chain.h"
#include "guest/fault_switch.h"
#include "guest/kmsg.h"
#include "guest/line.h"
#include "guest/port.h"
#include "guest/sched_dump.h"
#include "guest/sched_stats.h"
#include "guest/wire_sched.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define SYSFS    "/sys/kernel/sched_ext/"
#define PREFIX   "sched_ext: "
#define AGAIN_NS 5000000ull /* the last words come a moment before the state changes */

static struct loop *loop;
static loop_id again_timer;
static struct sched_now now;
static char told_state[16];
static uint64_t told_enables; /* the kernel counts up a moment after it says "enabled" */

static struct {
	bool seen;
	char name[128], reason[96], message[1024];
} ending;

static bool read_word(const char *path, char *dst, size_t size)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, dst, size - 1);

	dst[n > 0 ? n : 0] = '\0';
	dst[strcspn(dst, "\n")] = '\0';
	return n >= 0;
}

static uint64_t read_number(const char *path)
{
	char text[24];

	return read_word(path, text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

static void tell_state(void)
{
	char text[16];

	text_copy(text, sizeof(text), now.state);
	port_event(&(struct event){.type = EV_SCHED,
				   .name = now.name,
				   .text = text,
				   .id = now.enables,
				   .count = read_number(SYSFS "nr_rejected")});
	text_copy(told_state, sizeof(told_state), now.state);
	told_enables = now.enables;
	sched_stats_watch(!strcmp(told_state, "enabled"));
}

static void tell_exit(void)
{
	const struct sched_exit_kind *kind = sched_exit_kind_by_reason(ending.reason);

	now.exits++;
	now.kind = kind ? kind->number : 0;
	snprintf(now.why, sizeof(now.why), "%s%s%.140s",
		 *ending.reason ? ending.reason : "the kernel did not say why",
		 *ending.message ? ": " : "", ending.message);
	sched_dump_send(0);
	chain_send();
	chain_let_go();
	port_event(&(struct event){.type = EV_SCHED_EXIT,
				   .name = ending.seen ? ending.name : now.name,
				   .code = now.kind,
				   .text = ending.reason,
				   .data = ending.message,
				   .data_len = strlen(ending.message)});
	memset(&ending, 0, sizeof(ending));
}

static void read_state(void)
{
	char name[128];

	read_word(SYSFS "state", now.state, sizeof(now.state));
	now.enables = read_number(SYSFS "enable_seq");
	if (!strcmp(now.state, "disabled"))
		return;
	if (read_word(SYSFS "root/ops", name, sizeof(name)) && *name)
		text_copy(now.name, sizeof(now.name), name);
}

void sched_watch_read(const char *file, char *dst, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), SYSFS "%s", file);
	read_word(path, dst, size);
}

bool sched_watch_enabled(void)
{
	/* what the host was told, so that no op ends before its event */
	return !strcmp(now.state, "enabled") && !strcmp(told_state, "enabled");
}

bool sched_watch_disabled(void)
{
	return !*now.state || !strcmp(now.state, "disabled");
}

const struct sched_now *sched_watch_now(void)
{
	return &now;
}

void sched_watch_look(void)
{
	static bool looking;
	bool was_enabled = !strcmp(told_state, "enabled"), poke = false;

	/* reading the log may lead back here */
	if (looking || !loop)
		return;
	looking = true;
	kmsg_drain();
	read_state();
	if (sched_watch_disabled() && (ending.seen || was_enabled)) {
		/* it may have said its last words just now */
		kmsg_drain();
		tell_exit();
		tell_state();
		poke = true;
	} else if (!strcmp(now.state, "enabled") && (!was_enabled || ending.seen) &&
		   told_enables != now.enables) {
		/* another one already: the one before ended in between */
		if (ending.seen)
			tell_exit();
		tell_state();
		poke = true;
	}
	loop_arm(loop, again_timer,
		 ending.seen || now.enables != told_enables || strcmp(now.state, told_state)
			 ? AGAIN_NS
			 : 0,
		 0);
	looking = false;
	/* whoever waited for it may end its op, and begin the next */
	if (poke)
		line_poke();
}

static void on_again(void *arg)
{
	sched_watch_look();
}

uint32_t sched_watch_counters(struct sample_scx *dst, uint32_t max, uint64_t *enables)
{
	static uint64_t rush; /* of the fault switch "events-rush" */
	cleanup_fd int fd = -1;
	char text[4096], *line, *rest = text;
	uint32_t n = 0;
	ssize_t len;

	*enables = told_enables;
	if (!sched_watch_enabled())
		return 0;
	fd = open(SYSFS "root/events", O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	rush += fault_is(FAULT_EVENTS_RUSH) ? 100000000 : 0;
	/* "SCX_EV_NAME 123" each; names come and go between versions */
	while (n < max && (line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' ');

		if (!value)
			continue;
		*value++ = '\0';
		if (!text_copy(dst[n].name, sizeof(dst[n].name), line))
			continue;
		dst[n++].value = strtoull(value, NULL, 10) + rush;
	}
	return n;
}

void sched_watch_kmsg(const char *text)
{
	const char *name, *end;
	size_t n = strlen(PREFIX);

	if (strncmp(text, PREFIX, n))
		return;
	text += n;
	if (!strncmp(text, "BPF scheduler \"", 15)) {
		name = text + 15;
		end = strchr(name, '"');
		if (end && !strncmp(end, "\" disabled (", 12)) {
			ending.seen = true;
			snprintf(ending.name, sizeof(ending.name), "%.*s", (int)(end - name), name);
			snprintf(ending.reason, sizeof(ending.reason), "%s", end + 12);
			ending.reason[strcspn(ending.reason, ")")] = '\0';
			ending.message[0] = '\0';
		}
	} else if (ending.seen && !*ending.message) {
		n = strlen(ending.name);
		if (!strncmp(text, ending.name, n) && !strncmp(text + n, ": ", 2))
			snprintf(ending.message, sizeof(ending.message), "%s", text + n + 2);
	}
	loop_arm(loop, again_timer, 1, 0);
}

/* "add@/kernel/sched_ext/root\0ACTION=add\0...": only where matters. */
static void on_uevent(void *arg, int fd, uint32_t events)
{
	char buf[4096];
	bool ours = false;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT)) > 0) {
		buf[n] = '\0';
		ours |= strstr(buf, "@/kernel/sched_ext") != NULL;
	}
	/* an overrun may have swallowed one of ours */
	if (ours || (n < 0 && errno == ENOBUFS))
		sched_watch_look();
}

int sched_watch_init(struct loop *l, struct err *err)
{
	struct sockaddr_nl addr = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd;

	again_timer = loop_add_timer(l, on_again, NULL);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return err_sys(err, errno, "listen to the kernel's events");
	if (again_timer < 0 || loop_add_fd(l, fd, EPOLLIN, on_uevent, NULL) < 0)
		return err_set(err, ENOSPC, "watch the kernel's events");
	loop = l;
	read_state();
	text_copy(told_state, sizeof(told_state), now.state);
	told_enables = now.enables;
	return 0;
}
