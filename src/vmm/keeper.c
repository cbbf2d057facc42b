/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper - see keeper.h. The process is forked twice, so that nobody has to wait for its end, and
 * has nothing of this program's but the stream and the memory.
 */
#include "vmm/keeper.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/channel.h"
#include "vmm/pages.h"
#include "vmm/warm.h"
#include "vmm/warm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define ASKED_MAX 16
#define DATA_MAX  (80u << 20)

struct request {
	uint32_t what;
	int32_t moment;
	uint32_t path_len, data_len; /* path with its NUL */
};

struct keeper {
	struct channel channel;
	keeper_fn fn;
	void *arg;
	enum keeper_do asked[ASKED_MAX];
	unsigned nasked;
	bool in_call, over;
};

/* ---- the process ---- */

struct kept {
	int fd;
	struct memory memory;
	struct pages *pages;
};

static bool take(int fd, void *data, size_t len)
{
	uint8_t *to = data;

	while (len) {
		ssize_t n = read(fd, to, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

static int load(const struct kept *k, const char *path, struct err *err)
{
	struct warm_file f;
	int r = warm_file_open(&f, path, err);

	if (r < 0)
		return r;
	r = warm_file_load(&f, (uint8_t *)k->memory.view.base, k->memory.view.size, err);
	warm_file_close(&f);
	return r;
}

static int save(const struct kept *k, const struct request *q, const char *path, const void *head,
		uint64_t *size, struct err *err)
{
	size_t len = q->data_len;
	int moment = q->moment, r;

	*size = warm_file_size(len, k->pages, moment);
	r = q->what == KEEPER_SAVE ? warm_make_room(path, *size, err)
				   : warm_has_room(path, *size, err);
	return r < 0 ? r : warm_file_write(path, head, len, k->pages, moment, err);
}

static void carry_out(struct kept *k, const struct request *q, const char *path, const void *data,
		      struct keeper_answer *a)
{
	uint8_t *memory = (uint8_t *)k->memory.view.base;
	struct pages_cost cost = {0};
	struct err err = ERR_INIT;

	switch (q->what) {
	case KEEPER_SYNC:
	case KEEPER_TAKE:
		a->code = pages_sync(k->pages, memory, memory_there, &k->memory, &cost);
		if (a->code == 0 && q->what == KEEPER_TAKE) {
			a->moment = pages_take(k->pages);
			a->code = a->moment < 0 ? a->moment : 0;
		}
		if (a->code == -ENOSPC)
			err_set(&err, ENOSPC, "there is no room for one more copy of the guest");
		break;
	case KEEPER_RESTORE:
		a->code =
			pages_restore(k->pages, q->moment, memory, memory_there, &k->memory, &cost);
		break;
	case KEEPER_FORGET:
		pages_forget(k->pages, q->moment);
		break;
	case KEEPER_SAVE:
	case KEEPER_SAVE_BESIDE:
		a->code = save(k, q, path, data, &a->used, &err);
		break;
	case KEEPER_LOAD:
		a->code = load(k, path, &err);
		break;
	default:
		a->code = -EINVAL;
	}
	a->looked = cost.looked;
	a->changed = cost.changed;
	if (q->what != KEEPER_SAVE && q->what != KEEPER_SAVE_BESIDE)
		a->used = pages_used(k->pages);
	memcpy(a->text, err.msg, sizeof(a->text));
}

static void __attribute__((noreturn)) serve(struct kept *k)
{
	struct request q;

	while (take(k->fd, &q, sizeof(q))) {
		uint64_t began = loop_now_ns();
		struct keeper_answer a = {.what = q.what, .moment = q.moment};
		char *path = xcalloc(1, q.path_len + 1);
		void *data = xcalloc(1, q.data_len + 1);

		if (!take(k->fd, path, q.path_len) || !take(k->fd, data, q.data_len))
			break;
		carry_out(k, &q, path, data, &a);
		free(path);
		free(data);
		a.ns = loop_now_ns() - began;
		/* nobody may listen any more; what else was asked is still done */
		send(k->fd, &a, sizeof(a), MSG_NOSIGNAL);
	}
	_exit(0);
}

/* Where memory runs out, copies are what can be done without. */
static void go_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0)
		(void)fd; /* as it was, then */
	close(fd);
}

/* Everything but the stream and the memory is closed; the terminal and its signals are not ours. */
static void __attribute__((noreturn)) become(const struct memory *memory, uint64_t room, int fd)
{
	struct kept k = {.fd = fd, .memory = *memory};
	int null = open("/dev/null", O_RDWR), i, top = 3;
	unsigned n;

	die_set_hook(NULL);
	setsid();
	go_first();
	for (i = 0; i < 3; i++)
		dup2(null, i);
	/* ours go to the bottom, in order: each is at or above where it goes */
	for (n = 0; n <= k.memory.nodes; n++) {
		int *own = n < k.memory.nodes ? &k.memory.fds[n] : &k.fd;
		int high = fcntl(*own, F_DUPFD, 512 + top);

		if (high < 0)
			_exit(1);
		*own = high;
		top++;
	}
	for (i = 3; i < 512; i++)
		close(i);
	k.pages = pages_create(k.memory.view.size, room);
	if (!k.pages)
		_exit(1);
	serve(&k);
}

/* ---- our side ---- */

static void answer(struct keeper *k, const struct keeper_answer *a)
{
	if (!k->nasked)
		return;
	memmove(k->asked, k->asked + 1, --k->nasked * sizeof(k->asked[0]));
	k->fn(k->arg, a);
}

static void release(struct keeper *k)
{
	channel_close(&k->channel);
	free(k);
}

static void on_data(void *arg, struct channel *c)
{
	struct keeper *k = arg;
	struct keeper_answer a;

	k->in_call = true;
	while (!k->over && c->in.len >= sizeof(a)) {
		memcpy(&a, c->in.data, sizeof(a));
		buf_drop(&c->in, sizeof(a));
		answer(k, &a);
	}
	k->in_call = false;
	if (k->over)
		channel_close(&k->channel);
}

static void on_closed(void *arg, struct channel *c)
{
	struct keeper *k = arg;
	struct keeper_answer a = {.code = -EPIPE,
				  .text = "the process that keeps copies of the guest has ended"};

	k->in_call = true;
	while (!k->over && k->nasked) {
		a.what = k->asked[0];
		answer(k, &a);
	}
	k->in_call = false;
}

struct keeper *keeper_start(struct loop *loop, const struct memory *memory, uint64_t room,
			    keeper_fn fn, void *arg, struct err *err)
{
	struct keeper *k;
	int p[2], status, r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) < 0) {
		err_sys(err, errno, "make a stream to the process that keeps copies of the guest");
		return NULL;
	}
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid)
			_exit(pid < 0);
		become(memory, room, p[1]);
	}
	close(p[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || status) {
		close(p[0]);
		err_set(err, EAGAIN, "start the process that keeps copies of the guest");
		return NULL;
	}
	k = xcalloc(1, sizeof(*k));
	k->fn = fn;
	k->arg = arg;
	r = channel_open(&k->channel, loop, p[0], DATA_MAX, on_data, on_closed, k);
	if (r == 0)
		return k;
	free(k);
	err_sys(err, -r, "watch the process that keeps copies of the guest");
	return NULL;
}

int keeper_ask(struct keeper *k, enum keeper_do what, int moment, const char *path,
	       const void *data, size_t len)
{
	struct request q = {.what = what,
			    .moment = moment,
			    .data_len = (uint32_t)len,
			    .path_len = path ? (uint32_t)strlen(path) + 1 : 0};
	int r;

	if (k->nasked == ASKED_MAX || len > DATA_MAX / 2)
		return -ENOBUFS;
	r = channel_write(&k->channel, &q, sizeof(q));
	if (r == 0 && q.path_len)
		r = channel_write(&k->channel, path, q.path_len);
	if (r == 0 && len)
		r = channel_write(&k->channel, data, len);
	if (r == 0)
		k->asked[k->nasked++] = what;
	return r;
}

bool keeper_lives(const struct keeper *k)
{
	return k->channel.fd >= 0;
}

void keeper_end(struct keeper *k)
{
	if (!k)
		return;
	release(k);
}
