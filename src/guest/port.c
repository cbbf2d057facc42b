/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * port - opening, framing and the bounded queue, see port.h.
 * The queue is address space, its pages come into being when the host is behind. The port is
 * edge-triggered: without a host it reports a hang-up for as long as that lasts.
 */
#include "guest/port.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#define QUEUE_MAX   (64u << 20)
#define FRAME_MAX   (WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX)
#define SAMPLE_ROOM (1u << 20) /* samples are dropped when more than this is waiting */
#define CLASS_DIR   "/sys/class/virtio-ports"

static struct loop *loop;
static port_frame_fn on_frame;
static void (*on_opened)(void);
static int port_fd = -1, uevent_fd = -1;
static loop_id uevent_source = -1;

static uint8_t rx[FRAME_MAX];
static size_t rx_len;

static uint8_t *queue; /* ring of queue_size bytes */
static size_t queue_size, queue_head, queue_len;
static size_t frame_left;   /* bytes of the frame at the head still to go, 0 = at a boundary */
static uint8_t first[4096]; /* frames that overtake */
static size_t first_len, first_sent;
static bool held;
static bool freezing;      /* port_freeze() */
static size_t freeze_left; /* bytes of the queue that still go before the silence */
static uint64_t events_lost;
static uint8_t frame[FRAME_MAX];

static void flush(void);

static void push(const void *data, size_t len)
{
	size_t tail = (queue_head + queue_len) % queue_size;
	size_t part = len < queue_size - tail ? len : queue_size - tail;

	memcpy(queue + tail, data, part);
	memcpy(queue, (const uint8_t *)data + part, len - part);
	queue_len += len;
}

static uint32_t head_frame_size(void)
{
	uint32_t len = 0;
	unsigned i;

	for (i = 0; i < 4; i++)
		len |= (uint32_t)queue[(queue_head + i) % queue_size] << (8 * i);
	return len + WIRE_HEADER_SIZE;
}

/* How much went; 0 = the port takes no more now. */
static size_t put(const void *data, size_t len)
{
	ssize_t n = write(port_fd, data, len);

	return n > 0 ? (size_t)n : 0;
}

static bool flush_first(void)
{
	size_t n;

	while (first_sent < first_len) {
		n = put(first + first_sent, first_len - first_sent);
		if (!n)
			return false;
		first_sent += n;
	}
	first_sent = first_len = 0;
	return true;
}

static void flush(void)
{
	size_t part, n;

	if (port_fd < 0 || held)
		return;
	for (;;) {
		/* frozen, only an answer that is half sent already may still overtake */
		if (!frame_left && (!freezing || first_sent) && !flush_first())
			return;
		if (!queue_len || (freezing && !freeze_left))
			return;
		if (!frame_left)
			frame_left = head_frame_size();
		part = frame_left;
		if (part > queue_size - queue_head)
			part = queue_size - queue_head;
		if (freezing && part > freeze_left)
			part = freeze_left;
		n = put(queue + queue_head, part);
		if (!n)
			return;
		queue_head = (queue_head + n) % queue_size;
		queue_len -= n;
		frame_left -= n;
		if (freezing)
			freeze_left -= n;
		if (!queue_len)
			queue_head = 0;
	}
}

static size_t build(const struct event *ev)
{
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_event_put(&w, ev);
	return wire_end(&w, WIRE_EVENT, ev->seq, ev->t_ns ? ev->t_ns : loop_now_ns()) ? w.len : 0;
}

void port_event(const struct event *ev)
{
	size_t len;

	if (port_fd < 0)
		return;
	len = build(ev);
	if (!len || queue_size - queue_len < len) {
		events_lost++;
		return;
	}
	push(frame, len);
	flush();
	if (events_lost && queue_len < queue_size / 2) {
		uint64_t n = events_lost;

		events_lost = 0;
		port_log(3, "%llu events were lost: the host did not read", (unsigned long long)n);
	}
}

void port_event_first(const struct event *ev)
{
	size_t len = port_fd < 0 ? 0 : build(ev);

	if (!len || first_len + len > sizeof(first))
		return;
	memcpy(first + first_len, frame, len);
	first_len += len;
	flush();
}

void port_log(unsigned level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	port_event(&(struct event){.type = EV_LOG, .level = level, .text = text});
}

bool port_takes_bulk(size_t len)
{
	return queue_len + len <= queue_size / 4 * 3;
}

bool port_sample(const struct sample *s)
{
	struct wire_writer w;

	if (port_fd < 0 || queue_len > (held ? queue_size / 2 : SAMPLE_ROOM))
		return false;
	wire_begin(&w, frame, sizeof(frame));
	wire_sample_put(&w, s);
	if (!wire_end(&w, WIRE_SAMPLE, 0, s->t_ns))
		return false;
	push(frame, w.len);
	flush();
	return true;
}

