/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_look - what hold until asks of files: how many threads of a cgroup want a CPU, how many
 * processes it has, what sched_ext says of itself.
 * Invariant: one answer for each question, in their order; what is not there is 0 or "".
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "guest/wire_expr.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

/* "R" in /proc/TID/stat, behind the name, which may hold anything. */
static bool wants_a_cpu(unsigned long long tid)
{
	char path[64], text[512];
	const char *end;

	snprintf(path, sizeof(path), "/proc/%llu/stat", tid);
	if (hand_read_at(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	end = strrchr(text, ')');
	return end && end[1] == ' ' && end[2] == 'R';
}

static uint64_t count_in(const char *dir, bool threads)
{
	char file[640];
	cleanup_file FILE *f = NULL;
	unsigned long long id;
	uint64_t n = 0;
	int fd;

	snprintf(file, sizeof(file), "%s/%s", dir, threads ? "cgroup.threads" : "cgroup.procs");
	fd = openat(shared_cgroup_fd, file, O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	while (f && fscanf(f, "%llu", &id) == 1)
		n += !threads || wants_a_cpu(id);
	return n;
}

/* The cgroup and all below it. */
static uint64_t count(const char *path, bool threads)
{
	char root[640];
	char *const paths[] = {root, NULL};
	uint64_t n = 0;
	FTSENT *e;
	FTS *fts;

	snprintf(root, sizeof(root), "/sys/fs/cgroup%s", path);
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (fts && (e = fts_read(fts)))
		if (e->fts_info == FTS_D)
			n += count_in(e->fts_path + strlen("/sys/fs/cgroup/"), threads);
	if (fts)
		fts_close(fts);
	return n;
}

static void read_word(const char *file, char *dst, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/sched_ext/%s", file);
	if (hand_read_at(AT_FDCWD, path, dst, size) < 0)
		dst[0] = '\0';
}

int hand_look(struct hand *h, struct job_reply *r)
{
	static uint8_t bytes[4096];
	struct wire_writer w = {.data = bytes, .size = sizeof(bytes)};
	uint32_t n = wire_get_u32(&h->in), i;

	for (i = 0; i < n && !h->in.bad; i++) {
		enum expr_term term = (enum expr_term)wire_get_u32(&h->in);
		const char *path = wire_get_str(&h->in);
		char word[EXPR_WORD_MAX] = "";
		uint64_t number = 0;

		if (term == EXPR_SCHED_STATE || term == EXPR_SCHED_OPS)
			read_word(term == EXPR_SCHED_STATE ? "state" : "root/ops", word, sizeof(word));
		else
			number = count(path, term == EXPR_NR_RUNNING);
		wire_put_u64(&w, number);
		wire_put_str(&w, word);
	}
	r->data = (const char *)bytes;
	r->data_len = w.len;
	return h->in.bad || w.bad ? hand_fail(h, EINVAL, "the questions make no sense") : 0;
}
