/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_tasks - who is in a cgroup, and moving processes and single threads, in a hand.
 *
 * A threaded cgroup has no list of processes and takes single threads; any other has and does not.
 * Invariant: tasks that end meanwhile are no failure; what the kernel's rules forbid is explained.
 */
#include "guest/hand_tasks.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 96, WORDS_MAX = 240, WORD_BYTES = 44, THREADS_MAX = 65536 };

static const char *get_path(struct hand *h)
{
	const char *path = wire_get_str(&h->in);

	return path[0] == '/' ? path + 1 : path;
}

bool hand_is_threaded(const char *path)
{
	char file[512], text[64];

	snprintf(file, sizeof(file), "%s/cgroup.type", path);
	return hand_read_at(shared_cgroup_fd, file, text, sizeof(text)) >= 0 &&
	       !strcmp(text, "threaded");
}

/* ---- lists ---- */

struct listing {
	struct job_reply *r;
	char data[JOB_DATA_MAX], words[WORDS_MAX];
	size_t len, words_len;
	bool words_cut;
	uint64_t seen[THREADS_MAX]; /* processes */
};

static struct listing listing;

static void count_process(uint64_t pid)
{
	uint64_t n = listing.r->num, i = n;

	/* threads of a process come one after the other, but for those of a threaded cgroup */
	while (i && listing.seen[i - 1] != pid)
		i--;
	if (!i && n < THREADS_MAX) {
		listing.seen[n] = pid;
		listing.r->num++;
	}
}

/* "101" or "101/102": as many as there is room for. */
static void add_words(uint64_t pid, uint64_t tid)
{
	char *at = listing.words + listing.words_len;
	const char *sep = listing.words_len ? " " : "";

	if (listing.words_cut)
		return;
	listing.words_cut = listing.words_len + WORD_BYTES + sizeof(" ...") > WORDS_MAX;
	if (listing.words_cut)
		strcpy(at, " ...");
	else if (pid == tid)
		listing.words_len +=
			(size_t)snprintf(at, WORD_BYTES, "%s%llu", sep, (unsigned long long)pid);
	else
		listing.words_len +=
			(size_t)snprintf(at, WORD_BYTES, "%s%llu/%llu", sep,
					 (unsigned long long)pid, (unsigned long long)tid);
}