bool port_shell(enum wire_type type, uint64_t seq, uint64_t number, const void *data, size_t len)
{
	struct wire_writer w;

	if (port_fd < 0)
		return false;
	wire_begin(&w, frame, sizeof(frame));
	wire_put_u64(&w, number);
	wire_put_bytes(&w, data, len);
	if (!wire_end(&w, type, seq, loop_now_ns()) || queue_size - queue_len < w.len)
		return false;
	push(frame, w.len);
	flush();
	return true;
}

struct wire_writer *port_begin(void)
{
	static struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	return &w;
}

bool port_end(struct wire_writer *w, enum wire_type type, uint64_t seq)
{
	if (port_fd < 0 || !wire_end(w, type, seq, loop_now_ns()) ||
	    queue_size - queue_len < w->len)
		return false;
	push(frame, w->len);
	flush();
	return true;
}

void port_hold(bool hold)
{
	held = hold;
	flush();
}

bool port_freeze(void)
{
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	if (port_fd < 0 || !wire_end(&w, WIRE_FROZEN, 0, loop_now_ns()) ||
	    queue_size - queue_len < w.len)
		return false;
	push(frame, w.len);
	freeze_left = queue_len;
	freezing = true;
	flush();
	return true;
}

void port_thaw(bool drop)
{
	freezing = false;
	freeze_left = 0;
	if (drop) {
		queue_head = queue_len = frame_left = 0;
		first_len = first_sent = 0;
		events_lost = 0;
	}
	flush();
}

static void take_frames(void)
{
	struct wire_header h;
	struct wire_reader payload;
	size_t pos = 0;
	ssize_t n;

	while ((n = wire_frame(rx + pos, rx_len - pos, &h, &payload)) > 0) {
		on_frame(&h, &payload);
		pos += (size_t)n;
	}
	if (n < 0) {
		port_log(2, "the host sent bytes that are no frame: %zu bytes dropped",
			 rx_len - pos);
		pos = rx_len;
	}
	memmove(rx, rx + pos, rx_len - pos);
	rx_len -= pos;
}

static void on_port(void *arg, int fd, uint32_t events)
{
	ssize_t n;

	while ((n = read(fd, rx + rx_len, sizeof(rx) - rx_len)) > 0) {
		rx_len += (size_t)n;
		take_frames();
	}
	flush();
}

/* devtmpfs names the node vportNpM; its role is written in sysfs. */
static bool node_of(char *dst, size_t size)
{
	DIR *dir = opendir(CLASS_DIR);
	struct dirent *e;
	char path[320], name[64];
	bool found = false;

	while (dir && !found && (e = readdir(dir))) {
		cleanup_fd int fd = -1;
		ssize_t n;

		snprintf(path, sizeof(path), CLASS_DIR "/%s/name", e->d_name);
		fd = e->d_name[0] == '.' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
		if (n <= 0)
			continue;
		name[n] = '\0';
		name[strcspn(name, "\n")] = '\0';
		found = !strcmp(name, WIRE_PORT_NAME);
		snprintf(dst, size, "/dev/%s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool try_open(void)
{
	char node[320];

	if (!node_of(node, sizeof(node)))
		return false;
	port_fd = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (port_fd < 0)
		return false;
	/* a name for people and scripts; udev would have made it */
	mkdir("/dev/virtio-ports", 0755);
	if (symlink(node, "/dev/virtio-ports/" WIRE_PORT_NAME) < 0 && errno != EEXIST)
		return false;
	loop_add_fd(loop, port_fd, EPOLLIN | EPOLLOUT | EPOLLET, on_port, NULL);
	on_opened();
	return true;
}

static void on_uevent(void *arg, int fd, uint32_t events)
{
	char buf[8192];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	if (port_fd < 0 && try_open()) {
		loop_remove(loop, uevent_source);
		close(uevent_fd);
	}
}

int port_init(struct loop *l, port_frame_fn frame_fn, void (*opened)(void), struct err *err)
{
	struct sockaddr_nl addr = {.nl_family = AF_NETLINK, .nl_groups = 1};
	struct sysinfo info;

	loop = l;
	on_frame = frame_fn;
	on_opened = opened;
	/* a small guest keeps less for a host that does not read */
	sysinfo(&info);
	queue_size = (size_t)info.totalram * info.mem_unit / 4;
	if (queue_size > QUEUE_MAX)
		queue_size = QUEUE_MAX;
	queue = mmap(NULL, queue_size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (queue == MAP_FAILED)
		return err_sys(err, errno, "map the queue to the host");
	uevent_fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			   NETLINK_KOBJECT_UEVENT);
	if (uevent_fd < 0 || bind(uevent_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return err_sys(err, errno, "listen for devices");
	uevent_source = loop_add_fd(loop, uevent_fd, EPOLLIN, on_uevent, NULL);
	/* listening first, looking second: a port that comes in between is not missed */
	on_uevent(NULL, uevent_fd, EPOLLIN);
	return 0;
}