static void list_thread(uint64_t pid, uint64_t tid)
{
	char file[64], comm[32], line[LINE_MAX_BYTES];
	int n;

	snprintf(file, sizeof(file), "/proc/%llu/task/%llu/comm", (unsigned long long)pid,
		 (unsigned long long)tid);
	if (hand_read_at(AT_FDCWD, file, comm, sizeof(comm)) < 0)
		return; /* it has ended */
	count_process(pid);
	listing.r->id++;
	n = snprintf(line, sizeof(line), "%llu %llu %s\n", (unsigned long long)pid,
		     (unsigned long long)tid, comm);
	if (listing.len + (size_t)n <= sizeof(listing.data)) {
		memcpy(listing.data + listing.len, line, (size_t)n);
		listing.len += (size_t)n;
	} else {
		listing.r->flag = true;
	}
	add_words(pid, tid);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* In the order of their numbers, which is that of their birth until numbers wrap; n = how many. */
static uint64_t *threads_of(uint64_t pid, size_t *n)
{
	static uint64_t tids[THREADS_MAX];
	struct dirent *e;
	char path[64];
	DIR *dir;

	*n = 0;
	snprintf(path, sizeof(path), "/proc/%llu/task", (unsigned long long)pid);
	dir = opendir(path);
	while (dir && *n < THREADS_MAX && (e = readdir(dir)))
		if (text_u64(e->d_name, 1, INT32_MAX, &tids[*n]))
			++*n;
	if (dir)
		closedir(dir);
	qsort(tids, *n, sizeof(*tids), by_number);
	return tids;
}

static void list_process(uint64_t pid)
{
	size_t n, i;
	const uint64_t *tids = threads_of(pid, &n);

	for (i = 0; i < n; i++)
		list_thread(pid, tids[i]);
}

/* 0 = it has ended. */
static uint64_t process_of(uint64_t tid)
{
	char file[64], text[2048], *at;

	snprintf(file, sizeof(file), "/proc/%llu/status", (unsigned long long)tid);
	if (hand_read_at(AT_FDCWD, file, text, sizeof(text)) < 0)
		return 0;
	at = strstr(text, "\nTgid:");
	return at ? strtoull(at + 6, NULL, 10) : 0;
}

/* Each number in a file of a cgroup. */
static int each_in(struct hand *h, const char *path, const char *name, hand_number_fn fn, void *arg)
{
	cleanup_file FILE *f = NULL;
	unsigned long long number;
	char file[512];
	int fd, code = 0;

	snprintf(file, sizeof(file), "%s%s%s", path, *path ? "/" : "", name);
	fd = openat(shared_cgroup_fd, file, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (!f)
		return hand_fail_sys(h, errno, "cannot list what is in '/%s'", path);
	while (!code && fscanf(f, "%llu", &number) == 1)
		code = fn(h, arg, number);
	return !code && ferror(f) ? hand_fail_sys(h, errno, "cannot list what is in '/%s'", path)
				  : code;
}

int hand_each_thread(struct hand *h, const char *path, hand_number_fn fn, void *arg)
{
	return each_in(h, path, "cgroup.threads", fn, arg);
}

struct processes {
	hand_number_fn fn;
	void *arg;
	uint64_t last;
};

static int tell_process(struct hand *h, void *arg, uint64_t tid)
{
	struct processes *p = arg;
	uint64_t pid = process_of(tid);

	if (!pid || pid == p->last)
		return 0;
	p->last = pid;
	return p->fn(h, p->arg, pid);
}

int hand_each_process(struct hand *h, const char *path, hand_number_fn fn, void *arg)
{
	struct processes p = {.fn = fn, .arg = arg};

	return hand_is_threaded(path) ? each_in(h, path, "cgroup.threads", tell_process, &p)
				      : each_in(h, path, "cgroup.procs", fn, arg);
}

static int list_one(struct hand *h, void *arg, uint64_t tid)
{
	uint64_t pid = process_of(tid);

	if (pid)
		list_thread(pid, tid);
	return 0;
}

int hand_tasks(struct hand *h, struct job_reply *r)
{
	uint32_t n = wire_get_u32(&h->in), i;
	const char *cgroup;
	int code = 0;

	listing.r = r;
	listing.len = listing.words_len = 0;
	listing.words_cut = false;
	listing.words[0] = '\0';
	for (i = 0; i < n && !h->in.bad; i++)
		list_process(wire_get_u64(&h->in));
	cgroup = wire_get_str(&h->in);
	if (h->in.bad)
		return hand_fail(h, EINVAL, "the order to list tasks makes no sense");
	if (*cgroup == '/')
		code = each_in(h, cgroup + 1, "cgroup.threads", list_one, NULL);
	r->text = listing.words;
	r->data = listing.data;
	r->data_len = listing.len;
	return code;
}

/* ---- moving ---- */

struct order {
	struct job_reply *r;
	const char *to;
	uint64_t thread; /* 0 = whole processes */
};

static int explain(struct hand *h, int code, const struct order *o, uint64_t number)
{
	bool threaded = hand_is_threaded(o->to);
	const char *what = o->thread ? "thread" : "pid";
	unsigned long long n = number;

	if (code == EBUSY)
		return hand_fail(h, code,
				 "cannot move %s %llu to '/%s': it has children with controllers "
				 "enabled, and "
				 "the kernel allows processes only in the leaves then",
				 what, n, o->to);
	if (code == EOPNOTSUPP && o->thread && !threaded)
		return hand_fail(
			h, code,
			"cannot move thread %llu alone to '/%s', which is not threaded: the kernel "
			"keeps the threads of a process together but in threaded cgroups below one "
			"parent; 'cgroup add PARENT/NAME cgroup.type=threaded' makes such",
			n, o->to);
	if (code == EOPNOTSUPP && o->thread)
		return hand_fail(
			h, code,
			"cannot move thread %llu to '/%s': its process is not in the parent of "
			"that "
			"threaded cgroup or in another one below it; move the process there first",
			n, o->to);
	if (code == EOPNOTSUPP)
		return hand_fail(
			h, code,
			"cannot move pid %llu to '/%s': its parent has processes of its own and "
			"controllers enabled, or threaded children, which makes this cgroup "
			"invalid "
			"for processes; move those out of the parent first, to a cgroup beside it",
			n, o->to);
	if (code == ENOENT || code == ENODEV)
		return hand_fail(h, code, "cannot move %s %llu to '/%s': the cgroup is gone", what,
				 n, o->to);
	return hand_fail_sys(h, code, "cannot move %s %llu to '/%s'", what, n, o->to);
}

/* Tasks that have ended meanwhile are no failure. */
static int write_one(struct hand *h, struct order *o, const char *name, uint64_t number)
{
	char file[512], text[32];
	int e;

	snprintf(file, sizeof(file), "%s%s%s", o->to, *o->to ? "/" : "", name);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	e = fault_is(FAULT_MOVE_LEAVES_ONE) && !o->r->num
		    ? 0
		    : hand_write_at(shared_cgroup_fd, file, text);
	if (!e) {
		o->r->num++;
		o->r->id = number;
	}
	return !e || e == -ESRCH ? 0 : explain(h, -e, o, number);
}

static int move_process(struct hand *h, void *arg, uint64_t pid)
{
	struct order *o = arg;
	const uint64_t *tids;
	size_t n;

	if (!o->thread)
		return write_one(h, o, "cgroup.procs", pid);
	tids = threads_of(pid, &n);
	if (o->thread > n)
		return hand_fail(h, ESRCH, "pid %llu has %zu thread%s, there is no thread %llu",
				 (unsigned long long)pid, n, n == 1 ? "" : "s",
				 (unsigned long long)o->thread);
	return write_one(h, o, "cgroup.threads", tids[o->thread - 1]);
}

static int move_thread(struct hand *h, void *arg, uint64_t tid)
{
	return write_one(h, arg, "cgroup.threads", tid);
}

int hand_move(struct hand *h, struct job_reply *r)
{
	struct order o = {.r = r, .to = get_path(h)};
	const char *from;
	uint32_t n, i;
	int code = 0;

	o.thread = wire_get_u64(&h->in);
	n = wire_get_u32(&h->in);
	for (i = 0; i < n && !code && !h->in.bad; i++)
		code = move_process(h, &o, wire_get_u64(&h->in));
	if (code)
		return code;
	from = get_path(h);
	if (*from && hand_is_threaded(from))
		code = each_in(h, from, "cgroup.threads", move_thread, &o);
	else if (*from)
		code = each_in(h, from, "cgroup.procs", move_process, &o);
	if (!code && n == 1 && !r->num)
		return hand_fail(h, ESRCH, "there is no such process to move");
	return code;
}
